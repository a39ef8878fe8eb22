# SPDX-License-Identifier: GPL-3.0-or-later
"""What every service is to the transport: whole requests come in, bytes go out, and the link may end.

Sans-IO. The transport cuts the stream with `take`, so that each request is one exchange for a fault plan.
"""

import plistlib
import struct
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from xml.parsers.expat import ExpatError

from virtual_phones.iphone.trust import AbsentPhone

if TYPE_CHECKING:
    from virtual_phones.iphone.phone import IPhone

MAXIMUM_REQUEST_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a request leads to: bytes to send, then perhaps the end of the connection."""

    reply: bytes = b""
    ends: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """The same in property lists."""

    messages: tuple[object, ...] = ()
    ends: bool = False


class Service(ABC):
    """One connection to one service."""

    def __init__(self, phone: "IPhone") -> None:
        self.phone = phone
        self._enumeration = phone.enumeration

    def must_be_open(self) -> None:
        """Raises: AbsentPhone when the phone has left the bus since this connection was made."""
        self.phone.must_answer()
        if self.phone.enumeration != self._enumeration:
            raise AbsentPhone

    def begin(self) -> bytes:
        """What the phone says first."""
        return b""

    @abstractmethod
    def take(self, buffer: bytearray) -> bytes | None:
        """Cut one whole request off the front of `buffer`; None if it is not whole yet.
        Raises: ValueError for what can be no request.
        """

    @abstractmethod
    def answer(self, request: bytes) -> Outcome:
        """Carry out one request. Raises: ValueError for what is no request."""

    def closed(self) -> None:  # noqa: B027 - most services have nothing to do
        """The connection has ended; some acts begin only now."""


class PlistService(Service):
    """A service that speaks length-prefixed property lists, XML or binary."""

    def take(self, buffer: bytearray) -> bytes | None:
        """A big-endian u32 length, then the list."""
        return take_plist(buffer)

    def begin(self) -> bytes:
        """The opening messages, framed."""
        return b"".join(frame(message) for message in self.opening())

    def opening(self) -> tuple[object, ...]:
        """Messages the phone sends first."""
        return ()

    def answer(self, request: bytes) -> Outcome:
        """Decode, handle, encode."""
        turn = self.handle(decode(request))
        return Outcome(reply=b"".join(frame(message) for message in turn.messages), ends=turn.ends)

    def handle(self, message: object) -> Turn:
        """One request as a property list: what direct calls use.

        Raises: ValueError for what is no request, AbsentPhone when the link is gone.
        """
        with self.phone.lock:
            self.must_be_open()
            return self.turn(message)

    @abstractmethod
    def turn(self, message: object) -> Turn:
        """What the service does with one request. Raises: ValueError."""


def take_plist(buffer: bytearray) -> bytes | None:
    """Cut one length-prefixed property list off `buffer`. Raises: ValueError when it is too long."""
    if len(buffer) < 4:
        return None
    (length,) = struct.unpack_from(">I", buffer)
    if length > MAXIMUM_REQUEST_BYTES:
        raise ValueError(f"request of {length} bytes")
    if len(buffer) < 4 + length:
        return None
    request = bytes(buffer[4 : 4 + length])
    del buffer[: 4 + length]
    return request


def decode(request: bytes) -> object:
    """A property list. Raises: ValueError."""
    try:
        message: object = plistlib.loads(request)
    except (ValueError, ExpatError, TypeError, OverflowError, KeyError, IndexError) as error:
        raise ValueError("no property list") from error
    return message


def frame(message: Any) -> bytes:
    """An XML property list behind its length."""
    body = plistlib.dumps(message)
    return struct.pack(">I", len(body)) + body


def fields(message: object) -> Mapping[str, object]:
    """A request that is a dictionary. Raises: ValueError."""
    if not isinstance(message, Mapping):
        raise ValueError("no dictionary")  # noqa: TRY004 - the host's mistake, not a wrong type of ours
    return message
