# SPDX-License-Identifier: GPL-3.0-or-later
"""A receiver of webhooks on a real socket of this machine, that behaves as it is told."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

OK = b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"


@dataclass(frozen=True)
class Received:
    """One request: its first line, its headers (lower case), its body, and every byte of it."""

    line: str
    headers: dict[str, str]
    body: bytes
    raw: bytes


def answer(
    status: int, *, body: bytes = b"", retry_after: str = "", location: str = ""
) -> Callable[[socket.socket], None]:
    """Answers that."""
    lines = [f"HTTP/1.1 {status} Whatever", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in (("Retry-After", retry_after), ("Location", location)) if value]
    data = ("\r\n".join(lines) + "\r\n\r\n").encode() + body
    return lambda connection: connection.sendall(data)


@dataclass
class Receiver:
    """`behave`: what is done once a request has come whole; `fine` acknowledges. `received`: all requests so far."""

    port: int
    received: list[Received] = field(default_factory=list)
    connections: int = 0
    behave: Callable[[socket.socket], None] = lambda connection: connection.sendall(OK)
    over: threading.Event = field(default_factory=threading.Event)
    here: threading.local = field(default_factory=threading.local)

    @property
    def request(self) -> Received:
        """What `behave` is to answer: the request of its own connection, whatever else has come meanwhile."""
        found: Received = self.here.request
        return found

    @property
    def url(self) -> str:
        """Of this machine."""
        return f"http://127.0.0.1:{self.port}/hook"

    def fine(self) -> None:
        """From now on everything is acknowledged."""
        self.behave = lambda connection: connection.sendall(OK)

    def hang(self, _connection: socket.socket) -> None:
        """Says nothing until the test is over."""
        self.over.wait(60)

    def drip(self, connection: socket.socket) -> None:
        """A byte now and then, for ever."""
        with suppress(OSError):
            connection.sendall(b"HTTP/1.1 200 ")
            while not self.over.wait(0.05):
                connection.sendall(b"x")

    def flood(self, connection: socket.socket) -> None:
        """Ten megabytes of body."""
        with suppress(OSError):
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 10485760\r\n\r\n")
            for _ in range(160):
                connection.sendall(b"x" * 65536)

    def flood_of_headers(self, connection: socket.socket) -> None:
        """Ten megabytes before the body."""
        with suppress(OSError):
            connection.sendall(b"HTTP/1.1 200 OK\r\n")
            for _ in range(10_000):
                connection.sendall(b"X-Filler: " + b"x" * 1000 + b"\r\n")

    def _take(self, connection: Any) -> None:
        with connection, suppress(OSError):
            connection.settimeout(30)
            raw = b""
            while b"\r\n\r\n" not in raw:
                piece = connection.recv(65536)
                if not piece:
                    return
                raw += piece
            head, _, body = raw.partition(b"\r\n\r\n")
            line, *rest = head.decode().split("\r\n")
            headers = {name.lower(): value for name, _, value in (each.partition(": ") for each in rest)}
            while len(body) < int(headers["content-length"]):
                piece = connection.recv(65536)
                if not piece:
                    return
                body, raw = body + piece, raw + piece
            self.here.request = Received(line, headers, body, raw)
            self.received.append(self.here.request)
            self.behave(connection)


@contextmanager
def receiver(*, tls: ssl.SSLContext | None = None) -> Iterator[Receiver]:
    """Listens until the end; a thread a connection."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        made = Receiver(server.getsockname()[1])

        def serve() -> None:
            while True:
                try:
                    connection: Any = server.accept()[0]
                except OSError:
                    return
                made.connections += 1
                threading.Thread(target=take, args=(connection,), daemon=True).start()

        def take(connection: Any) -> None:
            if tls is not None:
                try:
                    connection = tls.wrap_socket(connection, server_side=True)
                except OSError:
                    connection.close()
                    return
            made._take(connection)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield made
        finally:
            made.over.set()
            with suppress(OSError):
                server.shutdown(socket.SHUT_RDWR)
