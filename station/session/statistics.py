# SPDX-License-Identifier: GPL-3.0-or-later
"""The days a statistic is about: as a calendar somewhere has them, with that place's changes of the clock."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from station.errors import ParameterError
from station.ledger.statistics import Day, Statistics
from station.session.jobs import Jobs

MOST_DAYS = 400
_FIRST, _LAST = date(2000, 1, 1), date(9000, 1, 1)
LOCAL = "local"


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """Days one after another. `zone`: an IANA name, or "local", the clock of the station's machine."""

    since: date
    until: date
    zone: str
    days: tuple[Day, ...]


def period(since: date, until: date, *, zone: str = LOCAL) -> Period:
    """The days from `since` to `until`, both in it. Raises: ParameterError for too many, none, or no such zone."""
    number = (until - since).days + 1
    if not 1 <= number <= MOST_DAYS or since < _FIRST or until > _LAST:
        raise ParameterError(subject="since, until", expected=f"1–{MOST_DAYS}", got=f"{since} – {until}")
    where = _zone(zone)
    dates = [since + timedelta(days=each) for each in range(number)]
    begun = [_beginning(each, where) for each in (*dates, until + timedelta(days=1))]
    days = tuple(
        Day(name=each.isoformat(), begin=begin, end=end)
        for each, begin, end in zip(dates, begun[:-1], begun[1:], strict=True)
    )
    return Period(since=since, until=until, zone=zone, days=days)


def beginning(day: date, *, zone: str = LOCAL) -> datetime:
    """When a day begins there; aware. Raises: ParameterError."""
    (found,) = period(day, day, zone=zone).days
    return found.begin


def end(day: date, *, zone: str = LOCAL) -> datetime:
    """When it ends, which is when the next begins; aware. Raises: ParameterError."""
    (found,) = period(day, day, zone=zone).days
    return found.end


def today(now: datetime, *, zone: str = LOCAL) -> date:
    """The date of a moment there. `now`: aware. Raises: ParameterError."""
    return now.astimezone(_zone(zone)).date()


def statistics(jobs: Jobs, wanted: Period) -> Statistics:
    """The jobs opened in that time, counted. Raises: LedgerError."""
    return jobs.ledger.view.statistics(wanted.days)


def _zone(name: str) -> ZoneInfo | None:
    """None is the machine's own. Raises: ParameterError."""
    if name == LOCAL:
        return None
    try:
        return ZoneInfo(name)
    except (ValueError, KeyError, OSError) as error:  # no such name, or one that is a folder of the zones
        raise ParameterError(
            subject="zone", expected=f"Europe/Berlin, Asia/Shanghai, UTC, {LOCAL}", got=name[:40]
        ) from error


def _beginning(day: date, zone: ZoneInfo | None) -> datetime:
    """Midnight there, or the first moment after it where the clock jumps over it."""
    midnight = datetime.combine(day, time())
    return midnight.astimezone() if zone is None else midnight.replace(tzinfo=zone)
