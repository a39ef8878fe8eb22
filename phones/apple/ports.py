# SPDX-License-Identifier: GPL-3.0-or-later
"""Which port an iPhone of usbmuxd hangs on: the one whose USB serial number is its UDID, or none.

usbmuxd's LocationID is bus and address, which change at every plugging-in: no port. A serial of 24 characters
gets a hyphen after the eighth on its way through usbmuxd. Two ports with one serial: nobody can tell which.
"""

from collections import Counter
from collections.abc import Iterable, Mapping

from phones.port import APPLE_VENDOR
from phones.usb.watch import UsbDevice

HYPHENATED = 24


def ports_of(udids: Iterable[str], devices: Iterable[UsbDevice]) -> Mapping[str, str]:
    """Port path → UDID. An iPhone with no port of its own, or with one of two, is left out: never a guess."""
    iphones = [device for device in devices if device.vendor_id == APPLE_VENDOR and device.serial]
    times = Counter(_key(device.serial) for device in iphones)
    paths = {_key(device.serial): device.path for device in iphones if times[_key(device.serial)] == 1}
    return {paths[_key(udid)]: udid for udid in udids if _key(udid) in paths}


def _key(text: str) -> str:
    """One spelling; a hyphen counts only where usbmuxd puts it."""
    lower = text.lower()
    if len(lower) == HYPHENATED + 1 and lower[8] == "-":
        lower = lower[:8] + lower[9:]
    return lower
