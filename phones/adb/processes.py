# SPDX-License-Identifier: GPL-3.0-or-later
"""What Linux tells of a process: enough to be certain that it is ours before it is ended.

On systems without /proc every answer is None, [] or False, and nothing is ever ended on their strength.
"""

from pathlib import Path

_PROC = Path("/proc")
_LISTEN = "0A"


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
