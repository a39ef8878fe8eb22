# SPDX-License-Identifier: GPL-3.0-or-later
"""The bench: a tile a phone, those first that need a person; the chosen one with its questions and its erase.

An erase has two steps, the API's own: the plan is shown, and the phone's number confirms it.
"""

import secrets
from typing import Annotated, Any, Literal
from urllib.parse import quote

from fastapi import Query, Response
from pydantic import BaseModel, ConfigDict, StringConstraints

from station.errors import QuestionNotFoundError
from station.questions import EYES
from station.service.bodies import Code, Key, Name
from station.service.callers import Right
from station.service.pages.page_routes import PageRoutes, Seen, Service
from station.service.pages.panel import next_of_eyes, panel_of, question_shown
from station.service.pages.showing import go, part, show
from station.service.pages.tiles import tile_of
from station.service.routing import Id
from station.service.running import Running
from station.service.told import PlanTold
from station.session import operations
from station.session.events import Question

PAGES = PageRoutes()
At = Annotated[str, Query(max_length=200)]
_CLAIMS = {"level": "level", "nist_method": "nist", "gb_status": "gb", "r2_status": "r2"}


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Planned(_Body):
    """The phone on that port."""

    port: Name


class Confirmed(_Body):
    """`key`: of the order, so that sending it twice begins one erase."""

    plan_hash: Annotated[str, StringConstraints(min_length=64, max_length=64, pattern=r"^[0-9a-f]+$")]
    number: Name
    key: Key
    port: Name


class Answered(_Body):
    """`choice`: "" where nobody looked."""

    choice: Annotated[str, StringConstraints(max_length=64, pattern=r"^[A-Za-z0-9_.-]*$")]


class CheckSkipped(_Body):
    """Of the job on that port; `rest`: every further check too."""

    job: Code
    rest: Literal["", "yes"] = ""


class GivenUp(_Body):
    """Of the job on that port."""

    job: Code


@PAGES.add("GET", "/", Right.SEE)
def bench(browser: Seen, service: Service, at: At = "") -> Response:
    """The whole page; `at`: the port of the phone that is chosen."""
    return show("bench.html", browser, **_facts(browser, service, at))


@PAGES.add("GET", "/parts/bench", Right.SEE)
def bench_part(browser: Seen, service: Service, at: At = "") -> Response:
    """All of it that changes, as things stand."""
    return part("bench_part.html", browser, **_facts(browser, service, at))


@PAGES.add("POST", "/plans", Right.OPERATE)
def plan(browser: Seen, service: Service, body: Planned) -> Response:
    """First step: the phone is asked, and what would be done to it is shown."""
    told = PlanTold.of(service.plan(browser.caller, body.port, method=""))
    claims = [(_CLAIMS[name], value) for name, value in told.shows.predicted.items() if name in _CLAIMS]
    return part(
        "plan.html",
        browser,
        plan=told,
        port=body.port,
        claims=claims,
        erase=service.at.settings.service.erase,
        key=f"page-{secrets.token_hex(12)}",
    )


@PAGES.add("POST", "/plans/{plan_id}/confirm", Right.OPERATE)
def confirm(browser: Seen, service: Service, plan_id: Id, body: Confirmed) -> Response:
    """Second step: ERASES the phone of the plan."""
    service.confirm(browser.caller, plan_id, plan_hash=body.plan_hash, number=body.number, operator=None, key=body.key)
    return go(f"/?at={quoted(body.port)}")


@PAGES.add("GET", "/parts/questions/{question}", Right.OPERATE)
def sure(browser: Seen, service: Service, question: Id, choice: At = "-") -> Response:
    """The question with its choices, or, once one is chosen, whether it is meant; nothing is answered by it."""
    asked = question_shown(_question(service, question))
    chosen = asked.choice(choice)
    if chosen is None:
        return part("question.html", browser, question=asked)
    return part("question_sure.html", browser, question=asked, chosen=chosen)


@PAGES.add("POST", "/questions/{question}", Right.OPERATE)
def answer(browser: Seen, service: Service, question: Id, body: Answered) -> Response:
    """The first answer counts, whoever gives it. What eyes are asked next follows at once."""
    asked = _question(service, question)
    service.answer(browser.caller, question, body.choice or None, operator=None)
    following = next_of_eyes(service, asked.port) if asked.key in EYES else None
    if following is not None:
        return part("question.html", browser, question=following)
    return part("question_answered.html", browser)


@PAGES.add("POST", "/skip-check", Right.OPERATE)
def skip_check(browser: Seen, service: Service, body: CheckSkipped) -> Response:
    """The check that is under way is not done; it stays untested."""
    browser.caller.operator(service.at.home, None)
    operations.skip_check(service.at, job=body.job, rest=bool(body.rest))
    return Response(status_code=204)


@PAGES.add("POST", "/give-up", Right.OPERATE)
def give_up(browser: Seen, service: Service, body: GivenUp) -> Response:
    """Give up a phone on which nothing was begun."""
    by = browser.caller.operator(service.at.home, None)
    operations.abandon(service.at, job=body.job, by=by.name)
    return go("/")


def _question(service: Running, question: str) -> Question:
    found = next((each for each in service.at.session.questions if each.id == question), None)
    if found is None:
        raise QuestionNotFoundError(subject=question)
    return found


def quoted(port: str) -> str:
    """A port in an address."""
    return quote(port, safe="")


def _facts(browser: Seen, service: Running, at: str) -> dict[str, Any]:
    panel = panel_of(service, browser, at) if at else None
    return {
        "tiles": [tile_of(row) for row in service.bench.rows()],
        "totals": service.bench.totals(),
        "erase": service.at.settings.service.erase,
        "stopped": service.stopped(),
        "at": at if panel is not None else "",
        "panel": panel,
        "gone": bool(at) and panel is None,
    }
