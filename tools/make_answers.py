# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes docs/answers.md: every question a person is asked, what may be typed for an answer, and what none costs.

python -m tools.make_answers (python -m tools.make_grades does it too)
"""

import sys
from pathlib import Path

from grading import schemes
from phones.port import Platform
from phones.words import say
from station.cli.grammar import NOT_LOOKED, looked, words_of
from station.cli.sheet import ALL_FINE
from station.questions import ALL_QUESTIONS, ALONE, CONDITION, EYES, SEEN_NOW
from tools import make_grades

TARGET: Path = Path(__file__).parents[1] / "docs" / "answers.md"

_HEAD = """\
# Answers

All questions have one grammar, in `process`, in `bench`, and in both languages whatever language is shown.
An answer is its key, its number or its whole word; capitals and full-width letters are the same as small ones.
Anything else is no answer: nothing is kept, and the question is asked again.

| typed | means |
|---|---|
| {not_looked} | not looked at; where that is a choice of its own, that choice |
| `<` | back to the question before |
| {all_fine} | on the sheet: all that is still open is fine, but for the parts |
| `3c`, `3=3`, `3 deep marks` | on the sheet: the answer to question 3; several with spaces between, such as `f 3c 9?` |
| `0` below the whole sheet | nobody looked at what is still open |
| {yes} below the whole sheet | keep it; refused while a question is open |

Ctrl-D, or no terminal, is not looked at; the screen says so in words.

Written by `python -m tools.make_answers`; do not edit it by hand.
"""
_SHEET = """\
## The sheet of one phone

Everything can be changed until the whole sheet is kept by a yes. Before that nothing of it counts.
A number is the one of the question on the sheet. The names in the first column are those of an answers file, which may
say any of them beforehand: `process --answers FILE`.
The last column is the usability grade of a phone that is perfect but for this one answer, which nobody gave.
"""
_EYES = """\
## Eyes with a ruler

Asked one after the other while a phone is checked, each with its picture; one key answers. Of a face on which no mark
is seen at 20 cm nothing else is asked about nail, dent and crack. The letter of a face follows from these answers
([checking.md](checking.md)).
"""

_ALONE = """\
## Questions that decide

Each needs its answer and then a clear yes ({yes}) to the same answer in words; `n` or `<` asks it again.
Those of {seen} are about something that has just happened: no answers file says them of a real phone.
"""


def document() -> str:
    """The whole page."""
    lines = [
        _HEAD.format(
            not_looked=_code(["0", "?", *words_of(NOT_LOOKED)]),
            all_fine=_code(list(words_of(ALL_FINE))),
            yes=_code(list(words_of("yes"))),
        ),
        _SHEET,
        "| | name | question | answers | grade without one |",
        "|---|---|---|---|---|",
    ]
    for number, key in enumerate(CONDITION, start=1):
        lines.append(f"| {number} {_row(key)} {_grades_without(key)} |")
    lines += ["", _EYES, "| name | question | answers |", "|---|---|---|"]
    lines += [f"{_row(key)}" for key in EYES]
    seen = ", ".join(f"`{key}`" for key in ALONE if key in SEEN_NOW)
    lines += ["", _ALONE.format(yes=_code(list(words_of("yes"))), seen=seen)]
    lines += ["| name | question | answers | no answer costs |", "|---|---|---|---|"]
    lines += [f"{_row(key)} {say(f'cost.{key}', 'en')} |" for key in ALONE]
    return "\n".join(lines) + "\n"


def _row(key: str) -> str:
    """Name, question in both languages, and per choice everything that may be typed."""
    asked = "<br>".join(say(f"ask.{key}", language, paper="…", when="…", code="…") for language in ("en", "zh"))
    given = []
    for number, choice in enumerate(looked(ALL_QUESTIONS[key]), start=1):
        given.append(f"**{choice}**: {_code([str(number), *words_of(choice)])}")
    return f"| `{key}` | {asked} | {'<br>'.join(given)} |"


def _grades_without(key: str) -> str:
    scheme = schemes.load("basic")
    found = []
    for platform, name in ((Platform.ANDROID, "Android"), (Platform.APPLE, "iPhone")):
        values = make_grades.perfect(scheme, platform)
        del values[f"statement.{key}"]
        found.append(f"{name} {make_grades.graded(scheme, platform, values).usability}")
    return ", ".join(found)


def _code(words: list[str]) -> str:
    return " ".join(f"`{word}`" for word in words)


if __name__ == "__main__":
    TARGET.write_text(document(), encoding="utf-8")
    print(f"made {TARGET.name}", file=sys.stderr)
