# SPDX-License-Identifier: GPL-3.0-or-later
"""What was heard of the screen's digitiser while a person drew over it: which cells, which lines, how many strokes.

No path is kept, not even in memory: a cell, a line and a stroke's ends are marked and the position is forgotten, so
that nobody could read a pattern that unlocks a phone out of it.

A dead stripe shows when strokes cross it again and again and no position within it is ever told (research
interfaces.md §7.3: seven strokes of 300 mm/s at 60 Hz leave gaps of up to 4.25 mm; a digitiser that interpolates hides
it). Where too few strokes crossed, nobody has measured.
"""

from dataclasses import dataclass, field
from itertools import pairwise

from phones.android.input_events import InputDevice, InputEvent
from phones.signs import not_measured

COLUMNS, ROWS = 10, 20
LINES = 250
"""Of each axis: 0.6 mm of a screen of 150 mm."""
STROKES_NEEDED = 7
COVERED_NEEDED = 980
"""Per mille of the cells; a person who has not drawn everywhere has not measured."""
_MOST_STROKES = 2000
_NEW, _END = 0, -1


@dataclass(slots=True)
class _Finger:
    """One stroke under way: where it is, and how far it has gone along each axis, in lines."""

    x: int | None = None
    y: int | None = None
    ends: dict[str, tuple[int, int]] = field(default_factory=dict)


class TouchTally:
    """Of one screen, by its raw positions."""

    def __init__(self, screen: InputDevice) -> None:
        self._number = screen.number
        self._axes = screen.axes
        self._slot = 0
        self._fingers: dict[int, _Finger] = {}
        self._cells: set[int] = set()
        self._lines: dict[str, set[int]] = {"X": set(), "Y": set()}
        self._strokes: dict[str, list[tuple[int, int]]] = {"X": [], "Y": []}
        self.touches = 0
        """Fingers that came down."""

    def hear(self, event: InputEvent) -> None:
        """An event of the phone's own devices; those of others and positions outside the screen are passed over."""
        if event.device != self._number:
            return
        if event.code == "ABS_MT_SLOT":
            self._slot = event.value if 0 <= event.value < 64 else -1
        elif event.code == "ABS_MT_TRACKING_ID":
            self._lift(self._slot)
            if event.value >= 0 and self._slot >= 0:
                self._fingers[self._slot] = _Finger()
                self.touches += 1
        elif event.code in ("ABS_MT_POSITION_X", "ABS_MT_POSITION_Y"):
            self._move(event.code[-1], event.value)
        elif event.code == "SYN_REPORT":
            self._mark()

    def _move(self, axis: str, value: int) -> None:
        finger = self._fingers.get(self._slot)
        span = self._axes[axis]
        if finger is None or not span.least <= value <= span.most:
            return
        place = (value - span.least) * LINES // (span.most - span.least + 1)
        if axis == "X":
            finger.x = place
        else:
            finger.y = place

    def _mark(self) -> None:
        """All that was said since the last report belongs together."""
        for finger in self._fingers.values():
            if finger.x is None or finger.y is None:
                continue
            self._cells.add(finger.y * ROWS // LINES * COLUMNS + finger.x * COLUMNS // LINES)
            for axis, place in (("X", finger.x), ("Y", finger.y)):
                self._lines[axis].add(place)
                least, most = finger.ends.get(axis, (place, place))
                finger.ends[axis] = (min(least, place), max(most, place))

    def _lift(self, slot: int) -> None:
        finger = self._fingers.pop(slot, None)
        for axis, ends in ({} if finger is None else finger.ends).items():
            if len(self._strokes[axis]) < _MOST_STROKES:
                self._strokes[axis].append(ends)

    @property
    def covered(self) -> int:
        """Per mille of the cells in which a finger was seen."""
        return len(self._cells) * 1000 // (COLUMNS * ROWS)

    def gap(self, axis: str) -> int | None:
        """The longest stretch of this axis, per mille, that enough strokes crossed and where no position was told; None
        while too few strokes have gone along the axis.
        """
        strokes = self._strokes[axis]
        seen = sorted(self._lines[axis])
        if len([ends for ends in strokes if ends[1] - ends[0] >= LINES // 2]) < STROKES_NEEDED:
            return None
        gaps = [0]
        for before, after in pairwise(seen):
            crossed = len([1 for least, most in strokes if least <= before and most >= after])
            if crossed >= STROKES_NEEDED:
                gaps.append(after - before - 1)
        return max(gaps) * 1000 // LINES

    def is_whole(self) -> bool:
        """Nothing more is to be drawn."""
        return self.covered >= COVERED_NEEDED and None not in (self.gap("X"), self.gap("Y"))

    def values(self) -> dict[str, str]:
        """Coverage only when the screen was drawn over; each gap only when enough strokes tell of it."""
        values: dict[str, str] = {}
        for axis, name in (("X", "watched.touch_gap_x_permille"), ("Y", "watched.touch_gap_y_permille")):
            found = self.gap(axis)
            values |= not_measured("not_seen", name) if found is None else {name: str(found)}
        if self.covered >= COVERED_NEEDED:
            return values | {"watched.touch_coverage_permille": str(self.covered)}
        return values | not_measured("not_seen", "watched.touch_coverage_permille")
