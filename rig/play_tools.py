# SPDX-License-Identifier: GPL-3.0-or-later
"""Scenarios of kind "tools": programs of other people, and our own drivers without the station, meet the phones."""

import re
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence

from rig.ask_usb import asked
from rig.placing import Hands, Placed, add_phones, place
from rig.scenario import RigScenario, Run
from rig.table import Row
from virtual_phones.bench.remote import RemoteBench

OURS = "ours"
"""The first word of a line that is no program: `rig.ask_usb` answers it here, for in the guest Python starts slowly."""

ADB = "$ADB"
_TRANSPORT = re.compile(r"transport_id:[0-9]+")


def play_tools(
    scenario: RigScenario,
    remote: RemoteBench,
    environment: Mapping[str, str],
    say: Callable[[str], None],
    heard: dict[str, str] | None = None,
) -> list[Row]:
    """A scenario of kind "tools": programs of other people meet the phones.

    `heard` gets what adb printed, by its place and words.
    """
    (placed,) = place([scenario], remote.slots)
    started = time.monotonic()
    add_phones(remote, [placed])
    Hands(remote, [placed], say).start()
    wrong = []
    for number, run in enumerate(scenario.runs, 1):
        found, printed = _ran(run, placed, remote, environment, say)
        wrong += [found] if found else []
        if heard is not None and ADB in run.line:
            heard[f"{number}. {' '.join(run.line)}"] = printed
    truths = remote.truth()
    wrong += [
        f"{phone}: {found}" for phone in scenario.truth if (found := scenario.untrue(phone, truths[placed.name(phone)]))
    ]
    programs = ", ".join(dict.fromkeys(run.line[0].rpartition("/")[2] for run in scenario.runs))
    return [
        Row(
            name=scenario.name,
            expected=f"{len(scenario.runs)} answers: {programs}",
            seen="; ".join(wrong) or "so",
            good=not wrong,
            seconds=time.monotonic() - started,
        )
    ]


def same_of_both(debian: Mapping[str, str], bundled: Mapping[str, str], name: str) -> list[Row]:
    """Have Debian's adb and the bundled one printed the same? Transports are numbered by each server for itself."""
    wrong = [
        f"{line}: {one!r} / {other!r}"
        for line in {**debian, **bundled}
        if (one := _plain(debian.get(line))) != (other := _plain(bundled.get(line)))
    ]
    return [
        Row(
            name=f"{name}: both adb",
            expected=f"the same {len(debian)} answers",
            seen="; ".join(wrong) or "so",
            seconds=0.0,
            good=not wrong and bool(debian),
        )
    ]


def _plain(printed: str | None) -> str | None:
    return None if printed is None else _TRANSPORT.sub("transport_id:N", printed)


def _ran(
    run: Run, placed: Placed, remote: RemoteBench, environment: Mapping[str, str], say: Callable[[str], None]
) -> tuple[str, str]:
    """What a program did wrong, after asking it again and again until its time is over; "" when all is right. And what
    it printed at last.
    """
    line = [
        environment.get(word.removeprefix("$"), word) if word.startswith("$") else word
        for word in map(placed.filled, run.line)
    ]
    give_up = time.monotonic() + run.within_s
    while True:
        if run.press:
            phone, _, action = run.press.partition(":")
            remote.press(placed.name(phone), action)
        wrong, printed = _once(line, run, placed, environment, left_s=max(2.0, give_up - time.monotonic()))
        if not wrong or time.monotonic() > give_up:
            say(f"$ {' '.join(line)}\n{printed.rstrip()}")
            return f"{run.line[0]} {run.line[-1]}: {wrong}" if wrong else "", printed
        time.sleep(0.3)


def _once(
    line: Sequence[str], run: Run, placed: Placed, environment: Mapping[str, str], *, left_s: float
) -> tuple[str, str]:
    if line[0] == OURS:
        status, printed = asked(line[1:])
    else:
        try:
            done = subprocess.run(
                line,
                env=dict(environment),
                capture_output=True,
                timeout=left_s + 5.0,
                check=False,
                stdin=subprocess.DEVNULL,
            )
        except subprocess.TimeoutExpired:
            return "no end", ""
        status, printed = done.returncode, (done.stdout + done.stderr).decode("utf-8", "replace")
    if status != run.exit:
        return f"exit {status}", printed
    for pattern in run.shows:
        if not re.search(placed.filled(pattern), printed, re.MULTILINE):
            return f"does not show {pattern}", printed
    for pattern in run.hides:
        if re.search(placed.filled(pattern), printed, re.MULTILINE):
            return f"shows {pattern}", printed
    return "", printed
