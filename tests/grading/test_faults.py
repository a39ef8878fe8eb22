# SPDX-License-Identifier: GPL-3.0-or-later
"""What counts only when it is found: a fault lowers the grade as any failed secondary check, and no answer lowers it;
no answer is no pass either.
"""

import pytest

from grading.checks import CLAIMING_LINK
from grading.derived import DERIVED
from grading.grade import functional_class, grade, usability_class
from grading.maker_page import ASKED, NOT_ITS_OWN
from grading.report import CheckOutcome, CheckResult
from grading.schemes import Check
from phones.port import Platform
from phones.verdict import Verdict
from station.checking.act import Profile
from tests.grading.samples import evidence_of
from tools.make_grades import BASIC_2, at_best, of_pieces

SCHEME = BASIC_2


def result(name: str, weight: str, outcome: CheckOutcome) -> CheckResult:
    return CheckResult(
        name=name, weight=weight, outcome=outcome, limit="", measured="", source="", moment="", evidence=()
    )


@pytest.mark.parametrize("outcome", CheckOutcome)
def test_a_fault_counts_when_it_is_found_and_only_then(outcome: CheckOutcome) -> None:
    functional, reasons = functional_class([result("sim_slots", "seldom", outcome)], parts_original=True, health=100)
    found = outcome is CheckOutcome.FAIL
    assert (functional, reasons) == (("F3", ("secondary.sim_slots.fail",)) if found else ("F6", ()))


def test_three_faults_are_several() -> None:
    checks = [result(f"s{number}", "seldom", CheckOutcome.FAIL) for number in range(SCHEME.several_secondary)]
    usability, capped_by = usability_class(
        functional="F3", cosmetic="A", band="excellent", checks=checks, verdict=Verdict.PASSED, scheme=SCHEME
    )
    assert (usability, capped_by) == ("4", ("several_secondary_failed",))


def test_a_fault_that_nobody_found_out_is_told_as_not_tested() -> None:
    values = at_best(Profile.FULL, Platform.ANDROID)
    del values["radio.sim_slots_work"]
    found = of_pieces(values, Platform.ANDROID)
    assert found.usability == "1"
    assert {check.name: check.outcome for check in found.checks}["sim_slots"] is CheckOutcome.NOT_TESTED
    failed = of_pieces({**values, "radio.sim_slots_work": "no"}, Platform.ANDROID)
    assert (failed.usability, failed.functional) == ("3", "F3")


@pytest.mark.parametrize("word", sorted(NOT_ITS_OWN))
@pytest.mark.parametrize("name", [each.value_name for each in ASKED])
def test_a_part_from_elsewhere_takes_the_class_of_original_parts(name: str, word: str) -> None:
    best = at_best(Profile.FULL, Platform.APPLE)
    assert of_pieces(best, Platform.APPLE).functional == "F6"
    assert of_pieces({**best, name: word}, Platform.APPLE).functional in ("F5", "F3")


def test_a_good_word_of_the_makers_page_gives_no_class() -> None:
    best = at_best(Profile.FULL, Platform.APPLE)
    del best["statement.parts"]
    assert {best[each.value_name] for each in ASKED} == {"genuine"}
    assert of_pieces(best, Platform.APPLE).functional == "F5"


@pytest.mark.parametrize(
    "check", [each for each in SCHEME.checks if each.weight == "seldom"], ids=lambda each: each.name
)
def test_what_counts_only_when_it_is_found_has_an_answer_that_fails(check: Check) -> None:
    """A row that could only pass or stay unknown would count never."""
    if check.value in DERIVED:
        return
    bad = next(text for text in ("99999", "0", "1") if (text == "99999") == (check.operator == "at_most"))
    bad = "1" if bad in check.limit else bad
    piece = evidence_of({check.value: bad}, link=CLAIMING_LINK if check.measurer == "browser" else "adb")
    found = grade([piece], platform=Platform(check.platforms[0]), verdict=Verdict.PASSED, scheme=SCHEME)
    assert {each.name: each.outcome for each in found.checks}[check.name] is CheckOutcome.FAIL
