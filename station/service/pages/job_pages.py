# SPDX-License-Identifier: GPL-3.0-or-later
"""One job, and one phone with all its jobs, for somebody who knows neither the trade nor the program."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated

from fastapi import Query, Response

from phones.evidence import Evidence, Outcome
from phones.identity import plain
from phones.words import has
from station.documents.grade_story import grades
from station.documents.job_story import happenings, named_numbers, next_step, reasons_against, stage_word
from station.documents.job_words import local_time, paper_status_text
from station.documents.jobs import JobTold
from station.documents.sentences import Reason
from station.errors import JobNotFoundError
from station.ledger.job import Job
from station.service.callers import Right
from station.service.pages.page_routes import PageRoutes, Seen, Service
from station.service.pages.showing import show
from station.service.routes.jobs import paper_pdf
from station.service.routing import Id
from station.text.language import text

PAGES = PageRoutes()
MOST_VISITS = 100
_OF: Mapping[str, str] = MappingProxyType({"usb": "port", "operator": "person", "host": "station"})
"""Of whom something was asked, by link; of the phone over all others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """How a job stands, in one sentence; `tone`: good, warn, bad or "", never good without a certificate."""

    tone: str
    sign: str
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One piece of evidence. `sign`: was it answered?"""

    number: int
    asked: str
    of: str
    moment: str
    outcome: str
    sign: str
    values: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One job of a phone. `at`: when it was opened, by the clock on the wall."""

    job: JobTold
    result: Result
    stage: str
    at: str


@PAGES.add("GET", "/jobs/{job}", Right.READ)
def one_job(browser: Seen, service: Service, job: Id) -> Response:
    """What happened to a phone once."""
    found = service.at.session.jobs.by_id(job)
    known = found.summary
    return show(
        "job.html",
        browser,
        job=JobTold.of(known, service.at.home.papers),
        result=result_of(found),
        numbers=tuple(named_numbers(known)),
        phone_number=known.serial or next(iter(known.numbers), ""),
        stage=stage_word(found.stage),
        reasons=tuple(Reason.of_code(code) for code in reasons_against(known)),
        next=next_step(found),
        standing=paper_status_text(known),
        happened=tuple(happenings(found)),
        evidence=tuple(_pieces(found)),
        grades=grades(found),
        local_time=local_time,
    )


@PAGES.add("GET", "/jobs/{job}/paper.pdf", Right.READ)
def paper(service: Service, job: Id) -> Response:
    """The job's newest paper, as it is filed."""
    answer: Response = paper_pdf(service, job)
    return answer


@PAGES.add("GET", "/phone", Right.READ)
def phone(browser: Seen, service: Service, number: Annotated[str, Query(min_length=1, max_length=200)]) -> Response:
    """Every job of the phone that goes by that number, the newest first. Raises: JobNotFoundError; AmbiguousJobError
    where several phones do.
    """
    found = service.at.session.jobs.named(number)[-MOST_VISITS:][::-1]
    if not found:
        raise JobNotFoundError(subject=number[:80])
    if not all(_same(found[0], each) for each in found):
        service.at.session.jobs.find(number)  # which says that several phones go by that
    ports = {row.job: row.port for row in service.bench.rows() if row.job} if browser.may(Right.SEE) else {}
    return show(
        "phone.html",
        browser,
        number=found[0].summary.serial or number,
        model=found[0].summary.model,
        here=next((ports[each.id] for each in found if each.id in ports), ""),
        grades=next((told for each in found if (told := grades(each))), ()),
        visits=[
            Visit(
                job=JobTold.of(each.summary, service.at.home.papers),
                result=result_of(each),
                stage=stage_word(each.stage),
                at=local_time(each.summary.opened_at),
            )
            for each in found
        ],
    )


def _same(one: Job, other: Job) -> bool:
    """Is it one phone? What two of them have in common with what was typed is no reason to tell them as one."""
    return one.id == other.id or bool(set(map(plain, one.summary.numbers)) & set(map(plain, other.summary.numbers)))


def result_of(job: Job) -> Result:
    """In the language in use."""
    known = job.summary
    if known.ended:
        return Result(tone="bad", sign="✗", sentence=paper_status_text(known))
    if known.certificate:
        return Result(tone="good", sign="✓", sentence=text("page.result_certified"))
    if known.awaits_decision:
        return Result(tone="warn", sign="…", sentence=text("page.result_awaits"))
    if known.finished:
        return Result(tone="bad", sign="✗", sentence=text("page.result_none"))
    return Result(tone="", sign="…", sentence=text("page.result_open"))


def _pieces(job: Job) -> Iterator[Piece]:
    for each in job.evidence:
        yield _piece(each)


def _piece(each: Evidence) -> Piece:
    answered = each.outcome is Outcome.ANSWERED
    return Piece(
        number=each.number,
        asked=each.asked,
        of=text(f"page.link_{_OF.get(each.link, 'phone')}"),
        moment=_word("page.moment", each.moment.value),
        outcome=_word("page.outcome", each.outcome.value),
        sign="✓" if answered else "–",
        values=tuple(sorted(each.values.items())),
    )


def _word(prefix: str, value: str) -> str:
    return text(f"{prefix}_{value}") if has(f"{prefix}_{value}") else value
