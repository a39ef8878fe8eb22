# SPDX-License-Identifier: GPL-3.0-or-later
"""All endpoints of a station: their threads, how they stand, and what a person may do about them."""

import random
import secrets
import ssl
import threading
import time
from collections.abc import Callable
from datetime import datetime
from typing import Self

from phones.clock import utc_now
from station.documents.webhooks import DeadLetters, WebhooksTold, WebhookTested, WebhookTold
from station.errors import ConfigError
from station.ledger.ledger import Ledger
from station.service.errors import WebhookNotFoundError
from station.service.outbound.address import Resolver, resolve
from station.service.outbound.endpoint import Endpoint
from station.service.outbound.outbox import Outbox
from station.service.outbound.post import Answer, tls_of
from station.service.outbound.signature import read_secrets
from station.service.outbound.told import letters_told, webhook_told
from station.setup.home import Home
from station.setup.settings import Settings
from station.setup.webhooks import Webhook
from station.text.language import text

ENDING_S = 3.0
"""How long threads are waited for; what is under way then is sent again at the next start."""


class Webhooks:
    """The endpoints of a station's settings. Thread safe. Without any, nothing is opened and nothing is sent."""

    def __init__(self, endpoints: tuple[Endpoint, ...], outbox: Outbox | None, stopped: threading.Event) -> None:
        self._endpoints = {each.hook.name: each for each in endpoints}
        self._outbox = outbox
        self._stopped = stopped
        self._threads: list[threading.Thread] = []

    @classmethod
    def none(cls) -> Self:
        """Of a station that tells nobody."""
        return cls((), None, threading.Event())

    @classmethod
    def open(
        cls,
        home: Home,
        settings: Settings,
        ledger: Ledger,
        *,
        now: Callable[[], datetime] = utc_now,
        jitter: Callable[[], float] = random.random,
        resolver: Resolver = resolve,
    ) -> Self:
        """Secrets and authorities are read, and each endpoint has its position; nothing is sent before `start`.

        Raises: ConfigError, LedgerError.
        """
        if not settings.webhook:
            return cls.none()
        read = [(hook, read_secrets(home.path / hook.secret), _tls(home, hook)) for hook in settings.webhook]
        stopped, outbox = threading.Event(), Outbox(ledger.path)
        for hook, _, _ in read:
            outbox.begin(hook.name)
        endpoints = (
            Endpoint(
                hook=hook,
                secrets=keys,
                tls=tls,
                ledger=ledger,
                outbox=outbox,
                now=now,
                jitter=jitter,
                stopped=stopped,
                resolver=resolver,
            )
            for hook, keys, tls in read
        )
        return cls(tuple(endpoints), outbox, stopped)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def start(self) -> None:
        """A thread for each endpoint."""
        for name, each in self._endpoints.items():
            self._threads.append(threading.Thread(target=each.run, name=f"webhook {name}", daemon=True))
            self._threads[-1].start()

    def close(self) -> None:
        """Nothing more is sent. Takes a few seconds at most: a receiver that hangs holds up no end."""
        self._stopped.set()
        until = time.monotonic() + ENDING_S
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))
        if self._outbox is not None and not any(thread.is_alive() for thread in self._threads):
            self._outbox.close()

    def told(self) -> WebhooksTold:
        """How each stands. Raises: LedgerError."""
        return WebhooksTold(webhooks=tuple(self._state(each) for each in self._endpoints.values()))

    def dead(self, name: str) -> DeadLetters:
        """What was given up. Raises: WebhookNotFoundError, LedgerError."""
        endpoint = self._named(name)
        return letters_told(name, endpoint.outbox.letters(name))

    def replay(self, name: str, *, after: int | None = None, numbers: tuple[int, ...] = ()) -> WebhookTold:
        """Send again: everything after an entry, else the dead letters of these entries, else all dead letters. What
        waits for its time is tried at once. Raises: WebhookNotFoundError, LedgerError.
        """
        endpoint = self._named(name)
        if after is not None:
            endpoint.outbox.go_back(name, after)
        else:
            endpoint.outbox.send_again(name, numbers)
        return self._state(endpoint)

    def test(self, name: str) -> WebhookTested:
        """Send an event that tells nothing of any phone, once, now. Raises: WebhookNotFoundError, LedgerError."""
        endpoint = self._named(name)
        answer: Answer = endpoint.send(endpoint.test_event(secrets.token_hex(8)))
        return WebhookTested(webhook=name, acknowledged=answer.failure is None, failure=answer.code or None)

    def _named(self, name: str) -> Endpoint:
        found = self._endpoints.get(name)
        if found is None:
            raise WebhookNotFoundError(subject=name)
        return found

    def _state(self, endpoint: Endpoint) -> WebhookTold:
        hook = endpoint.hook
        return webhook_told(hook, endpoint.outbox.state(hook.name, hook.events))


def _tls(home: Home, hook: Webhook) -> ssl.SSLContext | None:
    if hook.parts.scheme != "https":
        return None
    path = str(home.path / hook.ca_file) if hook.ca_file else ""
    try:
        return tls_of(path)
    except (OSError, ssl.SSLError) as error:
        raise ConfigError(subject=path, expected=text("expected.webhook_ca"), got=type(error).__name__) from error
