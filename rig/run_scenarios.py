# SPDX-License-Identifier: GPL-3.0-or-later
"""Plays scenario files: puts their phones in, lets hands and faults act, compares what is seen with the expected."""

import contextlib
import re
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from phones.port import Sighting
from rig.scenario import TIMING, Act, Look, RigScenario, Run
from rig.station import DEADLINES, Ended, UsbStation, must_hold
from rig.table import Row
from station.work.worker import Progress
from tests.support.wire_bench import imei
from virtual_phones.bench.control import ControlError
from virtual_phones.bench.remote import RemoteBench

HONEST = "honest"
"""The scenario whose phones say how long an honest job is."""


class Placed:
    """A scenario with root ports for its slots."""

    def __init__(self, scenario: RigScenario, ports: Mapping[str, str], number: int) -> None:
        self.scenario = scenario
        self.ports = dict(ports)
        self.number = number

    def name(self, phone: str) -> str:
        """The phone's name on the bench; two scenarios may both have a "phone"."""
        return f"{self.scenario.name}/{phone}"

    def port(self, phone: str) -> str:
        """Where that phone hangs at first."""
        slot = next(str(each["slot"]) for each in self.scenario.phones if each["name"] == phone)
        return self.ports[slot]

    def tables(self) -> list[dict[str, Any]]:
        """Its phones for virtual_phones.bench.scenario."""
        out = []
        for place, phone in enumerate(self.scenario.phones):
            number = self.number * 10 + place
            given = {
                "serial": f"RIG{number:05d}A",
                "imeis": [imei(500_000 + number)],
                **phone,
                "name": self.name(str(phone["name"])),
                "port": self.port(str(phone["name"])),
                "timing": {**TIMING, **phone.get("timing", {})},
            }
            del given["slot"]
            out.append(given)
        return out

    def filled(self, text: str) -> str:
        """{A} is slot A's port path."""
        for slot, path in self.ports.items():
            text = text.replace("{" + slot + "}", path)
        return text


def place(scenarios: Sequence[RigScenario], slots: Sequence[str]) -> list[Placed]:
    """Root ports for every slot of every scenario, no port twice."""
    free = iter(slots)
    return [
        Placed(scenario, {slot: next(free) for slot in scenario.slots}, number)
        for number, scenario in enumerate(scenarios, 1)
    ]


def add_phones(remote: RemoteBench, placed: Sequence[Placed]) -> None:
    """Take everything away, then put these phones in."""
    remote.add_phones({"name": "rig", "seed": placed[0].number, "phone": [t for each in placed for t in each.tables()]})


class Hands:
    """Carries out the acts of scenarios when their moment comes."""

    def __init__(self, remote: RemoteBench, placed: Sequence[Placed], say: Callable[[str], None]) -> None:
        self._remote = remote
        self._say = say
        self._waiting: list[tuple[str, str, Act, Placed]] = [
            (each.port(act.phone), act.on, act, each) for each in placed for act in each.scenario.acts
        ]
        self._lock = threading.Lock()

    def start(self) -> None:
        """The moment "start"."""
        self._moment(None, "start")

    def notice(self, progress: Progress) -> None:
        """A worker told something."""
        self._moment(progress.port, progress.key)

    def _moment(self, port: str | None, key: str) -> None:
        with self._lock:
            due = [entry for entry in self._waiting if entry[1] == key and port in (None, entry[0])]
            self._waiting = [entry for entry in self._waiting if entry not in due]
        for _, _, act, placed in due:
            timer = threading.Timer(act.after_s, self._do, (act, placed))
            timer.daemon = True
            timer.start()

    def _do(self, act: Act, placed: Placed) -> None:
        name = placed.name(act.phone)
        self._say(f"hand: {act.do} {name} {act.to}{act.action}")
        with contextlib.suppress(ControlError):
            match act.do:
                case "unplug":
                    self._remote.unplug(name, seconds=act.seconds or None)
                case "plug":
                    self._remote.plug(name)
                case "move":
                    self._remote.move(name, placed.ports[act.to])
                case "press":
                    self._remote.press(name, act.action)


def play_jobs(
    scenarios: Sequence[RigScenario],
    station: UsbStation,
    remote: RemoteBench,
    say: Callable[[str], None],
    exchanges: dict[str, int],
) -> list[Row]:
    """Scenarios of kind "job", all at the same time on one bench.

    `exchanges` gets the number of exchanges of each job of the scenario `honest`, by the phone's name.
    """
    placed = place(scenarios, remote.slots)
    add_phones(remote, placed)
    hands = Hands(remote, placed, say)
    counted = Counted(remote)
    sightings = _gathered(station, placed)
    patience = {
        port: replace(DEADLINES, return_s=each.scenario.return_s) for each in placed for port in each.ports.values()
    }
    with station.overheard(hands.notice), station.overheard(counted.notice):
        hands.start()
        ended = station.process(sightings, deadlines=patience.__getitem__)
    truths = remote.truth()
    for each in placed:
        if each.scenario.name == HONEST:
            for phone in each.scenario.phones:
                port = each.port(str(phone["name"]))
                exchanges[str(phone["name"])] = counted.at("done", port) - counted.at("identify", port)
    return [_row(each, ended, truths) for each in placed]


class Counted:
    """How many exchanges a port has had when its worker first tells one of `MOMENTS`."""

    MOMENTS = ("identify", "verified", "done")

    def __init__(self, remote: RemoteBench) -> None:
        self._remote = remote
        self._counts: dict[tuple[str, str], int] = {}

    def notice(self, progress: Progress) -> None:
        """A worker told something."""
        if progress.key in self.MOMENTS and (progress.key, progress.port) not in self._counts:
            self._counts[progress.key, progress.port] = self._remote.counters().get(progress.port, 0)

    def at(self, key: str, port: str, otherwise: int = 0) -> int:
        """The count at that moment; `otherwise` when it never came."""
        return self._counts.get((key, port), otherwise)


def _gathered(station: UsbStation, placed: Sequence[Placed]) -> list[Sighting]:
    """Every plugged phone's sighting; those that do not talk in time are taken as they are."""
    phones = {each.port(str(phone["name"])): phone for each in placed for phone in each.scenario.phones}
    ports = {port for port, phone in phones.items() if phone.get("plugged", True)}
    mute = {port for port, phone in phones.items() if "trouble" in phone.get("set", {}).get("usb", {})}
    return list(station.gather(ports, mute=mute).values())


def _row(placed: Placed, ended: Mapping[str, Ended], truths: Mapping[str, Any]) -> Row:
    scenario = placed.scenario
    wanted, seen, good, seconds = [], [], True, 0.0
    for phone, expected in scenario.expected.items():
        wanted.append(f"{phone}: {'|'.join(expected.reasons) or expected.outcome}")
        life = ended.get(placed.port(phone))
        if life is None:
            seen.append(f"{phone}: not seen on its port")
            good = False
            continue
        seconds = max(seconds, life.seconds)
        reasons = life.reasons
        wrong = must_hold(life, truths[placed.name(phone)])
        fits = life.outcome == expected.outcome and (not expected.reasons or bool({*reasons[:1]} & {*expected.reasons}))
        good = good and fits and not wrong
        seen.append(f"{phone}: {wrong or (','.join(reasons[:2]) if reasons else life.outcome)}")
    return Row(name=scenario.name, expected="; ".join(wanted), seen="; ".join(seen), seconds=seconds, good=good)


def play_look(scenario: RigScenario, station: UsbStation, remote: RemoteBench, say: Callable[[str], None]) -> list[Row]:
    """A scenario of kind "look"."""
    (placed,) = place([scenario], remote.slots)
    started = time.monotonic()
    add_phones(remote, [placed])
    there = {placed.port(str(phone["name"])) for phone in scenario.phones if phone.get("plugged", True)}
    station.gather(there, mute=there)  # whatever hung there before is gone
    Hands(remote, [placed], say).start()
    wrong: list[str] = []
    for look in scenario.looks:
        found = _looked(station, look, placed.ports[look.slot])
        if found:
            wrong.append(f"{look.slot}: {found}")
    strangers = sorted({item.port for item in station.bench.sightings()} - {*placed.ports.values()})
    wrong += [f"also listed: {', '.join(strangers)}"] if strangers else []
    wanted = "; ".join(f"{look.slot}={look.presence}" for look in scenario.looks)
    return [
        Row(
            name=scenario.name,
            expected=wanted,
            seen="; ".join(wrong) or "so",
            good=not wrong,
            seconds=time.monotonic() - started,
        )
    ]


def _looked(station: UsbStation, look: Look, path: str) -> str:
    """What is different from what must be seen; "" when it is so in time."""
    give_up = time.monotonic() + look.within_s
    while True:
        sighting = station.bench.sighting(path)
        good = sighting.presence.value == look.presence and look.serial in ("", sighting.usb_serial)
        if good:
            return ""
        if time.monotonic() > give_up:
            return f"{sighting.presence.value} {sighting.usb_serial}"
        time.sleep(0.2)


def play_tools(
    scenario: RigScenario, remote: RemoteBench, environment: Mapping[str, str], say: Callable[[str], None]
) -> list[Row]:
    """A scenario of kind "tools": programs of other people meet the phones."""
    (placed,) = place([scenario], remote.slots)
    started = time.monotonic()
    add_phones(remote, [placed])
    Hands(remote, [placed], say).start()
    wrong = [found for run in scenario.runs if (found := _ran(run, placed, remote, environment, say))]
    truths = remote.truth()
    wrong += [
        f"{phone}: {fact} is {truths[placed.name(phone)].get(fact)!r}"
        for phone, table in scenario.truth.items()
        for fact, value in table.items()
        if truths[placed.name(phone)].get(fact) != value
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


def _ran(
    run: Run, placed: Placed, remote: RemoteBench, environment: Mapping[str, str], say: Callable[[str], None]
) -> str:
    """What a program did wrong, after asking it again and again until its time is over; "" when all is right."""
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
            return f"{run.line[0]} {run.line[-1]}: {wrong}" if wrong else ""
        time.sleep(0.3)


def _once(
    line: Sequence[str], run: Run, placed: Placed, environment: Mapping[str, str], *, left_s: float
) -> tuple[str, str]:
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
    printed = (done.stdout + done.stderr).decode("utf-8", "replace")
    if done.returncode != run.exit:
        return f"exit {done.returncode}", printed
    for pattern in run.shows:
        if not re.search(placed.filled(pattern), printed, re.MULTILINE):
            return f"does not show {pattern}", printed
    for pattern in run.hides:
        if re.search(placed.filled(pattern), printed, re.MULTILINE):
            return f"shows {pattern}", printed
    return "", printed
