# SPDX-License-Identifier: GPL-3.0-or-later
"""Debian's `fastboot` and our own client ask one boot loader on USB the same things; what differs is told line by line.

Each is asked for everything, for each variable by name, for one that there is not, and for erases.
"""

import json
import re
import subprocess
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from phones.fastboot.link import FastbootLink

UNKNOWN = "no-such-variable"
_WITHIN_S = 60.0
_TOLD = re.compile(r"\(bootloader\) (.*)$", re.MULTILINE)
_REFUSED = re.compile(r"FAILED \(remote: '(.*)'\)")


def told_both(
    port: str, opened: Callable[[], AbstractContextManager["FastbootLink"]], erases: Sequence[str]
) -> tuple[list[str], list[str]]:
    """What both are told, and what they are told differently. `erases`: partitions that each is to erase in turn;
    `opened`: our link, which is not open while the program runs, for an interface has one owner.

    Raises: PhoneError; OSError and subprocess.SubprocessError of the program.
    """
    from phones.link import FastbootEverything, FastbootVariables

    with opened() as link:
        everything = link.exchange(FastbootEverything(), timeout_s=_WITHIN_S).body.decode("utf-8", "replace")
        ours = everything.splitlines()
        names = (*(line.rpartition(":")[0] for line in ours), UNKNOWN)
        answers = json.loads(link.exchange(FastbootVariables(names=names), timeout_s=_WITHIN_S).body)
    found = compared("getvar all", ours, told_in(_program(port, "getvar", "all")[1]))
    said = _program(port, *(word for name in names for word in ("getvar", name)))[1]
    found += compared("getvar, one by one", _lines(answers), _lines(by_name(said, names)))
    told = [*ours, f"{len(answers)} of {len(names)} variables answered by name"]
    for partition in erases:
        with opened() as link:
            mine = _erased_by_us(link, partition)
        found += compared(f"erase {partition}", mine, _erased_by_program(port, partition))
        told += [f"erase {partition}: {line}" for line in mine]
    return told, found


def told_in(said: str) -> list[str]:
    """What the boot loader told on the way, out of the program's output; of an erase it stands behind other words."""
    return _TOLD.findall(said)


def by_name(said: str, names: Sequence[str]) -> dict[str, str]:
    """What the program printed of each variable; one that was refused or empty is left out, as ours does."""
    found = {}
    for name in names:
        line = re.search(rf"^{re.escape(name)}: (.+)$", said, re.MULTILINE)
        if line:
            found[name] = line[1]
    return found


def compared(what: str, ours: Sequence[str], theirs: Sequence[str]) -> list[str]:
    """The differences between two lists of lines, in words."""
    only = [f"{what}: only ours {line!r}" for line in ours if line not in theirs]
    only += [f"{what}: only fastboot {line!r}" for line in theirs if line not in ours]
    return only or ([] if list(ours) == list(theirs) else [f"{what}: in another order"])


def _lines(answers: Mapping[str, str]) -> list[str]:
    return [f"{name}:{answers[name]}" for name in sorted(answers)]


def _erased_by_us(link: "FastbootLink", partition: str) -> list[str]:
    from phones.errors import PhoneRefusedError
    from phones.link import FastbootErase

    try:
        told = link.exchange(FastbootErase(partition=partition), timeout_s=_WITHIN_S).body
    except PhoneRefusedError as refused:
        return [f"refused: {refused.got}"]
    return [*told.decode("utf-8", "replace").splitlines(), "erased"]


def _erased_by_program(port: str, partition: str) -> list[str]:
    code, said = _program(port, "erase", partition)
    refused = _REFUSED.search(said)
    if refused or code:
        return [f"refused: {refused[1] if refused else said}"]
    return [*told_in(said), "erased"]


def _program(port: str, *words: str) -> tuple[int, str]:
    """Exit code, and everything it prints."""
    done = subprocess.run(
        ["fastboot", "-s", f"usb:{port}", *words],
        capture_output=True,
        check=False,
        timeout=_WITHIN_S,
        stdin=subprocess.DEVNULL,
    )
    return done.returncode, (done.stdout + done.stderr).decode("utf-8", "replace")
