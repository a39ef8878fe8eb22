# SPDX-License-Identifier: GPL-3.0-or-later
"""DER as it stands in attestation chains, read strictly and within bounds.

Every byte comes from a phone. The reader of our own certificates (`certs.formats.der`) knows single-byte tags only;
Android's authorization lists number their fields up to 724 and need the long form. Nothing here calls itself, so no
nesting can exhaust the stack, and each element is looked at once.
"""

from collections.abc import Iterator

from phones.frozen import dataclass

BOOLEAN, INTEGER, BIT_STRING, OCTET_STRING, OID, ENUMERATED = 0x01, 0x02, 0x03, 0x04, 0x06, 0x0A
UTC_TIME, GENERALIZED_TIME, SEQUENCE, SET = 0x17, 0x18, 0x30, 0x31
LONGEST = 1 << 16
"""Bytes of the longest element read: a whole chain is less."""
MOST_MEMBERS = 256
"""Elements side by side; the longest list known has some fifty."""
_LARGEST_TAG = 1 << 28
_LONGEST_OID, _CONTEXT = 63, 0xA0


class MalformedError(ValueError):
    """Not the strict DER, PEM, base64 or structure it should be; the room's one error for hostile bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """One element. `tag`: its first byte; with the long form (`number` >= 31) that byte without the number."""

    tag: int
    number: int
    content: bytes
    encoded: bytes

    @property
    def field(self) -> int | None:
        """The number of a context-specific constructed element, as authorization lists number their fields."""
        return self.number if self.tag & 0xE0 == _CONTEXT else None


def read(data: bytes, tag: int) -> Element:
    """The one element of this tag that `data` is, whole. Raises: MalformedError, also for anything after it."""
    found, end = _at(data, 0)
    if end != len(data):
        raise MalformedError("bytes after the end")
    return expect(found, tag)


def expect(found: Element, tag: int) -> Element:
    """`found`, if it is of this tag. Raises: MalformedError."""
    if found.tag != tag or found.number >= 31:
        raise MalformedError(f"expected tag {tag:#04x}, got {found.tag:#04x}")
    return found


def members(found: Element) -> tuple[Element, ...]:
    """The elements inside. Raises: MalformedError, also for more than MOST_MEMBERS."""
    return tuple(_each(found.content))


def first(data: bytes) -> tuple[Element, bytes]:
    """The element that `data` begins with, and the bytes behind it. Raises: MalformedError."""
    found, end = _at(data, 0)
    return found, data[end:]


def inside(found: Element, tag: int) -> Element:
    """The one element of this tag that an explicitly tagged element wraps. Raises: MalformedError."""
    return read(found.content, tag)


def whole_number(found: Element, *, tag: int = INTEGER, most_bytes: int = 9) -> int:
    """A non-negative, minimal INTEGER or ENUMERATED. Raises: MalformedError."""
    content = expect(found, tag).content
    if not 1 <= len(content) <= most_bytes or content[0] >= 0x80:
        raise MalformedError("not a whole number of ours")
    if len(content) > 1 and content[0] == 0 and content[1] < 0x80:
        raise MalformedError("number not minimal")
    return int.from_bytes(content, "big")


def truth(found: Element) -> bool:
    """A BOOLEAN: one byte, 00 or FF and nothing between (X.690 11.1). Raises: MalformedError."""
    content = expect(found, BOOLEAN).content
    if content not in (b"\x00", b"\xff"):
        raise MalformedError("not a boolean of DER")
    return content == b"\xff"


def octets(found: Element, *, most: int) -> bytes:
    """The bytes of an OCTET STRING. Raises: MalformedError."""
    content = expect(found, OCTET_STRING).content
    if len(content) > most:
        raise MalformedError("octet string too long")
    return content


def whole_bytes(found: Element) -> bytes:
    """The bytes of a BIT STRING without unused bits. Raises: MalformedError."""
    content = expect(found, BIT_STRING).content
    if not content or content[0] != 0:
        raise MalformedError("not a bit string of whole bytes")
    return content[1:]


def dotted(found: Element) -> str:
    """The dotted form of an OBJECT IDENTIFIER. Raises: MalformedError."""
    content = expect(found, OID).content
    if not 1 <= len(content) <= _LONGEST_OID or content[-1] >= 0x80:
        raise MalformedError("not an object identifier")
    arcs, arc, begun = [], 0, False
    for byte in content:
        if byte == 0x80 and not begun:
            raise MalformedError("object identifier not minimal")
        arc, begun = arc << 7 | byte & 0x7F, byte >= 0x80
        if not begun:
            arcs.append(arc)
            arc = 0
    head = min(arcs[0] // 40, 2)
    return ".".join(str(part) for part in (head, arcs[0] - 40 * head, *arcs[1:]))


def _each(content: bytes) -> Iterator[Element]:
    start = count = 0
    while start < len(content):
        count += 1
        if count > MOST_MEMBERS:
            raise MalformedError("too many elements")
        found, start = _at(content, start)
        yield found


def _at(data: bytes, start: int) -> tuple[Element, int]:
    """The element that begins at `start`, and where it ends."""
    tag, number, inside_at = _tag_at(data, start)
    if inside_at >= len(data):
        raise MalformedError("cut short")
    length = data[inside_at]
    inside_at += 1
    if length >= 0x80:
        size = data[inside_at : inside_at + (length & 0x7F)]
        count = length & 0x7F
        length = int.from_bytes(size, "big") if 1 <= count <= 3 and len(size) == count else -1
        if length < 0x80 or size[0] == 0:
            raise MalformedError("length cut short or not minimal")
        inside_at += count
    end = inside_at + length
    if length > LONGEST or end > len(data):
        raise MalformedError("cut short, or too long")
    return Element(tag=tag, number=number, content=data[inside_at:end], encoded=data[start:end]), end


def _tag_at(data: bytes, start: int) -> tuple[int, int, int]:
    """First byte, number, and where the length stands."""
    if start >= len(data):
        raise MalformedError("cut short")
    tag = data[start]
    if tag & 0x1F != 0x1F:
        return tag, tag & 0x1F, start + 1
    number, at = 0, start + 1
    while True:
        if at >= len(data) or number >= _LARGEST_TAG >> 7:
            raise MalformedError("tag cut short or too large")
        byte = data[at]
        at += 1
        if byte == 0x80 and number == 0:
            raise MalformedError("tag not minimal")
        number = number << 7 | byte & 0x7F
        if byte < 0x80:
            break
    if number < 31:
        raise MalformedError("tag not minimal")
    return tag & 0xE0, number, at
