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
from grading.checks import CLAIMING_LINK
from grading.eyes import ASKED as EYES_ASKED
from grading.grade import grade
from grading.questions import QUESTIONS
from grading.report import CheckOutcome, Grade
from grading.schemes import Check, Scheme
from phones.evidence import Evidence, Moment, Outcome
from phones.port import Platform
from phones.verdict import Verdict
from phones.words import has, say
from station.checking.act import Profile
from station.checking.table import ACTS

TARGET = Path(__file__).parents[1] / "docs" / "grades.md"
_NAMES = {Platform.ANDROID: "Android", Platform.APPLE: "iPhone"}

BASIC_2 = schemes.load("basic-2")
_LOG_NOT_KNOWN = frozenset({"watched.proximity", "watched.face_id", "watched.ringer", "watched.buttons"})
"""What only lines of an iPhone's log tell, which were read of iOS 18 alone; buttons and ringer a person may state."""

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


_PROFILES = """\
## What each profile can reach

Under `basic-2` a phone without a fault, whose sheet a person has filled in as well, reaches at most the class below.
Its main functions may rest on the sheet; what has no row there and was not looked at leaves no better class than 3.
That a quick check ends at 3 where `basic`, which asks less, gives a 1 is meant so: `basic-2` does not take as working
what nobody tried, and `basic` knows nothing of it. A bench that sells classes 1 and 2 checks with `full`.
"""
_OFTEN_UNKNOWN = """\
## What counts only when it is found

These checks a healthy phone often cannot answer, whatever the bench does. Their result stands on the paper as that of
any other, and is never a pass without an answer; but no answer leaves the class as it is, and only a fault lowers it.
"""
_WHY = {
    "sim_slots": "no card is in it, as an erase wants it; a built-in one may answer for it",
    "sim_reader": "no card is in it, as an erase wants it; a fault shows in no word that we know",
    "gnss_signal": "nobody has used it since the phone started; a deaf one looks the same",
    "cable_charging": "from 75 % on it may hold the charge back",
    "charge_begins": "from 75 % on it may hold the charge back",
    "charge_current": "from 75 % on it may hold the charge back",
    "battery_under_load": "it charges on our cable; no load can be put on an iPhone",
    "liquid": "Android 16+; eyes look at the indicator of any phone",
    "sim_tray_in": "models without a tray say what we have not read",
    "camera_back_calibration": "original parts too say `Invalid`",
    "camera_front_calibration": "original parts too say `Invalid`",
    "cable_offer": "many phones leave it at 0",
    "gnss_fix": "no satellite is heard under a roof",
    "wifi_speed": "not measured over the cable",
    "photos": "asked for in jobs only",
}
_OPEN = (CheckOutcome.NOT_TESTED, CheckOutcome.INDETERMINATE)


def document() -> str:
    """The whole page."""
    scheme = schemes.load("basic")
    lines = [_HEAD.format(scheme=scheme.name, version=scheme.version)]
    lines += ["## Questions to a person", "", *_table(scheme, _questions())]
    lines += ["## What the phone tells", "", *_table(scheme, _values(scheme))]
    lines += [_PROFILES, *_profiles(), _OFTEN_UNKNOWN, *_often_unknown()]
    return "\n".join(lines).rstrip() + "\n"


def at_best(profile: Profile, platform: Platform) -> dict[str, str]:
    """Under `basic-2`: what is known of a phone without a fault that was inspected and checked in that
    profile, with a sheet on which a person answered everything. What only acts of other profiles leave is missing.
    """
    acts = [act for act in ACTS if platform in act.platforms]
    given = {value for act in acts if profile in act.profiles for value in act.gives}
    never = {value for act in acts for value in act.gives} - given
    values = {check.value: good_text(check) for check in BASIC_2.checks if platform.value in check.platforms}
    values |= {each.question.value_name: each.choices[0] for each in EYES_ASKED}
    values = {value: text for value, text in values.items() if value not in never}
    values |= {question.value_name: question.choices[0] for question in QUESTIONS}
    return values | {"battery.health_percent": "96"}


def of_pieces(values: Mapping[str, str], platform: Platform) -> Grade:
    """The grade under `basic-2` of a phone of which these values are known, each by whoever says such a value."""
    pieces = [
        _piece(number, link, {name: text for name, text in values.items() if _link(name) == link})
        for number, link in enumerate(("adb", CLAIMING_LINK, "operator"), start=1)
    ]
    return grade(pieces, platform=platform, verdict=Verdict.PASSED, scheme=BASIC_2)


def _link(name: str) -> str:
    return {"browser": CLAIMING_LINK, "statement": "operator"}.get(name.partition(".")[0], "adb")


def perfect(scheme: Scheme, platform: Platform) -> dict[str, str]:
    """Values that pass every check of this platform, and the best answers of a person."""
    values = {check.value: good_text(check) for check in scheme.checks if platform.value in check.platforms}
    values |= {question.value_name: question.choices[0] for question in QUESTIONS}
    return values | {"battery.health_percent": "96"}


def graded(scheme: Scheme, platform: Platform, values: Mapping[str, str]) -> Grade:
    """The grade of a phone of which these values are known."""
    return grade((_piece(1, "adb", values),), platform=platform, verdict=Verdict.PASSED, scheme=scheme)


def _piece(number: int, link: str, values: Mapping[str, str]) -> Evidence:
    return Evidence(
        number=number,
        at=datetime(2026, 11, 21, 12, tzinfo=UTC),
        moment=Moment.AFTER,
        port="1-1",
        link=link,
        asked="device.info",
        outcome=Outcome.ANSWERED,
        values=values,
        digest="0" * 64,
    )


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


def _profiles() -> list[str]:
    lines = ["| checked with | Android | iPhone | what nobody looked at |", "|---|---|---|---|"]
    rows: list[tuple[str, Profile, frozenset[str]]] = [
        *((f"`{profile}`", profile, frozenset[str]()) for profile in Profile),
        ("`full`, of an iPhone whose log nobody has read (all but iOS 18)", Profile.FULL, _LOG_NOT_KNOWN),
    ]
    for told, profile, without in rows:
        grades, missing = [], dict[str, None]()
        for platform in Platform:
            if without and platform is Platform.ANDROID:
                grades.append("—")
                continue
            values = at_best(profile, platform)
            found = of_pieces({name: text for name, text in values.items() if name not in without}, platform)
            grades.append(found.usability)
            weights = ("key", "secondary")
            missing |= {
                f"`{each.name}`": None for each in found.checks if each.weight in weights and each.outcome in _OPEN
            }
        lines.append(f"| {told} | {' | '.join(grades)} | {', '.join(missing) or '—'} |")
    return [*lines, ""]


def _often_unknown() -> list[str]:
    lines = ["| check | what it is | counts | why a healthy phone often cannot answer |", "|---|---|---|---|"]
    counts = {"seldom": "when it fails", "told": "never"}
    for check in BASIC_2.checks:
        if check.weight in counts:
            why = _WHY.get(check.name, check.versions)
            lines.append(f"| `{check.name}` | {say(f'check.{check.name}', 'en')} | {counts[check.weight]} | {why} |")
    return lines


def _english(key: str, **facts: object) -> str:
    return say(key, "en", **facts)


if __name__ == "__main__":
    TARGET.write_text(document(), encoding="utf-8")
    print(f"made {TARGET.name}", file=sys.stderr)
    from tools import make_answers  # which asks this module what a missing answer costs

    make_answers.TARGET.write_text(make_answers.document(), encoding="utf-8")
    print(f"made {make_answers.TARGET.name}", file=sys.stderr)
