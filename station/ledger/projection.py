# SPDX-License-Identifier: GPL-3.0-or-later
"""The read model: one row a job beside the entries, for lists, searches and estimates.

It is written in the transaction that appends the entry, so a kill leaves both or neither. It holds nothing that the
entries do not say and can be thrown away: it is made anew when its version differs, when it was built to an entry that
is not there, or by `proofwipe ledger rebuild`.

What it is trusted for: what a person sees. Nothing that decides about an erase or a paper asks it. Whether a phone was
here before, which tag it has and whose paper an id is are read from the entries, through SQLite's own indexes over
them (`Ledger`); which jobs are unfinished comes from the signed checkpoint and the entries after it
(`station.ledger.checkpoints`). Whoever changes a row here misleads a list until `ledger verify` compares it with the
entries.
"""

import contextlib
import json
import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from statistics import median

from station.errors import LedgerCorruptError
from station.ledger import codec, statistics
from station.ledger.database import Database
from station.ledger.entry import COLUMNS, GENESIS, Entry, StoredEntry
from station.ledger.job_events import JobOpened
from station.ledger.job_filter import JobFilter
from station.ledger.stages import EntryKind
from station.ledger.summary import SUMMARISED, JobSummary, is_summarised

VERSION = 8
"""Raise it whenever `JobSummary`, its fold or a table here changes."""
RECENT_JOBS = 100
"""How many of a model's last certified jobs an estimate is made from."""
MOST_FOUND = 1000
"""Rows a search gives at most."""
_PORTION = 500
_NO_END = 2**62

_KINDS = ", ".join(f"'{kind.value}'" for kind in sorted(SUMMARISED))
_TABLES = (
    "CREATE TABLE view_about (version INTEGER NOT NULL, number INTEGER NOT NULL, hash TEXT NOT NULL)",
    "CREATE TABLE view_job (number INTEGER NOT NULL PRIMARY KEY, id TEXT NOT NULL UNIQUE, open INTEGER NOT NULL, "
    "model TEXT NOT NULL, took_s INTEGER, words TEXT NOT NULL, opened_at TEXT NOT NULL, stage TEXT NOT NULL, "
    "awaiting INTEGER NOT NULL, operator TEXT NOT NULL, reasons TEXT NOT NULL, ended TEXT NOT NULL, "
    "asset_tag TEXT NOT NULL COLLATE NOCASE, lot TEXT NOT NULL COLLATE NOCASE, "
    "summary TEXT NOT NULL, method TEXT NOT NULL, grade TEXT NOT NULL, result TEXT NOT NULL, reason TEXT NOT NULL, "
    "validator TEXT NOT NULL, decision TEXT NOT NULL)",
    "CREATE INDEX view_job_open ON view_job (number) WHERE open",
    "CREATE INDEX view_job_awaiting ON view_job (number) WHERE awaiting",
    "CREATE INDEX view_job_tag ON view_job (asset_tag, number) WHERE asset_tag <> ''",
    "CREATE INDEX view_job_lot ON view_job (lot, number) WHERE lot <> ''",
    "CREATE INDEX view_job_took ON view_job (model, number) WHERE took_s IS NOT NULL",
    statistics.INDEX,
)
_SEARCH = "CREATE VIRTUAL TABLE view_words USING fts5 (words, tokenize = 'trigram')"
_UPDATE = (
    "UPDATE view_job SET open = ?, model = ?, took_s = ?, words = ?, opened_at = ?, stage = ?, awaiting = ?, "
    "operator = ?, reasons = ?, ended = ?, asset_tag = ?, lot = ?, summary = ?, method = ?, grade = ?, result = ?, "
    "reason = ?, validator = ?, decision = ? WHERE number = ?"
)
_FOLDED = f"SELECT {COLUMNS} FROM entry WHERE job = ? AND kind IN ({_KINDS}) ORDER BY number"  # noqa: S608 - constants
_TAIL = f"SELECT {COLUMNS} FROM entry WHERE number > ? AND kind IN ({_KINDS}) ORDER BY number"  # noqa: S608 - constants


class Projection:
    """The summaries of a ledger's jobs. Reading waits for no append.

    Made when it is first read or written, not when the ledger is opened: a ledger that is broken can still be
    verified and copied.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self.is_current = False

    # writing, inside the append's transaction -----------------------------------------------------------------------

    def take(self, connection: sqlite3.Connection, entry: Entry) -> None:
        """Add one entry, which has just been inserted; once that is committed, set `is_current`.

        Raises: LedgerCorruptError.
        """
        if not self.is_current:
            self._bring_up_to_date(connection)
        elif is_summarised(entry.event):
            self._add(connection, entry)
            connection.execute("UPDATE view_about SET number = ?, hash = ?", (entry.number, entry.hash))

    def rebuild(self) -> int:
        """Make it anew from the entries; returns the number of jobs. Raises: LedgerError."""
        with self._database.writing() as connection:
            number = self._build(connection)
        self.is_current = True
        return number

    def _add(self, connection: sqlite3.Connection, entry: Entry) -> None:
        row = connection.execute("SELECT summary, words FROM view_job WHERE id = ?", (entry.job,)).fetchone()
        if row is not None:
            try:
                summary = codec.from_json(JobSummary, json.loads(row[0])).after(entry)
            except (ValueError, TypeError, RecursionError):  # a damaged list stops no work: the entries tell
                folded = self._fold(connection, entry.job)
                if folded is None:
                    return
                summary = folded
            _store(connection, summary, words_before=row[1])
        elif isinstance(entry.event, JobOpened):
            _store(connection, JobSummary.begun(entry, entry.event), words_before=None)

    def _bring_up_to_date(self, connection: sqlite3.Connection) -> None:
        about = _about(connection)
        if about is None:
            self._build(connection)
            return
        last = None
        for row in connection.execute(_TAIL, (about[0],)).fetchall():  # what an earlier version of the program wrote
            last = self._read(row)
            self._add(connection, last)
        if last is not None:
            connection.execute("UPDATE view_about SET number = ?, hash = ?", (last.number, last.hash))

    def _build(self, connection: sqlite3.Connection) -> int:
        for name in ("view_words", "view_job", "view_about"):
            connection.execute(f"DROP TABLE IF EXISTS {name}")
        for statement in _TABLES:
            connection.execute(statement)
        with contextlib.suppress(sqlite3.OperationalError):  # a SQLite without FTS5: `find` looks at every row instead
            connection.execute(_SEARCH)
        number = 0
        for number, summary in enumerate(self._folded(connection), 1):  # noqa: B007 - the count is what is wanted
            _store(connection, summary, words_before=None)
        last = connection.execute("SELECT number, hash FROM entry ORDER BY number DESC LIMIT 1").fetchone()
        connection.execute("INSERT INTO view_about VALUES (?, ?, ?)", (VERSION, *(last or (0, GENESIS))))
        return number

    def _folded(self, connection: sqlite3.Connection) -> Iterator[JobSummary]:
        """Every job out of its entries, oldest first; one job in memory at a time."""
        opened = EntryKind.JOB_OPENED.value  # stands in the query itself: a parameter would not find the partial index
        query = f"SELECT number, job FROM entry WHERE kind = '{opened}' ORDER BY number"  # noqa: S608 - a constant
        seen: set[str] = set()
        for _number, job in connection.execute(query).fetchall():
            if job not in seen and (summary := self._fold(connection, job)) is not None:
                seen.add(job)
                yield summary

    def _fold(self, connection: sqlite3.Connection, job: str) -> JobSummary | None:
        summary: JobSummary | None = None
        for row in connection.execute(_FOLDED, (job,)):
            entry = self._read(row)
            if summary is not None:
                summary = summary.after(entry)
            elif isinstance(entry.event, JobOpened):
                summary = JobSummary.begun(entry, entry.event)
        return summary

    def _read(self, row: tuple[object, ...]) -> Entry:
        try:
            return StoredEntry._make(row).read()
        except ValueError as error:
            raise LedgerCorruptError(subject=str(self._database.path), got=f"entry {row[0]}") from error

    # reading --------------------------------------------------------------------------------------------------------

    def jobs(self, *, only_open: bool = False) -> Iterator[JobSummary]:
        """All jobs, oldest first, or those that are not finished. Raises: LedgerError."""
        self._must_be_current()
        where = "number > ? AND open" if only_open else "number > ?"
        after, rows = 0, [(0, "")]
        while rows:
            with self._database.reading() as connection:
                rows = connection.execute(
                    f"SELECT number, summary FROM view_job WHERE {where} ORDER BY number LIMIT {_PORTION}",  # noqa: S608 - constants
                    (after,),
                ).fetchall()
            for after, text in rows:  # noqa: B007 - the last number is where the next portion begins
                yield self._summary(text)

    def find(self, wanted: str) -> tuple[JobSummary, ...]:
        """Jobs with that text in their id, slot, model, numbers, papers or technician; the newest, at most 1,000."""
        return self.select(JobFilter(text=wanted), most=MOST_FOUND)

    def select(
        self, wanted: JobFilter, *, most: int, skip: int = 0, below: int | None = None
    ) -> tuple[JobSummary, ...]:
        """The newest `most` jobs that fit, after the first `skip` of them; newest first. `below`: only those whose
        number is less, which is where an earlier answer ended. Raises: LedgerError.
        """
        self._must_be_current()
        with self._database.reading() as connection:
            condition, values = wanted.condition(searched=_has_table(connection, "view_words"))
            query = (
                f"SELECT summary FROM view_job WHERE ({condition}) AND number < ? ORDER BY number DESC LIMIT ? OFFSET ?"  # noqa: S608 - constants
            )
            rows = connection.execute(query, (*values, _NO_END if below is None else below, most, skip)).fetchall()
        return tuple(self._summary(found) for (found,) in rows)

    def each(self, wanted: JobFilter) -> Iterator[JobSummary]:
        """All jobs that fit, oldest first, a portion in memory at a time; those that come meanwhile are among them.

        Raises: LedgerError.
        """
        self._must_be_current()
        after, rows = 0, [(0, "")]
        while rows:
            with self._database.reading() as connection:
                condition, values = wanted.condition(searched=_has_table(connection, "view_words"))
                query = f"SELECT number, summary FROM view_job WHERE {condition} AND number > ? ORDER BY number LIMIT ?"  # noqa: S608 - constants
                rows = connection.execute(query, (*values, after, _PORTION)).fetchall()
            for after, text in rows:  # noqa: B007 - as above
                yield self._summary(text)

    def lots(self) -> tuple[tuple[str, int], ...]:
        """Every lot that a job is of, with how many are. Raises: LedgerError."""
        self._must_be_current()
        with self._database.reading() as connection:
            query = "SELECT lot, count(*) FROM view_job WHERE lot <> '' GROUP BY lot"
            return tuple((str(lot), int(number)) for lot, number in connection.execute(query))

    def count(self, wanted: JobFilter) -> Mapping[str, int]:
        """How many jobs fit, by stage; "awaiting", "withdrawn" and "replaced" are counted besides, "" is all of them.

        Raises: LedgerError.
        """
        self._must_be_current()
        with self._database.reading() as connection:
            condition, values = wanted.condition(searched=_has_table(connection, "view_words"))
            query = (
                "SELECT stage, ended, sum(awaiting), count(*) "  # noqa: S608 - constants
                f"FROM view_job WHERE {condition} GROUP BY stage, ended"
            )
            rows = connection.execute(query, values).fetchall()
        found: Counter[str] = Counter({"": 0})
        for stage, ended, awaiting, number in rows:
            found.update({"": number, stage: number, "awaiting": awaiting})
            if ended:
                found[ended] += number
        return found

    def usual_s(self, model: str) -> float | None:
        """How long a job with that model usually takes: the median of its last certified ones; None without any."""
        self._must_be_current()
        query = "SELECT took_s FROM view_job WHERE model = ? AND took_s IS NOT NULL ORDER BY number DESC LIMIT ?"
        with self._database.reading() as connection:
            spent = [seconds for (seconds,) in connection.execute(query, (model, RECENT_JOBS))]
        return float(median(spent)) if spent else None

    def statistics(self, days: Sequence[statistics.Day]) -> statistics.Statistics:
        """The jobs opened on these days, counted, all from one moment of the ledger. Raises: LedgerError."""
        self._must_be_current()
        with self._database.snapshot() as connection:
            return statistics.counted(connection, days)

    def fold(self, job: str) -> JobSummary | None:
        """A job's summary from its entries, whatever stands in its row here."""
        with self._database.reading() as connection:
            return self._fold(connection, job)

    def differences(self) -> Iterator[str]:
        """Ids of jobs whose row does not say what their entries say. Raises: LedgerError."""
        self._must_be_current()
        with self._database.snapshot() as connection:
            searched = _has_table(connection, "view_words")
            rows = words = 0
            for summary in self._folded(connection):
                rows += 1
                found = connection.execute("SELECT * FROM view_job WHERE id = ?", (summary.id,)).fetchone()
                said = (summary.words,)
                if searched:
                    words += 1
                    query = "SELECT words FROM view_words WHERE rowid = ?"
                    said = connection.execute(query, (summary.number,)).fetchone()
                if found != _row(summary) or said != (summary.words,):
                    yield summary.id
            for table, expected in (("view_job", rows), ("view_words", words)):
                if _has_table(connection, table):
                    (count,) = connection.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608 - of ours
                    if count != expected:
                        yield table

    def _must_be_current(self) -> None:
        """Another process may have appended what this one has not seen: SQLite shows it; an earlier program's, not."""
        if self.is_current:
            return
        with self._database.reading() as connection:
            about = _about(connection)
            behind = about is None or connection.execute(f"{_TAIL} LIMIT 1", (about[0],)).fetchone() is not None
        if behind:
            with self._database.writing() as connection:
                self._bring_up_to_date(connection)
        self.is_current = True

    def _summary(self, text: str) -> JobSummary:
        try:
            return codec.from_json(JobSummary, json.loads(text))
        except (ValueError, TypeError, RecursionError) as error:
            raise LedgerCorruptError(subject=str(self._database.path), got="view_job") from error


def _about(connection: sqlite3.Connection) -> tuple[int, str] | None:
    """The entry it was built to; None when it has to be made anew."""
    if not _has_table(connection, "view_about"):
        return None
    row = connection.execute("SELECT number, hash, version FROM view_about").fetchone()
    if row is None or row[2] != VERSION:
        return None
    if row[:2] == (0, GENESIS):
        return 0, GENESIS
    there = connection.execute("SELECT hash FROM entry WHERE number = ?", (row[0],)).fetchone()
    return (row[0], row[1]) if there == (row[1],) else None


def _has_table(connection: sqlite3.Connection, name: str) -> bool:
    return connection.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (name,)).fetchone() is not None


def _row(summary: JobSummary) -> tuple[object, ...]:
    text = json.dumps(codec.to_json(summary), separators=(",", ":"), ensure_ascii=False)
    return (
        summary.number,
        summary.id,
        int(not summary.finished),
        summary.model,
        summary.took_s,
        summary.words,
        summary.opened_at,
        summary.stage.value,
        int(summary.awaits_decision),
        summary.performed_by,
        f" {' '.join((summary.failure, *summary.problems, *summary.reasons))} ",
        summary.ended,
        summary.asset_tag,
        summary.lot,
        text,
        summary.method,
        summary.grade,
        summary.result.value,
        summary.main_reason,
        summary.validator,
        summary.decision,
    )


def _store(connection: sqlite3.Connection, summary: JobSummary, *, words_before: str | None) -> None:
    row = _row(summary)
    if words_before is None:
        marks = ", ".join("?" * len(row))
        connection.execute(f"INSERT INTO view_job VALUES ({marks})", row)  # noqa: S608 - constants
    else:
        connection.execute(_UPDATE, (*row[2:], row[0]))
    if summary.words != words_before and _has_table(connection, "view_words"):
        if words_before is not None:
            connection.execute("DELETE FROM view_words WHERE rowid = ?", (summary.number,))
        connection.execute("INSERT INTO view_words (rowid, words) VALUES (?, ?)", (summary.number, summary.words))
