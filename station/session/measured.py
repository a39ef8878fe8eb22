# SPDX-License-Identifier: GPL-3.0-or-later
"""Phones that are measured without a job for other commands, while they are: see `station.session.measuring`."""

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from phones.errors import ProofwipeError
from station.session.events import Subscription


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """`check`: the act that is under way; or else `instruction` and its facts, for the person."""

    check: str = ""
    instruction: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class Measured:
    """One phone that is. `heard`: what the measuring thread publishes. `asked_at`: when somebody last wanted to know,
    by the monotonic clock.
    """

    port: str
    heard: Subscription | None = None
    said: list[Said] = field(default_factory=list)
    file: str = ""
    error: ProofwipeError | None = None
    skipped: int = 0
    asked_at: float = field(default_factory=time.monotonic)
    rest: threading.Event = field(default_factory=threading.Event)
    over: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)


@dataclass(frozen=True, slots=True)
class Measurements:
    """Those of one session, by the id that was given out."""

    by_id: dict[str, Measured] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)
