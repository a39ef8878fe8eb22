# SPDX-License-Identifier: GPL-3.0-or-later
"""What the station signed of its history: a start walks from there, and nobody can change what lies before unseen."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phones.clock import SystemClock
from station.errors import LedgerCorruptError
from station.ledger import checkpoints
from station.ledger.checkpoints import (
    check_all,
    sign_first,
    sign_if_due,
    unfinished_jobs,
    verify_job,
    verify_since_checkpoint,
)
from station.ledger.entry import entry_hash
from station.ledger.event import Event
from station.ledger.ledger import Ledger
from station.ledger.paper_events import CheckpointSigned
from station.ledger.stages import EntryKind
from tests.station.ledger.test_projection import new_ledger
from tests.support import lives
from tests.support.ledger_events import HISTORIES, write
from tests.support.ledger_payloads import an_event

STATION = lives.signer().station


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """Ten entries, a checkpoint over them, ten more."""
    with closing(Ledger(tmp_path / "ledger.sqlite3", clock=SystemClock())) as made:
        write(made, [("JOB00001", an_event(EntryKind.FAILURE))] * 9)
        sign_first(made, lives.signer())
        write(made, [("JOB00002", an_event(EntryKind.FAILURE))] * 9)
        yield made


def change(path: Path, number: int, *, whole_chain: bool) -> None:
    """Somebody with the file in hand writes another reason into an entry, and all hashes after it anew if they can."""
    with closing(sqlite3.connect(path, isolation_level=None)) as raw:
        raw.execute("DROP TRIGGER entry_is_never_changed")
        raw.execute("UPDATE entry SET payload = replace(payload, 'phone_lost', 'rejected') WHERE number = ?", (number,))
        if not whole_chain:
            return
        previous = "0" * 64
        for row in raw.execute("SELECT number, at, job, kind, payload FROM entry ORDER BY number").fetchall():
            each, at, job, kind, payload = row
            digest = entry_hash(each, at, job, kind, payload, previous)
            raw.execute("UPDATE entry SET previous = ?, hash = ? WHERE number = ?", (previous, digest, each))
            previous = digest


def test_a_start_walks_from_the_checkpoint(ledger: Ledger) -> None:
    verified = verify_since_checkpoint(ledger, STATION)
    assert (verified.since, verified.number) == (10, 21)
    assert verified.head == ledger.hash_of(21)
    assert ledger.verify() == (verified.number, verified.head)
    assert check_all(ledger, lambda _key: STATION) == 0
    assert check_all(ledger, lambda _key: None) == 1


@pytest.mark.parametrize("number", [10, 15, 21])
def test_a_change_after_the_checkpoint_or_of_its_last_entry_is_found_at_the_start(ledger: Ledger, number: int) -> None:
    change(ledger.path, number, whole_chain=False)
    if number == 21:  # the checkpoint's own successor has no reason to change: change its time instead
        with closing(sqlite3.connect(ledger.path, isolation_level=None)) as raw:
            raw.execute("UPDATE entry SET at = 'x' WHERE number = 21")
    with pytest.raises(LedgerCorruptError, match=f"entry {number}"):
        verify_since_checkpoint(ledger, STATION)


def test_a_change_before_the_checkpoint_is_found_by_the_whole_walk(ledger: Ledger) -> None:
    change(ledger.path, 5, whole_chain=False)
    assert verify_since_checkpoint(ledger, STATION).since == 10
    with pytest.raises(LedgerCorruptError, match="entry 5"):
        ledger.verify()


@pytest.mark.parametrize("whole_chain", [False, True])
def test_a_changed_entry_of_a_job_before_the_checkpoint_is_found_before_anybody_acts_on_the_job(
    ledger: Ledger, whole_chain: bool
) -> None:
    for job in ("JOB00001", "JOB00002"):
        verify_job(ledger, STATION, job)
        verify_job(ledger, None, job)
    change(ledger.path, 5, whole_chain=whole_chain)
    with pytest.raises(LedgerCorruptError):
        verify_job(ledger, STATION, "JOB00001")


def test_a_chain_made_anew_does_not_fit_what_the_station_signed(ledger: Ledger) -> None:
    change(ledger.path, 5, whole_chain=True)
    ledger.verify()
    with pytest.raises(LedgerCorruptError):
        check_all(ledger, lambda _key: STATION)
    with pytest.raises(LedgerCorruptError):
        verify_since_checkpoint(ledger, STATION)


@pytest.mark.parametrize("field", ["number", "hash", "unfinished", "signature"])
def test_a_checkpoint_that_says_more_than_was_signed_is_found(ledger: Ledger, field: str) -> None:
    (signed,) = ledger.all_of(CheckpointSigned)
    payload = signed.to_json()
    payload[field] = {"number": 9, "hash": ledger.hash_of(9), "unfinished": [], "signature": "AAEC"}[field]
    with closing(sqlite3.connect(ledger.path, isolation_level=None)) as raw:
        raw.execute("DROP TRIGGER entry_is_never_changed")
        text = json.dumps(payload, sort_keys=True, separators=(",", ":"))
        raw.execute("UPDATE entry SET payload = ? WHERE kind = 'checkpoint'", (text,))
    with pytest.raises(LedgerCorruptError):
        verify_since_checkpoint(ledger, STATION)


def test_a_checkpoint_of_another_key_counts_for_nothing(ledger: Ledger) -> None:
    (signed,) = ledger.all_of(CheckpointSigned)
    ledger.append(CheckpointSigned(number=21, hash="ab" * 32, unfinished=(), key="0" * 16, signature=b"x"), "")
    verified = verify_since_checkpoint(ledger, STATION)
    assert (verified.since, verified.may_be_unfinished) == (0, None)
    assert signed.key == STATION.key_id


def test_the_first_checkpoint_may_be_that_of_an_empty_ledger(tmp_path: Path) -> None:
    with closing(Ledger(tmp_path / "ledger.sqlite3", clock=SystemClock())) as ledger:
        sign_first(ledger, lives.signer())
        sign_first(ledger, lives.signer())
        assert ledger.last_number() == 1
        write(ledger, [("JOB00001", an_event(EntryKind.FAILURE))])
        verified = verify_since_checkpoint(ledger, STATION)
        assert verified.number == 3
        assert [job.id for job in unfinished_jobs(ledger, verified)] == ["JOB00001"]
        assert check_all(ledger, lambda _key: STATION) == 0


def test_nothing_is_signed_over_a_history_that_somebody_changed(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoints, "EVERY", 5)
    change(ledger.path, 15, whole_chain=False)
    number = ledger.last_number()
    with pytest.raises(LedgerCorruptError, match="entry 15"):
        sign_if_due(ledger, lives.signer())
    assert ledger.last_number() == number


def test_a_checkpoint_is_signed_when_enough_was_written(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    sign_if_due(ledger, lives.signer())
    assert len(list(ledger.all_of(CheckpointSigned))) == 1
    monkeypatch.setattr(checkpoints, "EVERY", 5)
    sign_if_due(ledger, lives.signer())
    first, second = ledger.all_of(CheckpointSigned)
    assert (first.number, second.number) == (10, 21)
    assert verify_since_checkpoint(ledger, STATION).since == 21


@pytest.mark.parametrize("lie", ["DELETE FROM view_job", "UPDATE view_job SET open = 0, summary = '{}'"])
def test_a_job_left_open_is_resumed_whatever_the_lists_say(ledger: Ledger, lie: str) -> None:
    with closing(sqlite3.connect(ledger.path, isolation_level=None)) as raw:
        raw.execute(lie)
    found = unfinished_jobs(ledger, verify_since_checkpoint(ledger, STATION))
    assert [job.id for job in found] == ["JOB00001", "JOB00002"]
    found = unfinished_jobs(ledger, verify_since_checkpoint(ledger, None))
    assert [job.id for job in found] == ["JOB00001", "JOB00002"], "without a checkpoint the lists are made anew first"


@settings(max_examples=40, deadline=None)
@given(st.lists(HISTORIES, min_size=1, max_size=4))
def test_the_jobs_that_go_on_are_those_that_are_not_finished(parts: list[list[tuple[str, Event]]]) -> None:
    with new_ledger() as ledger:
        sign_first(ledger, lives.signer())
        for part in parts:
            write(ledger, part)
            checkpoints._sign(ledger, lives.signer())
        verified = verify_since_checkpoint(ledger, STATION)
        expected = [job.id for job in ledger.view.jobs() if not job.finished]
        assert [job.id for job in unfinished_jobs(ledger, verified)] == expected
        assert verified.since > 0
