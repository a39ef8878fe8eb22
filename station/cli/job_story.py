# SPDX-License-Identifier: GPL-3.0-or-later
"""One job told in words: what happened and when, by whom, what was found, where the paper is, what to do next."""

from collections.abc import Iterator
from pathlib import Path

from phones.words import has
from station.cli.cli_text import stage_text
from station.cli.job_words import local_time, next_step_text, paper_status_text, reason_text
from station.ledger.entry import Entry
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
from station.ledger.summary import AWAITING
from station.papers.paper_names import current_file
from station.session.summary import reasons_of
from station.text.language import text

_TOLD_STAGES = (Stage.ERASING, Stage.RETURNED, Stage.CERTIFIED)


def story(job: Job, papers: Path) -> Iterator[str]:
    """Lines for a person; `papers`: the folder where its papers are. Raises: LedgerError."""
    yield from head(job)
    yield ""
    yield from happened(job)
    yield ""
    yield from found(job)
    yield from _paper(job, papers)
    yield text("story.next", step=_next(job))


def happened(job: Job) -> Iterator[str]:
    """What happened, a line each, the oldest first. Raises: LedgerError."""
    for entry in job.ledger.entries(job.id):
        said = _told(entry.event)
        if said:
            yield f"{_time(entry)}  {said}"


def head(job: Job) -> Iterator[str]:
    """Which job, which phone, who."""
    known = job.summary
    yield text("story.head", job=job.id, model=known.model or "—", stage=stage_text(job.stage.value))
    numbers = [
        text("story.number", name=text(f"story.name_{name}"), number=number)
        for name, number in known.named_numbers
        if has(f"story.name_{name}")
    ]
    if numbers:
        yield "  " + " · ".join(numbers)
    yield "  " + text("story.attempt", number=known.attempt, slot=known.slot, operator=known.performed_by)


def _time(entry: Entry) -> str:
    return local_time(entry.at)


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
            return text("story.resumed", stage=stage_text(event.stage.value))
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


def found(job: Job) -> Iterator[str]:
    """What came out, with every reason there is against a certificate."""
    known = job.summary
    if known.verdict:
        yield text("story.level", level=known.level or "—", grade=known.grade or "—")
    if known.awaits_decision:
        yield text("word.awaits_decision")
        yield text("story.record", id=known.report)
    reasons = [] if known.certificate or known.awaits_decision else reasons_of(known)
    if len(reasons) > 1:  # nobody can accept what has other reasons against it
        reasons = [code for code in reasons if code != AWAITING]
    if reasons:
        yield text("story.why")
        for code in reasons:
            yield f"  - {reason_text(code)} [{code}]"
            step = next_step_text(code)
            if step:
                yield f"    → {step}"


def _paper(job: Job, papers: Path) -> Iterator[str]:
    if job.paper is None:
        yield text("story.no_paper")
        return
    if not job.summary.filed_paper:
        yield text("story.paper_after_decision")
        return
    yield text("story.paper", id=job.paper.id, file=papers / current_file(job.summary))
    standing = paper_status_text(job.summary)
    if standing:
        yield "  " + standing


def _next(job: Job) -> str:
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
