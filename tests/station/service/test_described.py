# SPDX-License-Identifier: GPL-3.0-or-later
"""Every answer is one that docs/openapi.json describes, whatever is asked; schemathesis asks, by that file alone.

There the problem document answers every status (`default`), so schemathesis can miss none; what a route may refuse with
stands in `x-refusals`, and every service of these tests hears whether it is kept (`tests.support.declared`).
"""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Response
from starlette.types import Receive, Scope, Send

from station.service.app import describe
from station.service.callers import Caller, Right, Role
from station.service.pace import Pace
from station.service.routing import ANYWHERE, Routes
from tests.support.declared import Watched
from tests.support.service_room import LONGEST_S, SERIAL, ServiceRoom, service_room
from tests.support.waiting import wait_for

WITHOUT_END = "/v1/events"
"""A stream: test_events.py reads it."""
STOPPING = ("/v1/lock", "/v1/drain", "/v1/maintenance")
"""What these begin makes others answer 503, rightly; they are asked last, and nothing else with them."""
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
HURRIED = Pace(held=1e9)
"""How often one may ask is another test's question."""


@pytest.mark.slow
@pytest.mark.wire
def test_whatever_is_asked_the_answer_is_one_that_is_described(tmp_path: Path, keys_of: Callable[[bool], Path]) -> None:
    with service_room(tmp_path / "station", keys_of(True), pace=HURRIED, whole_papers=True) as room:
        job = room.confirm(room.plan()).json()["job"]
        wait_for(lambda: bool(room.get(f"/v1/jobs/{job}")["jobs"][0]["closed_at"]), LONGEST_S, "the job does not end")
        assert room.get(f"/v1/jobs/{job}")["jobs"][0]["stage"] == "CERTIFIED"
        description = tmp_path / "openapi.json"
        description.write_text(json.dumps(with_what_is_there(describe(), {"job": job, "phone": SERIAL})))
        technician, validator = room.token("technician"), room.token("validator", "Wang Fang")
        others = [f"--exclude-path={each}" for each in (WITHOUT_END, *STOPPING)]
        ask(room, description, technician, "--exclude-by", "/x-right == decide", *others)
        ask(room, description, validator, "--include-by", "/x-right == decide")
        ask(room, description, technician, *(f"--include-path={each}" for each in STOPPING))
        assert room.client.get("/healthz").status_code == 200


def test_a_status_that_no_route_declares_is_heard_whoever_asked() -> None:
    routes = Routes()

    @routes.add("GET", "/kettle", Right.SEE)
    def kettle() -> Response:
        return Response(status_code=418)

    @routes.add("GET", "/cups", Right.SEE)
    def cups() -> Response:
        return Response(status_code=404)

    @routes.add("POST", "/cups", Right.SEE)
    def more_cups() -> Response:
        return Response(status_code=409)

    app = FastAPI()
    app.include_router(routes, prefix="/v1")
    watched = Watched(app)

    async def with_caller(scope: Scope, receive: Receive, send: Send) -> None:
        scope.setdefault("state", {})["caller"] = Caller(id="anybody", role=Role.TECHNICIAN)
        await watched(scope, receive, send)

    async def ask() -> None:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(with_caller), base_url="http://localhost") as client:
            for method, path in (("GET", "kettle"), ("GET", "cups"), ("POST", "cups"), ("GET", "nothing")):
                await client.request(method, f"/v1/{path}")

    asyncio.run(ask())
    assert watched.undeclared == {("GET", "/kettle", 418), ("GET", "/cups", 404)}


def test_every_route_declares_with_which_statuses_it_refuses() -> None:
    found = [route for methods in describe()["paths"].values() for route in methods.values()]
    declared = [set(route["x-refusals"]) for route in found if "x-right" in route]
    assert len(declared) > 50
    assert all(set(ANYWHERE) <= each and 500 not in each for each in declared)
    assert not all(404 in each for each in declared)
    assert not all(409 in each for each in declared)


def with_what_is_there(description: dict[str, Any], known: Mapping[str, str]) -> dict[str, Any]:
    """With values for parameters that are about something, so that not every answer is that nothing is there."""
    for methods in description["paths"].values():
        for route in methods.values():
            for parameter in route.get("parameters", ()):
                if parameter["name"] in known:
                    parameter["example"] = known[parameter["name"]]
    return description


def ask(room: ServiceRoom, description: Path, token: str, *which: str) -> None:
    """Fails with what schemathesis found."""
    said = subprocess.run(
        [
            sys.executable,
            *("-m", "schemathesis.cli", "run", str(description), f"--url=http://127.0.0.1:{room.port}"),
            *(
                "--header",
                f"Authorization: Bearer {token}",
                "--checks",
                CHECKS,
                "--phases",
                "examples,coverage,fuzzing",
            ),
            *("--no-color", "--max-examples=8", "--continue-on-failure"),
            *("--suppress-health-check=all", "--warnings=off", "--request-timeout=60"),
            # The same requests in CI each time; schemathesis takes no second word about a database then.
            *(["--seed=1", "--generation-deterministic"] if os.environ.get("CI") else ["--generation-database=none"]),
            *which,
        ],
        cwd=description.parent,
        capture_output=True,
        text=True,
        timeout=1000,
        check=False,
    )
    assert said.returncode == 0, said.stdout[-20_000:] + said.stderr[-2000:]
    assert "Test cases" in said.stdout, said.stdout
