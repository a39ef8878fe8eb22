# SPDX-License-Identifier: GPL-3.0-or-later
"""Time is passed in, so that a job can be run in virtual time and a paper drawn twice alike."""

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def moment_of(seconds: int) -> datetime:
    """The moment so many seconds after the epoch, as POSIX counts them. Raises: OverflowError.

    Not by the C library: under a time zone of its `right` tables (TZ=right/UTC) it takes leap seconds off, and then a
    moment of 2026 comes out 27 seconds before what was signed.
    """
    return _EPOCH + timedelta(seconds=seconds)


def utc_now() -> datetime:
    """The present moment, aware, in UTC, whatever the time zone of the process."""
    return _EPOCH + timedelta(microseconds=time.time_ns() // 1000)


class Clock(Protocol):
    """What every waiting step is given instead of the `time` module."""

    def now(self) -> datetime:
        """The wall clock of the bench, aware, in UTC."""

    def monotonic(self) -> float:
        """Seconds since an arbitrary start; never goes back."""

    def sleep(self, seconds: float) -> None:
        """Wait that many seconds."""


class SystemClock:
    """The real clock."""

    def now(self) -> datetime:
        """The wall clock of the bench, aware, in UTC."""
        return utc_now()

    def monotonic(self) -> float:
        """Seconds since an arbitrary start; never goes back."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait that many seconds."""
        time.sleep(seconds)
