# SPDX-License-Identifier: GPL-3.0-or-later
"""One connection to our adb server, with a deadline for the whole exchange and every failure named.

adbutils' connection class carries the bytes; what it does on its own is taken away: it would start a
server on 5037 when ours does not answer, sleep 10 ms at every close, and count its timeout per read, so
that a phone dripping one byte a second would hold a worker for ever.
"""

import socket
import time
from collections.abc import Callable
from math import inf
from types import TracebackType
from typing import Any, Protocol, Self, cast

from adbutils import AdbConnection
from adbutils.errors import AdbError, AdbTimeout

from phones.cleaning import clean
from phones.errors import (
    AdbServerError,
    PhoneError,
    PhoneLostError,
    PhoneRefusedError,
    PhoneSilentError,
    ReplyMalformedError,
)
from phones.refusals import find, kept

_MAXIMUM_SERVICE = 0xFFFF
_MAXIMUM_BLOCK = 0xFFFF
_CONNECT_TIMEOUT_S = 3.0
LOOK_EACH_S = 2.0
"""How often a wait looks whether the phone is still there."""


class AdbEndpoint(Protocol):
    """What a link and the bench need of the adb server: connections, answers, and word of a restart."""

    @property
    def generation(self) -> int:
        """Grows with every restart; a transport id belongs to one generation."""

    def connect(self, deadline: "Deadline") -> "AdbStream":
        """A fresh connection. Raises: AdbServerError."""

    def ask(self, service: str, *, timeout_s: float = 5.0) -> bytes:
        """The block that answers `host:...`. Raises: AdbServerError, PhoneLostError, PhoneRefusedError."""

    def on_restart(self, listener: Callable[[], None]) -> None:
        """Call `listener` after each restart."""


class Deadline:
    """A moment after which nothing waits any more."""

    def __init__(self, seconds: float) -> None:
        self._until = time.monotonic() + seconds

    def left(self) -> float:
        """Seconds left; 0 or less when it has passed."""
        return self._until - time.monotonic()


class _Connection(AdbConnection):  # type: ignore[misc]  # adbutils is not imported by mypy (pyproject)
    """adbutils' connection, made by us."""

    def __init__(self, host: str, port: int) -> None:
        self._address = (host, port)
        super().__init__(host, port)

    def _safe_connect(self) -> socket.socket:
        # Instead of adbutils' version, which runs `adb start-server` when nothing answers.
        return socket.create_connection(self._address, timeout=_CONNECT_TIMEOUT_S)


class AdbStream:
    """One connection. After `transport` it speaks to a phone; before, to the server."""

    def __init__(self, connection: Any, deadline: Deadline) -> None:
        self._connection = connection
        self._deadline = deadline
        self._attached: Callable[[], bool] | None = None

    def watch(self, attached: Callable[[], bool]) -> None:
        """From now on a wait ends early, as PhoneLostError, once `attached` says that the phone's transport is gone.

        The server closes the streams of a transport that leaves, but not always: among some ninety jobs in the USB
        rig one stream stayed open although its transport was listed no more [seen once, adb 36].
        """
        self._attached = attached

    @classmethod
    def open(cls, port: int, deadline: Deadline) -> Self:
        """Connect to the server on loopback. Raises: AdbServerError."""
        try:
            return cls(_Connection("127.0.0.1", port), deadline)
        except (AdbError, OSError) as error:
            raise AdbServerError(step="connect", expected="our adb server", got=type(error).__name__) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the socket, without adbutils' pause; never raises."""
        try:
            self._connection.conn.close()
        except (AdbError, OSError):
            return

    def raw_socket(self) -> socket.socket:
        """The socket itself, for an act that carries bytes both ways at its own pace."""
        return cast(socket.socket, self._connection.conn)

    def send(self, data: bytes) -> None:
        """Send all of it. Raises: PhoneLostError, PhoneSilentError."""
        try:
            self._arm()
            self._connection.conn.sendall(data)
        except TimeoutError as error:
            raise PhoneSilentError(step="send", expected="a reader", got="none") from error
        except OSError as error:
            raise PhoneLostError(step="send", expected="an open link", got=type(error).__name__) from error

    def request(self, service: str) -> None:
        """Ask the server or the phone for a service and wait for OKAY.

        Raises: PhoneRefusedError (`closed`, `unauthorized`, `no_permission`, `refused`), PhoneLostError,
        PhoneSilentError, ReplyMalformedError.
        """
        data = service.encode("utf-8", "surrogateescape")
        if len(data) > _MAXIMUM_SERVICE:
            raise ReplyMalformedError(step="send", expected="a request of at most 65535 bytes", got=str(len(data)))
        self.send(b"%04x" % len(data) + data)
        self.expect_okay()

    def expect_okay(self) -> None:
        """Wait for OKAY. Raises: as `request`."""
        answer = self.read_exactly(4)
        if answer == b"OKAY":
            return
        if answer == b"FAIL":
            raise _refusal(self.read_block().decode("utf-8", "replace"))
        raise ReplyMalformedError(step="open", expected="OKAY or FAIL", got=repr(answer))

    def ask_server(self, service: str) -> bytes:
        """A request answered by one length-prefixed block. Raises: as `request`."""
        self.request(service)
        return self.read_block()

    def read_block(self) -> bytes:
        """Four hex digits of length, then that many bytes."""
        head = self.read_exactly(4)
        try:
            length = int(head, 16)
        except ValueError as error:
            raise ReplyMalformedError(step="read", expected="a length", got=repr(head)) from error
        return self.read_exactly(min(max(length, 0), _MAXIMUM_BLOCK))

    def read_exactly(self, count: int) -> bytes:
        """Exactly `count` bytes. Raises: PhoneLostError when the stream ends before, PhoneSilentError."""
        data = bytearray()
        while len(data) < count:
            piece = self.read_some(count - len(data))
            if not piece:
                raise PhoneLostError(step="read", expected="an answer", got="the link ended")
            data += piece
        return bytes(data)

    def read_some(self, most: int) -> bytes:
        """What is there, at most `most` bytes; b"" at the end of the stream. Raises: as `read_exactly`."""
        while True:
            try:
                self._arm(LOOK_EACH_S if self._attached is not None else inf)
                return cast(bytes, self._connection.conn.recv(min(most, 65536)))
            except (TimeoutError, AdbTimeout) as error:
                if self._attached is not None and not self._attached():
                    raise PhoneLostError(step="read", expected="an open link", got="the phone left") from error
                if self._deadline.left() <= 0:
                    raise PhoneSilentError(step="read", expected="an answer in time", got="none") from error
            except OSError as error:
                raise PhoneLostError(step="read", expected="an open link", got=type(error).__name__) from error

    def _arm(self, most_s: float = inf) -> None:
        left = self._deadline.left()
        if left <= 0:
            raise PhoneSilentError(step="read", expected="an answer in time", got="none")
        self._connection.conn.settimeout(min(left, most_s))


def _refusal(text: str) -> PhoneError:
    """Adb's own words for a no, as an error of ours (`phones/refusals.toml`)."""
    known, got = find("adb", text.strip()), clean(text)
    word, code = kept("adb", text), known.code if known is not None else "refused"
    if code == "lost":
        return PhoneLostError(step="open", expected="a phone on this transport", got=got, word=word)
    return PhoneRefusedError(reason_code=code, step="open", expected="an open service", got=got, word=word)
