# SPDX-License-Identifier: GPL-3.0-or-later
"""Papers: searched by whatever is printed on a phone or scanned, shown with how they stand, copied, withdrawn."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated, Literal

from fastapi import Query, Response

from station.documents.grade_story import grades
from station.documents.job_words import local_time, paper_status_text, reason_text
from station.documents.jobs import JobTold
from station.ledger.job_filter import JobFilter
from station.ledger.summary import JobSummary, Result
from station.papers.decision import WITHDRAWALS
from station.service.bodies import Code, RequestBody
from station.service.callers import Right
from station.service.pages.page_routes import PageRoutes, Seen, Service
from station.service.pages.showing import go, part, show
from station.service.queue_bodies import Grounds
from station.service.routing import Id
from station.session import operations
from station.session.searching import search
from station.text.language import text

PAGES = PageRoutes()
PORTION = 50
_TONES: Mapping[Result, tuple[str, str]] = MappingProxyType(
    {
        Result.CERTIFIED: ("good", "✓"),
        Result.WITHDRAWN: ("bad", "✗"),
        Result.REPLACED: ("bad", "✗"),
        Result.AWAITING: ("warn", "…"),
        Result.NOT_CERTIFIED: ("bad", "✗"),
        Result.OPEN: ("", "…"),
    }
)
RESULTS = ("awaiting", "open", "withdrawn", "replaced")
Fields = Annotated[list[Annotated[str, Query(pattern=r"^[A-Za-z0-9_.-]{1,64}$")]], Query(max_length=20)]


class Withdrawn(RequestBody):
    """`paper`: the last characters of its number, typed: what is withdrawn cannot be put back."""

    reason: Code
    paper: Code
    grounds: Grounds = ""


@PAGES.add("GET", "/papers", Right.READ)
def papers(
    browser: Seen,
    service: Service,
    find: Annotated[str, Query(max_length=100)] = "",
    result: Literal["", "awaiting", "open", "withdrawn", "replaced"] = "",
    cursor: Annotated[str, Query(pattern=r"^([0-9]{1,18})?$")] = "",
) -> Response:
    """The newest that fit, a portion at a time."""
    wanted = JobFilter(
        text=find,
        awaiting=result == "awaiting",
        open=result == "open",
        ended=result if result in ("withdrawn", "replaced") else "",
    )
    found = search(service.at.session.jobs, wanted, most=PORTION, below=int(cursor) if cursor else None)
    return show(
        "papers.html",
        browser,
        lines=[_line(each) for each in found.jobs],
        found=found,
        find=find,
        result=result,
        results=RESULTS,
        portion=bool(cursor),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One job in the list. `tone`, `sign`: never good without a certificate that stands."""

    job: JobSummary
    at: str
    result: str
    tone: str
    sign: str
    why: str


def _line(job: JobSummary) -> Line:
    tone, sign = _TONES[job.result]
    why = paper_status_text(job) if job.certificate else reason_text(job.main_reason)
    return Line(
        job=job,
        at=local_time(job.opened_at, "%Y-%m-%d %H:%M"),
        result=text(f"result.{job.result.value}"),
        tone=tone,
        sign=sign,
        why=why,
    )


@PAGES.add("GET", "/papers/{job}", Right.READ)
def paper(browser: Seen, service: Service, job: Id) -> Response:
    """One job's paper: how it stands, its file, and what may be done with it."""
    found = service.at.session.jobs.by_id(job)
    sealed = [each.name for each in found.openings or ()]
    out = found.paper is not None and found.paper.id in found.handed_out and found.paper.id in found.printed
    return show(
        "paper.html",
        browser,
        job=JobTold.of(found.summary, service.at.home.papers),
        standing=paper_status_text(found.summary),
        grade=next((each for each in grades(found) if each.on_paper), None),
        sealed=sealed if out else [],
        withdrawals=WITHDRAWALS,
    )


@PAGES.add("GET", "/papers/{job}/copy.pdf", Right.READ)
def copy_pdf(service: Service, job: Id, opened: Fields) -> Response:
    """A copy with those sealed fields opened: drawn and signed once more, and nothing is written."""
    pdf = operations.copy_paper(service.at, job=job, opened=tuple(opened)).pdf
    name = f'attachment; filename="{job}-disclosed.pdf"'
    return Response(pdf, media_type="application/pdf", headers={"Content-Disposition": name})


@PAGES.add("POST", "/papers/{job}/withdrawal", Right.DECIDE)
def withdraw(browser: Seen, service: Service, job: Id, body: Withdrawn) -> Response:
    """The certificate no longer stands, once its number was typed."""
    by = browser.caller.validator(service.at.home, None)
    found = service.at.session.jobs.by_id(job)
    number = found.certificate.id if found.certificate is not None else ""
    if number and body.paper.strip().upper() not in (number, number[-4:]):
        return part("note_part.html", browser, status=422, word="page_papers.not_named")
    operations.withdraw(service.at, job=job, reason=body.reason, by=by.name, grounds=body.grounds)
    return go(f"/papers/{job}")
