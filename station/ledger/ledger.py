# SPDX-License-Identifier: GPL-3.0-or-later
"""The append-only, hash-chained record of everything the bench did, written ahead of every act.

Each entry's hash covers its number, time, job, kind, payload and the hash before it, so no entry can be
changed, removed from the middle or re-ordered unseen. (A cut-off tail shows only against a copy of the
head: `ledger export` and `ledger backup` make one.)

`append` returns only when the entry is on the disk.
"""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

from phones.clock import Clock
from station.errors import LedgerCorruptError
from station.ledger.database import Database
from station.ledger.entry import GENESIS, Entry, StoredEntry, entry_hash, payload_text, timestamp
from station.ledger.event import Event
from station.ledger.events import read_event
from station.ledger.stages import EntryKind

E = TypeVar("E", bound=Event)
PORTION = 1000
"""Entries that are read at one time."""
_COLUMNS = "number, at, job, kind, payload, previous, hash"


class Ledger:
    """An open ledger. Safe for many threads; several processes may append, each entry atomically.

    `on_append(number, "before" | "after")` is called before an entry is written and after it is durable;
    tests stop the process there.
    Raises on opening: LedgerCorruptError, LedgerFullError, LedgerError.
    """

    def __init__(self, path: Path, *, clock: Clock, on_append: Callable[[int, str], None] | None = None) -> None:
        self.path = path
        self._clock = clock
        self._on_append = on_append or (lambda _number, _when: None)
        self._database = Database(path)
        try:
            with self._database.reading() as connection:
                row = connection.execute(f"SELECT {_COLUMNS} FROM entry ORDER BY number DESC LIMIT 1").fetchone()  # noqa: S608 - columns
            if row is not None and StoredEntry(*row).digest() != StoredEntry(*row).hash:
                raise LedgerCorruptError(got=f"entry {row[0]}", subject=str(path))
        except BaseException:
            self._database.close()
            raise

    def append(self, event: Event, job: str) -> Entry:
        """Write one entry durably and return it as it will be read. Raises: LedgerFullError, LedgerError.

        What cannot be read again is not written: ValueError.
        """
        text = payload_text(event)
        kept = read_event(event.kind, json.loads(text))
        with self._database.writing() as connection:
            last = connection.execute("SELECT number, hash FROM entry ORDER BY number DESC LIMIT 1").fetchone()
            number, previous = (last[0] + 1, last[1]) if last else (1, GENESIS)
            self._on_append(number, "before")
            at = timestamp(self._clock.now())
            digest = entry_hash(number, at, job, event.kind.value, text, previous)
            connection.execute(
                "INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?, ?)",
                (number, at, job, event.kind.value, text, previous, digest),
            )
        self._on_append(number, "after")
        return Entry(number=number, at=at, job=job, event=kept, previous=previous, hash=digest)

    def entries(self, job: str | None = None) -> Iterator[Entry]:
        """All entries, or those of one job, in order. Raises: LedgerCorruptError for one that cannot be read."""
        if job is None:
            yield from map(self._read, self.stored())
        else:
            yield from map(self._read, self._rows("job = ?", job))

    def all_of(self, kind: type[E]) -> Iterator[E]:
        """The events of one kind, of whatever job, in order. Raises: as `entries`."""
        for row in self._rows("kind = ?", kind.kind.value):
            event = self._read(row).event
            assert isinstance(event, kind)
            yield event

    def stored(self) -> Iterator[StoredEntry]:
        """All entries as they lie in the file: the exact text, unchecked."""
        return self._rows("1")

    def _rows(self, condition: str, *values: str) -> Iterator[StoredEntry]:
        """In order and in portions: whoever reads slowly holds up nobody."""
        query = f"SELECT {_COLUMNS} FROM entry WHERE number > ? AND {condition} ORDER BY number LIMIT {PORTION}"  # noqa: S608 - columns
        after = 0
        while True:
            with self._database.reading() as connection:
                rows = connection.execute(query, (after, *values)).fetchall()
            yield from map(StoredEntry._make, rows)
            if len(rows) < PORTION:
                return
            after = rows[-1][0]

    def _read(self, row: StoredEntry) -> Entry:
        try:
            return row.read()
        except ValueError as error:
            raise LedgerCorruptError(subject=str(self.path), got=f"entry {row.number}") from error

    def jobs(self) -> tuple[str, ...]:
        """Ids of all jobs, oldest first."""
        query = "SELECT job FROM entry WHERE kind = ? ORDER BY number"
        with self._database.reading() as connection:
            return tuple(job for (job,) in connection.execute(query, (EntryKind.JOB_OPENED.value,)))

    def verify(self) -> tuple[int, str]:
        """Walk the whole chain. Returns (number of entries, hash of the last).

        Raises: LedgerCorruptError naming the first entry that does not fit.
        """
        previous, expected = GENESIS, 1
        for row in self.stored():
            if (row.number, row.previous, row.hash) != (expected, previous, row.digest()):
                raise LedgerCorruptError(subject=str(self.path), got=f"entry {row.number}")
            previous, expected = row.hash, expected + 1
        return expected - 1, previous

    def backup(self, target: Path) -> None:
        """A consistent copy of the whole file, made while the bench works. Raises: LedgerError."""
        self._database.copy_to(target)

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()
