# SPDX-License-Identifier: GPL-3.0-or-later
"""A job's life in the transparency log: no erase without a START, one live certificate a phone, ends that show."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from certs.log.entries import Close, Entry, Issue, Replace, Start, Withdraw, read_entry
from certs.record.facts import Person, Validation
from certs.record.openings import ACQUISITION
from certs.record.sealing import seal
from station.errors import LogMissingError, NotCertifiedError
from station.ledger.job import Job
from station.ledger.ledger import Ledger
from station.ledger.paper_events import CertificateWithdrawn
from station.ledger.stages import Stage
from station.papers.decision import decide, withdraw
from station.papers.job_log import JobLog, job_digest, job_of
from station.papers.paper_issuer import PaperIssuer
from station.session.summary import paper_status
from tests.support import lives
from tests.support.direct_bench import VirtualClock
from transparency.database import TransparencyLog

SELLER = {"reference": "A-2026-0042", "seller_reference": "REG-7781", "place": "Shenzhen counter 3"}


@pytest.fixture
def job_log(tmp_path: Path) -> Iterator[JobLog]:
    made = lives.job_log(tmp_path)
    yield made
    made.log.close()


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    opened = Ledger(tmp_path / "ledger.sqlite3", clock=VirtualClock())
    yield opened
    opened.close()


def later() -> VirtualClock:
    """A day after the phones were on the bench."""
    clock = VirtualClock()
    clock.sleep(86400)
    return clock


def entries(job_log: JobLog) -> list[Entry]:
    return [read_entry(leaf) for leaf in job_log.log.leaves()]


def kinds(job_log: JobLog) -> list[str]:
    return [entry.type for entry in entries(job_log)]


def record_of(job: Job) -> dict[str, Any]:
    paper = job.certificate or job.report
    assert paper is not None
    found: dict[str, Any] = json.loads(paper.record)
    return found


def test_a_certificate_stands_on_a_start_and_an_issue(tmp_path: Path, job_log: JobLog) -> None:
    life = lives.live(lives.IPHONE, folder=tmp_path, log=job_log)
    assert life.certified
    start, issue, close = entries(job_log)
    assert isinstance(start, Start)
    assert isinstance(issue, Issue)
    assert isinstance(close, Close)
    kept = [kind.value for kind in life.job._kinds.values()]
    assert kept.index("log_start") < kept.index("about_to_erase")
    record = record_of(life.job)
    assert record["log"] == {
        "origin": job_log.log.origin,
        "device_tag": start.tag,
        "start": 0,
        "attempt": 1,
        "anchor": [],
    }
    assert (issue.start, issue.tag, issue.id) == (0, start.tag, record["id"])
    assert (close.start, close.id, close.outcome) == (0, record["id"], "certificate")
    assert start.job == job_digest("TESTJOB1")


def test_nothing_is_erased_while_the_log_cannot_be_written(tmp_path: Path, job_log: JobLog) -> None:
    sealed = JobLog(log=TransparencyLog.open(job_log.log.path), secret=lives.SECRET, station=job_log.station)
    try:
        life = lives.live(lives.IPHONE, folder=tmp_path, log=sealed)
    finally:
        sealed.log.close()
    assert life.job.failure == "blocked"
    assert life.job.problems == ("log_unavailable",)
    assert not life.truth["erased"]
    assert not any(kind.value == "about_to_erase" for kind in life.job._kinds.values())
    assert record_of(life.job)["log"] == "none"
    assert kinds(job_log) == []


def test_without_a_log_papers_say_that_they_are_in_none(tmp_path: Path) -> None:
    life = lives.live(lives.IPHONE, folder=tmp_path)
    assert life.certified
    assert record_of(life.job)["log"] == "none"


def test_a_second_certificate_of_a_phone_replaces_the_first_and_both_jobs_say_so(
    tmp_path: Path, job_log: JobLog, ledger: Ledger
) -> None:
    first = lives.live(lives.IPHONE, folder=tmp_path, log=job_log)
    second = lives.live(lives.IPHONE, folder=tmp_path, log=job_log, job_id="TESTJOB2")
    assert second.certified
    assert kinds(job_log) == ["start", "issue", "close", "start", "replace", "issue", "close"], entries(job_log)
    replaced = entries(job_log)[4]
    assert isinstance(replaced, Replace)
    old, new = record_of(first.job)["id"], record_of(second.job)["id"]
    assert (replaced.old, replaced.new, replaced.old_index, replaced.reason) == (old, new, 1, "erased_again")
    assert second.job.summary.replaces == old
    again = Job.load(ledger, "TESTJOB1")
    assert again is not None
    assert paper_status(again.summary) == "replaced"
    record = record_of(second.job)
    assert record["log"]["attempt"] == record["job"]["attempt"] == 2
    assert record["log"]["anchor"][1] == "3", "the log as it was before the second START"


def test_a_report_closes_its_start_and_earns_no_issue(tmp_path: Path, job_log: JobLog) -> None:
    nobody = replace(lives.SCRIPT, on_instruction={}, answers={}, looks_at=())
    life = lives.live(lives.PIXEL_13, folder=tmp_path, log=job_log, script=nobody)
    assert not life.certified
    assert kinds(job_log) == ["start", "close"]
    assert record_of(life.job)["log"]["start"] == 0


def test_a_report_that_awaits_a_person_leaves_the_job_open_in_the_log(
    tmp_path: Path, job_log: JobLog, ledger: Ledger
) -> None:
    life = lives.live(lives.IPHONE, folder=tmp_path, log=job_log, settings=lives.VALIDATED)
    assert life.job.stage is Stage.VERIFIED
    assert record_of(life.job)["log"] == "none"
    assert kinds(job_log) == ["start"]
    job = Job.load(ledger, "TESTJOB1")
    assert job is not None
    decide(job, decision(accepted=True))
    lives.paper_issuer(tmp_path, later(), job_log).issue_for(job)
    assert job.stage is Stage.CERTIFIED
    assert kinds(job_log) == ["start", "issue", "close"]
    assert record_of(job)["log"]["start"] == 0


def test_a_rejection_closes_with_a_report(tmp_path: Path, job_log: JobLog, ledger: Ledger) -> None:
    lives.live(lives.IPHONE, folder=tmp_path, log=job_log, settings=lives.VALIDATED)
    job = Job.load(ledger, "TESTJOB1")
    assert job is not None
    decide(job, decision(accepted=False))
    lives.paper_issuer(tmp_path, later(), job_log).issue_for(job)
    assert (job.stage, job.certificate) == (Stage.FAILED, None)
    assert kinds(job_log) == ["start", "close"]
    assert record_of(job)["log"]["start"] == 0


def test_a_withdrawn_certificate_is_withdrawn_in_log_and_ledger_once(
    tmp_path: Path, job_log: JobLog, ledger: Ledger
) -> None:
    lives.live(lives.IPHONE, folder=tmp_path, log=job_log)
    job = Job.load(ledger, "TESTJOB1")
    assert job is not None
    for _ in range(2):
        withdraw(job, job_log, reason="data_found", by="W", role="validator", grounds="", at=later().now())
    ended = entries(job_log)[-1]
    assert isinstance(ended, Withdraw)
    assert (ended.id, ended.reason, kinds(job_log).count("withdraw")) == (record_of(job)["id"], "data_found", 1)
    assert paper_status(job.summary) == "withdrawn"
    found = job_of(ledger, ended.id)
    assert found is not None
    assert found.ended is not None
    assert found.ended.reason == "data_found"


def test_a_withdrawal_killed_between_log_and_ledger_keeps_the_first_reason(
    tmp_path: Path, job_log: JobLog, ledger: Ledger
) -> None:
    lives.live(lives.IPHONE, folder=tmp_path, log=job_log)
    job = Job.load(ledger, "TESTJOB1")
    assert job is not None
    job_log.withdraw(record_of(job)["id"], reason="data_found", at=later().now())
    withdraw(job, job_log, reason="other", by="W", role="validator", grounds="", at=later().now())
    assert kinds(job_log).count("withdraw") == 1
    assert isinstance(job.ended, CertificateWithdrawn)
    assert job.ended.logged == "data_found"


def test_a_report_cannot_be_withdrawn(tmp_path: Path, job_log: JobLog, ledger: Ledger) -> None:
    lives.live(lives.IPHONE, folder=tmp_path, log=job_log, settings=lives.VALIDATED)
    job = Job.load(ledger, "TESTJOB1")
    assert job is not None
    with pytest.raises(NotCertifiedError):
        withdraw(job, job_log, reason="other", by="W", role="validator", grounds="", at=later().now())


def test_where_the_phone_came_from_is_sealed_and_in_no_log_and_no_record(tmp_path: Path, job_log: JobLog) -> None:
    life = lives.live(lives.IPHONE, folder=tmp_path, log=job_log, acquisition=SELLER)
    assert life.certified
    assert life.job.certificate is not None
    record = life.job.certificate.record
    assert life.job.openings is not None
    opened = {opening.name: opening for opening in life.job.openings}
    assert {f"{ACQUISITION}{name}" for name in SELLER} | {"serial", "imei1", "udid", "ecid"} <= set(opened)
    assert len({opening.salt for opening in opened.values()}) == len(opened), "a salt of its own for each"
    assert record_of(life.job)["sealed"] == {name: seal(opening) for name, opening in opened.items()}
    leaves = b"".join(job_log.log.leaves()).decode()
    for opening in opened.values():
        assert opening.value not in record, opening.name
        assert opening.value not in leaves, opening.name
    assert dict(life.job.summary.references) == SELLER, "the station's own list of jobs knows it"


def decision(*, accepted: bool) -> Validation:
    return Validation(
        decision="accepted" if accepted else "rejected",
        by=Person(name="Wang Fang", role="validator"),
        at=later().now(),
        grounds="",
    )


def test_a_desk_whose_log_is_gone_gives_out_no_logged_paper(tmp_path: Path, job_log: JobLog, ledger: Ledger) -> None:
    lives.live(lives.IPHONE, folder=tmp_path, log=job_log, settings=lives.VALIDATED)
    job = Job.load(ledger, "TESTJOB1")
    assert job is not None
    decide(job, decision(accepted=True))
    paper_issuer: PaperIssuer = lives.paper_issuer(tmp_path, later())
    with pytest.raises(LogMissingError):
        paper_issuer.issue_for(job)
    stages = [job.stage]
    lives.paper_issuer(tmp_path, later(), job_log).issue_for(job)
    assert [*stages, job.stage] == [Stage.VALIDATED, Stage.CERTIFIED]
