# SPDX-License-Identifier: GPL-3.0-or-later
"""The validation queue: a list, and one card at a time with all that the decision rests on.

A decision carries the record that was shown. Where the job has another by then nothing is decided, and the new card is
shown in place of the old one.
"""

from typing import Annotated, Any, Literal

from fastapi import Query, Response

from station.documents.decision_card import decision_card
from station.documents.job_words import local_time
from station.errors import JobNotFoundError, LedgerError, SeenChangedError
from station.ledger.job import Job
from station.ledger.job_filter import JobFilter
from station.ledger.summary import JobSummary
from station.service.bodies import Code, RequestBody
from station.service.callers import Right
from station.service.pages.page_routes import PageRoutes, Seen, Service
from station.service.pages.showing import go, part, show
from station.service.queue_bodies import Grounds
from station.service.routing import Id
from station.service.running import Running
from station.session import operations

PAGES = PageRoutes()
MOST = 200
"""Of the list; the oldest that wait."""
JobName = Annotated[str, Query(max_length=64, pattern=r"^[A-Za-z0-9_-]*$")]


class Decided(RequestBody):
    """`newer`: the person says that they know the phone was here again."""

    decision: Literal["accept", "reject"]
    seen: Code
    grounds: Grounds = ""
    newer: Literal["known"] | None = None


@PAGES.add("GET", "/validation", Right.DECIDE)
def validation(browser: Seen, service: Service, job: JobName = "", done: JobName = "") -> Response:
    """The queue, with the card of `job`, else of the oldest that waits. `done`: what was just decided."""
    return show("validation.html", browser, done=_done(service, done), **_facts(service, job))


@PAGES.add("GET", "/parts/validation", Right.DECIDE)
def waiting(browser: Seen, service: Service, job: JobName = "", seen: JobName = "") -> Response:
    """The list as it stands, and whether the card that is shown is still what would be decided about."""
    facts = _facts(service, job)
    card = facts["card"]
    now = "" if card is None or card.job.id != job else card.seen
    return part("validation_list.html", browser, changed=bool(job) and now != seen, **facts)


@PAGES.add("POST", "/validation/{job}", Right.DECIDE)
def decide(browser: Seen, service: Service, job: Id, body: Decided) -> Response:
    """What the validator decided about what they were shown; then the next card."""
    by = browser.caller.validator(service.at.home, None)
    following = _after(service, job)
    try:
        operations.decide(
            service.at,
            job=job,
            accept=body.decision == "accept",
            by=by.name,
            seen=body.seen,
            grounds=body.grounds,
            despite_newer=body.newer is not None,
        )
    except SeenChangedError:
        facts = _facts(service, job)
        return part("validation_card.html", browser, status=409, overtaken=True, **facts)
    return go(f"/validation?job={following}&done={job}")


def _facts(service: Running, wanted: str) -> dict[str, Any]:
    total, found = _oldest(service)
    ids = [each.id for each in found]
    place = ids.index(wanted) if wanted in ids else 0
    card = decision_card(service.at.session.jobs.to_act_on(ids[place])) if ids else None
    return {
        "jobs": found,
        "total": total,
        "place": place,
        "card": card,
        "gone": bool(wanted) and wanted not in ids,
        "before": ids[place - 1] if place else "",
        "next": ids[place + 1] if place + 1 < len(ids) else "",
        "local_time": local_time,
        "own_key": service.at.settings.validator_key == "required",
    }


def _oldest(service: Running) -> tuple[int, tuple[JobSummary, ...]]:
    """How many wait, and those of them that wait longest, oldest first."""
    wanted, jobs = JobFilter(awaiting=True), service.at.session.jobs
    total = jobs.count(wanted)[""]
    return total, jobs.select(wanted, most=MOST, skip=max(0, total - MOST))[::-1]


def _after(service: Running, job: str) -> str:
    """The one that stands behind it in the queue, else the first; "" where it is the only one."""
    found = [each.id for each in _oldest(service)[1]]
    others = [each for each in found if each != job.upper()]
    place = found.index(job.upper()) if job.upper() in found else 0
    return (others[place:] or others or [""])[0]


def _done(service: Running, job: str) -> Job | None:
    """What became of a job; None without one."""
    try:
        return service.at.session.jobs.by_id(job) if job else None
    except (JobNotFoundError, LedgerError):
        return None
