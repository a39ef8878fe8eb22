# SPDX-License-Identifier: GPL-3.0-or-later
"""A station in a process of its own that can be killed at any ledger write, while the phone lives on here.

The phone, its port and the clock stay with the test; the station's process reaches them over a pipe.
"""

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import replace
from datetime import datetime
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, TypeVar

from certs.log.entries import Entry
from certs.record.facts import Person
from phones import errors
from phones.clock import SystemClock
from phones.errors import PhoneError, PhoneRefusedError
from phones.link import AppleBatch, Reply, Request, ShellStream
from phones.port import Sighting
from station.ledger.ledger import Ledger
from station.papers.keys import open_paper_issuer
from station.session.session import Session
from station.session.technician import ScriptedTechnician
from station.setup.attestation_desk import AttestationDesk
from station.setup.home import Home
from station.setup.people import load
from station.setup.settings import Settings
from tests.support import lives
from tests.support.cli_station import PASSPHRASE
from tests.support.direct_bench import DirectBench, DirectPort, VirtualClock
from transparency.database import TransparencyLog
from virtual_phones.bench.scenario import add_phones, read_scenario
from wipe.overwrite.plan import OverwritePlan

FORK = multiprocessing.get_context("fork")
DEADLINE_S = 60.0
SMALL_PLAN = OverwritePlan(file_bytes=1024**2, chunk_bytes=16 * 1024, most_small=500)
"""Every file goes over the pipe whole."""


class World:
    """A phone on a port in virtual time, served to one station process after another."""

    def __init__(
        self,
        phone: Mapping[str, Any],
        folder: Path,
        settings: Settings = lives.SETTINGS,
        *,
        clock: VirtualClock | None = None,
    ) -> None:
        self.settings = settings
        document = {"name": "life", "seed": 1, "phone": [{"name": "phone", "port": "1-1", **phone}]}
        (self.slot,) = add_phones(read_scenario(document), epoch_at_zero=lives.EPOCH_AT_ZERO)
        self.clock = clock or VirtualClock()
        self.port = DirectPort(self.slot, self.clock, folder / "pairing")
        self.folder = folder
        self._links: dict[int, Any] = {}

    def run_station(self, *, die_at: int | None, before: bool, in_log: bool = False) -> int:
        """Let a station work until it ends or dies; returns the exit code (-9 = killed).

        `die_at`: which write of the ledger, or (`in_log`) which append to the transparency log, 1 for the first.
        """
        ours, theirs = FORK.Pipe()
        arguments = (theirs, self.folder, die_at, before, in_log, self.settings)
        process = FORK.Process(target=_station, args=arguments)
        process.start()
        theirs.close()
        try:
            while True:
                if not ours.poll(DEADLINE_S):
                    raise TimeoutError("the station hangs")
                name, arguments = ours.recv()
                ours.send(self.serve(name, arguments))
        except EOFError:
            process.join(DEADLINE_S)
        finally:
            ours.close()
            if process.is_alive():
                process.kill()
                process.join()
        return process.exitcode if process.exitcode is not None else 1

    def serve(self, name: str, arguments: tuple[Any, ...]) -> Any:
        """What the phone, its port or the clock answers to one message of the pipe."""
        try:
            return ("ok", getattr(self, f"_on_{name}")(*arguments))
        except PhoneRefusedError as refusal:
            return ("refused", refusal.reason_code)
        except PhoneError as error:
            return ("error", type(error).__name__)

    def _on_now(self) -> datetime:
        return self.clock.now()

    def _on_monotonic(self) -> float:
        return self.clock.monotonic()

    def _on_sleep(self, seconds: float) -> None:
        self.clock.sleep(seconds)

    def _on_look(self) -> Sighting:
        return self.port.look()

    def _on_open(self) -> tuple[int, str]:
        link = self.port.open()
        self._links[len(self._links)] = link
        return len(self._links) - 1, link.name

    def _on_forget(self, udid: str) -> None:
        self.port.forget(udid)

    def _on_exchange(self, number: int, request: Request, timeout_s: float) -> Reply:
        reply: Reply = self._links[number].exchange(request, timeout_s=timeout_s)
        return reply

    def _on_carry(self, number: int, line: str, given: bytes, timeout_s: float) -> tuple[Reply, bytes]:
        heard: list[bytes] = []
        request = ShellStream(line=line, source=lambda: (given,), sink=heard.append)
        return self._links[number].exchange(request, timeout_s=timeout_s), b"".join(heard)

    def _on_screen(self) -> str:
        return self.slot.phone.screen()

    def _on_press(self, action: str) -> None:
        self.slot.press(action, self.clock.seconds)


T = TypeVar("T")


class RemoteWorld:
    """The station's side of the pipe: clock, port and links in one."""

    path = "1-1"
    emulated = True

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe
        self._alone = threading.Lock()

    def call(self, name: str, *arguments: Any) -> Any:
        with self._alone:
            self._pipe.send((name, arguments))
            kind, value = self._pipe.recv()
        if kind == "refused":
            raise PhoneRefusedError(reason_code=value)
        if kind == "error":
            raise getattr(errors, value)()
        return value

    def _call(self, kind: type[T], name: str) -> T:
        value = self.call(name)
        assert isinstance(value, kind)
        return value

    def now(self) -> datetime:
        return self._call(datetime, "now")

    def monotonic(self) -> float:
        return self._call(float, "monotonic")

    def sleep(self, seconds: float) -> None:
        self.call("sleep", seconds)

    def look(self) -> Sighting:
        return self._call(Sighting, "look")

    def forget(self, udid: str) -> None:
        self.call("forget", udid)

    def open(self) -> "_RemoteLink":
        number, name = self.call("open")
        return _RemoteLink(self, number, name)


class _RemoteLink:
    def __init__(self, far: RemoteWorld, number: int, name: str) -> None:
        self._far = far
        self._number = number
        self.name = name

    def exchange(self, request: Request, *, timeout_s: float) -> Reply:
        if isinstance(request, AppleBatch):  # the default of `arguments` cannot be pickled
            request = AppleBatch(parts=tuple(replace(part, arguments=dict(part.arguments)) for part in request.parts))
        if isinstance(request, ShellStream):  # its source and sink stay on this side of the pipe
            given = b"".join(request.source())
            reply, heard = self._far.call("carry", self._number, request.line, given, timeout_s)
            request.sink(heard)
        else:
            reply = self._far.call("exchange", self._number, request, timeout_s)
        assert isinstance(reply, Reply)
        return reply

    def close(self) -> None:
        return


class _KillableLog(TransparencyLog):
    """A transparency log that calls `on_append` as the ledger does."""

    on_append: Callable[[int, str], None] = staticmethod(lambda _number, _when: None)
    appends = 0

    def _append(self, made: Callable[[], Sequence[Entry]], at: datetime) -> tuple[int, ...]:
        self.appends += 1
        self.on_append(self.appends, "before")
        places = super()._append(made, at)
        self.on_append(self.appends, "after")
        return places


def correct_and_die(home: Home, answers: Mapping[str, str], *, die_at: int | None, before: bool) -> int:
    """A station of its own process corrects answers of the job there, until it is done or dies at that entry of the
    ledger; returns the exit code (-9 = killed).
    """
    process = FORK.Process(target=_correct, args=(home, answers, die_at, before))
    process.start()
    process.join(DEADLINE_S)
    if process.is_alive():
        process.kill()
        process.join()
        raise TimeoutError("the station hangs")
    return process.exitcode if process.exitcode is not None else 1


def _correct(home: Home, answers: Mapping[str, str], die_at: int | None, before: bool) -> None:
    def die(number: int, when: str) -> None:
        if number == die_at and (when == "before") == before:
            os.kill(os.getpid(), signal.SIGKILL)

    ledger = Ledger(home.ledger, clock=SystemClock(), on_append=die)
    with open_paper_issuer(home, Settings(), load(home.keys).issuer, PASSPHRASE) as papers:
        session = Session(
            ledger=ledger,
            settings=Settings(),
            bench=lambda: nullcontext(DirectBench()),
            papers=lambda _warn: nullcontext(papers),
        )
        by = Person(name="Li Wei", role="operator")
        session.correct(ledger.jobs()[0], answers, by=by, reason="a slip of the keys")
        session.close()
    ledger.close()
    os._exit(0)


def desk_in(folder: Path) -> AttestationDesk:
    """Where the station of this folder hands out challenges."""
    return AttestationDesk(folder=folder / "attestation", organisation=folder / "organisation.pem")


def _station(
    pipe: Connection, folder: Path, die_at: int | None, before: bool, in_log: bool, settings: Settings
) -> None:
    far = RemoteWorld(pipe)

    def die(number: int, when: str) -> None:
        if number == die_at and (when == "before") == before:
            os.kill(os.getpid(), signal.SIGKILL)

    ledger = Ledger(folder / "ledger.sqlite3", clock=far, on_append=None if in_log else die)
    job_log = lives.job_log(folder, _KillableLog)
    if in_log:
        setattr(job_log.log, "on_append", die)  # noqa: B010 - an attribute of the test's own subclass
    technician = ScriptedTechnician(
        lives.SCRIPT, lambda _port, action: far.call("press", action), lambda _port: str(far.call("screen"))
    )
    session = lives.session(
        ledger,
        far,
        far,
        papers=lives.paper_issuer(folder, far, job_log),
        settings=settings,
        overwrite=SMALL_PLAN,
        desk=desk_in(folder),
        seed=os.getpid(),
        listener=technician.notice,
    )
    if ledger.jobs():
        session.resume()
    else:
        session.start(far.look(), by=lives.TESTER)
    session.wait()
    session.close()
    ledger.close()
    pipe.close()
    os._exit(0)
