# SPDX-License-Identifier: GPL-3.0-or-later
"""One line of the ledger, as it is stored and as it is read.

Shape of the hash: SHA-256 over the JSON array [number, at, job, kind, payload, previous], compact, UTF-8; `payload` is
the exact text stored.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from station.ledger.codec import TIME_FORMAT
from station.ledger.event import Event
from station.ledger.events import read_event
from station.ledger.stages import EntryKind

GENESIS = "0" * 64
COLUMNS = "number, at, job, kind, payload, previous, hash"
"""Of a `StoredEntry`, in order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the ledger; `at` is RFC 3339 UTC, `job` "" for what belongs to none."""

    number: int
    at: str
    job: str
    event: Event
    previous: str
    hash: str

    @property
    def kind(self) -> EntryKind:
        """What the entry is about."""
        return self.event.kind


class StoredEntry(NamedTuple):
    """A row as it lies in the file; nothing of it has been checked."""

    number: int
    at: str
    job: str
    kind: str
    payload: str
    previous: str
    hash: str

    def digest(self) -> str:
        """The hash that belongs to this row, "" for one that is not even text."""
        try:
            return entry_hash(self.number, self.at, self.job, self.kind, self.payload, self.previous)
        except TypeError:  # a column of SQLite holds whatever somebody wrote into it
            return ""

    def read(self) -> Entry:
        """The row with its payload read. Raises: ValueError for a kind or payload of another version."""
        try:
            event = read_event(EntryKind(self.kind), json.loads(self.payload))
        except (TypeError, RecursionError) as error:
            raise ValueError(type(error).__name__) from error
        return Entry(number=self.number, at=self.at, job=self.job, event=event, previous=self.previous, hash=self.hash)


def entry_hash(number: int, at: str, job: str, kind: str, payload: str, previous: str) -> str:
    """The hash of an entry; `payload` is the exact text stored."""
    text = json.dumps([number, at, job, kind, payload, previous], separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def payload_text(event: Event) -> str:
    """The text of a payload as it is stored and hashed."""
    return json.dumps(event.to_json(), sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def timestamp(moment: datetime) -> str:
    """RFC 3339 UTC with microseconds."""
    return moment.strftime(TIME_FORMAT)


def parse_time(text: str) -> datetime:
    """The inverse of `timestamp`."""
    return datetime.strptime(text, f"{TIME_FORMAT[:-1]}%z")
