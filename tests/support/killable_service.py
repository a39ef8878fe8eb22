# SPDX-License-Identifier: GPL-3.0-or-later
"""A whole service in a process of its own that dies at any ledger write, while the phone lives on here, and a client
that watches it from outside and takes up its stream again.
"""

import itertools
import json
import os
import resource
import shutil
import signal
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import httpx

from phones.clock import utc_now
from station.documents.setup import StationChecked
from station.ledger.ledger import Ledger
from station.service.daemon import Daemon, api_socket, listening
from station.service.feed import Feed
from station.service.once import Once
from station.service.pages.sessions import sessions_of
from station.service.plans import Plans
from station.service.running import Running
from station.session.continuous import ContinuousBench
from station.session.operations import OpenStation
from station.session.technician import ScriptedTechnician
from station.setup.home import Home
from station.setup.settings import Service
from tests.support import lives
from tests.support.killable_station import FORK, RemoteWorld, World
from tests.support.one_phone import UnhurriedClock
from tests.support.service_room import PATIENT, SERIAL
from tests.support.waiting import wait_for

LONGEST_S = 100.0
KILL, FILL = "kill", "fill"
"""What happens at the write: kill -9, or from then on no file grows (the disk is full)."""


@dataclass(kw_only=True)
class Watcher:
    """What a client of `/v1/events` has seen over all its connections."""

    entries: list[int] = field(default_factory=list)
    stages: list[str] = field(default_factory=list)

    def watch(self, home: Home) -> None:
        """Take up the stream after the last entry seen, until it ends."""
        with suppress(httpx.HTTPError), _client(home) as client:
            headers = {"Last-Event-ID": str(self.entries[-1] if self.entries else 0)}
            with client.stream("GET", "/v1/events", headers=headers) as answer:
                kind = ""
                for line in answer.iter_lines():
                    name, _, value = line.partition(": ")
                    if name == "event":
                        kind = value
                    elif name == "data" and kind == "entry":
                        told = json.loads(value)
                        self.entries.append(told["sequence"])
                        self.stages.append(told.get("stage", ""))


class Far:
    """A phone in virtual time and the folder of a station, for one service after another."""

    def __init__(self, folder: Path, keys: Path, phone: Mapping[str, Any] = lives.PIXEL_16) -> None:
        self.home = Home(folder).make()
        shutil.copytree(keys, self.home.keys)
        self.world = World(phone, folder, replace(PATIENT, service=Service(erase=True)), clock=UnhurriedClock())
        self.watcher = Watcher()
        self._resets_before = self._count()
        self._orders = itertools.count(1)

    @contextmanager
    def service(self, *, at_write: int = 0, before: bool = True, what: str = KILL) -> Iterator["Served"]:
        """A service that answers; ended orderly if it still lives."""
        ours, theirs = FORK.Pipe()
        process = FORK.Process(target=_service, args=(theirs, ours, self.home, self.world, at_write, before, what))
        process.start()
        theirs.close()
        serving = threading.Thread(target=_serve, args=(ours, self.world), daemon=True)
        serving.start()
        watching = threading.Thread(target=self.watcher.watch, args=(self.home,), daemon=True)
        try:
            with _client(self.home) as client:
                served = Served(far=self, client=client, pid=process.pid or 0, lives=process.is_alive)
                wait_for(served.answers, LONGEST_S, "it does not answer")
                watching.start()
                yield served
        finally:
            if process.is_alive():
                os.kill(process.pid or 0, signal.SIGTERM)
            process.join(LONGEST_S)
            if process.is_alive():
                process.kill()
                process.join()
            if watching.ident is not None:
                watching.join(LONGEST_S)
            ours.close()
            serving.join(LONGEST_S)

    def ordered(self, served: "Served") -> None:
        """As a careful client orders: the same order again until it knows what became of it; a new one only where
        nothing was begun.
        """
        with suppress(httpx.TransportError):
            served.until("to_confirm")
            plan = served.client.post("/v1/plans", json={"phone": SERIAL}).json()
            body = {"plan_hash": plan["plan_hash"], "number": SERIAL}
            headers = {"Idempotency-Key": f"order-{next(self._orders):04d}"}
            served.client.post(f"/v1/plans/{plan['plan']}/confirm", json=body, headers=headers)

    @property
    def resets(self) -> int:
        """How often the phone was wiped here, which it counts itself."""
        return self._count() - self._resets_before

    def _count(self) -> int:
        return int(str(self.world.slot.first.truth()["resets"]))


@dataclass(kw_only=True)
class Served:
    """A service at work."""

    far: Far
    client: httpx.Client
    pid: int
    lives: Callable[[], bool]

    def answers(self) -> bool:
        """Does it answer?"""
        assert self.lives(), "it has ended"
        with socket.socket(socket.AF_UNIX) as probe:  # httpx leaves a socket behind where nobody listens
            return probe.connect_ex(str(api_socket(self.far.home))) == 0

    def get(self, path: str) -> Any:
        """The document there."""
        answer = self.client.get(path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def until(self, state: str) -> None:
        """Wait until the phone is in that state."""
        wait_for(
            lambda: [each["state"] for each in self.get("/v1/phones")["phones"]] == [state], LONGEST_S, f"not {state}"
        )

    def jobs(self) -> list[Mapping[str, Any]]:
        """All of them."""
        return list(self.get("/v1/jobs")["jobs"])

    def until_closed(self) -> Mapping[str, Any]:
        """Wait for the end of the one job."""
        wait_for(
            lambda: [bool(each["closed_at"]) for each in self.jobs()] == [True], LONGEST_S, lambda: str(self.jobs())
        )
        return self.jobs()[0]

    def until_dead(self) -> None:
        """Wait until it has died."""
        wait_for(lambda: not self.lives(), LONGEST_S, "it lives")

    def until_seen(self) -> None:
        """Wait until the watcher has every entry of the ledger."""
        last = int(self.get("/v1/state")["sequence"])
        wait_for(lambda: self.far.watcher.entries[-1:] == [last], LONGEST_S, lambda: str(self.far.watcher.entries))


def _client(home: Home) -> httpx.Client:
    transport = httpx.HTTPTransport(uds=str(api_socket(home)))
    return httpx.Client(transport=transport, base_url="http://localhost", timeout=LONGEST_S)


def _serve(ours: Connection, world: World) -> None:
    with suppress(EOFError, OSError):
        while True:
            name, arguments = ours.recv()
            ours.send(world.serve(name, arguments))


def _service(
    pipe: Connection, other: Connection, home: Home, world: World, at_write: int, before: bool, what: str
) -> None:
    other.close()
    far = RemoteWorld(pipe)
    path = home.path / "ledger.sqlite3"

    def strike(number: int, when: str) -> None:
        if number != at_write or (when == "before") != before:
            return
        if what == KILL:
            os.kill(os.getpid(), signal.SIGKILL)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1024, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))

    ledger = Ledger(path, clock=far, on_append=strike)
    technician = ScriptedTechnician(
        lives.SCRIPT, lambda _port, action: far.call("press", action), lambda _port: str(far.call("screen"))
    )
    session = lives.session(
        ledger,
        far,
        far,
        papers=lives.paper_issuer(home.path, far, lives.job_log(home.path)),
        settings=world.settings,
        seed=os.getpid(),
        listener=technician.notice,
    )
    with (
        session,
        ContinuousBench(session, home=home, by=lives.TESTER) as bench,
        listening(home, 0) as sockets,
    ):
        session.prepare()
        at = OpenStation(home=home, session=session)
        running = Running(
            at=at,
            bench=bench,
            feed=Feed(session),
            once=Once(home.path / "service.sqlite3", now=utc_now),
            sessions=sessions_of(home),
            plans=Plans(at),
            look=lambda: StationChecked(checks=()),
            version="test",
        )
        session.resume()
        Daemon(running).run(sockets=sockets)
    os._exit(0)
