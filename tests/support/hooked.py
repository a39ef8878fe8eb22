# SPDX-License-Identifier: GPL-3.0-or-later
"""One endpoint over a ledger, whose steps and whose time are the test's."""

import base64
import json
import ssl
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from station.ledger.ledger import Ledger
from station.service.outbound.address import Resolver, resolve
from station.service.outbound.endpoint import Endpoint
from station.service.outbound.outbox import HookState, Outbox
from station.setup.webhooks import Webhook
from tests.support.receiver import Received, Receiver

KEY = bytes(range(32))
SECRET = f"whsec_{base64.b64encode(KEY).decode()}"


@dataclass
class Hooked:
    """`run` makes steps until nothing is in front or it waits for its time."""

    endpoint: Endpoint
    at: list[datetime]
    stopped: threading.Event = field(default_factory=threading.Event)

    def run(self, *, most: int = 1000) -> None:
        for _ in range(most):
            if self.endpoint.step():
                return
        raise AssertionError("it does not come to rest")

    def later(self, seconds: float) -> None:
        self.at[0] += timedelta(seconds=seconds)

    @property
    def state(self) -> HookState:
        return self.endpoint.outbox.state(self.endpoint.hook.name, self.endpoint.hook.events)


def webhook(url: str, **more: Any) -> Webhook:
    """One of the settings."""
    given: dict[str, Any] = {"name": "shop", "url": url, "secret": "shop.whsec", "timeout_s": 1.0} | more
    return Webhook(**given)


def hooked(
    ledger: Ledger,
    to: Receiver | str,
    *,
    resolver: Resolver = resolve,
    tls: ssl.SSLContext | None = None,
    from_first: bool = True,
    **more: Any,
) -> Hooked:
    """An endpoint; `from_first`: it is told everything since the ledger began."""
    hook = webhook(to if isinstance(to, str) else to.url, **more)
    outbox, at, stopped = Outbox(ledger.path), [datetime(2026, 12, 1, 8, tzinfo=UTC)], threading.Event()
    outbox.begin(hook.name)
    if from_first:
        outbox.go_back(hook.name, 0)
    endpoint = Endpoint(
        hook=hook,
        secrets=(KEY,),
        tls=tls,
        ledger=ledger,
        outbox=outbox,
        now=lambda: at[0],
        jitter=lambda: 1.0,
        stopped=stopped,
        resolver=resolver,
    )
    return Hooked(endpoint, at, stopped)


def event(received: Received) -> dict[str, Any]:
    """The body."""
    found: dict[str, Any] = json.loads(received.body)
    return found


def sequences(to: Receiver) -> list[int]:
    """Numbers of the entries that were told, in the order in which they came."""
    return [int(event(each)["sequence"]) for each in to.received]
