# SPDX-License-Identifier: GPL-3.0-or-later
"""The part of PDF's syntax that our papers use: objects read from bytes and written in one spelling only.

One spelling means: what `write_value` writes is the only way our profile knows to say it, so that reading a file
and writing it again shows every byte that is not ours (certs.page.pdf_profile). Bounded in depth and size; raises
nothing but `PdfProfileError`.

Whoever can sign can sign anything, so that no pattern here can be tried twice over the same bytes, and what takes time
is counted: blanks between two tokens, letters of a token, values of a file. There are no comments in our files.
"""

import re
import zlib
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from certs.page.errors import PdfProfileError
from phones.frozen import dataclass

MAXIMUM_DEPTH = 12
MAXIMUM_DECODED_BYTES = 8 * 1024 * 1024
MAXIMUM_VALUES = 20_000
"""Of one file; a paper of ours has about a thousand."""
MAXIMUM_TEXT = 32 * 1024
"""Bytes of a literal string, counted as they are read; ours have at most some hundred."""
_KEPT = 4096  # values that are kept for the next time: names, numbers and references of papers are mostly the same
PACKING = 6  # zlib: 9 takes twice the time for half a per cent

_BLANK = re.compile(rb"[\x00\t\n\x0c\r ]{0,16}+")
_OCTAL = re.compile(rb"[0-7]{1,3}")
_OBJECT = re.compile(_BLANK.pattern + rb"([0-9]{1,6}) 0 obj")
_END_OF_OBJECT = re.compile(_BLANK.pattern + rb"endobj" + _BLANK.pattern)
_PLAIN_TEXT = re.compile(rb"[^()\\]{0,%d}+" % MAXIMUM_TEXT)
_TO_ESCAPE = re.compile(rb"([\\()])")
_NUMBER = re.compile(rb"[+-]?(?:[0-9]{1,12}(?:\.[0-9]{0,12})?|\.[0-9]{1,12})\Z")
_REGULAR = rb"[^\x00\t\n\x0c\r ()<>\[\]{}/%]"
_NO_MORE = rb"(?!" + _REGULAR + rb")"
_NAME = _REGULAR + rb"{0,127}+" + _NO_MORE  # the longest name ISO 32000 has
_VALUE = re.compile(
    _BLANK.pattern + rb"(?:/(?P<name>" + _NAME + rb")|(?P<dictionary><<)|(?P<array>\[)|(?P<text>\()"
    rb"|<(?P<hexadecimal>[0-9A-Fa-f]{0,65536}+)>"
    rb"|(?P<reference>[0-9]{1,6}) 0 R" + _NO_MORE + rb"|(?P<token>" + _REGULAR + rb"{1,32}+" + _NO_MORE + rb")"
    rb"|(?P<end>\]|>>))"
)
_KEY = re.compile(_BLANK.pattern + rb"/(" + _NAME + rb")")


@dataclass(frozen=True, slots=True)
class Name:
    """A name as it stands in the file, without the slash; `#` escapes are kept as they are."""

    raw: str


@dataclass(frozen=True, slots=True)
class Token:
    """A number or one of true, false, null, exactly as spelled: 0000000000 is not 0."""

    raw: bytes


@dataclass(frozen=True, slots=True)
class Reference:
    """A reference to an object, generation 0."""

    number: int


@dataclass(frozen=True, slots=True)
class HexText:
    """A hexadecimal string, digits as spelled."""

    digits: bytes


Value = Name | Token | Reference | HexText | bytes | list["Value"] | dict[str, "Value"]
"""`bytes` is a literal string (its meaning, without escapes); list and dict are arrays and dictionaries."""


@dataclass(slots=True)
class Stream:
    """A stream object: its dictionary without /Length, and the bytes as they stand in the file."""

    entries: dict[str, Value]
    raw: bytes

    def decoded(self, most: int = MAXIMUM_DECODED_BYTES) -> bytes:
        """The bytes with the filter undone. Raises: PdfProfileError (other filter, rest after the data, more than
        `most` bytes).
        """
        applied = self.entries.get("Filter")
        if applied is None:
            return self.raw
        if applied == Name("FlateDecode") and "DecodeParms" not in self.entries:
            return _inflate(self.raw, most)
        if applied == Name("ASCIIHexDecode"):
            return _unhex(self.raw)
        raise PdfProfileError(expected="FlateDecode, ASCIIHexDecode or no filter", got=repr(applied))


class Unpacked(Stream):
    """A stream that is not packed yet: `raw` holds what it means, /Filter says how it will stand in the file."""

    __slots__ = ()

    def decoded(self, most: int = MAXIMUM_DECODED_BYTES) -> bytes:
        """The bytes themselves: they are ours."""
        del most
        return self.raw

    def packed(self) -> Stream:
        """The stream as it stands in the file."""
        return Stream(self.entries, _deflated(self.raw))


@lru_cache(maxsize=64)  # fonts, colour profile, certificates: mostly those of the paper before
def _deflated(content: bytes) -> bytes:
    return zlib.compress(content, PACKING)


def to_pack(entries: dict[str, Value], content: bytes) -> Unpacked:
    """A stream to be deflated before it is written."""
    return Unpacked({**entries, "Filter": Name("FlateDecode")}, content)


Object = Value | Stream


@lru_cache(maxsize=_KEPT)
def number(value: float) -> Token:
    """A number in our spelling: at most four digits after the point, no useless ones."""
    text = f"{value:.4f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
    return Token(b"0" if text == "-0" else text.encode())


def text_value(text: str) -> HexText:
    """A text string for people: UTF-16 with mark, in hexadecimal, so no token of the file can hide in it."""
    return HexText((b"\xfe\xff" + text.encode("utf-16-be")).hex().upper().encode())


def write_value(value: Value) -> bytes:
    """The one spelling of a value."""
    kind = type(value)  # one dictionary look-up instead of a chain of questions: a file has thousands of values
    return _SPELLINGS[kind](value)


def _spelled_text(value: bytes) -> bytes:
    return b"(" + _TO_ESCAPE.sub(rb"\\\1", value) + b")"


def _spelled_list(value: list[Value]) -> bytes:
    return b"[" + b" ".join([_SPELLINGS[type(entry)](entry) for entry in value]) + b"]"


def _spelled_dictionary(value: dict[str, Value]) -> bytes:
    inside = [b"/%b %b" % (key.encode("latin-1"), _SPELLINGS[type(entry)](entry)) for key, entry in value.items()]
    return b"<< " + b" ".join(inside) + b" >>"


_SPELLINGS: dict[type, Callable[[Any], bytes]] = {
    Name: lambda value: b"/" + value.raw.encode("latin-1"),
    Token: lambda value: value.raw,
    Reference: lambda value: b"%d 0 R" % value.number,
    HexText: lambda value: b"<" + value.digits + b">",
    bytes: _spelled_text,
    list: _spelled_list,
    dict: _spelled_dictionary,
}


def write_object(number_: int, item: Object) -> bytes:
    """One indirect object with its frame."""
    if isinstance(item, Stream):
        head = write_value({**item.entries, "Length": number(len(item.raw))})
        return b"%d 0 obj\n%b\nstream\n%b\nendstream\nendobj\n" % (number_, head, item.raw)
    return b"%d 0 obj\n%b\nendobj\n" % (number_, write_value(item))


@lru_cache(maxsize=_KEPT)
def reference(number_: int) -> Reference:
    """The reference to this object."""
    return Reference(number_)


@lru_cache(maxsize=_KEPT)
def _name(raw: bytes) -> Name:
    return Name(raw.decode("latin-1"))


@lru_cache(maxsize=_KEPT)
def _token(raw: bytes) -> Token | None:
    return Token(raw) if _NUMBER.match(raw) or raw in (b"true", b"false", b"null") else None


class Reader:
    """Reads values one after the other from `data`, beginning at `position`."""

    def __init__(self, data: bytes, position: int = 0) -> None:
        self.data = data
        self.position = position
        self._values = 0

    def skip_space(self) -> None:
        """Go past white space, as much of it as a file of ours may have."""
        found = _BLANK.match(self.data, self.position)
        self.position = found.end() if found else self.position

    def take(self, literal: bytes) -> bool:
        """Go past `literal` if it stands here."""
        if not self.data.startswith(literal, self.position):
            return False
        self.position += len(literal)
        return True

    def expect(self, literal: bytes) -> None:
        """Go past `literal`. Raises: PdfProfileError if something else stands here."""
        if not self.take(literal):
            raise self.wrong(literal.decode("latin-1"))

    def wrong(self, expected: str) -> PdfProfileError:
        """The error for the present position."""
        got = self.data[self.position : self.position + 24]
        return PdfProfileError(step=f"byte {self.position}", expected=expected.strip(), got=ascii(got))

    def value(self, depth: int = 0) -> Value:
        """The next value. Raises: PdfProfileError."""
        value = self._value(depth)
        if value is None:
            raise self.wrong("a value")
        return value

    def _value(self, depth: int, end: bytes = b"") -> Value | None:
        """The next value, or None behind `end`. With one look at each token: a file has thousands."""
        if depth > MAXIMUM_DEPTH:
            raise self.wrong("less deeply nested values")
        self._values += 1
        if self._values > MAXIMUM_VALUES:
            raise self.wrong("fewer values")
        found = _VALUE.match(self.data, self.position)
        if found is None:
            raise self.wrong("a value")
        kind = found.lastgroup
        if kind == "end":
            if found["end"] != end:
                raise self.wrong("a value")
            self.position = found.end()
            return None
        self.position = found.end()
        if kind == "name":
            return _name(found["name"])
        if kind == "reference":
            return reference(int(found["reference"]))
        if kind == "hexadecimal":
            return HexText(found["hexadecimal"])
        if kind == "dictionary":
            return self._dictionary(depth)
        if kind == "array":
            return self._array(depth)
        if kind == "text":
            return self._literal()
        token = _token(found["token"])
        if token is None:
            self.position = found.start("token")
            raise self.wrong("a value")
        return token

    def _array(self, depth: int) -> list[Value]:
        entries: list[Value] = []
        while (value := self._value(depth + 1, b"]")) is not None:
            entries.append(value)
        return entries

    def _dictionary(self, depth: int) -> dict[str, Value]:
        entries: dict[str, Value] = {}
        while (found := _KEY.match(self.data, self.position)) is not None:
            key = _name(found[1]).raw
            if key in entries:
                raise self.wrong("a key that was not there before")
            self.position = found.end()
            entries[key] = self.value(depth + 1)
        if self._value(depth + 1, b">>") is not None:
            raise self.wrong("a key")
        return entries

    def _literal(self) -> bytes:
        text = bytearray()
        depth = 1
        end = min(len(self.data), self.position + MAXIMUM_TEXT)
        while self.position < end:
            plain = _PLAIN_TEXT.match(self.data, self.position)
            if plain is not None:
                text += plain.group()
                self.position = plain.end()
            byte = self.data[self.position : self.position + 1]
            self.position += 1
            if byte == b"\\":
                text += self._escaped()
                continue
            depth += (byte == b"(") - (byte == b")")
            if depth == 0:
                return bytes(text)
            text += byte
        raise self.wrong(")")

    def _escaped(self) -> bytes:
        octal = _OCTAL.match(self.data, self.position)
        if octal:
            self.position = octal.end()
            return bytes((int(octal.group(), 8) & 0xFF,))
        byte = self.data[self.position : self.position + 1]
        self.position += 1
        named = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f", b"\n": b""}
        return named.get(byte, byte)

    def indirect(self) -> tuple[int, Object]:
        """The next `N 0 obj … endobj`. Raises: PdfProfileError."""
        found = _OBJECT.match(self.data, self.position)
        if not found:
            raise self.wrong("N 0 obj")
        self.position = found.end()
        item: Object = self.value()
        self.skip_space()
        if isinstance(item, dict) and self.take(b"stream"):
            item = self._stream(item)
        end = _END_OF_OBJECT.match(self.data, self.position)
        if not end:
            raise self.wrong("endobj")
        self.position = end.end()
        return int(found.group(1)), item

    def _stream(self, entries: dict[str, Value]) -> Stream:
        if not self.take(b"\r\n"):
            self.expect(b"\n")
        length = entries.pop("Length", None)
        if not isinstance(length, Token) or not length.raw.isdigit():
            raise self.wrong("a /Length that stands in the dictionary")
        raw = self.data[self.position : self.position + int(length.raw)]
        self.position += int(length.raw)
        self.skip_space()
        self.expect(b"endstream")
        return Stream(entries, raw)


def _inflate(raw: bytes, most: int) -> bytes:
    engine = zlib.decompressobj()
    try:
        decoded = engine.decompress(raw, max(1, most))  # 0 would be no bound at all
    except zlib.error as error:
        raise PdfProfileError(expected="a deflated stream", got=str(error)) from error
    if not engine.eof or engine.unused_data:
        raise PdfProfileError(expected="a deflated stream that ends with its bytes", got="a rest, or too much")
    return decoded


def _unhex(raw: bytes) -> bytes:
    if not re.fullmatch(rb"(?:[0-9a-f]{2})*>", raw):
        raise PdfProfileError(expected="lower-case hexadecimal", got=ascii(raw[:24]))
    return bytes.fromhex(raw[:-1].decode())
