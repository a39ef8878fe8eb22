# SPDX-License-Identifier: GPL-3.0-or-later
"""A job in which eyes measure before the erase and photos are taken after it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from grading.eyes import ASKED, FACES, measured_faces
from grading.grade import cosmetic_grade, grade
from grading.schemes import load
from phones.evidence import Evidence, Moment
from phones.port import Platform
from phones.verdict import Verdict
from station.errors import LedgerFullError
from station.ledger.entry import Entry
from station.ledger.event import Event as LedgerEvent
from station.ledger.job_events import EvidenceKept
from station.session.events import Event, QuestionAsked
from station.session.session import Session
from station.setup.photo_desk import VIEWS, PhotoDesk
from station.setup.settings import Checking
from tests.support import lives
from tests.support.one_phone import OnePhone

FULL = replace(lives.SETTINGS, checking=Checking(checks="full"))
LOOKS = replace(
    lives.SCRIPT,
    answers={
        **lives.SCRIPT.answers,
        **{each.key: each.choices[0] for each in ASKED if not each.needs},
        "photos_taken": "taken",
    },
)
LEFT = "ABCDEFABCDEF"


@dataclass(frozen=True, slots=True, kw_only=True)
class Photographer(PhotoDesk):
    """A desk at which somebody hands in all six as soon as they are asked for. `waited`: what waited before."""

    waited: list[dict[str, str]] = field(default_factory=list)

    @contextmanager
    def awaiting(self, port: str, drawn: str) -> Iterator[None]:
        self.waited.append(dict(self.waiting()))
        with PhotoDesk.awaiting(self, port, drawn):
            for view in VIEWS:
                self.hand_in(drawn, view, f"{view} {drawn}".encode(), "ok")
            yield


def piece(life: lives.Life, asked: str) -> Evidence:
    (found,) = (each for each in life.job.evidence if each.asked == asked)
    return found


@pytest.mark.parametrize("phone", [lives.PIXEL_13, lives.IPHONE], ids=["Android", "iPhone"])
def test_eyes_measure_before_the_erase_and_photos_are_bound_after_it(tmp_path: Path, phone: dict[str, object]) -> None:
    desk = Photographer(folder=tmp_path / "photos")
    desk.folder.mkdir()
    (desk.folder / "1-1.wanted").write_text(LEFT)  # left behind by a station that was killed
    life = lives.live(phone, settings=FULL, script=LOOKS, photos=desk)
    assert life.certified
    assert life.truly_erased
    eyes, photos, sheet = (piece(life, asked) for asked in ("check.eyes", "check.photos", "operator.condition"))
    assert (eyes.moment, photos.moment) == (Moment.BEFORE, Moment.FINAL)
    assert photos.number > max(each.number for each in life.job.evidence if each.moment is Moment.COMMAND)
    assert measured_faces(life.job.evidence) == dict.fromkeys(FACES, "A")
    assert cosmetic_grade(life.job.evidence, load("basic-2")) == "A"
    assert not {"statement.battery_swollen", "statement.cosmetic_front"} & set(sheet.values)
    assert photos.values["photo.bound"] == "6"
    assert desk.waited == [{}], "nobody could hand in photos under a code that was left behind"
    assert desk.waiting() == {}


def test_nobody_who_looks_or_takes_photos_holds_up_an_erase(tmp_path: Path) -> None:
    desk = PhotoDesk(folder=tmp_path / "photos")
    life = lives.live(lives.PIXEL_13, settings=FULL, photos=desk)
    assert life.certified
    assert not [each for each in life.job.evidence if each.asked in ("check.eyes", "check.photos")]
    assert cosmetic_grade(life.job.evidence, load("basic-2")) == "B", "the letters of the sheet stand in"


@pytest.mark.parametrize(
    ("phone", "method"),
    [
        (lives.PIXEL_13, "android_reopen"),
        ({**lives.PIXEL_16_IN_USE, "misbehaviour": ["says_done_keeps_data"]}, ""),
        ({**lives.IPHONE, "misbehaviour": ["media_kept"]}, ""),
    ],
    ids=["no more is known than a factory state", "Android that keeps everything", "iPhone that keeps photos"],
)
def test_no_photo_is_asked_for_of_a_phone_that_was_not_proved_erased(
    tmp_path: Path, phone: dict[str, object], method: str
) -> None:
    desk = Photographer(folder=tmp_path / "photos")
    life = lives.live(phone, method=method, settings=FULL, script=LOOKS, photos=desk)
    assert not life.certified
    assert piece(life, "operator.condition").moment is Moment.FINAL, "the end was reached"
    assert desk.waited == []
    assert not list(tmp_path.rglob("*.jpg"))
    assert not [each for each in life.job.evidence if "photo" in each.asked]


@pytest.mark.parametrize(("scheme", "asked"), [("basic", True), ("", False)])
def test_the_sheet_is_asked_whole_where_the_scheme_knows_nothing_of_eyes(
    tmp_path: Path, scheme: str, asked: bool
) -> None:
    life = lives.live(
        lives.PIXEL_13, settings=replace(FULL, scheme=scheme), script=LOOKS, photos=PhotoDesk(folder=tmp_path)
    )
    assert ("statement.battery_swollen" in piece(life, "operator.condition").values) == asked
    assert life.job.certificate is not None
    found = grade(
        life.job.evidence, platform=Platform.ANDROID, verdict=Verdict.PASSED, scheme=load(scheme or "basic-2")
    )
    assert not [code for code in found.capped_by if code.startswith(("key.", "gate."))]


def test_a_job_taken_up_again_while_its_photos_are_taken_keeps_its_code_and_those_it_has(tmp_path: Path) -> None:
    """The station ends between the photos and what it would have kept of them."""
    desk = PhotoDesk(folder=tmp_path / "photos")
    room = OnePhone(tmp_path, lives.IPHONE, settings=FULL)
    room.hands = lives.scripted(LOOKS, room.slot, room.clock)
    append = room.ledger.append
    codes: list[str] = []
    handed_in: list[tuple[str, ...]] = [VIEWS[:4], VIEWS[4:]]

    def notice(leading: Session, event: Event) -> None:
        if isinstance(event, QuestionAsked) and event.question.key == "photos_taken":
            codes.append(event.question.facts["code"])
            for view in handed_in[len(codes) - 1]:
                desk.hand_in(codes[-1], view, view.encode(), "ok")
        room.hands.notice(leading, event)

    def dying(event: LedgerEvent, job: str) -> Entry:
        if isinstance(event, EvidenceKept) and event.evidence.asked == "check.photos":
            raise LedgerFullError(subject="ledger")
        return append(event, job)

    def station(seed: int) -> Session:
        return lives.session(
            room.ledger,
            room.port,
            room.clock,
            papers=room.papers,
            settings=FULL,
            seed=seed,
            listener=notice,
            photos=desk,
        )

    room.ledger.append = dying  # type: ignore[method-assign]  # the station ends here
    with station(1) as session:
        session.start(room.port.look(), by=lives.TESTER)
        with pytest.raises(LedgerFullError):
            session.wait()
    room.ledger.append = append  # type: ignore[method-assign]  # a new one
    with station(2) as session:  # it would draw another code
        (job,) = session.resume()
        session.wait()
    assert job.certificate is not None
    assert len(codes) == 2
    assert codes[0] == codes[1]
    (kept,) = (each.values for each in job.evidence if each.asked == "check.photos")
    assert (kept["photo.card"], kept["photo.bound"]) == (codes[0], "6")
    room.ledger.close()
