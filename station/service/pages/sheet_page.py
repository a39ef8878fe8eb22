# SPDX-License-Identifier: GPL-3.0-or-later
"""The condition of one phone on one sheet, as a page: looked over whole, and kept by a yes to the whole.

The page holds what was chosen until then; nothing of it counts here before the yes, and no yes is taken while a
question is open.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import Response
from pydantic import BaseModel, ConfigDict, Field

from grading.questions import QUESTIONS
from phones.words import has
from station.errors import AnswerRefusedError, JobNotFoundError
from station.service.bodies import Code, Name
from station.service.callers import Right
from station.service.pages.page_routes import PageRoutes, Seen, Service
from station.service.pages.showing import part
from station.service.running import Running
from station.session.condition import ConditionSheet
from station.text.language import text

PAGES = PageRoutes()
NOT_LOOKED = "not_looked"


class Sheet(BaseModel):
    """`answers`: question → choice, or `not_looked`; what is missing is open. `act`: which button was pressed."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    port: Name
    job: Code
    act: Literal["look", "fine", "not_looked", "change", "keep"]
    answers: Annotated[dict[Code, Code], Field(max_length=len(QUESTIONS))] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One question. `given`: its choice, `not_looked`, or "" while it is open; `said`: in words."""

    number: int
    key: str
    name: str
    sentence: str
    choices: tuple[tuple[str, str], ...]
    given: str
    said: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetShown:
    """`open`: names of what is open. `stated`: a person has kept it already, and may change it until it is used."""

    port: str
    job: str
    lines: tuple[Line, ...]
    open: tuple[str, ...]
    stated: bool


def sheet_shown(service: Running, port: str, job: str, sheet: ConditionSheet | None = None) -> SheetShown:
    """A sheet that is being filled, or else what was stated of the phone there."""
    kept = service.bench.sheet(port)
    shown = kept if sheet is None else sheet
    lines = tuple(_line(number, each.key, each.choices, shown) for number, each in enumerate(QUESTIONS, start=1))
    still = tuple(f"{each.number} {each.name}" for each in lines if not each.given)
    return SheetShown(port=port, job=job, lines=lines, open=still, stated=not kept.open)


@PAGES.add("POST", "/sheet", Right.OPERATE)
def sheet(browser: Seen, service: Service, body: Sheet) -> Response:
    """What was chosen, looked over; or kept.

    Raises: JobNotFoundError, QuestionClosedError, AnswerRefusedError, NotEntitledError.
    """
    if service.bench.job_at(body.port) != body.job:
        raise JobNotFoundError(subject=body.job)
    filled = _filled(body.answers)
    if body.act == "fine":
        filled = filled.rest_fine()
    elif body.act == "not_looked":
        filled = filled.rest_not_looked()
    shown = sheet_shown(service, body.port, body.job, filled)
    if body.act == "change" or filled.open:
        return part("sheet.html", browser, sheet=shown, told=body.act != "change")
    if body.act != "keep":
        return part("sheet_whole.html", browser, sheet=shown)
    by = browser.caller.operator(service.at.home, None)
    service.bench.state(body.port, filled, by=by.name, job=body.job)
    return part("sheet_kept.html", browser, sheet=shown)


def _filled(answers: Mapping[str, str]) -> ConditionSheet:
    filled, left = ConditionSheet(), dict(answers)
    for each in QUESTIONS:
        given = left.pop(each.key, None)
        if given is None:
            continue
        if given not in (*each.choices, NOT_LOOKED):
            raise AnswerRefusedError(subject=each.key, choices=", ".join(each.choices), got=given[:40])
        filled = filled.said(each.key, None if given == NOT_LOOKED else given)
    if left:
        raise AnswerRefusedError(subject=next(iter(left)), choices="—", got="—")
    return filled


def _line(number: int, key: str, choices: tuple[str, ...], sheet: ConditionSheet) -> Line:
    given = sheet.answers.get(key) or (NOT_LOOKED if key in sheet.not_looked else "")
    return Line(
        number=number,
        key=key,
        name=text(f"bench.form_{key}"),
        sentence=text(f"ask.{key}"),
        choices=tuple((each, _word(each)) for each in (*choices, NOT_LOOKED)),
        given=given,
        said=_word(given) if given else text("sheet.still_open"),
    )


def _word(choice: str) -> str:
    said = text(f"answer.{choice}") if has(f"answer.{choice}") else choice
    return f"{choice} {said}" if len(choice) == 1 else said
