# SPDX-License-Identifier: GPL-3.0-or-later
"""The ledger's file: SQLite, one connection that writes and one that reads, so that neither waits for the other.

WAL mode with synchronous=FULL: what was committed is on the disk, and a reader sees the file as it was at its question
while somebody writes. Reads are short (`portions`), so that the write-ahead log can be folded in between them.
"""

import contextlib
import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from phones.identifiers import ON_PAPER
from station.errors import LedgerCorruptError, LedgerError, LedgerFullError
from transparency.sqlite_errors import Trouble, trouble

BUSY_S = 10.0
NUMBERS = tuple(each.name for each in ON_PAPER)
"""Identifiers of a phone that its identity holds; an index of its own finds a phone by each."""
RARE_KINDS = ("job_opened", "sample", "sample_drawn", "sample_result", "checkpoint", "lot")
"""Kinds whose entries are asked for by kind alone."""
RARE_INDEX = "entry_rare_kinds"
"""Another name whenever `RARE_KINDS` changes: a ledger of an earlier version keeps an index that has its name."""
IDENTITIES = "kind = 'identity'"
PAPERS = "(kind = 'certificate' OR kind = 'report')"
AHEAD = "kind = 'stated' AND job = ''"
TAKEN = "kind = 'stated' AND job <> ''"
"""Conditions of indexes over part of the entries: SQLite uses one only for a question in the same words."""
STATED_AHEAD = {"number": "number", "slot": "slot", "lot": "fields.lot", "asset_tag": "fields.asset_tag"}
"""What a statement about a phone without a job is found by → where that stands in its payload."""


def json_text(path: str) -> str:
    """A value in a payload, in SQL; NULL in one that is no JSON, so that a broken ledger can still be opened."""
    return f"CASE WHEN json_valid(payload) THEN json_extract(payload, '$.{path}') END"


_TABLES = (
    "CREATE TABLE IF NOT EXISTS entry (number INTEGER NOT NULL PRIMARY KEY, at TEXT NOT NULL, job TEXT NOT NULL, "
    "kind TEXT NOT NULL, payload TEXT NOT NULL, previous TEXT NOT NULL, hash TEXT NOT NULL)",
    "CREATE INDEX IF NOT EXISTS ix_entry_job ON entry (job)",
    # For the questions that decide something: they ask the entries, and these find the entries.
    "DROP INDEX IF EXISTS entry_rare_kind",  # of the version before there were lots
    f"CREATE INDEX IF NOT EXISTS {RARE_INDEX} ON entry (kind, number) WHERE "
    + " OR ".join(f"kind = '{kind}'" for kind in RARE_KINDS),
    f"CREATE INDEX IF NOT EXISTS entry_paper ON entry ({json_text('id')}) WHERE {PAPERS}",
    *(
        f"CREATE INDEX IF NOT EXISTS entry_{name} ON entry ({json_text(f'phone.{name}')}) WHERE {IDENTITIES}"
        for name in NUMBERS
    ),
    *(
        f"CREATE INDEX IF NOT EXISTS entry_ahead_{name} ON entry ({json_text(path)}) WHERE {AHEAD}"
        for name, path in STATED_AHEAD.items()
    ),
    f"CREATE INDEX IF NOT EXISTS entry_taken ON entry ({json_text('ahead')}) WHERE {TAKEN}",
    "CREATE TRIGGER IF NOT EXISTS entry_is_never_changed BEFORE UPDATE ON entry "
    "BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END",
    "CREATE TRIGGER IF NOT EXISTS entry_is_never_removed BEFORE DELETE ON entry "
    "BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END",
)


class Database:
    """An open file. Safe for many threads and for several processes.

    Raises on opening: LedgerCorruptError, LedgerFullError, LedgerError.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._write_lock = threading.RLock()
        self._inside = False
        self._read_lock = threading.Lock()
        with translated(path):
            if not path.exists():  # SQLite gives its -wal and -shm the same mode
                os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
            self._writer = _connect(path)
            try:
                self._writer.execute("PRAGMA page_size=2048")  # of a new file: a commit writes whole pages
                self._writer.execute("PRAGMA journal_mode=WAL")
                self._writer.execute("PRAGMA synchronous=FULL")
                for statement in _TABLES:
                    self._writer.execute(statement)
                self._reader = _connect(path)
                self._reader.execute("PRAGMA query_only=ON")
            except BaseException:
                self._writer.close()
                raise

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction, the only one that writes; committed at the end, or nothing of it is there. Inside of one
        that this thread has begun it is a part of that one.

        Raises: LedgerFullError, LedgerCorruptError, LedgerError.
        """
        with self._write_lock, translated(self.path):
            if self._inside:
                yield self._writer
                return
            self._writer.execute("BEGIN IMMEDIATE")
            self._inside = True
            try:
                yield self._writer
                self._writer.execute("COMMIT")
            except BaseException:
                with contextlib.suppress(sqlite3.Error):  # the failure that brought us here is the one to report
                    self._writer.execute("ROLLBACK")
                raise
            finally:
                self._inside = False

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """For one short question; it waits for no writer. Raises: LedgerCorruptError, LedgerError."""
        with self._read_lock, translated(self.path):
            yield self._reader

    @contextmanager
    def snapshot(self) -> Iterator[sqlite3.Connection]:
        """The file as it is now, for a long walk while others read and write. Raises: LedgerError."""
        with translated(self.path):
            connection = _connect(self.path)
            try:
                connection.execute("PRAGMA query_only=ON")
                connection.execute("BEGIN")
                yield connection
            finally:
                connection.close()

    def copy_to(self, target: Path) -> None:
        """A consistent copy of the whole file, made while others write, readable by its owner only: it names phones in
        clear. Of one that could not be finished nothing is left. Raises: LedgerError.
        """
        try:
            os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        except OSError as error:
            raise LedgerFullError(subject=str(target), got=str(error)) from error
        try:
            source, copy = _connect(self.path), sqlite3.connect(target)
            try:
                source.backup(copy)
            finally:
                source.close()
                copy.close()
        except (sqlite3.Error, OSError) as error:
            target.unlink(missing_ok=True)
            raise LedgerFullError(subject=str(target), got=str(error)) from error

    def close(self) -> None:
        """Let go of the file."""
        with self._write_lock, self._read_lock:
            self._reader.close()
            self._writer.close()


def _connect(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, timeout=BUSY_S, isolation_level=None, check_same_thread=False)


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """What SQLite and the file system raise, as errors of ours."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        kinds = {Trouble.FULL: LedgerFullError, Trouble.CORRUPT: LedgerCorruptError, Trouble.OTHER: LedgerError}
        raise kinds[trouble(error)](subject=str(path), got=str(error)) from error
