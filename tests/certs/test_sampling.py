# SPDX-License-Identifier: GPL-3.0-or-later
"""The sample for re-inspection follows from the log alone, is large enough, and cannot be chosen by its period."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from certs.log.entries import Entry, Issue, Start
from certs.log.sampling import draw, period, population

WEEK = period("2026-W47")
ORIGIN = "log.example/bench"


def certificate_id(number: int) -> str:
    return f"PW-0000-0000-0000-{number:04d}"


def issue(number: int, at: datetime) -> Issue:
    return Issue(
        at=at,
        id=certificate_id(number),
        record=f"{number:064x}",
        statement="00" * 32,
        commitment="",
        tag="ab" * 16,
        station="ab" * 8,
        start=0,
    )


def start(at: datetime, job: int = 0) -> Start:
    return Start(at=at, job=f"{job:064x}", tag="ab" * 16, station="ab" * 8, attempt=1, emulated=False)


def a_week_of(count: int, *, job: int = 0) -> list[Entry]:
    issued = [issue(number, WEEK.begin + timedelta(minutes=number)) for number in range(count)]
    return [issue(9998, WEEK.begin - timedelta(seconds=1)), *issued, start(WEEK.end, job), issue(9999, WEEK.end)]


@pytest.mark.parametrize(
    ("name", "begin", "end"),
    [
        ("2026-11-21", datetime(2026, 11, 21, tzinfo=UTC), datetime(2026, 11, 22, tzinfo=UTC)),
        ("2026-W53", datetime(2026, 12, 28, tzinfo=UTC), datetime(2027, 1, 4, tzinfo=UTC)),
        ("2026-02", datetime(2026, 2, 1, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC)),
        ("2026-12", datetime(2026, 12, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)),
    ],
)
def test_a_period_is_a_day_a_week_or_a_month(name: str, begin: datetime, end: datetime) -> None:
    found = period(name)
    assert (found.begin, found.end) == (begin, end)


@pytest.mark.parametrize("name", ["", "2026", "2026-13", "2026-W54", "2026-02-30", "2026-W47-1", "26-11", "2026-11-1"])
def test_nothing_else_is_a_period(name: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - whatever the calendar says
        period(name)


def test_only_what_was_issued_in_the_period_can_be_drawn() -> None:
    found = draw(a_week_of(7), WEEK, origin=ORIGIN, percent=100)
    assert found is not None
    assert found.chosen == found.population == tuple(certificate_id(number) for number in range(7))
    assert population(a_week_of(7), WEEK) == found.population


def test_there_is_no_draw_before_the_log_went_on() -> None:
    assert draw(a_week_of(7)[:-2], WEEK, origin=ORIGIN, percent=5) is None


@given(count=st.integers(min_value=1, max_value=120), percent=st.integers(min_value=5, max_value=100))
@settings(max_examples=40, deadline=None)
def test_at_least_the_share_is_drawn_and_the_same_each_time(count: int, percent: int) -> None:
    found = draw(a_week_of(count), WEEK, origin=ORIGIN, percent=percent)
    again = draw([*a_week_of(count), start(WEEK.end + timedelta(days=9))], WEEK, origin=ORIGIN, percent=percent)
    assert found is not None
    assert found == again, "what comes later changes nothing"
    assert len(found.chosen) * 100 >= count * percent > (len(found.chosen) - 1) * 100
    assert set(found.chosen) <= set(found.population)


def test_another_next_entry_draws_another_sample() -> None:
    drawn = {draw(a_week_of(100, job=job), WEEK, origin=ORIGIN, percent=5) for job in range(20)}
    assert len({sample.chosen for sample in drawn if sample is not None}) > 15


def test_every_certificate_is_drawn_at_times() -> None:
    drawn = [draw(a_week_of(20, job=job), WEEK, origin=ORIGIN, percent=5) for job in range(300)]
    times = [sum(certificate_id(number) in one.chosen for one in drawn if one) for number in range(20)]
    assert sum(times) == 300
    assert min(times) >= 3, times
    assert max(times) <= 40, times


@pytest.mark.parametrize("percent", [0, 4, 101])
def test_less_than_five_percent_is_no_sample(percent: int) -> None:
    with pytest.raises(ValueError, match=str(percent)):
        draw(a_week_of(3), WEEK, origin=ORIGIN, percent=percent)
