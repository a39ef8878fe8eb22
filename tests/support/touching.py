# SPDX-License-Identifier: GPL-3.0-or-later
"""Fingers on the screen of a virtual phone: rows for the browser driver's `touches`.

A dead stripe gives no points: the finger leaves at its edge and comes again behind it, as a digitiser reports it.
"""

import random
from collections.abc import Iterator

MM = 25.4 / 160
"""A pixel of the page, millimetres."""
Row = tuple[str, list[list[float]], float]


def healthy() -> random.Random:
    """Hands that are the same each time."""
    return random.Random(12)


def sweeps(
    hand: random.Random,
    *,
    width: float = 412,
    height: float = 915,
    dead: tuple[float, float] | None = None,
    step_mm: float = 2.6,
    wait_ms: float = 2,
    lines: int = 14,
) -> Iterator[list[Row]]:
    """Columns, then rows, each as one stroke. `dead`: from, to, in millimetres from the upper edge."""
    for along, across, is_column in ((height, width, True), (width, height, False)):
        for line in range(lines):
            side = (line + 0.5) * across / lines
            yield _stroke(hand, along, side, is_column, dead, step_mm / MM, wait_ms)


def _stroke(
    hand: random.Random,
    along: float,
    side: float,
    is_column: bool,
    dead: tuple[float, float] | None,
    step: float,
    wait_ms: float,
) -> list[Row]:
    rows: list[Row] = []
    place, is_down = 0.5 + hand.uniform(0, step / 2), False
    while place < along:
        point = [side + hand.uniform(-1, 1), place] if is_column else [place, side + hand.uniform(-1, 1)]
        felt = dead is None or not dead[0] <= point[1] * MM <= dead[1]
        if felt:
            rows.append(("touchMove" if is_down else "touchStart", [point], wait_ms))
        elif is_down:
            rows.append(("touchEnd", [], wait_ms))
        is_down = felt
        place += step
    if is_down:
        rows.append(("touchEnd", [], wait_ms))
    return rows
