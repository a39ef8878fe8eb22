# SPDX-License-Identifier: GPL-3.0-or-later
"""Which certificates are re-inspected: a draw that whoever holds the log can make again and nobody at the bench steers.

Periods are calendar days, weeks or months in UTC, so that there is nothing to choose. Population: every ISSUE whose
time lies in the period. Seed: the root of the log as of its first entry after the period's end. A certificate's rank
is SHA-256("proofwipe/sample/1" NUL origin NUL period NUL root NUL id); the lowest are drawn, rounded up.

Of resets that nobody could prove, reports are drawn instead (`CERTIFICATES`, `REPORTS`). The log names reports and not
what they say, so the population is the station's own list of them, written down before the draw can be known; only what
the log closed with a report in the period counts, and the word hashed is "proofwipe/sample-reports/1". Who repeats
that draw sees a report that is not in the log, and none that was left out of the list.

What is left: who holds the log's key and writes that first entry could try several before signing one. Witnesses who
cosign often leave no time for it; docs/certificate.md says so.
"""

import hashlib
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from certs.log import merkle
from certs.log.entries import Close, Entry, Issue

LEAST_PERCENT = 5
CERTIFICATES, REPORTS = "certificates", "reports"
_WORDS = {CERTIFICATES: "proofwipe/sample/1", REPORTS: "proofwipe/sample-reports/1"}
_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})", re.ASCII)
_WEEK = re.compile(r"([0-9]{4})-W([0-9]{2})", re.ASCII)
_MONTH = re.compile(r"([0-9]{4})-([0-9]{2})", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """A calendar day, week (ISO) or month; from `begin` to before `end`, aware."""

    name: str
    begin: datetime
    end: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A draw. `index`: of the entry that gave the seed; `root`: hex, of the log with that entry as its last."""

    period: str
    percent: int
    origin: str
    population: tuple[str, ...]
    index: int
    root: str
    chosen: tuple[str, ...]
    of: str = CERTIFICATES

    @property
    def population_sha256(self) -> str:
        """Names the population."""
        return digest_of(self.population)


def period(name: str) -> Period:
    """A period: "2026-11-21", "2026-W47" or "2026-11". Raises: ValueError."""
    if found := _DAY.fullmatch(name):
        first = date(*(int(part) for part in found.groups()))
        after = first + timedelta(days=1)
    elif found := _WEEK.fullmatch(name):
        first = date.fromisocalendar(int(found[1]), int(found[2]), 1)
        after = first + timedelta(days=7)
    elif found := _MONTH.fullmatch(name):
        first = date(int(found[1]), int(found[2]), 1)
        after = (first + timedelta(days=31)).replace(day=1)
    else:
        raise ValueError(name)
    return Period(name=name, begin=_midnight(first), end=_midnight(after))


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def digest_of(population: Iterable[str]) -> str:
    """SHA-256, hex, over the ids, a line each."""
    return hashlib.sha256("".join(f"{each}\n" for each in population).encode()).hexdigest()


def population(entries: Iterable[Entry], wanted: Period, *, reports: Collection[str] | None = None) -> tuple[str, ...]:
    """Ids of the certificates issued in a period, sorted; with `reports`, of those of them that the log closed then."""
    found = {_counted(entry, reports) for entry in entries if wanted.begin <= entry.at < wanted.end}
    return tuple(sorted(found - {""}))


def _counted(entry: Entry, reports: Collection[str] | None) -> str:
    """The id, if the entry is one of what is drawn from; else ""."""
    if reports is None:
        return entry.id if isinstance(entry, Issue) else ""
    return entry.id if isinstance(entry, Close) and entry.outcome == "report" and entry.id in reports else ""


def draw(
    entries: Iterable[Entry], wanted: Period, *, origin: str, percent: int, reports: Collection[str] | None = None
) -> Sample | None:
    """The sample of a period out of a whole log; None when no entry after its end is there yet.

    `percent`: at least 5, at most 100. `reports`: draw from these reports instead of from certificates.
    Raises: ValueError.
    """
    if not LEAST_PERCENT <= percent <= 100:
        raise ValueError(str(percent))
    of = CERTIFICATES if reports is None else REPORTS
    issued: set[str] = set()
    frontier: list[bytes] = []
    for index, entry in enumerate(entries):
        merkle.grow(frontier, index, merkle.leaf_hash(entry.to_bytes()))
        if entry.at >= wanted.end:
            root = merkle.fold(frontier).hex()
            break
        if entry.at >= wanted.begin and (counted := _counted(entry, reports)):
            issued.add(counted)
    else:
        return None
    count = -(-len(issued) * percent // 100)
    ranked = sorted(issued, key=lambda each: _rank(_WORDS[of], origin, wanted.name, root, each))
    return Sample(
        period=wanted.name,
        percent=percent,
        origin=origin,
        population=tuple(sorted(issued)),
        index=index,
        root=root,
        chosen=tuple(sorted(ranked[:count])),
        of=of,
    )


def _rank(word: str, origin: str, name: str, root: str, certificate_id: str) -> bytes:
    parts = (word, origin, name, root, certificate_id)
    return hashlib.sha256("\0".join(parts).encode()).digest()
