# SPDX-License-Identifier: GPL-3.0-or-later
"""Other systems that are told what happens: how each endpoint stands, what it did not take, and sending that again.

Endpoints and secrets are in the settings, which no page changes.
"""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Annotated, Any, Literal

from fastapi import Query, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from phones.words import has
from station.documents.job_words import local_time
from station.documents.webhooks import WebhookTold
from station.ledger.entry import timestamp
from station.service.callers import Right
from station.service.pages.page_routes import PageRoutes, Seen, Service
from station.service.pages.showing import go, part, show
from station.service.routing import Id
from station.service.webhook_bodies import MOST_ENTRIES
from station.text.language import text

PAGES = PageRoutes()
TONES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {"well": ("good", "✓"), "new": ("", "…"), "lost": ("warn", "!"), "failing": ("warn", "!"), "gone": ("bad", "✗")}
)
Number = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,15}$")]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Replay(_Body):
    """`what`: the dead letters of `entries`, all dead letters, or everything after entry `after`, as it was typed."""

    what: Literal["chosen", "dead", "after"]
    entries: Annotated[list[Number], Field(max_length=MOST_ENTRIES)] = []
    after: Annotated[str, StringConstraints(pattern=r"^[0-9]{0,15}$")] = ""


class Test(_Body):
    """Nothing has to be said."""


@PAGES.add("GET", "/webhooks", Right.READ)
def webhooks(
    browser: Seen, service: Service, name: Annotated[str, Query(pattern=r"^[A-Za-z0-9_-]{0,64}$")] = ""
) -> Response:
    """All endpoints, or one with its dead letters. Raises: WebhookNotFoundError, LedgerError."""
    told = service.webhooks.told().webhooks
    shared: dict[str, Any] = {"tones": TONES, "standing": standing, "at": wall_clock, "why": why}
    if not name:
        return show("webhooks.html", browser, hooks=told, **shared)
    dead = service.webhooks.dead(name)
    (hook,) = [each for each in told if each.webhook == name]
    return show("webhook.html", browser, hook=hook, letters=dead.letters, **shared)


@PAGES.add("POST", "/webhooks/{webhook}/replay", Right.MAINTAIN)
def replay(browser: Seen, service: Service, webhook: Id, body: Replay) -> Response:
    """Send again, with the ids it had. Raises: WebhookNotFoundError, LedgerError."""
    if (body.what == "chosen" and not body.entries) or (body.what == "after" and not body.after):
        return part("note_part.html", browser, status=422, word="page_hooks.nothing_chosen")
    numbers = tuple(int(each) for each in body.entries) if body.what == "chosen" else ()
    service.webhooks.replay(webhook, after=int(body.after) if body.what == "after" else None, numbers=numbers)
    return go(f"/webhooks?name={webhook}")


@PAGES.add("POST", "/webhooks/{webhook}/test", Right.MAINTAIN)
def test(browser: Seen, service: Service, webhook: Id, body: Test) -> Response:  # noqa: ARG001 - an empty body, strictly
    """Send one event that tells nothing of any phone, now. Raises: WebhookNotFoundError, LedgerError."""
    told = service.webhooks.test(webhook)
    return part("webhook_tested.html", browser, told=told, why=why)


def standing(hook: WebhookTold) -> str:
    """As people should see it: what has given something up, or has never acknowledged anything, is not called well."""
    if hook.standing != "well":
        return hook.standing
    if hook.dead:
        return "lost"
    return "new" if hook.acknowledged_at is None else "well"


def why(failure: str | None) -> str:
    """Why nothing was acknowledged, in words, with the status of the answer; "" where it was."""
    if not failure:
        return ""
    name, _, status = failure.rpartition("_") if failure.rpartition("_")[2].isdecimal() else (failure, "", "")
    said = text(f"page_hooks.failure_{name}") if has(f"page_hooks.failure_{name}") else name
    return f"{said} ({status})" if status else said


def wall_clock(at: datetime | None) -> str:
    """A moment as the clock on the wall shows it; "—" for never."""
    return local_time(timestamp(at)) if at is not None else "—"
