# SPDX-License-Identifier: GPL-3.0-or-later
"""Frozen dataclasses to plain JSON and back, strictly: the types of the fields are the whole description.

Known types: str, int, float, bool, a StrEnum, datetime (RFC 3339 UTC with microseconds), bytes (hex, or base64 as
`Base64`), tuple[X, ...], Mapping[str, str], PhoneIdentity, another frozen dataclass, and any of them or None. A value
of None is left out; a field with a default may be missing, because ledgers of earlier versions are read too. An unknown
field, a missing one or a value of another type is refused. A field whose name Python keeps for itself ends in "_" and
its key does not.
"""

import base64
import types
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin, get_type_hints

from phones.identity import PhoneIdentity

T = TypeVar("T")
Base64 = Annotated[bytes, "base64"]
TIME_FORMAT = "%Y-%m-%dT%H:%M:%S.%fZ"


@dataclass(frozen=True, slots=True)
class Codec:
    """How one type is written as plain JSON, and read again strictly (ValueError)."""

    write: Callable[[Any], object]
    read: Callable[[object], Any]


@dataclass(frozen=True, slots=True)
class _Field:
    name: str
    key: str
    codec: Codec
    needed: bool


_DESCRIBED: dict[type[Any], tuple[_Field, ...]] = {}


def to_json(value: object) -> dict[str, object]:
    """The fields of a frozen dataclass as plain JSON."""
    written: dict[str, object] = {}
    for field in _fields_of(type(value)):
        content = getattr(value, field.name)
        if content is not None:
            written[field.key] = field.codec.write(content)
    return written


def from_json(kind: type[T], document: object) -> T:
    """The inverse of `to_json`. Raises: ValueError naming the field that does not fit."""
    if not isinstance(document, Mapping):
        raise ValueError(f"{kind.__name__}: not an object")  # noqa: TRY004 - what does not fit is one kind of error
    found: dict[str, Any] = {}
    for field in _fields_of(kind):
        if field.key in document:
            try:
                found[field.name] = field.codec.read(document[field.key])
            except ValueError as error:
                raise ValueError(f"{kind.__name__}.{field.key}: {error}") from error
        elif field.needed:
            raise ValueError(f"{kind.__name__}.{field.key}: missing")
    if len(found) != len(document):
        known = {field.key for field in _fields_of(kind)}
        raise ValueError(f"{kind.__name__}: unknown {sorted(set(map(str, document)) - known)}")
    return kind(**found)


def _fields_of(kind: type[Any]) -> tuple[_Field, ...]:
    if kind not in _DESCRIBED:
        hints = get_type_hints(kind, include_extras=True)
        _DESCRIBED[kind] = tuple(
            _Field(
                name=field.name,
                key=field.name.removesuffix("_"),
                codec=codec_of(hints[field.name]),
                needed=field.default is MISSING and field.default_factory is MISSING,
            )
            for field in fields(kind)
        )
    return _DESCRIBED[kind]


def codec_of(hint: Any) -> Codec:
    """The JSON form of a type that is one of those above. Raises: TypeError."""
    origin, parts = get_origin(hint), get_args(hint)
    if hint in _SIMPLE:
        return _SIMPLE[hint]
    if origin in (Union, types.UnionType):
        (kept,) = (part for part in parts if part is not types.NoneType)
        return codec_of(kept)
    if origin is tuple:
        return _tuple_of(codec_of(parts[0]))
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return Codec(lambda member: member.value, lambda value: hint(_text(value)))
    if hint is PhoneIdentity:
        return Codec(PhoneIdentity.to_json, PhoneIdentity.from_json)
    if isinstance(hint, type) and is_dataclass(hint):
        return Codec(to_json, lambda value: from_json(hint, value))
    raise TypeError(f"no JSON form for {hint}")


def _tuple_of(item: Codec) -> Codec:
    def read(value: object) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise ValueError("not a list")  # noqa: TRY004 - see above
        return tuple(item.read(each) for each in value)

    return Codec(lambda values: [item.write(each) for each in values], read)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("not a text")  # noqa: TRY004 - see above
    return value


def _number(value: object) -> int:
    if type(value) is not int:
        raise ValueError("not a whole number")
    return value


def _measure(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("not a number")  # noqa: TRY004 - see above
    return float(value)


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError("neither true nor false")  # noqa: TRY004 - see above
    return value


def _texts(value: object) -> dict[str, str]:
    if not isinstance(value, Mapping):
        raise ValueError("not an object")  # noqa: TRY004 - see above
    return {_text(key): _text(text) for key, text in value.items()}


def _same(value: object) -> object:
    return value


_SIMPLE: Mapping[Any, Codec] = {
    str: Codec(_same, _text),
    int: Codec(_same, _number),
    float: Codec(_same, _measure),
    bool: Codec(_same, _flag),
    bytes: Codec(bytes.hex, lambda value: bytes.fromhex(_text(value))),
    Base64: Codec(
        lambda data: base64.b64encode(data).decode(), lambda value: base64.b64decode(_text(value), validate=True)
    ),
    datetime: Codec(
        lambda moment: moment.astimezone(UTC).strftime(TIME_FORMAT),
        lambda value: datetime.strptime(_text(value), f"{TIME_FORMAT[:-1]}%z"),
    ),
    Mapping[str, str]: Codec(dict, _texts),
}
