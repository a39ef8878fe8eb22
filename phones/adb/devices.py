# SPDX-License-Identifier: GPL-3.0-or-later
"""Which transports the adb server has, and in which state, although phones may choose their serial.

`host:devices-l` is lines of text, and adb prints a serial as it came: `EVIL<TAB>device<LF>FAKE` is two
phones there [measured, research virtual-phones.md §14 #12]. So the list only says which transport ids may
exist; who hangs on one is asked by its id, where the answer is one length-prefixed block.
"""

import re
from dataclasses import dataclass

from phones.cleaning import clean, clean_serial, is_plain_serial
from phones.modes import ADB_STATES
from phones.port import Presence

_MAXIMUM_LINES = 1024
_LINE = re.compile(
    r"(?P<serial>.{1,256}?)[ \t]+"
    r"(?P<state>device|offline|unauthorized|authorizing|connecting|recovery|sideload|rescue|bootloader|host|detached"
    r"|no permissions\b.*?)"
    r"(?P<rest>(?: [a-z_]+:\S*| [0-9]+-[0-9.]+)*) transport_id:(?P<id>[0-9]{1,9})\s*"
)
_DEVPATH = re.compile(r"(?:usb:)?(?P<path>[0-9]{1,3}-[0-9]{1,3}(?:\.[0-9]{1,3}){0,6})")


@dataclass(frozen=True, slots=True, kw_only=True)
class AdbDevice:
    """One transport. `usb_path` is "3-1.4" or "" (TCP, or not told); `odd` = its serial is no serial.
    `verified` = the server was asked about this very transport.
    """

    transport_id: int
    serial: str
    presence: Presence
    usb_path: str = ""
    odd: bool = False
    verified: bool = False


def read_devices(text: str) -> tuple[AdbDevice, ...]:
    """The transports a `devices-l` answer may name, first line per id wins; lines of another shape are
    left out. Never raises.
    """
    found: dict[int, AdbDevice] = {}
    doubled: set[int] = set()
    for line in text.split("\n")[:_MAXIMUM_LINES]:
        match = _LINE.fullmatch(line.rstrip("\r"))
        if match is None:
            continue
        device = _device(match)
        if device.transport_id in found:
            doubled.add(device.transport_id)
        found.setdefault(device.transport_id, device)
    # Two lines with one id: at least one is forged, and nobody can tell which.
    return tuple(device for number, device in found.items() if number not in doubled)


def _device(match: re.Match[str]) -> AdbDevice:
    serial = match["serial"].rstrip(" ")
    return AdbDevice(
        transport_id=int(match["id"]),
        serial=clean_serial(serial),
        presence=ADB_STATES.get(match["state"], Presence.ADB_OFFLINE),
        usb_path=read_devpath(match["rest"].strip().split(" ")[0]),
        odd=not is_plain_serial(serial),
    )


def read_devpath(text: str) -> str:
    """The path 3-1.4 out of adb's `usb:3-1.4`; empty for anything else."""
    match = _DEVPATH.fullmatch(clean(text))
    return match["path"] if match else ""
