# SPDX-License-Identifier: GPL-3.0-or-later
"""The side of a command that finds its station in use: the session there does what is asked, and tells what came of it.

What a session answers is believed no further than its shape: the same user may have put something else there.
"""

import secrets
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar, cast

from phones.errors import ProofwipeError
from station.errors import SessionLostError, SessionRefusedError
from station.session.bench_operations import Operations
from station.session.operations import OpenStation
from station.session.remote.messages import LARGEST_REPLY, Request, read_reply, write_request
from station.session.remote.place import other_side, own_or_root, reachable, read_line, send_line, socket_path
from station.setup.home import Home
from station.text.language import current

CONNECT_S = 5.0
SEND_S = 10.0
LONGEST_ACT_S = 300.0
"""How long an answer is waited for: a phone that hardly answers, an authority for time stamps that does not."""
_AGAIN_S = 0.05

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True, slots=True, kw_only=True)
class Elsewhere(Operations[OpenStation]):
    """Has operations carried out by the session at `path`. `warn` is told what the work went on without."""

    path: Path
    warn: Callable[[ProofwipeError], None]

    def do(self, operation: Callable[Concatenate[OpenStation, P], R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        """One request, its answer. Raises: what the operation raises; SessionLostError, SessionRefusedError."""
        if args:
            raise TypeError("arguments of operations are named")
        asked = Request(id=secrets.token_hex(8), language=current(), operation=operation, arguments=kwargs)
        line = write_request(asked)
        try:
            with _connect(self.path) as connection:
                send_line(connection, line, seconds=SEND_S)
                answer = read_line(connection, most=LARGEST_REPLY, seconds=LONGEST_ACT_S)
        except (OSError, EOFError) as error:
            raise SessionLostError(subject=str(self.path), got=type(error).__name__) from error
        except ValueError as error:
            raise SessionRefusedError(subject=str(self.path), got=f"> {LARGEST_REPLY} B") from error
        try:
            reply = read_reply(answer, operation)
        except ValueError as error:
            raise SessionRefusedError(subject=str(self.path), got=str(error)[:80]) from error
        for warning in reply.warned:
            self.warn(warning)
        if reply.error is not None:
            raise reply.error
        if reply.id != asked.id:
            raise SessionRefusedError(subject=str(self.path), got="id")
        return cast("R", reply.result)


def find_session(home: Home, *, warn: Callable[[ProofwipeError], None] = lambda _error: None) -> Elsewhere | None:
    """The session at work in that folder, if one answers there."""
    path = socket_path(home)
    with suppress(OSError), _connect(path):
        return Elsewhere(path=path, warn=warn)
    return None


def _connect(path: Path) -> socket.socket:
    """Raises: OSError, also when somebody else listens there."""
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connection.settimeout(CONNECT_S)
        until = time.monotonic() + CONNECT_S
        with reachable(path) as name:
            while True:
                try:
                    connection.connect(name)
                    break
                except BlockingIOError:  # as many as may wait there do [measured: at once, whatever the time limit]
                    if time.monotonic() >= until:
                        raise
                    time.sleep(_AGAIN_S)
        user = other_side(connection)
        if not own_or_root(user) and user != path.parent.stat().st_uid:
            raise PermissionError("another user's socket")
    except BaseException:
        connection.close()
        raise
    return connection
