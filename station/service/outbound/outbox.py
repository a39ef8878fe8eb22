# SPDX-License-Identifier: GPL-3.0-or-later
"""How far each endpoint has come in the ledger, and what it did not take: two small tables in the ledger's own file.

The ledger is the queue. An endpoint's position moves on only after it has acknowledged, so a kill at any line loses
nothing and invents nothing: at worst the event in front is sent once more, with the same id. What was given up after
so many tries is a dead letter, kept until somebody has it sent again.

The tables are beside the chain and not in it: what a receiver acknowledged is no history of a phone.
"""

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from station.ledger.database import BUSY_S, translated
from station.ledger.entry import COLUMNS, StoredEntry, parse_time, timestamp
from station.service.outbound.facts import KINDS, event_of

PORTION = 100
KEPT_BEHIND = 1000
"""After so many entries that concern nobody the position is written, so that a start does not look at them again."""
MOST_COUNTED = 200
MOST_LISTED = 1000
_TABLES = (
    "CREATE TABLE IF NOT EXISTS outbound_hook (name TEXT NOT NULL PRIMARY KEY, position INTEGER NOT NULL, "
    "trying INTEGER NOT NULL DEFAULT 0, tries INTEGER NOT NULL DEFAULT 0, due_at TEXT NOT NULL DEFAULT '', "
    "acknowledged_at TEXT NOT NULL DEFAULT '', failed_at TEXT NOT NULL DEFAULT '', failure TEXT NOT NULL DEFAULT '')",
    "CREATE TABLE IF NOT EXISTS outbound_letter (name TEXT NOT NULL, number INTEGER NOT NULL, again INTEGER NOT NULL, "
    "at TEXT NOT NULL, failure TEXT NOT NULL, PRIMARY KEY (name, number))",
)
_NOTHING_TRIED = "trying = 0, tries = 0, due_at = '', failure = ''"


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """What is to be sent next. `event`: None for an entry that this version cannot read. `again`: it was given up once
    and is asked for again. `position`: of the endpoint when this was found. `tries`: how often it was tried; `due_at`:
    not before, None for at once; `failure`: why the newest try failed, "" before any.
    """

    name: str
    entry: StoredEntry
    event: str | None
    again: bool
    position: int
    tries: int
    due_at: datetime | None
    failure: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What was given up. `again`: somebody asked for it again, and it was not sent yet. `at`: RFC 3339."""

    number: int
    job: str
    at: str
    failure: str
    again: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class HookState:
    """How an endpoint stands. `waiting`: entries that are to be told, at most `MOST_COUNTED` of them counted. Times are
    RFC 3339, "" for never. `failure`: of the newest try, "" when it was acknowledged.
    """

    position: int
    waiting: int
    dead: int
    tries: int
    due_at: str
    acknowledged_at: str
    failed_at: str
    failure: str


class Outbox:
    """The tables in a ledger's file. Thread safe, and several processes may use it.

    Raises on opening and everywhere: LedgerError and its kinds.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.RLock()
        self._looked: dict[str, tuple[int, int]] = {}
        """Endpoint → its position, and up to where nothing that it is told follows."""
        with translated(path):
            self._file = sqlite3.connect(path, timeout=BUSY_S, isolation_level=None, check_same_thread=False)
            self._file.execute("PRAGMA synchronous=FULL")
            for statement in _TABLES:
                self._file.execute(statement)

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._file.close()

    def begin(self, name: str) -> None:
        """An endpoint that is new is told what happens from now on. One whose position no entry has any more, because
        the ledger was put back to an earlier copy, goes on at its end.
        """
        with self._writing():
            (last,) = self._file.execute("SELECT ifnull(max(number), 0) FROM entry").fetchone()
            self._file.execute("INSERT OR IGNORE INTO outbound_hook (name, position) VALUES (?, ?)", (name, last))
            self._file.execute("UPDATE outbound_hook SET position = min(position, ?) WHERE name = ?", (last, name))
            self._file.execute("DELETE FROM outbound_letter WHERE name = ? AND number > ?", (name, last))

    # what is to be sent --------------------------------------------------------------------------------

    def next(self, name: str, events: Sequence[str]) -> Waiting | None:
        """The event in front: the oldest that was asked for again, else the first after the position; None when there
        is none. It stays in front until it is acknowledged or given up.
        """
        with self._reading():
            hook = self._hook(name)
            again = self._file.execute(
                f"SELECT {COLUMNS} FROM entry WHERE number = "  # noqa: S608 - constants
                "(SELECT min(number) FROM outbound_letter WHERE name = ? AND again)",
                (name,),
            ).fetchone()
            position = hook[0]
            if again:
                entry, event = self._asked_for(StoredEntry(*again))
            else:
                found, position = self._first(name, position, events)
                if found is None:
                    return None
                entry, event = found
            same = entry.number == hook[1]
            return Waiting(
                name=name,
                entry=entry,
                event=event,
                again=bool(again),
                position=position,
                tries=hook[2] if same else 0,
                due_at=parse_time(hook[3]) if same and hook[3] else None,
                failure=hook[6] if same else "",
            )

    def acknowledged(self, waiting: Waiting, *, at: datetime) -> None:
        """The receiver has it: it is in front no more."""
        with self._writing():
            if waiting.again:
                self._file.execute(
                    "DELETE FROM outbound_letter WHERE name = ? AND number = ?", (waiting.name, waiting.entry.number)
                )
            self._move_on(waiting)
            self._file.execute(
                f"UPDATE outbound_hook SET {_NOTHING_TRIED}, acknowledged_at = ? WHERE name = ?",  # noqa: S608 - constants
                (timestamp(at), waiting.name),
            )

    def failed(self, waiting: Waiting, *, at: datetime, failure: str, due_at: datetime) -> None:
        """It was not acknowledged, and is to be tried again then."""
        with self._writing():
            self._file.execute(
                "UPDATE outbound_hook SET trying = ?, tries = ?, due_at = ?, failed_at = ?, failure = ? "
                "WHERE name = ? AND position = ?",
                (
                    *(waiting.entry.number, waiting.tries + 1, timestamp(due_at), timestamp(at), failure),
                    *(waiting.name, waiting.position),
                ),
            )

    def given_up(self, waiting: Waiting, *, at: datetime, failure: str) -> None:
        """It is a dead letter, and what comes after it is in front."""
        with self._writing():
            self._file.execute(
                "INSERT OR REPLACE INTO outbound_letter VALUES (?, ?, 0, ?, ?)",
                (waiting.name, waiting.entry.number, timestamp(at), failure),
            )
            self._move_on(waiting)
            self._file.execute(
                f"UPDATE outbound_hook SET {_NOTHING_TRIED}, failed_at = ? WHERE name = ?",  # noqa: S608 - constants
                (timestamp(at), waiting.name),
            )

    # what a person does --------------------------------------------------------------------------------

    def send_again(self, name: str, numbers: Sequence[int] = ()) -> int:
        """Dead letters, those of these entries or all, are in front again, oldest first; how many. What waits for its
        time is tried at once.
        """
        with self._writing():
            chosen = f"AND number IN ({', '.join('?' * len(numbers))})" if numbers else ""
            count = self._file.execute(
                f"UPDATE outbound_letter SET again = 1 WHERE name = ? {chosen}",  # noqa: S608 - question marks
                (name, *numbers),
            ).rowcount
            self._try_at_once(name)
        return count

    def go_back(self, name: str, after: int) -> None:
        """Everything after that entry is sent again, with the ids it had. Never forward: that would lose events."""
        with self._writing():
            self._file.execute("UPDATE outbound_hook SET position = min(position, ?) WHERE name = ?", (after, name))
            self._file.execute("DELETE FROM outbound_letter WHERE name = ? AND number > ?", (name, after))
            self._try_at_once(name)

    def state(self, name: str, events: Sequence[str]) -> HookState:
        """How it stands now."""
        with self._reading():
            position, _, tries, due_at, acknowledged_at, failed_at, failure = self._hook(name)
            letters = dict(
                self._file.execute("SELECT again, count(*) FROM outbound_letter WHERE name = ? GROUP BY again", (name,))
            )
            behind = self._behind(name, position, events)
        return HookState(
            position=position,
            waiting=behind + letters.get(1, 0),
            dead=letters.get(0, 0),
            tries=tries,
            due_at=due_at,
            acknowledged_at=acknowledged_at,
            failed_at=failed_at,
            failure=failure,
        )

    def letters(self, name: str) -> tuple[Letter, ...]:
        """Dead letters, oldest first, at most 1,000."""
        with self._reading():
            rows = self._file.execute(
                "SELECT letter.number, entry.job, letter.at, letter.failure, letter.again FROM outbound_letter letter "
                "JOIN entry ON entry.number = letter.number WHERE letter.name = ? ORDER BY letter.number LIMIT ?",
                (name, MOST_LISTED),
            ).fetchall()
        return tuple(
            Letter(number=number, job=job, at=at, failure=failure, again=bool(again))
            for number, job, at, failure, again in rows
        )

    # inside --------------------------------------------------------------------------------------------

    def _hook(self, name: str) -> tuple[int, int, int, str, str, str, str]:
        """Its row: position, trying, tries, due_at, acknowledged_at, failed_at, failure."""
        row = self._file.execute(
            "SELECT position, trying, tries, due_at, acknowledged_at, failed_at, failure FROM outbound_hook "
            "WHERE name = ?",
            (name,),
        ).fetchone()
        found: tuple[int, int, int, str, str, str, str] = row
        return found

    def _first(
        self, name: str, position: int, events: Sequence[str]
    ) -> tuple[tuple[StoredEntry, str | None] | None, int]:
        """The first entry after the position that is told, and the position then. What is not told is looked at once
        in a process.
        """
        known, looked = self._looked.get(name, (position, position))
        after = looked if known == position else position
        while True:
            rows = self._rows(after, events, PORTION)
            for row in rows:
                found = self._told(row, events)
                if found is not None:
                    return found, position
                after = row.number
            self._looked[name] = (position, after)
            if after - position >= KEPT_BEHIND:
                moved = "UPDATE outbound_hook SET position = ? WHERE name = ? AND position = ?"
                self._file.execute(moved, (after, name, position))
                position = after
            if len(rows) < PORTION:
                return None, position

    def _behind(self, name: str, position: int, events: Sequence[str]) -> int:
        """How many follow the position, at most `MOST_COUNTED`; however far behind what is not told they are."""
        known, looked = self._looked.get(name, (position, position))
        after, count = looked if known == position else position, 0
        while True:
            rows = self._rows(after, events, PORTION)
            count += sum(1 for row in rows if self._told(row, events) is not None)
            if len(rows) < PORTION or count >= MOST_COUNTED:
                return min(count, MOST_COUNTED)
            after = rows[-1].number

    def _rows(self, after: int, events: Sequence[str], most: int) -> list[StoredEntry]:
        """Entries after that number of the kinds that these events have."""
        kinds = sorted({KINDS[event].value for event in events})
        marks = ", ".join("?" * len(kinds))
        query = f"SELECT {COLUMNS} FROM entry WHERE number > ? AND kind IN ({marks}) ORDER BY number LIMIT ?"  # noqa: S608 - question marks
        return [StoredEntry(*row) for row in self._file.execute(query, (after, *kinds, most)).fetchall()]

    @staticmethod
    def _asked_for(row: StoredEntry) -> tuple[StoredEntry, str | None]:
        """The entry and its event, also where the settings do not name that event any more."""
        try:
            return row, event_of(row)
        except ValueError:
            return row, None

    @staticmethod
    def _told(row: StoredEntry, events: Sequence[str]) -> tuple[StoredEntry, str | None] | None:
        """The entry and its event, None if it is not told; what cannot be read is never passed over."""
        try:
            event = event_of(row)
        except ValueError:
            return row, None
        return (row, event) if event in events else None

    def _move_on(self, waiting: Waiting) -> None:
        """Past what was in front, unless somebody went back meanwhile."""
        if not waiting.again:
            self._file.execute(
                "UPDATE outbound_hook SET position = ? WHERE name = ? AND position = ?",
                (waiting.entry.number, waiting.name, waiting.position),
            )

    def _try_at_once(self, name: str) -> None:
        self._file.execute(f"UPDATE outbound_hook SET {_NOTHING_TRIED} WHERE name = ?", (name,))  # noqa: S608 - constants

    @contextmanager
    def _reading(self) -> Iterator[None]:
        with self._lock, translated(self._path):
            yield

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """One transaction; all of it is on the disk at its end, or nothing."""
        with self._lock, translated(self._path):
            self._file.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._file.execute("COMMIT")
            except BaseException:
                if self._file.in_transaction:
                    self._file.execute("ROLLBACK")
                raise
