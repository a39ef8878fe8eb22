# SPDX-License-Identifier: GPL-3.0-or-later
"""Re-inspection by sample: drawn by the transparency log, written down before and after, told as it stands."""

from dataclasses import asdict
from typing import Annotated, Literal

from fastapi import Path, Response

from station.documents.papers import SampleLot, SampleResult
from station.service import queue_bodies
from station.service.callers import Right
from station.service.once import Asked, digest_of
from station.service.routing import From, Key, Routes, Service, tell
from station.service.told_station import SampleDrawnTold
from station.session import operations, sampling

ROUTES = Routes()
PeriodName = Annotated[str, Path(min_length=7, max_length=10, pattern=r"^[0-9W-]+$")]


@ROUTES.add("POST", "/samples", Right.INSPECT, response_model=SampleDrawnTold)
def draw_sample(service: Service, body: queue_bodies.SampleWanted) -> Response:
    """The sample of a period that is over, drawn once; null while the log's next entry, which decides, is not there."""
    drawing = sampling.draw_here(service.at, period=body.period, percent=body.percent, of=body.of)
    return tell(SampleDrawnTold.of_drawing(drawing, of=body.of))


@ROUTES.add("POST", "/samples/results", Right.INSPECT, response_model=SampleResult)
def sample_result(service: Service, caller: From, body: queue_bodies.Inspected, key: Key) -> Response:
    """What a person found on a phone of a sample; who erased it does not inspect it."""
    asked = Asked(caller=caller.id, key=key, request=digest_of("sample", body.model_dump()))
    told = service.once.do(asked, lambda: asdict(_inspected(service, caller, body)))
    return tell(SampleResult(**told))


@ROUTES.add("GET", "/samples/{period}", Right.READ, response_model=SampleLot)
def sample_lot(
    service: Service, period: PeriodName, of: Literal["certificates", "reports"] = "certificates"
) -> Response:
    """How the inspection of a period's sample stands."""
    wanted = sampling.period_over(period)
    return tell(SampleLot.of_lot(sampling.lot(service.at.session.jobs.ledger, wanted, of)))


def _inspected(service: Service, caller: From, body: queue_bodies.Inspected) -> SampleResult:
    inspected = operations.record_inspection(
        service.at,
        certificate=body.certificate.upper(),
        found=body.found,
        tool=body.tool,
        by=caller.person or body.person or "",
        grounds=body.grounds,
    )
    return SampleResult.of_inspection(inspected)
