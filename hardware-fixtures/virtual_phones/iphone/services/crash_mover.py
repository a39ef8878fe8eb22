# SPDX-License-Identifier: GPL-3.0-or-later
"""crashreportmover: says `ping` when all pending reports lie where crashreportcopymobile shows them."""

from virtual_phones.iphone.services.service import Outcome, Service


class CrashReportMoverService(Service):
    """com.apple.crashreportmover."""

    def begin(self) -> bytes:
        """Done at once: virtual reports are never pending."""
        return b"ping\x00"

    def take(self, buffer: bytearray) -> bytes | None:
        """Hosts say nothing here; whatever comes is one request."""
        request = bytes(buffer)
        buffer.clear()
        return request or None

    def answer(self, request: bytes) -> Outcome:
        """Nobody is answered."""
        return Outcome()
