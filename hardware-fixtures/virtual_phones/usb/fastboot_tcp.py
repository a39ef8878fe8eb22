# SPDX-License-Identifier: GPL-3.0-or-later
"""The fastboot of one virtual phone on a loopback socket, as `fastboot -s tcp:HOST:PORT` speaks it.

Each side begins with `FB01`; each packet has its length in eight bytes, big-endian, before it [read: AOSP
system/core/fastboot/README.md, TCP protocol v1]. One client at a time.
"""

import socket
import struct
import threading
from collections.abc import Callable

from virtual_phones.port import VirtualPort
from virtual_phones.usb.pipes import Gone, Pipes

HANDSHAKE = b"FB01"
_LENGTH = struct.Struct(">Q")
_MOST = 1024 * 1024
_SILENCE_S = 60.0


class FastbootTcp:
    """Serves the phone in a port until closed. `address` is what fastboot calls it."""

    def __init__(self, port: VirtualPort, now_s: Callable[[], float], interface: int = 0) -> None:
        self._port = port
        self._interface = interface
        self._pipes = Pipes(now_s)
        self._closed = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.number: int = self._listener.getsockname()[1]
        self.address = f"tcp:127.0.0.1:{self.number}"
        threading.Thread(target=self._accept, name="fastboot", daemon=True).start()

    def close(self) -> None:
        """No more clients."""
        self._closed.set()
        self._listener.close()

    def _accept(self) -> None:
        while not self._closed.is_set():
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            with client:
                client.settimeout(_SILENCE_S)
                try:
                    self._serve(client)
                except (OSError, Gone, EOFError):
                    continue

    def _serve(self, client: socket.socket) -> None:
        client.sendall(HANDSHAKE)
        if _exactly(client, len(HANDSHAKE)) != HANDSHAKE:
            return
        address = self._port.address
        while not self._closed.is_set():
            (length,) = _LENGTH.unpack(_exactly(client, _LENGTH.size))
            if length > _MOST:
                return
            self._pipes.write(self._port, address, self._interface, _exactly(client, length))
            while (answer := self._pipes.read(self._port, address, self._interface)) is not None:
                client.sendall(_LENGTH.pack(len(answer)) + answer)


def _exactly(client: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        piece = client.recv(count - len(data))
        if not piece:
            raise EOFError
        data += piece
    return data
