# SPDX-License-Identifier: GPL-3.0-or-later
"""A person at the terminal reads why something was not measured; a program reads the code."""

from collections.abc import Iterator

import pytest

from grading.report import CheckOutcome, CheckResult
from grading.schemes import load
from phones.signs import SIGNS
from station.cli.commands.check import show
from station.cli.measured_words import measured_of
from station.documents.checks import CheckMeasured
from station.text import language

SCHEME = load("basic-2")


def result(measured: str, name: str = "buttons") -> CheckResult:
    return CheckResult(
        name=name,
        outcome=CheckOutcome.INDETERMINATE,
        weight="minor",
        limit="= all",
        measured=measured,
        source="observed",
        moment="before",
        evidence=(),
    )


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    language.use("en")
    yield
    language.use("en")


@pytest.mark.parametrize("sign", sorted(SIGNS))
def test_every_sign_is_told_in_words_in_both_languages(sign: str) -> None:
    english = measured_of(result(f"not measured: {sign} (42)"))
    language.use("zh")
    chinese = measured_of(result(f"not measured: {sign} (42)"))
    assert (english[:14], english[-5:]) == ("not measured: ", " (42)")
    assert (chinese[:4], chinese[-4:]) == ("未测得：", "（42）")
    assert "_" not in english + chinese
    assert all("\u4e00" <= letter <= "\u9fff" or letter in "，、：（）42/- " for letter in chinese), chinese


@pytest.mark.parametrize("measured", ["", "4.2 kΩ", "yes", "not measured", "all, not measured: no"])
def test_what_was_measured_stands_as_it_is(measured: str) -> None:
    assert measured_of(result(measured)) == measured


def test_the_table_has_the_sentence_and_programs_the_code(capsys: pytest.CaptureFixture[str]) -> None:
    found = result("not measured: not_seen")
    show((found,), SCHEME, hand_acts=0, seconds=1)
    said = " ".join(capsys.readouterr().out.split())
    assert "not_seen" not in said
    assert "not measured: " in said
    assert CheckMeasured.of(found).measured == "not measured: not_seen"
