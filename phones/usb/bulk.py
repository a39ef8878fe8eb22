# SPDX-License-Identifier: GPL-3.0-or-later
"""Two bulk endpoints of one interface of a device, through pyusb; what libusb raises becomes an error of ours."""

import contextlib
import errno
from typing import Any

import usb.core
import usb.util

from phones.cleaning import clean
from phones.errors import PhoneError, PhoneLostError, PhoneSilentError, UsbAccessError

_STALE_MS = 50
_MOST_STALE = 64
"""Transfers of an answer that somebody else has not read; more than that is a flood."""
_ROOM = 1024
"""wMaxPacketSize of SuperSpeed: a read must have room for whole packets, or libusb calls it an overflow."""
_LEAST_MS = 1
_DENIED = (errno.EACCES, errno.EPERM)


class BulkPipe:
    """One claimed interface. Every method raises PhoneLostError when the phone has gone."""

    def __init__(self, device: Any, triple: tuple[int, int, int]) -> None:
        """`device`: of pyusb; `triple`: class, subclass and protocol of the interface. What an earlier command has
        left there is thrown away.

        Raises: PhoneLostError, PhoneSilentError, UsbAccessError.
        """
        self._device = device
        try:
            interface = _interface(device, triple)
            self._in = _endpoint(interface, usb.util.ENDPOINT_IN)
            self._out = _endpoint(interface, usb.util.ENDPOINT_OUT)
            usb.util.claim_interface(device, interface.bInterfaceNumber)
            self._drop_stale()
        except (usb.core.USBError, OSError, NotImplementedError) as error:
            self.close()
            raise _translated(error, "open") from error
        except PhoneError:
            self.close()
            raise

    def write(self, data: bytes, *, timeout_s: float) -> None:
        """Send one transfer. Raises: PhoneLostError, PhoneSilentError."""
        try:
            sent = self._device.write(self._out, data, _milliseconds(timeout_s))
        except (usb.core.USBError, OSError) as error:
            raise _translated(error, "send") from error
        if sent != len(data):
            raise PhoneLostError(step="send", expected=f"{len(data)} bytes taken", got=str(sent))

    def read(self, *, timeout_s: float, room: int = _ROOM) -> bytes:
        """The next transfer, `room` (a multiple of 1024) at most. Raises: PhoneLostError, PhoneSilentError."""
        try:
            return bytes(self._device.read(self._in, room, _milliseconds(timeout_s)))
        except (usb.core.USBError, OSError) as error:
            raise _translated(error, "read") from error

    def close(self) -> None:
        """Let go; never raises."""
        with contextlib.suppress(usb.core.USBError, OSError, NotImplementedError):
            usb.util.dispose_resources(self._device)

    def _drop_stale(self) -> None:
        for _ in range(_MOST_STALE):
            try:
                self._device.read(self._in, _ROOM, _STALE_MS)
            except usb.core.USBTimeoutError:
                return
        raise PhoneLostError(step="open", expected="a quiet phone", got="answers to nothing")


def _interface(device: Any, triple: tuple[int, int, int]) -> Any:
    for interface in device.get_active_configuration():
        if (interface.bInterfaceClass, interface.bInterfaceSubClass, interface.bInterfaceProtocol) == triple:
            return interface
    raise PhoneLostError(step="open", expected="an interface of that kind", got="none")


def _endpoint(interface: Any, direction: int) -> int:
    for endpoint in interface:
        address = int(endpoint.bEndpointAddress)
        if (
            usb.util.endpoint_direction(address) == direction
            and usb.util.endpoint_type(endpoint.bmAttributes) == usb.util.ENDPOINT_TYPE_BULK
        ):
            return address
    raise PhoneLostError(step="open", expected="a bulk endpoint each way", got="none")


def _milliseconds(seconds: float) -> int:
    """At least one: for libusb 0 means for ever."""
    return max(_LEAST_MS, int(seconds * 1000))


def _translated(error: Exception, step: str) -> Exception:
    if isinstance(error, usb.core.USBTimeoutError):
        return PhoneSilentError(step=step, expected="an answer in time", got="none")
    if getattr(error, "errno", None) in _DENIED:
        return UsbAccessError(step=step, expected="leave to open the device", got=clean(type(error).__name__))
    return PhoneLostError(step=step, expected="an open device", got=clean(type(error).__name__))
