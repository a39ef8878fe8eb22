# SPDX-License-Identifier: GPL-3.0-or-later
"""syslog_relay: the system log as it is said, until the host closes the connection."""

from typing import TYPE_CHECKING

from virtual_phones.iphone.services.service import Outcome, Service

if TYPE_CHECKING:
    from virtual_phones.iphone.phone import IPhone


class SyslogRelayService(Service):
    """com.apple.syslog_relay."""

    def __init__(self, phone: "IPhone") -> None:
        super().__init__(phone)
        self._heard_s = phone.now_s

    def tell(self, now_s: float) -> bytes | None:
        """What was said since the last time; None when the phone ends it. Raises: AbsentPhone."""
        with self.phone.lock:
            self.must_be_open()
            data = self.phone.log.between(self._heard_s, now_s)
            self._heard_s = max(self._heard_s, now_s)
        if "log_breaks_off" in self.phone.variation and data:
            return None
        return data

    def take(self, buffer: bytearray) -> bytes | None:
        """Hosts say nothing here; whatever comes is one request."""
        request = bytes(buffer)
        buffer.clear()
        return request or None

    def answer(self, request: bytes) -> Outcome:
        """Nobody is answered."""
        return Outcome()
