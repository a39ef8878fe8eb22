# SPDX-License-Identifier: GPL-3.0-or-later
"""How often a phone was here is counted by the rule that says which phone is the same, never by its serial alone."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from phones.identity import PhoneIdentity
from station.errors import LedgerCorruptError
from station.ledger.entry import COLUMNS, StoredEntry
from station.ledger.job_events import PhoneIdentified
from station.ledger.ledger import Ledger
from station.ledger.same_phone import jobs_of
from tests.support import lives
from tests.support.direct_bench import VirtualClock

FIRST, SECOND = "356938035643809", "490154203237518"
PHONE = PhoneIdentity(numbers={"serial": "F2LDEMO0Q1MN", "imei1": FIRST, "imei2": SECOND})


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    made = Ledger(tmp_path / "ledger.sqlite3", clock=VirtualClock())
    lives.open_job(made, "apple", lives.SETTINGS, job_id="JOB1").write(PhoneIdentified(phone=PHONE, attempt=1))
    yield made
    made.close()


@pytest.mark.parametrize(
    "numbers",
    [
        {"serial": "F2LDEMO0Q1MN"},
        {"imei1": SECOND, "imei2": FIRST},
        {"imei1": SECOND},
        {"serial": "F2LDEMO0Q1MN", "imei1": SECOND, "imei2": FIRST},
    ],
)
def test_a_phone_that_answers_less_or_swaps_its_imeis_was_here_before(ledger: Ledger, numbers: dict[str, str]) -> None:
    assert jobs_of(ledger, PhoneIdentity(numbers=numbers), but="JOB2") == ("JOB1",)
    assert jobs_of(ledger, PhoneIdentity(numbers=numbers), but="JOB1") == ()


def test_another_phone_with_the_same_serial_number_was_not(ledger: Ledger) -> None:
    other = PhoneIdentity(numbers={"serial": "F2LDEMO0Q1MN", "imei1": "352099001761481"})
    assert jobs_of(ledger, other, but="JOB2") == ()


def test_a_second_life_of_a_phone_that_swapped_its_imeis_and_hides_its_serial_number_is_its_second_attempt(
    tmp_path: Path,
) -> None:
    imeis = [FIRST, SECOND]
    first = lives.live({**lives.PIXEL_16, "imeis": imeis}, folder=tmp_path, job_id="TESTJOB1")
    again = {**lives.PIXEL_16, "imeis": imeis[::-1]}
    second = lives.live(again, folder=tmp_path, job_id="TESTJOB2")
    stranger = {**lives.PIXEL_16, "imeis": ["352099001761481"]}
    third = lives.live(stranger, folder=tmp_path, job_id="TESTJOB3")
    assert [life.job.attempt for life in (first, second, third)] == [1, 2, 1]


@pytest.mark.parametrize("hashed_anew", [False, True])
def test_an_entry_that_somebody_changed_is_not_counted_but_told(
    ledger: Ledger, tmp_path: Path, *, hashed_anew: bool
) -> None:
    lives.open_job(ledger, "apple", lives.SETTINGS, job_id="JOB2")
    with sqlite3.connect(tmp_path / "ledger.sqlite3") as connection:
        connection.execute("DROP TRIGGER entry_is_never_changed")
        row = StoredEntry._make(connection.execute(f"SELECT {COLUMNS} FROM entry WHERE kind = 'identity'").fetchone())
        changed = row._replace(payload=row.payload.replace(FIRST, "352099001761481"))
        digest = changed.digest() if hashed_anew else row.hash
        connection.execute(
            "UPDATE entry SET payload = ?, hash = ? WHERE number = ?", (changed.payload, digest, row.number)
        )
    with pytest.raises(LedgerCorruptError, match=f"entry {row.number}"):
        jobs_of(ledger, PHONE, but="JOB2")
