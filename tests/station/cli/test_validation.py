# SPDX-License-Identifier: GPL-3.0-or-later
"""Decisions of persons: in their own name, after looking, and never over newer work."""

from dataclasses import replace
from pathlib import Path

import pytest

from certs.record.facts import Person
from station.errors import AlreadyCertifiedError, JobOvertakenError, NewerJobError
from station.ledger.stages import Stage
from station.session.session import Session
from station.setup.home import Home
from tests.support import lives
from tests.support.cli_station import PASSPHRASE, Call, CommandLine, Terminal
from tests.support.one_phone import OnePhone

VALIDATOR = Person(name="Wang Fang", role="validator")


def _at_terminal(home: Home, *arguments: str) -> Terminal:
    return Terminal(CommandLine(home.path), *arguments, columns=120, env={"PROOFWIPE_PASSPHRASE": PASSPHRASE})


def _answer(screen: Terminal, question: str, typed: str) -> None:
    screen.wait_for(question)
    screen.said = ""
    screen.type(typed)


def test_no_name_is_filled_in_for_a_decision_not_even_the_only_one(home: Home, call: Call) -> None:
    for words in (("validate", "TESTJOB1", "--accept"), ("withdraw", "TESTJOB1", "--reason", "other", "--yes")):
        code, said = call(*words)
        assert (code, "Wang Fang" in said) == (2, True)
    code, said = call("validate", "TESTJOB1", "--accept", "--by", "Li Wei")
    assert code == 2
    assert "Li Wei is not a validator of this station. It has: Wang Fang." in said
    assert lives.job_in(home.ledger).validation is None


def test_a_rejection_of_a_certified_job_is_refused_and_points_to_withdraw(home: Home, call: Call) -> None:
    facts = call("validate", "TESTJOB1", "--accept", "--by", "Wang Fang", "--json")[1]["jobs"][0]
    code, said = call("validate", "TESTJOB1", "--reject", "--by", "Wang Fang")
    assert code == 4
    assert f"proofwipe withdraw {facts['paper']}" in said
    assert lives.job_in(home.ledger).ended is None


def test_a_withdrawal_is_never_made_unasked(home: Home, call: Call) -> None:
    facts = call("validate", "TESTJOB1", "--accept", "--by", "Wang Fang", "--json")[1]["jobs"][0]
    assert call("withdraw", "TESTJOB1", "--reason", "other", "--by", "Wang Fang")[0] == 2
    screen = _at_terminal(home, "withdraw", "TESTJOB1", "--reason", "other", "--by", "Wang Fang")
    _answer(screen, "last four", "yes")
    _answer(screen, "last four", "")
    assert screen.end() == 1
    assert lives.job_in(home.ledger).ended is None
    screen = _at_terminal(home, "withdraw", "TESTJOB1", "--reason", "other", "--by", "Wang Fang")
    _answer(screen, "last four", facts["paper"][-4:].lower())
    assert screen.end() == 0
    assert lives.job_in(home.ledger).ended is not None


def test_a_mistyped_job_among_several_decides_none(home: Home, call: Call) -> None:
    assert call("validate", "TESTJOB1", "NOSUCH00", "--accept", "--by", "Wang Fang")[0] == 3
    assert lives.job_in(home.ledger).validation is None


def test_cards_decide_nothing_on_a_slip_and_nothing_before_the_last_question(home: Home) -> None:
    screen = _at_terminal(home, "validate")
    _answer(screen, "Who decides?", "Wang")
    _answer(screen, "Who decides?", "Wang Fang")
    _answer(screen, "r reject", "x")
    screen.wait_for("is none of the keys")
    screen.wait_for("TESTJOB1")
    _answer(screen, "r reject", "A")
    _answer(screen, "Type yes", "y")
    _answer(screen, "is neither", "NO")
    screen.wait_for("Nothing was decided")
    assert screen.end() == 8
    assert lives.job_in(home.ledger).validation is None


def test_on_a_low_terminal_a_card_ends_in_the_phone_and_what_came_out(home: Home) -> None:
    screen = _at_terminal(home, "validate", "--by", "Wang Fang")
    last = screen.wait_for("r reject").replace("\r", "").split("\n")[-24:]
    said = " ".join(last)
    job = lives.job_in(home.ledger).summary
    for part in (job.model, job.serial, job.number_called("imei1"), f"grade {job.grade}", "Condition as stated"):
        assert part in said, part
    assert "ok" in said
    assert "Do all buttons work" not in said, "a card has no room for whole questions"
    screen.type("q")
    assert screen.end() == 8


def test_a_person_who_looked_and_confirmed_accepts_in_their_own_name(home: Home) -> None:
    screen = _at_terminal(home, "validate", "--by", "Wang Fang")
    _answer(screen, "r reject", "r")
    screen.wait_for("Type yes")
    screen.type("no")
    assert screen.end() == 8
    screen = _at_terminal(home, "--lang", "zh", "validate", "--by", "Wang Fang")
    _answer(screen, "r 拒绝", "接受")
    _answer(screen, "请输入", "是")
    assert screen.end() == 0
    job = lives.job_in(home.ledger)
    assert (job.stage, job.validation and job.validation.by) == (Stage.CERTIFIED, "Wang Fang")


def test_when_nothing_waits_that_is_said(home: Home, call: Call) -> None:
    assert call("validate", "TESTJOB1", "--accept", "--by", "Wang Fang", "--json")[0] == 0
    screen = _at_terminal(home, "validate", "--by", "Wang Fang")
    screen.wait_for("No job waits")
    assert screen.end() == 8


def _two_erases(phone: OnePhone, session: Session) -> tuple[str, str]:
    ids: list[str] = []
    numbers = iter(("TESTJOB1", "TESTJOB2"))
    session._numbering = replace(session._numbering, job_id=lambda: next(numbers))
    for _ in range(2):
        (job,) = session.start(phone.port.look(), by=lives.TESTER).jobs
        session.wait()
        ids.append(job.id)
    return ids[0], ids[1]


def test_an_older_job_is_accepted_only_by_somebody_who_knows_of_the_newer_one(tmp_path: Path) -> None:
    phone = OnePhone(tmp_path, lives.IPHONE, settings=lives.VALIDATED)
    with phone.session(phone.hands.notice) as session:
        older, newer = _two_erases(phone, session)
        with pytest.raises(NewerJobError, match=newer):
            session.decide(older, accept=True, by=VALIDATOR)
        assert session.jobs.by_id(older).validation is None
        assert session.decide(older, accept=True, by=VALIDATOR, despite_newer=True).stage is Stage.CERTIFIED
        assert session.decide(newer, accept=True, by=VALIDATOR).stage is Stage.CERTIFIED
        with pytest.raises(AlreadyCertifiedError):
            session.decide(newer, accept=False, by=VALIDATOR)


def test_an_older_certificate_never_takes_the_place_of_a_newer_one(tmp_path: Path) -> None:
    phone = OnePhone(tmp_path, lives.IPHONE, settings=lives.VALIDATED)
    with phone.session(phone.hands.notice) as session:
        older, newer = _two_erases(phone, session)
        assert session.decide(newer, accept=True, by=VALIDATOR).stage is Stage.CERTIFIED
        with pytest.raises(JobOvertakenError):
            session.decide(older, accept=True, by=VALIDATOR, despite_newer=True)
        assert session.jobs.by_id(newer).ended is None
        assert session.decide(older, accept=False, by=VALIDATOR).stage is Stage.FAILED
