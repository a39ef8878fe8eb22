# SPDX-License-Identifier: GPL-3.0-or-later
"""Sessions of browsers: a random secret in a cookie, its hash in the service's file, so that a restart ends nobody's.

A session has the role and person of the token it was opened with, and ends with it; one of the station's own user ends
by itself.
"""

import hashlib
import os
import secrets
import sqlite3
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from phones.clock import utc_now
from station.ledger.database import translated
from station.ledger.entry import parse_time, timestamp
from station.service.callers import Caller, Role
from station.service.tokens import tokens
from station.setup.home import Home

IDLE = timedelta(hours=8)
"""Without a person doing anything; what a page fetches by itself does not count."""
LONGEST = timedelta(hours=24)
_SEEN_EVERY = timedelta(minutes=1)
_LONGEST_SECRET = 100
_TABLE = (
    "CREATE TABLE IF NOT EXISTS browser_sessions (hash TEXT PRIMARY KEY, id TEXT NOT NULL, token TEXT NOT NULL, "
    "role TEXT NOT NULL, person TEXT NOT NULL, began_at TEXT NOT NULL, seen_at TEXT NOT NULL)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A browser that somebody has logged in with. `token`: whose end is the session's too, "" for the local user."""

    id: str
    token: str
    caller: Caller


class Sessions:
    """The sessions in a file. Thread safe. `token_counts`: is there a token of that id, with that role and person?

    Raises on opening and everywhere: LedgerError and its kinds.
    """

    def __init__(
        self, path: Path, *, now: Callable[[], datetime], token_counts: Callable[[str, str, str], bool]
    ) -> None:
        self._path, self._now, self._token_counts = path, now, token_counts
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

    def begin(self, *, role: Role, person: str, token: str) -> str:
        """A new session; its secret, which is kept nowhere here."""
        secret, now = secrets.token_urlsafe(32), self._now()
        row = (_digest(secret), secrets.token_hex(8), token, role.value, person, timestamp(now), timestamp(now))
        with self._lock, translated(self._path):
            self._file.execute(
                "DELETE FROM browser_sessions WHERE seen_at < ? OR began_at < ?",
                (timestamp(now - IDLE), timestamp(now - LONGEST)),
            )
            self._file.execute("INSERT INTO browser_sessions VALUES (?, ?, ?, ?, ?, ?, ?)", row)
        return secret

    def find(self, secret: str, *, touch: bool) -> Session | None:
        """The session with that secret; None when there is none or it is over. Raises: ConfigError as tokens do."""
        if not 0 < len(secret) <= _LONGEST_SECRET:
            return None
        digest, now = _digest(secret), self._now()
        with self._lock, translated(self._path):
            row = self._file.execute("SELECT * FROM browser_sessions WHERE hash = ?", (digest,)).fetchone()
        if row is None:
            return None
        _, session_id, token, role, person, began_at, seen_at = row
        is_over = parse_time(seen_at) <= now - IDLE or parse_time(began_at) <= now - LONGEST
        if is_over or (token and not self._token_counts(token, role, person)):
            self.end(secret)
            return None
        if touch and parse_time(seen_at) <= now - _SEEN_EVERY:
            with self._lock, translated(self._path):
                self._file.execute("UPDATE browser_sessions SET seen_at = ? WHERE hash = ?", (timestamp(now), digest))
        caller = Caller(id=f"browser:{session_id}", role=Role(role), person=person)
        return Session(id=session_id, token=token, caller=caller)

    def end(self, secret: str) -> None:
        """It counts no more."""
        with self._lock, translated(self._path):
            self._file.execute("DELETE FROM browser_sessions WHERE hash = ?", (_digest(secret),))


def sessions_of(home: Home) -> Sessions:
    """Those of a station's service, by the clock on the wall."""

    def token_counts(token: str, role: str, person: str) -> bool:
        now = utc_now()
        return any(
            (each.id, each.role, each.person) == (token, role, person) and parse_time(each.until) > now
            for each in tokens(home)
        )

    return Sessions(home.path / "service.sqlite3", now=utc_now, token_counts=token_counts)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
