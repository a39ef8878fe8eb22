# SPDX-License-Identifier: GPL-3.0-or-later
"""The station's jobs searched and counted."""

from datetime import date
from typing import Annotated, Literal

from fastapi import Query, Response

from phones.clock import utc_now
from station.documents.jobs import JobTold
from station.ledger.job_filter import JobFilter
from station.service.callers import Right
from station.service.errors import ApiRefusedError
from station.service.routing import Routes, Service, tell
from station.service.told_station import JobsFound, StatisticsTold
from station.session import statistics as counting
from station.session.searching import search as searched

ROUTES = Routes()
MOST_FOUND = 200
Word = Annotated[str, Query(max_length=100)]
Date = Annotated[str, Query(pattern=r"^([0-9]{4}-[0-9]{2}-[0-9]{2})?$")]
Zone = Annotated[str, Query(max_length=64, pattern=r"^[A-Za-z0-9_+/-]+$")]


@ROUTES.add("GET", "/search", Right.READ, response_model=JobsFound)
def search(
    service: Service,
    find: Word = "",
    result: Literal["", "awaiting", "open", "withdrawn", "replaced"] = "",
    operator: Word = "",
    model: Word = "",
    reason: Word = "",
    asset_tag: Word = "",
    lot: Word = "",
    since: Date = "",
    until: Date = "",
    zone: Zone = counting.LOCAL,
    most: Annotated[int, Query(ge=1, le=MOST_FOUND)] = 50,
    cursor: Annotated[str, Query(pattern=r"^([0-9]{1,18})?$")] = "",
) -> Response:
    """Jobs that fit all of it, newest first. `find`: a part of a number, a paper's id, an asset tag, a lot, a slot, a
    model or a person; `asset_tag`, `lot`: as a whole; `cursor`: the one of the answer before.
    """
    wanted = JobFilter(
        text=find,
        awaiting=result == "awaiting",
        open=result == "open",
        ended=result if result in ("withdrawn", "replaced") else "",
        operator=operator,
        model=model,
        reason=reason,
        asset_tag=asset_tag,
        lot=lot,
        since=counting.beginning(day_of(since, "since"), zone=zone) if since else None,
        until=counting.end(day_of(until, "until"), zone=zone) if until else None,
    )
    found = searched(service.at.session.jobs, wanted, most=most, below=int(cursor) if cursor else None)
    told = tuple(JobTold.of(each, None) for each in found.jobs)
    return tell(JobsFound(jobs=told, total=found.total, cursor=None if found.next is None else str(found.next)))


@ROUTES.add("GET", "/statistics", Right.READ, response_model=StatisticsTold)
def statistics(service: Service, since: Date = "", until: Date = "", zone: Zone = counting.LOCAL) -> Response:
    """Jobs counted by day, person, model, method, grade and reason. Without days: the seven that end today."""
    last = day_of(until, "until") if until else counting.today(utc_now(), zone=zone)
    first = day_of(since, "since") if since else date.fromordinal(max(1, last.toordinal() - 6))
    wanted = counting.period(first, last, zone=zone)
    return tell(StatisticsTold.of(wanted, counting.statistics(service.at.session.jobs, wanted)))


def day_of(given: str, name: str) -> date:
    """The day that is meant. Raises: ApiRefusedError for a day that no calendar has."""
    try:
        return date.fromisoformat(given)
    except ValueError as error:
        raise ApiRefusedError(cause=name, status=422) from error
