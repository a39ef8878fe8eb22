# SPDX-License-Identifier: GPL-3.0-or-later
"""MTP (and PTP), as much as a host needs to see what hangs there: sessions, GetDeviceInfo, no objects.

Containers: u32 length, u16 kind, u16 code, u32 transaction, little-endian (PIMA 15740). Nothing of the owner's is
shown.
"""

import struct
from collections.abc import Callable

from virtual_phones.usb.function import Function, Setup, Stall, Transfer

COMMAND, DATA, RESPONSE = 1, 2, 3
GET_DEVICE_INFO, OPEN_SESSION, CLOSE_SESSION, GET_STORAGE_IDS, GET_HANDLES = 0x1001, 0x1002, 0x1003, 0x1004, 0x1007
OK, NOT_OPEN, NOT_SUPPORTED, ALREADY_OPEN = 0x2001, 0x2003, 0x2005, 0x201E
_OPERATIONS = (GET_DEVICE_INFO, OPEN_SESSION, CLOSE_SESSION, GET_STORAGE_IDS, GET_HANDLES)
_CONTAINER = struct.Struct("<IHHI")
_CANCEL, _RESET, _STATUS = 0x64, 0x66, 0x67


def text(value: str) -> bytes:
    """A counted UTF-16 string with its terminator; empty is one zero byte."""
    cut = value[:254]
    return bytes([len(cut) + 1]) + (cut + "\0").encode("utf-16-le") if cut else b"\0"


def _numbers(values: tuple[int, ...]) -> bytes:
    return struct.pack(f"<I{len(values)}H", len(values), *values)


class Mtp:
    """Commands in, transfers out. `names`: manufacturer, model, serial, asked anew each time. Sans-IO."""

    def __init__(self, names: Callable[[], tuple[str, str, str]], *, is_apple: bool = False) -> None:
        self._names = names
        self._is_apple = is_apple
        self._open = False

    def answer(self, container: bytes) -> list[bytes]:
        """Data and response for one command container. Raises: Stall for what is none."""
        if len(container) < _CONTAINER.size:
            raise Stall
        length, kind, code, transaction = _CONTAINER.unpack_from(container)
        if kind != COMMAND or length != len(container):
            raise Stall
        data, response = self._carry_out(code)
        out = [] if data is None else [_CONTAINER.pack(12 + len(data), DATA, code, transaction) + data]
        return [*out, _CONTAINER.pack(12, RESPONSE, response, transaction)]

    def _carry_out(self, code: int) -> tuple[bytes | None, int]:
        match code:
            case 0x1001:
                return self._device_info(), OK
            case 0x1002:
                answer, self._open = (ALREADY_OPEN if self._open else OK), True
                return None, answer
            case 0x1003:
                answer, self._open = (OK if self._open else NOT_OPEN), False
                return None, answer
            case 0x1004 | 0x1007:  # nothing is shown before the owner allows it
                return (struct.pack("<I", 0), OK) if self._open else (None, NOT_OPEN)
        return None, NOT_SUPPORTED

    def _device_info(self) -> bytes:
        maker, model, serial = self._names()
        extension = "" if self._is_apple else "microsoft.com: 1.0; android.com: 1.0;"
        return (
            struct.pack("<HIH", 100, 0 if self._is_apple else 6, 100)
            + text(extension)
            + struct.pack("<H", 0)
            + _numbers(_OPERATIONS)
            + _numbers(())
            + _numbers(())
            + _numbers(())
            + _numbers(())
            + text(maker)
            + text(model)
            + text("1.0")
            + text(serial)
        )


class MtpFunction(Function):
    """Behind bulk IN, bulk OUT and an interrupt endpoint that never speaks."""

    def __init__(self, mtp: Mtp, *, bulk_in: int) -> None:
        self._mtp = mtp
        self._bulk_in = bulk_in
        self._waiting: list[Transfer] = []

    def host_sent(self, address: int, data: bytes, now_s: float) -> None:
        """See Function. Raises: Stall."""
        if data:
            self._waiting += [Transfer(piece, zero=True) for piece in self._mtp.answer(data)]

    def take(self, address: int) -> list[Transfer]:
        """See Function."""
        if address != self._bulk_in:
            return []
        waiting, self._waiting = self._waiting, []
        return waiting

    def control(self, setup: Setup, data: bytes, now_s: float) -> bytes:
        """Cancel, reset, device status."""
        if setup.request == _STATUS:
            return struct.pack("<HH", 4, OK)
        if setup.request in (_CANCEL, _RESET):
            self._waiting.clear()
            return b""
        raise Stall
