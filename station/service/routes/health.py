# SPDX-License-Identifier: GPL-3.0-or-later
"""For who watches over programs: may work be sent here, and how much of everything there is. No phone's data."""

from fastapi import Response

from station.service.callers import Right
from station.service.errors import ApiRefusedError
from station.service.metrics import lines_of
from station.service.routing import IN_THE_WAY, Routes, Service, gives

ROUTES = Routes()


@ROUTES.add("GET", "/readyz", Right.SEE, refuses=(IN_THE_WAY,), response_class=Response, responses=gives("text/plain"))
def readyz(service: Service) -> Response:
    """The service takes new work: its ledger answers, and nothing keeps work away."""
    told = service.state()
    if told.state != "running":
        raise ApiRefusedError(cause=told.state, status=503)
    return Response(b"ready\n", media_type="text/plain")


@ROUTES.add("GET", "/metrics", Right.SEE, response_class=Response, responses=gives("text/plain"))
def metrics(service: Service) -> Response:
    """In Prometheus's text format, version 0.0.4."""
    return Response("".join(lines_of(service)).encode(), media_type="text/plain; version=0.0.4")
