# SPDX-License-Identifier: GPL-3.0-or-later
"""A recording under the product's own job code: real worker, ledger, judge and desk; the paper is not drawn."""

import random
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import lives

from certs.facts import SalePolicy
from phones.port import Platform
from phones.replaying import Recording, ReplayClock, ReplayPort, load
from station.job import Job
from station.ledger import Ledger
from station.settings import Settings
from station.stages import EntryKind
from station.worker import Surroundings, Worker
from wipe.method import Deadlines, Limits

MODELS = Path(__file__).parents[2] / "hardware-fixtures" / "models"


def recordings() -> list[Path]:
    """Folders of all recordings in the repository."""
    return sorted(path.parent for path in MODELS.glob("*/exchanges.jsonl"))


@dataclass(frozen=True, kw_only=True)
class Replayed:
    """How the replayed job ended."""

    job: Job
    verdict: Mapping[str, object]
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
        deadlines=Deadlines(**phone["deadlines"]), limits=Limits(**phone["limits"]), recheck_s=phone["recheck_s"],
        policy=SalePolicy(name="test", require_validation=False),
    )


def replay(folder: Path | Recording, place: Path) -> Replayed:
    """Lead the recorded job again, from its first look at the port to its paper."""
    recording = folder if isinstance(folder, Recording) else load(folder)
    dice = random.Random(7)
    clock, settings = ReplayClock(recording.started), settings_of(recording)
    port = ReplayPort(recording, clock)
    ledger = Ledger(place / "ledger.sqlite3", clock=clock)
    around = Surroundings(
        clock=clock, operator=RecordedPerson(recording.expected["answers"]), settings=settings,
        desk=lives.desk(place, clock), tell=lambda _step: None, draw=lambda: f"{dice.getrandbits(128):032x}",
        wanted_method=recording.expected["method"],
    )
    job = Job.open(
        ledger, job_id="REPLAYED",
        facts={
            "port": port.path, "slot": port.path, "platform": Platform(recording.phone["platform"]).value,
            "emulated": port.emulated, "attempt": 1, "usb_serial": recording.first_sighting().usb_serial,
            "salt": "5a" * 16, "policy": asdict(settings.policy),
            "performed_by": {"name": "Tester", "role": "operator"},
        },
    )
    Worker(job, port, around).run()
    verdicts = [entry.payload for entry in ledger.entries(job.id) if entry.kind is EntryKind.VERDICT]
    ledger.close()
    return Replayed(job=job, verdict=verdicts[-1] if verdicts else {}, asked_all=port.asked_all)
