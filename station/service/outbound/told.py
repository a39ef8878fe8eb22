# SPDX-License-Identifier: GPL-3.0-or-later
"""How endpoints stand, from what is kept of them."""

from datetime import datetime

from station.documents.document import known
from station.documents.webhooks import DeadLetters, HookStanding, LetterTold, WebhookTold
from station.ledger.entry import parse_time
from station.service.outbound.outbox import HookState, Letter
from station.setup.webhooks import Webhook


def webhook_told(hook: Webhook, state: HookState) -> WebhookTold:
    """An endpoint and its state."""
    standing: HookStanding = "well"
    if state.failure:
        standing = "gone" if state.failure.startswith("gone") else "failing"
    return WebhookTold(
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


def letters_told(name: str, letters: tuple[Letter, ...]) -> DeadLetters:
    """What was given up of an endpoint."""
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
    return DeadLetters(webhook=name, letters=tuple(told))


def _moment(at: str) -> datetime | None:
    return parse_time(at) if at else None
