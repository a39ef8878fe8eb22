# SPDX-License-Identifier: GPL-3.0-or-later
"""As much DER as our fixed structures need: write elements, and read them back strictly.

The strict reader exists because a lenient one is an attack: a byte that two readers see differently can
hide something. Only single-byte tags and minimal definite lengths are accepted.
"""

from dataclasses import dataclass

INTEGER, OCTET_STRING, NULL, OID, SEQUENCE, SET = 0x02, 0x04, 0x05, 0x06, 0x30, 0x31
CONTEXT_0 = 0xA0
_LONGEST = 1 << 20


class DerError(ValueError):
    """Not the strict DER we write ourselves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """One element: its tag, its content, and all its bytes."""

    tag: int
    content: bytes
    encoded: bytes


def element(tag: int, *contents: bytes) -> bytes:
    """Tag, minimal length, and the contents one after another."""
    content = b"".join(contents)
    length = len(content)
    if length < 0x80:
        return bytes((tag, length)) + content
    size = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(size))) + size + content


def integer(value: int) -> bytes:
    """A non-negative INTEGER."""
    return element(INTEGER, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def oid(dotted: str) -> bytes:
    """An OBJECT IDENTIFIER from its dotted form."""
    first, second, *rest = (int(part) for part in dotted.split("."))
    return element(OID, *(_base128(arc) for arc in (first * 40 + second, *rest)))


def _base128(arc: int) -> bytes:
    groups = [arc & 0x7F]
    while arc := arc >> 7:
        groups.append(0x80 | arc & 0x7F)
    return bytes(reversed(groups))


def set_of(*members: bytes) -> bytes:
    """A SET OF: its members sorted by their encoding, as DER demands."""
    return element(SET, *sorted(members))


def read(data: bytes, expected_tag: int | None = None) -> Element:
    """The one element that `data` is, whole. Raises: DerError, also for anything after it."""
    found, rest = _split(data)
    if rest:
        raise DerError("bytes after the end")
    if expected_tag is not None and found.tag != expected_tag:
        raise DerError(f"expected tag {expected_tag:#04x}, got {found.tag:#04x}")
    return found


def read_all(content: bytes) -> tuple[Element, ...]:
    """The elements that `content` is made of. Raises: DerError."""
    elements = []
    while content:
        found, content = _split(content)
        elements.append(found)
    return tuple(elements)


def _split(data: bytes) -> tuple[Element, bytes]:
    if len(data) < 2 or data[0] & 0x1F == 0x1F:
        raise DerError("cut short, or a long tag")
    length, start = data[1], 2
    if length >= 0x80:
        count = length & 0x7F
        start = 2 + count
        length = int.from_bytes(data[2:start], "big")
        if not 1 <= count <= 3 or len(data) < start or length < 0x80 or data[2] == 0:
            raise DerError("length not minimal")
    if length > _LONGEST or len(data) < start + length:
        raise DerError("cut short")
    end = start + length
    return Element(tag=data[0], content=data[start:end], encoded=data[:end]), data[end:]
