# SPDX-License-Identifier: GPL-3.0-or-later
"""What happens in a session, as numbered events that any number of clients may watch.

A worker is never held up by a client: each subscription has a bounded queue, and one that is not read in time is
dropped and says so. What a dropped client missed it finds in `Session.jobs` and `Session.questions`.
"""

import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import TracebackType
from typing import Self

from phones.clock import Clock
from phones.errors import ProofwipeError
from phones.port import Sighting
from station.errors import SubscriptionDroppedError
from station.work.worker import Progress

QUEUE_LENGTH = 1000
"""Events a subscription holds before it is dropped; twenty phones make about 25 each in a whole job."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobStarted:
    """A worker has begun; `resumed`: with a job that an earlier run of the station left."""

    job: str
    port: str
    slot: str
    stage: str
    resumed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Instruction:
    """A person is told to do something at a phone now: `instruct.<key>` in words.toml."""

    job: str
    port: str
    slot: str
    key: str
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question to a person: `ask.<key>` in words.toml. Open until answered or declined, or `timeout_s` is over."""

    id: str
    job: str
    port: str
    slot: str
    key: str
    choices: tuple[str, ...]
    facts: Mapping[str, str]
    asked_at: datetime
    timeout_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionAsked:
    """A worker waits for the answer to a question."""

    question: Question


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionClosed:
    """A question has its answer, or will get none: `answer` is None when `by` declined or (`by` "") time was over."""

    question: Question
    answer: str | None
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JobEnded:
    """A worker is done with its job. `paper`: file name of its newest paper, "" when none could be made yet, or none is
    to be made before a person has decided (`awaits_decision`).
    """

    job: str
    port: str
    slot: str
    stage: str
    failure: str
    paper: str
    awaits_decision: bool = False


class Decided(StrEnum):
    """What a person decided about a job that had ended."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class JobDecided:
    """A person decided about a job, at whatever terminal. `stage`: where it stands since; its phone may be gone."""

    job: str
    port: str
    slot: str
    stage: str
    decision: Decided
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JobInterrupted:
    """A worker had to stop because nothing can be written any more; the job is resumed at the next start."""

    job: str
    port: str
    slot: str
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneAppeared:
    """Something is plugged in, or shows itself in another way than before."""

    port: str
    slot: str
    sighting: Sighting


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneLeft:
    """Nothing hangs on that port any more."""

    port: str
    slot: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PhonesCounted:
    """While a session waits for all phones to be plugged in: how many there are, and how many it waits for."""

    counted: int
    expected: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Warned:
    """Something the work goes on without: a time stamp, a revocation list."""

    error: ProofwipeError


Event = (
    Progress
    | JobStarted
    | Instruction
    | QuestionAsked
    | QuestionClosed
    | JobEnded
    | JobDecided
    | JobInterrupted
    | PhoneAppeared
    | PhoneLeft
    | PhonesCounted
    | Warned
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbered:
    """An event with its place in the session: 1, 2, 3 … without a gap, the same for every client."""

    number: int
    at: datetime
    event: Event


class Subscription:
    """One client's queue of events: iterate over it; the iteration ends with the session or with `end`.

    Raises: SubscriptionDroppedError while iterating, after the events that were still queued.
    """

    def __init__(
        self, kinds: tuple[type, ...], length: int, leave: Callable[["Subscription"], None], thread: int | None = None
    ) -> None:
        """`thread`: only what is published there."""
        self._kinds = kinds
        self._thread = thread
        self._length = length
        self._leave = leave
        self._queue: deque[Numbered] = deque()
        self._changed = threading.Condition()
        self._ended = False
        self._dropped = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()

    def __iter__(self) -> Iterator[Numbered]:
        while (numbered := self.next()) is not None:
            yield numbered

    def next(self, timeout_s: float | None = None) -> Numbered | None:
        """The next event; None when there will be no more, or none came within `timeout_s`.

        Raises: SubscriptionDroppedError.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._queue or self._ended or self._dropped, timeout_s)
            if self._queue:
                return self._queue.popleft()
            if self._dropped:
                raise SubscriptionDroppedError(expected=f"<= {self._length}", got="more")
            return None

    def end(self) -> None:
        """Ask for no more events; what is queued can still be read."""
        self._leave(self)
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def offer(self, numbered: Numbered) -> bool:
        """Queue an event if this client asked for its kind; False when there is no room and the client is dropped.

        Called in the thread that publishes it.
        """
        if self._kinds and not isinstance(numbered.event, self._kinds):
            return True
        if self._thread is not None and threading.get_ident() != self._thread:
            return True
        with self._changed:
            if len(self._queue) >= self._length:
                self._dropped = True
            else:
                self._queue.append(numbered)
            self._changed.notify_all()
            return not self._dropped


class EventStream:
    """Numbers events and hands them to the subscriptions. Thread safe.

    `listener`: called with each event in the thread that publishes it, before any client can see the next; for the
    scripts that stand for a person in the demo and in tests, where time is virtual. It must not wait.
    """

    def __init__(self, clock: Clock, listener: Callable[[Event], None] | None = None) -> None:
        self._clock = clock
        self._listener = listener
        self._lock = threading.Lock()
        self._number = 0
        self._subscriptions: list[Subscription] = []
        self._closed = False

    def publish(self, event: Event) -> None:
        """Give an event the next number and tell everybody."""
        with self._lock:
            self._number += 1
            numbered = Numbered(number=self._number, at=self._clock.now(), event=event)
            self._subscriptions = [each for each in self._subscriptions if each.offer(numbered)]
        if self._listener is not None:
            self._listener(event)

    def subscribe(self, *kinds: type, length: int = QUEUE_LENGTH, of_this_thread: bool = False) -> Subscription:
        """Every event from now on, or only those of some kinds. `of_this_thread`: only what its own work leads to."""
        subscription = Subscription(kinds, length, self._forget, threading.get_ident() if of_this_thread else None)
        with self._lock:
            closed = self._closed
            if not closed:
                self._subscriptions.append(subscription)
        if closed:
            subscription.end()
        return subscription

    def close(self) -> None:
        """End every subscription; what is queued can still be read."""
        with self._lock:
            self._closed = True
            subscriptions, self._subscriptions = self._subscriptions, []
        for each in subscriptions:
            each.end()

    def _forget(self, subscription: Subscription) -> None:
        with self._lock:
            self._subscriptions = [each for each in self._subscriptions if each is not subscription]
