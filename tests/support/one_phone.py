# SPDX-License-Identifier: GPL-3.0-or-later
"""One virtual phone on a port, and a session around it whose clients are the test's to choose."""

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from station.ledger.ledger import Ledger
from station.session.events import Event, QuestionAsked
from station.session.session import Listener, Session
from station.setup.settings import Settings
from tests.support import lives
from tests.support.direct_bench import DirectPort, VirtualClock
from virtual_phones.bench.scenario import add_phones, read_scenario


class UnhurriedClock(VirtualClock):
    """Virtual time in which other threads get a word in: each wait takes a little real time, `pause_s` seconds."""

    def __init__(self, *, pause_s: float = 0.001) -> None:
        super().__init__()
        self.pause_s = pause_s

    def sleep(self, seconds: float) -> None:
        super().sleep(seconds)
        time.sleep(self.pause_s)


class OnePhone:
    """One virtual phone on a port, a ledger, and the session around them."""

    def __init__(
        self,
        folder: Path,
        phone: Mapping[str, Any],
        *,
        settings: Settings = lives.SETTINGS,
        clock: VirtualClock | None = None,
        on_append: Callable[[int, str], None] | None = None,
    ) -> None:
        document = {"name": "life", "seed": 1, "phone": [{"name": "phone", "port": "1-1", **phone}]}
        (self.slot,) = add_phones(read_scenario(document), epoch_at_zero=lives.EPOCH_AT_ZERO)
        self.clock = clock or VirtualClock()
        self.port = DirectPort(self.slot, self.clock, folder / "pairing")
        self.ledger = Ledger(folder / "ledger.sqlite3", clock=self.clock, on_append=on_append)
        self.hands = lives.scripted(lives.SCRIPT, self.slot, self.clock)
        self.papers = lives.paper_issuer(folder, self.clock)
        self.settings = settings

    def session(self, listener: Listener) -> Session:
        return lives.session(
            self.ledger, self.port, self.clock, papers=self.papers, settings=self.settings, listener=listener
        )

    def only_hands(self, session: Session, event: Event) -> None:
        """Presses what must be pressed and answers nothing."""
        if not isinstance(event, QuestionAsked):
            self.hands.notice(session, event)
