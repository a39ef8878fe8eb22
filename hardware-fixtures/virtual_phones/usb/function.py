# SPDX-License-Identifier: GPL-3.0-or-later
"""What lies behind the endpoints of some interfaces of a device, and what it is told and says."""

import struct
from dataclasses import dataclass


class Stall(Exception):
    """The device does not do that: the host sees EPIPE."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """The eight bytes that begin a control transfer."""

    request_type: int
    request: int
    value: int
    index: int
    length: int

    @classmethod
    def parse(cls, data: bytes) -> "Setup":
        """From the wire. Raises: ValueError for anything but eight bytes."""
        if len(data) != 8:
            raise ValueError("a setup packet has eight bytes")
        request_type, request, value, index, length = struct.unpack("<BBHHH", data)
        return cls(request_type=request_type, request=request, value=value, index=index, length=length)

    @property
    def kind(self) -> int:
        """0 standard, 1 class, 2 vendor."""
        return self.request_type >> 5 & 3

    @property
    def to_host(self) -> bool:
        """Does the data stage go to the host?"""
        return bool(self.request_type & 0x80)

    @property
    def asks_for_a_string(self) -> bool:
        """GET_DESCRIPTOR of a string?"""
        return self.request_type == 0x80 and self.request == 6 and self.value >> 8 == 3


@dataclass(frozen=True, slots=True)
class Transfer:
    """Bytes for the host that end with a short packet. `zero`: send an empty one when the last is full."""

    data: bytes
    zero: bool = False


class Function:
    """What lies behind the endpoints of some interfaces. Everything here does nothing; kinds override."""

    dead = False
    """The function has given up: the device drops off the bus."""

    def host_sent(self, address: int, data: bytes, now_s: float) -> None:
        """An OUT transfer, or a piece of one that fills whole packets. Raises: Stall halts the endpoint."""

    def take(self, address: int) -> list[Transfer]:
        """Transfers for IN endpoint `address` now."""
        return []

    def control(self, setup: Setup, data: bytes, now_s: float) -> bytes:
        """A class or vendor request to one of its interfaces. Raises: Stall."""
        raise Stall

    def next_due(self, now_s: float) -> float | None:
        """When to call `advance`; None = nothing happens by itself."""
        return None

    def advance(self, now_s: float) -> None:
        """Time has passed."""

    def closed(self) -> None:
        """The cable is out."""
