# SPDX-License-Identifier: GPL-3.0-or-later
"""One job told at a terminal: the lines of `station.documents.job_story`, with where the paper is."""

from collections.abc import Iterator
from pathlib import Path

from station.documents.job_story import happenings, named_numbers, next_step, reasons_against, stage_word
from station.documents.job_words import local_time, next_step_text, paper_status_text, reason_text
from station.ledger.job import Job
from station.papers.paper_names import current_file
from station.text.language import text


def story(job: Job, papers: Path) -> Iterator[str]:
    """Lines for a person; `papers`: the folder where its papers are. Raises: LedgerError."""
    yield from head(job)
    yield ""
    yield from happened(job)
    yield ""
    yield from found(job)
    yield from _paper(job, papers)
    yield text("story.next", step=next_step(job))


def happened(job: Job) -> Iterator[str]:
    """What happened, a line each, the oldest first. Raises: LedgerError."""
    for each in happenings(job):
        yield f"{local_time(each.at)}  {each.sentence}"


def head(job: Job) -> Iterator[str]:
    """Which job, which phone, who."""
    known = job.summary
    yield text("story.head", job=job.id, model=known.model or "—", stage=stage_word(job.stage))
    numbers = [text("story.number", name=name, number=number) for name, number in named_numbers(known)]
    if numbers:
        yield "  " + " · ".join(numbers)
    yield "  " + text("story.attempt", number=known.attempt, slot=known.slot, operator=known.performed_by)


def found(job: Job) -> Iterator[str]:
    """What came out, with every reason there is against a certificate."""
    known = job.summary
    if known.verdict:
        yield text("story.level", level=known.level or "—", grade=known.grade or "—")
    if known.awaits_decision:
        yield text("word.awaits_decision")
        yield text("story.record", id=known.report)
    reasons = reasons_against(known)
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
