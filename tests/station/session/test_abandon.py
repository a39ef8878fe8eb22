# SPDX-License-Identifier: GPL-3.0-or-later
"""A phone is given up by a named person, or by nobody's being there; never once something was begun on it."""

from dataclasses import replace
from pathlib import Path

import pytest

from certs.record.facts import Person
from station.errors import EraseBegunError
from station.ledger.job_events import JobFailed
from station.ledger.stages import Stage
from station.session.events import Event
from station.session.session import Session
from station.work.worker import Progress
from tests.support import lives
from tests.support.one_phone import OnePhone

PERSON = Person(name="Li Wei", role="operator")


def test_a_job_whose_erase_has_begun_is_not_given_up(tmp_path: Path) -> None:
    room = OnePhone(tmp_path, lives.PIXEL_16)
    refused: list[str] = []

    def notice(session: Session, event: Event) -> None:
        room.hands.notice(session, event)
        if isinstance(event, Progress) and event.stage is Stage.ERASING:
            with pytest.raises(EraseBegunError):
                session.abandon(event.job, by=PERSON)
            refused.append(event.job)

    with room.session(notice) as session:
        (job,) = session.start(room.port.look(), by=lives.TESTER).jobs
        session.wait()
        assert job.stage is Stage.CERTIFIED
        with pytest.raises(EraseBegunError):
            session.abandon(job.id, by=PERSON)
    assert refused
    room.ledger.close()


def test_a_worker_that_waits_for_a_person_ends_as_soon_as_its_phone_is_given_up(tmp_path: Path) -> None:
    room = OnePhone(tmp_path, {**lives.PIXEL_16, "condition": "debugging"})

    def notice(session: Session, event: Event) -> None:
        if isinstance(event, Progress) and event.stage is Stage.BLOCKED:
            session.abandon(event.job, by=PERSON)

    with room.session(notice) as session:
        (job,) = session.start(room.port.look(), by=lives.TESTER).jobs
        session.wait()
    assert (job.stage, job.failure) == (Stage.FAILED, "abandoned")
    assert [each.event.by for each in room.ledger.entries() if isinstance(each.event, JobFailed)] == ["Li Wei"]
    assert room.slot.first.truth()["resets"] == 0
    assert job.report is not None
    room.ledger.close()


def test_a_blocked_phone_that_is_unplugged_ends_its_job_by_itself(tmp_path: Path) -> None:
    settings = replace(
        lives.SETTINGS, deadlines=replace(lives.SETTINGS.deadlines, person_s=3600.0), unplugged_s=60.0, recheck_s=5.0
    )
    room = OnePhone(tmp_path, {**lives.PIXEL_16, "condition": "debugging"}, settings=settings)

    def notice(_session: Session, event: Event) -> None:
        if isinstance(event, Progress) and event.stage is Stage.BLOCKED:
            room.slot.unplug(room.clock.seconds)

    with room.session(notice) as session:
        (job,) = session.start(room.port.look(), by=lives.TESTER).jobs
        session.wait()
    assert (job.stage, job.failure) == (Stage.FAILED, "unplugged")
    assert 60.0 <= room.clock.seconds < 90.0
    room.ledger.close()
