# SPDX-License-Identifier: GPL-3.0-or-later
"""The file of a transparency log: its tables, a connection to it, and the questions that need nothing but it."""

import contextlib
import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from certs.log import merkle
from certs.log.entries import Entry, read_entry
from certs.log.errors import LogCorruptError, LogError, LogFullError
from transparency.sqlite_errors import Trouble, trouble

BUSY_S = 30.0
SCHEMA = "proofwipe/log/1"
START, ISSUE = 1, 2
TABLES = """
CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE leaf (number INTEGER PRIMARY KEY, entry BLOB NOT NULL, hashes BLOB NOT NULL) STRICT;
CREATE TABLE named (name BLOB PRIMARY KEY, number INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE tagged (tag BLOB, kind INTEGER, number INTEGER, PRIMARY KEY (tag, kind, number))
    STRICT, WITHOUT ROWID;
CREATE TABLE checkpoint (size INTEGER PRIMARY KEY, root BLOB NOT NULL, signature BLOB NOT NULL, at INTEGER NOT NULL)
    STRICT;
CREATE TABLE cosignature (size INTEGER, key BLOB, first TEXT NOT NULL, latest TEXT NOT NULL, PRIMARY KEY (size, key))
    STRICT, WITHOUT ROWID;
CREATE TRIGGER leaf_stays BEFORE UPDATE ON leaf BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER leaf_kept BEFORE DELETE ON leaf BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER checkpoint_stays BEFORE UPDATE ON checkpoint BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER checkpoint_kept BEFORE DELETE ON checkpoint BEGIN SELECT RAISE(ABORT, 'append-only'); END;
"""


class StoredEntries:
    """`rules.KnownEntries` over the tables."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._execute = connection.execute

    def find(self, key: str) -> int | None:
        """Where the entry of that name stands."""
        row = self._execute("SELECT number FROM named WHERE name = ?", (short_name(key),)).fetchone()
        return None if row is None else int(row[0])

    def entry(self, index: int) -> Entry | None:
        """The entry at that index, None beyond the end."""
        row = self._execute("SELECT entry FROM leaf WHERE number = ?", (index,)).fetchone()
        return None if row is None else read_entry(bytes(row[0]))

    def starts(self, tag: str) -> int:
        """Number of the phone's STARTs."""
        return len(self.numbers(tag, START))

    def issues(self, tag: str) -> tuple[int, ...]:
        """Indexes of the phone's ISSUEs."""
        return self.numbers(tag, ISSUE)

    def numbers(self, tag: str, kind: int) -> tuple[int, ...]:
        """Indexes of the phone's entries of that kind, START or ISSUE, in order."""
        query = "SELECT number FROM tagged WHERE tag = ? AND kind = ? ORDER BY number"
        return tuple(number for (number,) in self._execute(query, (bytes.fromhex(tag), kind)))


def connect(path: Path) -> sqlite3.Connection:
    """A connection for several threads; every commit is on the disk."""
    connection = sqlite3.connect(path, timeout=BUSY_S, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA page_size=2048")  # of a new file: a commit writes whole pages, some of them
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA wal_autocheckpoint=4000")  # pages; folded in rarely, because that costs two more syncs
    connection.execute("PRAGMA cache_size=-65536")  # KiB
    return connection


@contextmanager
def one_moment(connection: sqlite3.Connection) -> Iterator[None]:
    """Whatever is read in here is the file as it is at the first question, whoever appends meanwhile."""
    connection.execute("BEGIN")
    try:
        yield
    finally:
        with contextlib.suppress(sqlite3.Error):  # after an error of the disk SQLite has ended it already
            connection.execute("ROLLBACK")


def newest_checkpoint(connection: sqlite3.Connection) -> tuple[int, bytes]:
    """Size and root of the newest checkpoint; those of the empty tree without one."""
    row = connection.execute("SELECT size, root FROM checkpoint ORDER BY size DESC LIMIT 1").fetchone()
    return (int(row[0]), bytes(row[1])) if row else (0, merkle.EMPTY_ROOT)


def size_of(connection: sqlite3.Connection) -> int:
    """Number of entries."""
    return newest_checkpoint(connection)[0]


def short_name(key: str) -> bytes:
    """An entry's name in 16 bytes, which are looked up faster."""
    return hashlib.sha256(key.encode()).digest()[:16]


def key_name(name: str, key_id: bytes) -> bytes:
    """How a witness's key is named in the file."""
    return f"{name}\n".encode() + key_id


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """What SQLite and the file system raise, as errors of ours."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        kinds = {Trouble.FULL: LogFullError, Trouble.CORRUPT: LogCorruptError, Trouble.OTHER: LogError}
        raise kinds[trouble(error)](phone=str(path), got=str(error)) from error
