# SPDX-License-Identifier: GPL-3.0-or-later
"""All pages, behind their door; what one of them refuses is told as a page, or as a part of the one that is open."""

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp

from phones.errors import ProofwipeError
from station.documents.sentences import Reason
from station.service.errors import ApiRefusedError, NoCallerError
from station.service.pages import (
    about,
    assets,
    bench,
    counts,
    help_page,
    hook_pages,
    job_pages,
    live,
    login,
    lot_pages,
    papers,
    printouts,
    sample_pages,
    scanning,
    sheet_page,
    validation,
)
from station.service.pages.browser import Door, browser_of
from station.service.pages.showing import show
from station.service.problem import headers_of, status_of
from station.service.running import Running

SUBJECTS = (
    *(assets.PAGES, login.PAGES, live.PAGES, bench.PAGES, sheet_page.PAGES),
    *(scanning.PAGES, job_pages.PAGES, help_page.PAGES),
    *(validation.PAGES, papers.PAGES, printouts.PAGES, counts.PAGES, about.PAGES, lot_pages.PAGES),
    *(sample_pages.PAGES, hook_pages.PAGES),
)


def pages_of(running: Running) -> ASGIApp:
    """The pages of a running service."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)
    app.state.running = running
    app.add_exception_handler(ProofwipeError, _refused)
    app.add_exception_handler(RequestValidationError, _not_of_shape)
    app.add_exception_handler(HTTPException, _no_page)
    app.add_exception_handler(Exception, _unexpected)
    for each in SUBJECTS:
        app.include_router(each)
    return Door(app, session_of=lambda secret, touch: running.sessions.find(secret, touch=touch), pace=running.pace)


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, ProofwipeError)
    browser = browser_of(request.scope)
    if isinstance(error, NoCallerError):
        if browser.is_part:
            return Response(status_code=401, headers={"HX-Redirect": "/login"})
        if request.method == "GET" and not browser.path.startswith("/live"):
            return RedirectResponse("/login", status_code=303)
    told, status = Reason.of_error(error), status_of(error)
    if not browser.is_part:
        answer = show("problem.html", browser, status=status, problem=told)
    else:
        answer = show("problem_part.html", browser, status=status, problem=told)
        answer.headers["HX-Retarget"], answer.headers["HX-Reswap"] = "#message", "innerHTML"
    if not isinstance(error, NoCallerError):  # what it says is for programs
        answer.headers.update(headers_of(error))
    return answer


async def _not_of_shape(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    place = ".".join(str(each)[:40] for each in first.get("loc", ())[:4])
    return await _refused(request, ApiRefusedError(cause=f"{place}: {first.get('type', '')}", status=422))


async def _no_page(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return await _refused(request, ApiRefusedError(cause=str(error.detail)[:80], status=error.status_code))


async def _unexpected(request: Request, error: Exception) -> Response:
    return await _refused(request, ProofwipeError(got=type(error).__name__))
