# SPDX-License-Identifier: GPL-3.0-or-later
"""A usbmuxd of our own on loopback TCP: lists the virtual iPhones of a bench and connects to them.

TCP, because `127.0.0.1:PORT` is the one form of USBMUXD_SOCKET_ADDRESS that libusbmuxd and
pymobiledevice3 both take. It does no preflight: nobody pairs but the host software.
"""

import contextlib
import socket
import threading
import time
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from virtual_phones.iphone.phone import IPhone
from virtual_phones.port import VirtualPort
from virtual_phones.usbmux import protocol
from virtual_phones.usbmux.lockdown import LOCKDOWN_PORT, ServicePorts
from virtual_phones.usbmux.stream import DeviceStream

WATCH_S = 0.02


@dataclass(slots=True, kw_only=True)
class Attachment:
    """One phone as the host sees it, from Attached to Detached."""

    device_id: int
    port: VirtualPort
    phone: IPhone
    occupant: tuple[int, int]
    udid: str
    location: int
    services: ServicePorts = field(default_factory=ServicePorts)
    streams: set[DeviceStream] = field(default_factory=set)

    def event(self) -> dict[str, object]:
        """The Attached message."""
        return protocol.attached(self.device_id, self.udid, self.location)


class UsbmuxServer:
    """Serves the Apple phones on `ports`. It drives their time by `now_s`, the clock of the bench."""

    def __init__(self, ports: Iterable[VirtualPort], now_s: Callable[[], float] = time.monotonic) -> None:
        self._ports = tuple(ports)
        self._now_s = now_s
        self._lock = threading.RLock()
        self._following = threading.Lock()
        self._attached: dict[str, Attachment] = {}
        self._next_device_id = 1
        self._records: dict[str, bytes] = {}
        self._listening: set[socket.socket] = set()
        self._open: set[socket.socket] = set()
        self._buid = str(uuid.uuid4()).upper()
        self._stopped = threading.Event()
        self._server: socket.socket | None = None
        self._address = ""

    @property
    def address(self) -> str:
        """host:port for USBMUXD_SOCKET_ADDRESS. Raises: RuntimeError before start."""
        if not self._address:
            raise RuntimeError("not started")
        return self._address

    def start(self) -> None:
        """Listen on a free loopback port and watch the slots."""
        self._server = socket.create_server(("127.0.0.1", 0), backlog=128)
        host, port = self._server.getsockname()[:2]
        self._address = f"{host}:{port}"
        self.follow()
        threading.Thread(target=self._accept, args=(self._server,), name="usbmux", daemon=True).start()
        threading.Thread(target=self._watch, name="usbmux-watch", daemon=True).start()

    def stop(self) -> None:
        """Close every connection; host software sees the daemon die."""
        self._stopped.set()
        if self._server is not None:
            with contextlib.suppress(OSError):
                self._server.shutdown(socket.SHUT_RDWR)
            self._server.close()
        with self._lock:
            streams = [stream for found in self._attached.values() for stream in found.streams]
            sockets = list(self._open)
        for stream in streams:
            stream.cut()
        for sock in sockets:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)

    # -- hot-plug --------------------------------------------------------------------------------------

    def follow(self) -> None:
        """Compare the slots with what was announced; announce every difference."""
        with self._following:
            for port in self._ports:
                self._follow(port)

    def _follow(self, port: VirtualPort) -> None:
        port.tick(self._now_s())
        with port.lock:
            phone, occupant, shown = port.phone, port.occupant(), port.usb()
            here = isinstance(phone, IPhone) and shown is not None and phone.mode == "system"
        with self._lock:
            known = self._attached.get(port.path)
            if known is not None and (not here or known.occupant != occupant):
                self._detach(known)
                known = None
            if known is None and here and isinstance(phone, IPhone):
                self._attach(port, phone, occupant)

    def _attach(self, port: VirtualPort, phone: IPhone, occupant: tuple[int, int]) -> None:
        phone.replugged()
        attachment = Attachment(
            device_id=self._next_device_id,
            port=port,
            phone=phone,
            occupant=occupant,
            udid=phone.udid,
            location=port.bus << 16 | port.address,
        )
        self._next_device_id += 1
        self._attached[port.path] = attachment
        self._announce(attachment.event())

    def _detach(self, attachment: Attachment) -> None:
        del self._attached[attachment.port.path]
        self._announce({"MessageType": "Detached", "DeviceID": attachment.device_id})
        for stream in list(attachment.streams):
            threading.Thread(target=stream.cut, daemon=True).start()

    def _announce(self, event: Mapping[str, object]) -> None:
        for sock in list(self._listening):
            try:
                sock.sendall(protocol.message(0, event))
            except OSError:
                self._listening.discard(sock)

    def _watch(self) -> None:
        while not self._stopped.wait(WATCH_S):
            self.follow()

    # -- connections -----------------------------------------------------------------------------------

    def _accept(self, server: socket.socket) -> None:
        while not self._stopped.is_set():
            try:
                sock, _ = server.accept()
            except OSError:
                return
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self._serve, args=(sock,), daemon=True).start()

    def _serve(self, sock: socket.socket) -> None:
        with self._lock:
            self._open.add(sock)
        try:
            with contextlib.suppress(OSError, ValueError):
                self._converse(sock)
        finally:
            with self._lock:
                self._open.discard(sock)
                self._listening.discard(sock)
            sock.close()

    def _converse(self, sock: socket.socket) -> None:
        buffer = bytearray()
        while True:
            request = protocol.take_request(buffer)
            if request is None:
                piece = sock.recv(65536)
                if not piece:
                    return
                buffer += piece
            elif request.body is None:
                sock.sendall(protocol.bad_version(request.tag))
            elif request.body.get("MessageType") == "Connect":
                if self._connect(sock, request.tag, request.body):
                    return
            else:
                self._answer(sock, request.tag, request.body)

    def _answer(self, sock: socket.socket, tag: int, body: Mapping[str, object]) -> None:
        match body.get("MessageType"):
            case "ListDevices":
                self.follow()
                with self._lock:
                    listed = [found.event() for found in self._attached.values()]
                sock.sendall(protocol.message(tag, {"DeviceList": listed}))
            case "Listen":
                with self._lock:
                    sock.sendall(protocol.result(tag, protocol.OK))
                    for found in self._attached.values():
                        sock.sendall(protocol.message(0, found.event()))
                    self._listening.add(sock)
            case "ReadBUID":
                sock.sendall(protocol.message(tag, {"BUID": self._buid}))
            case "ReadPairRecord" | "SavePairRecord" | "DeletePairRecord":
                sock.sendall(self._pair_record(tag, body))
            case _:
                sock.sendall(protocol.result(tag, protocol.BAD_COMMAND))

    def _pair_record(self, tag: int, body: Mapping[str, object]) -> bytes:
        name, data = body.get("PairRecordID"), body.get("PairRecordData")
        with self._lock:
            if body["MessageType"] == "SavePairRecord":
                if not isinstance(name, str) or not isinstance(data, bytes):
                    return protocol.result(tag, protocol.BAD_COMMAND)
                self._records[name] = data
                return protocol.result(tag, protocol.OK)
            if not isinstance(name, str) or name not in self._records:
                return protocol.result(tag, protocol.BAD_DEVICE)
            if body["MessageType"] == "DeletePairRecord":
                del self._records[name]
                return protocol.result(tag, protocol.OK)
            return protocol.message(tag, {"PairRecordData": self._records[name]})

    def _connect(self, sock: socket.socket, tag: int, body: Mapping[str, object]) -> bool:
        """Turn the socket into a stream to the phone; True when that stream has been served to its end."""
        device_id, number = body.get("DeviceID"), body.get("PortNumber")
        with self._lock:
            attachment = next((a for a in self._attached.values() if a.device_id == device_id), None)
            if attachment is None or not isinstance(number, int):
                sock.sendall(protocol.result(tag, protocol.BAD_DEVICE))
                return False
            target = protocol.swapped(number)
            waiting = attachment.services.take(target)
            if target != LOCKDOWN_PORT and waiting is None:
                sock.sendall(protocol.result(tag, protocol.REFUSED))
                return False
            stream = DeviceStream(sock, attachment.port, attachment.phone, self._now_s)
            attachment.streams.add(stream)
            sock.sendall(protocol.result(tag, protocol.OK))
        try:
            if waiting is None:
                stream.serve_lockdown(attachment.services)
            else:
                stream.serve_service(*waiting)
        finally:
            with self._lock:
                attachment.streams.discard(stream)
            stream.close()
        return True
