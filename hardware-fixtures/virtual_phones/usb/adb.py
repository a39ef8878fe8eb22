# SPDX-License-Identifier: GPL-3.0-or-later
"""adbd behind two bulk endpoints: header and payload are transfers of their own (research/virtual-phones.md 6.5)."""

import struct

from virtual_phones.adb.adbd import A_CNXN, Adbd
from virtual_phones.adb.auth import HostKey
from virtual_phones.adb.on_port import AdbOnPort
from virtual_phones.android.phone import AndroidPhone
from virtual_phones.port import VirtualPort
from virtual_phones.usb.function import Function, Transfer

HEADER_BYTES = 24
DIALOG_POLL_S = 0.1


def messages(stream: bytes) -> list[bytes]:
    """A stream of whole adb messages, cut into the transfers of USB. Raises: ValueError for half a message."""
    pieces: list[bytes] = []
    place = 0
    while place < len(stream):
        if len(stream) - place < HEADER_BYTES:
            raise ValueError("half a header")
        (length,) = struct.unpack_from("<I", stream, place + 12)
        pieces.append(stream[place : place + HEADER_BYTES])
        place += HEADER_BYTES
        if length:
            if len(stream) - place < length:
                raise ValueError("half a payload")
            pieces.append(stream[place : place + length])
            place += length
    return pieces


class AdbFunction(Function):
    """One plugging-in of a phone's adb interface. `trouble`: see USB_TROUBLES in usb_phone."""

    def __init__(
        self,
        port: VirtualPort,
        phone: AndroidPhone,
        keys: dict[str, HostKey],
        *,
        trouble: str = "",
    ) -> None:
        self._port = port
        self._adbd = Adbd(AdbOnPort(port, phone), port.exchanges, keys=keys)
        self._waiting: list[Transfer] = []
        self._trouble = trouble
        self._now_s = 0.0

    def host_sent(self, address: int, data: bytes, now_s: float) -> None:
        """Header or payload; the stream of both is what adbd reads. A new CNXN makes what waits stale."""
        if len(data) == HEADER_BYTES and int.from_bytes(data[:4], "little") == A_CNXN:
            self._waiting.clear()
        self._adbd.receive(data, now_s=now_s)
        self._fetch(now_s)

    def take(self, address: int) -> list[Transfer]:
        """Header and payload, one after the other."""
        waiting, self._waiting = self._waiting, []
        return waiting

    def next_due(self, now_s: float) -> float | None:
        """A dialog is polled; a late answer has its time."""
        due = self._adbd.next_due()
        return now_s + DIALOG_POLL_S if due == 0 else due

    def advance(self, now_s: float) -> None:
        """See Function."""
        self._adbd.advance(now_s=now_s)
        self._fetch(now_s)

    def _fetch(self, now_s: float) -> None:
        for piece in messages(self._adbd.take()):
            self._waiting += self._on_the_wire(piece)
        self.dead = self.dead or self._adbd.dead
        self._now_s = now_s

    def closed(self) -> None:
        """The link is over; if a fault cut it, the cable may be out for a while."""
        if self._adbd.killed is not None:
            self._port.link_died(self._adbd.killed, self._now_s)

    def _on_the_wire(self, piece: bytes) -> list[Transfer]:
        """Honest devices send a piece as it is; a broken one does not."""
        is_header = len(piece) == HEADER_BYTES and piece[20:24] == bytes(byte ^ 0xFF for byte in piece[:4])
        match self._trouble:
            case "bad_header" if is_header and self._adbd.online:
                return [Transfer(piece[:20] + b"\xde\xad\xbe\xef")]
            case "huge_header" if is_header and self._adbd.online:
                return [Transfer(piece[:12] + b"\0\0\x20\0" + piece[16:])]
            case "short_reads" if not is_header and len(piece) > 1:
                return [Transfer(piece[: len(piece) // 2]), Transfer(piece[len(piece) // 2 :])]
        return [Transfer(piece)]
