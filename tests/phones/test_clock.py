# SPDX-License-Identifier: GPL-3.0-or-later
"""A moment is what POSIX counts, also on a computer whose time zone counts leap seconds."""

import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from phones.clock import SystemClock, moment_of

RIGHT = "/usr/share/zoneinfo/right/UTC"


@pytest.fixture(params=["right/UTC", "right/Asia/Shanghai", "Asia/Shanghai"])
def zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield request.param
    monkeypatch.undo()
    time.tzset()


def test_a_moment_is_the_same_in_every_time_zone(zone: str) -> None:
    assert moment_of(1_780_000_000) == datetime(2026, 5, 28, 20, 26, 40, tzinfo=UTC), zone


def test_this_moment_is_the_same_in_every_time_zone(zone: str) -> None:
    assert abs(SystemClock().now() - moment_of(int(time.time()))) < timedelta(seconds=5), zone
    assert os.environ["TZ"] == zone
