# SPDX-License-Identifier: GPL-3.0-or-later
"""The other side of the holder: start it, ask it, end it. Who is no process of the same user is not asked."""

import json
import os
import select
import socket
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from phones.clock import utc_now
from station.errors import AgentError, AgentLivesError
from station.session.agent.holder import LONGEST
from station.session.remote.place import other_side, reachable
from station.setup.home import Home

CONNECT_S = 5.0
START_S = 30.0
SECRETS = frozenset({"PROOFWIPE_PASSPHRASE", "PROOFWIPE_PIN", "PROOFWIPE_VALIDATOR_PASSPHRASE"})
"""Variables that the process must not have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unlocked:
    """An agent that answers: seconds it has left, whether its memory is kept out of swap, and its process."""

    left_s: float
    locked: bool
    process: int

    @property
    def until(self) -> str:
        """Local time of day."""
        return f"{(utc_now() + timedelta(seconds=self.left_s)).astimezone():%H:%M}"


def agent_path(home: Home) -> Path:
    """The socket's name, whether or not anybody listens there."""
    return home.path / "agent.sock"


def agent_status(home: Home) -> Unlocked | None:
    """The agent of that station; None where none answers, also where a killed one left its socket."""
    try:
        said = json.loads(_asked(home, b"status"))
        return Unlocked(left_s=float(said["left_s"]), locked=said["locked"] is True, process=int(said["process"]))
    except (OSError, ValueError, TypeError, KeyError):
        return None


def held_passphrase(home: Home) -> str | None:
    """What the agent holds; None where none answers."""
    try:
        return _asked(home, b"passphrase").decode("utf-8") or None
    except (OSError, ValueError):
        return None


def lock(home: Home) -> bool:
    """Have it forgotten. Was there an agent? Raises: AgentLivesError for one that does not answer."""
    path = agent_path(home)
    try:
        _asked(home, b"lock")
    except (FileNotFoundError, ConnectionRefusedError):
        return False
    except OSError as error:
        with suppress(OSError):
            path.unlink()  # an agent whose socket is gone ends by itself, as soon as it can do anything
        raise AgentLivesError(subject=str(path), got=type(error).__name__) from error
    return True


def unlock(home: Home, passphrase: str, *, hours: float, environment: Mapping[str, str] = os.environ) -> Unlocked:
    """Start an agent in place of one that is there. Raises: AgentError."""
    lock(home)
    # Never the current folder: whatever lies there could be imported by the process that is given the passphrase.
    isolated = ["-I"] if sys.flags.isolated else ["-P"]
    line = [sys.executable, *isolated, "-m", "station.session.agent.holder"]
    arguments = [str(agent_path(home).absolute()), str(home.keys.absolute()), str(hours * 3600)]
    process = subprocess.Popen(
        [*line, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={name: value for name, value in environment.items() if name not in SECRETS},
        start_new_session=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    with process.stdin as secret, process.stdout as said:
        with suppress(OSError):  # it ended already, and says so below
            secret.write(passphrase.encode("utf-8"))
            secret.close()
        ready = bool(select.select([said], [], [], START_S)[0]) and said.readline() == b"ready\n"
    found = agent_status(home) if ready else None
    if found is None:
        process.kill()
        process.wait(START_S)
        raise AgentError(subject=str(agent_path(home)), got="—")
    process.returncode = 0  # it outlives us, and is nobody's child to wait for
    return found


def _asked(home: Home, wish: bytes) -> bytes:
    """Raises: OSError, also when another user listens there."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(CONNECT_S)
        with reachable(agent_path(home)) as name:
            connection.connect(name)
        if other_side(connection) != os.geteuid():
            raise PermissionError("another user's socket")
        connection.sendall(wish + b"\n")
        found = bytearray()
        while piece := connection.recv(LONGEST):
            found += piece
            if len(found) > 2 * LONGEST:
                raise OSError("too much")
        if not found:
            raise OSError("no answer")
        return bytes(found)
