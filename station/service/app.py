# SPDX-License-Identifier: GPL-3.0-or-later
"""The routes of `/v1`. Each names the right it takes; what it answers is a document, what it refuses a problem.

Domain code knows nothing of FastAPI: a route reads a request, calls one function and tells the result.
"""

import json
from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, Header, Path, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from phones.clock import utc_now
from phones.errors import ProofwipeError
from phones.given_files import read_given
from station.documents.document import Document
from station.documents.jobs import JobsTold, JobTold
from station.documents.setup import StationChecked
from station.errors import FileUnusableError, JobNotFoundError
from station.ledger.job_filter import JobFilter
from station.papers.paper_names import current_file
from station.service import bodies
from station.service.callers import Caller, Right
from station.service.errors import ApiRefusedError
from station.service.feed import MOST_CLIENTS, EventStream
from station.service.gate import Gate
from station.service.problem import MEDIA_TYPE, Problem, problem_json, status_of
from station.service.running import Running
from station.service.tokens import caller_with
from station.service.told import (
    BenchTold,
    CodeTold,
    Done,
    EraseBegun,
    PhoneOnBench,
    PlanTold,
    QuestionsTold,
    QuestionTold,
    ServiceTold,
)
from station.session import operations
from station.session.summary import paper_of
from station.text.language import current, os_reason

MOST_JOBS = 200
LARGEST_PAPER = 64 * 1024 * 1024
_Id = Annotated[str, Path(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]
_Key = Annotated[bodies.Key, Header(alias="Idempotency-Key", description="A new one for each order; the same repeats.")]
_PROBLEM: dict[int | str, dict[str, Any]] = {
    "default": {
        "model": Problem,
        "description": "RFC 9457; every code is in docs/problems.md",
        "content": {MEDIA_TYPE: {}},
    }
}


def build(running: Running) -> Gate:
    """The whole application, behind its gate."""
    home = running.at.home
    return Gate(routes_of(running), with_token=lambda secret: caller_with(home, secret, now=utc_now()))


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
    app.add_api_route("/healthz", _healthz, methods=["GET"], operation_id="healthz", summary="The process answers")
    app.include_router(ROUTES, prefix="/v1")
    return app


def describe() -> dict[str, Any]:
    """The OpenAPI document, as docs/openapi.json has it."""
    found = routes_of(None).openapi()
    found["components"].setdefault("securitySchemes", {})["token"] = {"type": "http", "scheme": "bearer"}
    found["security"] = [{"token": []}, {}]
    return found


def _running(request: Request) -> Running:
    found: Running = request.app.state.running
    return found


def _caller(request: Request) -> Caller:
    found: Caller = request.scope["state"]["caller"]
    return found


Service = Annotated[Running, Depends(_running)]
From = Annotated[Caller, Depends(_caller)]
ROUTES = APIRouter()


def _must(right: Right) -> Callable[[Caller], None]:
    def check(caller: From) -> None:
        caller.must_have(right)

    return check


def _route(method: str, path: str, right: Right, *, status: int = 200, **more: Any) -> Callable[[Any], Any]:
    """A route that takes a right, which stands in the description too."""

    def add(function: Any) -> Any:
        ROUTES.add_api_route(
            path,
            function,
            methods=[method],
            status_code=status,
            dependencies=[Depends(_must(right))],
            operation_id=function.__name__,
            summary=(function.__doc__ or "").partition("\n")[0],
            openapi_extra={"x-right": right.value},
            **more,
        )
        return function

    return add


def _tell(document: Document, status: int = 200) -> JSONResponse:
    return JSONResponse(document.to_json(), status_code=status)


def _healthz() -> Response:
    return Response(b"ok\n", media_type="text/plain")


@_route("GET", "/state", Right.SEE, response_model=ServiceTold)
def state(service: Service) -> Response:
    """How the service stands."""
    return _tell(service.state())


@_route("GET", "/phones", Right.SEE, response_model=BenchTold)
def phones(service: Service) -> Response:
    """The phones on the bench, those first that need a person."""
    rows = tuple(PhoneOnBench.of(row) for row in service.bench.rows())
    return _tell(BenchTold(phones=rows, notes=dict(service.at.bench.notes())))


@_route("POST", "/plans", Right.OPERATE, status=201, response_model=PlanTold)
def make_plan(service: Service, caller: From, body: bodies.PlanWanted) -> Response:
    """First step of an erase: what would be done to this phone. Changes nothing."""
    return _tell(PlanTold.of(service.plan(caller, body.phone, method=body.method or "")), 201)


@_route("POST", "/plans/{plan}/confirm", Right.OPERATE, status=202, response_model=EraseBegun)
def confirm_plan(service: Service, caller: From, plan: _Id, body: bodies.Confirmation, key: _Key) -> Response:
    """Second step: ERASES the phone of the plan."""
    begun = service.confirm(caller, plan, plan_hash=body.plan_hash, number=body.number, operator=body.operator, key=key)
    return _tell(begun, 202)


@_route("GET", "/jobs", Right.READ, response_model=JobsTold)
def jobs(
    service: Service,
    find: Annotated[str, Query(max_length=100)] = "",
    awaiting: bool = False,  # noqa: FBT001, FBT002 - the shape of a query
    most: Annotated[int, Query(ge=1, le=MOST_JOBS)] = 50,
    skip: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
) -> Response:
    """Jobs, newest first. `find`: a text in id, slot, model, numbers, papers or technician."""
    wanted = JobFilter(text=find, awaiting=awaiting)
    found = service.at.session.jobs.select(wanted, most=most, skip=skip)
    return _tell(JobsTold(jobs=tuple(JobTold.of(each, service.at.home.papers) for each in found)))


@_route("GET", "/jobs/{job}", Right.READ, response_model=JobsTold)
def one_job(service: Service, job: _Id) -> Response:
    """One job, by its id."""
    found = service.at.session.jobs.by_id(job)
    return _tell(JobsTold(jobs=(JobTold.of(found.summary, service.at.home.papers),)))


@_route("POST", "/jobs/{job}/decision", Right.DECIDE, response_model=JobsTold)
def decide(service: Service, caller: From, job: _Id, body: bodies.Decision) -> Response:
    """A validator accepts or rejects a verified job."""
    by = caller.validator(service.at.home, body.validator)
    operations.decide(service.at, job=job, accept=body.accept, by=by.name, seen=body.seen, grounds=body.grounds)
    return one_job(service, job)  # type: ignore[no-any-return]  # the decorator knows no types


@_route("POST", "/jobs/{job}/abandon", Right.OPERATE, response_model=JobsTold)
def abandon(service: Service, caller: From, job: _Id, body: bodies.Nothing) -> Response:
    """Give up a phone on which nothing was begun."""
    by = caller.operator(service.at.home, body.operator)
    operations.abandon(service.at, job=job, by=by.name)
    return one_job(service, job)  # type: ignore[no-any-return]  # as above


@_route("GET", "/jobs/{job}/paper.pdf", Right.READ, response_class=Response)
def paper_pdf(service: Service, job: _Id) -> Response:
    """The job's newest paper, as it is filed."""
    found = service.at.session.jobs.by_id(job).summary
    if not found.filed_paper:
        raise JobNotFoundError(subject=job)
    path = service.at.home.papers / current_file(found)
    try:
        pdf = read_given(path, LARGEST_PAPER)
    except OSError as error:  # somebody took it away; the command `reprint` writes it again
        raise FileUnusableError(subject=path.name, cause=os_reason(error)) from error
    name = f'attachment; filename="{job}.pdf"'
    return Response(pdf, media_type="application/pdf", headers={"Content-Disposition": name})


@_route("GET", "/jobs/{job}/record.json", Right.READ, response_class=Response)
def paper_record(service: Service, job: _Id) -> Response:
    """The record that the paper carries: canonical JSON, what its signature is over."""
    found = service.at.session.jobs.by_id(job)
    return Response(paper_of(found).record, media_type="application/json")


@_route("GET", "/questions", Right.SEE, response_model=QuestionsTold)
def questions(service: Service) -> Response:
    """What waits for a person, oldest first."""
    told = tuple(QuestionTold.of(each) for each in service.at.session.questions)
    return _tell(QuestionsTold(questions=told))


@_route("POST", "/questions/{question}/answer", Right.OPERATE, response_model=Done)
def answer(service: Service, caller: From, question: _Id, body: bodies.Answer) -> Response:
    """Answer a question; the first answer counts, whoever gives it."""
    service.answer(caller, question, body.choice, operator=body.operator)
    return _tell(Done())


@_route("GET", "/doctor", Right.MAINTAIN, response_model=StationChecked)
def doctor(service: Service) -> Response:
    """What works here and what does not."""
    return _tell(service.look())


@_route("POST", "/drain", Right.MAINTAIN, response_model=ServiceTold)
def drain(service: Service, body: bodies.Draining) -> Response:
    """Finish what is begun and begin nothing new, or begin again."""
    service.drain(wanted=body.drain)
    return _tell(service.state())


@_route("GET", "/problems/{code}", Right.SEE, response_model=CodeTold)
def problem(code: _Id) -> Response:
    """What a code means and what to do about it."""
    return _tell(CodeTold.of(code))


@_route("GET", "/events", Right.READ, response_class=Response)
def events(
    service: Service,
    after: Annotated[int | None, Query(ge=0, le=2**53)] = None,
    job: Annotated[str, Query(max_length=64, pattern=r"^[A-Za-z0-9_-]*$")] = "",
    last_event_id: Annotated[str | None, Header(max_length=18, pattern=r"^[0-9]*$")] = None,
) -> Response:
    """Server-sent events: `entry` (id: number in the ledger) and `now`. `Last-Event-ID` or `after` replays."""
    if service.feed.clients >= MOST_CLIENTS:
        raise ApiRefusedError(cause="events", status=503)
    start = int(last_event_id) if last_event_id else after if after is not None else service.feed.last()
    stream = EventStream(service.feed, after=start, job=job, language=current())
    return _Streamed(stream)


class _Streamed(Response):
    """Hands a stream to FastAPI, which wants a response."""

    def __init__(self, stream: EventStream) -> None:
        super().__init__(media_type="text/event-stream")
        self._stream = stream

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self._stream(scope, receive, send)


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
    return _problem(ApiRefusedError(cause=str(error.detail)[:80], status=error.status_code))


async def _unexpected(_request: Request, error: Exception) -> Response:
    """An error of ours: its kind, and nothing of what it says; the traceback goes to the log, at the gate."""
    return _problem(ProofwipeError(got=type(error).__name__))


def _problem(error: ProofwipeError) -> Response:
    body = json.dumps(problem_json(error), ensure_ascii=False)
    return Response(body.encode(), status_code=status_of(error), media_type=MEDIA_TYPE)
