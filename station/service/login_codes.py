# SPDX-License-Identifier: GPL-3.0-or-later
"""One-time codes by which a caller of the API opens the dashboard in a browser: `proofwipe dashboard`.

Kept in memory alone and as hashes: a code that a restart has forgotten is asked for again.
"""

import hashlib
import secrets
import threading
import time
from collections.abc import Callable

from station.service.callers import Caller

VALID_S = 60.0
MOST = 100
LONGEST = 100


class LoginCodes:
    """The codes that may be used now. Thread safe."""

    def __init__(self, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._waiting: dict[str, tuple[Caller, float]] = {}

    def make(self, caller: Caller) -> str:
        """A new code for that caller."""
        code = secrets.token_urlsafe(24)
        with self._lock:
            self._waiting[_digest(code)] = (caller, self._monotonic() + VALID_S)
            while len(self._waiting) > MOST:
                del self._waiting[next(iter(self._waiting))]
        return code

    def look(self, code: str) -> Caller | None:
        """Whose it is, without using it up; None for one that does not count."""
        with self._lock:
            found = self._waiting.get(_digest(code[:LONGEST]))
        return found[0] if found is not None and self._monotonic() < found[1] else None

    def use(self, code: str) -> Caller | None:
        """Whose it was; it counts once."""
        with self._lock:
            found = self._waiting.pop(_digest(code[:LONGEST]), None)
        return found[0] if found is not None and self._monotonic() < found[1] else None


def _digest(code: str) -> str:
    return hashlib.sha256(code.encode("utf-8", "replace")).hexdigest()
