# SPDX-License-Identifier: GPL-3.0-or-later
"""One job told in words: what happened and when, by whom, what was found, what to do next. For terminal and page alike.

Times are the ledger's (RFC 3339 in UTC); whoever shows them turns them into those of the wall.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from phones.words import has
from station.documents.job_words import paper_status_text, reason_text
from station.ledger.event import Event
from station.ledger.job import Job
from station.ledger.job_events import (
    AboutToErase,
    AnswerCorrected,
    DecisionTaken,
    JobFailed,
    JobJudged,
    JobMoved,
    JobOpened,
    JobResumed,
    MethodChosen,
    PhoneIdentified,
    ProblemsFound,
)
from station.ledger.paper_events import (
    CertificateMade,
    CertificateReplaced,
    CertificateWithdrawn,
    ReportMade,
)
from station.ledger.stages import Stage
from station.ledger.summary import AWAITING, JobSummary
from station.ledger.trade_events import FieldsStated
from station.session.summary import reasons_of
from station.text.language import text

__all__ = ["Happened", "happenings", "named_numbers", "next_step", "paper_status_text", "reasons_against", "stage_word"]

_TOLD_STAGES = (Stage.ERASING, Stage.RETURNED, Stage.CERTIFIED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """One thing that happened. `at`: as the ledger has it."""

    at: str
    sentence: str


def happenings(job: Job) -> Iterator[Happened]:
    """What happened, the oldest first, in the language in use. Raises: LedgerError."""
    for entry in job.ledger.entries(job.id):
        said = _told(entry.event)
        if said:
            yield Happened(at=entry.at, sentence=said)


def named_numbers(known: JobSummary) -> Iterator[tuple[str, str]]:
    """What the phone's numbers are called, and which they are."""
    for name, number in known.named_numbers:
        if has(f"story.name_{name}"):
            yield text(f"story.name_{name}"), number


def stage_word(stage: Stage) -> str:
    """A job's stage for people."""
    return text(f"stage.{stage.value}")


def reasons_against(known: JobSummary) -> list[str]:
    """Codes of what there is against a certificate; empty where there is one, or one may still be accepted."""
    reasons = [] if known.certificate or known.awaits_decision else reasons_of(known)
    if len(reasons) > 1:  # nobody can accept what has other reasons against it
        return [code for code in reasons if code != AWAITING]
    return reasons


def next_step(job: Job) -> str:
    """What a person does about it now."""
    known = job.summary
    if known.ended:
        return text("story.next_ended")
    if known.certificate:
        return text("story.next_certified")
    if known.awaits_decision:
        return text("story.next_awaiting", job=job.id)
    if job.stage is Stage.FAILED or known.finished:
        return text("story.next_failed")
    return text("story.next_open")


def _told(event: Event) -> str:
    """One entry in words; "" for what only a program asks for."""
    match event:
        case JobOpened():
            return text("story.opened", slot=event.slot, by=event.performed_by.name)
        case PhoneIdentified():
            return text("story.identified", model=event.phone.display_name, serial=event.phone.serial)
        case ProblemsFound() if event.codes:
            return text("story.problems", what=" ".join(reason_text(code) for code in event.codes))
        case MethodChosen():
            return text("story.method", method=_method(event.method))
        case AboutToErase():
            return text("story.about_to_act", step=text(f"step.{event.step}"))
        case JobResumed():
            return text("story.resumed", stage=stage_word(event.stage))
        case JobMoved():
            return text(f"story.to_{event.to.value}") if event.to in _TOLD_STAGES else ""
        case JobJudged():
            return text(f"story.judged_{event.verdict.value}", level=event.level)
        case JobFailed():
            return text("story.failed", why=reason_text(event.reason))
        case _:
            return _told_of_paper(event)


def _told_of_paper(event: Event) -> str:
    match event:
        case FieldsStated() if event.fields:
            fields = [(text(f"trade.{name}"), value) for name, value in event.fields.items() if has(f"trade.{name}")]
            said = text("word.comma").join(f"{name} “{value}”" for name, value in fields)
            return text("story.stated", what=said, by=event.by)
        case AnswerCorrected():
            return text(
                "story.corrected",
                question=text(f"question.{event.question}") if has(f"question.{event.question}") else event.question,
                before=event.before or "—",
                after=event.after,
                by=event.by,
                why=event.reason,
            )
        case DecisionTaken():
            grounds = f" “{event.grounds}”" if event.grounds else ""
            return text(f"story.{event.decision}", by=event.by) + grounds
        case CertificateMade():
            return text("story.certificate", id=event.id)
        case ReportMade() if event.reasons == (AWAITING,):
            return text("story.awaits")
        case ReportMade():
            return text("story.report", id=event.id)
        case CertificateReplaced():
            return text("word.replaced_by", new=event.by)
        case CertificateWithdrawn():
            return text("story.withdrawn", by=event.by, why=text(f"withdrawal.{event.reason}"))
        case _:
            return ""


def _method(name: str) -> str:
    return text(f"method.{name}") if has(f"method.{name}") else name
