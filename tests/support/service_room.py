# SPDX-License-Identifier: GPL-3.0-or-later
"""A service in this process with one virtual phone in virtual time, and clients on its real sockets."""

import shutil
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

import httpx
from starlette.types import ASGIApp

from certs import issue
from phones.clock import utc_now
from station.documents.setup import StationChecked
from station.errors import QuestionClosedError
from station.service.callers import Role
from station.service.daemon import Daemon, api_socket, listening
from station.service.feed import Feed
from station.service.notify import Notifier
from station.service.once import Once
from station.service.pace import Pace
from station.service.pages.sessions import sessions_of
from station.service.plans import Plans
from station.service.running import Running
from station.service.tokens import add
from station.session.continuous import ContinuousBench
from station.session.events import Event
from station.session.operations import OpenStation
from station.session.session import Session
from station.setup.home import Home, write_whole
from station.setup.settings import Overwrite, Service
from tests.support import lives
from tests.support.declared import Watched
from tests.support.free_port import free_port
from tests.support.one_phone import OnePhone, UnhurriedClock
from tests.support.waiting import wait_for

PATIENT = replace(lives.SETTINGS, deadlines=replace(lives.SETTINGS.deadlines, person_s=1e7))
"""Virtual time runs while nobody asks anything."""
LONGEST_S = 100.0
MEASURING_PAUSE_S = 0.03
"""A person has five minutes for what eyes are asked: so they take about half a minute of real time."""
OPERATOR = "Li Wei"
SERIAL = str(lives.PIXEL_16["serial"])


@dataclass(kw_only=True)
class ServiceRoom:
    """`client`: over the Unix socket, as the station's own user. `seconds`: what the plans take for the time."""

    home: Home
    phone: OnePhone
    running: Running
    daemon: Daemon
    client: httpx.Client
    port: int
    seconds: list[float]
    listeners: list[Callable[[Session, Event], None]] = field(default_factory=list)
    """Told of everything that happens, in the thread where it does."""
    undeclared: set[tuple[str, str, int]] = field(default_factory=set)
    """Answers that docs/openapi.json does not declare: method, address, status. Any that stays fails the test."""

    def token(self, role: str, person: str = OPERATOR) -> str:
        """A new one."""
        out = self.home.path / f"{role}.token"
        out.unlink(missing_ok=True)
        add(self.home, role=Role(role), person=person, days=1, now=utc_now(), out=out)
        return out.read_text().strip()

    def over_tcp(self, token: str = "", **headers: str) -> httpx.Client:
        """Another client."""
        authorised = {"Authorization": f"Bearer {token}"} if token else {}
        return httpx.Client(base_url=f"http://127.0.0.1:{self.port}", headers=authorised | headers, timeout=LONGEST_S)

    def get(self, path: str, **more: Any) -> Any:
        """The document there."""
        answer = self.client.get(path, **more)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def hurry(self) -> None:
        """A person has done what was waited for: virtual time runs as fast as everywhere."""
        assert isinstance(self.phone.clock, UnhurriedClock)
        self.phone.clock.pause_s = UnhurriedClock().pause_s

    def until(self, state: str) -> Mapping[str, Any]:
        """Wait until the one phone is in that state."""
        found: list[Mapping[str, Any]] = []

        def is_so() -> bool:
            found[:] = self.get("/v1/phones")["phones"]
            return [each["state"] for each in found] == [state]

        wait_for(is_so, LONGEST_S, lambda: f"not {state}: {found}")
        return found[0]

    def plan(self, number: str = SERIAL) -> Mapping[str, Any]:
        """A plan for the phone."""
        self.until("to_confirm")
        made = self.client.post("/v1/plans", json={"phone": number})
        assert made.status_code == 201, made.text
        found: Mapping[str, Any] = made.json()
        return found

    def confirm(
        self, plan: Mapping[str, Any], *, key: str = "order-0001", client: httpx.Client | None = None, **other: Any
    ) -> httpx.Response:
        """Its confirmation; `other`: fields of the body that are others."""
        body = {"plan_hash": plan["plan_hash"], "number": SERIAL} | other
        asked = client or self.client
        return asked.post(f"/v1/plans/{plan['plan']}/confirm", json=body, headers={"Idempotency-Key": key})

    def entries(self, kind: str) -> int:
        """How many the ledger has of that kind."""
        return sum(1 for row in self.phone.ledger.stored() if row.kind == kind)


@contextmanager
def service_room(
    folder: Path,
    keys: Path,
    *,
    erase: bool = True,
    phone: Mapping[str, Any] = lives.PIXEL_16,
    answers: bool = True,
    look: Callable[[], StationChecked] = lambda: StationChecked(checks=()),
    notifier: Notifier | None = None,
    pace: Pace | None = None,
    overwrite: Overwrite = PATIENT.overwrite,
    whole_papers: bool = False,
    checks: str = "",
) -> Iterator[ServiceRoom]:
    """`answers`: a script stands for the technician; else questions wait for a client. `whole_papers`: drawn, signed,
    filed; else they are records alone. `checks`: the profile by which phones are measured.
    """
    home = Home(folder).make()
    shutil.copytree(keys, home.keys)
    settings = replace(PATIENT, service=Service(erase=erase), overwrite=overwrite)
    if checks:
        settings = replace(settings, checking=replace(settings.checking, checks=checks))
    room = OnePhone(
        folder,
        phone,
        settings=settings,
        clock=UnhurriedClock(pause_s=MEASURING_PAUSE_S) if checks else UnhurriedClock(),
    )
    if whole_papers:
        home.papers.mkdir(exist_ok=True)
        room.papers = replace(
            room.papers,
            folder=home.papers,
            sign_statement=issue.signed_statement,
            draw_and_sign=issue.draw_and_sign,
            publish=write_whole,
        )
    port, seconds = free_port(), [0.0]
    listeners: list[Callable[[Session, Event], None]] = []

    def listen(session: Session, event: Event) -> None:
        for each in listeners:
            each(session, event)
        (room.hands.notice if answers else room.only_hands)(session, event)

    with (
        room.session(listen) as session,
        ContinuousBench(session, home=home, by=lives.TESTER) as bench,
        closing(Once(folder / "service.sqlite3", now=utc_now)) as once,
        closing(sessions_of(home)) as sessions,
        listening(home, port) as sockets,
        httpx.Client(
            transport=httpx.HTTPTransport(uds=str(api_socket(home))), base_url="http://localhost", timeout=LONGEST_S
        ) as client,
    ):
        session.prepare()
        at = OpenStation(home=home, session=session)
        running = Running(
            at=at,
            bench=bench,
            feed=Feed(session),
            once=once,
            sessions=sessions,
            plans=Plans(at, monotonic=lambda: seconds[0]),
            look=look,
            version="test",
            pace=pace or Pace(),
        )
        up = threading.Event()
        daemon = Daemon(running, told=up.set, notifier=notifier)
        daemon.config.app = watched = Watched(cast("ASGIApp", daemon.config.app))
        thread = threading.Thread(target=daemon.run, args=(sockets,))
        thread.start()
        try:
            assert up.wait(LONGEST_S)
            yield ServiceRoom(
                home=home,
                phone=room,
                running=running,
                daemon=daemon,
                client=client,
                port=port,
                seconds=seconds,
                listeners=listeners,
                undeclared=watched.undeclared,
            )
        finally:
            session.locked.clear()  # or a job that waits for it never ends
            if up.is_set():
                daemon.ask_to_end()
            ending = threading.Thread(target=session.wait)
            ending.start()
            while ending.is_alive():  # a job asks one thing after the other
                for question in session.questions:
                    with suppress(QuestionClosedError):
                        session.answer(question.id, None, by="the end of the test")
                ending.join(0.05)
            thread.join(LONGEST_S)
        assert watched.undeclared == set(), f"docs/openapi.json does not declare {sorted(watched.undeclared)}"
    room.ledger.close()
