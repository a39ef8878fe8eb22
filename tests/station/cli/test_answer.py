# SPDX-License-Identifier: GPL-3.0-or-later
"""A mistyped answer is corrected before a person decides: both stay in the ledger, the paper has the later one."""

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from certs import editions
from certs.record.facts import Person
from certs.record.record import Record
from phones.clock import SystemClock, utc_now
from phones.evidence import digest_of
from station.errors import ClockBackError
from station.ledger.entry import parse_time
from station.ledger.job import Job
from station.ledger.job_events import AnswerCorrected, EvidenceKept
from station.papers.keys import open_paper_issuer
from station.papers.paper_issuer import facts_of
from station.session.parts import Secrets
from station.session.session import Session
from station.setup.home import Home
from station.setup.people import load as people
from station.setup.settings import Settings, load
from tests.support import lives
from tests.support.cli_station import PASSPHRASE, Call

BY = ("--by", "Li Wei", "--reason", "a slip of the keys", "--json")


def job_of(home: Home) -> Job:
    return lives.job_in(home.ledger)


def stated(job: Job, question: str) -> list[str]:
    name = f"statement.{question}"
    return [piece.values[name] for piece in job.evidence if name in piece.values]


def other(job: Job) -> str:
    return "defect" if stated(job, "screen") == ["ok"] else "ok"


def test_the_paper_has_the_later_answer_at_its_own_time_and_the_ledger_has_both(home: Home, call: Call) -> None:
    before = job_of(home)
    (first,) = stated(before, "screen")
    wanted = other(before)
    code, said = call("answer", "TESTJOB1", f"screen={wanted}", *BY)
    assert code == 0, said
    job = job_of(home)
    assert stated(job, "screen") == [wanted]
    assert job.summary.awaits_decision
    assert job.summary.finished
    kept = _events(home)
    originals = [
        each.evidence.values["statement.screen"]
        for each in kept
        if isinstance(each, EvidenceKept) and "statement.screen" in each.evidence.values
    ]
    assert originals == [first], "what was stated first stands where it stood"
    (correction,) = [each for each in kept if isinstance(each, AnswerCorrected)]
    assert (correction.before, correction.after, correction.by) == (first, wanted, "Li Wei")
    assert correction.reason == "a slip of the keys"

    code, done = call("validate", "TESTJOB1", "--accept", "--by", "Wang Fang", "--json")
    assert code == 0, done
    job = job_of(home)
    assert job.certificate is not None
    record = json.loads(job.certificate.record)
    pieces = {piece["number"]: piece for piece in record["evidence"] if "statement.screen" in piece["values"]}
    (piece,) = pieces.values()
    assert (piece["asked"], piece["values"]) == ("operator.correction", {"statement.screen": wanted})
    others = [each for each in record["evidence"] if each["asked"] == "operator.condition"]
    assert all(each["at"] < piece["at"] for each in others)
    assert all(each["digest"] == digest_of(each["values"]) for each in record["evidence"])
    answer = call("verify", home.papers / done["jobs"][0]["file"], "--json")[1]["answer"]
    assert answer == "SPECIMEN", "a reader follows the record to the same grade"


def _events(home: Home) -> list[object]:
    from contextlib import closing

    from phones.clock import SystemClock
    from station.ledger.ledger import Ledger

    with closing(Ledger(home.ledger, clock=SystemClock())) as ledger:
        return [entry.event for entry in ledger.entries("TESTJOB1")]


def test_a_correction_of_a_correction_holds_and_the_story_tells_both(home: Home, call: Call) -> None:
    first = stated(job_of(home), "screen")[0]
    wanted = other(job_of(home))
    assert call("answer", "TESTJOB1", f"screen={wanted}", *BY)[0] == 0
    assert call("answer", "TESTJOB1", f"screen={first}", *BY)[0] == 0
    assert stated(job_of(home), "screen") == [first]
    numbers = [piece.number for piece in job_of(home).evidence]
    assert numbers == sorted(set(numbers))
    said = " ".join(call("jobs", "TESTJOB1")[1].split())
    assert f"{first} → {wanted}" in said
    assert f"{wanted} → {first}" in said
    assert "Li Wei" in said
    assert "a slip of the keys" in said
    assert call("validate", "TESTJOB1", "--accept", "--by", "Wang Fang", "--json")[0] == 0


def test_the_grade_follows_the_answer(home: Home, call: Call) -> None:
    assert call("answer", "TESTJOB1", "battery_swollen=yes", *BY)[0] == 0
    assert job_of(home).summary.grade == "H"
    assert call("answer", "TESTJOB1", "battery_swollen=yes", *BY)[0] == 8, "nothing is written twice"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("setup_screen_seen=yes", "evidence of the erase"),
        ("erase_again=yes", "evidence of the erase"),
        ("nonsense=ok", "battery_swollen"),
        ("screen=fine", "ok, defect"),
        ("screen", "screen=ok"),
    ],
)
def test_only_answers_about_the_condition_are_corrected_and_only_by_their_words(
    home: Home, call: Call, given: str, said: str
) -> None:
    before = len(_events(home))
    code, told = call("answer", "TESTJOB1", "touch=ok", given, *BY)
    assert code == 2, told
    assert said in str(told)
    assert len(_events(home)) == before, "nothing of it was written"


def test_nothing_is_corrected_after_a_decision_and_the_next_step_is_said(home: Home, call: Call) -> None:
    assert call("validate", "TESTJOB1", "--accept", "--by", "Wang Fang", "--json")[0] == 0
    code, told = call("answer", "TESTJOB1", "screen=defect", *BY)
    assert code == 4
    assert "withdraw" in str(told)
    assert call("answer", "TESTJOB1", "screen=defect", "--by", "Nobody", "--reason", "x")[0] == 2


def test_a_rejected_job_is_not_corrected(home: Home, call: Call) -> None:
    assert call("validate", "TESTJOB1", "--reject", "--by", "Wang Fang", "--json")[0] == 1
    assert call("answer", "TESTJOB1", "screen=defect", *BY)[0] == 4


def test_a_correction_has_its_own_time_and_moves_no_other(home: Home, call: Call) -> None:
    before = job_of(home)
    assert before.report is not None
    performed = json.loads(before.report.record)["job"]["finished_at"]
    assert call("answer", "TESTJOB1", f"screen={other(before)}", *BY)[0] == 0
    job = job_of(home)
    assert job.finished_at == before.finished_at
    law = editions.in_work()
    with open_paper_issuer(home, Settings(), people(home.keys).issuer, PASSPHRASE) as papers:
        record = Record.of_job(
            facts_of(job, law),
            papers.issuer,
            papers.signer.station,
            papers.scheme,
            issued_at=utc_now(),
            certificate_id=papers.new_id(),
            edition=law,
        )
    assert record.facts.reasons == ("awaiting_validation",), "nothing but the person is missing"
    document = json.loads(record.data)
    assert document["job"]["finished_at"] == performed
    (piece,) = [each for each in document["evidence"] if each["asked"] == "operator.correction"]
    assert piece["at"] > performed


def test_an_edition_that_wants_every_answer_before_the_end_gets_it_so(home: Home, call: Call) -> None:
    before = job_of(home)
    assert call("answer", "TESTJOB1", f"screen={other(before)}", *BY)[0] == 0
    job = job_of(home)
    corrected, finished = parse_time(job.corrected_at), parse_time(job.finished_at)
    assert finished < corrected
    assert [facts_of(job, each).finished_at for each in ("2026.11", editions.in_work())] == [corrected, finished]


def test_a_clock_that_was_set_back_corrects_nothing(home: Home, monkeypatch: pytest.MonkeyPatch, call: Call) -> None:
    job = job_of(home)

    class Back(SystemClock):
        def now(self) -> datetime:
            return super().now() - timedelta(days=3650)

    by = Person(name="Li Wei", role="operator")
    with Session.open(home, load(home.config), Secrets(passphrase=lambda: PASSPHRASE)) as session:
        monkeypatch.setattr(session, "_clock", Back())
        with pytest.raises(ClockBackError):
            session.correct(job.id, {"screen": other(job)}, by=by, reason="a slip")
    assert call("validate", "TESTJOB1", "--accept", "--by", "Wang Fang", "--json")[0] == 0, "it can be certified still"


def test_a_file_that_showed_a_waiting_job_goes_when_it_is_corrected_or_decided(home: Home, call: Call) -> None:
    shown = Path(call("reprint", "TESTJOB1", "--json")[1]["papers"][0]["path"])
    assert shown.is_file()
    assert call("answer", "TESTJOB1", f"screen={other(job_of(home))}", *BY)[0] == 0
    assert not shown.exists()
    again = Path(call("reprint", "TESTJOB1", "--json")[1]["papers"][0]["path"])
    assert again.is_file()
    assert call("validate", "TESTJOB1", "--accept", "--by", "Wang Fang", "--json")[0] == 0
    (file,) = home.papers.rglob("*.pdf")
    assert file.name.endswith("-certificate.pdf")


def test_a_file_that_showed_a_waiting_job_goes_when_it_is_rejected(home: Home, call: Call) -> None:
    assert call("reprint", "TESTJOB1", "--json")[0] == 0
    assert call("validate", "TESTJOB1", "--reject", "--by", "Wang Fang", "--json")[0] == 1
    (file,) = home.papers.rglob("*.pdf")
    assert file.name.endswith("-report.pdf")
