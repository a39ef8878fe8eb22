# SPDX-License-Identifier: GPL-3.0-or-later
"""How endpoints stand, as documents of the API. No secret, no query of an address."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Literal, Self

from station.documents.document import Document, known
from station.ledger.entry import parse_time
from station.service.outbound.outbox import HookState, Letter
from station.setup.webhooks import Webhook

HookStanding = Literal["well", "failing", "gone"]


@dataclass(frozen=True, kw_only=True)
class WebhookOf:
    """`host`: whom it is sent to. `position`: number of the last entry settled. `waiting`: at most 200 counted."""

    webhook: str
    host: str
    events: tuple[str, ...]
    standing: HookStanding
    position: int
    waiting: int
    dead: int
    tries: int
    due_at: datetime | None
    acknowledged_at: datetime | None
    failed_at: datetime | None
    failure: str | None


@dataclass(frozen=True, kw_only=True)
class WebhookTold(WebhookOf, Document):
    """`POST /v1/webhooks/…/replay`: how that endpoint stands now."""

    NAME: ClassVar[str] = "webhook"

    @classmethod
    def of(cls, hook: Webhook, state: HookState) -> Self:
        """An endpoint and its state."""
        standing: HookStanding = "well"
        if state.failure:
            standing = "gone" if state.failure.startswith("gone") else "failing"
        return cls(
            webhook=hook.name,
            host=hook.host,
            events=hook.events,
            standing=standing,
            position=state.position,
            waiting=state.waiting,
            dead=state.dead,
            tries=state.tries,
            due_at=_moment(state.due_at),
            acknowledged_at=_moment(state.acknowledged_at),
            failed_at=_moment(state.failed_at),
            failure=known(state.failure),
        )


@dataclass(frozen=True, kw_only=True)
class WebhooksTold(Document):
    """`GET /v1/webhooks`: one entry an endpoint."""

    NAME: ClassVar[str] = "webhooks"

    webhooks: tuple[WebhookTold, ...]


@dataclass(frozen=True, kw_only=True)
class LetterTold:
    """An event that was given up. `again`: it is asked for again and was not sent yet."""

    sequence: int
    job: str | None
    at: datetime
    failure: str
    again: bool


@dataclass(frozen=True, kw_only=True)
class DeadLetters(Document):
    """`GET /v1/webhooks/…/dead`: oldest first, at most 1,000."""

    NAME: ClassVar[str] = "webhook-dead"

    webhook: str
    letters: tuple[LetterTold, ...]

    @classmethod
    def of(cls, name: str, letters: tuple[Letter, ...]) -> Self:
        """Those of an endpoint."""
        told = (
            LetterTold(
                sequence=each.number,
                job=known(each.job),
                at=parse_time(each.at),
                failure=each.failure,
                again=each.again,
            )
            for each in letters
        )
        return cls(webhook=name, letters=tuple(told))


@dataclass(frozen=True, kw_only=True)
class WebhookTested(Document):
    """`POST /v1/webhooks/…/test`: what came of one event, sent now."""

    NAME: ClassVar[str] = "webhook-tested"

    webhook: str
    acknowledged: bool
    failure: str | None


def _moment(at: str) -> datetime | None:
    return parse_time(at) if at else None
