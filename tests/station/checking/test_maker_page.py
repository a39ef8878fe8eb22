# SPDX-License-Identifier: GPL-3.0-or-later
"""The maker's page of parts: what a person reads there is kept as their statement, and what nobody read is not."""

from pathlib import Path

import pytest

from grading.checks import run_check
from grading.maker_page import ASKED
from grading.report import CheckOutcome
from grading.schemes import load
from phones.evidence import Evidence, Moment
from phones.port import Platform
from phones.verdict import Source
from phones.witness import Witness, WitnessedPort
from station.checking.act import Profile, Scene
from station.checking.maker_page import MAKER_PAGE, read_page
from station.checking.table import acts_of
from tests.station.checking.test_eyes import Person
from tests.support import lives
from tests.support.direct_bench import DirectPort, VirtualClock
from virtual_phones.bench.scenario import add_phones, read_scenario

CHECKS = {check.value: check for check in load("basic-2").checks if check.value in MAKER_PAGE.gives}


def read(folder: Path, person: Person) -> list[Evidence]:
    document = {"name": "life", "seed": 1, "phone": [{"name": "phone", "port": "1-1", **lives.IPHONE}]}
    (slot,) = add_phones(read_scenario(document), epoch_at_zero=lives.EPOCH_AT_ZERO)
    clock, kept = VirtualClock(), list[Evidence]()
    read_page(
        Scene(
            phone=WitnessedPort(
                DirectPort(slot, clock, folder), Witness(clock=clock, journal=kept.append, salt=lives.SALT)
            ),
            platform=Platform.APPLE,
            known={},
            clock=clock,
            operator=person,
            draw=lambda: "0" * 32,
            person_s=60.0,
            tell=lambda _name: None,
        )
    )
    return kept


def test_the_four_words_of_the_maker_and_no_such_page_are_kept_as_a_persons_statement(tmp_path: Path) -> None:
    answers = dict(zip([each.key for each in ASKED], ("genuine", "used", "unknown_part", "no_page"), strict=True))
    person = Person(answers)
    (piece,) = read(tmp_path, person)
    assert person.asked == list(answers)
    assert (piece.asked, piece.link, piece.moment) == ("check.maker_page", "operator", Moment.BEFORE)
    found = {name: run_check(check, [piece], Platform.APPLE) for name, check in CHECKS.items()}
    assert set(found) == set(MAKER_PAGE.gives)
    assert [each.outcome for each in found.values()] == [
        CheckOutcome.PASS,
        CheckOutcome.PASS,
        CheckOutcome.FAIL,
        CheckOutcome.NOT_APPLICABLE,
    ]
    assert {each.source for each in found.values()} == {Source.STATED.value}


def test_a_line_that_nobody_read_is_not_tested(tmp_path: Path) -> None:
    assert read(tmp_path, Person({})) == []
    (piece,) = read(tmp_path, Person({"maker_battery": "genuine"}))
    found = {name: run_check(check, [piece], Platform.APPLE).outcome for name, check in CHECKS.items()}
    assert found.pop("statement.maker_battery") is CheckOutcome.PASS
    assert set(found.values()) == {CheckOutcome.NOT_TESTED}


@pytest.mark.parametrize("profile", Profile)
def test_only_an_iphone_has_the_page_and_only_a_full_check_asks_for_it(profile: Profile) -> None:
    assert MAKER_PAGE not in acts_of(profile, Platform.ANDROID, Moment.BEFORE)
    assert (MAKER_PAGE in acts_of(profile, Platform.APPLE, Moment.BEFORE)) == (profile is Profile.FULL)
