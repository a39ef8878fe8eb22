# SPDX-License-Identifier: GPL-3.0-or-later
"""What runs on this machine, as far as /proc tells this user, and which of it are adb servers."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_MOST_PROCESSES = 20_000
_MOST_BYTES = 65536
_SERVER_WORDS = frozenset({"server", "fork-server", "nodaemon"})
_WITH_ARGUMENT = frozenset({"-L", "-P", "-H", "-s", "-t", "--one-device"})
"""Options of adb that take the next word [read: its help, 29.0.6; the last one is of later versions]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """One process and the words it was started with, as it gives them; at least one."""

    pid: int
    words: tuple[str, ...]

    @property
    def program(self) -> str:
        """The last part of its path."""
        return Path(self.words[0]).name

    @property
    def is_adb_server(self) -> bool:
        """`adb -L tcp:5037 fork-server server`, whatever the program is called, or one in the foreground."""
        if {"fork-server", "server"} <= set(self.words):
            return True
        return self.program.startswith("adb") and adb_command(self.words) in _SERVER_WORDS


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """`whole`: nothing was hidden from this user, so what is not here does not run."""

    processes: tuple[Process, ...]
    whole: bool


def running(proc: Path) -> Running:
    """Every process that may be read. Where others' are hidden (hidepid), that of `init` is missing or shut."""
    try:
        folders = [each for each in proc.iterdir() if each.name.isdecimal()]
    except OSError:
        return Running(processes=(), whole=False)
    whole = any(each.name == "1" for each in folders) and len(folders) <= _MOST_PROCESSES
    found = []
    for folder in folders[:_MOST_PROCESSES]:
        try:
            with (folder / "cmdline").open("rb") as file:
                data = file.read(_MOST_BYTES)
        except PermissionError:
            whole = False
            continue
        except OSError:
            continue  # it has ended
        words = tuple(word.decode("utf-8", "replace") for word in data.split(b"\0") if word)
        if words:
            found.append(Process(pid=int(folder.name), words=words))
    return Running(processes=tuple(found), whole=whole)


def adb_command(words: Sequence[str]) -> str:
    """The command of an adb command line: the first word that is neither an option nor an option's; "" if none."""
    rest = iter(words[1:])
    for word in rest:
        if word in _WITH_ARGUMENT:
            next(rest, "")
        elif not word.startswith("-"):
            return word
    return ""
