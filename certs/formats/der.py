# SPDX-License-Identifier: GPL-3.0-or-later
"""As much DER as our fixed structures need: write elements, and read them back strictly.

The strict reader exists because a lenient one is an attack: a byte that two readers see differently can
hide something. Only single-byte tags and minimal definite lengths are accepted.
"""

from typing import NamedTuple

BOOLEAN, INTEGER, BIT_STRING, OCTET_STRING, NULL, OID, ENUMERATED = 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x0A
UTC_TIME, GENERALIZED_TIME, SEQUENCE, SET = 0x17, 0x18, 0x30, 0x31
CONTEXT_0, CONTEXT_1, CONTEXT_3 = 0xA0, 0xA1, 0xA3
_LONGEST = 1 << 20
_LONGEST_OID, _WIDEST_ARC = 63, 128


class DerError(ValueError):
    """Not the strict DER we write ourselves."""


class Element(NamedTuple):
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
    found, end = _at(data, 0)
    if end != len(data):
        raise DerError("bytes after the end")
    if expected_tag is not None and found.tag != expected_tag:
        raise DerError(f"expected tag {expected_tag:#04x}, got {found.tag:#04x}")
    return found


def first(data: bytes) -> tuple[Element, bytes]:
    """The element that `data` begins with, and the bytes behind it. Raises: DerError."""
    found, end = _at(data, 0)
    return found, data[end:]


def read_all(content: bytes) -> tuple[Element, ...]:
    """The elements that `content` is made of. Raises: DerError."""
    elements, start = [], 0
    while start < len(content):
        found, start = _at(content, start)
        elements.append(found)
    return tuple(elements)


def members(data: bytes, tag: int = SEQUENCE) -> tuple[Element, ...]:
    """What stands inside the one element of this tag that `data` is. Raises: DerError."""
    return read_all(read(data, tag).content)


def whole_number(found: Element) -> int:
    """The value of a non-negative, minimal INTEGER. Raises: DerError."""
    content = found.content
    if found.tag != INTEGER or not content or content[0] >= 0x80:
        raise DerError("not a whole number")
    if len(content) > 1 and content[0] == 0 and content[1] < 0x80:
        raise DerError("number not minimal")
    return int.from_bytes(content, "big")


def dotted(found: Element) -> str:
    """The dotted form of an OBJECT IDENTIFIER. Raises: DerError."""
    content = found.content
    if found.tag != OID or not 1 <= len(content) <= _LONGEST_OID or content[-1] >= 0x80:
        raise DerError("not an object identifier")
    arcs, arc, begun = [], 0, False
    for byte in content:
        if byte == 0x80 and not begun:
            raise DerError("object identifier not minimal")
        arc, begun = arc << 7 | byte & 0x7F, byte >= 0x80
        if arc >= 1 << _WIDEST_ARC:
            raise DerError("object identifier too wide")
        if not begun:
            arcs.append(arc)
            arc = 0
    first = min(arcs[0] // 40, 2)
    return ".".join(str(part) for part in (first, arcs[0] - 40 * first, *arcs[1:]))


def whole_bytes(found: Element) -> bytes:
    """The bytes of a BIT STRING without unused bits. Raises: DerError."""
    if found.tag != BIT_STRING or not found.content or found.content[0] != 0:
        raise DerError("not a bit string of whole bytes")
    return found.content[1:]


def _at(data: bytes, start: int) -> tuple[Element, int]:
    """The element that begins at `start`, and where it ends."""
    if len(data) < start + 2 or data[start] & 0x1F == 0x1F:
        raise DerError("cut short, or a long tag")
    length, inside = data[start + 1], start + 2
    if length >= 0x80:
        count = length & 0x7F
        size = data[inside : inside + count]
        length = int.from_bytes(size, "big")
        if not 1 <= count <= 3 or len(size) < count or length < 0x80 or size[0] == 0:
            raise DerError("length not minimal")
        inside += count
    end = inside + length
    if length > _LONGEST or len(data) < end:
        raise DerError("cut short")
    return Element(tag=data[start], content=data[inside:end], encoded=data[start:end]), end
