# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be asked of a station that is open, each a typed function; the one list for every kind of client.

A command of the terminal that opens the station itself calls them here; one that finds it in use has them called by the
session that holds it (`station.session.remote`). They take and give data only, which any wire can carry. Those that
need a bench alone are in `station.session.bench_operations`.

Whoever decides is named, and is looked up here, where the work is done: no client is believed about who may.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from certs.log.sampling import CERTIFICATES, REPORTS
from certs.log.sampling import period as period_named
from certs.record.facts import Person, Validation
from station.errors import (
    JobBusyError,
    KeyRequiredError,
    NotCertifiedError,
    ParameterError,
    StationBusyError,
    WrongStageError,
)
from station.ledger.codec import Base64
from station.ledger.job import Job
from station.ledger.paper_events import SampleInspected
from station.ledger.stages import Stage
from station.ledger.trade_events import ModelExpected
from station.papers.decision import WITHDRAWALS
from station.session import lots, sampling
from station.session.bench import PhoneBench
from station.session.deciding import must_be_seen
from station.session.events import Question
from station.session.measured import Measurements
from station.session.session import Session
from station.session.stating import By, Stated, state_fields
from station.setup.home import Home
from station.setup.people import load as load_company
from station.setup.settings import Settings

NOTICED_WITHIN_S = 60.0
"""A worker that waits for a person looks every few seconds whether its phone was given up."""
_LOOK_S = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenStation:
    """A station's folder and the session that holds it. `takes_orders`: called before a job is begun for another
    command; None where the session is some command's own and begins none for others. `measured`: see
    `station.session.measuring`.
    """

    home: Home
    session: Session
    takes_orders: Callable[[], None] | None = None
    measured: Measurements = field(default_factory=Measurements)

    def may_begin(self) -> None:
        """Raises: StationBusyError where it begins nothing for others; DrainingError."""
        if self.takes_orders is None:
            raise StationBusyError(subject=str(self.home.path))
        self.takes_orders()

    @property
    def bench(self) -> PhoneBench:
        """The session's."""
        return self.session.bench

    @property
    def settings(self) -> Settings:
        """The session's."""
        return self.session.settings

    @property
    def jobs_at_work(self) -> tuple[Job, ...]:
        """The session's."""
        return self.session.jobs_at_work


# -- questions ------------------------------------------------------------------------------------------


def questions(at: OpenStation) -> tuple[Question, ...]:
    """Those that wait for an answer, oldest first."""
    return at.session.questions


def question(at: OpenStation, *, id: str) -> Question:  # noqa: A002 - as in `Question.id`
    """The open question with that id. Raises: QuestionNotFoundError, QuestionClosedError."""
    return at.session.question(id)


def answer(at: OpenStation, *, question: str, by: str, choice: str | None = None) -> None:
    """Answer a question, or decline it for everybody (None). `by`: an operator.

    Raises: NotEntitledError, QuestionNotFoundError, QuestionClosedError, AnswerRefusedError.
    """
    person = load_company(at.home.keys).person(by, "operator")
    at.session.answer(question, choice, by=person.name)


def correct(at: OpenStation, *, job: str, answers: Mapping[str, str], by: str, reason: str) -> int:
    """Answers about a phone's condition in place of earlier ones; how many were others than before. `by`: an operator.

    Raises: NotEntitledError; what `Session.correct` raises.
    """
    person = load_company(at.home.keys).person(by, "operator")
    return at.session.correct(job, answers, by=person, reason=reason)[1]


# -- decisions ------------------------------------------------------------------------------------------


def what_is_signed(at: OpenStation, *, job: str, seen: str) -> str:
    """The digest of what a validator with a key of their own decides about and signs. `seen`: see `decide`.

    Raises: JobNotFoundError, JobBusyError, WrongStageError, SeenChangedError, CertsError, LedgerError.
    """
    with at.session.acting_on(job) as found:
        if found.stage is not Stage.VERIFIED or found.validation is not None:
            raise WrongStageError(subject=found.id, needed=Stage.VERIFIED.value, stage=found.stage.value)
        must_be_seen(found, seen)
        return at.session.papers.before_decision(found)


def decide(
    at: OpenStation,
    *,
    job: str,
    accept: bool,
    by: str,
    seen: str,
    grounds: str = "",
    despite_newer: bool = False,
    signed: Validation | None = None,
) -> None:
    """A named person's decision about a verified job, and the paper it leads to. `seen`: id of the job's newest record
    when it was shown to them; where it is another by now, nothing is decided. `signed`: their own signature of it, made
    where their key is.

    Raises: NotEntitledError, KeyRequiredError; what `Session.decide` raises.
    """
    if signed is None and at.settings.validator_key == "required":
        raise KeyRequiredError(subject=job)
    person = load_company(at.home.keys).decider(by)
    at.session.decide(
        job, accept=accept, by=person, signed=signed, grounds=grounds, despite_newer=despite_newer, seen=seen
    )


def withdraw(at: OpenStation, *, job: str, reason: str, by: str, grounds: str = "") -> None:
    """The job's certificate no longer stands. Raises: NotEntitledError; what `Session.withdraw` raises."""
    if reason not in WITHDRAWALS:
        raise ParameterError(subject="reason", expected=", ".join(WITHDRAWALS), got=reason[:40])
    person = load_company(at.home.keys).decider(by)
    at.session.withdraw(job, reason=reason, by=person, grounds=grounds)


def skip_check(at: OpenStation, *, job: str, rest: bool) -> None:
    """The check that is under way on a job's phone, or every further one, is not done. Raises: JobNotFoundError."""
    at.session.skip_check(job, rest=rest)


def abandon(at: OpenStation, *, job: str, by: str) -> None:
    """Give a phone up on which nothing was begun, and wait until its worker has noticed.

    Raises: NotEntitledError; what `Session.abandon` raises; JobBusyError when its worker takes very long.
    """
    person = load_company(at.home.keys).person(by, "operator")
    given_up = at.session.abandon(job, by=person)
    until = time.monotonic() + NOTICED_WITHIN_S
    while any(each.id == given_up.id for each in at.session.jobs_at_work):
        if time.monotonic() >= until:
            raise JobBusyError(subject=given_up.id, stage=given_up.stage.value)
        time.sleep(_LOOK_S)


# -- papers ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """A paper's file."""

    pdf: Base64


def print_paper(at: OpenStation, *, job: str, opened: tuple[str, ...] = ()) -> Printed:
    """The job's newest paper once more; `opened`: names of its sealed fields that are to be read.

    Raises: LockedError, JobNotFoundError, JobBusyError, CertsError, LogError, LedgerError.
    """
    at.session.must_be_unlocked()
    with at.session.acting_on(job) as found:
        openings = [each for each in found.openings or () if each.name in opened]
        return Printed(pdf=at.session.papers.reprint(found, openings=openings).pdf)


def copy_paper(at: OpenStation, *, job: str, opened: tuple[str, ...] = ()) -> Printed:
    """As `print_paper`, of a paper that is out, with sealed fields that it has; nothing is written.

    Raises: NotCertifiedError where no paper of it is out; ParameterError for a name that is not sealed in it; what
    `print_paper` raises.
    """
    at.session.must_be_unlocked()
    found = at.session.jobs.by_id(job)
    if found.paper is None or found.paper.id not in found.handed_out or found.paper.id not in found.printed:
        raise NotCertifiedError(subject=found.id, stage=found.stage.value)
    sealed = [each.name for each in found.openings or ()]
    if strange := [each for each in opened if each not in sealed]:
        raise ParameterError(subject="opened", expected=", ".join(sealed) or "—", got=strange[0][:40])
    return print_paper(at, job=job, opened=opened)


# -- the trade ------------------------------------------------------------------------------------------


def state(
    at: OpenStation, *, about: str, fields: Mapping[str, str], by: str, ahead: bool = False, system: str = ""
) -> Stated:
    """State asset tag, lot, customer's reference or note of a job, a phone or a slot: see `stating.state_fields`.
    `by`: one of the station's people; `system`: what a program that states it in their name goes by.

    Raises: NotEntitledError; what `stating.state_fields` raises.
    """
    person = _one_of_us(at, by)
    with at.session.acting():
        who = By(name=person.name, role=system or person.role)
        return state_fields(at.session.jobs.ledger, at.settings, about=about, fields=fields, ahead=ahead, by=who)


def state_lot(
    at: OpenStation, *, lot: str, by: str, expected: int | None = None, models: tuple[ModelExpected, ...] = ()
) -> None:
    """Say what a lot should hold; one that was closed is open again. Raises: NotEntitledError, FieldRefusedError."""
    person = _one_of_us(at, by)
    with at.session.acting():
        said = {each.model: each.expected for each in models}
        ledger = at.session.jobs.ledger
        lots.state_lot(ledger, name=lot, by=person.name, role=person.role, expected=expected, models=said)


def close_lot(at: OpenStation, *, lot: str, by: str, differences_known: bool = False) -> None:
    """Close a lot. Raises: NotEntitledError; what `lots.close_lot` raises."""
    person = _one_of_us(at, by)
    with at.session.acting():
        ledger = at.session.jobs.ledger
        lots.close_lot(ledger, name=lot, by=person.name, role=person.role, differences_known=differences_known)


# -- samples --------------------------------------------------------------------------------------------


def write_sample(at: OpenStation, *, period: str, percent: int, of: str = CERTIFICATES) -> None:
    """Write down the population of a period that is over, and its sample once the log's next entry is there; what was
    written before stands.

    Raises: LogMissingError, LogError, LedgerError; ParameterError for what is no period.
    """
    try:
        wanted = period_named(period)
    except ValueError as error:
        raise ParameterError(subject="period", expected="2026-11, 2026-W48, 2026-11-29", got=period[:40]) from error
    if of not in (CERTIFICATES, REPORTS):
        raise ParameterError(subject="of", expected=f"{CERTIFICATES}, {REPORTS}", got=of[:40])
    with at.session.acting():
        sampling.write_sample(at.home, at.session.jobs.ledger, wanted, percent=percent, of=of)


def record_inspection(
    at: OpenStation, *, certificate: str, found: str, tool: str, by: str, grounds: str = ""
) -> SampleInspected:
    """What somebody found on a phone of a sample. `by`: one of the station's people.

    Raises: NotEntitledError; what `station.session.sampling.record_result` raises.
    """
    person = _one_of_us(at, by)
    with at.session.acting():
        ledger = at.session.jobs.ledger
        return sampling.record_result(ledger, certificate, found=found, tool=tool, by=person.name, grounds=grounds)


def _one_of_us(at: OpenStation, by: str) -> Person:
    """An operator, else a validator. Raises: NotEntitledError."""
    company = load_company(at.home.keys)
    return company.person(by, "operator" if by in company.names("operator") else "validator")
