# SPDX-License-Identifier: GPL-3.0-or-later
"""What was stated of a phone before it was plugged in reaches its job, once, and no other phone's."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phones.identity import PhoneIdentity
from phones.port import Platform
from station.ledger.ahead import MOST_AHEAD, SLOT_WAITS, ahead_of_lot, ahead_of_numbers, ahead_of_slot, fields_of
from station.ledger.job import Job
from station.ledger.job_events import JobOpened, PhoneIdentified
from station.ledger.job_filter import JobFilter
from station.ledger.ledger import Ledger
from station.ledger.trade_events import FieldsStated, LotStated
from tests.support import lives
from tests.support.direct_bench import VirtualClock

IMEI = "356938035643809"
PHONE = PhoneIdentity(marketing_name="Pixel 9", numbers={"serial": "HT7A1B2C3D4E", "imei1": IMEI})
OTHER = PhoneIdentity(marketing_name="Pixel 9", numbers={"serial": "HT9Z9Z9Z9Z9Z"})


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def ledger(tmp_path: Path, clock: VirtualClock) -> Iterator[Ledger]:
    with closing(Ledger(tmp_path / "ledger.sqlite3", clock=clock)) as made:
        yield made


def state(ledger: Ledger, job: str = "", *, number: str = "", slot: str = "", **fields: str) -> int:
    return ledger.append(
        FieldsStated(fields=fields, by="Li Wei", role="operator", number=number, slot=slot), job
    ).number


def begin(ledger: Ledger, job: str, slot: str = "A1", **stated: str) -> Job:
    opened = JobOpened(
        port="1-1",
        slot=slot,
        platform=Platform.ANDROID,
        emulated=True,
        salt=bytes(16),
        policy=lives.SETTINGS.policy,
        performed_by=lives.TESTER,
        stated=stated or None,
    )
    return Job.open(ledger, job_id=job, opened=opened)


def identify(job: Job, phone: PhoneIdentity = PHONE) -> dict[str, str]:
    job.write(PhoneIdentified(phone=phone, attempt=1))
    row = job.ledger.view.fold(job.id)
    assert row == job.summary == next(iter(job.ledger.view.select(JobFilter(text=job.id), most=1)))
    assert list(job.ledger.view.differences()) == []
    return dict(job.summary.stated)


def test_what_was_stated_of_a_number_is_the_jobs_when_the_phone_is_known(ledger: Ledger) -> None:
    ahead = state(ledger, number=IMEI, asset_tag="A-1", lot="W48")
    job = begin(ledger, "JOB1")
    assert job.summary.stated == {}
    assert identify(job) == {"asset_tag": "A-1", "lot": "W48"}
    taken = [entry.event for entry in ledger.entries("JOB1") if isinstance(entry.event, FieldsStated)]
    assert [(each.ahead, each.by, each.role) for each in taken] == [(ahead, "Li Wei", "operator")]
    assert identify(job) == {"asset_tag": "A-1", "lot": "W48"}, "identified again, taken once"
    assert sum(isinstance(entry.event, FieldsStated) for entry in ledger.entries("JOB1")) == 1
    assert identify(begin(ledger, "JOB2")) == {}, "a return visit is stated again"


def test_another_phone_takes_nothing(ledger: Ledger) -> None:
    state(ledger, number=IMEI, asset_tag="A-1")
    assert identify(begin(ledger, "JOB1"), OTHER) == {}
    assert identify(begin(ledger, "JOB2")) == {"asset_tag": "A-1"}


def test_the_next_phone_in_a_slot_takes_what_was_stated_and_the_one_after_does_not(ledger: Ledger) -> None:
    state(ledger, slot="A1", asset_tag="A-1", note="cracked")
    state(ledger, slot="A1", asset_tag="A-2")
    assert begin(ledger, "JOB0", "A2").summary.stated == {}
    assert begin(ledger, "JOB1").summary.stated == {"asset_tag": "A-2", "note": "cracked"}
    assert begin(ledger, "JOB2").summary.stated == {}


def test_what_waited_too_long_for_a_slot_is_no_phones(ledger: Ledger, clock: VirtualClock) -> None:
    state(ledger, slot="A1", asset_tag="A-1")
    clock.sleep(SLOT_WAITS.total_seconds() + 1)
    assert begin(ledger, "JOB1").summary.stated == {}


def test_the_later_statement_counts_wherever_it_was_made(ledger: Ledger) -> None:
    state(ledger, number=IMEI, asset_tag="early", lot="early", note="early")
    job = begin(ledger, "JOB1", lot="settings", customer_ref="C1")
    assert job.summary.stated == {"lot": "settings", "customer_ref": "C1"}
    state(ledger, "JOB1", asset_tag="of the job")
    state(ledger, number=IMEI, lot="late")
    job = Job.load(ledger, "JOB1") or job
    assert identify(job) == {"asset_tag": "of the job", "lot": "late", "customer_ref": "C1", "note": "early"}


def test_an_empty_field_takes_back(ledger: Ledger) -> None:
    begin(ledger, "JOB1", lot="W48", note="n")
    state(ledger, "JOB1", lot="")
    summary = ledger.view.fold("JOB1")
    assert summary is not None
    assert dict(summary.stated) == {"note": "n"}


def test_a_job_is_found_by_tag_and_lot_as_a_whole_in_any_case(ledger: Ledger) -> None:
    begin(ledger, "JOB1", asset_tag="A-1", lot="W48")
    begin(ledger, "JOB2", asset_tag="A-10", lot="w48")
    begin(ledger, "JOB3")

    def found(**wanted: Any) -> list[str]:
        return [job.id for job in ledger.view.select(JobFilter(**wanted), most=9)]

    assert found(asset_tag="a-1") == ["JOB1"]
    assert found(lot="W48") == ["JOB2", "JOB1"]
    assert found(lot="W4%") == found(lot="W\x0048") == found(asset_tag="A_1") == []
    assert found(text="A-10") == ["JOB2"]


def test_a_lots_phones_that_have_not_come_are_known_by_number(ledger: Ledger) -> None:
    for number in (IMEI, "490154203237518", "352099001761481"):
        state(ledger, number=number, lot="W48")
    state(ledger, number="352099001761481", lot="W49")
    identify(begin(ledger, "JOB1"))
    assert ahead_of_lot(ledger, "W48") == ("490154203237518",)


def test_questions_about_what_waits_use_their_indexes(ledger: Ledger) -> None:
    for number in range(2 * MOST_AHEAD):
        state(ledger, number=str(100000 + number), slot="", lot="W48")
    assert len(ahead_of_lot(ledger, "W48")) == 2 * MOST_AHEAD  # INDEXED BY: a question without its index raises
    assert fields_of(ahead_of_numbers(ledger, ["100001"])) == {"lot": "W48"}
    assert ahead_of_slot(ledger, "A9", at="2026-11-21T10:00:00.000000Z") == ()


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["number", "slot", "job", "open", "identify"]),
        st.dictionaries(st.sampled_from(["asset_tag", "lot"]), st.sampled_from(["", "1", "2"]), max_size=2),
    ),
    max_size=14,
)


@settings(max_examples=60, deadline=None)
@given(STEPS)
def test_whatever_is_stated_in_whatever_order_a_field_is_what_was_stated_of_it_last(
    steps: list[tuple[str, dict[str, str]]],
) -> None:
    """Against a model: of the newest job, what reached it, by the time it was stated."""
    import tempfile

    with (
        tempfile.TemporaryDirectory(dir=lives.MEMORY) as folder,
        closing(Ledger(Path(folder) / "ledger.sqlite3", clock=VirtualClock())) as ledger,
    ):
        job: Job | None = None
        waiting: dict[str, list[tuple[int, dict[str, str]]]] = {"number": [], "slot": []}
        reached: list[tuple[int, dict[str, str]]] = []
        for index, (step, fields) in enumerate(steps):
            if step == "number":
                waiting[step].append((state(ledger, number=IMEI, **fields), fields))
            elif step == "slot":
                waiting[step].append((state(ledger, slot="A1", **fields), fields))
            elif step == "open":
                job = begin(ledger, f"JOB{index}")
                reached, waiting["slot"] = waiting["slot"], []
            elif job is not None and step == "identify":
                job = Job.load(ledger, job.id)
                assert job is not None
                identify(job)
                reached, waiting["number"] = reached + waiting["number"], []
            elif job is not None:
                reached.append((state(ledger, job.id, **fields), fields))
            if job is not None:
                expected: dict[str, str] = {}
                for _, each in sorted(reached, key=lambda pair: pair[0]):
                    expected |= each
                found = ledger.view.fold(job.id)
                assert found is not None
                assert dict(found.stated) == {name: expected[name] for name in expected if expected[name]}
        assert list(ledger.view.differences()) == []
        ledger.verify()


def test_a_ledger_that_an_earlier_version_made_takes_lots_and_tags(tmp_path: Path, clock: VirtualClock) -> None:
    """Its index of rare kinds was made before there were lots, and the others not at all."""
    path = tmp_path / "ledger.sqlite3"
    with closing(Ledger(path, clock=clock)) as before:
        begin(before, "JOB1")
    with closing(sqlite3.connect(path)) as raw:
        for index in ("entry_rare_kind", "entry_ahead_number", "entry_ahead_slot", "entry_ahead_lot", "entry_taken"):
            raw.execute(f"DROP INDEX IF EXISTS {index}")
        raw.execute("CREATE INDEX entry_rare_kind ON entry (kind, number) WHERE kind = 'job_opened' OR kind = 'sample'")
    for _ in range(2):  # and once more, as every version after it
        with closing(Ledger(path, clock=clock)) as after:
            after.append(LotStated(lot="W48", by="Li Wei", role="operator"), "")
            state(after, "JOB1", lot="W48")
            assert {each.lot for each in after.all_of(LotStated)} == {"W48"}
            assert after.view.lots() == (("W48", 1),)
    with closing(sqlite3.connect(path)) as raw:
        (indexes,) = raw.execute("SELECT count(*) FROM sqlite_master WHERE name LIKE 'entry_rare_%'").fetchone()
    assert indexes == 1
