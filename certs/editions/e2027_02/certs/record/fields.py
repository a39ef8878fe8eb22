# SPDX-License-Identifier: GPL-3.0-or-later
"""Kinds of JSON fields, each with its bounds: read strictly from plain JSON, and written back.

`certs.record.schema` is a table of these. They are our own and no library's: what a released edition accepts must not
change with somebody's release, and a verifier must load quickly, also in a browser.
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any, Generic, Protocol, TypeVar

T = TypeVar("T")

HIDDEN = r"\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff"
"""Control characters, and those that hide or reorder text (bidi marks, zero width), as a regular expression has them
in brackets: a page must show what it says."""
LARGEST_NUMBER = 2**53 - 1
"""RFC 8785: what every JSON reader holds exactly."""


class FieldError(ValueError):
    """A value that does not fit. `where`: names and positions from the outermost field inwards."""

    def __init__(self, fault: str, where: tuple[str, ...] = ()) -> None:
        self.fault, self.where = fault, where
        super().__init__(f"{'.'.join(where)}: {fault}")

    def inside(self, step: str) -> "FieldError":
        """The same fault, seen from the field around it."""
        return FieldError(self.fault, (step, *self.where))


class Kind(Protocol):
    """One kind of field. `read` raises FieldError for everything that `write` would not have written."""

    def read(self, found: object) -> Any:
        """The value of what a JSON reader found."""

    def write(self, value: Any) -> object:
        """The value as plain JSON."""


class Text:
    """A text of `least` to `most` characters, none of them hidden; with `pattern`, one that fits it whole."""

    def __init__(self, *, least: int = 0, most: int, pattern: str = "") -> None:
        self.least, self.most, self.pattern = least, most, pattern or f"[^{HIDDEN}]*"
        self._fits = re.compile(self.pattern).fullmatch

    def read(self, found: object) -> str:
        """Raises: FieldError."""
        if type(found) is not str:
            raise FieldError("not a text")
        if not self.least <= len(found) <= self.most:
            raise FieldError("wrong length")
        if not self._fits(found):
            raise FieldError("wrong characters")
        return found

    def write(self, value: str) -> object:
        """As it is."""
        return value


class Time:
    """A moment in UTC as text, to the second; `YYYY-MM-DDThh:mm:ssZ`, and there is such a moment."""

    pattern = "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z"
    _fits = re.compile(pattern).fullmatch

    def read(self, found: object) -> str:
        """Raises: FieldError."""
        if type(found) is not str or not self._fits(found):
            raise FieldError("not a time in UTC")
        _moment(found)
        return found

    def write(self, value: str) -> object:
        """As it is."""
        return value


class FineTime:
    """An aware moment, kept to the microsecond; `YYYY-MM-DDThh:mm:ss.ffffffZ`."""

    pattern = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z"
    _fits = re.compile(pattern).fullmatch

    def read(self, found: object) -> datetime:
        """Raises: FieldError."""
        if type(found) is not str or not self._fits(found):
            raise FieldError("not a time in UTC with microseconds")
        return _moment(found, int(found[20:26]))

    def write(self, value: datetime) -> object:
        """In UTC."""
        return value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def _moment(text: str, microsecond: int = 0) -> datetime:
    """Of a text whose shape is known. (strptime takes ten times as long, for each piece of evidence.)"""
    try:
        return datetime(
            int(text[:4]),
            int(text[5:7]),
            int(text[8:10]),
            int(text[11:13]),
            int(text[14:16]),
            int(text[17:19]),
            microsecond,
            UTC,
        )
    except ValueError as error:
        raise FieldError("no such moment") from error


class Date:
    """A day as text, `YYYY-MM-DD`, and there is such a day."""

    pattern = "[0-9]{4}-[0-9]{2}-[0-9]{2}"

    def read(self, found: object) -> str:
        """Raises: FieldError."""
        if type(found) is not str or not re.fullmatch(self.pattern, found):
            raise FieldError("not a date")
        try:
            date(int(found[:4]), int(found[5:7]), int(found[8:]))
        except ValueError as error:
            raise FieldError("no such day") from error
        return found

    def write(self, value: str) -> object:
        """As it is."""
        return value


class Hex:
    """At most so many bytes, in lower-case hexadecimal."""

    def __init__(self, most: int) -> None:
        self._fits = re.compile(f"([0-9a-f][0-9a-f]){{0,{most}}}").fullmatch

    def read(self, found: object) -> bytes:
        """Raises: FieldError."""
        if type(found) is not str or not self._fits(found):
            raise FieldError("not hexadecimal, or too long")
        return bytes.fromhex(found)

    def write(self, value: bytes) -> object:
        """As text."""
        return value.hex()


class Number:
    """A whole number of `least` to `most`."""

    def __init__(self, least: int = 0, most: int = LARGEST_NUMBER) -> None:
        self.least, self.most = least, most

    def read(self, found: object) -> int:
        """Raises: FieldError."""
        if type(found) is not int:  # a bool is none
            raise FieldError("not a whole number")
        if not self.least <= found <= self.most:
            raise FieldError("out of bounds")
        return found

    def write(self, value: int) -> object:
        """As it is."""
        return value


class Flag:
    """true or false."""

    def read(self, found: object) -> bool:
        """Raises: FieldError."""
        if type(found) is not bool:
            raise FieldError("not true or false")
        return found

    def write(self, value: bool) -> object:  # noqa: FBT001 - the value itself
        """As it is."""
        return value


class Choice:
    """One of these words."""

    def __init__(self, *words: str) -> None:
        self.words = words

    def read(self, found: object) -> str:
        """Raises: FieldError."""
        if type(found) is not str or found not in self.words:
            raise FieldError("not one of the known words")
        return found

    def write(self, value: str) -> object:
        """As it is."""
        return value


class Member:
    """A member of an enumeration, by its value."""

    def __init__(self, enumeration: type[StrEnum]) -> None:
        self.enumeration = enumeration
        self._members = {member.value: member for member in enumeration}

    def read(self, found: object) -> StrEnum:
        """Raises: FieldError."""
        member = self._members.get(found) if type(found) is str else None
        if member is None:
            raise FieldError("not one of the known words")
        return member

    def write(self, value: StrEnum) -> object:
        """Its value."""
        return value.value


class Or:
    """One constant of JSON, or a value of another kind."""

    def __init__(self, constant: str | None, kind: Kind) -> None:
        self.constant, self.kind = constant, kind

    def read(self, found: object) -> Any:
        """Raises: FieldError."""
        return found if found == self.constant else self.kind.read(found)

    def write(self, value: Any) -> object:
        """The constant, or as the kind writes it."""
        return value if value == self.constant else self.kind.write(value)


class Many:
    """At most so many values of one kind."""

    def __init__(self, kind: Kind, most: int) -> None:
        self.kind, self.most = kind, most

    def read(self, found: object) -> tuple[Any, ...]:
        """Raises: FieldError."""
        if type(found) is not list:
            raise FieldError("not an array")
        if len(found) > self.most:
            raise FieldError("too many")
        read, values = self.kind.read, []
        try:
            for value in found:
                values.append(read(value))
        except FieldError as error:
            raise error.inside(str(len(values))) from None
        return tuple(values)

    def write(self, value: tuple[Any, ...]) -> object:
        """An array."""
        return [self.kind.write(each) for each in value]


class Table:
    """At most so many values of one kind, by name."""

    def __init__(self, key: Text, kind: Kind, most: int) -> None:
        self.key, self.kind, self.most = key, kind, most

    def read(self, found: object) -> dict[str, Any]:
        """Raises: FieldError."""
        if type(found) is not dict:
            raise FieldError("not an object")
        if len(found) > self.most:
            raise FieldError("too many")
        key, read, name = self.key.read, self.kind.read, ""
        values: dict[str, Any] = {}
        try:
            for name, value in found.items():
                values[key(name)] = read(value)
        except FieldError as error:
            raise error.inside(name) from None
        return values

    def write(self, value: Mapping[str, Any]) -> object:
        """An object."""
        return {name: self.kind.write(each) for name, each in value.items()}


class Spread:
    """Values of one kind that stand one by one among the fields of the object around them. `keys`: name → key."""

    def __init__(self, keys: Mapping[str, str], kind: Kind) -> None:
        self.keys, self.kind = keys, kind


class Struct(Generic[T]):
    """An object with exactly these fields, and what is made of it: each is an attribute of the same name."""

    def __init__(self, make: Callable[..., T], **fields: Kind | Spread) -> None:
        self.make, self.fields = make, fields
        self.kinds: dict[str, Kind] = {}
        self._spreads: dict[str, Spread] = {}
        for name, kind in fields.items():
            if isinstance(kind, Spread):
                self._spreads[name] = kind
                self.kinds |= dict.fromkeys(kind.keys.values(), kind.kind)
            else:
                self.kinds[name] = kind
        self._readers = {name: kind.read for name, kind in self.kinds.items()}

    def read(self, found: object) -> T:
        """Raises: FieldError."""
        if type(found) is not dict:
            raise FieldError("not an object")
        if found.keys() != self.kinds.keys():
            raise self._misfit(found)
        values, name = {}, ""
        try:
            for name, read in self._readers.items():
                values[name] = read(found[name])
        except FieldError as error:
            raise error.inside(name) from None
        for name, spread in self._spreads.items():
            values[name] = {each: values.pop(key) for each, key in spread.keys.items()}
        return self.make(**values)

    def _misfit(self, found: Mapping[object, object]) -> FieldError:
        missing = [name for name in self.kinds if name not in found]
        unknown = [str(name) for name in found if name not in self.kinds]
        return FieldError("missing", (missing[0],)) if missing else FieldError("unknown field", (unknown[0],))

    def write(self, value: T) -> dict[str, object]:
        """An object."""
        written: dict[str, object] = {}
        for name, kind in self.fields.items():
            inner = getattr(value, name)
            if isinstance(kind, Spread):
                written |= {key: kind.kind.write(inner[each]) for each, key in kind.keys.items()}
            else:
                written[name] = kind.write(inner)
        return written


class Each:
    """An object with exactly these names, all with values of one kind."""

    def __init__(self, names: tuple[str, ...], kind: Kind) -> None:
        self.names, self.kind = names, kind
        self._whole: Struct[dict[str, Any]] = Struct(dict, **dict.fromkeys(names, kind))

    def read(self, found: object) -> dict[str, Any]:
        """Raises: FieldError."""
        return self._whole.read(found)

    def write(self, value: Mapping[str, Any]) -> object:
        """An object."""
        return {name: self.kind.write(value[name]) for name in self.names}
