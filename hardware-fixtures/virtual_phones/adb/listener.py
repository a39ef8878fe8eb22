# SPDX-License-Identifier: GPL-3.0-or-later
"""adbd on loopback TCP: one listener a slot, open only while the phone's adbd runs.

One thread a connection, so that one phone's slowness delays nobody else. The port number stays bound
while the phone is away: nobody else can take it, and the host's connect is refused at once.
"""

import contextlib
import selectors
import socket
import threading
from collections.abc import Callable

from virtual_phones.adb.adbd import Adbd
from virtual_phones.adb.auth import HostKey
from virtual_phones.adb.loopback import PhoneLoopback, loopback_of
from virtual_phones.adb.on_port import AdbOnPort, adb_generation
from virtual_phones.android.phone import AndroidPhone
from virtual_phones.port import VirtualPort

_DIALOG_POLL_S = 0.1
_RECEIVE_BYTES = 256 * 1024


class AdbListener:
    """The adb side of one slot. `follow` opens, closes and drops as the phone comes and goes."""

    def __init__(self, port: VirtualPort, clock: Callable[[], float]) -> None:
        self.port = port
        self._clock = clock
        self._keys: dict[str, HostKey] = {}
        self._lock = threading.Lock()
        self._connections: set[socket.socket] = set()
        self._generation: tuple[int, int, int] | None = None
        self._socket, self.tcp_port = _bound_socket()

    @property
    def address(self) -> str:
        """What adb calls this slot: "127.0.0.1:PORT"."""
        return f"127.0.0.1:{self.tcp_port}"

    @property
    def loopback(self) -> str:
        """What the phone's own programs reach as `localhost`."""
        return loopback_of(self.tcp_port)

    @property
    def is_open(self) -> bool:
        """Does adbd run on this slot?"""
        return self._generation is not None

    @property
    def connections(self) -> int:
        """How many hosts are connected."""
        with self._lock:
            return len(self._connections)

    def follow(self) -> None:
        """Look at the phone once: a new adbd drops the old one's connections, none closes the listener."""
        generation = adb_generation(self.port)
        before, self._generation = self._generation, generation
        if generation == before:
            return
        if before is not None and generation is None:
            # On Linux shutdown ends the listening but keeps the port number bound; listen works again later.
            self._socket.shutdown(socket.SHUT_RDWR)
        if before is not None:
            self.drop()
        if before is None:
            self._socket.listen(16)
            threading.Thread(target=self._accept, name=f"adb {self.port.path}", daemon=True).start()

    def drop(self) -> None:
        """Cut every connection."""
        with self._lock:
            connections = tuple(self._connections)
        for connection in connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:  # shut down: the phone has gone
                return
            with self._lock:
                self._connections.add(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            phone = self.port.phone
            if isinstance(phone, AndroidPhone) and self.is_open:
                on_port = AdbOnPort(self.port, phone)
                self._converse(connection, Adbd(on_port, self.port.exchanges, keys=self._keys))
        except OSError:
            pass  # the host has gone, or the slot was cut: the link is over either way
        finally:
            with self._lock:
                self._connections.discard(connection)
            connection.close()

    def _converse(self, connection: socket.socket, adbd: Adbd) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        loopback = PhoneLoopback(adbd, self.loopback)
        try:
            self._listen(connection, adbd, loopback)
        finally:
            loopback.close()
        if adbd.killed is not None:
            self.port.link_died(adbd.killed, self._clock())
            self.drop()

    def _listen(self, connection: socket.socket, adbd: Adbd, loopback: PhoneLoopback) -> None:
        while not adbd.dead:
            due = adbd.next_due()
            wait = None if due is None else _DIALOG_POLL_S if due == 0 else max(due - self._clock(), 0.001)
            with selectors.DefaultSelector() as looking:
                for each in (connection, *loopback.waiting_on()):
                    looking.register(each, selectors.EVENT_READ)
                ready = [key.fileobj for key, _ in looking.select(wait)]
            if connection in ready:
                data = connection.recv(_RECEIVE_BYTES)
                if data == b"":
                    return
                adbd.receive(data, now_s=self._clock())
            loopback.attend(each for each in ready if isinstance(each, socket.socket) and each is not connection)
            adbd.advance(now_s=self._clock())
            loopback.follow()
            connection.sendall(adbd.take())


def _bound_socket() -> tuple[socket.socket, int]:
    """A socket bound to a free loopback port by its number: one bound to "any" loses it at shutdown."""
    while True:
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as scout:
            scout.bind(("127.0.0.1", 0))
            number = int(scout.getsockname()[1])
        bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # old connections must not bar listening
        try:
            bound.bind(("127.0.0.1", number))
        except OSError:  # somebody was quicker
            bound.close()
            continue
        return bound, number
