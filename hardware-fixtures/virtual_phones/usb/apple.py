# SPDX-License-Identifier: GPL-3.0-or-later
"""usbmux over USB, the phone's end: mux packets on two bulk endpoints, TCP segments inside, streams behind.

`Mux` is sans-IO and knows packets only. `MuxFunction` puts `usbmux_stream.DeviceStream`, which also serves the
loopback usbmuxd, behind each connection. Facts: research/virtual-phones.md 8 [read: usbmuxd device.c; measured].
"""

import contextlib
import socket
import struct
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from virtual_phones.iphone.phone import IPhone
from virtual_phones.port import VirtualPort
from virtual_phones.usb.function import Function, Setup, Stall, Transfer
from virtual_phones.usbmux.lockdown import LOCKDOWN_PORT, ServicePorts
from virtual_phones.usbmux.stream import DeviceStream

VERSION, CONTROL, SETUP, TCP = 0, 1, 2, 6
SYN, RST, ACK = 0x02, 0x04, 0x10
MAGIC = 0xFEEDFACE
CHUNK = 16384
"""A mux packet longer than this goes in several transfers."""
LARGEST_PACKET = 65536
WINDOW = 131072
_SEGMENT = 32768
_VERSION_BYTES = 20
"""Its header has eight bytes even where all others have sixteen."""
_HEADER = struct.Struct(">II")
_HEADER_2 = struct.Struct(">IIIHH")
_TCP = struct.Struct(">HHIIBBHHH")
_GET_MODE, _SET_MODE = 0x45, 0x52
MODE_ANSWER = b"\x03\x03\x03\x00"


@dataclass(slots=True)
class Connection:
    """One TCP connection inside the mux; `host` and `port` are the two port numbers."""

    host: int
    port: int
    sent: int = 0
    acknowledged: int = 0
    received: int = 0
    host_window: int = WINDOW
    waiting: bytearray = field(default_factory=bytearray)

    @property
    def room(self) -> int:
        """Bytes the host would still take."""
        return max(0, self.host_window - ((self.sent - self.acknowledged) & 0xFFFFFFFF) - len(self.waiting))


class Mux:
    """Packets in, transfers out. `accept(port)` says whether something listens there.

    Events come out of `receive` as ("opened" | "data" | "closed", connection, bytes).
    """

    def __init__(self, accept: Callable[[int], bool]) -> None:
        self._accept = accept
        self._inbox = bytearray()
        self._out: list[Transfer] = []
        self._major = 0
        self._tx_seq = 0
        self._rx_seq = 0xFFFF
        self._connections: dict[tuple[int, int], Connection] = {}

    def take(self) -> list[Transfer]:
        """Transfers for the host."""
        out, self._out = self._out, []
        return out

    def receive(self, data: bytes) -> list[tuple[str, Connection, bytes]]:
        """A transfer of the host. Raises: Stall for lengths no usbmuxd sends."""
        if len(data) == _VERSION_BYTES and data.startswith(_HEADER.pack(VERSION, _VERSION_BYTES)):
            self._inbox.clear()  # a usbmuxd begins anew; half a packet of the one before means nothing
        self._inbox += data
        events: list[tuple[str, Connection, bytes]] = []
        while len(self._inbox) >= _HEADER.size:
            protocol, length = _HEADER.unpack_from(self._inbox)
            if not _HEADER.size <= length <= LARGEST_PACKET:
                raise Stall
            if len(self._inbox) < length:
                break
            packet = bytes(self._inbox[:length])
            del self._inbox[:length]
            events += self._packet(protocol, packet)
        return events

    def _packet(self, protocol: int, packet: bytes) -> list[tuple[str, Connection, bytes]]:
        if protocol == VERSION and len(packet) >= _VERSION_BYTES:
            self._connections.clear()
            self._tx_seq, self._rx_seq = 0, 0xFFFF
            self._major = min(struct.unpack_from(">I", packet, 8)[0], 2)
            answer = _HEADER.pack(VERSION, _VERSION_BYTES) + struct.pack(">III", self._major, 0, 0)
            self._out.append(Transfer(answer, zero=True))
            return []
        body = self._body(protocol, packet)
        if protocol == TCP and len(body) >= _TCP.size:
            return self._segment(body)
        return []

    def _body(self, protocol: int, packet: bytes) -> bytes:
        if self._major < 2:
            return packet[_HEADER.size :]
        if len(packet) < _HEADER_2.size:
            return b""
        if protocol == SETUP:
            self._tx_seq, self._rx_seq = 0, 0xFFFF
        else:
            self._rx_seq = _HEADER_2.unpack_from(packet)[3]
        return packet[_HEADER_2.size :]

    def _segment(self, body: bytes) -> list[tuple[str, Connection, bytes]]:
        host, port, sequence, acknowledged, offset, flags, window, _sum, _urgent = _TCP.unpack_from(body)
        payload = body[(offset >> 4) * 4 :]
        key = (host, port)
        known = self._connections.get(key)
        if flags == SYN:
            connection = Connection(host=host, port=port, received=(sequence + 1) & 0xFFFFFFFF)
            connection.host_window = window << 8
            if not self._accept(port):
                self._send(connection, RST | ACK)
                return []
            self._connections[key] = connection
            self._send(connection, SYN | ACK)
            connection.sent = 1
            return [("opened", connection, b"")]
        if known is None:
            if not flags & RST:
                self._send(Connection(host=host, port=port, received=sequence), RST)
            return []
        if flags != ACK:
            del self._connections[key]
            if not flags & RST:
                self._send(known, RST)
            return [("closed", known, b"")]
        known.acknowledged = acknowledged
        known.host_window = window << 8
        self._pump(known)
        if not payload:
            return []
        known.received = (known.received + len(payload)) & 0xFFFFFFFF
        self._send(known, ACK)
        return [("data", known, payload)]

    def send(self, connection: Connection, data: bytes) -> None:
        """Data of the phone; goes out as the host's window allows."""
        connection.waiting += data
        self._pump(connection)

    def _pump(self, connection: Connection) -> None:
        while connection.waiting:
            in_flight = (connection.sent - connection.acknowledged) & 0xFFFFFFFF
            room = min(connection.host_window - in_flight, _SEGMENT)
            if room <= 0:
                return
            piece = bytes(connection.waiting[:room])
            del connection.waiting[:room]
            self._send(connection, ACK, piece)
            connection.sent = (connection.sent + len(piece)) & 0xFFFFFFFF

    def close(self, connection: Connection) -> None:
        """The phone ends a connection: RST, never FIN."""
        if self._connections.pop((connection.host, connection.port), None) is not None:
            self._send(connection, RST)

    def _send(self, connection: Connection, flags: int, payload: bytes = b"") -> None:
        segment = _TCP.pack(
            connection.port, connection.host, connection.sent, connection.received, 5 << 4, flags, WINDOW >> 8, 0, 0
        )
        body = segment + payload
        if self._major < 2:
            packet = _HEADER.pack(TCP, _HEADER.size + len(body)) + body
        else:
            length = _HEADER_2.size + len(body)
            packet = _HEADER_2.pack(TCP, length, MAGIC, self._tx_seq, self._rx_seq) + body
            self._tx_seq = (self._tx_seq + 1) & 0xFFFF
        for place in range(0, len(packet), CHUNK):
            piece = packet[place : place + CHUNK]
            self._out.append(Transfer(piece, zero=len(piece) < CHUNK))


class MuxFunction(Function):
    """The usbmux interface of one plugging-in. Lockdownd and services run in threads behind socket pairs."""

    def __init__(self, port: VirtualPort, phone: IPhone, now_s: Callable[[], float], *, silent: bool = False) -> None:
        self._port = port
        self._phone = phone
        self._now_s = now_s
        self._silent = silent
        self._services = ServicePorts()
        self._next: tuple[str, str] | None = None
        self._mux = Mux(self._listens)
        self._ends: dict[socket.socket, Connection] = {}
        self._streams: dict[socket.socket, DeviceStream] = {}

    # -- towards the cable -------------------------------------------------------------------------

    def host_sent(self, address: int, data: bytes, now_s: float) -> None:
        """See Function."""
        if self._silent:
            return
        for what, connection, payload in self._mux.receive(data):
            if what == "opened":
                self._open(connection)
                continue
            for end in [end for end, found in self._ends.items() if found is connection]:
                if what == "closed":
                    self._drop(end)
                else:
                    with contextlib.suppress(OSError):
                        end.sendall(payload)

    def take(self, address: int) -> list[Transfer]:
        """See Function."""
        return self._mux.take()

    def control(self, setup: Setup, data: bytes, now_s: float) -> bytes:
        """GET_MODE and SET_MODE, the vendor requests of newer usbmuxd."""
        if setup.request_type == 0xC0 and setup.request == _GET_MODE:
            return MODE_ANSWER
        if setup.request_type == 0xC0 and setup.request == _SET_MODE:
            return b"\0"
        raise Stall

    def closed(self) -> None:
        """See Function. An answer being sent is let out first, by the stream itself."""
        for end, stream in list(self._streams.items()):
            threading.Thread(target=stream.cut, daemon=True).start()
            self._ends.pop(end, None)
            self._streams.pop(end, None)
            end.close()

    # -- towards the streams -----------------------------------------------------------------------

    def sockets(self) -> Sequence[socket.socket]:
        """Streams whose connection has room (`vhci.Sockets`)."""
        return [end for end, connection in self._ends.items() if connection.room]

    def readable(self, ready: Sequence[socket.socket], now_s: float) -> None:
        """See vhci.Sockets."""
        for end in ready:
            connection = self._ends.get(end)
            if connection is None:
                continue
            try:
                data = end.recv(min(connection.room, _SEGMENT))
            except OSError:
                data = b""
            if data:
                self._mux.send(connection, data)
            elif not connection.waiting:
                self._mux.close(connection)
                self._drop(end)

    def _listens(self, port: int) -> bool:
        self._next = self._services.take(port)
        return port == LOCKDOWN_PORT or self._next is not None

    def _open(self, connection: Connection) -> None:
        ours, theirs = socket.socketpair()
        stream = DeviceStream(theirs, self._port, self._phone, self._now_s)
        self._ends[ours] = connection
        self._streams[ours] = stream
        waiting, self._next = self._next, None
        threading.Thread(target=self._run, args=(stream, waiting), daemon=True).start()

    def _run(self, stream: DeviceStream, waiting: tuple[str, str] | None) -> None:
        try:
            if waiting is None:
                stream.serve_lockdown(self._services)
            else:
                stream.serve_service(*waiting)
        finally:
            stream.close()

    def _drop(self, end: socket.socket) -> None:
        self._ends.pop(end, None)
        self._streams.pop(end, None)
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
        end.close()
