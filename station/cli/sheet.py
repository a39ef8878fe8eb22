# SPDX-License-Identifier: GPL-3.0-or-later
"""How a person fills the sheet of one phone line by line: question after question, or as they like, then keeps it.

A line is taken whole or not at all. Nothing is kept before a clear yes to the whole sheet, and no yes is taken while
a question is open: that nobody looked is said, never left to be understood.
"""

from dataclasses import dataclass, field, replace

from grading.questions import QUESTIONS, OperatorQuestion
from station.cli.grammar import (
    BACK_KEY,
    LONGEST,
    NOT_LOOKED,
    NOT_LOOKED_KEY,
    YES_NO,
    Answer,
    Back,
    NoAnswer,
    NotLooked,
    folded,
    key_of,
    read,
    read_yes_no,
    shown,
    word,
    words_of,
)
from station.session.condition import FINE, ConditionSheet
from station.text.language import text

ALL_FINE = "all_fine"
ALL_FINE_KEY = "f"
WHOLE = len(QUESTIONS)
"""The place after the last question, where the whole sheet is read again and kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filling:
    """`at`: the number of the question that is asked (0…), or `WHOLE`. `told`: what the last line led to, in words.
    `kept`: a person said yes to the whole sheet. `settled`: keys that were answered before and elsewhere.
    """

    sheet: ConditionSheet = field(default_factory=ConditionSheet)
    settled: frozenset[str] = frozenset()
    at: int = WHOLE
    told: str = ""
    kept: bool = False

    @property
    def question(self) -> OperatorQuestion | None:
        """What is asked now; None when the whole sheet is."""
        return QUESTIONS[self.at] if self.at < WHOLE else None

    @property
    def open(self) -> tuple[str, ...]:
        """Keys that are still to be answered."""
        return tuple(key for key in self.sheet.open if key not in self.settled)

    @property
    def asked(self) -> tuple[int, ...]:
        """Places of the questions that this person is asked."""
        return tuple(place for place, each in enumerate(QUESTIONS) if each.key not in self.settled)

    def begun(self) -> "Filling":
        """Asked from the first open question on; the whole sheet when none is."""
        return self._asked_from(0)

    def after(self, typed: str) -> "Filling":
        """The sheet after a line. What the line was no answer to is asked again."""
        asked = replace(self, told="", kept=False)
        question = asked.question
        if question is None:
            return asked._after_whole(typed)
        match read(typed, question.choices):
            case Answer(choice):
                return asked._said(question.key, choice)
            case NotLooked():
                return asked._said(question.key, None)
            case Back():
                return asked._back()
            case NoAnswer():
                return asked._several(typed, rest=False) or replace(
                    asked, told=text("sheet.no_answer", typed=typed[:LONGEST], keys=keys_at(asked))
                )

    def _said(self, key: str, choice: str | None) -> "Filling":
        return replace(self, sheet=self.sheet.said(key, choice))._asked_from(self.at + 1)

    def _asked_from(self, start: int) -> "Filling":
        """At the first open question from there on, else before it; at the whole sheet when nothing is open."""
        still = [place for place in self.asked if QUESTIONS[place].key in self.open]
        return replace(self, at=next((place for place in still if place >= start), still[0] if still else WHOLE))

    def _back(self) -> "Filling":
        before = [place for place in self.asked if place < self.at]
        return replace(self, at=before[-1]) if before else replace(self, told=text("sheet.first"))

    def _after_whole(self, typed: str) -> "Filling":
        several = self._several(typed, rest=True)
        if several is not None:
            return several
        if folded(typed) == BACK_KEY:
            return self._back()
        if read_yes_no(typed) is not True:
            return replace(self, told=text("sheet.no_answer", typed=typed[:LONGEST], keys=keys_at(self)))
        if self.open:
            return replace(self, told=text("sheet.open", open=names(self.open), nobody=NOT_LOOKED_KEY))
        return replace(self, kept=True)

    def _several(self, typed: str, *, rest: bool) -> "Filling | None":
        """All of a line like `f 3c 9?`; None when a word of it fits nowhere. `rest`: 0 is the rest of the sheet."""
        line = folded(typed)
        parts = [line] if line in words_of(ALL_FINE) or _item(line) is not None else line.split()
        sheet, given = self.sheet, dict[str, str | None]()
        fine = none = False
        for part in parts:
            if part in words_of(ALL_FINE):
                fine = True
            elif rest and read(part, YES_NO) == NotLooked():
                none = True
            elif (item := _item(part)) is None or given.setdefault(*item) != item[1]:
                return None
            elif item[0] in self.settled:
                return replace(self, told=text("sheet.settled", name=name(item[0])))
            else:
                sheet = sheet.said(*item)
        if not parts:
            return None
        sheet = sheet.rest_fine(but=self.settled) if fine else sheet
        sheet = sheet.rest_not_looked(but=self.settled) if none else sheet
        after = replace(self, sheet=sheet)
        return after if self.question is None else after._asked_from(self.at)


def keys_at(filling: Filling) -> str:
    """What may be typed now."""
    question = filling.question
    if question is not None:
        keys = shown(question.choices, back=True)
        rest = any(key in FINE for key in filling.open)
        return f"{keys} · {ALL_FINE_KEY} {text('sheet.rest_fine')}" if rest else keys
    return text("sheet.keys")


def lines(filling: Filling) -> list[str]:
    """The sheet as it stands: number, what is looked at, what was said of it."""
    return [f"{number:2} {name(each.key)}: {said(filling, each.key)}" for number, each in enumerate(QUESTIONS, 1)]


def said(filling: Filling, key: str) -> str:
    """What the sheet says about a question, in words."""
    sheet = filling.sheet
    if key in sheet.answers:
        choice = sheet.answers[key]
        return f"{choice} {word(choice)}" if len(choice) == 1 else word(choice)
    if key in filling.settled:
        return text("sheet.elsewhere")
    return word(NOT_LOOKED) if key in sheet.not_looked else text("sheet.still_open")


def name(key: str) -> str:
    """What a question is about, in a word or two."""
    return text(f"bench.form_{key}")


def names(keys: tuple[str, ...]) -> str:
    """Number and name of several."""
    numbers = {each.key: number for number, each in enumerate(QUESTIONS, start=1)}
    return ", ".join(f"{numbers[key]} {name(key)}" for key in keys)


def letters(question: OperatorQuestion) -> str:
    """The keys of a question, as they follow its number."""
    return "/".join(map(key_of, question.choices))


def _item(part: str) -> tuple[str, str | None] | None:
    """Question and choice of `3c`, `3=2` or `9 not looked at`; the choice is None for "not looked at"."""
    digits = part[: len(part) - len(part.lstrip("0123456789"))]
    if not 1 <= len(digits) <= 2 or not 1 <= int(digits) <= WHOLE:
        return None
    rest = part[len(digits) :].strip()
    if rest[:1] in "=:" and rest:
        rest = rest[1:].strip()
    elif rest[:1].isdigit():
        return None  # "3 4" may be anything
    question = QUESTIONS[int(digits) - 1]
    match read(rest, question.choices):
        case Answer(choice):
            return question.key, choice
        case NotLooked():
            return question.key, None
        case _:
            return None
