# SPDX-License-Identifier: GPL-3.0-or-later
"""The phone's own loopback, for programs on the phone: a browser there that says `localhost` comes here.

Each slot has an address of its own below 127.0.0.0/8, so that the phone's port N and the bench's are two, as in life.
"""

import contextlib
import socket
from collections.abc import Iterable

from virtual_phones.adb.adbd import Adbd
from virtual_phones.adb.reverse import Dialled

_RECEIVE_BYTES = 64 * 1024
_SEND_S = 5.0


def loopback_of(tcp_port: int) -> str:
    """The loopback address of the phone whose adbd listens on that port of this machine."""
    return f"127.66.{tcp_port >> 8}.{tcp_port & 255}"


class PhoneLoopback:
    """The sockets behind the reversed ports of one connection. Used by its thread alone."""

    def __init__(self, adbd: Adbd, address: str) -> None:
        self._adbd = adbd
        self._address = address
        self._listening: dict[int, socket.socket] = {}
        self._callers: dict[socket.socket, Dialled] = {}

    def follow(self) -> None:
        """Listen where ports are reversed now, and nowhere else; hand over what the host has sent."""
        places = self._adbd.reverses.places
        for port in set(self._listening) - set(places):
            self._listening.pop(port).close()
        for port in set(places) - set(self._listening):
            with contextlib.suppress(OSError):
                self._listening[port] = socket.create_server((self._address, port), backlog=64)
        for caller, dialled in list(self._callers.items()):
            data, dialled.heard = bytes(dialled.heard), bytearray()
            with contextlib.suppress(OSError):
                caller.settimeout(_SEND_S)
                caller.sendall(data)
            if dialled.is_over:
                self._hang_up(caller)

    def waiting_on(self) -> Iterable[socket.socket]:
        """What to look at until somebody comes or says something."""
        return (*self._listening.values(), *self._callers)

    def attend(self, ready: Iterable[socket.socket]) -> None:
        """Somebody has come to these, or says something."""
        for each in ready:
            if each in self._callers:
                self._hear(each)
            else:
                port = next((port for port, listening in self._listening.items() if listening is each), None)
                if port is not None:
                    with contextlib.suppress(OSError):
                        caller, _ = each.accept()
                        self._callers[caller] = self._adbd.dial(self._adbd.reverses.places[port])

    def close(self) -> None:
        """The connection has ended, and with it all of them."""
        for each in (*self._listening.values(), *self._callers):
            each.close()
        self._listening.clear()
        self._callers.clear()

    def _hear(self, caller: socket.socket) -> None:
        dialled = self._callers[caller]
        try:
            data = caller.recv(_RECEIVE_BYTES)
        except OSError:
            data = b""
        self._adbd.push(dialled, data or None)
        if not data:
            self._hang_up(caller)

    def _hang_up(self, caller: socket.socket) -> None:
        dialled = self._callers.pop(caller)
        self._adbd.push(dialled, None)
        caller.close()
