# SPDX-License-Identifier: GPL-3.0-or-later
"""What can go wrong between an honest phone and honest host software: the cable, the hub, the queue.

A fault strikes exchange k of a port (1 is the first). The plan is plain data and the same for both
transports: a direct call in virtual time asks `plan.at(k)`, the wire keeps the count in `Exchanges`.
"""

import random
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

FLOOD_BYTES = 6 * 1024 * 1024
"""How much a flooding phone sends: more than any host should take, little enough for a test."""


class FaultKind(StrEnum):
    """The faults a link can have."""

    DROP_BEFORE = "drop_before"  # the link dies before the command arrives
    DROP_AFTER = "drop_after"  # the command is carried out, the reply is lost with the link
    SILENCE = "silence"  # the command is swallowed: no answer, no end, ever
    DELAY = "delay"  # the whole answer comes `seconds` late
    TRUNCATE = "truncate"  # half the answer, then the link dies: old adb calls that exit 0
    HALF = "half"  # half the answer, exit 0, and the link lives
    GARBAGE = "garbage"  # as many bytes as the answer has, none of them the answer
    STALE = "stale"  # the answer to the previous exchange instead
    DUPLICATE = "duplicate"  # the answer twice
    FLOOD = "flood"  # the answer, then FLOOD_BYTES more
    WRONG_EXIT = "wrong_exit"  # success says failure, failure says success


NOT_EXECUTED = frozenset({FaultKind.DROP_BEFORE, FaultKind.SILENCE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One fault at exchange `at`, or at each from there to `until`. `seconds`: how late (delay) or how long the cable
    is out (drop, truncate).

    `after_bytes` (truncate): the link dies when so many bytes of the host's input, or of the answer, have gone over.
    `executed` overrides whether the phone carries the command out; None means what the kind usually does.
    """

    at: int
    kind: FaultKind
    until: int = 0
    seconds: float = 0.0
    executed: bool | None = None
    after_bytes: int | None = None

    @property
    def reaches_phone(self) -> bool:
        """True if the phone carries the command out in spite of the fault."""
        return self.kind not in NOT_EXECUTED if self.executed is None else self.executed

    @property
    def kills_link(self) -> bool:
        """True if the link is dead after this exchange."""
        return self.kind in {FaultKind.DROP_BEFORE, FaultKind.DROP_AFTER, FaultKind.TRUNCATE}

    @property
    def answers(self) -> bool:
        """True if any byte of an answer may reach the host."""
        return self.kind not in {FaultKind.DROP_BEFORE, FaultKind.DROP_AFTER, FaultKind.SILENCE}


def distorted(fault: Fault, reply: bytes, previous: bytes, *, seed: int = 0) -> bytes:
    """What the host gets instead of `reply`; `previous` is the answer of the exchange before, b"" if none.

    A protocol with its own exit code plays WRONG_EXIT itself: here it changes nothing.
    """
    match fault.kind:
        case FaultKind.DROP_BEFORE | FaultKind.DROP_AFTER | FaultKind.SILENCE:
            return b""
        case FaultKind.TRUNCATE | FaultKind.HALF:
            return reply[: len(reply) // 2]
        case FaultKind.GARBAGE:
            return random.Random(f"{seed}/{fault.at}").randbytes(max(len(reply), 16))
        case FaultKind.STALE:
            return previous
        case FaultKind.DUPLICATE:
            return reply + reply
        case FaultKind.FLOOD:
            return reply + b"\xa5" * FLOOD_BYTES
        case FaultKind.DELAY | FaultKind.WRONG_EXIT:
            return reply


@dataclass(frozen=True, slots=True)
class FaultPlan:
    """Which exchange of a port is struck by what; at most one fault an exchange."""

    faults: tuple[Fault, ...] = ()

    def __post_init__(self) -> None:
        places = [fault.at for fault in self.faults]
        if any(place < 1 for place in places):
            raise ValueError("exchanges are counted from 1")
        if len(set(places)) != len(places):
            raise ValueError("two faults at one exchange")

    def at(self, k: int) -> Fault | None:
        """The fault at exchange k, or None. Pure."""
        return next((fault for fault in self.faults if fault.at <= k <= max(fault.at, fault.until)), None)

    def with_fault(self, fault: Fault) -> "FaultPlan":
        """The same plan and one fault more; it replaces another at the same exchange."""
        return FaultPlan((*(other for other in self.faults if other.at != fault.at), fault))

    @classmethod
    def of(cls, faults: Iterable[Fault]) -> "FaultPlan":
        """A plan from any row of faults. Raises: ValueError."""
        return cls(tuple(faults))


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One begun exchange: its number, its fault, and what the exchange before answered."""

    number: int
    fault: Fault | None
    previous: bytes


class Exchanges:
    """Counts the exchanges of one port over all its connections and remembers the last answer."""

    def __init__(self, plan: FaultPlan | None = None) -> None:
        self._lock = threading.Lock()
        self._plan = plan or FaultPlan()
        self._count = 0
        self._last = b""

    @property
    def count(self) -> int:
        """How many exchanges have begun."""
        return self._count

    def begin(self) -> Exchange:
        """Start the next exchange."""
        with self._lock:
            self._count += 1
            return Exchange(number=self._count, fault=self._plan.at(self._count), previous=self._last)

    def answered(self, reply: bytes) -> None:
        """Remember what the phone answered (before any fault), for a later STALE."""
        with self._lock:
            self._last = reply[:65536]

    def strike(self, fault: Fault) -> None:
        """Add a fault to the plan while the bench runs."""
        with self._lock:
            self._plan = self._plan.with_fault(fault)
