# SPDX-License-Identifier: GPL-3.0-or-later
"""Shows what happens in a session on the terminal: a client that only watches."""

import logging
import threading
from types import TracebackType
from typing import Protocol, Self

from station.cli.cli_text import stage_text
from station.cli.output import message, warn
from station.cli.view import View
from station.errors import SubscriptionDroppedError
from station.session.events import (
    Event,
    Instruction,
    JobStarted,
    PhonesCounted,
    Subscription,
    Warned,
)
from station.session.session import Session
from station.text.language import text
from station.work.worker import Progress

log = logging.getLogger("proofwipe.screen")


def say_warning(_session: Session, event: Event) -> None:
    """What the work goes on without, on stderr at once; nothing for other events."""
    if isinstance(event, Warned):
        warn(event.error)


class Watched(Protocol):
    """A session, here or at a service."""

    def events(self, *kinds: type) -> Subscription:
        """What happens from now on, in order; only events of `kinds` if some are named."""


class Screen:
    """While it is entered, events are drawn in a thread of its own; at the end all that happened before is shown."""

    def __init__(self, session: Watched, view: View, *, by_model: bool = True) -> None:
        """`by_model`: phones are called what they say they are, as soon as that is known."""
        self._session = session
        self._by_model = by_model
        self._view = view
        self._watched = self._watch()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="screen", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.finish()

    def finish(self) -> None:
        """Show what is still queued, and nothing more."""
        self._over.set()
        self._watched.end()
        self._thread.join()

    def _watch(self) -> Subscription:
        return self._session.events(Progress, Instruction, JobStarted, PhonesCounted)

    def _run(self) -> None:
        try:
            while True:
                try:
                    for numbered in self._watched:
                        self._show(numbered.event)
                    return
                except SubscriptionDroppedError:  # a terminal that was held: what comes next is shown again
                    self._watched = self._watch()
                    if self._over.is_set():
                        return
        except OSError:  # a screen or pipe that is gone does not decide about a phone
            self._watched.end()
            log.warning("progress cannot be shown")

    def _show(self, event: Event) -> None:
        match event:
            case Progress():
                if self._by_model and event.model:
                    self._view.name(event.port, event.model)
                self._view.tell(event)
            case Instruction():
                self._view.instruct(event.port, text(f"instruct.{event.key}", **event.facts))
            case JobStarted(resumed=True):
                message(text("word.resumed", job=event.job, stage=stage_text(event.stage)))
            case PhonesCounted():
                message(text("word.counted", got=event.counted, expected=event.expected))
