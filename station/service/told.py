# SPDX-License-Identifier: GPL-3.0-or-later
"""Documents of the API that no command prints; those that one prints are the same here (`station.documents`)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Literal, Self

from station.documents.document import Document, known
from station.documents.phones import ErasePlanned
from station.documents.sentences import Reason, codes_like
from station.errors import CodeUnknownError
from station.service.plans import Waiting
from station.session.board import Row, Say, Urgency
from station.session.events import Question
from station.text.language import current, text

PhoneState = Literal["at_work", "to_confirm", "asks_you", "blocked", "finished"]


@dataclass(frozen=True, kw_only=True)
class PhoneOnBench:
    """What hangs on a port. `state_reasons`: what stands in the way, with stable codes. `number_end`: the last
    characters of its number. `cable`: needs_you, unplug or do_not_unplug. `tells`: what a person must do now.
    """

    slot: str
    port: str
    model: str | None
    number_end: str | None
    job: str | None
    state: PhoneState
    state_reasons: tuple[Reason, ...]
    sentence: str
    tells: str | None
    cable: Literal["needs_you", "unplug", "do_not_unplug"]
    elapsed_s: float | None
    left_s: float | None
    percent_done: int | None

    @classmethod
    def of(cls, row: Row) -> Self:
        """A row of the board, in the language in use."""
        return cls(
            slot=row.slot,
            port=row.port,
            model=known(row.model),
            number_end=known(row.digits),
            job=known(row.job),
            state=_state(row),
            state_reasons=tuple(Reason.of_problem(each) for each in row.problems),
            sentence=_said(row.doing) or "",
            tells=_said(row.tells),
            cable=row.cable.value,
            elapsed_s=row.elapsed_s,
            left_s=row.left_s,
            percent_done=None if row.act is None else row.act.percent,
        )


@dataclass(frozen=True, kw_only=True)
class BenchTold(Document):
    """`GET /v1/phones`: those first that need a person."""

    NAME: ClassVar[str] = "bench"

    phones: tuple[PhoneOnBench, ...]
    notes: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class MaintenanceTold:
    """Why somebody keeps the bench to themselves, who, and since when."""

    reason: str
    by: str
    since: str


@dataclass(frozen=True, kw_only=True)
class ServiceTold(Document):
    """`GET /v1/state`. `sequence`: number of the ledger's last entry. `erase`: may the API begin one? `locked`: is the
    passphrase wanted first? Draining, whatever the reason, begins nothing new and finishes what has begun.
    """

    NAME: ClassVar[str] = "service"

    state: Literal["running", "draining", "ending"]
    state_reasons: tuple[Reason, ...]
    version: str
    sequence: int
    erase: bool
    locked: bool
    maintenance: MaintenanceTold | None
    specimen: bool
    jobs_at_work: int
    jobs_erasing: int
    questions_open: int


@dataclass(frozen=True, kw_only=True)
class PlanTold(Document):
    """`POST /v1/plans`. To confirm: `plan_hash`, and the phone's whole number or its last `digits`, before
    `expires_at`.
    """

    NAME: ClassVar[str] = "erase-plan"

    plan: str
    plan_hash: str
    expires_at: datetime
    digits: int
    only_report: bool
    shows: ErasePlanned

    @classmethod
    def of(cls, made: Waiting) -> Self:
        """In the language in use."""
        candidate = made.shown.candidate
        return cls(
            plan=made.id,
            plan_hash=made.shown.hash,
            expires_at=made.expires_at,
            digits=candidate.digits,
            only_report=candidate.only_report,
            shows=made.shown.document,
        )


@dataclass(frozen=True, kw_only=True)
class EraseBegun(Document):
    """`POST /v1/plans/…/confirm`: the job that was begun; the same when the same request comes again."""

    NAME: ClassVar[str] = "erase-begun"

    job: str
    plan: str


@dataclass(frozen=True, kw_only=True)
class QuestionTold:
    """A question that waits for an answer."""

    question_id: str
    question: str
    job: str
    slot: str
    port: str
    choices: tuple[str, ...]
    sentence: str
    facts: Mapping[str, str]
    asked_at: datetime
    timeout_s: float

    @classmethod
    def of(cls, asked: Question) -> Self:
        """In the language in use."""
        return cls(
            question_id=asked.id,
            question=asked.key,
            job=asked.job,
            slot=asked.slot,
            port=asked.port,
            choices=asked.choices,
            sentence=text(f"ask.{asked.key}", **asked.facts),
            facts=asked.facts,
            asked_at=asked.asked_at,
            timeout_s=asked.timeout_s,
        )


@dataclass(frozen=True, kw_only=True)
class QuestionsTold(Document):
    """`GET /v1/questions`, oldest first."""

    NAME: ClassVar[str] = "questions"

    questions: tuple[QuestionTold, ...]


@dataclass(frozen=True, kw_only=True)
class Done(Document):
    """What was asked for is done, and there is nothing to tell of it."""

    NAME: ClassVar[str] = "done"

    done: Literal[True] = True


@dataclass(frozen=True, kw_only=True)
class CodeTold(Document):
    """`GET /v1/problems/…`: what a code means and what to do about it."""

    NAME: ClassVar[str] = "code"

    code: str
    sentence: str | None
    next_step: str | None
    language: str

    @classmethod
    def of(cls, code: str) -> Self:
        """In the language in use. Raises: CodeUnknownError."""
        told = Reason.of_code(code)
        if told.sentence is None:
            raise CodeUnknownError(subject=code, near=", ".join(codes_like(code)) or "—")
        return cls(code=code, sentence=told.sentence, next_step=told.next_step, language=current())


def _state(row: Row) -> PhoneState:
    match row.urgency:
        case Urgency.CONFIRM:
            return "to_confirm"
        case Urgency.FINISHED:
            return "finished"
        case Urgency.AT_WORK:
            return "at_work"
        case Urgency.HELP:
            return "blocked" if row.problems else "asks_you"


def _said(say: Say | None) -> str | None:
    return None if say is None else text(say.key, **say.facts)
