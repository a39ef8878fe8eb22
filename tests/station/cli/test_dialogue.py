# SPDX-License-Identifier: GPL-3.0-or-later
"""A question that decides about a phone is answered by two deliberate lines, whatever else is typed between."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from station.cli.dialogue import ask_alone, fill_sheet
from station.cli.grammar import Answer, NoAnswer, NotLooked, read, read_yes_no
from station.cli.keyboard import EndOfInput, Keyboard, Line, NotWanted
from station.cli.sheet import Filling
from station.questions import ALONE
from station.session.condition import ConditionSheet
from station.session.events import Question

SLIPS = st.text(alphabet="yYnNoOkx0123456789?<= ｙ是否不对", max_size=4)


@dataclass(slots=True)
class Typed(Keyboard):
    """A person who types these lines, and then goes away until time is over."""

    lines: list[str] = field(default_factory=list)
    then: EndOfInput | NotWanted = field(default_factory=NotWanted)

    def line(self, wanted: Callable[[], bool]) -> Line | EndOfInput | NotWanted:
        return Line(self.lines.pop(0)) if wanted() and self.lines else self.then


def question(key: str) -> Question:
    return Question(
        id="1",
        job="J",
        port="1-1",
        slot="A3",
        key=key,
        choices=ALONE[key],
        facts={},
        asked_at=datetime(2026, 11, 21, tzinfo=UTC),
        timeout_s=60.0,
    )


def asked(key: str, lines: list[str], then: EndOfInput | NotWanted | None = None) -> Answer | NotLooked | NotWanted:
    keyboard = Typed(lines=list(lines), then=then or NotWanted())
    return ask_alone(question(key), phone="Pixel …0002", keyboard=keyboard, wanted=lambda: True)


@given(st.sampled_from(sorted(ALONE)), st.lists(SLIPS, max_size=8))
def test_nothing_is_decided_but_by_an_answer_and_a_yes_after_it(key: str, lines: list[str]) -> None:
    given = asked(key, lines)
    if isinstance(given, NotWanted):
        return
    for end in range(2, len(lines) + 1):
        if asked(key, lines[:end]) == given:
            assert read_yes_no(lines[end - 1]) is True
            meant = [number for number, line in enumerate(lines[: end - 1]) if read(line, ALONE[key]) == given]
            assert any(
                all(isinstance(read_yes_no(between), NoAnswer) for between in lines[number + 1 : end - 1])
                for number in meant
            ), "between the answer and its yes there was neither no nor another answer"
            return
    raise AssertionError("decided by less than two lines")


@given(st.sampled_from(sorted(ALONE)), st.lists(SLIPS, max_size=6), st.lists(SLIPS, max_size=6))
def test_slips_before_and_after_an_answer_change_nothing_of_it(key: str, before: list[str], after: list[str]) -> None:
    best = ALONE[key][0]
    slips = [line for line in before if isinstance(read(line, ALONE[key]), NoAnswer)]
    others = [line for line in after if isinstance(read_yes_no(line), NoAnswer)]
    assert asked(key, [*slips, best, *others, "yes"]) == Answer(best)
    assert isinstance(asked(key, [*slips, best, *others]), NotWanted), "one key alone decides nothing"


@given(st.sampled_from(sorted(ALONE)), st.lists(SLIPS, max_size=3))
def test_the_end_of_input_never_gives_an_answer_of_somebody_who_looked(key: str, lines: list[str]) -> None:
    given = asked(key, lines, EndOfInput())
    nobody = Answer("not_looked") if "not_looked" in ALONE[key] else NotLooked()
    assert given == nobody or any(read_yes_no(line) is True for line in lines)


def test_a_sheet_whose_input_ends_keeps_nothing_of_what_was_typed() -> None:
    keyboard = Typed(lines=["f", "o"], then=EndOfInput())
    kept = fill_sheet(Filling(), slot="A3", phone="Pixel", keyboard=keyboard, wanted=lambda: True)
    assert kept == NotLooked()
    keyboard = Typed(lines=["f", "o", "y"], then=EndOfInput())
    kept = fill_sheet(Filling(), slot="A3", phone="Pixel", keyboard=keyboard, wanted=lambda: True)
    assert isinstance(kept, ConditionSheet)
    assert kept.answers["parts"] == "original"
