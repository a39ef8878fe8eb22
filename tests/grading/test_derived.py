# SPDX-License-Identifier: GPL-3.0-or-later
"""Same parts before and after: computed from the evidence, unknown never same, and no claim of a phone's counts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grading.checks import run_check
from grading.report import CheckOutcome, CheckResult
from grading.schemes import load
from phones.evidence import Evidence, Moment, Outcome
from phones.identifiers import PARTS
from phones.port import Platform
from tests.grading.samples import evidence_of

CHECK = next(check for check in load("basic-2").checks if check.name == "parts_same")
A, B = "#" + "a" * 32, "#" + "b" * 32
BEFORE, AFTER = Moment.BEFORE, Moment.FINAL


def checked(*pieces: Evidence) -> CheckResult:
    return run_check(CHECK, pieces, Platform.APPLE)


def told(moment: Moment, number: int = 1, **parts: str) -> Evidence:
    return evidence_of({f"parts.{name}": text for name, text in parts.items()}, moment=moment, number=number)


def test_the_same_numbers_before_and_after_pass_and_both_pieces_are_named() -> None:
    found = checked(told(BEFORE, 1, panel=A, storage=B), told(AFTER, 7, panel=A, storage=B))
    assert (found.outcome, found.measured, found.evidence) == (CheckOutcome.PASS, "same: panel, storage", (1, 7))


def test_one_part_that_differs_fails() -> None:
    found = checked(told(BEFORE, panel=A, storage=B), told(AFTER, panel=B, storage=B))
    assert (found.outcome, found.measured) == (CheckOutcome.FAIL, "same: storage; other: panel")


def test_a_part_that_is_told_only_once_is_unknown_and_the_check_does_not_pass() -> None:
    found = checked(told(BEFORE, panel=A, storage=B), told(AFTER, storage=B))
    assert (found.outcome, found.measured) == (CheckOutcome.INDETERMINATE, "same: storage; unknown: panel")


@pytest.mark.parametrize("moment", [BEFORE, AFTER])
def test_parts_told_on_one_side_of_the_erase_only_are_not_tested(moment: Moment) -> None:
    assert checked(told(moment, panel=A), told(moment, panel=A)).outcome is CheckOutcome.NOT_TESTED


def test_what_a_phone_or_a_person_claims_of_the_comparison_is_not_looked_at() -> None:
    claim = evidence_of({"parts.same": "yes"}, moment=AFTER)
    stated = evidence_of({"parts.panel": A}, moment=AFTER, link="operator")
    assert checked(told(BEFORE, panel=A), claim, stated).outcome is CheckOutcome.NOT_TESTED


def test_an_answer_that_did_not_come_is_no_reading() -> None:
    silent = evidence_of({"parts.panel": A}, moment=AFTER, outcome=Outcome.SILENT)
    assert checked(told(BEFORE, panel=A), silent).outcome is CheckOutcome.NOT_TESTED


TEXTS = st.sampled_from([A, B, "malformed"])
READING = st.dictionaries(st.sampled_from([each.value for each in PARTS]), TEXTS, max_size=3)
PIECES = st.lists(st.tuples(READING, st.sampled_from([BEFORE, Moment.AFTER, AFTER])), max_size=5)


@given(PIECES)
def test_a_pass_means_that_every_part_ever_told_was_told_alike_on_both_sides(
    readings: list[tuple[dict[str, str], Moment]],
) -> None:
    pieces = [evidence_of(values, moment=moment, number=at) for at, (values, moment) in enumerate(readings, 1)]
    if checked(*pieces).outcome is CheckOutcome.PASS:
        for name in {name for values, _ in readings for name in values}:
            before = {values[name] for values, moment in readings if moment is BEFORE and name in values}
            after = {values[name] for values, moment in readings if moment is not BEFORE and name in values}
            assert before == after
            assert len(before) == 1
            assert before != {"malformed"}
