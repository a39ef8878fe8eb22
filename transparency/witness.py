# SPDX-License-Identifier: GPL-3.0-or-later
"""A witness (C2SP tlog-witness): signs a log's checkpoint only if it continues the last one it signed.

It remembers one checkpoint a log, durably, and writes it before it answers. Two histories of one log can then never
both carry its name. What a known log signed and yet does not continue is kept as evidence.
"""

import base64
import contextlib
import hashlib
import os
import sqlite3
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from certs.log.errors import LogReadError
from certs.log.merkle import EMPTY_ROOT, HASH_BYTES, consistent
from certs.log.notes import Checkpoint, Note, VerifierKey, decode, read_checkpoint, read_note, read_number, unbase64
from certs.log.policy import LogPolicy
from phones.clock import Clock
from transparency.serving import Reply
from transparency.signing import NoteKey
from transparency.tables import BUSY_S, translated

LARGEST_REQUEST = 160 * 1024
MOST_HASHES = 63
_MOST_EVIDENCE = 100
_TABLES = """
CREATE TABLE IF NOT EXISTS seen
    (origin TEXT PRIMARY KEY, size INTEGER NOT NULL, root BLOB NOT NULL, note TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS evidence (number INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT, fault TEXT, request TEXT);
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """An add-checkpoint request taken apart."""

    old: int
    proof: tuple[bytes, ...]
    note: Note


class Witness:
    """One witness with its state file. Safe to use from several threads and processes."""

    def __init__(self, path: Path, *, key: NoteKey, policy: LogPolicy, clock: Clock) -> None:
        """`key`: of kind COSIGNATURE; `policy`: whose logs it watches. Raises: LogError."""
        self._key, self._clock, self._path = key, clock, path
        self._logs: dict[str, list[VerifierKey]] = {}
        for log in policy.logs:
            self._logs.setdefault(log.name, []).append(log.key)
        self._lock = threading.Lock()
        with translated(path):
            if not path.exists():
                os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
            self._connection = sqlite3.connect(path, timeout=BUSY_S, isolation_level=None, check_same_thread=False)
            self._connection.execute("PRAGMA journal_mode=WAL")
            self._connection.execute("PRAGMA synchronous=FULL")
            self._connection.executescript(_TABLES)

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._connection.close()

    def size_of(self, origin: str) -> int:
        """Size of the last checkpoint it signed for that log."""
        with self._lock, translated(self._path):
            return self._seen(origin)[0]

    def add_checkpoint(self, body: bytes) -> Reply:
        """Answer `POST /add-checkpoint`. Raises: LogError when the state cannot be written (nothing is signed then)."""
        try:
            request = read_request(body)
            checkpoint = read_checkpoint(request.note)
        except LogReadError as error:
            return Reply(status=400, fault=error.fault)
        keys = self._logs.get(checkpoint.origin)
        if keys is None:
            return Reply(status=404, fault="log_unknown")
        if not _is_signed(request.note, keys):
            return Reply(status=403, fault="signature_wrong")
        if request.old > checkpoint.size:
            return Reply(status=400, fault="rolled_back")
        with self._lock, translated(self._path):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                reply = self._judge(request, checkpoint, body)
                self._connection.execute("COMMIT")
            except BaseException:
                with contextlib.suppress(sqlite3.Error):
                    self._connection.execute("ROLLBACK")
                raise
        return reply

    def latest(self, origin_hash: str) -> Reply:
        """Answer `GET /<SHA-256 of the origin, hex>/checkpoint`: the last checkpoint it signed, with its signature."""
        with self._lock, translated(self._path):
            rows = self._connection.execute("SELECT origin, note FROM seen").fetchall()
        for origin, note in rows:
            if hashlib.sha256(origin.encode()).hexdigest() == origin_hash:
                return Reply(status=200, body=note.encode())
        return Reply(status=404)

    def evidence(self) -> tuple[tuple[str, str, str], ...]:
        """(time, fault, request) of what known logs signed and yet does not continue what was seen."""
        with self._lock, translated(self._path):
            rows = self._connection.execute("SELECT at, fault, request FROM evidence ORDER BY number").fetchall()
        return tuple((at, fault, request) for at, fault, request in rows)

    def _judge(self, request: Request, checkpoint: Checkpoint, body: bytes) -> Reply:
        size, root = self._seen(checkpoint.origin)
        if request.old != size:
            return Reply(status=409, body=f"{size}\n".encode(), content_type="text/x.tlog.size", fault="old_size")
        if checkpoint.size == 0 and checkpoint.root != EMPTY_ROOT:
            return self._refuse("root_mismatch", body)
        if not consistent(size, checkpoint.size, request.proof, root, checkpoint.root):
            return self._refuse("forked", body)
        at = self._clock.now()
        line = self._key.cosign(checkpoint.text, at=at).line
        keys = self._logs[checkpoint.origin]
        kept = [each.line for each in request.note.signatures if any(key.made(each) for key in keys)]
        note = "\n".join([checkpoint.text, *kept, line, ""])
        self._connection.execute(
            "INSERT OR REPLACE INTO seen VALUES (?, ?, ?, ?)",
            (checkpoint.origin, checkpoint.size, checkpoint.root, note),
        )
        return Reply(status=200, body=f"{line}\n".encode())

    def _refuse(self, fault: str, body: bytes) -> Reply:
        """Kept, because the log's own signature on it is proof of what it did."""
        self._connection.execute(
            "INSERT INTO evidence (at, fault, request) VALUES (?, ?, ?)",
            (self._clock.now().isoformat(), fault, body.decode(errors="replace")),
        )
        self._connection.execute(
            "DELETE FROM evidence WHERE number > 1 AND number <= (SELECT max(number) FROM evidence) - ?",
            (_MOST_EVIDENCE,),
        )
        return Reply(status=422, fault=fault)

    def _seen(self, origin: str) -> tuple[int, bytes]:
        row = self._connection.execute("SELECT size, root FROM seen WHERE origin = ?", (origin,)).fetchone()
        return (int(row[0]), bytes(row[1])) if row else (0, EMPTY_ROOT)


def read_request(body: bytes) -> Request:
    """Take an add-checkpoint request apart. Raises: LogReadError."""
    if len(body) > LARGEST_REQUEST:
        raise LogReadError(fault="request_malformed", got="size")
    head, empty, note = decode(body, fault="request_malformed").partition("\n\n")
    lines = head.split("\n")
    if not empty or not lines[0].startswith("old ") or len(lines) > 1 + MOST_HASHES:
        raise LogReadError(fault="request_malformed", got="shape")
    proof = tuple(unbase64(line, fault="request_malformed") for line in lines[1:])
    if any(len(each) != HASH_BYTES for each in proof):
        raise LogReadError(fault="request_malformed", got="hash")
    old = read_number(lines[0].removeprefix("old "), fault="request_malformed")
    return Request(old=old, proof=proof, note=read_note(note))


def format_request(old: int, proof: Sequence[bytes], note: str) -> bytes:
    """An add-checkpoint request."""
    return "\n".join([f"old {old}", *(base64.b64encode(each).decode() for each in proof), "", note]).encode()


def _is_signed(note: Note, keys: list[VerifierKey]) -> bool:
    """By at least one of the keys, and by none of them wrongly."""
    found = [(key, signature) for signature in note.signatures for key in keys if key.made(signature)]
    try:
        for key, signature in found:
            key.check(note.text, signature)
    except LogReadError:
        return False
    return bool(found)


class WitnessSite:
    """`serving.Site` of a witness."""

    def __init__(self, witness: Witness) -> None:
        self._witness = witness

    def get(self, path: str) -> Reply:
        """Its last checkpoint of a log."""
        origin_hash, _, rest = path.partition("/")
        return self._witness.latest(origin_hash) if rest == "checkpoint" else Reply(status=404)

    def post(self, path: str, body: bytes) -> Reply:
        """A checkpoint to sign."""
        return self._witness.add_checkpoint(body) if path == "add-checkpoint" else Reply(status=404)
