# SPDX-License-Identifier: GPL-3.0-or-later
"""Statements find the phone that is meant, lots count phones and say what differs, visits are told in order."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import pytest

from phones.identity import PhoneIdentity
from phones.port import Platform
from phones.verdict import Verdict
from station.errors import (
    AheadRefusedError,
    AmbiguousJobError,
    FieldRefusedError,
    JobNotFoundError,
    LotClosedError,
    LotDiffersError,
    LotNotFoundError,
)
from station.ledger.job import Job
from station.ledger.job_events import JobFailed, JobJudged, JobMoved, JobOpened, PhoneIdentified
from station.ledger.ledger import Ledger
from station.ledger.paper_events import CertificateMade, PaperHandedOut, ReportMade
from station.ledger.stages import EntryKind, Stage
from station.session import lots
from station.session.history import history_of
from station.session.stating import By, Stated, state_fields, waiting_for
from tests.support import lives
from tests.support.direct_bench import VirtualClock
from tests.support.ledger_payloads import an_event

SETTINGS = replace(lives.SETTINGS, slots=MappingProxyType({"3-1": "A1", "3-2": "A2"}))
LI = By(name="Li Wei", role="operator")
IMEI, SECOND = "356938035643809", "490154203237518"


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with closing(Ledger(tmp_path / "ledger.sqlite3", clock=VirtualClock())) as made:
        yield made


def begin(ledger: Ledger, job: str, slot: str = "A1", model: str = "Pixel 9", **numbers: str) -> Job:
    opened = JobOpened(
        port="3-1",
        slot=slot,
        platform=Platform.ANDROID,
        emulated=True,
        salt=bytes(16),
        policy=lives.SETTINGS.policy,
        performed_by=lives.TESTER,
    )
    made = Job.open(ledger, job_id=job, opened=opened)
    if numbers:
        made.write(PhoneIdentified(phone=PhoneIdentity(marketing_name=model, numbers=numbers), attempt=1))
    return made


def certify(ledger: Ledger, job: str) -> None:
    ledger.append(JobJudged(verdict=Verdict.PASSED, level="E3", reasons=()), job)
    made = an_event(EntryKind.CERTIFICATE)
    assert isinstance(made, CertificateMade)
    ledger.append(replace(made, id=f"PW-{job}"), job)
    ledger.append(JobMoved(from_=Stage.VERIFIED, to=Stage.CERTIFIED, because=()), job)


def fail(ledger: Ledger, job: str) -> None:
    ledger.append(JobFailed(reason="phone_lost"), job)
    ledger.append(JobMoved(from_=Stage.SEEN, to=Stage.FAILED, because=()), job)
    made = an_event(EntryKind.REPORT)
    assert isinstance(made, ReportMade)
    ledger.append(replace(made, id=f"PW-{job}"), job)
    ledger.append(PaperHandedOut(id=f"PW-{job}", file="x.pdf"), job)


def state(ledger: Ledger, about: str, *, ahead: bool = False, **fields: str) -> Stated:
    return state_fields(ledger, SETTINGS, about=about, fields=fields, ahead=ahead, by=LI)


def test_a_statement_is_about_the_job_or_phone_that_is_meant(ledger: Ledger) -> None:
    begin(ledger, "JOB00001", imei1=IMEI)
    for about in ("JOB00001", IMEI, IMEI[-6:], "35-693803-564380-9", "A1", "3-1"):
        assert state(ledger, about, asset_tag=" A-1\r").job == "JOB00001", about
    assert state(ledger, "JOB00001", lot="W48").fields == {"asset_tag": "A-1", "lot": "W48"}
    for about in ("A2", "JOB00009", "nothing"):
        with pytest.raises(JobNotFoundError):
            state(ledger, about, asset_tag="A-1")
    with pytest.raises(FieldRefusedError):
        state(ledger, "JOB00001", asset_tag="A\x1b[2J")
    begin(ledger, "JOB00002", "A2", imei1="490154203643809")
    with pytest.raises(AmbiguousJobError):
        state(ledger, "643809", asset_tag="A-2")


def test_ahead_is_of_a_whole_number_or_a_slot_and_never_of_a_phone_at_work(ledger: Ledger) -> None:
    assert state(ledger, "35-693803-564380-9", ahead=True, asset_tag="A-1").number == IMEI
    assert state(ledger, "3-2", ahead=True, note="n") == Stated(slot="A2", fields={"note": "n"})
    assert waiting_for(ledger, SETTINGS, IMEI, at="2026-01-01T00:00:00.000000Z") == {"asset_tag": "A-1"}
    for about in ("A9", "12345", "no number at all", "\x1b[2J", "x" * 65):
        with pytest.raises(AheadRefusedError) as refused:
            state(ledger, about, ahead=True, asset_tag="A-1")
        assert refused.value.reason("en").isprintable()
    begin(ledger, "JOB00001", imei1=IMEI)
    told = state(ledger, IMEI, ahead=True, lot="W48")
    assert (told.job, dict(told.fields)) == ("JOB00001", {"asset_tag": "A-1", "lot": "W48"}), "it is here now"
    fail(ledger, "JOB00001")
    assert state(ledger, IMEI, ahead=True, lot="W49").number == IMEI, "its next visit"
    assert state(ledger, IMEI, lot="W50").job == "JOB00001"


def test_statements_that_wait_for_one_phone_are_bounded(ledger: Ledger) -> None:
    for number in range(20):
        state(ledger, IMEI, ahead=True, note=str(number))
    with pytest.raises(AheadRefusedError):
        state(ledger, IMEI, ahead=True, note="20")
    assert begin(ledger, "JOB00001", imei1=IMEI).summary.note == "19"
    assert state(ledger, SECOND, ahead=True, note="1").number == SECOND


def test_who_gives_two_phones_one_tag_is_told(ledger: Ledger) -> None:
    begin(ledger, "JOB00001", imei1=IMEI)
    fail(ledger, "JOB00001")
    begin(ledger, "JOB00002", imei1=IMEI)
    begin(ledger, "JOB00003", "A2", imei1=SECOND)
    assert state(ledger, "JOB00001", asset_tag="A-1").also == ()
    assert state(ledger, "JOB00002", asset_tag="A-1").also == (), "the same phone"
    assert state(ledger, "JOB00003", asset_tag="a-1").also == ("JOB00002", "JOB00001")
    assert state(ledger, "352099001761481", ahead=True, asset_tag="A-1").also == ("JOB00003", "JOB00002", "JOB00001")


def test_a_lot_counts_phones_and_says_what_differs(ledger: Ledger) -> None:
    with pytest.raises(LotNotFoundError):
        lots.lot(ledger, "W48")
    lots.state_lot(ledger, name="W48", by="Li Wei", role="operator", expected=4, models={"pixel 9": 3, "iPhone 13": 1})
    state(ledger, SECOND, ahead=True, lot="w48")
    for number, imei in enumerate((IMEI, "352099001761481", IMEI), 1):
        begin(ledger, f"JOB0000{number}", imei1=imei)
        state(ledger, f"JOB0000{number}", lot="w48")
        (fail if number == 1 else certify)(ledger, f"JOB0000{number}")
    begin(ledger, "JOB00004", model="Galaxy S21", serial="R58N0001")
    state(ledger, "JOB00004", lot="W48")
    found = lots.lot(ledger, "w48")
    assert (found.name, found.jobs, found.open) == ("W48", 4, True)
    total = found.total
    assert (total.expected, total.arrived, total.erased, total.certified) == (4, 3, 2, 2)
    assert (total.reported, total.at_work) == (0, 1)
    assert (total.missing, total.unexpected) == (1, 0)
    counted = {
        model: (each.expected, each.arrived, each.missing, each.unexpected) for model, each in found.models.items()
    }
    assert counted == {
        "Galaxy S21": (0, 1, 0, 1),
        "iPhone 13": (1, 0, 1, 0),
        "pixel 9": (3, 2, 1, 0),
    }
    assert found.not_come == (SECOND,)
    assert found.differences == {"missing": 2, "unexpected": 1, "at_work": 1}
    assert [(line.name, line.expected, line.jobs) for line in lots.lots(ledger)] == [("W48", 4, 4)]


def test_a_lot_that_differs_is_closed_only_by_who_knows_it_and_then_takes_no_phone(ledger: Ledger) -> None:
    begin(ledger, "JOB00001", imei1=IMEI)
    state(ledger, "JOB00001", lot="W48")
    lots.state_lot(ledger, name="w48", by="Li Wei", role="operator", expected=2, models={})
    with pytest.raises(LotDiffersError, match="1 missing"):
        lots.close_lot(ledger, name="W48", by="Li Wei", role="operator", differences_known=False)
    assert lots.lot(ledger, "W48").open
    shown = lots.close_lot(ledger, name="W48", by="Li Wei", role="operator", differences_known=True)
    assert shown == {"missing": 1, "at_work": 1}
    closed = lots.lot(ledger, "W48")
    assert closed.stated is not None
    assert (closed.open, closed.stated.closed_with) == (False, {"missing": "1", "at_work": "1"})
    with pytest.raises(LotClosedError):
        state(ledger, SECOND, ahead=True, lot="W48")
    with pytest.raises(LotClosedError):
        lots.close_lot(ledger, name="W48", by="Li Wei", role="operator", differences_known=True)
    lots.state_lot(ledger, name="W48", by="Li Wei", role="operator", expected=1, models={})
    assert state(ledger, SECOND, ahead=True, lot="W48").number == SECOND, "open again"


def test_a_lot_of_which_nobody_said_what_it_holds_is_missing_nothing_and_certain_of_nothing(ledger: Ledger) -> None:
    begin(ledger, "JOB00001", imei1=IMEI)
    state(ledger, "JOB00001", lot="loose")
    found = lots.lot(ledger, "loose")
    assert (found.total.expected, found.total.missing, found.total.unexpected) == (None, None, None)


def test_a_phones_visits_are_found_by_any_number_of_any_visit(ledger: Ledger) -> None:
    begin(ledger, "JOB00001", serial="HT7A1B2C3D4E", imei1=IMEI)
    state(ledger, "JOB00001", asset_tag="A-1")
    state(ledger, "JOB00001", asset_tag="A-2", note="cracked")
    fail(ledger, "JOB00001")
    state(ledger, IMEI, ahead=True, asset_tag="B-1")
    begin(ledger, "JOB00002", imei1=SECOND, imei2=IMEI)
    begin(ledger, "JOB00003", serial="HT0000000000")
    state(ledger, SECOND, ahead=True, note="to the job at work")
    fail(ledger, "JOB00002")
    state(ledger, SECOND, ahead=True, lot="next")
    for name in (IMEI, SECOND, "JOB00002"):
        found = history_of(ledger, name)
        assert [visit.job.id for visit in found.visits] == ["JOB00001", "JOB00002"], name
        assert found.waiting == {"lot": "next"}
        said = [[(each.by, each.ahead, dict(each.fields)) for each in visit.stated] for visit in found.visits]
        assert said == [
            [("Li Wei", False, {"asset_tag": "A-1"}), ("Li Wei", False, {"asset_tag": "A-2", "note": "cracked"})],
            [("Li Wei", True, {"asset_tag": "B-1"}), ("Li Wei", False, {"note": "to the job at work"})],
        ], "a correction keeps both"
    with pytest.raises(JobNotFoundError):
        history_of(ledger, "352099001761481")


def test_a_lot_has_as_many_jobs_in_the_list_as_on_its_manifest_however_it_is_spelled(ledger: Ledger) -> None:
    opened = an_event(EntryKind.JOB_OPENED)
    assert isinstance(opened, JobOpened)
    for number, name in enumerate(("Äpfel", "äpfel", "W48", "w48")):
        ledger.append(replace(opened, stated={"lot": name}), f"JOB{number}")
    listed = {line.name: line.jobs for line in lots.lots(ledger)}
    assert sum(listed.values()) == 4
    assert {name: lots.lot(ledger, name).jobs for name in listed} == listed
