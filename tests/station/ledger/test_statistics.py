# SPDX-License-Identifier: GPL-3.0-or-later
"""What is counted adds up to the jobs, whatever happened to them and wherever their days begin."""

import sqlite3
import tempfile
from collections import Counter
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phones.clock import SystemClock
from station.errors import ConfigError
from station.ledger.event import Event
from station.ledger.job import Job
from station.ledger.job_events import JobOpened, PhoneIdentified
from station.ledger.ledger import Ledger
from station.ledger.stages import EntryKind
from station.ledger.statistics import MOST_NAMES, Group, Statistics
from station.ledger.summary import Result
from station.session.statistics import MOST_DAYS, period
from tests.support import lives
from tests.support.ledger_events import HISTORIES, write
from tests.support.ledger_payloads import an_event

NOW = datetime.now(UTC)
WIDE = period((NOW - timedelta(days=2)).date(), (NOW + timedelta(days=2)).date(), zone="UTC")


def sums(group: Group) -> int:
    return sum(each.jobs for each in group.counted) + (group.others.jobs if group.others else 0)


def must_add_up(found: Statistics, jobs: int) -> None:
    assert found.total.jobs == jobs
    assert sum(day.jobs for day in found.days) == jobs
    for group in (found.operators, found.models, found.methods, found.grades):
        assert sums(group) == jobs
    assert sums(found.reasons) == found.total.results.get(Result.NOT_CERTIFIED, 0)


@settings(max_examples=60, deadline=None)
@given(HISTORIES)
def test_sums_equal_the_jobs_and_each_number_is_that_of_the_jobs_themselves(history: list[tuple[str, Event]]) -> None:
    with (
        tempfile.TemporaryDirectory(dir=lives.MEMORY) as folder,
        closing(Ledger(Path(folder) / "ledger.sqlite3", clock=SystemClock())) as ledger,
    ):
        write(ledger, history)
        found = ledger.view.statistics(WIDE.days)
        jobs = [job.summary for each in dict.fromkeys(ledger.jobs()) if (job := Job.load(ledger, each)) is not None]
        must_add_up(found, len(jobs))
        assert found.total.results == Counter(job.result for job in jobs)
        for group, name in ((found.models, "model"), (found.methods, "method"), (found.grades, "grade")):
            assert {each.name: each.jobs for each in group.counted} == Counter(getattr(job, name) for job in jobs)
        assert sums(found.validators) == sum(1 for job in jobs if job.decision)
        ended = [job for job in jobs if job.result is Result.NOT_CERTIFIED]
        assert {each.name: each.jobs for each in found.reasons.counted} == Counter(job.main_reason for job in ended)


ZONES = ("UTC", "Europe/Berlin", "Asia/Kathmandu", "America/St_Johns", "Pacific/Apia", "Africa/Cairo", "local")


@settings(max_examples=60, deadline=None)
@given(st.dates(date(2005, 1, 1), date(2035, 1, 1)), st.integers(0, 20), st.sampled_from(ZONES))
def test_days_follow_one_another_without_a_gap_in_every_zone(since: date, more: int, zone: str) -> None:
    days = period(since, since + timedelta(days=more), zone=zone).days
    assert len(days) == more + 1
    assert all(one.end.astimezone(UTC) == other.begin.astimezone(UTC) for one, other in pairwise(days))
    assert all(day.begin.astimezone(UTC) <= day.end.astimezone(UTC) for day in days)


def test_a_day_of_a_changed_clock_has_23_or_25_hours() -> None:
    for day, hours in ((date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 11, 1), 24)):
        (found,) = period(day, day, zone="Europe/Berlin").days
        assert found.end.astimezone(UTC) - found.begin.astimezone(UTC) == timedelta(hours=hours)


@pytest.mark.parametrize("zone", ["", "Nowhere", "../../etc/passwd", "/etc/localtime", "Europe", "a\0b", "x" * 5000])
def test_a_zone_that_is_none_is_refused(zone: str) -> None:
    with pytest.raises(ConfigError):
        period(NOW.date(), NOW.date(), zone=zone)


def test_a_time_that_is_too_long_or_none_is_refused() -> None:
    for since, until in (
        (date(2026, 1, 2), date(2026, 1, 1)),
        (date(2026, 1, 1), date(2026, 1, 1) + timedelta(days=MOST_DAYS)),
        (date.min, date.min),
        (date.max, date.max),
    ):
        with pytest.raises(ConfigError):
            period(since, until)


def test_a_job_is_counted_on_the_day_it_was_opened_there_and_the_list_of_names_has_an_end(tmp_path: Path) -> None:
    with closing(Ledger(tmp_path / "ledger.sqlite3", clock=SystemClock())) as ledger:
        opened, identified = an_event(EntryKind.JOB_OPENED), an_event(EntryKind.IDENTITY)
        assert isinstance(opened, JobOpened)
        assert isinstance(identified, PhoneIdentified)
        with ledger.together():
            for number in range(MOST_NAMES + 7):
                job = f"JOB{number:05}"
                ledger.append(opened, job)
                phone = replace(identified.phone, marketing_name=f"Phone {number}", model="M", maker="")
                ledger.append(replace(identified, phone=phone), job)
        found = ledger.view.statistics(WIDE.days)
        assert (len(found.models.counted), found.models.names) == (MOST_NAMES, 7)
        must_add_up(found, MOST_NAMES + 7)
        with closing(sqlite3.connect(ledger.path, isolation_level=None)) as raw:
            raw.execute("UPDATE view_job SET opened_at = '2026-03-28T23:30:00.000000Z' WHERE id = 'JOB00001'")
        for zone, day in (("Europe/Berlin", "2026-03-29"), ("UTC", "2026-03-28"), ("America/St_Johns", "2026-03-28")):
            days = ledger.view.statistics(period(date(2026, 3, 27), date(2026, 3, 30), zone=zone).days).days
            assert [(each.name, each.jobs) for each in days if each.jobs] == [(day, 1)]
