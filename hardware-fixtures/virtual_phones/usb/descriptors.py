# SPDX-License-Identifier: GPL-3.0-or-later
"""What a device says of itself: its identity, its configurations and their strings, as descriptors on the wire."""

import struct
from collections.abc import Sequence
from dataclasses import dataclass

from virtual_phones.usb.function import Stall

HIGH_SPEED_PACKET = 512
BULK, INTERRUPT = 2, 3
LONGEST_STRING = 126
"""UTF-16 units: bLength is one byte."""

_DEVICE, _CONFIGURATION, _STRING, _INTERFACE, _ENDPOINT, _QUALIFIER = 1, 2, 3, 4, 5, 6
_ENGLISH = 0x0409


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """`address` with direction bit 0x80 for IN."""

    address: int
    kind: int = BULK
    packet: int = HIGH_SPEED_PACKET

    def descriptor(self) -> bytes:
        """Seven bytes."""
        interval = 9 if self.kind == INTERRUPT else 0
        return struct.pack("<BBBBHB", 7, _ENDPOINT, self.address, self.kind, self.packet, interval)


@dataclass(frozen=True, slots=True, kw_only=True)
class Interface:
    """Class triple, endpoints and class-specific descriptors; `name` is a string or ""."""

    triple: tuple[int, int, int]
    endpoints: tuple[Endpoint, ...]
    extra: bytes = b""
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """One of the device's configurations; interfaces are numbered by their place."""

    interfaces: tuple[Interface, ...]
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """What stands in the device descriptor. Empty strings have no index."""

    vendor_id: int
    product_id: int
    manufacturer: str = ""
    product: str = ""
    serial: str = ""
    release: int = 0x0510


class Descriptors:
    """All descriptors of one device; strings are numbered in the order in which they are named."""

    def __init__(self, identity: Identity, configurations: Sequence[Configuration]) -> None:
        self.configurations = tuple(configurations)
        self._identity = identity
        self._strings: list[str] = []
        self._device = self._describe_device()
        self._described = [self._describe(place) for place in range(len(self.configurations))]

    def read(self, kind: int, index: int) -> bytes:
        """The answer to GET_DESCRIPTOR. Raises: Stall for what there is not."""
        if kind == _DEVICE:
            return self._device
        if kind == _CONFIGURATION and index < len(self._described):
            return self._described[index]
        if kind == _STRING:
            return self._string(index)
        if kind == _QUALIFIER:
            return struct.pack("<BBHBBBBBB", 10, _QUALIFIER, 0x0200, 0, 0, 0, 64, len(self.configurations), 0)
        raise Stall

    def _describe_device(self) -> bytes:
        named = self._identity
        return struct.pack(
            "<BBHBBBBHHHBBBB",
            18,
            _DEVICE,
            0x0200,
            0,
            0,
            0,
            64,
            named.vendor_id,
            named.product_id,
            named.release,
            self._index(named.manufacturer),
            self._index(named.product),
            self._index(named.serial),
            len(self.configurations),
        )

    def _describe(self, place: int) -> bytes:
        configuration = self.configurations[place]
        body = b""
        for number, interface in enumerate(configuration.interfaces):
            body += struct.pack(
                "<BBBBBBBBB",
                9,
                _INTERFACE,
                number,
                0,
                len(interface.endpoints),
                *interface.triple,
                self._index(interface.name),
            )
            body += interface.extra + b"".join(endpoint.descriptor() for endpoint in interface.endpoints)
        return (
            struct.pack(
                "<BBHBBBBB",
                9,
                _CONFIGURATION,
                9 + len(body),
                len(configuration.interfaces),
                place + 1,
                self._index(configuration.name),
                0xC0,
                250,
            )
            + body
        )

    def _index(self, text: str) -> int:
        if not text:
            return 0
        if text not in self._strings:
            self._strings.append(text)
        return self._strings.index(text) + 1

    def _string(self, index: int) -> bytes:
        if index == 0:
            return struct.pack("<BBH", 4, _STRING, _ENGLISH)
        if index > len(self._strings):
            raise Stall
        body = self._strings[index - 1].encode("utf-16-le", "surrogatepass")[: 2 * LONGEST_STRING]
        return bytes([len(body) + 2, _STRING]) + body
