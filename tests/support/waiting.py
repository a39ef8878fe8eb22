# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting for what another process does, with an end."""

import time
from collections.abc import Callable


def wait_for(condition: Callable[[], bool], seconds: float, complaint: Callable[[], str] | str) -> None:
    """Raises: AssertionError with the complaint when it does not come true within the seconds."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, complaint() if callable(complaint) else complaint
        time.sleep(0.05)
