# SPDX-License-Identifier: GPL-3.0-or-later
"""Time is passed in, so that a job can be run in virtual time and a paper drawn twice alike."""

import time
from datetime import UTC, datetime
from typing import Protocol


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
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds since an arbitrary start; never goes back."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait that many seconds."""
        time.sleep(seconds)
