# SPDX-License-Identifier: GPL-3.0-or-later
"""The read model says what the entries say, whatever happened to either, and is never waited for."""

import sqlite3
import tempfile
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from phones.clock import SystemClock
from station.ledger import projection
from station.ledger.event import Event
from station.ledger.job import Job
from station.ledger.job_events import JobMoved, PhoneIdentified
from station.ledger.ledger import Ledger
from station.ledger.stages import EntryKind, Stage
from station.ledger.summary import LONGEST_WORDS
from tests.support import lives
from tests.support.ledger_events import HISTORIES, write
from tests.support.ledger_payloads import an_event

History = list[tuple[str, Event]]


@contextmanager
def new_ledger() -> Iterator[Ledger]:
    with (
        tempfile.TemporaryDirectory(dir=lives.MEMORY) as folder,
        closing(Ledger(Path(folder) / "ledger.sqlite3", clock=SystemClock())) as ledger,
    ):
        yield ledger


@contextmanager
def raw(ledger: Ledger) -> Iterator[sqlite3.Connection]:
    """Somebody else with the file in hand."""
    with closing(sqlite3.connect(ledger.path, isolation_level=None)) as connection:
        yield connection


def tables(ledger: Ledger) -> list[list[tuple[object, ...]]]:
    with raw(ledger) as connection:
        return [
            connection.execute(f"SELECT * FROM {name} ORDER BY 1").fetchall()
            for name in ("view_about", "view_job", "view_words")
        ]


@settings(max_examples=60, deadline=None)
@given(HISTORIES)
def test_after_any_events_it_is_what_is_made_anew_from_the_entries(history: History) -> None:
    with new_ledger() as ledger:
        write(ledger, history)
        assert list(ledger.view.differences()) == []
        written = tables(ledger)[1:]
        assert ledger.view.rebuild() == len(ledger.jobs() and set(ledger.jobs()))
        assert tables(ledger)[1:] == written


@settings(max_examples=60, deadline=None)
@given(HISTORIES)
def test_a_row_says_what_the_job_itself_says(history: History) -> None:
    with new_ledger() as ledger:
        write(ledger, history)
        for summary in ledger.view.jobs():
            job = Job.load(ledger, summary.id)
            assert job is not None
            assert job.summary == summary == ledger.view.fold(summary.id)
        still_open = [summary.id for summary in ledger.view.jobs() if not summary.finished]
        assert [summary.id for summary in ledger.view.jobs(only_open=True)] == still_open


@settings(max_examples=30, deadline=None)
@given(HISTORIES, HISTORIES)
def test_what_an_earlier_program_appended_is_caught_up_with(before: History, after: History) -> None:
    with new_ledger() as ledger:
        write(ledger, before)
        list(ledger.view.jobs())
        kept = tables(ledger)
        write(ledger, after)
        with raw(ledger) as connection:  # as if the later entries had been written by a program that knows no lists
            for name, rows in zip(("view_about", "view_job", "view_words"), kept, strict=True):
                connection.execute(f"DELETE FROM {name}")
                marks = ", ".join("?" * len(rows[0])) if rows else ""
                if name == "view_words":
                    connection.executemany(
                        "INSERT INTO view_words (rowid, words) SELECT number, words FROM view_job WHERE words = ?",
                        rows,
                    )
                elif rows:
                    connection.executemany(f"INSERT INTO {name} VALUES ({marks})", rows)
        with closing(Ledger(ledger.path, clock=SystemClock())) as again:
            assert list(again.view.differences()) == []


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE view_job SET open = 0",
        "UPDATE view_job SET summary = replace(summary, 'phone_lost', 'nothing')",
        "DELETE FROM view_job WHERE id = 'JOB00001'",
        "INSERT INTO view_job SELECT 999, 'JOB00009', open, model, took_s, words, opened_at,"
        " stage, awaiting, operator, reasons, ended, asset_tag, lot, summary, method, grade, result, reason, validator,"
        " decision FROM view_job",
        "DELETE FROM view_words",
        "UPDATE view_words SET words = 'another'",
    ],
)
def test_a_changed_list_is_found_and_made_anew(damage: str) -> None:
    with new_ledger() as ledger:
        write(ledger, [("JOB00001", an_event(EntryKind.IDENTITY)), ("JOB00001", an_event(EntryKind.FAILURE))])
        with raw(ledger) as connection:
            connection.execute(damage)
        assert list(ledger.view.differences())
        ledger.view.rebuild()
        assert list(ledger.view.differences()) == []


@pytest.mark.parametrize(
    "damage", ["DROP TABLE view_about", "UPDATE view_about SET version = 0", "UPDATE view_about SET hash = 'x'"]
)
def test_one_of_another_version_or_of_another_ledger_is_made_anew_by_itself(damage: str) -> None:
    with new_ledger() as ledger:
        write(ledger, [("JOB00001", an_event(EntryKind.IDENTITY))])
        with raw(ledger) as connection:
            connection.execute("UPDATE view_job SET summary = '{}'")
            connection.execute(damage)
        with closing(Ledger(ledger.path, clock=SystemClock())) as again:
            assert [summary.id for summary in again.view.jobs()] == ["JOB00001"]
            assert list(again.view.differences()) == []


@pytest.mark.parametrize("damage", ["summary = '{'", "summary = '{}'", "summary = NULL", "summary = 7, words = 7"])
def test_a_damaged_list_stops_no_job_and_is_mended_by_its_next_entry(damage: str) -> None:
    with new_ledger() as ledger:
        write(ledger, [("JOB00001", an_event(EntryKind.IDENTITY))])
        with raw(ledger) as connection:
            connection.execute("PRAGMA ignore_check_constraints = ON")
            connection.execute(f"UPDATE OR IGNORE view_job SET {damage}")
        write(ledger, [("JOB00001", an_event(EntryKind.FAILURE))])
        assert [job.failure for job in ledger.view.jobs()] == ["phone_lost"]


def test_an_append_that_fails_leaves_neither_entry_nor_row(monkeypatch: pytest.MonkeyPatch) -> None:
    with new_ledger() as ledger:
        write(ledger, [("JOB00001", an_event(EntryKind.IDENTITY))])
        number = ledger.last_number()
        with raw(ledger) as connection:
            connection.execute("CREATE TRIGGER broken BEFORE UPDATE ON view_job BEGIN SELECT RAISE(ABORT, 'x'); END")
            with pytest.raises(Exception, match="x"):
                ledger.append(an_event(EntryKind.FAILURE), "JOB00001")
            connection.execute("DROP TRIGGER broken")
        assert ledger.last_number() == number
        ledger.append(an_event(EntryKind.FAILURE), "JOB00001")
        assert list(ledger.view.differences()) == []


@settings(max_examples=40, deadline=None)
@example(history=[], wanted="00\x00")
@given(HISTORIES, st.text(max_size=12) | st.sampled_from(["S1", "3809", "%", "_", '"', "a OR b", "*", "pixel", "\x00"]))
def test_a_search_finds_whatever_holds_the_text_and_takes_no_commands(history: History, wanted: str) -> None:
    with new_ledger() as ledger:
        write(ledger, history)
        text = wanted.strip()
        expected = {job.id for job in ledger.view.jobs() if text.lower() in job.words.lower()}
        found = {job.id for job in ledger.view.find(wanted)}
        if text.isascii() and "\x00" not in text:
            assert found == expected
        with raw(ledger) as connection:
            connection.execute("DROP TABLE view_words")
        if text.isascii() and "\x00" not in text:
            assert {job.id for job in ledger.view.find(wanted)} == expected, "the same without FTS5"


def test_what_can_be_searched_is_bounded() -> None:
    with new_ledger() as ledger:
        event = an_event(EntryKind.IDENTITY)
        assert isinstance(event, PhoneIdentified)
        write(ledger, [("JOB00001", event)] * 2)
        (summary,) = ledger.view.jobs()
        assert len(summary.words) <= LONGEST_WORDS
        assert ledger.view.find("x" * 100_000) == ()


def test_an_estimate_is_the_median_of_the_last_jobs_with_that_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(projection, "RECENT_JOBS", 2)
    with new_ledger() as ledger:
        assert ledger.view.usual_s("Pixel 9") is None
        certified = JobMoved(from_=Stage.VERIFIED, to=Stage.CERTIFIED, because=())
        for job in ("JOB00001", "JOB00002", "JOB00003"):
            write(ledger, [(job, an_event(EntryKind.IDENTITY)), (job, certified)])
        with raw(ledger) as connection:
            for seconds, job in ((9000, "JOB00001"), (100, "JOB00002"), (200, "JOB00003")):
                connection.execute("UPDATE view_job SET took_s = ? WHERE id = ?", (seconds, job))
        assert ledger.view.usual_s("Pixel 9") == 150.0


def test_reading_waits_for_no_append_and_an_append_for_no_reader() -> None:
    with new_ledger() as ledger:
        write(ledger, [("JOB00001", an_event(EntryKind.IDENTITY))])
        with raw(ledger) as other:
            other.execute("BEGIN IMMEDIATE")  # an append of another process that hangs
            read = threading.Thread(target=lambda: [list(ledger.view.jobs()), list(ledger.entries())])
            read.start()
            read.join(90)
            assert not read.is_alive()
            other.execute("ROLLBACK")
        slow = ledger.entries()
        next(slow)
        ledger.append(an_event(EntryKind.FAILURE), "JOB00001")
        assert len(list(slow)) == 1  # it goes on with what it had read


def test_a_ledger_whose_payload_nobody_can_read_can_still_be_opened_verified_and_copied(tmp_path: Path) -> None:
    with new_ledger() as ledger:
        write(ledger, [("JOB00001", an_event(EntryKind.IDENTITY))])
        with raw(ledger) as connection:
            connection.execute("DROP TRIGGER entry_is_never_changed")
            connection.execute("UPDATE entry SET payload = 'no JSON' WHERE number = 1")
            connection.execute("DROP TABLE view_about")
        with closing(Ledger(ledger.path, clock=SystemClock())) as again:
            again.backup(tmp_path / "copy")
            with pytest.raises(Exception, match="entry 1"):
                again.verify()
            with pytest.raises(Exception, match="entry 1"):
                list(again.view.jobs())


def test_who_was_here_before_and_whose_paper_it_is_are_read_from_the_entries() -> None:
    """A list that somebody changed decides nothing about a phone."""
    with new_ledger() as ledger:
        identity = an_event(EntryKind.IDENTITY)
        assert isinstance(identity, PhoneIdentified)
        write(ledger, [("JOB00001", identity), ("JOB00001", an_event(EntryKind.CERTIFICATE))])
        with raw(ledger) as connection:
            connection.execute("DELETE FROM view_job")
        assert [entry.job for entry in ledger.identities_with([identity.phone.serial])] == ["JOB00001"]
        assert [entry.job for entry in ledger.identities_with([identity.phone.number("imei2"), "", "x"])] == [
            "JOB00001"
        ]
        assert ledger.job_of_paper("PW-0000-0000-0000-0001") == "JOB00001"
        assert ledger.job_of_paper("PW-0000-0000-0000-0009") is None
