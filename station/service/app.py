# SPDX-License-Identifier: GPL-3.0-or-later
"""The application: the gate, the subjects of `/v1`, and what any of them refuses, which is told as a problem."""

import json
from typing import Any

from fastapi import Depends, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from phones.errors import ProofwipeError
from station.service.errors import ApiRefusedError
from station.service.gate import Gate, is_of_api
from station.service.pages.app import pages_of
from station.service.problem import MEDIA_TYPE, Problem, headers_of, problem_json, status_of
from station.service.routes import (
    bench,
    counts,
    exports,
    health,
    jobs,
    logins,
    papers,
    printing,
    samples,
    service,
    station,
    trade,
    webhooks,
)
from station.service.routing import gives, only_declared
from station.service.running import Running

SUBJECTS = (
    bench.ROUTES,
    jobs.ROUTES,
    papers.ROUTES,
    samples.ROUTES,
    counts.ROUTES,
    printing.ROUTES,
    station.ROUTES,
    trade.ROUTES,
    exports.ROUTES,
    service.ROUTES,
    logins.ROUTES,
    webhooks.ROUTES,
)
_PROBLEM: dict[int | str, dict[str, Any]] = {
    "default": {"model": Problem, "description": "RFC 9457; every code is in docs/problems.md"}
}


def build(running: Running) -> Gate:
    """The whole application, behind its gate."""
    api, pages = routes_of(running), pages_of(running)

    async def either(scope: Scope, receive: Receive, send: Send) -> None:
        await (api if scope["type"] != "http" or is_of_api(scope["path"]) else pages)(scope, receive, send)

    return Gate(either, with_token=running.with_secret, pace=running.pace)


def routes_of(running: Running | None) -> FastAPI:
    """The routes alone; with None only to be described."""
    app = FastAPI(
        title="proofwipe",
        version="1",
        summary="A bench that erases used phones, proves it and signs certificates: docs/service.md",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,  # one address each: a redirect would be an answer that is not described
        default_response_class=JSONResponse,
        responses=_PROBLEM,
    )
    app.state.running = running
    app.add_exception_handler(ProofwipeError, _refused)
    app.add_exception_handler(RequestValidationError, _not_of_shape)
    app.add_exception_handler(HTTPException, _no_route)
    app.add_exception_handler(Exception, _unexpected)
    app.add_api_route(
        "/healthz",
        _healthz,
        methods=["GET"],
        dependencies=[Depends(only_declared)],
        operation_id="healthz",
        summary="The process answers",
        response_class=Response,
        responses=gives("text/plain"),
    )
    for each in SUBJECTS:
        app.include_router(each, prefix="/v1")
    app.include_router(health.ROUTES)
    return app


def describe() -> dict[str, Any]:
    """The OpenAPI document, as docs/openapi.json has it."""
    found = routes_of(None).openapi()
    found["components"].setdefault("securitySchemes", {})["token"] = {"type": "http", "scheme": "bearer"}
    found["security"] = [{"token": []}, {}]
    for route in (route for methods in found["paths"].values() for route in methods.values()):
        told = route["responses"]["default"]["content"]  # FastAPI describes every model as plain JSON
        told[MEDIA_TYPE] = told.pop("application/json")
    return found


def _healthz() -> Response:
    return Response(b"ok\n", media_type="text/plain")


async def _refused(_request: Request, error: Exception) -> Response:
    assert isinstance(error, ProofwipeError)
    return _problem(error)


async def _not_of_shape(_request: Request, error: Exception) -> Response:
    """Which field, and nothing of what it held."""
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    place = ".".join(str(each)[:40] for each in first.get("loc", ())[:4])
    return _problem(ApiRefusedError(cause=f"{place}: {first.get('type', '')}", status=422))


async def _no_route(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    allow = (error.headers or {}).get("allow", "") or (error.headers or {}).get("Allow", "")
    return _problem(ApiRefusedError(cause=str(error.detail)[:80], status=error.status_code, allow=allow))


async def _unexpected(_request: Request, error: Exception) -> Response:
    """An error of ours: its kind, and nothing of what it says; the traceback goes to the log, at the gate."""
    return _problem(ProofwipeError(got=type(error).__name__))


def _problem(error: ProofwipeError) -> Response:
    body = json.dumps(problem_json(error), ensure_ascii=False)
    return Response(body.encode(), status_code=status_of(error), headers=headers_of(error), media_type=MEDIA_TYPE)
