# SPDX-License-Identifier: GPL-3.0-or-later
"""What has a good result is not erased again by the way."""

from pathlib import Path

import pytest

from station.errors import DiskNearlyFullError
from station.ledger.stages import Stage
from station.session.beforehand import must_have_room
from station.session.events import Event, QuestionAsked
from station.session.session import Session
from tests.support import lives
from tests.support.direct_bench import VirtualClock
from tests.support.one_phone import OnePhone


def twice(tmp_path: Path, answer: str | None, *, again: bool = False) -> tuple[str, str, list[str], int]:
    """The same phone on the bench twice: how its second job ended, what was asked, how often the phone was reset."""
    room = OnePhone(tmp_path, lives.PIXEL_16, clock=VirtualClock())
    asked: list[str] = []
    numbers = iter(("TESTJOB1", "TESTJOB2"))

    def notice(session: Session, event: Event) -> None:
        if isinstance(event, QuestionAsked) and event.question.key == "erase_again":
            asked.append(event.question.facts["paper"])
            session.answer(event.question.id, answer, by="Li Wei")
            return
        room.hands.notice(session, event)

    with room.session(notice) as session:
        session._numbering = type(session._numbering)(job_id=lambda: next(numbers))
        session.start(room.port.look(), by=lives.TESTER)
        session.wait()
        before = int(str(room.slot.first.truth()["resets"]))
        (job,) = session.start(room.port.look(), by=lives.TESTER, again=again).jobs
        session.wait()
    room.ledger.close()
    return job.stage.value, job.failure, asked, int(str(room.slot.first.truth()["resets"])) - before


@pytest.mark.parametrize("answer", [None, "no"])
def test_a_phone_with_a_certificate_is_left_alone_when_nobody_says_yes(tmp_path: Path, answer: str | None) -> None:
    stage, failure, asked, resets = twice(tmp_path, answer)
    assert (stage, failure, resets) == (Stage.FAILED.value, "certified_before", 0)
    assert len(asked) == 1


def test_a_yes_or_the_option_again_erases_it_once_more(tmp_path: Path) -> None:
    (tmp_path / "yes").mkdir()
    (tmp_path / "again").mkdir()
    assert twice(tmp_path / "yes", "yes")[0] == Stage.CERTIFIED.value
    stage, _failure, asked, resets = twice(tmp_path / "again", None, again=True)
    assert (stage, asked) == (Stage.CERTIFIED.value, [])
    assert resets > 0


def test_too_little_room_is_said_before_anything_is_begun(tmp_path: Path) -> None:
    must_have_room(tmp_path / "not" / "there" / "yet", 1)
    with pytest.raises(DiskNearlyFullError, match="needed"):
        must_have_room(tmp_path, 10**18)
