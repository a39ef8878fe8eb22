# SPDX-License-Identifier: GPL-3.0-or-later
"""A recording under the product's own job code: real worker, ledger, judge and paper issuer; the paper is not drawn.

What passes there can be recorded again by the product's own recorder: it must be the same recording.
"""

import random
from collections.abc import Callable, Mapping
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path

from certs.record.facts import SalePolicy
from phones.bench.inspection import inspect
from phones.errors import PhoneError
from phones.evidence import Moment
from phones.port import Port
from phones.recordings.record import Recorder
from phones.recordings.replay import Recording, ReplayClock, ReplayPort, load
from phones.witness import Witness, WitnessedPort
from station.cli.commands.record import about_phone, end_of_job
from station.ledger.job import Job
from station.ledger.ledger import Ledger
from station.ledger.stages import Stage
from station.session.events import Event, QuestionAsked
from station.session.parts import Numbering
from station.session.session import Session
from station.setup.settings import Settings
from tests.support import lives
from tests.support.direct_bench import DirectBench
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
    """Answers as the person at the bench did then: the listener of a session."""

    def __init__(self, answers: Mapping[str, str]) -> None:
        self._answers = answers

    def notice(self, session: Session, event: Event) -> None:
        if isinstance(event, QuestionAsked):
            question = event.question
            answer = self._answers.get(question.key, self._answers.get(question.key.removesuffix("_seen")))
            session.answer(question.id, answer if answer in question.choices else None, by="recording")


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
    session = Session(
        ledger=ledger,
        settings=settings,
        bench=lambda: nullcontext(DirectBench(port)),
        papers=lambda _warn: nullcontext(lives.paper_issuer(place, clock)),
        clock=clock,
        numbering=Numbering(job_id=lambda: "REPLAYED", salt=lambda: lives.SALT, mark=_drawer()),
        listener=RecordedPerson(recording.expected["answers"]).notice,
    )
    with session:
        (job,) = session.start(recording.first_sighting(), by=lives.TESTER, method=recording.expected["method"]).jobs
        session.wait()
    ledger.close()
    return job
