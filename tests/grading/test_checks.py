# SPDX-License-Identifier: GPL-3.0-or-later
"""A check holds what was measured against a limit that stood before; what nobody measured is never a pass."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grading.checks import in_words, run_check
from grading.report import CheckOutcome
from grading.schemes import Check, load
from phones.evidence import Moment, Outcome
from phones.port import Platform
from tests.grading.samples import evidence_of

PASS, FAIL, UNCLEAR = CheckOutcome.PASS, CheckOutcome.FAIL, CheckOutcome.INDETERMINATE
NOT_TESTED, NOT_APPLICABLE = CheckOutcome.NOT_TESTED, CheckOutcome.NOT_APPLICABLE


def check(operator: str, *limit: str, not_applicable: tuple[str, ...] = (), unit: str = "") -> Check:
    return Check(
        name="c",
        weight="key",
        platforms=("android",),
        value="v",
        operator=operator,
        limit=limit,
        unit=unit,
        not_applicable=not_applicable,
    )


@pytest.mark.parametrize(
    ("operator", "limit", "text", "expected"),
    [
        ("equals", ("no",), "no", PASS),
        ("equals", ("no",), "yes", FAIL),
        ("equals", ("no",), "", FAIL),
        ("equals", ("no",), "No", FAIL),
        ("one_of", ("on", "off"), "off", PASS),
        ("one_of", ("on", "off"), "gone", FAIL),
        ("at_least", ("2",), "2", PASS),
        ("at_least", ("2",), "1", FAIL),
        ("at_least", ("2",), "10", PASS),
        ("at_least", ("2",), "two", UNCLEAR),
        ("at_least", ("2",), "", UNCLEAR),
        ("at_least", ("2",), "٣", UNCLEAR),
        ("at_least", ("2",), "1_0", UNCLEAR),
        ("at_least", ("2",), " 3", UNCLEAR),
        ("at_least", ("2",), "3.5", UNCLEAR),
        ("at_most", ("449",), "449", PASS),
        ("at_most", ("449",), "450", FAIL),
        ("at_most", ("0",), "-1", PASS),
        ("contains_all", ("a", "b"), "b, c,a", PASS),
        ("contains_all", ("a", "b"), "a", FAIL),
        ("contains_all", ("a",), "", FAIL),
        ("contains_all", ("a",), "ab", FAIL),
        ("is_empty", (), "", PASS),
        ("is_empty", (), "su", FAIL),
        ("present", (), "x", PASS),
        ("present", (), "", FAIL),
        *[
            (operator, ("1",), text, UNCLEAR)
            for text in ("malformed", "unknown")
            for operator in ("equals", "one_of", "at_least", "at_most", "contains_all", "is_empty", "present")
        ],
    ],
)
def test_each_operator_says_what_its_name_says(
    operator: str, limit: tuple[str, ...], text: str, expected: CheckOutcome
) -> None:
    assert run_check(check(operator, *limit), [evidence_of({"v": text})], Platform.ANDROID).outcome is expected


def test_a_check_of_the_other_platform_does_not_apply() -> None:
    result = run_check(check("equals", "no"), [evidence_of({"v": "yes"})], Platform.APPLE)
    assert (result.outcome, result.measured) == (NOT_APPLICABLE, "")


def test_a_part_the_phone_does_not_have_does_not_apply() -> None:
    nfc = check("one_of", "on", "off", not_applicable=("absent",))
    assert run_check(nfc, [evidence_of({"v": "absent"})], Platform.ANDROID).outcome is NOT_APPLICABLE


def test_what_was_not_answered_was_not_tested() -> None:
    for outcome in Outcome:
        result = run_check(check("equals", "no"), [evidence_of({"v": "no"}, outcome=outcome)], Platform.ANDROID)
        assert result.outcome is (PASS if outcome is Outcome.ANSWERED else NOT_TESTED)
    empty = run_check(check("equals", "no"), [evidence_of({})], Platform.ANDROID)
    assert (empty.outcome, empty.source, empty.evidence) == (NOT_TESTED, "not_checked", ())


@given(st.permutations(["no", "yes", "malformed", "absent"]))
def test_the_worst_reading_counts_whenever_it_was_taken(texts: list[str]) -> None:
    pieces = [
        evidence_of({"v": text}, number=number, moment=moment)
        for number, (text, moment) in enumerate(zip(texts, [*Moment][:4], strict=False), start=1)
    ]
    result = run_check(check("equals", "no", not_applicable=("absent",)), pieces, Platform.ANDROID)
    assert result.outcome is FAIL
    assert result.measured == "yes"
    assert result.evidence == (texts.index("yes") + 1,)
    without = [each for each in pieces if each.values["v"] != "yes"]
    assert run_check(check("equals", "no", not_applicable=("absent",)), without, Platform.ANDROID).outcome is UNCLEAR


def test_a_persons_word_is_marked_as_one() -> None:
    assert (
        run_check(check("equals", "ok"), [evidence_of({"v": "ok"}, link="operator")], Platform.ANDROID).source
        == "stated"
    )
    assert run_check(check("equals", "ok"), [evidence_of({"v": "ok"})], Platform.ANDROID).source == "observed"


@pytest.mark.parametrize("each", load("basic").checks, ids=lambda each: each.name)
def test_the_limit_is_declared_whether_or_not_anything_was_measured(each: Check) -> None:
    platform = Platform(each.platforms[0])
    unmeasured = run_check(each, [], platform)
    measured = run_check(each, [evidence_of({each.value: "malformed"})], platform)
    assert unmeasured.limit == measured.limit != ""
    assert unmeasured.outcome is NOT_TESTED
    assert measured.outcome is UNCLEAR


@pytest.mark.parametrize("text", ["no", "yes", "malformed", None])
def test_what_shows_that_it_was_not_measured_is_neither_a_pass_nor_a_failure(text: str | None) -> None:
    values = {"not_measured.v": "set_by_hand"} | ({"v": text} if text is not None else {})
    result = run_check(check("equals", "no"), [evidence_of(values)], Platform.ANDROID)
    assert result.outcome is UNCLEAR
    assert result.measured == "not measured: set_by_hand" + (f" ({text})" if text is not None else "")
    assert result.evidence == (1,)


def test_two_sources_that_disagree_are_both_shown() -> None:
    values = {"not_measured.v": "sources_disagree", "sources.v": "asoc:93,battery_log:60"}
    result = run_check(check("at_least", "80"), [evidence_of(values)], Platform.ANDROID)
    assert (result.outcome, result.measured) == (UNCLEAR, "not measured: sources_disagree (asoc:93,battery_log:60)")


def test_measuring_again_does_not_help_a_phone_that_did_not_measure_once() -> None:
    once, again = evidence_of({"not_measured.v": "set_by_hand"}), evidence_of({"v": "no"}, number=2)
    assert run_check(check("equals", "no"), [once, again], Platform.ANDROID).outcome is UNCLEAR
    failed = evidence_of({"v": "yes"}, number=3)
    assert run_check(check("equals", "no"), [once, again, failed], Platform.ANDROID).outcome is FAIL


def test_what_a_person_skipped_is_not_tested_and_stands_in_the_way_of_no_other_reading() -> None:
    skipped = evidence_of({"not_measured.v": "skipped"})
    alone = run_check(check("equals", "no"), [skipped], Platform.ANDROID)
    assert (alone.outcome, alone.measured, alone.evidence) == (NOT_TESTED, "not measured: skipped", ())
    for text, outcome in (("no", PASS), ("yes", FAIL), ("unknown", UNCLEAR)):
        again = run_check(check("equals", "no"), [skipped, evidence_of({"v": text}, number=2)], Platform.ANDROID)
        assert (again.outcome, again.evidence) == (outcome, (2,))
    seen = evidence_of({"not_measured.v": "skipped", "v": "no"})
    assert run_check(check("equals", "no"), [seen], Platform.ANDROID).outcome is NOT_TESTED


def test_of_a_part_that_a_person_skipped_their_word_is_taken() -> None:
    buttons = next(each for each in load("basic-2").checks if each.name == "buttons")
    skipped = evidence_of({"not_measured.watched.buttons": "skipped"})
    said = evidence_of({"statement.buttons": "ok"}, link="operator", number=2)
    result = run_check(buttons, [skipped, said], Platform.ANDROID)
    assert (result.outcome, result.source) == (PASS, "stated")


@pytest.mark.parametrize(
    ("read", "said", "outcome"),
    [
        ("unknown", "not_asked", CheckOutcome.PASS),
        ("unknown", "asked", CheckOutcome.FAIL),
        ("unknown", "not_looked", CheckOutcome.INDETERMINATE),
        ("clear", "asked", CheckOutcome.FAIL),
        ("clear", "not_looked", CheckOutcome.PASS),
        ("armed", "not_asked", CheckOutcome.FAIL),
    ],
)
def test_a_persons_look_stands_in_for_a_lock_that_was_not_told_and_for_no_other(
    read: str, said: str, outcome: CheckOutcome
) -> None:
    gate = next(each for each in load("basic").checks if each.name == "factory_reset_protection")
    evidence = [
        evidence_of({"locks.frp": read}),
        evidence_of({"statement.owner_account": said}, number=2, link="operator"),
    ]
    assert run_check(gate, evidence, Platform.ANDROID).outcome is outcome


@pytest.mark.parametrize(
    ("text", "unit", "words"),
    [
        ("449", "0.1 °C", "44.9 °C"),
        ("-5", "0.1 °C", "-0.5 °C"),
        ("127989493760", "bytes", "127.9 GB"),
        ("1000000000", "bytes", "1 GB"),
        ("7812500", "KiB", "8 GB"),
        ("139", "cycles", "139 cycles"),
        ("warm", "0.1 °C", "warm 0.1 °C"),
        ("present", "", "present"),
    ],
)
def test_a_measured_value_is_written_as_people_write_it(text: str, unit: str, words: str) -> None:
    assert in_words(text, unit) == words
