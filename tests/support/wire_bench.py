# SPDX-License-Identifier: GPL-3.0-or-later
"""Whole jobs over the wire: real adb server, real pymobiledevice3, virtual phones in a process of their own.

What differs from a working station is time alone: short deadlines, and exchanges that give up sooner.
Papers are records only, except for the ports named as `drawn`.
"""

import time
from collections.abc import Collection, Mapping, Sequence
from contextlib import ExitStack, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from certs import editions
from certs.issue import Paper, draw_and_sign, signed_statement
from certs.keys.authority import create_authority
from certs.record.facts import Person, SalePolicy
from certs.record.issuer import Issuer, Signer
from certs.record.record import Record
from phones.adb.server import AdbServer
from phones.apple.driver import AppleLibraryDriver
from phones.bench.bench import Bench
from phones.clock import SystemClock
from phones.link import Link, Reply, Request
from phones.long_act import RunningAct, begin
from phones.port import Port, Sighting
from phones.usb.watch import UsbWatch
from station.ledger.job import Job
from station.ledger.ledger import Ledger
from station.papers.paper_issuer import PaperIssuer
from station.session.events import Event, JobEnded
from station.session.session import Session
from station.session.technician import ScriptedTechnician
from station.setup.home import Home, write_whole
from station.setup.settings import Settings
from tests.support import lives
from tests.support.imeis import imei
from virtual_phones.bench.remote import RemoteBench
from virtual_phones.usb.backend import backend
from wipe.method import Deadlines

TIMING = {"leave_s": 0.1, "absent_s": 0.8, "wipe_s": 1.0, "boot_s": 0.1, "ready_s": 0.1}
"""Virtual phones about sixty times as fast as real ones."""
SETTINGS = Settings(
    deadlines=Deadlines(
        leave_s=4.0, return_s=7.0, settle_s=3.0, person_s=11.0, evaluate_s=0.5, absent_at_least_s=0.2, poll_s=0.1
    ),
    policy=SalePolicy(name="test", require_validation=False),
    recheck_s=0.5,
)
EXCHANGE_S = 8.0
"""No exchange waits longer; a working station waits a minute for a silent phone."""
ALL_PLUGGED_S = 90.0


@dataclass(frozen=True, kw_only=True)
class WireLife:
    """How the job on one port ended, and the truth about the phone that first hung there."""

    phone: Mapping[str, Any]
    job: Job
    truth: Mapping[str, Any]
    exchanges: int
    seconds: float

    @property
    def certified(self) -> bool:
        return self.job.certificate is not None

    @property
    def truly_erased(self) -> bool:
        """The phone that came is the phone that hangs there, and nothing of its owner is left."""
        return bool(self.truth["erased"]) and not self.truth["swapped"]


class WireBench:
    """Phones (`[[phone]]` tables of a scenario; name, port and timing are filled in) on one bench of their own."""

    def __init__(
        self,
        phones: Sequence[Mapping[str, Any]],
        folder: Path,
        *,
        seed: int = 1,
        settings: Settings = SETTINGS,
        drawn: Collection[str] = (),
        timing: Mapping[str, float] = TIMING,
        exchange_s: float = EXCHANGE_S,
    ) -> None:
        self.home = Home(folder / "station")
        self.papers = folder / "papers"
        self.phones = [
            {
                "name": f"phone-{place}",
                "port": f"{place // 6 + 1}-{place % 6 + 1}",
                "timing": dict(timing),
                "serial": f"WIRE{seed:03d}{place:03d}A",
                "imeis": [imei(1000 * seed + place)],
                **phone,
            }
            for place, phone in enumerate(phones)
        ]
        self._seed = seed
        self._settings = settings
        self.drawn = set(drawn)
        self._exchange_s = exchange_s
        self._stack = ExitStack()
        self._ended: dict[str, float] = {}

    def __enter__(self) -> Self:
        try:
            self._open()
        except BaseException:
            self._stack.close()
            raise
        return self

    def _open(self) -> None:
        self.home.make()
        self.papers.mkdir(exist_ok=True)
        clock = SystemClock()
        scenario = {"name": "wire", "seed": self._seed, "phone": self.phones}
        self.remote = RemoteBench.start(scenario, die_with_us=True)
        self._stack.callback(self.remote.stop)
        self.ledger = Ledger(self.home.ledger, clock=clock)
        self._stack.callback(self.ledger.close)
        adb = AdbServer(self.home.adb, usb=False)
        adb.start()
        self._stack.callback(adb.stop)
        self.remote.connect_adb_server("127.0.0.1", adb.port)
        usbmux = self.remote.usbmux
        self.bench = HurriedBench(
            adb=adb,
            usb=UsbWatch(backend=backend(self.remote.control)),
            apple=AppleLibraryDriver(usbmux, self.home.pairing) if usbmux else None,
            transports=self.remote.transports,
            emulated=True,
        )
        self.bench.exchange_s = self._exchange_s
        self._stack.callback(self.bench.close)

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def run(self) -> list[WireLife]:
        """Process every phone at once, to its paper; in the order the phones were given."""
        sightings = self._all_plugged()
        technician = ScriptedTechnician(lives.SCRIPT, self.remote.press, self.remote.screen)
        authority = create_authority(Issuer(name="Wire Bench"), "wire", now=datetime.now(UTC), specimen=True)

        def notice(session: Session, event: Event) -> None:
            technician.notice(session, event)
            if isinstance(event, JobEnded):
                self._ended[event.port] = time.monotonic()

        session = Session(
            ledger=self.ledger,
            settings=self._settings,
            bench=lambda: nullcontext(self.bench),
            papers=lambda _warn: nullcontext(self._paper_issuer(authority.signer())),
            listener=notice,
        )
        with session:
            started = time.monotonic()
            session.start(*sightings, by=Person(name="Tester", role="operator"))
            session.wait()
            return self._lives(session.own_jobs, started)

    def _all_plugged(self) -> tuple[Sighting, ...]:
        give_up = time.monotonic() + ALL_PLUGGED_S
        while True:
            sightings = self.bench.sightings()
            if len(sightings) == len(self.phones):
                return sightings
            if time.monotonic() > give_up:
                raise TimeoutError(f"{len(sightings)} of {len(self.phones)} phones on the bench")
            time.sleep(0.05)

    def _lives(self, ended: Collection[Job], started: float) -> list[WireLife]:
        jobs = {job.port: job for job in ended}
        truths, counters = self.remote.truth(), self.remote.counters()
        return [
            WireLife(
                phone=phone,
                job=jobs[phone["port"]],
                truth=truths[phone["name"]],
                exchanges=counters[phone["port"]],
                seconds=self._ended.get(phone["port"], time.monotonic()) - started,
            )
            for phone in self.phones
        ]

    def _paper_issuer(self, signer: Signer) -> PaperIssuer:
        return PaperIssuer(
            issuer=Issuer(name="Wire Bench"),
            signer=signer,
            scheme="basic",
            edition=editions.in_work(),
            folder=self.papers,
            clock=SystemClock(),
            sign_statement=self._state,
            draw_and_sign=self._draw,
            publish=_publish,
        )

    def _state(self, record: Record, signer: Signer) -> bytes:
        drawn = _port(record) in self.drawn
        return signed_statement(record, signer) if drawn else lives.unsigned_statement(record, signer)

    def _draw(self, record: Record, statement: bytes, signer: Signer, **attached: Any) -> Paper:
        drawn = _port(record) in self.drawn
        return (draw_and_sign if drawn else lives.paper_without_page)(record, statement, signer, **attached)


def _port(record: Record) -> str:
    job = record.read.plain["job"]
    return str(job["port"]) if isinstance(job, dict) else ""


def _publish(path: Path, data: bytes) -> None:
    if data:
        write_whole(path, data)


class HurriedBench(Bench):
    """A bench on which no exchange waits longer than `exchange_s`."""

    exchange_s = EXCHANGE_S

    def port(self, path: str) -> "HurriedPort":
        return HurriedPort(super().port(path), self.exchange_s)


class HurriedPort:
    """A port whose links are hurried; everything else is the port's own."""

    def __init__(self, port: Port, most_s: float) -> None:
        self.path = port.path
        self.emulated = port.emulated
        self._port = port
        self._most_s = most_s

    def look(self) -> Sighting:
        return self._port.look()

    def open(self) -> "HurriedLink":
        return HurriedLink(self._port.open(), self._most_s)

    def forget(self, udid: str) -> None:
        self._port.forget(udid)


class HurriedLink:
    """A link whose exchanges give up after `most_s`."""

    def __init__(self, link: Link, most_s: float) -> None:
        self.name = link.name
        self._link = link
        self._most_s = most_s

    def exchange(self, request: Request, *, timeout_s: float) -> Reply:
        return self._link.exchange(request, timeout_s=min(timeout_s, self._most_s))

    def begin(self, request: Request, *, timeout_s: float) -> RunningAct:
        return begin(self._link, request, timeout_s=min(timeout_s, self._most_s))

    def close(self) -> None:
        self._link.close()
