# SPDX-License-Identifier: GPL-3.0-or-later
"""Fastboot's packets over TCP, as the real `fastboot` speaks them, for our client beside it."""

import contextlib
import socket
import struct

from phones.errors import PhoneLostError, PhoneSilentError

_LENGTH = struct.Struct(">Q")


class TcpTransport:
    """phones.fastboot.link.Transport over a socket."""

    def __init__(self, number: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", number), timeout=90.0)
        self._socket.sendall(b"FB01")
        assert self._exactly(4) == b"FB01"

    def write(self, data: bytes, *, timeout_s: float) -> None:
        self._socket.settimeout(timeout_s)
        try:
            self._socket.sendall(_LENGTH.pack(len(data)) + data)
        except OSError as error:
            raise PhoneLostError(step="send") from error

    def read(self, *, timeout_s: float) -> bytes:
        self._socket.settimeout(timeout_s)
        try:
            (length,) = _LENGTH.unpack(self._exactly(_LENGTH.size))
            return self._exactly(min(length, 4096))
        except TimeoutError as error:
            raise PhoneSilentError(step="read") from error
        except OSError as error:
            raise PhoneLostError(step="read") from error

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._socket.close()

    def _exactly(self, count: int) -> bytes:
        data = b""
        while len(data) < count:
            piece = self._socket.recv(count - len(data))
            if not piece:
                raise PhoneLostError(step="read", expected="a packet", got="the end")
            data += piece
        return data
