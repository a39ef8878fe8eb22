# SPDX-License-Identifier: GPL-3.0-or-later
"""A service around a station that has jobs and keys already; its bench is empty and is never begun."""

import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from phones.clock import utc_now
from station.documents.setup import StationChecked
from station.service.callers import Role
from station.service.daemon import Daemon, listening
from station.service.feed import Feed
from station.service.once import Once
from station.service.pages.sessions import sessions_of
from station.service.plans import Plans
from station.service.running import Running
from station.service.tokens import add
from station.session.continuous import ContinuousBench
from station.session.operations import OpenStation
from station.session.parts import Secrets
from station.session.session import Session
from station.setup.home import Home
from station.setup.settings import load
from tests.support import lives
from tests.support.cli_station import PASSPHRASE
from tests.support.free_port import free_port
from tests.support.page_client import PageClient

LONGEST_S = 60.0
VALIDATOR = "Wang Fang"
OPERATOR = "Li Wei"


@dataclass(kw_only=True)
class StationRoom:
    """`port`: on loopback; every caller comes with a token."""

    home: Home
    running: Running
    port: int

    def token(self, role: str, person: str = "") -> str:
        """A new one; of the validator or the operator, as the role needs."""
        out = self.home.path / f"{role}.token"
        out.unlink(missing_ok=True)
        who = person or (VALIDATOR if role == "validator" else OPERATOR)
        add(self.home, role=Role(role), person=who, days=1, now=utc_now(), out=out)
        return out.read_text().strip()

    @contextmanager
    def client(self, role: str, person: str = "", **headers: str) -> Iterator[httpx.Client]:
        """A client of that role."""
        authorised = {"Authorization": f"Bearer {self.token(role, person)}", **headers}
        with httpx.Client(base_url=f"http://127.0.0.1:{self.port}", headers=authorised, timeout=LONGEST_S) as client:
            yield client

    @contextmanager
    def browser(self, role: str, language: str = "en") -> Iterator[PageClient]:
        """A browser whose person has scanned a badge of that role."""
        with httpx.Client(
            base_url=f"http://127.0.0.1:{self.port}", headers={"Accept-Language": language}, timeout=LONGEST_S
        ) as client:
            own = {"Sec-Fetch-Site": "same-origin"}
            answer = client.post("/login/badge", json={"badge": self.token(role)}, headers=own)
            assert answer.status_code == 200, answer.text
            yield PageClient(client=client)

    def told(self, job: str = "TESTJOB1") -> dict[str, Any]:
        """The job, as an auditor reads it."""
        with self.client("auditor") as auditor:
            (found,) = auditor.get(f"/v1/jobs/{job}").json()["jobs"]
            return dict(found)


@contextmanager
def station_room(home: Home) -> Iterator[StationRoom]:
    """The service of that station until the block ends."""
    port, up = free_port(), threading.Event()
    with (
        Session.open(home, load(home.config), Secrets(passphrase=lambda: PASSPHRASE)) as session,
        closing(Once(home.path / "service.sqlite3", now=utc_now)) as once,
        closing(sessions_of(home)) as sessions,
        listening(home, port) as sockets,
    ):
        at = OpenStation(home=home, session=session)
        running = Running(
            at=at,
            bench=ContinuousBench(session, home=home, by=lives.TESTER),
            feed=Feed(session),
            once=once,
            sessions=sessions,
            plans=Plans(at),
            look=lambda: StationChecked(checks=()),
            version="test",
        )
        daemon = Daemon(running, told=up.set)
        thread = threading.Thread(target=daemon.run, args=(sockets,))
        thread.start()
        try:
            assert up.wait(LONGEST_S)
            yield StationRoom(home=home, running=running, port=port)
        finally:
            if up.is_set():
                daemon.ask_to_end()
            thread.join(LONGEST_S)
