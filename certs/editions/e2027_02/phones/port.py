# SPDX-License-Identifier: GPL-3.0-or-later
"""A port is where a phone hangs, not who it is. After a reboot something else may hang there."""

from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from phones.frozen import dataclass

if TYPE_CHECKING:  # a grade is of a platform; whoever only verifies talks to no phone
    from phones.link import Link


APPLE_VENDOR = 0x05AC
"""USB vendor id."""


class Presence(StrEnum):
    """What is on the port right now, as far as USB, adb and usbmux can tell."""

    ABSENT = "absent"
    USB_ONLY = "usb_only"  # a device, but no debugging interface (MTP, tethering; perhaps no phone at all)
    ADB_DEVICE = "adb_device"  # authorised adb; may be the trade-in foyer until asked
    ADB_FOYER = "adb_foyer"  # trade-in foyer: `device`, but an ordinary shell is closed
    ADB_UNAUTHORIZED = "adb_unauthorized"
    ADB_OFFLINE = "adb_offline"  # adb that does not answer; or a device whose interfaces cannot be read
    ADB_RECOVERY = "adb_recovery"
    ADB_SIDELOAD = "adb_sideload"
    ADB_RESCUE = "adb_rescue"
    FASTBOOT = "fastboot"
    APPLE = "apple"  # listed by usbmuxd
    APPLE_RECOVERY = "apple_recovery"  # recovery or DFU product id: never in usbmuxd


class Platform(StrEnum):
    """Which family a port's phone belongs to."""

    ANDROID = "android"
    APPLE = "apple"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """One look at a port. `usb_serial` is the device's iSerial as USB shows it, cleaned and bounded, or ""."""

    port: str
    presence: Presence
    usb_serial: str = ""
    vendor_id: int = 0
    product_id: int = 0
    interfaces: tuple[str, ...] = ()  # "ff/42/01"
    transport: str = ""  # adb serial or UDID under which the driver reaches it

    @property
    def platform(self) -> Platform | None:
        """Apple by USB vendor id, Android for every other device, None when nothing is there."""
        if self.presence is Presence.ABSENT:
            return None
        apple = self.vendor_id == APPLE_VENDOR or self.presence in (Presence.APPLE, Presence.APPLE_RECOVERY)
        return Platform.APPLE if apple else Platform.ANDROID


class Port(Protocol):
    """One physical slot of the bench."""

    path: str
    """Bus and hub path as USB names it, e.g. "3-1.4"."""
    emulated: bool
    """True for everything not reached over a real USB cable; decided here, never by the phone."""

    def look(self) -> Sighting:
        """What hangs here now; costs no exchange with the phone. Raises: BenchError."""

    def open(self) -> "Link":
        """A link to what hangs here now. Raises: PhoneLostError, PhoneRefusedError, BenchError."""

    def forget(self, udid: str) -> None:
        """A job is over: delete the pair records of every iPhone that was opened here, of what hangs here
        now, and of `udid` ("" = none). Raises: BenchError (what could be deleted is gone by then).
        """
