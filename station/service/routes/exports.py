# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs for other programs and spreadsheets, in columns that stay."""

from typing import Annotated, Literal

from fastapi import Query, Response
from starlette.responses import StreamingResponse

from station.documents.job_rows import csv_of, lines_of
from station.ledger.job_filter import JobFilter
from station.service.callers import Right
from station.service.routes.counts import Date, Word, Zone, day_of
from station.service.routing import Routes, Service, gives
from station.session import statistics as counting

ROUTES = Routes()
_KINDS = {"csv": "text/csv; charset=utf-8", "jsonl": "application/jsonl"}


@ROUTES.add(
    "GET", "/exports/jobs", Right.READ, response_class=Response, responses=gives("text/csv", "application/jsonl")
)
def export_jobs(
    service: Service,
    form: Annotated[Literal["csv", "jsonl"], Query(alias="format")] = "csv",
    since: Date = "",
    until: Date = "",
    zone: Zone = counting.LOCAL,
    lot: Word = "",
    asset_tag: Word = "",
    excel: bool = False,  # noqa: FBT001, FBT002 - the shape of a query
) -> Response:
    """Every job that fits, oldest first, in the columns of `job-row`; it streams, however many they are."""
    wanted = JobFilter(
        since=counting.beginning(day_of(since, "since"), zone=zone) if since else None,
        until=counting.end(day_of(until, "until"), zone=zone) if until else None,
        lot=lot,
        asset_tag=asset_tag,
    )
    found = service.at.session.jobs.ledger.view.each(wanted)
    portions = csv_of(found, for_spreadsheet=excel) if form == "csv" else lines_of(found)
    name = f'attachment; filename="jobs.{form}"'
    return StreamingResponse(portions, media_type=_KINDS[form], headers={"Content-Disposition": name})
