# SPDX-License-Identifier: GPL-3.0-or-later
"""One POST to one address that was judged, within one time, with a few bytes of answer read and thrown away.

Of the standard library, and not of httpx: the address that is connected to must be the one that was judged, redirects
and proxies must not exist, and the time must end the whole of it, not each wait for a byte. That is less code here than
it would be around a client that does more.
"""

import http.client
import io
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from station.service.outbound.address import Address, Resolver, allowed, resolve
from station.setup.webhooks import Webhook

MOST_READ = 16 * 1024
LONGEST_LINE = 8 * 1024
_SLICE_S = 0.25


class Failure(StrEnum):
    """Why nothing was acknowledged, in words of docs/webhooks.md."""

    NO_ADDRESS = "no_address"
    ADDRESS_REFUSED = "address_refused"
    NOT_CONNECTED = "not_connected"
    TLS = "tls"
    TIMEOUT = "timeout"
    CLOSED = "closed"
    NO_HTTP = "no_http"
    REDIRECT = "redirect"
    GONE = "gone"
    REFUSED = "refused"
    BUSY = "busy"
    BROKEN = "broken"
    UNREADABLE = "unreadable"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came of it. `failure`: None when it was acknowledged. `status`: of the answer, 0 without one. `wait_s`: how
    long the receiver asks to be left alone.
    """

    failure: Failure | None
    status: int = 0
    wait_s: float = 0.0

    @property
    def code(self) -> str:
        """What is kept and shown: `timeout`, `refused_404`; "" when it was acknowledged."""
        if self.failure is None:
            return ""
        return f"{self.failure.value}_{self.status}" if self.status else self.failure.value


class _FailedError(Exception):
    """Inside of this module."""

    def __init__(self, failure: Failure) -> None:
        self.failure = failure
        super().__init__(failure.value)


def post(
    hook: Webhook,
    headers: Mapping[str, str],
    body: bytes,
    *,
    tls: ssl.SSLContext | None,
    stopped: threading.Event,
    resolver: Resolver = resolve,
    monotonic: Callable[[], float] = time.monotonic,
) -> Answer:
    """Send it once. Takes at most `timeout_s` of the settings, but for the system's resolver. Never raises."""
    until = monotonic() + hook.timeout_s

    def left() -> float:
        rest = until - monotonic()
        if stopped.is_set():
            raise _FailedError(Failure.STOPPED)
        if rest <= 0:
            raise _FailedError(Failure.TIMEOUT)
        return rest

    try:
        connection = _connected(hook, resolver, tls, left)
    except _FailedError as failed:
        return Answer(failure=failed.failure)
    try:
        connection.settimeout(left())
        connection.sendall(_head(hook, headers, len(body)) + body)
        return _answer(connection, left)
    except _FailedError as failed:
        return Answer(failure=failed.failure)
    except TimeoutError:
        return Answer(failure=Failure.TIMEOUT)
    except ssl.SSLError:
        return Answer(failure=Failure.TLS)
    except OSError:
        return Answer(failure=Failure.CLOSED)
    finally:
        connection.close()


def tls_of(ca_file: str) -> ssl.SSLContext:
    """Verified by the authorities of this machine, or by those of a file alone. Raises: OSError, ssl.SSLError."""
    context = ssl.create_default_context(cafile=ca_file or None)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _connected(
    hook: Webhook, resolver: Resolver, tls: ssl.SSLContext | None, left: Callable[[], float]
) -> socket.socket:
    left()
    try:
        found = tuple(resolver(hook.host, hook.port))
    except (OSError, UnicodeError) as error:
        raise _FailedError(Failure.NO_ADDRESS) from error
    addresses = allowed(hook.host, found, private=hook.private)
    if not addresses:
        raise _FailedError(Failure.ADDRESS_REFUSED if found else Failure.NO_ADDRESS)
    plain = _first(addresses, hook.port, left)
    if tls is None:
        return plain
    wrapped = plain
    try:
        wrapped = tls.wrap_socket(plain, server_hostname=hook.host, do_handshake_on_connect=False)
        wrapped.settimeout(left())
        wrapped.do_handshake()
    except (OSError, ValueError, _FailedError) as error:
        wrapped.close()
        if isinstance(error, _FailedError):
            raise
        failure = Failure.TIMEOUT if isinstance(error, TimeoutError) else Failure.TLS
        raise _FailedError(failure) from error
    return wrapped


def _first(addresses: tuple[Address, ...], port: int, left: Callable[[], float]) -> socket.socket:
    """A connection to the first of them that takes one."""
    last = Failure.NOT_CONNECTED
    for number, address in enumerate(addresses):
        try:
            return socket.create_connection((str(address), port), timeout=left() / (len(addresses) - number))
        except TimeoutError:
            last = Failure.TIMEOUT
        except OSError:
            last = Failure.NOT_CONNECTED
    raise _FailedError(last)


def _head(hook: Webhook, headers: Mapping[str, str], length: int) -> bytes:
    """The request's head; nothing of a phone is in it."""
    parts = hook.parts
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    host = f"[{hook.host}]" if ":" in hook.host else hook.host
    usual = 443 if parts.scheme == "https" else 80
    named = host if hook.port == usual else f"{host}:{hook.port}"
    lines = [f"POST {target} HTTP/1.1", f"Host: {named}", f"Content-Length: {length}", "Connection: close"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("ascii")


class _Reading(io.RawIOBase):
    """What the receiver sends, until the time is over or enough was read; looks often whether the service ends.

    `ended`: why there was no more when more was wanted, None if that was never so.
    """

    def __init__(self, connection: socket.socket, left: Callable[[], float]) -> None:
        self._connection, self._left = connection, left
        self._room = MOST_READ
        self.ended: Failure | None = None

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer)[: self._room]  # type: ignore[arg-type]  # whatever buffer io hands over
        if not self._room:
            self.ended = Failure.NO_HTTP
            return 0
        while True:
            self._connection.settimeout(min(self._left(), _SLICE_S))
            try:
                count = self._connection.recv_into(view)
            except TimeoutError:
                continue
            self._room -= count
            if not count:
                self.ended = Failure.CLOSED
            return count

    def makefile(self, _mode: str) -> io.BufferedReader:
        """As `http.client` asks a socket."""
        return io.BufferedReader(self, LONGEST_LINE)


def _answer(connection: socket.socket, left: Callable[[], float]) -> Answer:
    """The status decides; what stands in the body is thrown away, whatever it asks for."""
    reading = _Reading(connection, left)
    found = http.client.HTTPResponse(reading, method="POST")  # type: ignore[arg-type]  # all it asks is a file
    try:
        found.begin()
    except http.client.RemoteDisconnected:
        return Answer(failure=Failure.CLOSED)
    except (http.client.HTTPException, ValueError):
        return Answer(failure=Failure.NO_HTTP)
    if reading.ended is not None:  # a head that breaks off: nobody knows what was to come
        return Answer(failure=reading.ended)
    status = found.status
    match status:
        case _ if 200 <= status < 300:
            return Answer(failure=None, status=status)
        case _ if 300 <= status < 400:
            return Answer(failure=Failure.REDIRECT, status=status)
        case 410:
            return Answer(failure=Failure.GONE, status=status)
        case 408 | 425 | 429 | 503:
            return Answer(failure=Failure.BUSY, status=status, wait_s=_wait_s(found.getheader("Retry-After")))
        case _ if 400 <= status < 500:
            return Answer(failure=Failure.REFUSED, status=status)
    return Answer(failure=Failure.BROKEN, status=status)


LONGEST_WAIT_S = 3600.0


def _wait_s(header: str | None) -> float:
    """Seconds; a date, or anything else, asks for nothing."""
    if header is None or not (header.isascii() and header.isdecimal()) or len(header) > 9:
        return 0.0
    return min(float(header), LONGEST_WAIT_S)
