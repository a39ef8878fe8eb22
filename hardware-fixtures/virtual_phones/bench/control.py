# SPDX-License-Identifier: GPL-3.0-or-later
"""The control socket of a bench: what people around the phones do, and what only tests may know.

Loopback TCP, one JSON object a line: {"do": NAME, …} → {"ok": …} or {"error": "…"}. One thread a
client. Nothing here is a way to talk to a phone: phones are reached over adb and usbmux only.
"""

import json
import socket
import threading
from collections.abc import Callable, Mapping

Act = Callable[[Mapping[str, object]], object]
MAXIMUM_LINE = 1024 * 1024


class ControlError(Exception):
    """The bench refuses, cannot be reached, or does not answer."""


class ControlServer:
    """Serves a table of acts until the process ends."""

    def __init__(self, acts: Mapping[str, Act]) -> None:
        self._acts = dict(acts)
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]

    def start(self) -> None:
        """Begin to accept clients."""
        threading.Thread(target=self._accept, name="control", daemon=True).start()

    def _accept(self) -> None:
        while True:
            connection, _ = self._socket.accept()
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            with connection, connection.makefile("rb") as lines:
                while line := lines.readline(MAXIMUM_LINE):
                    connection.sendall(json.dumps(self._answer(line)).encode() + b"\n")
        except OSError:
            return  # the client has gone

    def _answer(self, line: bytes) -> dict[str, object]:
        try:
            request = json.loads(line)
            if not isinstance(request, dict) or request.get("do") not in self._acts:
                return {"error": "unknown act"}
            return {"ok": self._acts[request["do"]](request)}
        except (ValueError, KeyError, TypeError, ControlError) as refused:
            return {"error": f"{type(refused).__name__}: {refused}"}


class ControlClient:
    """One connection to a bench's control socket; opened at the first call, opened again when it broke."""

    def __init__(self, address: tuple[str, int], *, timeout_s: float = 30.0) -> None:
        self._address = address
        self._timeout_s = timeout_s
        self._lock = threading.Lock()
        self._connection: socket.socket | None = None
        self._inbox = b""

    def call(self, do: str, **arguments: object) -> object:
        """One act. Raises: ControlError."""
        line = json.dumps({"do": do, **arguments}).encode() + b"\n"
        with self._lock:
            try:
                answer = json.loads(self._exchange(line))
            except (OSError, ValueError) as broken:
                self._drop()
                raise ControlError(f"bench at port {self._address[1]}: {broken}") from broken
        if "error" in answer:
            raise ControlError(str(answer["error"]))
        return answer["ok"]

    def close(self) -> None:
        """Close the connection."""
        with self._lock:
            self._drop()

    def _exchange(self, line: bytes) -> bytes:
        if self._connection is None:
            self._connection = socket.create_connection(self._address, timeout=self._timeout_s)
        self._connection.sendall(line)
        while b"\n" not in self._inbox:
            piece = self._connection.recv(65536)
            if not piece:
                raise ConnectionResetError("closed")
            self._inbox += piece
        answer, _, self._inbox = self._inbox.partition(b"\n")
        return answer

    def _drop(self) -> None:
        self._inbox = b""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
