# SPDX-License-Identifier: GPL-3.0-or-later
"""What USB, adb and usbmuxd each say of one port, as one sighting; and why such a port cannot be opened.

Where USB can be read it decides presence: adb goes on listing a phone that has just been unplugged.
"""

from phones.adb.devices import AdbDevice
from phones.errors import PhoneRefusedError
from phones.port import Presence, Sighting
from phones.usb.watch import ADB_INTERFACE, APPLE_VENDOR, FASTBOOT_INTERFACE, UsbDevice


def merged(path: str, usb: UsbDevice | None, adb: AdbDevice | None, udid: str | None, *, usb_decides: bool) -> Sighting:
    """One sighting of a port. `usb_decides`: USB can be read, so what it does not show is not there."""
    if usb is None:
        # No USB view at all: adb is all there is. USB can be read and shows nothing: nothing is there.
        if adb is None or usb_decides:
            return Sighting(port=path, presence=Presence.ABSENT)
        return Sighting(port=path, presence=adb.presence, transport=adb.serial)
    return Sighting(
        port=path,
        presence=presence_of(usb, adb, udid),
        usb_serial=usb.serial,
        vendor_id=usb.vendor_id,
        product_id=usb.product_id,
        interfaces=usb.interfaces,
        transport=udid or (adb.serial if adb is not None and ADB_INTERFACE in usb.interfaces else ""),
    )


def presence_of(usb: UsbDevice, adb: AdbDevice | None, udid: str | None) -> Presence:
    """What hangs there, of a device that USB shows; never ABSENT, also when it does not look like a phone.

    USB_ONLY says that there is no debugging interface, which nobody can say of a device that could not be read.
    """
    if usb.vendor_id == APPLE_VENDOR:
        if usb.is_apple_recovery:
            return Presence.APPLE_RECOVERY
        return Presence.APPLE if udid else Presence.USB_ONLY
    if ADB_INTERFACE in usb.interfaces:
        return adb.presence if adb is not None else Presence.ADB_OFFLINE
    if FASTBOOT_INTERFACE in usb.interfaces:
        return Presence.FASTBOOT
    return Presence.ADB_OFFLINE if usb.unread else Presence.USB_ONLY


def refused(reason_code: str, path: str, sighting: Sighting) -> PhoneRefusedError:
    """The refusal for a port on which something hangs that cannot be talked to."""
    return PhoneRefusedError(
        reason_code=reason_code,
        subject=path,
        step="open",
        expected="an authorised adb device or a paired iPhone",
        got=sighting.presence.value,
    )
