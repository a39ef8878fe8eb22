# SPDX-License-Identifier: GPL-3.0-or-later
"""What Linux tells of the processes of this machine: which are adb servers, and enough of one to end only our own.

On systems without /proc every answer is None, [] or False, and nothing is ever ended on their strength.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_PROC = Path("/proc")
_LISTEN = "0A"
_MOST_PROCESSES = 20_000
_MOST_BYTES = 65536
_SERVER_WORDS = frozenset({"server", "fork-server", "nodaemon"})
_WITH_ARGUMENT = frozenset({"-L", "-P", "-H", "-s", "-t", "--one-device"})
"""Options of adb that take the next word [read: its help, 29.0.6; the last one is of later versions]."""


def started_at(pid: int) -> int | None:
    """Start time in clock ticks since boot: with the pid, the name of one process for ever. None = gone."""
    try:
        text = (_PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    # The command name stands in parentheses and may hold spaces; fields are counted after the last one.
    fields = text.rpartition(")")[2].split()
    if len(fields) < 20 or fields[0] in ("Z", "X"):
        return None
    return int(fields[19])


def command_line(pid: int) -> list[str]:
    """The words with which the process was started; [] when it is gone or not ours to read."""
    try:
        data = (_PROC / str(pid) / "cmdline").read_bytes()
    except OSError:
        return []
    return [word.decode("utf-8", "surrogateescape") for word in data.split(b"\0")[:-1]]


def listens_on(pid: int, port: int) -> bool:
    """Does this very process hold the listening TCP socket of `port`?"""
    return bool(_listening_sockets(port) & _open_sockets(pid))


def _listening_sockets(port: int) -> set[str]:
    found: set[str] = set()
    for table in ("tcp", "tcp6"):
        try:
            lines = (_PROC / "net" / table).read_text(encoding="ascii").splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            fields = line.split()
            if fields[3] == _LISTEN and int(fields[1].rpartition(":")[2], 16) == port:
                found.add(f"socket:[{fields[9]}]")
    return found


def _open_sockets(pid: int) -> set[str]:
    folder = _PROC / str(pid) / "fd"
    found: set[str] = set()
    try:
        for entry in folder.iterdir():
            target = str(entry.readlink())
            if target.startswith("socket:["):
                found.add(target)
    except OSError:
        return found
    return found


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
class Processes:
    """`whole`: nothing was hidden from this user, so what is not here does not run."""

    processes: tuple[Process, ...]
    whole: bool


def all_processes(proc: Path) -> Processes:
    """Every process that may be read. Where others' are hidden (hidepid), that of `init` is missing or shut."""
    try:
        folders = [each for each in proc.iterdir() if each.name.isdecimal()]
    except OSError:
        return Processes(processes=(), whole=False)
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
    return Processes(processes=tuple(found), whole=whole)


def adb_command(words: Sequence[str]) -> str:
    """The command of an adb command line: the first word that is neither an option nor an option's; "" if none."""
    rest = iter(words[1:])
    for word in rest:
        if word in _WITH_ARGUMENT:
            next(rest, "")
        elif not word.startswith("-"):
            return word
    return ""
