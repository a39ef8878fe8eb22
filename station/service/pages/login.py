# SPDX-License-Identifier: GPL-3.0-or-later
"""Coming in and going out: a badge, or the one-time address of `proofwipe dashboard`; the language of the pages."""

from typing import Annotated, Literal

from fastapi import Query, Request, Response
from pydantic import BaseModel, ConfigDict, StringConstraints
from starlette.responses import RedirectResponse

from station.errors import NotEntitledError
from station.service.bodies import Name
from station.service.callers import Caller
from station.service.pages.browser import LANGUAGE_COOKIE
from station.service.pages.navigation import first_page
from station.service.pages.page_routes import LOGGED_IN, OPEN, PageRoutes, Seen, Service
from station.service.pages.sessions import LONGEST
from station.service.pages.showing import go, part, show
from station.service.running import Running
from station.service.tries import place_of
from station.setup.people import load as load_company

PAGES = PageRoutes()
_YEAR_S = 365 * 24 * 3600
Secret = Annotated[str, StringConstraints(max_length=200)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Badge(_Body):
    """What was typed or scanned."""

    badge: Secret


class Code(_Body):
    """`operator`: in whose name, where the caller's token does not say."""

    code: Secret
    operator: Name | None = None


class Language(_Body):
    """The language of the pages from now on."""

    language: Literal["en", "zh"]


@PAGES.add("GET", "/login", OPEN)
def login(
    request: Request, browser: Seen, service: Service, code: Annotated[str, Query(max_length=100)] = ""
) -> Response:
    """Nothing is used up by looking at it."""
    if browser.session is not None and not code:
        return RedirectResponse(first_page(browser.caller.role), status_code=303)
    caller = service.codes.look(code) if code else None
    if code and caller is None:
        service.tries.wrong(place_of(request.scope), code)
    return show(
        "login.html",
        browser,
        code=code if caller is not None else "",
        stale=bool(code) and caller is None,
        person=caller.person if caller is not None else "",
        operators=load_company(service.at.home.keys).names("operator") if caller is not None else (),
    )


@PAGES.add("POST", "/login/badge", OPEN)
def badge(request: Request, browser: Seen, service: Service, body: Badge) -> Response:
    """A token of `proofwipe token add`, as a badge prints it."""
    caller = service.with_secret(body.badge.strip(), request.scope)
    if caller is None:
        return part("login_refused.html", browser, status=401, word="page.login_unknown")
    return _begin(browser, service, caller, caller.person)


@PAGES.add("POST", "/login/code", OPEN)
def code(request: Request, browser: Seen, service: Service, body: Code) -> Response:
    """Uses the code up. A right one is let in whatever else was tried from there: it was made at this machine."""
    waiting = service.codes.look(body.code)
    if waiting is None:
        service.tries.wrong(place_of(request.scope), body.code)
        return part("login_refused.html", browser, status=401, word="page.login_stale")
    try:
        person = waiting.person or waiting.operator(service.at.home, body.operator).name
    except NotEntitledError:
        return part("login_refused.html", browser, status=422, word="page.login_choose")
    caller = service.codes.use(body.code)
    if caller is None:
        return part("login_refused.html", browser, status=401, word="page.login_stale")
    return _begin(browser, service, caller, person)


@PAGES.add("POST", "/logout", LOGGED_IN)
def logout(browser: Seen, service: Service) -> Response:
    """The session ends; its cookie is worth nothing any more, wherever it was copied to."""
    service.sessions.end(browser.secret)
    answer = go("/login")
    answer.delete_cookie(browser.cookie_name, path="/", httponly=True, samesite="strict")
    return answer


@PAGES.add("POST", "/language", OPEN)
def language(body: Language) -> Response:
    """Kept by the browser, also after going out."""
    answer = Response(headers={"HX-Refresh": "true"})
    answer.set_cookie(LANGUAGE_COOKIE, body.language, max_age=_YEAR_S, path="/", httponly=True, samesite="strict")
    return answer


def _begin(browser: Seen, service: Running, caller: Caller, person: str) -> Response:
    if browser.secret:
        service.sessions.end(browser.secret)
    kind, _, id_ = caller.id.partition(":")
    secret = service.sessions.begin(role=caller.role, person=person, token=id_ if kind == "token" else "")
    answer = go(first_page(caller.role))
    answer.set_cookie(
        browser.cookie_name,
        secret,
        max_age=int(LONGEST.total_seconds()),
        path="/",
        httponly=True,
        samesite="strict",
    )
    return answer
