# SPDX-License-Identifier: GPL-3.0-or-later
"""Prints what happens in a session for programs, one JSON line an event, as it happens: a client that only watches."""

import logging
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

from phones.clock import utc_now
from station.cli.output import tell_line
from station.documents.event_lines import EventLines, lost_line
from station.errors import SubscriptionDroppedError
from station.session.session import Session

log = logging.getLogger("proofwipe.events")

QUEUE_LENGTH = 100_000
"""A reader that is busy for minutes still gets every line."""


class EventPrinter:
    """While it is entered, every event is a line on stdout, from a thread of its own; at the end all are written."""

    def __init__(self, session: Session, papers: Path) -> None:
        """`papers`: the folder of the station's papers."""
        self._session = session
        self._lines = EventLines(session.jobs, papers)
        self._watched = session.events(length=QUEUE_LENGTH)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="events", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.finish()

    def finish(self) -> None:
        """Write what is still queued, and nothing more."""
        self._over.set()
        self._watched.end()
        self._thread.join()

    def _run(self) -> None:
        last = 0
        try:
            while True:
                try:
                    for numbered in self._watched:
                        tell_line(self._lines.line(numbered))
                        last = numbered.number
                    return
                except SubscriptionDroppedError:
                    self._watched = self._session.events(length=QUEUE_LENGTH)
                    tell_line(lost_line(utc_now(), last))
                    if self._over.is_set():
                        return
        except OSError:  # a pipe that is gone does not decide about a phone
            self._watched.end()
            log.warning("events cannot be written")
