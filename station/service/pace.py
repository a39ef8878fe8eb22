# SPDX-License-Identifier: GPL-3.0-or-later
"""How often somebody may ask, and how much at one time: far more than a bench needs, and less than what keeps the
others from being heard.

A bucket for each caller holds so many requests and is filled again evenly; what changes something takes more of it.
"""

import math
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from station.service.errors import TooManyError, TooOftenError

HELD = 1000.0
A_SECOND = 200.0
"""Requests that may come at once, and those that may go on coming."""
OF_A_CHANGE = 5.0
"""What a request that changes something counts."""
MOST_CALLERS = 1000
AT_ONCE = 20
"""Requests of one caller under way at one time: half of the threads that do what requests ask for [read:
anyio.to_thread, 40], so that whoever asks for what takes long leaves the other half to the others.
"""


class Pace:
    """Thread safe. `monotonic`: seconds."""

    def __init__(
        self,
        *,
        held: float = HELD,
        a_second: float = A_SECOND,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._held, self._a_second, self._monotonic = held, a_second, monotonic
        self._left: dict[str, tuple[float, float]] = {}
        self._under_way: Counter[str] = Counter()
        self._lock = threading.Lock()

    @contextmanager
    def asked(self, caller: str, *, writes: bool, lasts: bool = False) -> Iterator[None]:
        """One request of this caller, while it is entered. `lasts`: a stream, whose number is bounded elsewhere.

        Raises: TooOftenError, TooManyError.
        """
        self.must_not_be_over(caller, writes=writes)
        if lasts:
            yield
            return
        with self._lock:
            if self._under_way[caller] >= AT_ONCE:
                raise TooManyError(most=AT_ONCE)
            self._under_way[caller] += 1
        try:
            yield
        finally:
            with self._lock:
                self._under_way[caller] -= 1
                self._under_way += Counter()  # without those that have none

    def must_not_be_over(self, caller: str, *, writes: bool) -> None:
        """Count one request. Raises: TooOftenError, and then it is not counted."""
        cost, now = OF_A_CHANGE if writes else 1.0, self._monotonic()
        with self._lock:
            left, at = self._left.pop(caller, (self._held, now))
            left = min(self._held, left + (now - at) * self._a_second)
            enough = left >= cost
            self._left[caller] = (left - cost if enough else left, now)
            while len(self._left) > MOST_CALLERS:  # who was silent longest: its bucket is the fullest
                del self._left[next(iter(self._left))]
        if not enough:
            raise TooOftenError(retry_after_s=max(1, math.ceil((cost - left) / self._a_second)))
