# SPDX-License-Identifier: GPL-3.0-or-later
"""A small web server for a log and for a witness: bounded in connections at once, in seconds and in bytes."""

import contextlib
import http.server
import socket
import threading
from dataclasses import dataclass
from typing import Any, Protocol

from certs.log.errors import LogError
from certs.log.tiles import Leaves, Tile, tile_bytes

LOOPBACK = "127.0.0.1"
_CONNECTIONS = 16
_IDLE_S, _WHOLE_S = 10.0, 60.0
_LARGEST_BODY = 160 * 1024
_LONGEST_PATH = 200
_FOR_EVER, _NOT_LONG = "public, max-age=31536000, immutable", "no-cache"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An HTTP answer. `fault`: what a refusal is about, for our side. `lasting`: it may be cached for ever."""

    status: int
    body: bytes = b""
    content_type: str = "text/plain; charset=utf-8"
    fault: str = ""
    lasting: bool = False


class Site(Protocol):
    """What a server shows. Paths come without the leading slash."""

    def get(self, path: str) -> Reply:
        """Answer a GET."""

    def post(self, path: str, body: bytes) -> Reply:
        """Answer a POST."""


class Published(Leaves, Protocol):
    """What `LogSite` shows: `TransparencyLog`."""

    @property
    def size(self) -> int:
        """Number of entries."""

    def checkpoint(self) -> str:
        """The newest checkpoint."""


class LogSite:
    """A log as C2SP tlog-tiles, read-only. Tiles are computed when asked for."""

    def __init__(self, log: Published) -> None:
        self._log = log

    def get(self, path: str) -> Reply:
        """`checkpoint`, or a tile of it."""
        if path == "checkpoint":
            note = self._log.checkpoint()
            return Reply(status=200, body=note.encode()) if note else Reply(status=404)
        tile = Tile.parse(path)
        if tile is None or tile.size > self._log.size:
            return Reply(status=404)
        return Reply(
            status=200, body=tile_bytes(self._log, tile), content_type="application/octet-stream", lasting=True
        )

    def post(self, path: str, body: bytes) -> Reply:  # noqa: ARG002 - nothing can be posted
        """Nothing can be written here."""
        return Reply(status=405)


class Server(http.server.ThreadingHTTPServer):
    """Serves one site. Use as a context manager; `serve_forever` in the thread of your choice."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, site: Site, *, host: str = LOOPBACK, port: int = 0) -> None:
        """`port` 0: any free one. Raises: OSError."""
        self.site = site
        self._places = threading.BoundedSemaphore(_CONNECTIONS)
        super().__init__((host, port), _Handler)

    @property
    def url(self) -> str:
        """Where it answers."""
        host, port = self.server_address[:2]
        return f"http://{host if isinstance(host, str) else host.decode()}:{port}"

    def process_request(self, request: Any, client_address: Any) -> None:
        """A thread for a connection, if there is a place; else it is closed at once."""
        if not self._places.acquire(blocking=False):
            self.shutdown_request(request)
            return
        try:
            super().process_request(request, client_address)
        except BaseException:
            self._places.release()
            raise

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Its time is limited as a whole, so that nobody holds a place by being slow."""
        watch = threading.Timer(_WHOLE_S, _cut, (request,))
        watch.daemon = True
        watch.start()
        try:
            super().process_request_thread(request, client_address)
        finally:
            watch.cancel()
            self._places.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that breaks off is nobody's concern."""


class _Handler(http.server.BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"
    timeout = _IDLE_S
    server_version, sys_version = "proofwipe", ""

    def do_GET(self) -> None:
        self._answer(self._ask(None))

    def do_HEAD(self) -> None:
        self._answer(self._ask(None), content=False)

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        if not (length.isascii() and length.isdigit()) or len(length) > 9 or int(length) > _LARGEST_BODY:
            self.close_connection = True
            self._answer(Reply(status=413 if length.isdigit() else 411))
            return
        self._answer(self._ask(self.rfile.read(int(length))))

    def _ask(self, body: bytes | None) -> Reply:
        path = self.path.partition("?")[0].removeprefix("/")
        if len(path) > _LONGEST_PATH:
            return Reply(status=414)
        try:
            return self.server.site.get(path) if body is None else self.server.site.post(path, body)
        except LogError:
            return Reply(status=500)

    def _answer(self, reply: Reply, *, content: bool = True) -> None:
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.content_type)
        self.send_header("Content-Length", str(len(reply.body)))
        self.send_header("Cache-Control", _FOR_EVER if reply.lasting else _NOT_LONG)
        self.send_header("X-Content-Type-Options", "nosniff")
        self.end_headers()
        if content:
            self.wfile.write(reply.body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """Nothing is said of requests."""


def _cut(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
