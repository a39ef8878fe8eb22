# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes docs/grades.md: what each missing answer costs a phone that is otherwise perfect, by the shipped scheme.

python -m tools.make_grades
"""

import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from grading import schemes
from grading.caps import cap_sentence_of
from grading.grade import grade
from grading.questions import QUESTIONS
from grading.report import Grade
from grading.schemes import Check, Scheme
from phones.evidence import Evidence, Moment, Outcome
from phones.port import Platform
from phones.verdict import Verdict
from phones.words import has, say

TARGET = Path(__file__).parents[1] / "docs" / "grades.md"
_NAMES = {Platform.ANDROID: "Android", Platform.APPLE: "iPhone"}

_HEAD = """\
# What each missing answer costs

A phone that passes every check of the scheme `{scheme}` {version}, whose battery is at 96 % and whose screen, back and
frame show no mark has grade 1.
Each row takes one thing away from it: a question that nobody answered, or a value that the phone did not tell.
Nothing that was not looked at counts as good.

*Locks that nobody could ask for (SIM lock, Find Hub …) cost nothing and are told on the paper; one that is known to be
shut makes the grade U.*

![Two grades on paper: 1 for a phone as new, 3 for one whose battery was not measured](pictures/grades.png)

*Two phones of `make demo`: an iPhone as new, and an older Pixel with light marks that does not tell about its battery.*

Written by `python -m tools.make_grades` from `grading/schemes/basic.toml`; do not edit it by hand.
"""


def document() -> str:
    """The whole page."""
    scheme = schemes.load("basic")
    lines = [_HEAD.format(scheme=scheme.name, version=scheme.version)]
    lines += ["## Questions to a person", "", *_table(scheme, _questions())]
    lines += ["## What the phone tells", "", *_table(scheme, _values(scheme))]
    return "\n".join(lines).rstrip() + "\n"


def perfect(scheme: Scheme, platform: Platform) -> dict[str, str]:
    """Values that pass every check of this platform, and the best answers of a person."""
    values = {check.value: good_text(check) for check in scheme.checks if platform.value in check.platforms}
    values |= {question.value_name: question.choices[0] for question in QUESTIONS}
    return values | {"battery.health_percent": "96"}


def graded(scheme: Scheme, platform: Platform, values: Mapping[str, str]) -> Grade:
    """The grade of a phone of which these values are known."""
    piece = Evidence(
        number=1,
        at=datetime(2026, 11, 21, 12, tzinfo=UTC),
        moment=Moment.AFTER,
        port="1-1",
        link="adb",
        asked="device.info",
        outcome=Outcome.ANSWERED,
        values=values,
        digest="0" * 64,
    )
    return grade((piece,), platform=platform, verdict=Verdict.PASSED, scheme=scheme)


def good_text(check: Check) -> str:
    """A text that passes the check."""
    if check.operator in ("contains_all", "one_of"):
        return ",".join(check.limit) if check.operator == "contains_all" else check.limit[0]
    if check.operator == "is_empty":
        return ""
    return check.limit[0] if check.limit else "present"


def _questions() -> list[tuple[str, str]]:
    return [(question.value_name, say(f"ask.{question.key}", "en").split(":")[0]) for question in QUESTIONS]


def _values(scheme: Scheme) -> list[tuple[str, str]]:
    found: dict[str, str] = {"battery.health_percent": "battery health"}
    for check in scheme.checks:
        if not check.value.startswith("statement."):
            found.setdefault(check.value, say(f"check.{check.name}", "en"))
    return list(found.items())


def _table(scheme: Scheme, rows: list[tuple[str, str]]) -> list[str]:
    best = {platform: perfect(scheme, platform) for platform in Platform}
    lines = ["| missing | what it is | Android | iPhone | what the paper then says |", "|---|---|---|---|---|"]
    for value, told in rows:
        cells, why = [], ""
        for platform in Platform:
            if value not in best[platform]:
                cells.append("—")
                continue
            found = graded(scheme, platform, {name: text for name, text in best[platform].items() if name != value})
            cells.append(found.usability)
            why = why or "; ".join(cap_sentence_of(code, _english, has) for code in found.capped_by)
        lines.append(f"| `{value}` | {told} | {' | '.join(cells)} | {why or '—'} |")
    return [*lines, ""]


def _english(key: str, **facts: object) -> str:
    return say(key, "en", **facts)


if __name__ == "__main__":
    TARGET.write_text(document(), encoding="utf-8")
    print(f"made {TARGET.name}", file=sys.stderr)
    from tools import make_answers  # which asks this module what a missing answer costs

    make_answers.TARGET.write_text(make_answers.document(), encoding="utf-8")
    print(f"made {make_answers.TARGET.name}", file=sys.stderr)
