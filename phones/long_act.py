# SPDX-License-Identifier: GPL-3.0-or-later
"""Acts that take minutes: begun once, watched, given up when they are silent or late, and ended by a typed outcome.

`phones.link.Link.exchange` is for questions: one request, one reply. An erase over a message loop, an overwriting pass
or a file of gigabytes has progress and may have to be cancelled. What it shows on the way is for the screen and is not
kept; that it began and how it ended is evidence (`phones.witness.WitnessedPort.carry_out`). It is never begun a second
time by itself: after a crash or a lost link the job goes on by looking at the phone.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol, runtime_checkable

from phones.clock import Clock
from phones.errors import PhoneError, PhoneLostError, PhoneRefusedError, PhoneSilentError
from phones.link import Link, Question, Reply, Request

POLL_S = 0.25
GRACE_S = 5.0
"""How long an act that is given up may take to end: it may just have ended by itself."""


class ActEnd(StrEnum):
    """How an act ended."""

    DONE = "done"  # the phone answered in the documented shape
    REFUSED = "refused"  # it said no
    CANCELLED = "cancelled"  # we gave it up because a person said so; the phone may have gone on
    LOST = "lost"  # the link broke
    TIMED_OUT = "timed_out"  # it was silent, or took too long; the phone may have gone on
    MALFORMED = "malformed"  # it answered nonsense


_OF_ERROR: tuple[tuple[type[PhoneError], ActEnd], ...] = (
    (PhoneRefusedError, ActEnd.REFUSED),
    (PhoneSilentError, ActEnd.TIMED_OUT),
    (PhoneLostError, ActEnd.LOST),
    (PhoneError, ActEnd.MALFORMED),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ActOutcome:
    """`reply` of an act that is DONE; `error` of one that ended in the driver."""

    end: ActEnd
    reply: Reply | None = None
    error: PhoneError | None = None

    @classmethod
    def of_error(cls, error: PhoneError) -> "ActOutcome":
        """What a driver raised."""
        return cls(end=next(end for kind, end in _OF_ERROR if isinstance(error, kind)), error=error)


@dataclass(frozen=True, slots=True, kw_only=True)
class ActProgress:
    """One look at an act that runs. `carried`: bytes to and from the phone, counted by us, after `seconds`.

    `percent`: how far the phone says it is, 0 to 100 and never less than before; None if it says nothing sensible.
    `left`: bytes still to be carried, where we know how many there are.
    """

    carried: int
    seconds: float
    percent: int | None = None
    left: int | None = None

    @property
    def left_s(self) -> float | None:
        """Seconds left at the rate so far; None when nobody can tell."""
        return self.left / self.rate if self.left is not None and self.rate > 0 else None

    @property
    def rate(self) -> float:
        """Bytes a second since the beginning."""
        return self.carried / self.seconds if self.seconds > 0 else 0.0


class Meter:
    """What has been carried so far. A driver writes it in its thread, whoever watches reads it in another."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._carried = 0
        self._percent: int | None = None

    def carry(self, count: int) -> None:
        """So many bytes more went to or from the phone."""
        with self._lock:
            self._carried += count

    def claim(self, percent: object) -> None:
        """The phone says how far it is. What is no number from 0 to 100, or less than before, is passed over."""
        if type(percent) not in (int, float) or not isinstance(percent, int | float) or not 0 <= percent <= 100:
            return
        with self._lock:
            self._percent = max(int(percent), self._percent or 0)

    def read(self, seconds: float) -> ActProgress:
        """The state after so many seconds."""
        with self._lock:
            return ActProgress(carried=self._carried, seconds=seconds, percent=self._percent)


class RunningAct(Protocol):
    """An act that was begun."""

    meter: Meter

    def wait(self, timeout_s: float) -> ActOutcome | None:
        """Its outcome, or None if it still runs after `timeout_s`. Raises: BenchError when the host side is gone."""

    def cancel(self) -> None:
        """Give it up: its link is closed. Returns at once; `wait` tells how it ended."""


@runtime_checkable
class ActingLink(Protocol):
    """A link that can do more than exchange."""

    def begin(self, request: Request, *, timeout_s: float) -> RunningAct:
        """Begin an act, which is given up by itself after `timeout_s`. Raises: PhoneError, BenchError."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """An act, planned: what is asked of the phone (`question.timeout_s`: for the whole), and how long it may be silent:
    no byte carried and no percent told.
    """

    question: Question
    silence_s: float


@dataclass(slots=True)
class OneExchange:
    """An act over a link that only exchanges: without progress, over when it has begun."""

    outcome: ActOutcome
    meter: Meter = field(default_factory=Meter)

    def wait(self, timeout_s: float) -> ActOutcome:
        """How it ended."""
        del timeout_s
        return self.outcome

    def cancel(self) -> None:
        """It has ended before anybody could."""


def begin(link: Link, request: Request, *, timeout_s: float) -> RunningAct:
    """Begin an act over a link of either kind. Raises: PhoneError, BenchError."""
    if isinstance(link, ActingLink):
        return link.begin(request, timeout_s=timeout_s)
    return begin_exchange(link, request, timeout_s=timeout_s)


def begin_exchange(link: Link, request: Request, *, timeout_s: float) -> RunningAct:
    """An act that is one exchange of this link."""
    try:
        return OneExchange(ActOutcome(end=ActEnd.DONE, reply=link.exchange(request, timeout_s=timeout_s)))
    except PhoneError as error:
        return OneExchange(ActOutcome.of_error(error))


def follow(
    running: RunningAct,
    act: Act,
    *,
    clock: Clock,
    tell: Callable[[ActProgress], None] = lambda _progress: None,
    is_cancelled: Callable[[], bool] = lambda: False,
) -> ActOutcome:
    """Watch an act until it ends, is cancelled, is silent for too long or takes too long.

    `tell` hears of every change. Raises: BenchError.
    """
    started = clock.monotonic()
    shown: tuple[int, int | None] = (0, None)
    changed_at = started
    while True:
        outcome = running.wait(POLL_S)
        if outcome is not None:
            return outcome
        now = clock.monotonic()
        progress = running.meter.read(now - started)
        if (progress.carried, progress.percent) != shown:
            shown, changed_at = (progress.carried, progress.percent), now
            tell(progress)
        if is_cancelled():
            return _given_up(running, ActEnd.CANCELLED)
        if now - started >= act.question.timeout_s or now - changed_at >= act.silence_s:
            return _given_up(running, ActEnd.TIMED_OUT)


def _given_up(running: RunningAct, end: ActEnd) -> ActOutcome:
    """What the act was when we gave it up; an answer that came in that moment counts."""
    running.cancel()
    last = running.wait(GRACE_S)
    return last if last is not None and last.end in (ActEnd.DONE, ActEnd.REFUSED) else ActOutcome(end=end)
