# SPDX-License-Identifier: GPL-3.0-or-later
"""Eyes measure: only what has to be asked is asked, and what nobody looked at is not kept."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from grading.eyes import ASKED, measured_faces
from grading.schemes import load
from phones.evidence import Evidence, Moment
from phones.port import Platform
from phones.witness import Witness, WitnessedPort
from station.checking.act import Scene
from station.checking.eyes import EYES, look, settled
from station.cli.sketches import sketch
from station.service.pages.asset_files import REFERENCE_PICTURES, content
from tests.support import lives
from tests.support.direct_bench import DirectPort, VirtualClock
from tools.make_reference_pictures import PANELS, picture
from virtual_phones.bench.scenario import add_phones, read_scenario

FIRST = {each.key: each.choices[0] for each in ASKED if not each.needs}


@dataclass(slots=True)
class Person:
    """Answers what they have an answer to."""

    answers: Mapping[str, str]
    asked: list[str] = field(default_factory=list)

    def instruct(self, key: str, *, port: str, facts: Mapping[str, str]) -> None:
        raise AssertionError(key)

    def ask(
        self, key: str, *, port: str, choices: tuple[str, ...], facts: Mapping[str, str], timeout_s: float
    ) -> str | None:
        raise AssertionError(key)

    def ask_together(
        self, questions: Mapping[str, tuple[str, ...]], *, port: str, timeout_s: float
    ) -> Mapping[str, str]:
        self.asked += questions
        return {key: self.answers[key] for key in questions if key in self.answers}


def looked(folder: Path, person: Person, *, person_s: float = 60.0) -> list[Evidence]:
    document = {"name": "life", "seed": 1, "phone": [{"name": "phone", "port": "1-1", **lives.PIXEL_13}]}
    (slot,) = add_phones(read_scenario(document), epoch_at_zero=lives.EPOCH_AT_ZERO)
    clock, kept = VirtualClock(), list[Evidence]()
    witness = Witness(clock=clock, journal=kept.append, salt=lives.SALT)
    look(
        Scene(
            phone=WitnessedPort(DirectPort(slot, clock, folder), witness),
            platform=Platform.ANDROID,
            known={},
            clock=clock,
            operator=person,
            draw=lambda: "0" * 32,
            person_s=person_s,
            tell=lambda _name: None,
        )
    )
    return kept


def test_a_phone_without_a_mark_is_asked_eleven_things_and_no_more(tmp_path: Path) -> None:
    person = Person(FIRST)
    (piece,) = looked(tmp_path, person)
    assert person.asked == list(FIRST)
    assert len(FIRST) == EYES.hand_acts == 11
    assert set(measured_faces([piece]).values()) == {"A"}
    assert (piece.asked, piece.link, piece.moment) == ("check.eyes", "operator", Moment.BEFORE)
    assert set(piece.values) <= set(EYES.gives)
    assert settled([piece]) == {"battery_swollen", "cosmetic_front", "cosmetic_back", "cosmetic_frame"}


def test_a_marked_face_is_asked_how_bad_it_is(tmp_path: Path) -> None:
    worse = {"eyes_back_mark": "at_30cm", "eyes_back_nail": "catches", "eyes_back_dent": "to_1mm"}
    person = Person({**FIRST, **worse, "eyes_back_crack": "whole"})
    (piece,) = looked(tmp_path, person)
    assert person.asked == [*FIRST, "eyes_back_nail", "eyes_back_dent", "eyes_back_crack"]
    assert measured_faces([piece])["back"] == "C"


def test_what_nobody_looked_at_is_not_kept_and_is_asked_on_the_sheet(tmp_path: Path) -> None:
    assert looked(tmp_path, Person({})) == []
    assert settled([]) == frozenset()
    (piece,) = looked(tmp_path, Person({"eyes_lifting": "closed"}))
    assert settled([piece]) == {"battery_swollen"}


def test_without_time_nobody_is_asked(tmp_path: Path) -> None:
    person = Person(FIRST)
    assert looked(tmp_path, person, person_s=0.0) == []
    assert person.asked == []


def test_each_question_has_its_picture_with_a_panel_for_each_answer() -> None:
    for each in ASKED:
        assert len(PANELS[each.kind]) == len(each.choices)
        assert content(REFERENCE_PICTURES[each.kind]).decode() == picture(each.kind), "tools.make_reference_pictures"
        lines = sketch(each.key)
        assert all(len(line) <= 72 for line in lines)
        assert re.findall(r"(?:^|  )(\d) ", lines[0]) == [str(number + 1) for number in range(len(each.choices))]
    assert sketch("erase_again") == ()


def test_the_scheme_grades_the_body_by_these_answers() -> None:
    limits = {check.value: check.limit for check in load("basic-2").checks}
    assert {each.question.value_name for each in ASKED if not each.face} <= set(limits)
