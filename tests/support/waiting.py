# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting for what another process does, with an end."""

import time
from collections.abc import Callable

PATIENCE_S = 90.0
"""What everything is given: it costs nothing where all is well, and a machine that does ten other things is no fault of
ours."""


def wait_for(condition: Callable[[], bool], seconds: float, complaint: Callable[[], str] | str) -> None:
    """`seconds`: how long it may take where nothing else runs; never less than PATIENCE_S are given.

    Raises: AssertionError with the complaint when it does not come true.
    """
    deadline = time.monotonic() + max(seconds, PATIENCE_S)
    while not condition():
        assert time.monotonic() < deadline, complaint() if callable(complaint) else complaint
        time.sleep(0.05)
