# SPDX-License-Identifier: GPL-3.0-or-later
"""One endpoint: what is in front is sent, one at a time, until it is acknowledged or given up.

A receiver that is away holds its own line and nobody else's; then order is kept. One that refuses a single event, while
it takes others, shall not be stopped by it for a day: what is refused is given up after a few tries.
"""

import logging
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from station.errors import LedgerCorruptError, LedgerError
from station.ledger.entry import timestamp
from station.ledger.ledger import Ledger
from station.service.outbound.address import Resolver, resolve
from station.service.outbound.event import MEDIA_TYPE, TEST, CloudEvent, id_of, source_of, type_of
from station.service.outbound.facts import named, told
from station.service.outbound.outbox import Outbox, Waiting
from station.service.outbound.post import Answer, Failure, post
from station.service.outbound.signature import signature
from station.setup.webhooks import Webhook

FIRST_S, LONGEST_S = 5.0, 4 * 3600.0
"""How long is waited after the first failure, and at most; each time four times as long. Ten tries take half a day."""
REFUSED_TRIES = 4
"""After so many refusals an event is given up, however many tries there would be."""
LOOK_S = 0.25
PAUSE_S = 5.0
"""After an error of our own, or of the ledger."""
log = logging.getLogger("proofwipe.webhooks")


def pause_s(tries: int, jitter: float) -> float:
    """Seconds until it is tried again, after so many failed tries. `jitter`: from 0 to 1, so that benches that lost a
    receiver together do not come back together.
    """
    longest: float = min(FIRST_S * 4.0 ** min(tries - 1, 20), LONGEST_S)
    return longest * (0.5 + 0.5 * jitter)


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """`now`: in UTC. `jitter`: a new number from 0 to 1 each time."""

    hook: Webhook
    secrets: tuple[bytes, ...] = field(repr=False)
    tls: ssl.SSLContext | None
    ledger: Ledger
    outbox: Outbox
    now: Callable[[], datetime]
    jitter: Callable[[], float]
    stopped: threading.Event
    resolver: Resolver = resolve

    def run(self) -> None:
        """Until the service ends. The thread's outermost edge: nothing that goes wrong here stops it."""
        while not self.stopped.is_set():
            try:
                wait_s = self.step()
            except LedgerError as error:  # a full disk, perhaps: what was not written down is sent once more
                log.warning("webhook %s waits: %s", self.hook.name, error.code)
                wait_s = PAUSE_S
            except Exception:
                log.exception("webhook %s", self.hook.name)
                wait_s = PAUSE_S
            if wait_s:
                self.stopped.wait(wait_s)

    def step(self) -> float:
        """Send what is in front, if its time has come; seconds after which to look again. Raises: LedgerError."""
        waiting = self.outbox.next(self.hook.name, self.hook.events)
        if waiting is None or self._is_gone(waiting):
            return LOOK_S
        if waiting.due_at is not None:
            left_s = (waiting.due_at - self.now()).total_seconds()
            if 0 < left_s <= LONGEST_S:  # longer is never waited: a clock was set back
                return min(left_s, LOOK_S)
        try:
            answer = self.send(self._event(waiting))
        except (ValueError, LedgerCorruptError):  # of another version, or damaged: for a person
            log.warning("webhook %s: entry %d cannot be read", self.hook.name, waiting.entry.number)
            self.outbox.given_up(waiting, at=self.now(), failure=Failure.UNREADABLE.value)
            return 0.0
        return self._settle(waiting, answer)

    def send(self, event: CloudEvent) -> Answer:
        """Once, now. Never raises."""
        body, at = event.body(), int(self.now().timestamp())
        headers = {
            "Content-Type": f"{MEDIA_TYPE}; charset=utf-8",
            "User-Agent": "proofwipe",
            "webhook-id": event.id,
            "webhook-timestamp": str(at),
            "webhook-signature": signature(self.secrets, id=event.id, timestamp=at, body=body),
        }
        return post(self.hook, headers, body, tls=self.tls, stopped=self.stopped, resolver=self.resolver)

    def test_event(self, unique: str) -> CloudEvent:
        """One that tells nothing of any phone, under the names of this endpoint's constants."""
        return CloudEvent(
            id=f"pw_test_{unique}",
            source=source_of(self.ledger.hash_of(1)),
            type=type_of(TEST),
            time=timestamp(self.now()),
            subject="",
            sequence=0,
            emulated=False,
            data=named(self.hook, {}),
        )

    def _event(self, waiting: Waiting) -> CloudEvent:
        """Raises: LedgerError, ValueError."""
        if waiting.event is None:
            raise ValueError(waiting.entry.kind)
        entry = waiting.entry
        job, data = told(self.ledger, entry, self.hook)
        return CloudEvent(
            id=id_of(entry.number, entry.hash),
            source=source_of(self.ledger.hash_of(1)),
            type=type_of(waiting.event),
            time=entry.at,
            subject=job.id,
            sequence=entry.number,
            emulated=job.emulated,
            data=data,
        )

    def _settle(self, waiting: Waiting, answer: Answer) -> float:
        now = self.now()
        if answer.failure is None:
            self.outbox.acknowledged(waiting, at=now)
            return 0.0
        if answer.failure is Failure.STOPPED:
            return LOOK_S  # the service ends: this was no try
        tries = waiting.tries + 1
        most = self.hook.tries
        if answer.failure is Failure.REFUSED:
            most = 1 if waiting.again else min(most, REFUSED_TRIES)
        if tries >= most and answer.failure is not Failure.GONE:
            log.warning("webhook %s gives up entry %d: %s", self.hook.name, waiting.entry.number, answer.code)
            self.outbox.given_up(waiting, at=now, failure=answer.code)
            return 0.0
        wait_s = max(pause_s(tries, self.jitter()), answer.wait_s)
        self.outbox.failed(waiting, at=now, failure=answer.code, due_at=now + timedelta(seconds=wait_s))
        return 0.0

    def _is_gone(self, waiting: Waiting) -> bool:
        """It said that it is not there any more: nothing is sent, nor given up, until a person has it sent again."""
        return waiting.failure.startswith(Failure.GONE.value)
