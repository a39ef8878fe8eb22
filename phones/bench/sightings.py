# SPDX-License-Identifier: GPL-3.0-or-later
"""What USB, adb and usbmuxd each say of one port, as one sighting; and why such a port cannot be opened.

Where USB can be read it decides presence: adb goes on listing a phone that has just been unplugged.
"""

from phones.adb.devices import AdbDevice
from phones.errors import PhoneRefusedError
from phones.modes import ADB_INTERFACE, presence_shown
from phones.port import Presence, Sighting
from phones.usb.watch import UsbDevice


def merged(path: str, usb: UsbDevice | None, adb: AdbDevice | None, udid: str | None, *, usb_decides: bool) -> Sighting:
    """One sighting of a port. `usb_decides`: USB can be read, so what it does not show is not there."""
    if usb is None:
        # No USB view at all: adb is all there is. USB can be read and shows nothing: nothing is there.
        if adb is None or usb_decides:
            return Sighting(port=path, presence=Presence.ABSENT)
        return Sighting(port=path, presence=adb.presence, transport=adb.serial)
    return Sighting(
        port=path,
        presence=presence_shown(
            vendor_id=usb.vendor_id,
            product_id=usb.product_id,
            interfaces=usb.interfaces,
            unread=usb.unread,
            adb=adb.presence if adb is not None else None,
            in_usbmux=bool(udid),
        ),
        usb_serial=usb.serial,
        vendor_id=usb.vendor_id,
        product_id=usb.product_id,
        interfaces=usb.interfaces,
        transport=udid or (adb.serial if adb is not None and ADB_INTERFACE in usb.interfaces else ""),
    )


def refused(reason_code: str, path: str, sighting: Sighting) -> PhoneRefusedError:
    """The refusal for a port on which something hangs that cannot be talked to."""
    return PhoneRefusedError(
        reason_code=reason_code,
        subject=path,
        step="open",
        expected="an authorised adb device or a paired iPhone",
        got=sighting.presence.value,
    )
