# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes docs/checks.md: each value of a phone, its source, the signs that it was not measured, and what we say then.

python -m tools.make_checks
"""

import sys
from collections.abc import Iterable
from pathlib import Path

from grading.checks import limit_in_words
from grading.schemes import MEASURERS, Check, load
from phones.android.battery_layouts import FIGURES, NEVER_READ
from phones.port import Platform
from phones.signs import SIGNS
from phones.words import say
from tools.measurements import MEASUREMENTS, TOUCHES_NOTHING, Measurement

TARGET = Path(__file__).parents[1] / "docs" / "checks.md"

_HEAD = """\
# What is measured, and what is not

A phone often answers without having measured: a service repeats what somebody set by hand, a counter stands at 0
because its maker never counts, a list names sensors that have no chip.
Such an answer is no value.
Its sign is kept in the evidence as `not_measured.<value>`; a check of that value is INDETERMINATE, neither a pass nor
a failure, whatever else was read and whenever.
Two sources on one phone that disagree are both kept, as `sources.<value>`.

Nothing here was tried on a phone; where each row was read stands beside it in the code.

Written by `python -m tools.make_checks` from `grading/schemes/basic-2.toml`, `tools/measurements.py`,
`phones/signs.py` and `phones/android/battery_layouts.py`; do not edit it by hand.
"""

_MEASURED = "basic-2"
_NAMES = {Platform.ANDROID: "Android", Platform.APPLE: "iPhone"}
_WHO = {
    "cable": "silent, over the cable",
    "watched": "watched over the cable while a person acts",
    "browser": "a page in the phone's own browser",
    "person": "a person's eyes",
}
_WEIGHTS = {
    "gate": "gate: not known to be open is no sale",
    "lock": "lock: known to be shut is no sale",
    "safety": "safety: a failure holds the phone",
    "key": "key: without it, class 5",
    "secondary": "secondary: without it, no better than class 3",
    "seldom": "seldom: a failure counts as secondary; what could not be measured is told, and caps nothing",
    "told": "told: stands on the paper, and caps nothing",
}


def document() -> str:
    """The whole page."""
    return "\n".join(
        [
            _HEAD,
            *_section(f"How many checks `{_MEASURED}` makes", ("who measures", *_NAMES.values()), _counts()),
            *_section(
                f"Every check of `{_MEASURED}`",
                ("check", "who measures", *_NAMES.values(), "value", "limit", "where the limit comes from", "weight"),
                map(_row, load(_MEASURED).checks),
            ),
            "*A person's word stands in, and is marked as one, only where the column of values names his answer; never",
            "for a reading that failed, and never for one that somebody has put in place of the measured one.*",
            "",
            *_section(
                "Columns of other scales",
                ("column", "what it is", "source", "valid from"),
                (
                    (f"`{name}`", table["label"], table["source"], table["valid_from"] or "—")
                    for name, table in load(_MEASURED).mappings.items()
                ),
            ),
            *_section("Values", ("value", "source", "signs that it was not measured", "what we say then"), _values()),
            *_section("Signs", ("sign", "meaning"), ((f"`{word}`", text) for word, text in sorted(SIGNS.items()))),
            *_section("What fakes something and reaches no value", ("what", "why"), TOUCHES_NOTHING),
            *_section(
                "Figures of battery wear",
                ("maker", "asked", "key", "unit", "value", "read from"),
                (
                    (each.maker, each.part, f"`{each.key}`", each.unit.value, f"`{each.value}`", each.read)
                    for each in FIGURES
                ),
            ),
            *_section(
                "Figures that are never read",
                ("maker", "key", "why"),
                ((maker, f"`{key}`", why) for maker, key, why in NEVER_READ),
            ),
        ]
    )


def _section(title: str, heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> list[str]:
    lines = [f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |" for row in rows]
    return [f"## {title}", "", f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}", *lines, ""]


def _counts() -> Iterable[tuple[str, ...]]:
    """How many checks each of them makes of a phone of each platform."""
    checks = load(_MEASURED).checks
    asked = [check for check in checks if check.measurer == "person"]
    for who in MEASURERS:
        yield _WHO[who], *(str(_count(platform, [c for c in checks if c.measurer == who])) for platform in _NAMES)
    yield "all", *(str(_count(platform, checks)) for platform in _NAMES)
    yield (
        "of them asked with nothing that measures",
        *(str(_count(platform, asked)) for platform in _NAMES),
    )
    fallback = [check for check in checks if check.stated]
    yield "measured, with a person's word where nothing was", *(str(_count(each, fallback)) for each in _NAMES)


def _count(platform: Platform, checks: Iterable[Check]) -> int:
    return sum(platform.value in check.platforms for check in checks)


def _row(check: Check) -> tuple[str, ...]:
    value = f"`{check.value}`" + (f", else `{check.stated}`" if check.stated else "")
    return (
        f"`{check.name}`: {say(f'check.{check.name}', 'en')}",
        _WHO.get(check.measurer, "—"),
        *(_versions(check, platform) for platform in _NAMES),
        value,
        limit_in_words(check),
        check.source,
        _WEIGHTS[check.weight].split(":")[0],
    )


def _versions(check: Check, platform: Platform) -> str:
    """Of which systems it is asked there; one text may name both, "Android 8+, iOS 15+"."""
    if platform.value not in check.platforms:
        return "—"
    other = {Platform.ANDROID: ("iOS", "iPhone"), Platform.APPLE: ("Android",)}[platform]
    mine = [part for part in check.versions.split(", ") if not part.startswith(other)]
    return ", ".join(mine) or check.versions


def _values() -> Iterable[tuple[str, ...]]:
    graded: dict[str, list[str]] = {}
    for check in {check.name: check for scheme in ("basic", _MEASURED) for check in load(scheme).checks}.values():
        graded.setdefault(check.value, []).append(check.name)
    for row in MEASUREMENTS:
        names = ", ".join(f"`{name}`" for name in row.values)
        signs = "; ".join(filter(None, (", ".join(f"`{sign}`" for sign in row.signs), row.without)))
        yield names, row.source, signs, _then(row, [check for name in row.values for check in graded.get(name, ())])


def _then(row: Measurement, checks: list[str]) -> str:
    if row.then:
        return row.then
    said = ", ".join(f"`{name}`" for name in checks)
    if row.signs:
        return f"{said}: INDETERMINATE" if checks else "the sign is kept; nothing is graded by it"
    return f"{said}: INDETERMINATE if unknown, NOT TESTED if not read" if checks else "nothing is graded by it"


def main() -> int:
    """Writes the page."""
    TARGET.write_text(document(), "utf-8")
    print(f"made {TARGET.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
