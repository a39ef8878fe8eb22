# SPDX-License-Identifier: GPL-3.0-or-later
"""A sheet is filled by whatever keys come: no key that is no answer changes it, and nothing is kept without a yes."""

from hypothesis import example, given
from hypothesis import strategies as st

from grading import schemes
from grading.questions import QUESTIONS
from grading.report import Grade
from phones.port import Platform
from station.cli.grammar import Answer, NoAnswer, read, read_yes_no
from station.cli.sheet import WHOLE, Filling, keys_at, lines
from station.questions import CONDITION
from station.session.condition import FINE, ConditionSheet
from tools import make_answers, make_grades

SLIPS = st.text(alphabet=[*"fxyz0123456789", *"abcdeynor?<=: ", *"ＦＣ３ok"], max_size=8)
KNOWN = st.sampled_from(["f", "0", "<", "y", "3c", "3C 9?", "9=2", "ok", "否", "原装", "a", "2 deep marks", "11o"])
TYPED = st.lists(st.one_of(SLIPS, KNOWN), max_size=25)


def after(typed: list[str], start: Filling | None = None) -> Filling:
    filling = start or Filling()
    for line in typed:
        filling = filling.after(line)
    return filling


def grade_of(sheet: ConditionSheet, platform: Platform) -> Grade:
    """Of a phone that is perfect but for what a person stated."""
    scheme = schemes.load("basic")
    told = {name: value for name, value in make_grades.perfect(scheme, platform).items() if "statement." not in name}
    return make_grades.graded(
        scheme, platform, told | {f"statement.{key}": given for key, given in sheet.answers.items()}
    )


@given(TYPED, st.booleans())
@example(["f", "o", "y"], True)
def test_whatever_is_typed_a_sheet_holds_only_answers_and_is_kept_by_a_yes_alone(typed: list[str], walk: bool) -> None:
    filling = Filling().begun() if walk else Filling()
    for line in typed:
        before, filling = filling, filling.after(line)
        assert all(given in CONDITION[key] for key, given in filling.sheet.answers.items())
        assert not filling.sheet.answers.keys() & filling.sheet.not_looked
        if filling.told:
            assert (filling.sheet, filling.at) == (before.sheet, before.at), "what is no answer changes nothing"
        if filling.kept:
            assert before.at == WHOLE
            assert read_yes_no(line) is True
            assert not filling.open, "nothing is left to be understood"
        assert keys_at(filling)
        assert len(lines(filling)) == len(QUESTIONS)


@given(st.lists(SLIPS, max_size=20))
def test_no_grade_falls_by_a_key_that_is_no_answer(typed: list[str]) -> None:
    """A person answers all questions for the best; between the answers the cat walks over the keys."""
    filling = Filling().begun()
    noise = iter(typed)
    for _ in range(200):
        question = filling.question
        if question is None:
            break
        slip = next(noise, None)
        if slip is not None and isinstance(read(slip, question.choices), NoAnswer):
            moved = filling.after(slip)
            if moved.told:  # all that is no answer: the same question stands, with the same sheet
                assert (moved.sheet, moved.at) == (filling.sheet, filling.at)
        assert isinstance(read(question.choices[0], question.choices), Answer)
        filling = filling.after(question.choices[0])
    filling = filling.after("y")
    assert filling.kept
    for platform in Platform:
        assert grade_of(filling.sheet, platform).usability == "1"


def test_all_fine_leaves_what_was_said_and_never_says_that_parts_are_original() -> None:
    filling = after(["3c 9?", "f"])
    assert filling.sheet.answers == {
        key: "C" if key == "cosmetic_back" else FINE[key] for key in FINE if key != "cameras"
    }
    assert filling.sheet.not_looked == {"cameras"}
    assert filling.open == ("parts",)
    assert after(["f 3c 9?"]).sheet == filling.sheet


def test_what_was_not_looked_at_is_said_before_a_sheet_is_kept() -> None:
    filling = after(["f", "y"])
    assert not filling.kept
    assert "11 Parts" in filling.told
    assert after(["f", "y", "0", "y"]).kept
    assert after(["f", "11?", "y"]).sheet.not_looked == {"parts"}


def test_a_line_that_contradicts_itself_is_no_answer() -> None:
    assert after(["3c 3d"]).sheet == ConditionSheet()
    assert after(["3c 3c"]).sheet.answers == {"cosmetic_back": "C"}
    assert after(["3 4"]).told, "a question and a number may be anything"


def test_what_was_answered_elsewhere_is_neither_asked_nor_changed() -> None:
    sheet = ConditionSheet(answers={"screen": "ok"})
    filling = Filling(sheet=sheet, settled=frozenset({"screen", "touch"})).begun()
    filling = after(["5d", "f", "original"], filling)
    assert filling.sheet.answers["screen"] == "ok"
    assert "touch" not in filling.sheet.answers
    assert after(["y"], filling).kept
    assert after(["<", "<"], filling).at in filling.asked
    assert any("Touch: answered elsewhere" in line for line in lines(filling))


def test_the_page_of_answers_is_current() -> None:
    assert make_answers.TARGET.read_text("utf-8") == make_answers.document(), "run: python -m tools.make_answers"


def test_the_page_names_every_question_and_what_none_costs() -> None:
    page = make_answers.document()
    assert "| `cosmetic_back` |" in page
    assert "| `erase_again` |" in page
    assert "Android 1, iPhone 1" not in page, "an answer that is missing always costs something"
