# SPDX-License-Identifier: GPL-3.0-or-later
"""The log itself: SQLite, append-only, for several processes at once.

One row a leaf holds its bytes and the hashes of all tree nodes that the leaf completes. Leaves and the signed
checkpoint over them are written in one transaction with `synchronous=FULL`: what `append` returned is on the disk,
and no checkpoint exists for leaves that are not. The next index is read inside BEGIN IMMEDIATE, so two processes
never take the same one; the size is the checkpoint's primary key, so there are never two roots for one size.
"""

import contextlib
import os
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from certs.log import merkle, rules
from certs.log.entries import Entry, Issue, Start
from certs.log.errors import LogCorruptError, LogError, LogExistsError, LogKeyError, LogRuleError
from certs.log.merkle import HASH_BYTES, Node
from certs.log.notes import Signature, VerifierKey, checkpoint_text, is_name
from certs.log.policy import LogPolicy
from certs.log.proofs import format_proof
from phones.durable_files import sync_folder
from transparency.signing import NoteKey
from transparency.tables import (
    ISSUE,
    SCHEMA,
    START,
    TABLES,
    StoredEntries,
    connect,
    key_name,
    newest_checkpoint,
    one_moment,
    short_name,
    size_of,
    translated,
)

_COSIGNED = "INSERT INTO cosignature VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET latest = excluded.latest"


@dataclass(frozen=True, slots=True)
class _Head:
    """The tree after the last append: what the next one grows from."""

    size: int
    root: bytes
    frontier: tuple[bytes, ...]


class TransparencyLog:
    """One log. Safe to use from several threads and from several processes. Close it when done."""

    def __init__(self, path: Path, connection: sqlite3.Connection, key: Ed25519PrivateKey | None) -> None:
        """Use `create` or `open`."""
        self.path = path
        self._connection = connection
        self._lock = threading.RLock()
        self._known = StoredEntries(connection)
        about = dict(connection.execute("SELECT name, value FROM about").fetchall())
        if about.get("schema") != SCHEMA:
            raise LogCorruptError(subject=str(path), got=f"schema {about.get('schema', '')}")
        self.origin: str = about["origin"]
        self.public = VerifierKey.parse(about["key"])
        self._key = None if key is None else NoteKey(self.origin, key)
        if self._key is not None and self._key.public != self.public:
            raise LogKeyError(subject=str(path), got=str(self._key.public))
        self._key_id = self.public.key_id
        with one_moment(connection):
            self._head = self._read_head()

    @classmethod
    def create(cls, path: Path, *, origin: str, key: Ed25519PrivateKey) -> "TransparencyLog":
        """A new, empty log whose checkpoints `key` signs. `origin`: its name for ever, like a URL without scheme.

        Raises: LogExistsError, LogFullError, LogKeyError for a name that cannot be one.
        """
        if not is_name(origin):
            raise LogKeyError(subject=str(path), got=origin[:80])
        unfinished = path.with_name(f".{path.name}.{os.getpid()}")
        public = NoteKey(origin, key).public
        with translated(path):
            if path.exists():
                raise LogExistsError(subject=str(path))
            unfinished.unlink(missing_ok=True)
            os.close(os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
            try:
                connection = connect(unfinished)
                connection.executescript("BEGIN;" + TABLES)
                for name, value in (("schema", SCHEMA), ("origin", origin), ("key", str(public))):
                    connection.execute("INSERT INTO about VALUES (?, ?)", (name, value))
                connection.execute("COMMIT")
                connection.close()  # the last to close folds the write-ahead log into the file
                os.link(unfinished, path)
            except FileExistsError as error:
                raise LogExistsError(subject=str(path)) from error
            finally:
                unfinished.unlink(missing_ok=True)
            sync_folder(path.parent)
        return cls.open(path, key)

    @classmethod
    def open(cls, path: Path, key: Ed25519PrivateKey | None = None) -> "TransparencyLog":
        """An existing log; without its key it can be read only.

        Raises: LogError, LogCorruptError (the newest checkpoint does not fit the leaves), LogKeyError.
        """
        with translated(path):
            if not path.is_file():
                raise LogError(subject=str(path), got="ENOENT")
            connection = connect(path)
            try:
                return cls(path, connection, key)
            except BaseException:
                connection.close()
                raise

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._connection.close()

    @property
    def size(self) -> int:
        """Number of entries, all processes' included."""
        with self._reading() as connection:
            return size_of(connection)

    def append(self, entries: Sequence[Entry], *, at: datetime) -> tuple[int, ...]:
        """Append entries, all or none, durably, under one new checkpoint; returns their indexes.

        An entry that is there already (same job's START, same START's CLOSE, same certificate's ISSUE or end, the
        same but for its time and attempt) is not written again: its index is returned. `at`: aware.
        Raises: LiveIssueError, LogRuleError, LogKeyError, LogFullError, LogError.
        """
        return self._append(lambda: entries, at)

    def start(self, *, job: str, tag: str, station: str, emulated: bool, at: datetime) -> tuple[int, int]:
        """Append a job's START with the attempt that is next; returns (index, attempt), the first ones if it is there.

        Raises: as `append`.
        """

        def counted() -> tuple[Entry, ...]:
            attempt = self._known.starts(tag) + 1  # inside the transaction: nobody else counts the same
            return (Start(at=at, job=job, tag=tag, station=station, attempt=attempt, emulated=emulated),)

        (index,) = self._append(counted, at)
        entry = self.entry(index)
        return index, entry.attempt if isinstance(entry, Start) else 0

    def _append(self, made: Callable[[], Sequence[Entry]], at: datetime) -> tuple[int, ...]:
        if self._key is None:
            raise LogKeyError(subject=str(self.path), got="")
        with self._lock, translated(self.path):
            connection = self._connection
            connection.execute("BEGIN IMMEDIATE")
            try:
                if newest_checkpoint(connection) != (self._head.size, self._head.root):
                    self._head = self._read_head()  # another process appended
                size, frontier = self._head.size, list(self._head.frontier)
                places = []
                for entry in made():
                    place = self._same(entry)
                    if place is None:
                        rules.check_new(entry, self._known)
                        self._insert(size, entry, frontier)
                        place, size = size, size + 1
                    places.append(place)
                head = self._head
                if size > head.size:
                    head = _Head(size, merkle.fold(frontier), tuple(frontier))
                    self._sign(head, at)
                connection.execute("COMMIT")
            except BaseException:
                with contextlib.suppress(sqlite3.Error):  # the failure that brought us here is the one to report
                    connection.execute("ROLLBACK")
                raise
            self._head = head
            return tuple(places)

    def _same(self, entry: Entry) -> int | None:
        """Where the entry stands already. Raises: LogRuleError when its name stands for something else."""
        place = self._known.find(rules.entry_key(entry))
        if place is None:
            return None
        standing = self._known.entry(place)
        if isinstance(entry, Start) and isinstance(standing, Start):
            entry = replace(entry, attempt=standing.attempt)
        if standing is None or replace(entry, at=standing.at) != standing:
            raise LogRuleError(fault="entry_twice", got=rules.entry_key(entry))
        return place

    def _insert(self, number: int, entry: Entry, frontier: list[bytes]) -> None:
        data = entry.to_bytes()
        completed = merkle.grow(frontier, number, merkle.leaf_hash(data))
        execute = self._connection.execute
        execute("INSERT INTO leaf VALUES (?, ?, ?)", (number, data, b"".join(completed)))
        execute("INSERT INTO named VALUES (?, ?)", (short_name(rules.entry_key(entry)), number))
        if isinstance(entry, Start | Issue):
            kind = START if isinstance(entry, Start) else ISSUE
            execute("INSERT INTO tagged VALUES (?, ?, ?)", (bytes.fromhex(entry.tag), kind, number))

    def _sign(self, head: _Head, at: datetime) -> None:
        assert self._key is not None
        signature = self._key.private.sign(checkpoint_text(self.origin, head.size, head.root).encode())
        self._connection.execute(
            "INSERT INTO checkpoint VALUES (?, ?, ?, ?)", (head.size, head.root, signature, int(at.timestamp()))
        )

    def entry(self, index: int) -> Entry | None:
        """The entry at that index, None beyond the end."""
        with self._reading():
            return self._known.entry(index)

    def leaves(self, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """The bytes of entries `start` up to `end`, in order, read in portions."""
        last = self.size if end is None else min(end, self.size)
        while start < last:
            portion = min(start + 4096, last)
            with self._reading() as connection:
                rows = connection.execute(
                    "SELECT entry FROM leaf WHERE number >= ? AND number < ? ORDER BY number", (start, portion)
                ).fetchall()
            if len(rows) != portion - start:
                raise LogCorruptError(subject=str(self.path), got=f"entry {start}")
            for row in rows:
                yield bytes(row[0])
            start = portion

    def starts(self, device_tag: str) -> tuple[int, ...]:
        """Indexes of the phone's STARTs."""
        with self._reading():
            return self._known.numbers(device_tag, START)

    def issues(self, certificate_id: str) -> tuple[int, ...]:
        """Index of the certificate's ISSUE, () when it was not issued here."""
        with self._reading():
            found = self._known.find(f"issue {certificate_id}")
            return () if found is None else (found,)

    def live_issue(self, device_tag: str) -> int | None:
        """Index of the ISSUE of the phone's certificate that still stands."""
        with self._reading():
            return rules.live_issue(self._known, device_tag)

    def ended(self, certificate_id: str) -> int | None:
        """Index of the REPLACE or WITHDRAW of that certificate."""
        with self._reading():
            return self._known.find(f"end {certificate_id}")

    def closed(self, start: int) -> int | None:
        """Index of the CLOSE of the START at that index."""
        with self._reading():
            return self._known.find(f"close {start}")

    def checkpoint(self) -> str:
        """The newest signed checkpoint with its cosignatures, "" when the log is empty."""
        with self._reading() as connection:
            newest = newest_checkpoint(connection)
            return self._note(connection, newest[0]) if newest[0] else ""

    def witnessed_checkpoint(self) -> str:
        """The newest checkpoint that a witness signed, else the newest of all; "" when the log is empty."""
        with self._reading() as connection:
            row = connection.execute("SELECT max(size) FROM cosignature").fetchone()
            size = row[0] or size_of(connection)
            return self._note(connection, size) if size else ""

    def anchor(self) -> tuple[str, ...]:
        """For a record's `log.anchor`: the lines of `witnessed_checkpoint()` but the empty one; () when empty."""
        return tuple(line for line in self.witnessed_checkpoint().split("\n") if line)

    def proof(self, index: int, policy: LogPolicy | None = None) -> bytes:
        """tlog-proof@v1 of entry `index`.

        Under the first checkpoint with it whose witnesses make the policy's quorum (without a policy: that any
        witness signed), because it proves the earliest time; else under the newest one.
        Raises: LogError beyond the end.
        """
        with self._reading() as connection:
            size = self._first_witnessed(connection, index, policy) or size_of(connection)
            if not 0 <= index < size:
                raise LogError(subject=str(self.path), got=f"entry {index}")
            hashes = merkle.prove(merkle.inclusion_ranges(index, size), self._nodes)
            return format_proof(index, hashes, self._note(connection, size, first=True))

    def root(self, size: int) -> bytes:
        """The root of the first `size` entries. Raises: LogError beyond the end."""
        with self._reading() as connection:
            if not 0 <= size <= size_of(connection):
                raise LogError(subject=str(self.path), got=str(size))
            return merkle.fold(list(self._nodes(merkle.subtrees(0, size)).values()))

    def consistency(self, old: int, size: int) -> tuple[bytes, ...]:
        """RFC 6962 consistency proof. Raises: LogError beyond the end."""
        with self._reading() as connection:
            if not 0 <= old <= size <= size_of(connection):
                raise LogError(subject=str(self.path), got=f"{old} .. {size}")
            return merkle.prove(merkle.consistency_ranges(old, size), self._nodes)

    def nodes(self, wanted: list[Node]) -> dict[Node, bytes]:
        """Hashes of complete subtrees. Raises: LogCorruptError when one is not there."""
        with self._reading():
            return self._nodes(wanted)

    def cosigned_size(self, witness: VerifierKey) -> int:
        """Size of the newest checkpoint that this witness signed, as far as this log knows; 0 without one."""
        with self._reading() as connection:
            row = connection.execute(
                "SELECT size FROM cosignature WHERE key = ? ORDER BY size DESC LIMIT 1",
                (key_name(witness.name, witness.key_id),),
            ).fetchone()
            return int(row[0]) if row else 0

    def cosign(self, size: int, lines: Sequence[Signature]) -> None:
        """Keep cosignatures of the checkpoint with that size, which the caller has checked. A later one of the same
        witness takes the place of the earlier. Raises: LogError.
        """
        with self._lock, translated(self.path):
            rows = [(size, key_name(each.name, each.key_id), each.line, each.line) for each in lines]
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                if self._connection.execute("SELECT 1 FROM checkpoint WHERE size = ?", (size,)).fetchone() is None:
                    raise LogError(subject=str(self.path), got=f"checkpoint {size}")
                self._connection.executemany(_COSIGNED, rows)
                self._connection.execute("COMMIT")
            except BaseException:
                with contextlib.suppress(sqlite3.Error):
                    self._connection.execute("ROLLBACK")
                raise

    def _read_head(self) -> _Head:
        """From the file, checked: do its nodes give the newest checkpoint's root, and did our key sign it?

        Inside a transaction: leaves that another process appends between two questions would look like a forgery.
        """
        size, root = newest_checkpoint(self._connection)
        frontier = tuple(self._nodes(merkle.subtrees(0, size)).values())
        if (
            merkle.fold(frontier) != root
            or self._connection.execute("SELECT 1 FROM leaf WHERE number >= ?", (size,)).fetchone()
        ):
            raise LogCorruptError(subject=str(self.path), got=f"checkpoint {size}")
        if size:
            row = self._connection.execute("SELECT signature FROM checkpoint WHERE size = ?", (size,)).fetchone()
            signature = Signature(name=self.origin, key_id=self._key_id, data=bytes(row[0]))
            self.public.check(checkpoint_text(self.origin, size, root), signature)
        return _Head(size, root, frontier)

    def _nodes(self, wanted: list[Node]) -> dict[Node, bytes]:
        found: dict[Node, bytes] = {}
        rows = {((number + 1) << level) - 1: (level, number) for level, number in wanted}
        for place, hashes in self._connection.execute(
            f"SELECT number, hashes FROM leaf WHERE number IN ({','.join('?' * len(rows))})",  # noqa: S608 - only question marks
            tuple(rows),
        ):
            level, number = rows[place]
            found[level, number] = bytes(hashes[HASH_BYTES * level : HASH_BYTES * (level + 1)])
        if len(found) != len(wanted) or any(len(each) != HASH_BYTES for each in found.values()):
            raise LogCorruptError(subject=str(self.path), got="node")
        return {node: found[node] for node in wanted}

    def _first_witnessed(self, connection: sqlite3.Connection, index: int, policy: LogPolicy | None) -> int:
        """Size of the checkpoint for a proof, 0 when no witness signed one with that entry."""
        query = "SELECT size, key FROM cosignature WHERE size > ? ORDER BY size LIMIT 1000"
        signed: dict[int, list[bytes]] = {}
        for size, key in connection.execute(query, (index,)):
            signed.setdefault(size, []).append(bytes(key))
        for size, keys in signed.items():
            if policy is None or policy.is_met(
                [each.name for each in policy.witnesses if key_name(each.key.name, each.key.key_id) in keys]
            ):
                return size
        return 0

    def _note(self, connection: sqlite3.Connection, size: int, *, first: bool = False) -> str:
        root, signature = connection.execute(
            "SELECT root, signature FROM checkpoint WHERE size = ?", (size,)
        ).fetchone()
        own = Signature(name=self.origin, key_id=self._key_id, data=bytes(signature)).line
        others = connection.execute("SELECT first, latest FROM cosignature WHERE size = ? ORDER BY key", (size,))
        lines = [old if first else latest for old, latest in others]
        return "\n".join([checkpoint_text(self.origin, size, bytes(root)), own, *lines, ""])

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with self._lock, translated(self.path):
            yield self._connection
