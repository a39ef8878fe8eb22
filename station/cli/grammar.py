# SPDX-License-Identifier: GPL-3.0-or-later
"""The one grammar of answers, for every question on every screen.

An answer is the key of a choice, its number, or its whole word, in English or in Chinese whatever language is shown, in
any case, with full-width forms too. `0` and `?` say that nobody looked; `<` goes back. Everything else is no answer.
Nothing is guessed and nothing is near enough: what a line means stands in a table, and docs/answers.md shows all of it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from phones.words import LANGUAGES, has, say
from station.text.language import text

LONGEST = 64
NOT_LOOKED_KEY, BACK_KEY = "0", "<"
NOT_LOOKED = "not_looked"
"""The choice by which some questions are told that nobody looked; others have no answer then."""
_FOLDED = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: " ", ord("《"): "<", ord("〈"): "<"}
_LOWER = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}


@dataclass(frozen=True, slots=True)
class Answer:
    """One of the choices was given."""

    choice: str


@dataclass(frozen=True, slots=True)
class NotLooked:
    """The person says that they did not look."""


@dataclass(frozen=True, slots=True)
class Back:
    """To what was asked before."""


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """What was typed means nothing here; the question is asked again."""

    typed: str


Meaning = Answer | NotLooked | Back
Reply = Meaning | NoAnswer

YES_NO = ("yes", "no")


def read(typed: str, choices: tuple[str, ...]) -> Reply:
    """What a typed line answers to a question with these choices."""
    if len(typed) > LONGEST:
        return NoAnswer(typed[:LONGEST])
    return forms(choices).get(folded(typed)) or NoAnswer(typed)


def read_yes_no(typed: str) -> bool | NoAnswer:
    """What a typed line says where only a clear yes goes on: no number, no "not looked at"; back means no."""
    match forms(YES_NO).get(folded(typed)) if not folded(typed).isdigit() else None:
        case Answer(choice):
            return choice == "yes"
        case Back():
            return False
        case _:
            return NoAnswer(typed)


@cache
def forms(choices: tuple[str, ...]) -> Mapping[str, Meaning]:
    """Everything that may be typed, as `folded` gives it, and what it means.

    Raises: ValueError when something would mean two things: a mistake of ours in words.toml.
    """
    found: dict[str, Meaning] = {}

    def means(form: str, meaning: Meaning) -> None:
        if found.setdefault(form, meaning) != meaning:
            raise ValueError(f"{form!r} means {found[form]} and {meaning}")

    means(BACK_KEY, Back())
    nobody: Meaning = Answer(NOT_LOOKED) if NOT_LOOKED in choices else NotLooked()
    for form in (NOT_LOOKED_KEY, "?", *words_of(NOT_LOOKED)):
        means(form, nobody)
    for number, choice in enumerate(looked(choices), start=1):
        for form in (str(number), *words_of(choice)):
            means(form, Answer(choice))
    return MappingProxyType(found)


def looked(choices: tuple[str, ...]) -> tuple[str, ...]:
    """The choices of somebody who looked, in the order of their numbers."""
    return tuple(choice for choice in choices if choice != NOT_LOOKED)


def words_of(choice: str) -> tuple[str, ...]:
    """Key and words of a choice in both languages, each once, folded; the key of the screen first."""
    return tuple(dict.fromkeys(_words_of(choice)))


def _words_of(choice: str) -> Iterator[str]:
    if has(f"typed.{choice}"):
        for language in LANGUAGES:
            yield from (folded(word) for word in say(f"typed.{choice}", language).split("|"))
            yield folded(say(f"answer.{choice}", language))
    yield folded(choice)


def key_of(choice: str) -> str:
    """The key that is shown for a choice."""
    return NOT_LOOKED_KEY if choice == NOT_LOOKED else words_of(choice)[0]


def word(choice: str) -> str:
    """What a choice is called, in the language shown."""
    return text(f"answer.{choice}") if has(f"answer.{choice}") else choice


def shown(choices: tuple[str, ...], *, back: bool = False) -> str:
    """Keys and words of a question as it is asked: `o ok · d DEFECT · 0 not looked at`."""
    keys = [f"{key_of(choice)} {word(choice)}" for choice in (*looked(choices), NOT_LOOKED)]
    return " · ".join([*keys, f"{BACK_KEY} {text('answer.back')}"] if back else keys)


def shown_yes_no() -> str:
    """Keys and words where only yes and no count."""
    return " · ".join(f"{key_of(choice)} {word(choice)}" for choice in YES_NO)


def folded(typed: str) -> str:
    """As forms are compared: full-width as plain, small letters, one space between words, none around."""
    return " ".join(typed.translate(_FOLDED).translate(_LOWER).split())
