# SPDX-License-Identifier: GPL-3.0-or-later
"""What starts work is done once, however often it is sent: the Idempotency-Key of a request, durable.

The key is written before the work is begun, the answer after it. A key without an answer, after a `kill -9` between the
two, is never carried out again: the caller is told to look at the jobs. The header is that of an expired IETF draft
(draft-ietf-httpapi-idempotency-key-header-07).
"""

import hashlib
import json
import os
import sqlite3
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from station.ledger.database import translated
from station.ledger.entry import timestamp
from station.service.errors import KeyInUseError, KeyReusedError

KEPT = timedelta(days=7)
_TABLE = (
    "CREATE TABLE IF NOT EXISTS asked (caller TEXT NOT NULL, key TEXT NOT NULL, at TEXT NOT NULL, "
    "request TEXT NOT NULL, answer TEXT, PRIMARY KEY (caller, key))"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request of one caller. `request`: digest of what was asked for."""

    caller: str
    key: str
    request: str


def digest_of(*parts: object) -> str:
    """The digest of a request: of route and body, as plain JSON."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


class Once:
    """The keys in a file. Thread safe. Raises on opening and everywhere: LedgerError and its kinds."""

    def __init__(self, path: Path, *, now: Callable[[], datetime]) -> None:
        self._path, self._now = path, now
        self._lock = threading.Lock()
        with translated(path):
            if not path.exists():
                os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
            self._file = sqlite3.connect(path, timeout=10.0, isolation_level=None, check_same_thread=False)
            self._file.execute("PRAGMA synchronous=FULL")
            self._file.execute(_TABLE)

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._file.close()

    def begin(self, asked: Asked) -> Mapping[str, Any] | None:
        """Write the key down, to begin with the work; the earlier answer where there is one, and nothing is begun.

        Raises: KeyReusedError, KeyInUseError, LedgerError.
        """
        with self._lock, translated(self._path):
            self._file.execute("DELETE FROM asked WHERE at < ?", (timestamp(self._now() - KEPT),))
            written = self._file.execute(
                "INSERT OR IGNORE INTO asked VALUES (?, ?, ?, ?, NULL)",
                (asked.caller, asked.key, timestamp(self._now()), asked.request),
            ).rowcount
            if written:
                return None
            request, answer = self._file.execute(
                "SELECT request, answer FROM asked WHERE caller = ? AND key = ?", (asked.caller, asked.key)
            ).fetchone()
        if request != asked.request:
            raise KeyReusedError(subject=asked.key)
        if answer is None:
            raise KeyInUseError(subject=asked.key)
        found: Mapping[str, Any] = json.loads(answer)
        return found

    def finish(self, asked: Asked, answer: Mapping[str, Any]) -> None:
        """The work was begun, and this is said of it, now and whenever the request comes again."""
        self._write("UPDATE asked SET answer = ? WHERE caller = ? AND key = ?", json.dumps(answer), asked)

    def do(self, asked: Asked, work: Callable[[], Mapping[str, Any]]) -> Mapping[str, Any]:
        """What `work` answers, or what it answered the first time. Where it raises nothing was done, and the same
        request may be tried again: so whatever it does, it does in one piece.

        Raises: what `work` raises; KeyReusedError, KeyInUseError, LedgerError.
        """
        earlier = self.begin(asked)
        if earlier is not None:
            return earlier
        try:
            answer = work()
        except BaseException:
            self.forget(asked)
            raise
        self.finish(asked, answer)
        return answer

    def forget(self, asked: Asked) -> None:
        """Nothing was begun: the same request may be tried again."""
        with self._lock, translated(self._path):
            self._file.execute("DELETE FROM asked WHERE caller = ? AND key = ?", (asked.caller, asked.key))

    def _write(self, statement: str, value: str, asked: Asked) -> None:
        with self._lock, translated(self._path):
            self._file.execute(statement, (value, asked.caller, asked.key))
