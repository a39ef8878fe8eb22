# SPDX-License-Identifier: GPL-3.0-or-later
"""How endpoints stand: the API's answers and those of `webhook` for programs. No secret, no query of an address."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Literal

from station.documents.document import Document

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
    """`POST /v1/webhooks/…/replay`, `webhook replay`: how that endpoint stands now."""

    NAME: ClassVar[str] = "webhook"


@dataclass(frozen=True, kw_only=True)
class WebhooksTold(Document):
    """`GET /v1/webhooks`, `webhook list`: one entry an endpoint."""

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
    """`GET /v1/webhooks/…/dead`, `webhook dead`: oldest first, at most 1,000."""

    NAME: ClassVar[str] = "webhook-dead"

    webhook: str
    letters: tuple[LetterTold, ...]


@dataclass(frozen=True, kw_only=True)
class WebhookTested(Document):
    """`POST /v1/webhooks/…/test`, `webhook test`: what came of one event, sent now."""

    NAME: ClassVar[str] = "webhook-tested"

    webhook: str
    acknowledged: bool
    failure: str | None


@dataclass(frozen=True, kw_only=True)
class WebhookSecretMade(Document):
    """`webhook secret`: where the new secret is; it is told nowhere else."""

    NAME: ClassVar[str] = "webhook-secret"

    path: str
