# SPDX-License-Identifier: GPL-3.0-or-later
"""mobilebackup2 over DeviceLink: version exchange, Hello, EraseDevice. Backups themselves are not made.

Codes 208 and 211 at an erase are assumptions taken over from backup and restore.
"""

from virtual_phones.iphone.services.service import PlistService, Turn, fields
from virtual_phones.iphone.trust import LockdownRefusal

SUPPORTED = (2.0, 2.1)
REFUSALS = {
    "refuses_208": (208, "Device locked (MBErrorDomain/208)"),
    "refuses_211": (211, "Find My iPhone is on (MBErrorDomain/211)"),
    "refuses_by_profile": (1, "Not allowed by a profile (MBErrorDomain/1)"),
}
SETUP_NOT_FINISHED = (212, "Setup is not finished (MBErrorDomain/212)")


class BackupService(PlistService):
    """com.apple.mobilebackup2; the phone speaks first."""

    _step = "version"

    def opening(self) -> tuple[object, ...]:
        """DeviceLink version 400.0."""
        return (["DLMessageVersionExchange", 400, 0],)

    def turn(self, message: object) -> Turn:
        """One DeviceLink message. Raises: ValueError for what DeviceLink does not know."""
        if not isinstance(message, list) or not message:
            raise ValueError("no DeviceLink message")
        if message[0] == "DLMessageDisconnect":
            return Turn(ends=True)
        if self._step == "version":
            if message[:3] != ["DLMessageVersionExchange", "DLVersionsOk", 400]:
                raise ValueError("version exchange expected")
            self._step = "hello"
            return Turn(messages=(["DLMessageDeviceReady"],))
        if message[0] != "DLMessageProcessMessage" or len(message) < 2:
            raise ValueError("DLMessageProcessMessage expected")
        request = fields(message[1])
        name = request.get("MessageName")
        if self._step == "hello":
            versions = request.get("SupportedProtocolVersions")
            return self._hello(versions) if name == "Hello" else _said(1, "No Hello")
        if name == "EraseDevice" and self.phone.form("mobilebackup2 EraseDevice") == "erases":
            return self._erase()
        if name in ("Backup", "Restore") and not self.phone.strata.set_up:
            return _said(*SETUP_NOT_FINISHED)
        return _said(1, f"Not offered: {str(name)[:60]}")

    def _hello(self, versions: object) -> Turn:
        if self.phone.erase_refusal() == "refuses_hello":
            return _said(1, "Invalid protocol version")
        common = [version for version in SUPPORTED if isinstance(versions, list) and version in versions]
        if not common:
            return _said(1, "No common protocol version")
        self._step = "ready"
        return _said(0, "", ProtocolVersion=max(common))

    def _erase(self) -> Turn:
        try:
            acknowledged = self.phone.erase("mobilebackup2")
        except LockdownRefusal as refusal:
            return _said(*REFUSALS[refusal.code])
        return Turn(messages=_said(0, "").messages if acknowledged else (), ends=True)


def _said(code: int, description: str, **more: object) -> Turn:
    body = {"MessageName": "Response", "ErrorCode": code, "ErrorDescription": description, **more}
    return Turn(messages=(["DLMessageProcessMessage", body],))
