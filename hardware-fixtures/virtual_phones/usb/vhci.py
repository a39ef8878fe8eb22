# SPDX-License-Identifier: GPL-3.0-or-later
"""Puts virtual devices on the kernel's virtual host controller (vhci_hcd): USB/IP over a socket pair, as the device.

Needs root and a kernel with vhci_hcd; only the rig's guest has both. Facts: research/virtual-phones.md 3.1, 3.2.
"""

import contextlib
import errno
import itertools
import select
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Protocol

from virtual_phones.usb.device import ECONNRESET, Completion, Urb, UsbDevice
from virtual_phones.usb.function import Setup

PLATFORM = Path("/sys/devices/platform")
DEVICES = Path("/sys/bus/usb/devices")
HIGH_SPEED = 3
HEADER_BYTES = 48
LARGEST_URB = 16 * 1024 * 1024
_SUBMIT, _UNLINK, _RET_SUBMIT, _RET_UNLINK = 1, 2, 3, 4
LAST_WORDS_S = 0.5
"""How long a device that gives up waits for the host to fetch what it has said."""
HUSH_S = 0.1
"""From the last transfer until the host learns that the device is gone: a hub is asked in turn. It also spares
usbmuxd 1.1.1, which waits for ever for a transfer that it could not submit again (libimobiledevice/usbmuxd #114)."""
_devids = itertools.count(65538)


class VhciError(OSError):
    """The virtual host controller cannot be used."""


class Sockets(Protocol):
    """A function that also reads sockets of its own (usbmux streams)."""

    def sockets(self) -> Sequence[socket.socket]:
        """What to wait for."""

    def readable(self, ready: Sequence[socket.socket], now_s: float) -> None:
        """These can be read."""


def slots() -> dict[str, int]:
    """Every high-speed root port: its path ("1-3") and vhci's number for it. Raises: VhciError."""
    found: dict[str, int] = {}
    controllers = sorted(PLATFORM.glob("vhci_hcd.*"), key=lambda path: int(path.name.rpartition(".")[2]))
    if not controllers:
        raise VhciError(errno.ENODEV, "no vhci_hcd")
    for controller in controllers:
        high = [hub for hub in controller.glob("usb[0-9]*") if (hub / "speed").read_text().strip() == "480"]
        place = int(controller.name.rpartition(".")[2])
        status = PLATFORM / "vhci_hcd.0" / ("status" if place == 0 else f"status.{place}")
        ports = [int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith("hs")]
        if len(high) == 1:
            bus = high[0].name.removeprefix("usb")
            found.update({f"{bus}-{number + 1}": port for number, port in enumerate(ports)})
    return found


def spread(paths: Sequence[str]) -> list[str]:
    """The same paths, one of each bus in turn: a root hub enumerates its ports one after the other."""
    by_bus: dict[str, list[str]] = {}
    for path in paths:
        by_bus.setdefault(path.partition("-")[0], []).append(path)
    rows = itertools.zip_longest(*by_bus.values())
    return [path for row in rows for path in row if path is not None]


def is_clear(path: str, devices: Path = DEVICES) -> bool:
    """Has the kernel taken the device that hung on this root port off its bus? One that left while it was still being
    enumerated never was there; that goes wrong within the kernel's five seconds and is begun anew.

    vhci_hcd leaves a port enabled when its device goes (a real hub does not). Attached anew before the kernel's hub
    thread has looked, the port seems never to have changed: the old device stays, and speaks into the new one's socket.
    """
    return not (devices / path).exists()


def attach(number: int, theirs: socket.socket) -> None:
    """Give the kernel its end of a pair. Raises: VhciError; EBUSY while it clears up behind the device before."""
    line = f"{number} {theirs.fileno()} {next(_devids)} {HIGH_SPEED}"
    try:
        (PLATFORM / "vhci_hcd.0" / "attach").write_text(line)
    except OSError as refused:
        raise VhciError(refused.errno, f"vhci port {number}: {refused.strerror}") from refused


class VhciCable:
    """One device on one port, until `unplug`. A thread of its own serves it; `gone` says that it is over."""

    def __init__(
        self,
        number: int,
        device: UsbDevice,
        now_s: Callable[[], float],
        *,
        name: str,
        sockets: Sockets | None = None,
        plug_in: Callable[[int, socket.socket], None] = attach,
    ) -> None:
        self._device = device
        self._now_s = now_s
        self._sockets = sockets
        self._inbox = bytearray()
        self._pulled, self._hand = socket.socketpair()
        self._out = threading.Event()
        self.gone = threading.Event()
        self._ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            plug_in(number, theirs)
        except OSError:
            self._close()
            raise
        finally:
            theirs.close()
        self._thread = threading.Thread(target=self._serve, name=f"usb {name}", daemon=True)
        self._thread.start()

    def unplug(self) -> None:
        """Pull the cable. Returns at once; nothing moves any more, and the host learns of it `HUSH_S` later."""
        self._out.set()  # before the socket wakes the thread: what it is reading at this moment may be newer than this
        with contextlib.suppress(OSError):
            self._hand.send(b"!")

    def _serve(self) -> None:
        try:
            with contextlib.suppress(OSError):
                self._converse()
            time.sleep(HUSH_S)
        finally:
            with contextlib.suppress(OSError):
                self._ours.shutdown(socket.SHUT_RDWR)
            self._close()
            self._device.closed()
            self.gone.set()

    def _close(self) -> None:
        for each in (self._ours, self._pulled, self._hand):
            each.close()

    def _converse(self) -> None:
        last_s = float("inf")
        while True:
            now_s = self._now_s()
            due = self._device.next_due(now_s)
            if self._device.dead:  # what has been said still gets through, if the host asks for it
                last_s = min(last_s, now_s + LAST_WORDS_S)
                due = last_s
                if now_s >= last_s or self._device.drained:
                    return
            others = list(self._sockets.sockets()) if self._sockets is not None else []
            wait = None if due is None else max(due - now_s, 0.001)
            ready = select.select([self._ours, self._pulled, *others], [], [], wait)[0]
            if self._pulled in ready:
                return
            if self._ours in ready:
                data = self._ours.recv(1024 * 1024)
                if not data or self._out.is_set():
                    return
                self._inbox += data
                for reply in self._requests():
                    self._ours.sendall(reply)
            streams = [found for found in ready if found is not self._ours]
            if streams and self._sockets is not None:
                self._sockets.readable(streams, self._now_s())
            self._device.advance(self._now_s())
            self._send()

    def _send(self) -> None:
        done = b"".join(returned(found) for found in self._device.take())
        if done:
            self._ours.sendall(done)

    def _requests(self) -> Iterator[bytes]:
        """Carry out every whole message of the kernel. Raises: OSError for what is none."""
        while (request := next_request(self._inbox)) is not None:
            if isinstance(request, Urb):
                self._device.submit(request, self._now_s())
                yield b"".join(returned(found) for found in self._device.take())
            else:
                number, victim = request
                status = ECONNRESET if self._device.unlink(victim) else 0
                yield struct.pack(">5Ii24x", _RET_UNLINK, number, 0, 0, 0, status)


def next_request(inbox: bytearray) -> Urb | tuple[int, int] | None:
    """Cut one message off: a URB, or (number, number to cancel); None when it is not whole. Raises: OSError."""
    if len(inbox) < HEADER_BYTES:
        return None
    command, number, _devid, direction, endpoint = struct.unpack_from(">5I", inbox)
    if command == _UNLINK:
        (victim,) = struct.unpack_from(">I", inbox, 20)
        del inbox[:HEADER_BYTES]
        return number, victim
    if command != _SUBMIT:
        raise OSError(errno.EPROTO, f"usbip command {command}")
    _flags, length, _start, _packets, _interval = struct.unpack_from(">IiiiI", inbox, 20)
    if not 0 <= length <= LARGEST_URB:
        raise OSError(errno.EPROTO, f"urb of {length} bytes")
    carried = 0 if direction else length
    if len(inbox) < HEADER_BYTES + carried:
        return None
    setup = Setup.parse(bytes(inbox[40:48])) if endpoint == 0 else None
    data = bytes(inbox[HEADER_BYTES : HEADER_BYTES + carried])
    del inbox[: HEADER_BYTES + carried]
    return Urb(number=number, address=endpoint | (0x80 if direction else 0), length=length, data=data, setup=setup)


def returned(done: Completion) -> bytes:
    """RET_SUBMIT for one completion."""
    head = struct.pack(">5I", _RET_SUBMIT, done.number, 0, 0, 0)
    return head + struct.pack(">iiiii8x", done.status, done.actual, 0, 0, 0) + done.data
