# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes docs/checks.md: each value of a phone, its source, the signs that it was not measured, and what we say then.

python -m tools.make_checks
"""

import sys
from collections.abc import Iterable
from pathlib import Path

from grading.schemes import load
from phones.android.battery_layouts import FIGURES, NEVER_READ
from phones.signs import SIGNS
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

Written by `python -m tools.make_checks` from `tools/measurements.py`, `phones/signs.py` and
`phones/android/battery_layouts.py`; do not edit it by hand.
"""


def document() -> str:
    """The whole page."""
    return "\n".join(
        [
            _HEAD,
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


def _values() -> Iterable[tuple[str, ...]]:
    graded: dict[str, list[str]] = {}
    for check in load("basic").checks:
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
