# SPDX-License-Identifier: GPL-3.0-or-later
"""What a person confirms is what the worker will do, with all that the station knows of this phone."""

from dataclasses import replace
from pathlib import Path

from phones.problem import ProblemCode
from station.session.confirmation import Candidate
from station.setup.settings import Overwrite
from tests.support import lives
from tests.support.one_phone import OnePhone

REFUSES = {**lives.PIXEL_13, "misbehaviour": ["harness_refused"]}


def told(folder: Path, phone: dict[str, object], *, passes: int = 0) -> Candidate:
    settings = replace(lives.SETTINGS, overwrite=Overwrite(passes=passes)) if passes else lives.SETTINGS
    room = OnePhone(folder, phone, settings=settings)
    with room.session(lambda _session, _event: None) as session:
        for _ in range(3):  # the dialog opens when the phone is first spoken to
            found = session.identify(room.port.look())
            room.clock.sleep(2.0)
            room.slot.press("accept_adb", room.clock.seconds)
    room.ledger.close()
    return found


def test_a_method_that_the_phone_has_refused_before_is_not_what_a_person_confirms(tmp_path: Path) -> None:
    (tmp_path / "first").mkdir()
    assert told(tmp_path / "first", dict(REFUSES)).level == "E2"
    assert lives.live(REFUSES, folder=tmp_path).job.failure == "harness_failed"
    found = told(tmp_path, dict(REFUSES))
    assert found.only_report, "it is said before the erase, not by the way"


def test_a_phone_that_cannot_be_overwritten_says_so_before_anybody_confirms(tmp_path: Path) -> None:
    found = told(tmp_path, dict(lives.PIXEL_16), passes=1)
    assert ProblemCode.OVERWRITE_NOT_POSSIBLE in {problem.code for problem in found.problems}
