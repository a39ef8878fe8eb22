# SPDX-License-Identifier: GPL-3.0-or-later
"""The hand that plugs virtual phones into a real adb server: `host:connect`, `host:disconnect`.

Over TCP an adb server sees no USB hot-plug; this gives it the same picture. It only ever speaks to the
server it was told of, and finds it again when it was restarted.
"""

import socket
import threading
import time
from collections.abc import Sequence

from virtual_phones.adb.listener import AdbListener

POLL_S = 0.2
_SERVER_TIMEOUT_S = 5.0
_CONNECT_TIMEOUT_S = 20.0
_STALE_S = 0.6


class AdbServerError(OSError):
    """The adb server refused, or is not there."""


def ask_adb_server(address: tuple[str, int], service: str, *, timeout_s: float = _SERVER_TIMEOUT_S) -> str:
    """One `host:` service with a block answer. Raises: AdbServerError."""
    try:
        with socket.create_connection(address, timeout=timeout_s) as connection:
            raw = service.encode()
            connection.sendall(b"%04x" % len(raw) + raw)
            status = _exactly(connection, 4)
            text = _exactly(connection, int(_exactly(connection, 4), 16)).decode("utf-8", "replace")
    except (OSError, ValueError) as broken:
        raise AdbServerError(f"adb server {address[0]}:{address[1]}: {broken}") from broken
    if status != b"OKAY":
        raise AdbServerError(text)
    return text


def _exactly(connection: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        piece = connection.recv(count - len(data))
        if not piece:
            raise ValueError("answer ended early")
        data += piece
    return data


class AdbPlug:
    """Keeps an adb server's list like the bench: each open listener connected, each closed one gone."""

    def __init__(self, listeners: Sequence[AdbListener]) -> None:
        self._listeners = tuple(listeners)
        self._server: tuple[str, int] | None = None
        self._busy: set[str] = set()
        self._alone_since: dict[str, float] = {}
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._work, name="adb plug", daemon=True)

    def start(self) -> None:
        """Begin to look after the server, once there is one."""
        self._thread.start()

    def stop(self) -> None:
        """Let go; phones stay connected until the bench ends."""
        self._stop.set()

    def use(self, server: tuple[str, int] | None) -> None:
        """From now on plug the phones into this server (or into none)."""
        self._server = server

    def _work(self) -> None:
        while not self._stop.wait(POLL_S):
            server = self._server
            if server is None:
                continue
            try:
                listed = ask_adb_server(server, "host:devices")
            except AdbServerError:
                continue  # dead or restarting; it is looked for again at the next poll
            states = dict(line.split("\t", 1) for line in listed.splitlines() if "\t" in line)
            for listener in self._listeners:
                self._tend(server, listener, states.get(listener.address))

    def _tend(self, server: tuple[str, int], listener: AdbListener, state: str | None) -> None:
        """What this phone needs now, done in a thread of its own: connecting may wait for a dialog."""
        address = listener.address
        if listener.is_open and listener.connections:
            self._alone_since.pop(address, None)
        if state is None and listener.is_open:
            self._do(server, address, "connect", _CONNECT_TIMEOUT_S)
        elif state is not None and not listener.is_open:
            self._do(server, address, "disconnect", _SERVER_TIMEOUT_S)
        elif state is not None and not listener.connections:
            # Listed although nobody is connected: the server waits to retry by itself, up to 10 s [measured].
            since = self._alone_since.setdefault(address, time.monotonic())
            if time.monotonic() - since > _STALE_S:
                self._do(server, address, "disconnect", _SERVER_TIMEOUT_S)

    def _do(self, server: tuple[str, int], address: str, act: str, timeout_s: float) -> None:
        key = f"{act} {address}"
        with self._lock:
            if key in self._busy:
                return
            self._busy.add(key)
        threading.Thread(target=self._act, args=(server, address, act, timeout_s, key), daemon=True).start()

    def _act(self, server: tuple[str, int], address: str, act: str, timeout_s: float, key: str) -> None:
        try:
            ask_adb_server(server, f"host:{act}:{address}", timeout_s=timeout_s)
        except AdbServerError:
            pass  # already gone, or the server died: the next poll sees what is true
        finally:
            with self._lock:
                self._busy.discard(key)
