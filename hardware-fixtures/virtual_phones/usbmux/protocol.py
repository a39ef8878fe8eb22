# SPDX-License-Identifier: GPL-3.0-or-later
"""Messages between host software and usbmuxd: a 16-byte header, then a property list."""

import plistlib
import struct
from collections.abc import Mapping
from dataclasses import dataclass

from virtual_phones.iphone.services.service import decode, fields

HEADER = struct.Struct("<IIII")  # length including this header, version, message type, tag
MAXIMUM_MESSAGE_BYTES = 1024 * 1024
PLIST_VERSION, PLIST_MESSAGE, RESULT_MESSAGE = 1, 8, 1
OK, BAD_COMMAND, BAD_DEVICE, REFUSED, BAD_VERSION = 0, 1, 2, 3, 6
USB_SPEED = 480_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class MuxRequest:
    """One request. `body` is None when the header is not version 1, type 8."""

    tag: int
    body: Mapping[str, object] | None


def take_request(buffer: bytearray) -> MuxRequest | None:
    """Cut one whole request off `buffer`; None if it is not whole. Raises: ValueError."""
    if len(buffer) < HEADER.size:
        return None
    length, version, kind, tag = HEADER.unpack_from(buffer)
    if not HEADER.size <= length <= MAXIMUM_MESSAGE_BYTES:
        raise ValueError(f"message of {length} bytes")
    if len(buffer) < length:
        return None
    body = bytes(buffer[HEADER.size : length])
    del buffer[:length]
    if (version, kind) != (PLIST_VERSION, PLIST_MESSAGE):
        return MuxRequest(tag=tag, body=None)
    return MuxRequest(tag=tag, body=fields(decode(body)))


def message(tag: int, body: Mapping[str, object]) -> bytes:
    """A message as the daemon sends it; events have tag 0."""
    packed = plistlib.dumps(dict(body))
    return HEADER.pack(HEADER.size + len(packed), PLIST_VERSION, PLIST_MESSAGE, tag) + packed


def result(tag: int, number: int) -> bytes:
    """An answer that is only a number."""
    return message(tag, {"MessageType": "Result", "Number": number})


def bad_version(tag: int) -> bytes:
    """The binary answer to a header that is not ours."""
    return HEADER.pack(HEADER.size + 4, 0, RESULT_MESSAGE, tag) + struct.pack("<I", BAD_VERSION)


def attached(device_id: int, udid: str, location: int) -> dict[str, object]:
    """The Attached event, and an entry of ListDevices."""
    return {
        "MessageType": "Attached",
        "DeviceID": device_id,
        "Properties": {
            "ConnectionType": "USB",
            "ConnectionSpeed": USB_SPEED,
            "DeviceID": device_id,
            "LocationID": location,
            "ProductID": 0x12A8,
            "SerialNumber": udid,
            "USBSerialNumber": udid.replace("-", ""),
        },
    }


def swapped(port_number: int) -> int:
    """PortNumber comes in network byte order inside the property list: 62078 as 32498."""
    return (port_number & 0xFF) << 8 | (port_number >> 8) & 0xFF
