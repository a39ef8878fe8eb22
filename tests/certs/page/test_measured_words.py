# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever a check can say of a phone stands on its paper in both languages, and numbers stand there once."""

import re

import pytest

from certs.page import fonts
from certs.page.labels import label, phrase
from certs.page.measured_words import limit_in_words, measured_in_words
from grading.checks import in_words
from grading.checks import limit_in_words as declared
from grading.derived import DERIVED
from grading.eyes import ASKED
from grading.maker_page import ASKED as OF_THE_MAKER
from grading.questions import QUESTIONS
from grading.report import CheckOutcome, CheckResult
from grading.schemes import Check, load
from phones import words
from phones.allowed import MALFORMED, allowed
from phones.battery_truth import RULES
from phones.signs import SIGNS

CHINESE = re.compile("[\u4e00-\u9fff]")
SCHEMES = ("basic", "basic-2")
CHECKS = [check for name in SCHEMES for check in load(name).checks]
LETTERS = ("USB", "A", "B", "C", "D", "E")  # written alike in both languages


def result(measured: str, *, name: str = "thermal") -> CheckResult:
    return CheckResult(
        name=name,
        weight="secondary",
        outcome=CheckOutcome.PASS,
        limit="",
        measured=measured,
        source="observed",
        moment="before",
    )


def said(check: Check) -> list[str]:
    """Every word that such a check can have measured, as far as the allow-list is a list of words."""
    people = {f"statement.{each.key}": each.choices for each in ASKED} | {
        each.value_name: each.choices for each in (*QUESTIONS, *OF_THE_MAKER)
    }
    found = {*check.limit, *check.not_applicable, *check.stated_limit, MALFORMED, *people.get(check.value, ())}
    found |= set(people.get(check.stated, ()))
    if check.value not in DERIVED:
        found |= {each for each in allowed(check.value).pattern.split("|") if re.fullmatch("[a-z0-9_]+", each)}
    return sorted(each for each in found if not each.lstrip("-").isdecimal())


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
def test_every_word_that_a_check_can_measure_stands_in_both_languages(check: Check) -> None:
    for word in said(check):
        told = measured_in_words(result(word))
        assert CHINESE.search(told) or told in LETTERS, f"{word}: no word in labels.toml, [measured_word]"
        assert "_" not in told
        assert fonts.missing(told) == ""


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
def test_every_limit_stands_in_both_languages_with_its_number_once(check: Check) -> None:
    told = limit_in_words(declared(check))
    assert CHINESE.search(told) or not re.search("[a-z]{5}", told), told
    assert "_" not in told
    assert fonts.missing(told) == ""
    for number in re.findall(r"\d+", in_words(check.limit[0] if check.limit else "", check.unit)):
        assert len(re.findall(rf"(?<!\d){number}(?!\d)", told)) == 1


@pytest.mark.parametrize("unit", sorted({check.unit for check in CHECKS if check.unit}))
def test_every_unit_that_is_a_word_stands_in_both_languages(unit: str) -> None:
    told = measured_in_words(result(in_words("15", unit)))
    assert CHINESE.search(told) or not re.search("[a-z]{4}", unit) or "/" in unit or told.endswith("GB"), told


@pytest.mark.parametrize("sign", SIGNS)
def test_every_sign_that_a_value_was_not_measured_stands_in_both_languages(sign: str) -> None:
    told = measured_in_words(result(f"not measured: {sign}"))
    assert label(f"sign.{sign}").zh in told
    assert label(f"sign.{sign}").en in told
    assert told.startswith("未测得")
    assert fonts.missing(told) == ""


def test_what_was_read_all_the_same_stands_beside_the_sign() -> None:
    told = measured_in_words(result("not measured: sources_disagree (nominal:2400,raw_max:2900)"))
    assert told == "未测得：来源不一致 (nominal:2400,raw_max:2900) not measured: sources disagree"


def test_a_sign_whose_readings_were_cut_is_a_sign_all_the_same() -> None:
    told = measured_in_words(result("not measured: sources_disagree (nominal:2400,raw_max:29"))
    assert told == "未测得：来源不一致 (nominal:2400,raw_max:29) not measured: sources disagree"


def test_a_number_is_told_once_and_its_unit_in_both_languages() -> None:
    assert measured_in_words(result("12 degrees")) == "12 度 degrees"
    assert measured_in_words(result("44.9 °C")) == "44.9 °C"
    assert measured_in_words(result("214")) == "214"


def test_a_list_is_told_in_one_language_after_the_other_and_unknown_names_as_they_are() -> None:
    assert measured_in_words(result("light,heart_rate")) == "光线、heart_rate light, heart_rate"
    assert measured_in_words(result("heart_rate,step_counter")) == "heart_rate, step_counter"


def test_parts_are_counted_for_their_names_stand_in_a_list_of_their_own() -> None:
    told = measured_in_words(result("other: panel; same: storage, battery", name="parts_same"))
    assert told == f"{label('same_part.other').both}: 1 · {label('same_part.same').both}: 2"
    assert measured_in_words(result("", name="parts_same")) == ""


def test_what_a_battery_or_a_phone_contradicts_itself_in_is_told_in_words() -> None:
    codes = [key.removeprefix("contradiction.") for key in words.keys("contradiction.")]
    assert {rule.name for rule in RULES} <= set(codes)
    for name in ("consistent_identity", "battery_truth"):
        for code in codes:
            assert measured_in_words(result(code, name=name)) == phrase("contradiction", code).both
    assert measured_in_words(result("unknown", name="battery_truth")) == label("measured_word.unknown").both


@pytest.mark.parametrize(
    "hostile", ["not measured: ", "(", "%%EOF", "1.2.3 x", "= ", "12 ", "same: a", ",,,", "not measured: x (y"]
)
def test_a_text_of_another_shape_stands_as_it_is(hostile: str) -> None:
    for name in ("thermal", "parts_same", "battery_truth"):
        assert measured_in_words(result(hostile, name=name))
    assert limit_in_words(hostile)
