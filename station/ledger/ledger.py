# SPDX-License-Identifier: GPL-3.0-or-later
"""The append-only, hash-chained record of everything the bench did, written ahead of every act.

Each entry's hash covers its number, time, job, kind, payload and the hash before it, so no entry can be
changed, removed from the middle or re-ordered unseen. (A cut-off tail shows only against a copy of the
head: `ledger export` and `ledger backup` make one; the transparency log closes this gap later.)

Shape of the hash: SHA-256 over the JSON array [number, at, job, kind, payload, previous], compact, UTF-8.
SQLite in WAL mode with synchronous=FULL: `append` returns only when the entry is on the disk.
"""

import hashlib
import json
import os
import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import sqlalchemy as sql
from sqlalchemy import exc

from phones.clock import Clock
from station.errors import LedgerCorruptError, LedgerError, LedgerFullError
from station.ledger.stages import EntryKind

GENESIS = "0" * 64
BUSY_TIMEOUT_S = 10.0

_metadata = sql.MetaData()
_entries = sql.Table(
    "entry",
    _metadata,
    sql.Column("number", sql.Integer, primary_key=True),
    sql.Column("at", sql.Text, nullable=False),
    sql.Column("job", sql.Text, nullable=False, index=True),
    sql.Column("kind", sql.Text, nullable=False),
    sql.Column("payload", sql.Text, nullable=False),
    sql.Column("previous", sql.Text, nullable=False),
    sql.Column("hash", sql.Text, nullable=False),
)
_APPEND_ONLY = (
    "CREATE TRIGGER IF NOT EXISTS entry_is_never_changed BEFORE UPDATE ON entry "
    "BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END",
    "CREATE TRIGGER IF NOT EXISTS entry_is_never_removed BEFORE DELETE ON entry "
    "BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the ledger; `at` is RFC 3339 UTC, `payload` plain JSON."""

    number: int
    at: str
    job: str
    kind: EntryKind
    payload: Mapping[str, object]
    previous: str
    hash: str


def entry_hash(number: int, at: str, job: str, kind: str, payload: str, previous: str) -> str:
    """The hash of an entry; `payload` is the exact text stored."""
    text = json.dumps([number, at, job, kind, payload, previous], separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def timestamp(moment: datetime) -> str:
    """RFC 3339 UTC with microseconds."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


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
        self._lock = threading.Lock()
        self._engine = sql.create_engine(
            f"sqlite:///{path}",
            connect_args={"timeout": BUSY_TIMEOUT_S, "check_same_thread": False},
            poolclass=sql.pool.StaticPool,
            isolation_level="AUTOCOMMIT",
        )
        with self._translated():
            if not path.exists():  # SQLite gives its -wal and -shm the same mode
                os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
            with self._engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA journal_mode=WAL")
                connection.exec_driver_sql("PRAGMA synchronous=FULL")
                _metadata.create_all(connection)
                for trigger in _APPEND_ONLY:
                    connection.exec_driver_sql(trigger)
                last = self._last(connection)
            if last is not None and last[1] != entry_hash(*self._row(last[0])[:6]):
                raise LedgerCorruptError(got=f"entry {last[0]}", phone=str(path))

    def append(self, kind: EntryKind, job: str, payload: Mapping[str, object]) -> Entry:
        """Write one entry durably and return it. Raises: LedgerFullError, LedgerError."""
        text = json.dumps(payload, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        with self._lock, self._translated(), self._engine.connect() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            try:
                last = self._last(connection)
                number, previous = (last[0] + 1, last[1]) if last else (1, GENESIS)
                self._on_append(number, "before")
                at = timestamp(self._clock.now())
                digest = entry_hash(number, at, job, kind.value, text, previous)
                connection.execute(
                    _entries.insert().values(
                        number=number, at=at, job=job, kind=kind.value, payload=text, previous=previous, hash=digest
                    )
                )
                connection.exec_driver_sql("COMMIT")
            except BaseException:
                _roll_back(connection)
                raise
        self._on_append(number, "after")
        return Entry(number=number, at=at, job=job, kind=kind, payload=json.loads(text), previous=previous, hash=digest)

    def entries(self, job: str | None = None) -> Iterator[Entry]:
        """All entries, or those of one job, in order."""
        query = sql.select(_entries).order_by(_entries.c.number)
        if job is not None:
            query = query.where(_entries.c.job == job)
        with self._lock, self._translated(), self._engine.connect() as connection:
            rows = connection.execute(query).fetchall()
        for row in rows:
            try:
                yield Entry(
                    number=row.number,
                    at=row.at,
                    job=row.job,
                    kind=EntryKind(row.kind),
                    payload=json.loads(row.payload),
                    previous=row.previous,
                    hash=row.hash,
                )
            except ValueError as error:
                raise LedgerCorruptError(phone=str(self.path), got=f"entry {row.number}") from error

    def jobs(self) -> tuple[str, ...]:
        """Ids of all jobs, oldest first."""
        query = sql.select(_entries.c.job).where(_entries.c.kind == EntryKind.JOB_OPENED.value)
        with self._lock, self._translated(), self._engine.connect() as connection:
            return tuple(row.job for row in connection.execute(query.order_by(_entries.c.number)))

    def verify(self) -> tuple[int, str]:
        """Walk the whole chain. Returns (number of entries, hash of the last).

        Raises: LedgerCorruptError naming the first entry that does not fit.
        """
        previous, expected = GENESIS, 1
        with self._lock, self._translated(), self._engine.connect() as connection:
            for row in connection.execute(sql.select(_entries).order_by(_entries.c.number)):
                digest = entry_hash(row.number, row.at, row.job, row.kind, row.payload, row.previous)
                if (row.number, row.previous, row.hash) != (expected, previous, digest):
                    raise LedgerCorruptError(phone=str(self.path), got=f"entry {row.number}")
                previous, expected = row.hash, expected + 1
        return expected - 1, previous

    def backup(self, target: Path) -> None:
        """A consistent copy of the whole file, made while the bench works. Raises: LedgerError."""
        try:
            with self._lock, sqlite3.connect(self.path) as source, sqlite3.connect(target) as copy:
                source.backup(copy)
            source.close()
            copy.close()
        except (sqlite3.Error, OSError) as error:
            raise LedgerFullError(phone=str(target), got=str(error)) from error

    def close(self) -> None:
        """Let go of the file."""
        self._engine.dispose()

    def _last(self, connection: sql.Connection) -> tuple[int, str] | None:
        row = connection.execute(
            sql.select(_entries.c.number, _entries.c.hash).order_by(_entries.c.number.desc()).limit(1)
        ).first()
        return (int(row.number), str(row.hash)) if row else None

    def _row(self, number: int) -> tuple[int, str, str, str, str, str, str]:
        with self._engine.connect() as connection:
            row = connection.execute(sql.select(_entries).where(_entries.c.number == number)).one()
        return (row.number, row.at, row.job, row.kind, row.payload, row.previous, row.hash)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (exc.DBAPIError, sqlite3.Error, OSError) as error:
            raise _translation(error, self.path) from error


def _roll_back(connection: sql.Connection) -> None:
    try:
        connection.exec_driver_sql("ROLLBACK")
    except exc.DBAPIError:
        return  # the failure that brought us here is the one to report


def _translation(error: Exception, path: Path) -> LedgerError:
    text = str(getattr(error, "orig", error))
    if any(word in text for word in ("full", "readonly", "read-only", "Read-only", "No space")):
        return LedgerFullError(phone=str(path), got=text)
    if any(word in text for word in ("malformed", "not a database", "corrupt", "disk image")):
        return LedgerCorruptError(phone=str(path), got=text)
    return LedgerError(phone=str(path), got=text)
