# SPDX-License-Identifier: GPL-3.0-or-later
"""The five kinds of entries, and their bytes: canonical JSON (RFC 8785) of plain ASCII texts and whole numbers.

No entry names a phone: `tag` is an HMAC under the operator's secret (`certs.log.tags`), `commitment` is salted.
Times are whole seconds, UTC.
"""

import json
import re
from collections.abc import Callable
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any, ClassVar

from certs.log.errors import LogReadError
from phones.frozen import dataclass

LARGEST_ENTRY = 4096
MOST_ATTEMPTS = 1_000_000
GREATEST_INDEX = 2**53 - 1  # what every JSON reader holds exactly
TIME_FORMAT = "%Y-%m-%dT%H:%M:%SZ"
OUTCOMES = ("certificate", "report")

_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z", re.ASCII)
_DIGEST = re.compile(r"[0-9a-f]{64}")
_TAG = re.compile(r"[0-9a-f]{32}")
_STATION = re.compile(r"[0-9a-f]{16}")
_COMMITMENT = re.compile(r"(#[0-9a-f]{32})?")
_ID = re.compile(r"PW(-[0-9A-HJKMNP-TV-Z]{4}){4}")
_REASON = re.compile(r"[a-z][a-z0-9_]{0,39}")


def _text(shape: re.Pattern[str]) -> Callable[[object], bool]:
    return lambda value: isinstance(value, str) and shape.fullmatch(value) is not None


def _is_index(value: object) -> bool:
    return type(value) is int and 0 <= value <= GREATEST_INDEX


_SHAPES: dict[str, Callable[[object], bool]] = {
    "job": _text(_DIGEST),
    "record": _text(_DIGEST),
    "statement": _text(_DIGEST),
    "tag": _text(_TAG),
    "station": _text(_STATION),
    "commitment": _text(_COMMITMENT),
    "id": _text(_ID),
    "old": _text(_ID),
    "new": _text(_ID),
    "reason": _text(_REASON),
    "start": _is_index,
    "index": _is_index,
    "old_index": _is_index,
    "attempt": lambda value: type(value) is int and 1 <= value <= MOST_ATTEMPTS,
    "emulated": lambda value: type(value) is bool,
    "outcome": lambda value: value in OUTCOMES,
    "at": lambda value: isinstance(value, datetime) and value.tzinfo is not None,
}
_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    """What all kinds share. Raises: LogReadError for a field of another shape."""

    type: ClassVar[str]
    at: datetime

    def __post_init__(self) -> None:
        for name in _FIELDS[self.type]:
            if not _SHAPES[name](getattr(self, name)):
                raise LogReadError(fault="entry_malformed", got=f"{self.type}.{name}")
        object.__setattr__(self, "at", self.at.astimezone(UTC).replace(microsecond=0))

    def to_bytes(self) -> bytes:
        """The leaf's bytes."""
        content: dict[str, Any] = {name: getattr(self, name) for name in _FIELDS[self.type]}
        content |= {"at": time_text(self.at), "type": self.type, "v": 1}
        return _encode(content).encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Start(_Entry):
    """A job opened: written before its erase command leaves.

    `job`: SHA-256 of the job's id. `attempt`: earlier starts of this phone, plus one. `station`: id of its key.
    """

    type: ClassVar[str] = "start"
    job: str
    tag: str
    station: str
    attempt: int
    emulated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Close(_Entry):
    """The paper a job ended in. `start`: index of its START. `outcome`: one of OUTCOMES. `id`: the paper's."""

    type: ClassVar[str] = "close"
    start: int
    outcome: str
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue(_Entry):
    """A certificate. `record`, `statement`: SHA-256 of their bytes. `commitment`: the statement's."""

    type: ClassVar[str] = "issue"
    id: str
    record: str
    statement: str
    commitment: str
    tag: str
    station: str
    start: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Replace(_Entry):
    """A certificate gives way to another, whose ISSUE follows."""

    type: ClassVar[str] = "replace"
    old: str
    old_index: int
    new: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdraw(_Entry):
    """A certificate no longer stands. `index`: of its ISSUE."""

    type: ClassVar[str] = "withdraw"
    id: str
    index: int
    reason: str


Entry = Start | Close | Issue | Replace | Withdraw
_KINDS: dict[str, type[Entry]] = {kind.type: kind for kind in (Start, Close, Issue, Replace, Withdraw)}
_FIELDS = {name: tuple(each.name for each in fields(kind)) for name, kind in _KINDS.items()}
_NAMES = {name: frozenset(names) | {"type", "v"} for name, names in _FIELDS.items()}


def read_entry(data: bytes) -> Entry:
    """A leaf's bytes to an entry; there is one spelling for each. Raises: LogReadError."""
    if len(data) > LARGEST_ENTRY:
        raise LogReadError(fault="entry_malformed", got="size")
    try:
        plain = json.loads(data.decode("ascii"))
        kind = plain["type"]
        if set(plain) != _NAMES[kind] or type(plain["v"]) is not int or plain["v"] != 1:
            raise LogReadError(fault="entry_malformed", got="fields")
        values = {name: value for name, value in plain.items() if name not in ("type", "v")}
        values["at"] = read_time(values["at"])
        entry = _KINDS[kind](**values)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise LogReadError(fault="entry_malformed", got="json") from error
    if entry.to_bytes() != data:
        raise LogReadError(fault="entry_malformed", got="spelling")
    return entry


def time_text(at: datetime) -> str:
    """A time as entries spell it."""
    return f"{at.year:04}-{at.month:02}-{at.day:02}T{at.hour:02}:{at.minute:02}:{at.second:02}Z"


def read_time(text: str) -> datetime:
    """Its time. Raises: LogReadError."""
    try:
        if not _TIME.fullmatch(text):
            raise ValueError(text)
        return datetime.fromisoformat(text)
    except (ValueError, TypeError) as error:
        raise LogReadError(fault="entry_malformed", got="time") from error
