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
_MAXIMUM_LINE = 1024
"""Characters; the kernel keeps a serial of at most 381 bytes, and the rest of a line is short."""
_NOT_A_PRESENCE_OF_OURS = frozenset({"authorizing", "connecting", "detached", "host", "offline"})
_STATES = frozenset(ADB_STATES) | _NOT_A_PRESENCE_OF_OURS
_NO_PERMISSIONS = re.compile(r"[ \t]no permissions\b")
_TRANSPORT = re.compile(r"transport_id:([0-9]{1,9})")
_FACT = re.compile(r"[a-z_]{1,32}:\S*|[0-9]+-[0-9.]+")
"""What stands between the state and the transport: `usb:1-4`, `product:tokay`, a bare path."""
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
        device = _device(line.rstrip("\r"))
        if device is None:
            continue
        if device.transport_id in found:
            doubled.add(device.transport_id)
        found.setdefault(device.transport_id, device)
    # Two lines with one id: at least one is forged, and nobody can tell which.
    return tuple(device for number, device in found.items() if number not in doubled)


def _device(line: str) -> AdbDevice | None:
    """One line, taken from its end: the phone chose only what stands before the state."""
    if len(line) > _MAXIMUM_LINE:
        return None
    *words, last = line.rstrip().split(" ")
    transport = _TRANSPORT.fullmatch(last)
    if transport is None:
        return None
    facts: list[str] = []
    while words and _FACT.fullmatch(words[-1]):
        facts.insert(0, words.pop())
    serial, state = _serial_and_state(" ".join(words))
    if not serial or not state:
        return None
    return AdbDevice(
        transport_id=int(transport[1]),
        serial=clean_serial(serial),
        presence=ADB_STATES.get(state, Presence.ADB_OFFLINE),
        usb_path=read_devpath(facts[0]) if facts else "",
        odd=not is_plain_serial(serial),
    )


def _serial_and_state(head: str) -> tuple[str, str]:
    """The serial and the state of `SERIAL<blanks>STATE`; two empty texts for anything else."""
    if sentence := _NO_PERMISSIONS.search(head):
        return head[: sentence.start()].rstrip(" \t"), "no permissions"
    cut = max(head.rfind(" "), head.rfind("\t"))
    state = head[cut + 1 :]
    return (head[:cut].rstrip(" \t"), state) if cut > 0 and state in _STATES else ("", "")


def read_devpath(text: str) -> str:
    """The path 3-1.4 out of adb's `usb:3-1.4`; empty for anything else."""
    match = _DEVPATH.fullmatch(clean(text))
    return match["path"] if match else ""
