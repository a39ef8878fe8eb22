# SPDX-License-Identifier: GPL-3.0-or-later
"""The append-only, hash-chained record of everything the bench did, written ahead of every act.

Each entry's hash covers its number, time, job, kind, payload and the hash before it, so no entry can be
changed, removed from the middle or re-ordered unseen. (A cut-off tail shows only against a copy of the
head: `ledger export` and `ledger backup` make one.)

`append` returns only when the entry is on the disk.
"""

import json
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from phones.clock import Clock
from station.errors import LedgerCorruptError
from station.ledger.database import (
    AHEAD,
    IDENTITIES,
    NUMBERS,
    PAPERS,
    RARE_INDEX,
    RARE_KINDS,
    STATED_AHEAD,
    TAKEN,
    Database,
    json_text,
)
from station.ledger.entry import COLUMNS, GENESIS, Entry, StoredEntry, entry_hash, payload_text, timestamp
from station.ledger.event import Event
from station.ledger.events import read_event
from station.ledger.job_events import JobOpened
from station.ledger.paper_events import CheckpointSigned
from station.ledger.projection import Projection
from station.ledger.summary import SUMMARISED

E = TypeVar("E", bound=Event)
PORTION = 1000
"""Entries that are read at one time."""


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
        self._grew = threading.Condition()
        self._newest = 0  # number of the last entry that this object has written durably
        self._together: list[int] | None = None  # numbers of entries that are not durable yet
        self._database = Database(path)
        self.view = Projection(self._database)
        try:
            with self._database.reading() as connection:
                row = connection.execute(f"SELECT {COLUMNS} FROM entry ORDER BY number DESC LIMIT 1").fetchone()  # noqa: S608 - columns
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
            entry = Entry(number=number, at=at, job=job, event=kept, previous=previous, hash=digest)
            self.view.take(connection, entry)
            alone = self._together is None  # another thread's could not be seen here: it holds the file
            if self._together is not None:
                self._together.append(number)
        self.view.is_current = True
        if alone:
            self._is_durable(number)
        return entry

    def _is_durable(self, number: int) -> None:
        with self._grew:
            self._newest = max(self._newest, number)
            self._grew.notify_all()
        self._on_append(number, "after")

    def wait_for_more(self, after: int, *, seconds: float) -> None:
        """Until this object has written an entry after that one, or for so long: what another process, or another
        object, writes there wakes nobody.
        """
        with self._grew:
            self._grew.wait_for(lambda: self._newest > after, seconds)

    @contextmanager
    def together(self) -> Iterator[None]:
        """Entries that are there all or none, also when the process is killed; one thread's, and short: nobody else
        writes meanwhile. Where it raises, what was appended inside is not there. Raises: LedgerError.
        """
        numbers: list[int] = []
        try:
            with self._database.writing():
                if self._together is not None:  # a part of one that this thread has begun
                    yield
                    return
                self._together = numbers
                try:
                    yield
                finally:
                    self._together = None
        except BaseException:
            self.view.is_current = False  # it may have been made anew in what was taken back
            raise
        for number in numbers:
            self._is_durable(number)

    def entries(self, job: str | None = None) -> Iterator[Entry]:
        """All entries, or those of one job, in order. Raises: LedgerCorruptError for one that cannot be read."""
        if job is None:
            yield from map(self._read, self.stored())
        else:
            yield from map(self._read, self._rows("job = ?", job))

    def summarised(self, job: str, *, until: int) -> Iterator[Entry]:
        """A job's entries of the kinds that lists are made from, up to that number, in order. Raises: as `entries`."""
        kinds = ", ".join(f"'{kind.value}'" for kind in sorted(SUMMARISED))
        condition = f"job = ? AND number <= {int(until)} AND kind IN ({kinds})"
        yield from map(self._read, self._rows(condition, job, index="ix_entry_job"))

    def all_of(self, kind: type[E], *, job: str | None = None) -> Iterator[E]:
        """The events of one kind, of one job or of all, in order. Raises: as `entries`."""
        name = kind.kind.value
        if job is not None:
            rows = self._rows(f"kind = '{name}' AND job = ?", job, index="ix_entry_job")
        else:
            rows = self._rows(f"kind = '{name}'", index=RARE_INDEX if name in RARE_KINDS else "")
        for row in rows:
            event = self._read(row).event
            assert isinstance(event, kind)
            yield event

    def stored(self, *, after: int = 0) -> Iterator[StoredEntry]:
        """All entries from the one after that number as they lie in the file: the exact text, unchecked."""
        return self._rows("1", after=after)

    def job_of_paper(self, paper_id: str) -> str | None:
        """Id of the job that a certificate or report was made for."""
        row = next(self._rows(f"{PAPERS} AND {json_text('id')} = ?", paper_id, index="entry_paper"), None)
        return None if row is None else row.job

    def identities_with(self, numbers: Iterable[str]) -> tuple[Entry, ...]:
        """Entries that say of some phone that it has one of these numbers, in order. Each is held against its
        neighbours, for no walk of this start may have come so far back.

        One number may be a maker's dummy that many phones have: whether it is the same phone is for the caller
        (`station.ledger.same_phone`). Raises: LedgerCorruptError.
        """
        found: dict[int, Entry] = {}
        for number in {number for number in numbers if number}:
            for name in NUMBERS:
                condition = f"{IDENTITIES} AND {json_text(f'phone.{name}')} = ?"
                for row in self._rows(condition, number, index=f"entry_{name}"):
                    if row.number not in found:
                        self._must_fit(row)
                        found[row.number] = self._read(row)
        return tuple(found[each] for each in sorted(found))

    def stated_ahead(self, of: str, value: str, *, newest_first: bool = False) -> Iterator[Entry]:
        """Entries of no job that state something of the phone with that `number`, of the next one in that `slot`, of
        one in that `lot`, or of the one with that `asset_tag`. Raises: LedgerCorruptError, LedgerError.
        """
        condition, index = f"{AHEAD} AND {json_text(STATED_AHEAD[of])} = ?", f"entry_ahead_{of}"
        if not newest_first:
            yield from map(self._read, self._rows(condition, value, index=index))
            return
        query = f"SELECT {COLUMNS} FROM entry INDEXED BY {index} WHERE {condition} ORDER BY number DESC"  # noqa: S608 - constants
        with self._database.reading() as connection:
            rows = connection.execute(f"{query} LIMIT {PORTION}", (value,)).fetchall()
        yield from map(self._read, map(StoredEntry._make, rows))

    def is_taken(self, number: int) -> bool:
        """Has a job taken the statement of that entry? Raises: LedgerError."""
        condition = f"{TAKEN} AND {json_text('ahead')} = ?"
        query = f"SELECT 1 FROM entry INDEXED BY entry_taken WHERE {condition} LIMIT 1"  # noqa: S608 - constants
        with self._database.reading() as connection:
            return connection.execute(query, (number,)).fetchone() is not None

    def _rows(self, condition: str, *values: str, index: str = "", after: int = 0) -> Iterator[StoredEntry]:
        """In order and in portions: whoever reads slowly holds up nobody. `index`: the one that must serve it."""
        by = f"INDEXED BY {index}" if index else ""
        query = f"SELECT {COLUMNS} FROM entry {by} WHERE {condition} AND number > ? ORDER BY number LIMIT {PORTION}"  # noqa: S608 - constants
        while True:
            with self._database.reading() as connection:
                rows = connection.execute(query, (*values, after)).fetchall()
            yield from map(StoredEntry._make, rows)
            if len(rows) < PORTION:
                return
            after = rows[-1][0]

    def _must_fit(self, row: StoredEntry) -> None:
        """Raises: LedgerCorruptError for an entry whose hash is not its own, or not what its neighbours say."""
        query = f"SELECT {COLUMNS} FROM entry WHERE number IN (?, ?) ORDER BY number"  # noqa: S608 - constants
        with self._database.reading() as connection:
            beside = connection.execute(query, (row.number - 1, row.number + 1)).fetchall()
        near = {each.number: each for each in map(StoredEntry._make, beside)}
        before, after = near.get(row.number - 1), near.get(row.number + 1)
        follows = row.previous == (before.hash if before is not None else GENESIS)
        if not follows or row.hash != row.digest() or (after is not None and after.previous != row.hash):
            raise LedgerCorruptError(subject=str(self.path), got=f"entry {row.number}")

    def _read(self, row: StoredEntry) -> Entry:
        try:
            return row.read()
        except ValueError as error:
            raise LedgerCorruptError(subject=str(self.path), got=f"entry {row.number}") from error

    def jobs(self) -> tuple[str, ...]:
        """Ids of all jobs, oldest first."""
        query = f"SELECT job FROM entry INDEXED BY {RARE_INDEX} WHERE kind = '{JobOpened.kind.value}' ORDER BY number"  # noqa: S608 - constants
        with self._database.reading() as connection:
            return tuple(job for (job,) in connection.execute(query))

    def walk(self, *, first: int = 1, hash_of_first: str = "") -> Iterator[StoredEntry]:
        """The entries from `first` on, each held against the chain before it is given. `hash_of_first`: the hash that
        somebody vouches for; without one the walk begins with the first entry of all.

        Raises: LedgerCorruptError naming the first entry that does not fit.
        """
        number, previous = first - 1, GENESIS if not hash_of_first else None
        for row in self.stored(after=number):
            follows = row.number == number + 1 and previous in (None, row.previous)
            vouched = row.number > first or hash_of_first in ("", row.hash)
            if not (follows and vouched and row.hash == row.digest()):
                raise LedgerCorruptError(subject=str(self.path), got=f"entry {row.number}")
            number, previous = row.number, row.hash
            yield row
        if number < first and hash_of_first:
            raise LedgerCorruptError(subject=str(self.path), got=f"entry {first}")

    def verify(self) -> tuple[int, str]:
        """Walk the whole chain. Returns (number of entries, hash of the last).

        Raises: LedgerCorruptError naming the first entry that does not fit.
        """
        number, head = 0, GENESIS
        for row in self.walk():
            number, head = row.number, row.hash
        return number, head

    def newest_checkpoint(self) -> CheckpointSigned | None:
        """The last checkpoint, whoever signed it. Raises: LedgerCorruptError."""
        condition = f"INDEXED BY {RARE_INDEX} WHERE kind = '{CheckpointSigned.kind.value}'"
        query = f"SELECT {COLUMNS} FROM entry {condition} ORDER BY number DESC LIMIT 1"  # noqa: S608 - constants
        with self._database.reading() as connection:
            row = connection.execute(query).fetchone()
        event = None if row is None else self._read(StoredEntry._make(row)).event
        return event if isinstance(event, CheckpointSigned) else None

    def first_number(self, job: str) -> int:
        """Number of the job's first entry, 0 when there is no such job."""
        query = "SELECT ifnull(min(number), 0) FROM entry INDEXED BY ix_entry_job WHERE job = ?"
        with self._database.reading() as connection:
            return int(connection.execute(query, (job,)).fetchone()[0])

    def last_number(self) -> int:
        """Number of the last entry, 0 when there is none."""
        with self._database.reading() as connection:
            return int(connection.execute("SELECT ifnull(max(number), 0) FROM entry").fetchone()[0])

    def hash_of(self, number: int) -> str:
        """The stored hash of an entry, "" when there is no such entry; of number 0 what the first one follows."""
        if number == 0:
            return GENESIS
        with self._database.reading() as connection:
            row = connection.execute("SELECT hash FROM entry WHERE number = ?", (number,)).fetchone()
        return "" if row is None else str(row[0])

    def backup(self, target: Path) -> None:
        """A consistent copy of the whole file, made while the bench works. Raises: LedgerError."""
        self._database.copy_to(target)

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()
