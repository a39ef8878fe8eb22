# SPDX-License-Identifier: GPL-3.0-or-later
"""Statistics: what was done in some days, as charts with a table beneath each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Any

from fastapi import Query, Response
from markupsafe import Markup

from phones.clock import utc_now
from phones.words import has
from station.documents.job_words import reason_text
from station.errors import ConfigError
from station.ledger.statistics import Counted, Group
from station.ledger.summary import Result
from station.service.callers import Right
from station.service.errors import ApiRefusedError
from station.service.pages import charts
from station.service.pages.page_routes import PageRoutes, Seen, Service
from station.service.pages.showing import show
from station.session import statistics as counting
from station.text.language import text

PAGES = PageRoutes()
SHOWN_DAYS = 14
Day = Annotated[str, Query(pattern=r"^([0-9]{4}-[0-9]{2}-[0-9]{2})?$")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A picture, and the same in a table: `head` names its columns, the first is what is counted."""

    key: str
    title: str
    picture: Markup
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@PAGES.add("GET", "/statistics", Right.READ)
def statistics(
    browser: Seen,
    service: Service,
    since: Day = "",
    until: Day = "",
    zone: Annotated[str, Query(max_length=64, pattern=r"^[A-Za-z0-9_+/-]*$")] = "",
) -> Response:
    """The fourteen days that end today, or those asked for, by the clock of the machine or of a zone."""
    zone = zone or counting.LOCAL
    try:
        last = _day(until) if until else counting.today(utc_now(), zone=zone)
        first = _day(since) if since else last - timedelta(days=min(SHOWN_DAYS - 1, last.toordinal() - 1))
        wanted = counting.period(first, last, zone=zone)
    except ConfigError as error:  # a person's slip in a form, not a fault of the station's file
        raise ApiRefusedError(
            cause=f"{error.facts.get('subject')}: {error.facts.get('expected')}", status=422
        ) from error
    found = counting.statistics(service.at.session.jobs, wanted)
    return show(
        "statistics.html",
        browser,
        wanted=wanted,
        local=counting.LOCAL,
        total=found.total,
        results=[(each.value, _result(each.value), found.total.results.get(each.value, 0)) for each in Result],
        patterns=Markup(charts.patterns()),  # noqa: S704 - nothing in it is anybody else's
        charts=[
            _days(found.days),
            _chart("operators", found.operators, _as_it_is),
            _chart("models", found.models, _as_it_is),
            _chart("methods", found.methods, _method),
            _chart("reasons", found.reasons, _reason, plain=True),
            _chart("grades", found.grades, _as_it_is),
        ],
        validators=[
            (each.name, each.results.get("accepted", 0), each.results.get("rejected", 0))
            for each in found.validators.counted
        ],
    )


def _day(given: str) -> date:
    """Raises: ApiRefusedError."""
    try:
        return date.fromisoformat(given)
    except ValueError as error:
        raise ApiRefusedError(cause=given, status=422) from error


def _days(days: tuple[Counted, ...]) -> Chart:
    bars = [_bar(each, each.name) for each in days]
    title = text("page_counts.days")
    return _drawn("days", title, bars, charts.days, plain=False)


def _chart(key: str, group: Group, named: Callable[[str], str], *, plain: bool = False) -> Chart:
    bars = [_bar(each, named(each.name) or text("page_counts.nameless"), plain=plain) for each in group.counted]
    if group.others is not None:
        bars.append(_bar(group.others, text("page_counts.others", number=group.names), plain=plain))
    return _drawn(key, text(f"page_counts.{key}"), bars, charts.rows, plain=plain)


def _drawn(key: str, title: str, bars: list[charts.Bar], draw: Callable[..., str], *, plain: bool) -> Chart:
    number = sum(bar.number for bar in bars)
    description = text("page_counts.described", title=title, lines=len(bars), number=number)
    columns = () if plain else tuple(Result)
    return Chart(
        key=key,
        title=title,
        picture=Markup(draw(key, title, description, bars)),  # noqa: S704 - `charts` escapes all that it is given
        head=(title, text("page_counts.jobs"), *(_result(each.value) for each in columns)),
        rows=tuple(
            (bar.name, str(bar.number), *(str(bar.parts.get(each.value, 0)) for each in columns)) for bar in bars
        ),
    )


def _bar(counted: Counted, name: str, *, plain: bool = False) -> charts.Bar:
    if plain:
        parts: Mapping[str, int] = {"plain": counted.jobs}
        told = f"{name}: {counted.jobs}"
    else:
        parts = {each.value: counted.results.get(each.value, 0) for each in Result}
        said: list[Any] = [f"{_result(kind)} {number}" for kind, number in parts.items() if number]
        told = f"{name}: {counted.jobs}" + (f" ({', '.join(said)})" if said else "")
    return charts.Bar(name=name, parts=parts, told=told)


def _result(value: str) -> str:
    return text(f"result.{value}")


def _as_it_is(name: str) -> str:
    return name


def _method(name: str) -> str:
    return text(f"method.{name}") if has(f"method.{name}") else name


def _reason(code: str) -> str:
    return reason_text(code)
