# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs counted by day, person, model, method, grade and reason, out of the rows of the read model.

Every job is counted on the day it was opened, once in each group, under exactly one result, so that the sums of groups
are the number of jobs. What was not seen, like the model of a phone that never answered, is counted under "".
"""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from station.ledger.entry import timestamp
from station.ledger.summary import Result

MOST_NAMES = 100
"""Lines of a group; whoever has fewer jobs than these is counted under `others`: a phone may call itself anything."""
INDEX = (
    "CREATE INDEX view_job_counted ON view_job "
    "(opened_at, operator, model, method, grade, result, reason, validator, decision)"
)
"""Holds all that is counted: rows, which are a hundred times as large, are not read."""
_PERIOD = "opened_at >= ? AND opened_at < ?"


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """A day as somebody's clock has it. `begin` is in it, `end` is not; both aware."""

    name: str
    begin: datetime
    end: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """How many jobs, by what came of them; results that none has are left out."""

    name: str
    results: Mapping[str, int] = field(default_factory=dict)

    @property
    def jobs(self) -> int:
        """All of them."""
        return sum(self.results.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The largest first. `others`: all that are not in the list; `names`: how many names those are."""

    counted: tuple[Counted, ...]
    others: Counted | None = None
    names: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistics:
    """`reasons`: of jobs that ended without a certificate, the most telling one of each. `validators`: decisions, by
    whether they accepted or rejected; the other groups by `Result`.
    """

    total: Counted
    days: tuple[Counted, ...]
    operators: Group
    models: Group
    methods: Group
    grades: Group
    reasons: Group
    validators: Group


def counted(connection: sqlite3.Connection, days: Sequence[Day]) -> Statistics:
    """The jobs opened on these days, which follow one another; there is at least one. Raises: sqlite3.Error."""
    period = (_moment(days[0].begin), _moment(days[-1].end))

    def group(column: str, by: str = "result", only: str = "1") -> Group:
        query = f"SELECT {column}, {by}, count(*) FROM view_job WHERE {_PERIOD} AND {only} GROUP BY 1, 2"  # noqa: S608 - constants
        return _group(connection.execute(query, period))

    (total,) = group("''").counted or (Counted(name=""),)
    return Statistics(
        total=total,
        days=_days(connection, days),
        operators=group("operator"),
        models=group("model"),
        methods=group("method"),
        grades=group("grade"),
        reasons=group("reason", only=f"result = '{Result.NOT_CERTIFIED.value}'"),
        validators=group("validator", by="decision", only="decision != ''"),
    )


def _days(connection: sqlite3.Connection, days: Sequence[Day]) -> tuple[Counted, ...]:
    rows = ", ".join(["(?, ?, ?)"] * len(days))
    query = f"""WITH day (place, begin, end) AS (VALUES {rows})
        SELECT place, result, count(*) FROM day JOIN view_job ON opened_at >= day.begin AND opened_at < day.end
        GROUP BY 1, 2"""  # noqa: S608 - as many places as there are days
    values = [each for place, day in enumerate(days) for each in (place, _moment(day.begin), _moment(day.end))]
    found: dict[int, dict[str, int]] = {}
    for place, result, number in connection.execute(query, values):
        found.setdefault(place, {})[result] = number
    return tuple(Counted(name=day.name, results=found.get(place, {})) for place, day in enumerate(days))


def _group(rows: Iterable[tuple[str, str, int]]) -> Group:
    found: dict[str, dict[str, int]] = {}
    for name, result, number in rows:
        found.setdefault(name, {})[result] = number
    every = sorted(
        (Counted(name=name, results=each) for name, each in found.items()), key=lambda one: (-one.jobs, one.name)
    )
    rest = every[MOST_NAMES:]
    return Group(counted=tuple(every[:MOST_NAMES]), others=_together(rest) if rest else None, names=len(rest))


def _together(some: Sequence[Counted]) -> Counted:
    results: dict[str, int] = {}
    for each in some:
        for result, number in each.results.items():
            results[result] = results.get(result, 0) + number
    return Counted(name="", results=results)


def _moment(at: datetime) -> str:
    return timestamp(at.astimezone(UTC))
