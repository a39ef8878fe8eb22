# SPDX-License-Identifier: GPL-3.0-or-later
"""Other systems that are told what happens: how each stands, and what is sent again."""

from fastapi import Response

from station.documents.webhooks import DeadLetters, WebhooksTold, WebhookTested, WebhookTold
from station.service import webhook_bodies
from station.service.callers import Right
from station.service.routing import Id, Routes, Service, tell

ROUTES = Routes()


@ROUTES.add("GET", "/webhooks", Right.READ, response_model=WebhooksTold)
def webhooks(service: Service) -> Response:
    """Endpoints of the settings: last success, what waits, what was given up, the last failure."""
    return tell(service.webhooks.told())


@ROUTES.add("GET", "/webhooks/{webhook}/dead", Right.READ, response_model=DeadLetters)
def webhook_dead(service: Service, webhook: Id) -> Response:
    """Events that this endpoint did not take after so many tries."""
    return tell(service.webhooks.dead(webhook))


@ROUTES.add("POST", "/webhooks/{webhook}/replay", Right.MAINTAIN, response_model=WebhookTold)
def webhook_replay(service: Service, webhook: Id, body: webhook_bodies.Replay) -> Response:
    """Send again what was given up, or everything after an entry, with the ids it had."""
    return tell(service.webhooks.replay(webhook, after=body.after, numbers=tuple(body.entries)))


@ROUTES.add("POST", "/webhooks/{webhook}/test", Right.MAINTAIN, response_model=WebhookTested)
def webhook_test(service: Service, webhook: Id, body: webhook_bodies.Test) -> Response:  # noqa: ARG001 - an empty body, strictly
    """Send one event that tells nothing of any phone, now."""
    return tell(service.webhooks.test(webhook))
