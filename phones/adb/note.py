# SPDX-License-Identifier: GPL-3.0-or-later
"""The note a station leaves in the home of its adb server: which process it is, so that ours is told from others'.

A process id is used again; with the start time and the command line it is the name of one process.
"""

import json
from collections.abc import Mapping
from pathlib import Path

from phones.adb.processes import command_line, started_at

NOTE = "adb-server.json"
_MOST_BYTES = 65536


def read_note(home: Path) -> Mapping[str, object]:
    """What is noted in this home; empty when there is no note or it is none of ours."""
    try:
        with (home / NOTE).open("rb") as file:
            note = json.loads(file.read(_MOST_BYTES))
    except (OSError, ValueError, RecursionError):
        return {}
    return note if isinstance(note, dict) else {}


def noted_server(home: Path) -> int | None:
    """The process id of the adb server that was started for this home; None when it no longer runs.

    Noted here, same start time, same command line, same port; anything less certain is not ours.
    """
    note = read_note(home)
    pid, port = note.get("pid"), note.get("port")
    if not isinstance(pid, int) or not isinstance(port, int):
        return None
    if command_line(pid) != [str(note.get("binary")), "-P", str(port), "nodaemon", "server"]:
        return None
    started = started_at(pid)
    return pid if started is not None and started == note.get("started") else None
