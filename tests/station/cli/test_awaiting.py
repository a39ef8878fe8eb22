# SPDX-License-Identifier: GPL-3.0-or-later
"""A good erase that only waits for a person is no failure: not filed, not shown and not exit-coded as one."""

from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from certs.record.facts import Person, Validation
from phones.clock import SystemClock, utc_now
from station.cli.results import exit_code, must_accept_text, names_text, say_result, totals_text
from station.errors import DecisionRefusedError
from station.ledger.job import Job
from station.ledger.job_events import JobFailed
from station.ledger.ledger import Ledger
from station.ledger.open_jobs import is_finished
from station.ledger.stages import Stage
from station.session.deciding import must_lead_to_a_paper
from station.setup.home import Home
from station.text import language
from tests.support import lives
from tests.support.cli_station import Call


def job_of(home: Home) -> Job:
    return lives.job_in(home.ledger)


def files(home: Home) -> list[str]:
    return sorted(path.name for path in home.papers.rglob("*.pdf"))


def test_no_paper_is_filed_before_somebody_has_decided_and_one_after(home: Home, call: Call) -> None:
    assert files(home) == []
    (job,) = call("jobs", "--json")[1]["jobs"]
    assert job["stage"] == "VERIFIED"
    assert not any(job[name] for name in ("outcome", "paper", "file"))
    assert job["awaits_decision"] is True
    assert is_finished(job_of(home)), "nothing is left to do for the station"
    assert call("process", "--resume")[0] == 8
    assert call("validate", "TESTJOB1", "--accept", "--by", "Wang Fang", "--json")[0] == 0
    (file,) = files(home)
    assert file.endswith("-certificate.pdf")


def test_a_rejected_phone_gets_the_report_of_that(home: Home, call: Call) -> None:
    assert call("validate", "TESTJOB1", "--reject", "--by", "Wang Fang", "--json")[0] == 1
    (file,) = files(home)
    assert file.endswith("-report.pdf")
    (job,) = call("jobs", "--json")[1]["jobs"]
    assert (job["outcome"], job["reasons"][0]["code"]) == ("report", "rejected")


def test_who_wants_to_see_it_before_gets_a_file_whose_name_says_that_it_waits(home: Home, call: Call) -> None:
    code, done = call("reprint", "TESTJOB1", "--json")
    assert code == 0, done
    (paper,) = done["papers"]
    assert paper["path"].endswith("-awaiting.pdf")
    assert Path(paper["path"]).is_file()


def test_a_script_sees_success_and_a_person_is_told_who_must_act(
    home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    job = job_of(home)
    assert exit_code([job]) == 0
    say_result(job, validators=["Wang Fang"])
    said = capsys.readouterr().err
    assert "Erased and checked. Wang Fang must now accept it." in said
    assert "eport" not in said, "nothing sounds like a failure"
    language.use("zh")
    try:
        say_result(job, validators=["Wang Fang"])
        assert "已清除并核验，请 Wang Fang 复核。" in capsys.readouterr().err
    finally:
        language.use("en")
    assert names_text(["Wang Fang", "Li Na"]) == "Wang Fang or Li Na"
    assert must_accept_text([]) == "Erased and checked. A validator must now accept it."


def test_totals_say_how_many_wait_and_how_many_failed(home: Home, tmp_path: Path) -> None:
    waiting = job_of(home)
    failed = failed_job(tmp_path)
    assert totals_text([waiting, waiting, waiting, failed], ["Wang Fang"]) == (
        "3 erased and waiting for Wang Fang, 1 failed"
    )
    assert exit_code([waiting, failed]) == 9
    assert exit_code([waiting, waiting]) == 0
    assert totals_text([], ["Wang Fang"]) == ""


def failed_job(folder: Path) -> Job:
    with closing(Ledger(folder / "other.sqlite3", clock=SystemClock())) as ledger:
        job = lives.open_job(ledger, "apple", lives.SETTINGS)
        job.move(Stage.FAILED, because=[job.write(JobFailed(reason="phone_lost"))])
    return job


def test_a_phone_that_can_only_have_a_report_is_not_called_good(home: Home) -> None:
    job = job_of(home)
    known = job.summary
    job.summary = replace(known, reasons=("policy_not_met", "awaiting_validation"), handed_out=(known.report,))
    assert exit_code([job]) == 7
    assert not job.summary.awaits_decision
    assert totals_text([job], []) == "1 erased, but with a report only"


@pytest.mark.parametrize("grounds", ["line one\nline two", "a\tb", "zero\u200bwidth", "x" * 1001])
@pytest.mark.parametrize("choice", ["--accept", "--reject"])
def test_grounds_that_no_record_can_hold_are_refused_before_anything_is_written(
    home: Home, call: Call, choice: str, grounds: str
) -> None:
    code, said = call("validate", "TESTJOB1", choice, "--by", "Wang Fang", "--grounds", grounds, "--json")
    assert (code, said["code"]) == (2, "decision_refused")
    assert call("validate", "TESTJOB1", "--accept", "--by", "Wang Fang", "--json")[0] == 0, "the job still waits"


def test_neither_who_performed_the_job_nor_who_corrected_an_answer_can_accept_it(home: Home, call: Call) -> None:
    job = lives.job_in(home.ledger)
    wanted = "defect" if any(piece.values.get("statement.screen") == "ok" for piece in job.evidence) else "ok"
    assert call("answer", "TESTJOB1", f"screen={wanted}", "--by", "Li Wei", "--reason", "a slip", "--json")[0] == 0
    job = lives.job_in(home.ledger)
    for name, cause in (
        (job.opened.performed_by.name, "performer"),
        ("Li Wei", "corrector"),
        ("proofwipe", "no_person"),
    ):
        decision = Validation(decision="accepted", by=Person(name=name, role="validator"), at=utc_now(), grounds="")
        with pytest.raises(DecisionRefusedError) as refused:
            must_lead_to_a_paper(job, decision)
        assert refused.value.facts["got"] == cause
