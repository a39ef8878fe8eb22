# SPDX-License-Identifier: GPL-3.0-or-later
"""A recording under the product's own job code: real worker, ledger, judge and paper issuer; the paper is not drawn.

What passes there can be recorded again by the product's own recorder: it must be the same recording.
"""

import random
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from certs.record.facts import Person, SalePolicy
from phones.bench.inspection import inspect
from phones.errors import PhoneError
from phones.evidence import Moment
from phones.port import Platform, Port
from phones.recordings.record import Recorder
from phones.recordings.replay import Recording, ReplayClock, ReplayPort, load
from phones.witness import Witness, WitnessedPort
from station.cli.commands.record import about_phone, end_of_job
from station.ledger.job import Job
from station.ledger.job_events import JobOpened
from station.ledger.ledger import Ledger
from station.ledger.stages import Stage
from station.setup.settings import Settings
from station.work.worker import Worker, WorkerContext
from tests.support import lives
from wipe.method import Deadlines, Limits

MODELS = Path(__file__).parents[2] / "hardware-fixtures" / "models"


def recordings() -> list[Path]:
    """Folders of all recordings in the repository."""
    return sorted(path.parent for path in MODELS.glob("*/exchanges.jsonl"))


@dataclass(frozen=True, kw_only=True)
class Replayed:
    """How the replayed job ended."""

    job: Job
    asked_all: bool


class RecordedPerson:
    """Answers as the person at the bench did then."""

    def __init__(self, answers: Mapping[str, str]) -> None:
        self._answers = answers

    def instruct(self, key: str, *, port: str, facts: Mapping[str, str]) -> None:
        return

    def ask(
        self, key: str, *, port: str, choices: tuple[str, ...], facts: Mapping[str, str], timeout_s: float
    ) -> str | None:
        answer = self._answers.get(key, self._answers.get(key.removesuffix("_seen")))
        return answer if answer in choices else None


def settings_of(recording: Recording) -> Settings:
    phone = recording.phone
    return Settings(
        deadlines=Deadlines(**phone["deadlines"]),
        limits=Limits(**phone["limits"]),
        recheck_s=phone["recheck_s"],
        policy=SalePolicy(name="test", require_validation=False),
    )


def replay(folder: Path | Recording, place: Path) -> Replayed:
    """Lead the recorded job again, from its first look at the port to its paper."""
    recording = folder if isinstance(folder, Recording) else load(folder)
    clock = ReplayClock(recording.started)
    port = ReplayPort(recording, clock)
    job = _run_job(recording, clock, port, place)
    return Replayed(job=job, asked_all=port.asked_all)


def wrap_ports(folder: Path, place: Path) -> tuple[Recorder, Mapping[str, object]]:
    """Play a recording back with the product's recorder at the port. Returns it, and what `expected.toml` holds."""
    recording = load(folder)
    clock = ReplayClock(recording.started)
    recorder = Recorder(clock)
    port = recorder.port(ReplayPort(recording, clock))
    if recording.phone["kind"] == "whole job":
        return recorder, end_of_job(_run_job(recording, clock, port, place))
    phone = WitnessedPort(port, Witness(clock=clock, journal=lambda _piece: None, salt=bytes(16)))
    with suppress(PhoneError):  # the recorder holds what came before
        inspect(phone, port.look(), moment=Moment.BEFORE, draw=_drawer())
    return recorder, {"values": recorder.values()}


def record_again(folder: Path, place: Path) -> Path:
    """What `proofwipe record` writes when the recorded phone answers. Raises: RecordingUnsafeError."""
    recorder, expected = wrap_ports(folder, place)
    recording = load(folder)
    # What is played back is emulated, and its paper waits for nobody: these two are the recording's to say.
    recorder.emulated = recording.phone["recorded"] == "from a virtual phone"
    stage = {"stage": Stage(recording.expected["stage"]).value} if "stage" in expected else {}
    about = about_phone(recorder, settings_of(recording), whole_job=recording.phone["kind"] == "whole job")
    recorder.write(place / "again", about=about, expected={**expected, **stage})
    return place / "again"


def _drawer() -> Callable[[], str]:
    dice = random.Random(7)
    return lambda: f"{dice.getrandbits(128):032x}"


def _run_job(recording: Recording, clock: ReplayClock, port: Port, place: Path) -> Job:
    settings = settings_of(recording)
    ledger = Ledger(place / "ledger.sqlite3", clock=clock)
    around = WorkerContext(
        clock=clock,
        operator=RecordedPerson(recording.expected["answers"]),
        settings=settings,
        paper_issuer=lives.paper_issuer(place, clock),
        tell=lambda _step: None,
        draw=_drawer(),
        wanted_method=recording.expected["method"],
    )
    job = Job.open(
        ledger,
        job_id="REPLAYED",
        opened=JobOpened(
            port=port.path,
            slot=port.path,
            platform=Platform(recording.phone["platform"]),
            emulated=port.emulated,
            usb_serial=recording.first_sighting().usb_serial,
            salt=b"\x5a" * 16,
            policy=settings.policy,
            performed_by=Person(name="Tester", role="operator"),
        ),
    )
    Worker(job, port, around).run()
    ledger.close()
    return job
