# SPDX-License-Identifier: GPL-3.0-or-later
"""A job is about one phone on one bench: what else hangs on its port is neither erased nor certified under its name."""

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from certs.record.facts import Person, Validation
from phones.port import Platform
from station.errors import OutOfOrderError, WrongStageError
from station.ledger.entry import Entry, parse_time
from station.ledger.event import Event as LedgerEvent
from station.ledger.job import Job
from station.ledger.job_events import DecisionTaken, JobOpened
from station.ledger.ledger import Ledger
from station.ledger.open_jobs import is_finished
from station.ledger.stages import Stage
from station.papers.decision import apply, decide
from station.session.events import Event, Instruction
from station.session.session import Session
from station.session.technician import Script
from station.setup.photo_desk import PhotoDesk
from station.setup.settings import Settings
from station.work.worker import Progress
from tests.support import lives
from tests.support.direct_bench import DirectPort, VirtualClock
from virtual_phones.bench.scenario import add_phones, read_scenario
from virtual_phones.port import VirtualPort

OTHER = {**lives.PIXEL_13, "serial": "BBBB1FDF600999", "imeis": ["353918110000984"]}
VALIDATOR = Person(name="Validator", role="validator")
HARMLESS = replace(lives.SCRIPT, on_problem={}, on_instruction={})


def slot_with(phone: Mapping[str, Any]) -> VirtualPort:
    document = {"name": "life", "seed": 1, "phone": [{"name": "phone", "port": "1-1", **phone}]}
    (slot,) = add_phones(read_scenario(document), epoch_at_zero=lives.EPOCH_AT_ZERO)
    return slot


class Stand:
    """A port whose phone a hand may exchange, and a station beside it."""

    def __init__(self, folder: Path, phone: Mapping[str, Any], *, script: Script = lives.SCRIPT) -> None:
        self.slot = slot_with(phone)
        self.clock = VirtualClock()
        self.port = DirectPort(self.slot, self.clock, folder / "pairing")
        self.ledger = Ledger(folder / "ledger.sqlite3", clock=self.clock)
        self.job_id = "TESTJOB1"
        self.instructions: list[str] = []
        self.hand = lives.scripted(script, self.slot, self.clock)
        self.folder = folder

    def session(
        self,
        tell: Callable[[Progress], None] | None = None,
        settings: Settings = lives.SETTINGS,
        photos: PhotoDesk | None = None,
    ) -> Session:
        def notice(session: Session, event: Event) -> None:
            if isinstance(event, Instruction):
                self.instructions.append(f"{event.key} {self.slot.phone.serial}")
            self.hand.notice(session, event)
            if tell is not None and isinstance(event, Progress):
                tell(event)

        papers = lives.paper_issuer(self.folder, self.clock)
        return lives.session(
            self.ledger,
            self.port,
            self.clock,
            papers=papers,
            settings=settings,
            seed=7,
            job_id=self.job_id,
            listener=notice,
            photos=photos,
        )

    def process(
        self,
        *,
        tell: Callable[[Progress], None] | None = None,
        settings: Settings = lives.SETTINGS,
        bound: Sequence[str] = (),
        photos: PhotoDesk | None = None,
    ) -> Job:
        """A job for the phone that hangs there now."""
        with self.session(tell, settings, photos) as session:
            (job,) = session.start(self.port.look(), by=lives.TESTER, bound=bound).jobs
            session.wait()
            return job

    def resume(self) -> Job:
        """Go on with the job that the ledger holds."""
        with self.session() as session:
            session.resume()
            session.wait()
            return session.jobs.by_id(next(session.jobs.list()).id)

    def left(self, **facts: Any) -> None:
        """A job that was opened by an earlier run, with other facts than those of the phone that hangs there."""
        opened = JobOpened(
            port="1-1",
            slot="1-1",
            platform=Platform(self.slot.phone.platform),
            emulated=True,
            usb_serial=self.port.look().usb_serial,
            salt=lives.SALT,
            policy=lives.SETTINGS.policy,
            performed_by=lives.TESTER,
        )
        Job.open(self.ledger, job_id="TESTJOB1", opened=replace(opened, **facts))


def test_a_phone_put_in_while_another_was_blocked_is_not_erased_in_its_name(tmp_path: Path) -> None:
    stand = Stand(tmp_path, lives.PIXEL_13, script=HARMLESS)
    other = slot_with({**OTHER, "condition": "debugging"}).phone

    def exchange(progress: Progress) -> None:
        if progress.key == "blocked" and stand.slot.phone is not other:
            stand.slot.phone = other
            stand.hand = lives.scripted(lives.SCRIPT, stand.slot, stand.clock)

    job = stand.process(tell=exchange)
    assert job.failure == "another_phone"
    assert job.certificate is None
    assert not other.truth()["erased"]
    stand.ledger.close()


def test_a_job_that_never_knew_its_phone_is_not_taken_up(tmp_path: Path) -> None:
    stand = Stand(tmp_path, lives.PIXEL_13)
    stand.left(usb_serial="")
    job = stand.resume()
    assert (job.stage, job.failure) == (Stage.FAILED, "interrupted")
    assert not stand.slot.phone.truth()["erased"]
    assert job.report is not None
    stand.ledger.close()


def test_a_phone_of_another_platform_is_another_phone(tmp_path: Path) -> None:
    stand = Stand(tmp_path, lives.IPHONE)
    stand.left(platform=Platform.ANDROID)
    job = stand.resume()
    assert job.failure == "another_phone"
    assert not stand.slot.phone.truth()["erased"]
    stand.ledger.close()


def test_a_job_confirmed_for_one_number_is_not_done_on_a_phone_with_another(tmp_path: Path) -> None:
    stand = Stand(tmp_path, lives.PIXEL_13)
    job = stand.process(bound=["notthisphone"])
    assert job.failure == "another_phone"
    assert not stand.slot.phone.truth()["erased"]
    stand.ledger.close()


def test_a_job_opened_on_a_real_bench_asks_nothing_of_a_virtual_one(tmp_path: Path) -> None:
    stand = Stand(tmp_path, lives.IPHONE)
    stand.left(emulated=False)
    job = stand.resume()
    assert job.failure == "another_bench"
    assert job.evidence == []
    assert job.certificate is None
    stand.ledger.close()


@pytest.mark.parametrize("gap_s", [None, 0.0])
def test_nobody_is_told_to_reset_a_phone_that_came_back_in_place_of_another(
    tmp_path: Path, gap_s: float | None
) -> None:
    swap: dict[str, Any] = {"serial": OTHER["serial"], "imeis": OTHER["imeis"], "condition": "debugging", "absence": 1}
    if gap_s is not None:
        swap["gap_s"] = gap_s
    stand = Stand(tmp_path, {**lives.PIXEL_13, "swap": swap})
    job = stand.process()
    assert job.stage is Stage.FAILED
    assert stand.instructions == []
    assert not stand.slot.phone.truth()["erased"]
    stand.ledger.close()


def test_a_final_reset_that_never_left_the_port_is_none_whatever_the_bench_asks(tmp_path: Path) -> None:
    only_says_so = replace(lives.SCRIPT, on_instruction={"reset_in_settings": "disable_adb"})
    careless = replace(lives.SETTINGS, deadlines=replace(lives.SETTINGS.deadlines, absent_at_least_s=0.0))
    stand = Stand(tmp_path, lives.PIXEL_13, script=only_says_so)
    job = stand.process(settings=careless)
    assert job.failure == "final_reset_missing"
    assert job.certificate is None
    stand.ledger.close()


def test_a_screen_that_is_gone_does_not_decide_about_a_phone(tmp_path: Path) -> None:
    stand = Stand(tmp_path, lives.IPHONE)

    def broken(_progress: Progress) -> None:
        raise BrokenPipeError

    job = stand.process(tell=broken)
    assert job.stage is Stage.CERTIFIED
    stand.ledger.close()


# -- a person's decision, interrupted ------------------------------------------------------------------


def verified(folder: Path) -> tuple[Stand, Job]:
    """A job that waits for a validator."""
    strict = replace(lives.SETTINGS, policy=replace(lives.SETTINGS.policy, require_validation=True))
    stand = Stand(folder, lives.IPHONE)
    job = stand.process(settings=strict)
    assert job.stage is Stage.VERIFIED
    assert job.report is not None
    assert is_finished(job)
    return stand, job


def reloaded(stand: Stand, job: Job) -> Job:
    again = Job.load(stand.ledger, job.id)
    assert again is not None
    return again


@pytest.mark.parametrize("accept", [True, False])
def test_a_decision_that_was_written_is_carried_out_after_a_crash_and_not_changed(tmp_path: Path, accept: bool) -> None:
    for writes in itertools.count(1):
        folder = tmp_path / str(writes)
        folder.mkdir()
        stand, job = verified(folder)
        left = itertools.count(1)
        original = stand.ledger.append

        def dying(
            event: LedgerEvent,
            job: str,
            count: Iterator[int] = left,
            limit: int = writes,
            append: Callable[[LedgerEvent, str], Entry] = original,
        ) -> Entry:
            if next(count) > limit:
                raise KeyboardInterrupt
            return append(event, job)

        stand.ledger.append = dying  # type: ignore[method-assign]  # the process dies here
        try:
            stand.session().decide(job.id, accept=accept, by=VALIDATOR)
            ended = True
        except KeyboardInterrupt:
            ended = False
        stand.ledger.append = original  # type: ignore[method-assign]  # a new process
        job = reloaded(stand, job)
        with pytest.raises((WrongStageError, OutOfOrderError)):
            decide(job, decision(job, accept=not accept))
        job = reloaded(stand, job)
        assert is_finished(job) == ended
        job = stand.resume()
        assert job.stage is (Stage.CERTIFIED if accept else Stage.FAILED)
        assert is_finished(job)
        if not accept:
            assert job.report is not None
            assert job.report.title == "rejected"
        stand.ledger.close()
        if ended:
            break


def test_a_rejection_cannot_be_moved_on_as_an_acceptance(tmp_path: Path) -> None:
    stand, job = verified(tmp_path)
    number = job.write(DecisionTaken(decision="rejected", by="V", role="validator", at=parse_time(job.last_at)))
    with pytest.raises(OutOfOrderError):
        job.move(Stage.VALIDATED, because=[number])
    apply(job)
    assert job.stage is Stage.FAILED
    stand.ledger.close()


def decision(job: Job, *, accept: bool) -> Validation:
    return Validation(
        decision="accepted" if accept else "rejected",
        by=VALIDATOR,
        at=parse_time(job.last_at),
    )
