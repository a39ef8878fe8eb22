# SPDX-License-Identifier: GPL-3.0-or-later
"""The product's own station in the guest: its adb server on USB, libusb, the system's usbmuxd. Nothing is faked.

As `tests/support/wire_bench.py`, only time differs from a working station: short deadlines, exchanges that give up
sooner. Papers are records, drawn only where a scenario is about papers.
"""

import contextlib
import logging
import time
import traceback
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Self

from certs.record.facts import Person, SalePolicy
from phones.adb.server import AdbServer
from phones.apple.driver import AppleLibraryDriver
from phones.cleaning import clean_serial
from phones.clock import SystemClock
from phones.evidence import Evidence
from phones.port import Presence, Sighting
from phones.usb.watch import UsbWatch
from rig.slow_guest import patience
from station.ledger.job import Job
from station.ledger.ledger import Ledger
from station.session.events import Event
from station.session.session import Session
from station.session.summary import reasons_of
from station.session.technician import ScriptedTechnician
from station.setup.home import Home
from station.setup.settings import Settings
from station.work.worker import Progress
from tests.support import lives
from tests.support.wire_bench import HurriedBench
from virtual_phones.bench.control import ControlError
from virtual_phones.bench.remote import RemoteBench
from wipe.method import Deadlines
from wipe.overwrite.plan import OverwritePlan

DEADLINES = Deadlines(
    leave_s=30.0, return_s=45.0, settle_s=45.0, person_s=60.0, evaluate_s=4.0, absent_at_least_s=1.0, poll_s=0.5
)
SETTINGS = Settings(
    deadlines=DEADLINES,
    policy=SalePolicy(name="rig", require_validation=False),
    recheck_s=2.0,
)
"""The guest computes twenty times slower than its host: short for a phone, long for a program."""
OVERWRITE = OverwritePlan(file_bytes=4 * 1024**2, most_small=100)
"""Several files on a small storage; empty ones cost the guest more than they show."""
PERSON = Person(name="Rig", role="operator")
GATHER_S = 60.0
OVERLOOKED_AFTER_S = 12.0
_LAST_PIECES = 10
EXCHANGE_S = 30.0
"""No exchange waits longer, before `slow_guest.patience` multiplies it for links."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How the job on one port ended."""

    job: Job
    seconds: float
    broke: str = ""
    """What a worker met that it has no word for: the exception, as the log told it."""

    @property
    def outcome(self) -> str:
        """Certificate or report."""
        return "certificate" if self.job.certificate is not None else "report"

    @property
    def reasons(self) -> list[str]:
        """Why there is no certificate, most telling first."""
        return reasons_of(self.job.summary)


class _Broken(logging.Handler):
    """Hears the worker's own log: which exception ended a job as `internal`."""

    def __init__(self, say: Callable[[str], None]) -> None:
        super().__init__(logging.ERROR)
        self._say = say
        self.by_job: dict[str, str] = {}

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the exception by job, and put its traceback into the rig's log."""
        error = record.exc_info[1] if record.exc_info else None
        if error is not None and isinstance(record.args, tuple) and record.args:
            self.by_job[str(record.args[0])] = f"{type(error).__name__}: {error}"[:120]
            self._say("".join(traceback.format_exception(error)))


class UsbStation:
    """One station for the whole run; jobs of any number of scenarios."""

    def __init__(self, folder: Path, remote: RemoteBench, say: Callable[[str], None]) -> None:
        self._folder = folder
        self._remote = remote
        self._say = say
        self._stack = ExitStack()
        self._listeners: list[Callable[[Progress], None]] = []
        self._ended: dict[str, float] = {}
        self._broken = _Broken(say)
        self.put_in_anew: list[str] = []
        """Ports whose phone the adb server overlooked until its cable was put in anew."""

    def __enter__(self) -> Self:
        patience()
        worker_log = logging.getLogger("proofwipe.worker")
        worker_log.addHandler(self._broken)
        self._stack.callback(worker_log.removeHandler, self._broken)
        home = Home(self._folder / "station").make()
        clock = SystemClock()
        self.ledger = Ledger(home.ledger, clock=clock)
        self._stack.callback(self.ledger.close)
        adb = AdbServer(home.adb, start_timeout_s=60.0)
        adb.start()
        self._stack.callback(adb.stop)
        self.adb = adb
        self.island = AppleLibraryDriver(None, home.pairing)
        self.bench = HurriedBench(adb=adb, usb=UsbWatch(), apple=self.island)
        self.bench.exchange_s = EXCHANGE_S
        self._stack.callback(self.bench.close)
        self._technician = ScriptedTechnician(lives.SCRIPT, self._press, self._look)
        papers = self._folder / "papers"
        papers.mkdir(exist_ok=True)
        self._session = Session(
            ledger=self.ledger,
            settings=SETTINGS,
            bench=lambda: nullcontext(self.bench),
            papers=lambda _warn: nullcontext(lives.paper_issuer(papers, clock)),
            listener=self._notice,
            overwrite=OVERWRITE,
        )
        self._stack.callback(self._session.close)
        self.pairing = home.pairing
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    @contextmanager
    def overheard(self, listener: Callable[[Progress], None]) -> Iterator[None]:
        """Meanwhile `listener` hears what every worker tells, in the worker's own thread."""
        self._listeners.append(listener)
        try:
            yield
        finally:
            self._listeners.remove(listener)

    def _press(self, port: str, action: str) -> None:
        with contextlib.suppress(ControlError):  # the cable leads elsewhere by now: the hand finds no phone
            self._remote.press(port, action)

    def _look(self, port: str) -> str:
        try:
            return self._remote.screen(port)
        except ControlError:  # as above
            return ""

    def _notice(self, session: Session, event: Event) -> None:
        try:
            self._technician.notice(session, event)
        finally:
            if isinstance(event, Progress):
                problems = " ".join(problem.code.value for problem in event.problems)
                if event.act is None:  # a long act tells of itself four times a second
                    self._say(f"{event.port} {event.job[:6]} {event.stage.value} {event.key} {problems}")
                if event.key == "done":
                    self._ended[event.job] = time.monotonic()
                for listener in tuple(self._listeners):
                    listener(event)

    def gather(
        self, ports: Collection[str], *, mute: Collection[str] = (), within_s: float = GATHER_S
    ) -> dict[str, Sighting]:
        """What hangs on these ports, once each shows the phone that was put there and it talks; at the latest
        what is there after `within_s`. `mute`: ports whose phone never talks. A phone that adb overlooks for
        `OVERLOOKED_AFTER_S` has its cable put in anew, once.
        """
        started = time.monotonic()
        again: set[str] = set()
        while True:
            seen = {item.port: item for item in self.bench.sightings() if item.port in ports}
            there = {item.port for item in self.in_place(seen.values(), mute=mute)}
            if len(there) == len(ports):
                return seen
            waited_s = time.monotonic() - started
            if waited_s > within_s:
                missing = (str(seen.get(port, f"{port} not listed")) for port in sorted({*ports} - there))
                self._say(f"not in place after {within_s:g} s: {'; '.join(missing)}")
                return seen
            if waited_s > OVERLOOKED_AFTER_S:
                offline = {port for port, item in seen.items() if item.presence is Presence.ADB_OFFLINE}
                for port in offline - again - there:
                    again.add(port)
                    self._put_in_anew(port)
            time.sleep(0.1)

    def _put_in_anew(self, port: str) -> None:
        """As a technician would with a phone that the adb server has overlooked (README)."""
        self.put_in_anew.append(port)
        self._say(f"{port} is not seen by adb; its cable is put in anew")
        with contextlib.suppress(ControlError):
            self._remote.unplug(port, seconds=1.0)

    def in_place(self, seen: Iterable[Sighting], *, mute: Collection[str] = ()) -> list[Sighting]:
        """Those that are the phone that now hangs there, by its USB serial, and that talk."""
        there = {_path(shown): clean_serial(str(shown["serial"])) for shown in self._remote.usb()}
        return [
            item for item in seen if item.usb_serial == there.get(item.port) and (item.port in mute or _talks(item))
        ]

    def process(
        self,
        sightings: Collection[Sighting],
        *,
        deadlines: Callable[[str], Deadlines] = lambda _port: DEADLINES,
        each_s: float = 0.0,
        methods: Mapping[str, str] = MappingProxyType({}),
    ) -> dict[str, Ended]:
        """Whole jobs for all of them at once; by port. `deadlines`: those of a port. `each_s`: from taking one to
        taking the next, iPhones first, whose identification computes most. `methods`: wishes, by port.
        """
        started = time.monotonic()
        jobs: list[Job] = []
        for sighting in sorted(sightings, key=lambda item: item.presence is not Presence.APPLE):
            jobs += self._session.start(
                sighting, by=PERSON, deadlines=deadlines(sighting.port), method=methods.get(sighting.port, "")
            ).jobs
            if each_s:
                self._tap_trust(sightings)
                time.sleep(each_s)
        while self._session.busy:
            self._tap_trust(sightings)
            time.sleep(0.5)
        self._session.wait()
        if any(job.certificate is None for job in jobs):
            self._say(self.adb.ask("host:devices-l").decode("utf-8", "replace"))
        for job in jobs:
            if job.certificate is None:
                self._say(str(self.bench.sighting(job.port)))
                self._say(f"{job.port} {job.id[:6]} ended with {'; '.join(map(_told, job.evidence[-_LAST_PIECES:]))}")
        return {job.port: self.ended(job, started) for job in jobs}

    def _tap_trust(self, sightings: Collection[Sighting]) -> None:
        """Whoever stands there taps Trust when the dialog opens, while pairing still waits."""
        for sighting in sightings:
            if sighting.presence is Presence.APPLE:
                self._press(sighting.port, "trust")

    def ended(self, job: Job, started: float) -> Ended:
        """A job of a shift that is over, and how long it took since `started` (monotonic)."""
        seconds = self._ended.get(job.id, time.monotonic()) - started
        return Ended(job=job, seconds=seconds, broke=self._broken.by_job.get(job.id, ""))


def _told(piece: Evidence) -> str:
    command = [text for name, text in piece.values.items() if name in ("command.refusal", "command.exit_code")]
    return " ".join((f"#{piece.number}", piece.asked, piece.outcome.value, *command))


def _talks(sighting: Sighting) -> bool:
    """Does the phone answer, or ask its owner to be allowed to?"""
    return sighting.presence in (
        Presence.ADB_RESCUE,
        Presence.ADB_SIDELOAD,
        Presence.FASTBOOT,
        Presence.ADB_DEVICE,
        Presence.ADB_FOYER,
        Presence.ADB_UNAUTHORIZED,
        Presence.APPLE,
    )


def _path(shown: Mapping[str, Any]) -> str:
    """The port path of a `RemoteBench.usb` entry."""
    return f"{shown['bus']}-" + ".".join(str(number) for number in shown["ports"])


def must_hold(ended: Ended, truth: Mapping[str, Any]) -> str:
    """What must be so of every job, whatever the scenario; "" or what is wrong."""
    if ended.outcome == "certificate":
        if not truth["erased"] or truth["swapped"]:
            return "certified a phone that still holds data, or another one"
        if not ended.job.opened.emulated:
            return "a virtual port was taken for a cable"
        return ""
    if ended.job.report is None:
        return f"no paper {ended.broke}".rstrip()
    if not ended.reasons or "internal" in ended.reasons:
        return f"untyped end: {ended.broke or ended.reasons}"
    return ""
