# SPDX-License-Identifier: GPL-3.0-or-later
"""A person skips an act of checking: its open questions are closed at once, and no other."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from grading.eyes import ASKED
from station.questions import CONDITION, OF_CHECKS, PHOTOS_TAKEN
from station.session.events import Event, QuestionAsked, QuestionClosed
from station.session.session import Session
from station.setup.photo_desk import PhotoDesk
from station.setup.settings import Checking
from station.work.worker import Progress
from tests.support import lives
from tests.support.one_phone import OnePhone

PATIENT = replace(
    lives.SETTINGS,
    deadlines=replace(lives.SETTINGS.deadlines, person_s=3600.0),
    checking=Checking(checks="full"),
)
EYES = {each.key for each in ASKED}


class Room(OnePhone):
    """A phone, and a person who answers no question of the checks but skips, at the first of `at`."""

    def __init__(self, folder: Path, phone: Mapping[str, object], at: frozenset[str]) -> None:
        super().__init__(folder, phone, settings=PATIENT)
        self.at = at
        self.skipped = 0
        self.asked: dict[str, float] = {}
        self.closed: dict[str, tuple[float, str | None]] = {}
        self.erasing_s = 0.0

    def notice(self, session: Session, event: Event) -> None:
        if isinstance(event, QuestionAsked):
            self.asked[event.question.key] = self.clock.seconds
        if isinstance(event, QuestionClosed):
            self.closed[event.question.key] = self.clock.seconds, event.answer
        if isinstance(event, Progress) and event.key == "erasing":
            self.erasing_s = self.clock.seconds
        if isinstance(event, QuestionAsked) and event.question.key in self.at:
            if not self.skipped:
                self.skipped += 1
                session.skip_check(event.question.job, rest=False)
            return
        if not (isinstance(event, QuestionAsked) and event.question.key in OF_CHECKS):
            self.hands.notice(session, event)


@pytest.mark.parametrize("phone", [lives.PIXEL_13, lives.IPHONE], ids=["Android", "iPhone"])
def test_what_eyes_are_asked_is_closed_when_it_is_skipped_and_the_erase_begins(
    tmp_path: Path, phone: Mapping[str, object]
) -> None:
    room = Room(tmp_path, phone, frozenset(EYES))
    with room.session(room.notice) as session:
        (job,) = session.start(room.port.look(), by=lives.TESTER).jobs
        session.wait()
    assert job.certificate is not None
    first = min(room.asked[key] for key in EYES & room.asked.keys())
    for key in EYES & room.asked.keys():
        assert room.closed[key][1] is None
        assert room.closed[key][0] <= first + 1.0, "nobody waits for what was skipped"
    assert room.erasing_s <= first + 60.0
    assert not [piece for piece in job.evidence if "statement.eyes_front_mark" in piece.values]
    room.ledger.close()


def test_the_photos_after_the_erase_are_skipped_in_the_same_way(tmp_path: Path) -> None:
    room = Room(tmp_path, lives.IPHONE, frozenset({PHOTOS_TAKEN}))
    with lives.session(
        room.ledger,
        room.port,
        room.clock,
        papers=room.papers,
        settings=PATIENT,
        listener=room.notice,
        photos=PhotoDesk(folder=tmp_path / "photos"),
    ) as session:
        (job,) = session.start(room.port.look(), by=lives.TESTER).jobs
        session.wait()
    assert job.certificate is not None
    assert room.skipped == 1
    assert room.closed[PHOTOS_TAKEN] == (room.asked[PHOTOS_TAKEN], None)
    assert PhotoDesk(folder=tmp_path / "photos").waiting() == {}
    room.ledger.close()


def test_who_skips_closes_no_question_that_is_not_of_the_checks(tmp_path: Path) -> None:
    """The sheet about the phone's condition, what the set-up screen shows: whoever skips has not answered those."""
    decided = frozenset({"owner_account_seen", "setup_screen_seen", *CONDITION})
    room = OnePhone(tmp_path, lives.PIXEL_13, settings=replace(PATIENT, checking=Checking(checks="kiosk")))
    open_after: set[str] = set()
    asked: set[str] = set()

    def notice(session: Session, event: Event) -> None:
        if isinstance(event, QuestionAsked) and event.question.key in decided:
            asked.add(event.question.key)
            session.skip_check(event.question.job, rest=True)
            open_after.update(each.key for each in session.questions)
        room.hands.notice(session, event)

    with room.session(notice) as session:
        (job,) = session.start(room.port.look(), by=lives.TESTER).jobs
        session.wait()
    assert asked
    assert asked <= open_after
    assert job.certificate is not None
    room.ledger.close()
