# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests to a running service: over its Unix socket as the station's own user, or over loopback with a token.

What a service answers is believed no further than its shape: whoever may write into the station's folder may have put
something else there. Each request has a connection of its own, so nothing is left behind by one that was broken off.
"""

import http.client
import json
import socket
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from phones.errors import ProofwipeError
from station.client.refusals import refusal_from
from station.errors import SessionLostError, SessionRefusedError
from station.session.remote.place import other_side, own_or_root, reachable
from station.setup.home import Home
from station.text.language import current

LONGEST_S = 300.0
"""Seconds an answer is waited for: a phone that hardly answers."""
LARGEST_ANSWER = 64 * 1024 * 1024
LONGEST_LINE = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One server-sent event. `number`: in the ledger, None for what is not kept. `document`: its data."""

    kind: str
    number: int | None
    document: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Asked:
    answer: http.client.HTTPResponse
    socket: socket.socket


class EventsOpen:
    """A stream that is open: iterate over it once. `end` may be called from any thread."""

    def __init__(self, connected: socket.socket, answer: http.client.HTTPResponse, place: str) -> None:
        self._socket = connected
        self._answer = answer
        self._place = place
        self._ended = False

    def __iter__(self) -> Iterator[Event]:
        try:
            yield from events_of(self._answer)
        except (OSError, http.client.HTTPException) as error:
            if not self._ended:
                raise SessionLostError(subject=self._place, got=type(error).__name__) from error
        except (ValueError, RecursionError) as error:
            raise SessionRefusedError(subject=self._place, got=str(error)[:80]) from error

    def end(self) -> None:
        """Nobody wants more of it: whoever waits for its next event gets none."""
        self._ended = True
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)


class _UnixConnection(http.client.HTTPConnection):
    """HTTP over a socket in a folder, if it is the own user's or root's who listens there."""

    def __init__(self, path: Path, seconds: float) -> None:
        super().__init__("localhost", timeout=seconds)
        self._path = path

    def connect(self) -> None:
        """Raises: OSError, also when somebody else listens there."""
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        with reachable(self._path) as name:
            self.sock.connect(name)
        if not own_or_root(other_side(self.sock)):
            self.sock.close()
            raise PermissionError("another user's socket")


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """Where a service is: `path` of its Unix socket, or else `port` on loopback. `token`: see docs/service.md."""

    path: Path | None = None
    port: int = 0
    token: str = ""

    def get(self, path: str, **query: object) -> Any:
        """The document there. Raises: what the service refuses; SessionLostError, SessionRefusedError."""
        return self._document("GET", path, query, None, {})

    def post(self, path: str, body: Mapping[str, object], *, key: str = "") -> Any:
        """What came of it. `key`: the Idempotency-Key of what starts work. Raises: as `get`."""
        return self._document("POST", path, {}, body, {"Idempotency-Key": key} if key else {})

    def bytes_at(self, path: str) -> bytes:
        """A file. Raises: as `get`."""
        with self._asked("GET", path, {}, None, {}) as asked:
            return self._whole(asked.answer)

    @contextmanager
    def events(self, *, seconds: float, **query: object) -> "Iterator[EventsOpen]":
        """What happens from the moment this is entered on (see docs/service.md for what may be asked). Silence for
        `seconds`, in which not even a sign of life came, is an end too.

        Raises: as `get`, also while iterating.
        """
        with self._asked("GET", "/v1/events", query, None, {}, seconds=seconds) as asked:
            yield EventsOpen(asked.socket, asked.answer, self.place)

    def answers(self) -> bool:
        """Does a service answer there?"""
        try:
            return self.bytes_at("/healthz") == b"ok\n"
        except ProofwipeError:
            return False

    # -- the wire ---------------------------------------------------------------------------------------

    def _document(
        self,
        method: str,
        path: str,
        query: Mapping[str, object],
        body: Mapping[str, object] | None,
        headers: Mapping[str, str],
    ) -> Any:
        with self._asked(method, path, query, body, headers) as asked:
            whole = self._whole(asked.answer)
        try:
            return json.loads(whole)
        except (ValueError, RecursionError) as error:
            raise SessionRefusedError(subject=self.place, got=type(error).__name__) from error

    @contextmanager
    def _asked(
        self,
        method: str,
        path: str,
        query: Mapping[str, object],
        body: Mapping[str, object] | None,
        headers: Mapping[str, str],
        *,
        seconds: float = LONGEST_S,
    ) -> "Iterator[_Asked]":
        """An answer that is no refusal."""
        wanted = {name: value for name, value in query.items() if value not in (None, "")}
        sent: dict[str, str] = {"Accept-Language": current(), **headers}
        if self.token:
            sent["Authorization"] = f"Bearer {self.token}"
        data = None
        if body is not None:
            data, sent["Content-Type"] = json.dumps(body).encode(), "application/json"
        with closing(self._connection(seconds)) as connection:
            try:
                connection.request(method, f"{path}?{urlencode(wanted)}" if wanted else path, data, sent)
                sock = connection.sock
                answer = connection.getresponse()
            except (OSError, http.client.HTTPException) as error:
                raise SessionLostError(subject=self.place, got=type(error).__name__) from error
            if answer.status >= http.client.BAD_REQUEST:
                raise self._refusal(self._whole(answer))
            yield _Asked(answer, sock)

    def _connection(self, seconds: float) -> http.client.HTTPConnection:
        if self.path is not None:
            return _UnixConnection(self.path, seconds)
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=seconds)

    def _whole(self, answer: http.client.HTTPResponse) -> bytes:
        try:
            found = answer.read(LARGEST_ANSWER + 1)
        except (OSError, http.client.HTTPException) as error:
            raise SessionLostError(subject=self.place, got=type(error).__name__) from error
        if len(found) > LARGEST_ANSWER:
            raise SessionRefusedError(subject=self.place, got=f"> {LARGEST_ANSWER} B")
        return found

    def _refusal(self, told: bytes) -> ProofwipeError:
        try:
            return refusal_from(json.loads(told))
        except (ValueError, KeyError, TypeError, RecursionError):
            return SessionRefusedError(subject=self.place, got=told[:40].decode("ascii", "replace"))

    @property
    def place(self) -> str:
        """What the service is called in sentences."""
        return str(self.path) if self.path is not None else f"127.0.0.1:{self.port}"


def connection_to(home: Home) -> Connection:
    """The service of that station, whether or not it runs."""
    return Connection(path=home.path / "api.sock")


def events_of(lines: Any) -> Iterator[Event]:
    """The events of a stream, read from something with `readline`. Raises: ValueError for what is none; OSError."""
    kind, number, data = "", None, []
    while line := lines.readline(LONGEST_LINE):
        if not line.endswith(b"\n"):
            raise ValueError("a line without an end")
        name, _, value = line.decode("utf-8").rstrip("\r\n").partition(":")
        value = value.removeprefix(" ")
        if name == "event":
            kind = value
        elif name == "id" and value.isascii() and value.isdecimal():
            number = int(value)
        elif name == "data":
            data.append(value)
        elif not name and not value and data:
            document = json.loads("\n".join(data))
            if not isinstance(document, dict):
                raise ValueError("no object")
            yield Event(kind=kind, number=number, document=document)
            kind, number, data = "", None, []
