# SPDX-License-Identifier: GPL-3.0-or-later
"""Fastboot's packets over two bulk endpoints, through pyusb."""

from typing import Any

from phones.fastboot.wire import LONGEST_ANSWER
from phones.usb.bulk import BulkPipe

_FASTBOOT = (0xFF, 0x42, 0x03)


class UsbTransport:
    """One claimed fastboot interface of one device (phones.fastboot.link.Transport)."""

    def __init__(self, device: Any) -> None:
        """`device`: of pyusb. Raises: PhoneLostError, PhoneSilentError, UsbAccessError."""
        self._pipe = BulkPipe(device, _FASTBOOT)

    def write(self, data: bytes, *, timeout_s: float) -> None:
        """See Transport.write."""
        self._pipe.write(data, timeout_s=timeout_s)

    def read(self, *, timeout_s: float) -> bytes:
        """See Transport.read. What is longer than an answer may be is cut, one byte beyond it."""
        return self._pipe.read(timeout_s=timeout_s)[: LONGEST_ANSWER + 1]

    def close(self) -> None:
        """See Transport.close."""
        self._pipe.close()
