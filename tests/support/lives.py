# SPDX-License-Identifier: GPL-3.0-or-later
"""Whole lives of virtual phones under the real station, in virtual time: plug to verdict and record.

The paper is not drawn (that is tested by itself); everything that decides about it is the real thing.
"""

import itertools
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from certs import editions
from certs.issue import Paper
from certs.keys.authority import create_authority
from certs.record.facts import Person, SalePolicy
from certs.record.issuer import FileSigner, Issuer, Signer
from certs.record.record import Record
from phones.android.recovery_keys import WAYS
from phones.clock import Clock, SystemClock
from phones.port import Platform, Port
from station.checking.act import PageHost
from station.ledger.job import Job
from station.ledger.job_events import JobOpened
from station.ledger.ledger import Ledger
from station.papers.job_log import JobLog
from station.papers.paper_issuer import PaperIssuer
from station.session.events import Event
from station.session.parts import Numbering
from station.session.session import Listener, Session
from station.session.technician import SEEN, Script, ScriptedTechnician
from station.setup.acquisition import Acquisitions
from station.setup.photo_desk import PhotoDesk
from station.setup.settings import Settings
from station.work.attesting import Desk
from station.work.worker import Progress
from tests.support.direct_bench import DirectBench, DirectPort, VirtualClock
from transparency.database import TransparencyLog
from virtual_phones.bench.scenario import add_phones, read_scenario
from virtual_phones.port import VirtualPort
from wipe.method import Deadlines
from wipe.overwrite.plan import OverwritePlan

SETTINGS = Settings(
    deadlines=Deadlines(leave_s=60, return_s=600, settle_s=120, person_s=45, absent_at_least_s=5, poll_s=1.0),
    policy=SalePolicy(name="test", require_validation=False),
    recheck_s=20.0,
)
VALIDATED = replace(SETTINGS, policy=SalePolicy(name="test", require_validation=True))
"""The same, and a person decides before a paper is given out."""
ACQUISITION = {"reference": "A-2026-0042", "seller_reference": "REG-7781"}
ANSWERS = {  # of an honest phone, for clients that answer by themselves
    "battery_swollen": "no",
    "cosmetic_front": "B",
    "cosmetic_back": "A",
    "cosmetic_frame": "B",
    "screen": "ok",
    "touch": "ok",
    "buttons": "ok",
    "sound": "ok",
    "cameras": "ok",
    "charging": "ok",
    "parts": "original",
    "setup_screen_seen": "yes",
    "owner_account_seen": "not_asked",
}
SCRIPT = Script(
    on_problem={"unauthorized": "accept_adb", "trust_pending": "trust"},
    on_instruction={
        "reset_in_settings": "erase_in_settings",
        "open_again": "open_again",
        "restart_from_recovery": "restart_from_menu",
        **{f"recovery_{way}": "walk_to_recovery" for way in WAYS},
    },
    answers={key: answer for key, answer in ANSWERS.items() if key not in SEEN} | {"erase_again": "yes"},
    looks_at=SEEN,
)
"""A person who does what the program says; what is asked about a phone's screen is read from that phone."""
MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None
EPOCH_AT_ZERO = 1_793_520_000.0
_ISSUER = Issuer(name="Test Bench")
_SIGNERS: list[FileSigner] = []
SALT = b"\x5a" * 16
TESTER = Person(name="Tester", role="operator")


def signer() -> FileSigner:
    """One specimen signer for all lives of a test run."""
    if not _SIGNERS:
        _SIGNERS.append(create_authority(_ISSUER, "test", now=VirtualClock().now(), specimen=True).signer())
    return _SIGNERS[0]


def unsigned_statement(_record: Record, _signer: Signer) -> bytes:
    """No statement."""
    return b""


def paper_without_page(record: Record, statement: bytes, _signer: Signer, **_attached: object) -> Paper:
    """The record without its page."""
    return Paper(pdf=b"", record=record.data, statement=statement)


SECRET = b"lives" * 8


def new_log(folder: Path, kind: type[TransparencyLog] = TransparencyLog) -> TransparencyLog:
    """A log of its own in a folder, or the one that is there."""
    key = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
    path = folder / "log.sqlite3"
    return kind.open(path, key) if path.exists() else kind.create(path, origin="log.example/lives", key=key)


def job_log(folder: Path, kind: type[TransparencyLog] = TransparencyLog) -> JobLog:
    """The same as a station has it."""
    return JobLog(log=new_log(folder, kind), secret=SECRET, station=signer().station.key_id)


@dataclass
class Life:
    """How a life ended, and the truth about the phone that first hung on the port."""

    job: Job
    truth: Mapping[str, Any]
    now: Mapping[str, Any]
    exchanges: int
    progress: list[str] = field(default_factory=list)

    @property
    def certified(self) -> bool:
        return self.job.certificate is not None

    @property
    def truly_erased(self) -> bool:
        """The phone that came is the phone that hangs there, and nothing of its owner is left."""
        return bool(self.truth["erased"]) and self.truth["serial"] == self.now["serial"]


def live(
    phone: Mapping[str, Any],
    *,
    settings: Settings = SETTINGS,
    script: Script = SCRIPT,
    method: str = "",
    seed: int = 0,
    marks: int | None = None,
    folder: Path | None = None,
    watch: Callable[[Any], None] | None = None,
    log: JobLog | None = None,
    job_id: str = "TESTJOB1",
    papers: PaperIssuer | None = None,
    acquisition: Mapping[str, str] | None = None,
    desk: Desk | None = None,
    photos: PhotoDesk | None = None,
    page_host: PageHost | None = None,
    overwrite: OverwritePlan | None = None,
) -> Life:
    """Process one phone (a `[[phone]]` table of a scenario) from plug to record. `marks`: the seed of the job's random
    marks, where they shall not be another one's in each life; else `seed`.
    """
    with tempfile.TemporaryDirectory(dir=MEMORY) as temporary:
        place = folder or Path(temporary)
        document = {"name": "life", "seed": seed, "phone": [{"name": "phone", "port": "1-1", **phone}]}
        (slot,) = add_phones(read_scenario(document), epoch_at_zero=EPOCH_AT_ZERO)
        clock = VirtualClock()
        port = DirectPort(slot, clock, place / "pairing")
        ledger = Ledger(place / "ledger.sqlite3", clock=clock)
        progress: list[str] = []
        technician = scripted(script, slot, clock)

        def notice(leading: Session, event: Event) -> None:
            if isinstance(event, Progress):
                progress.append(event.key)
            technician.notice(leading, event)

        if watch is not None:
            watch(slot)
        leading = session(
            ledger,
            port,
            clock,
            papers=papers or paper_issuer(place, clock, log),
            settings=settings,
            seed=seed if marks is None else marks,
            job_id=job_id,
            listener=notice,
            desk=desk,
            photos=photos,
            page_host=page_host,
            overwrite=overwrite,
        )
        (job,) = leading.start(
            port.look(),
            by=TESTER,
            method=method,
            acquisitions=Acquisitions(default=acquisition or {}),
        ).jobs
        leading.wait()
        leading.close()
        truth, now = slot.first.truth(), slot.phone.truth()
        ledger.close()
        return Life(job=job, truth=truth, now=now, exchanges=slot.exchanges.count, progress=progress)


def scripted(script: Script, slot: VirtualPort, clock: VirtualClock) -> ScriptedTechnician:
    """A scripted person with hands and eyes on the phone of one slot, whichever hangs there."""
    return ScriptedTechnician(
        script, lambda _port, action: slot.press(action, clock.seconds), lambda _port: slot.phone.screen()
    )


def session(
    ledger: Ledger,
    port: Port,
    clock: Clock,
    *,
    papers: PaperIssuer,
    settings: Settings = SETTINGS,
    seed: int = 0,
    job_id: str = "TESTJOB1",
    listener: Listener | None = None,
    overwrite: OverwritePlan | None = None,
    desk: Desk | None = None,
    photos: PhotoDesk | None = None,
    page_host: PageHost | None = None,
) -> Session:
    """A session on one port, with the same numbers for the same seed."""
    return Session(
        ledger=ledger,
        settings=settings,
        bench=lambda: nullcontext(DirectBench(port)),
        papers=lambda _warn: nullcontext(papers),
        clock=clock,
        numbering=Numbering(job_id=lambda: job_id, salt=lambda: SALT, mark=counter(seed)),
        listener=listener,
        overwrite=overwrite,
        desk=desk,
        photos=photos,
        page_host=page_host,
    )


def paper_issuer(place: Path, clock: Clock, log: JobLog | None = None) -> PaperIssuer:
    """A paper issuer whose papers are records only."""
    numbers = itertools.count(log.log.size if log is not None else 0)
    return PaperIssuer(
        issuer=_ISSUER,
        signer=signer(),
        scheme="basic",
        edition=editions.in_work(),
        folder=place,
        clock=clock,
        new_id=lambda: f"PW-0000-0000-0000-{next(numbers):04d}",
        log=log,
        sign_statement=unsigned_statement,
        draw_and_sign=paper_without_page,
        publish=lambda _path, _data: None,
    )


def job_in(path: Path, job_id: str = "TESTJOB1") -> Job:
    """The job as the ledger at `path` has it."""
    ledger = Ledger(path, clock=SystemClock())
    job = Job.load(ledger, job_id)
    ledger.close()
    assert job is not None
    return job


def open_job(
    ledger: Ledger,
    platform: str,
    settings: Settings,
    *,
    usb_serial: str = "",
    job_id: str = "TESTJOB1",
) -> Job:
    """A fresh job on port 1-1."""
    return Job.open(
        ledger,
        job_id=job_id,
        opened=JobOpened(
            port="1-1",
            slot="1-1",
            platform=Platform(platform),
            emulated=True,
            usb_serial=usb_serial,
            salt=SALT,
            policy=settings.policy,
            performed_by=TESTER,
        ),
    )


def counter(seed: int) -> Callable[[], str]:
    """Different marks each time, also in the 16 digits that a name on a phone takes; the same for the same seed."""
    numbers = itertools.count(1)
    return lambda: f"{seed & 0xFFFFFFFF:08x}{next(numbers):08x}{seed & 0xFFFFFFFF:016x}"


IPHONE = {"model": "iphone-13-ios-18"}
PIXEL_16 = {
    "model": "pixel-9-android-16",
    "condition": "reset",
    "serial": "47011FDAP00A16",
    "imeis": ["353918110000011"],
}
PIXEL_16_IN_USE = {**PIXEL_16, "condition": "debugging"}
"""The same set up, with debugging on: no foyer before its reset, and no test harness."""
PIXEL_13 = {"model": "pixel-6-android-13", "serial": "19281FDF60013A", "imeis": ["355123110000016"]}
HONEST: Sequence[Mapping[str, Any]] = (IPHONE, PIXEL_16, PIXEL_13)
