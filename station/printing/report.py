# SPDX-License-Identifier: GPL-3.0-or-later
"""The report of a shift or a month: how many phones, what came of them, by whom, and what stood in the way."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from phones.words import has
from station.documents.job_words import reason_text
from station.ledger.statistics import Counted, Day, Group, Statistics
from station.ledger.summary import Result
from station.text.language import text

if TYPE_CHECKING:
    from reportlab.platypus import Flowable

_SHOWN = (Result.CERTIFIED, Result.AWAITING, Result.NOT_CERTIFIED)
"""Each with a colour of its own in charts; all others share the last one."""
MOST_HOURS = 24 * 7
_WIDE, _HIGH = 515.0, 190.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """`title`: which kind; `period`: for people. `counted.days`: the columns of the chart, hours of a shift or days."""

    title: str
    period: str
    counted: Statistics


def hours(begin: datetime, end: datetime) -> tuple[Day, ...]:
    """A shift in hours, the last one shorter where it is. `begin`, `end`: aware, the one before the other.

    Raises: ValueError for none or more than a week; OverflowError at the ends of the calendar.
    """
    number = -((begin - end) // timedelta(hours=1))
    if not 1 <= number <= MOST_HOURS:
        raise ValueError(f"{begin} – {end}")
    starts = [begin + timedelta(hours=each) for each in range(number)]
    return tuple(
        Day(name=f"{start.astimezone():%H:%M}", begin=start, end=min(start + timedelta(hours=1), end))
        for start in starts
    )


def report_pdf(report: Report, *, station: str, at: datetime) -> bytes:
    """The report as a PDF file."""
    from station.printing import sheet

    head = sheet.Head(title=report.title, about=report.period, station=station, at=at)
    return sheet.printed(head, _story(report.counted))


def _story(counted: Statistics) -> "Iterable[Flowable]":
    from station.printing import sheet
    from station.printing.charts import columns

    total = counted.total
    rows = [(text("print.jobs_in_all"), str(total.jobs))]
    rows += [(text(f"print.result_{each.value}"), str(total.results.get(each.value, 0))) for each in Result]
    yield sheet.pairs(rows)
    if not total.jobs:
        yield from sheet.heading(text("print.none"))
        return
    yield from sheet.heading(text("print.over_time"))
    yield columns([_short(each.name) for each in counted.days], _series(counted.days), _WIDE, _HIGH)
    yield from _group("reason", counted.reasons, chart=True)
    for name in ("model", "operator", "method", "grade"):
        yield from _group(name, getattr(counted, f"{name}s"), chart=False)
    yield from _decisions(counted.validators)


def _series(days: Sequence[Counted]) -> list[tuple[str, list[int]]]:
    series = [(text(f"print.result_{each.value}"), [day.results.get(each.value, 0) for day in days]) for each in _SHOWN]
    rest = [day.jobs - sum(day.results.get(each.value, 0) for each in _SHOWN) for day in days]
    return [*series, (text("print.result_others"), rest)]


def _group(name: str, group: Group, *, chart: bool) -> "Iterable[Flowable]":
    from station.printing import sheet
    from station.printing.charts import bars

    lines = [(_called(name, each.name), each) for each in group.counted]
    if group.others is not None:
        lines.append((text("print.others", number=group.names), group.others))
    if not lines:
        return
    yield from sheet.heading(text(f"print.by_{name}"))
    if chart:
        yield bars([(called, each.jobs) for called, each in lines[:10]], _WIDE)
        yield sheet.gap()
    heads = [text(f"print.by_{name}"), text("print.jobs"), *(text(f"print.result_{each.value}") for each in _SHOWN)]
    rows = [
        (called, str(each.jobs), *(str(each.results.get(result.value, 0)) for result in _SHOWN))
        for called, each in lines
    ]
    yield sheet.table(heads, rows, (4, 1, 1.3, 1.3, 1.5), numbers=(1, 2, 3, 4))


def _decisions(validators: Group) -> "Iterable[Flowable]":
    from station.printing import sheet

    if not validators.counted:
        return
    yield from sheet.heading(text("print.by_validator"))
    heads = [text(f"print.{name}") for name in ("by_validator", "accepted", "rejected")]
    rows = [
        (each.name, str(each.results.get("accepted", 0)), str(each.results.get("rejected", 0)))
        for each in validators.counted
    ]
    yield sheet.table(heads, rows, (4, 1, 1), numbers=(1, 2))


def _called(group: str, name: str) -> str:
    if not name:
        return text("print.not_known")
    if group == "reason":
        return reason_text(name)
    if group == "method" and has(f"method.{name}"):
        return text(f"method.{name}")
    return name


def _short(day: str) -> str:
    """Of a date the day alone: the month stands above."""
    return day.rpartition("-")[2]
