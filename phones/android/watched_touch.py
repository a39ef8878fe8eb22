# SPDX-License-Identifier: GPL-3.0-or-later
"""What was heard of the screen's digitiser while a person drew over it: which cells, which lines, how many strokes.

No path is kept, not even in memory: a cell, a line and a stroke's ends are marked and the position is forgotten, so
that nobody could read a pattern that unlocks a phone out of it.

A dead stripe shows when strokes cross it again and again and no position within it is ever told. How sure that is
follows from how far apart each stroke's own positions lie: a hasty finger leaves gaps on any screen, and then nobody
has measured. A digitiser that makes up what lies between hides its stripe (research interfaces.md §7.3).
"""

from dataclasses import dataclass, field
from itertools import pairwise

from phones.android.input_events import InputDevice, InputEvent
from phones.signs import not_measured

COLUMNS, ROWS = 10, 20
LINES = 500
"""Of each axis: 0.3 mm of a screen of 150 mm. With half as many a dead stripe of 4 mm passed every other time."""
STROKES_NEEDED = 7
COVERED_NEEDED = 980
"""Per mille of the cells; a person who has not drawn everywhere has not measured."""
FINE_LINES = {"X": 30, "Y": 12}
"""So narrow every stretch must be in which nothing was told: 4.2 mm of 70 and 3.6 mm of 150, where the scheme has its
limits. What is wider is a fault if it is sure, and else not measured."""
UNEVEN = 1.3
"""A stroke is this much faster than its mean at its fastest (our own guess)."""
SURE = 1e-4
"""By this chance at most strokes on a sound screen may have left the stretch out."""
_MOST_STROKES = 2000
_JOINED_US = 300_000
_JOINED_LINES = 12
"""A finger that is lost over a stripe and felt again behind it draws one stroke."""


@dataclass(slots=True)
class _Finger:
    """One stroke: where it is, and how far it has gone along each axis, in lines. `told`: how many positions."""

    x: int | None = None
    y: int | None = None
    has_moved: bool = False
    told: int = 0
    seen_us: int = 0
    ends: dict[str, tuple[int, int]] = field(default_factory=dict)

    def step(self, axis: str) -> float:
        """How far apart its positions lie along this axis, on the mean."""
        return self.length(axis) / max(self.told - 1, 1)

    def length(self, axis: str) -> int:
        """How far it has gone along this axis, in lines."""
        least, most = self.ends[axis]
        return most - least


class TouchTally:
    """Of one screen, by its raw positions."""

    def __init__(self, screen: InputDevice) -> None:
        self._number = screen.number
        self._axes = screen.axes
        self._slot = 0
        self._fingers: dict[int, _Finger] = {}
        self._cells: set[int] = set()
        self._lines: dict[str, set[int]] = {"X": set(), "Y": set()}
        self._strokes: list[_Finger] = []
        self._is_whole: bool | None = None
        self.touches = 0
        """Fingers that came down."""

    def hear(self, event: InputEvent) -> None:
        """An event of the phone's own devices; those of others and positions outside the screen are passed over."""
        if event.device != self._number:
            return
        self._is_whole = None
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
            self._mark(event.at_us)

    def _move(self, axis: str, value: int) -> None:
        finger = self._fingers.get(self._slot)
        span = self._axes[axis]
        if finger is None or not span.least <= value <= span.most:
            return
        place = (value - span.least) * LINES // (span.most - span.least + 1)
        finger.has_moved = True
        if axis == "X":
            finger.x = place
        else:
            finger.y = place

    def _mark(self, at_us: int) -> None:
        """All that was said since the last report belongs together."""
        for slot, finger in self._fingers.items():
            if finger.x is None or finger.y is None or not finger.has_moved:
                continue
            if not finger.told and (before := self._lost_before(finger.x, finger.y, at_us)) is not None:
                self._fingers[slot] = before
                before.x, before.y = finger.x, finger.y
                self._note(before, finger.x, finger.y, at_us)
            else:
                self._note(finger, finger.x, finger.y, at_us)

    def _note(self, finger: _Finger, x: int, y: int, at_us: int) -> None:
        finger.has_moved = False
        finger.told += 1
        finger.seen_us = at_us
        self._cells.add(y * ROWS // LINES * COLUMNS + x * COLUMNS // LINES)
        for axis, place in (("X", x), ("Y", y)):
            self._lines[axis].add(place)
            least, most = finger.ends.get(axis, (place, place))
            finger.ends[axis] = (min(least, place), max(most, place))

    def _lost_before(self, x: int, y: int, at_us: int) -> _Finger | None:
        """The stroke that this one goes on with: lost just now, on the same line."""
        last = self._strokes[-1] if self._strokes else None
        if last is None or last.x is None or last.y is None or not 0 <= at_us - last.seen_us <= _JOINED_US:
            return None
        goes_along_y = last.length("Y") >= last.length("X")
        aside = abs(last.x - x) if goes_along_y else abs(last.y - y)
        return self._strokes.pop() if aside <= _JOINED_LINES else None

    def _lift(self, slot: int) -> None:
        finger = self._fingers.pop(slot, None)
        if finger is not None and finger.told and len(self._strokes) < _MOST_STROKES:
            self._strokes.append(finger)

    @property
    def covered(self) -> int:
        """Per mille of the cells in which a finger was seen."""
        return len(self._cells) * 1000 // (COLUMNS * ROWS)

    def gap(self, axis: str) -> int | None:
        """The widest stretch of this axis, per mille, where no position was told; None while too few strokes have gone
        along it, or while a stretch is wider than it may be and hasty strokes can have left it out.
        """
        along = [stroke for stroke in self._strokes if stroke.length(axis) >= LINES // 2]
        seen = sorted(self._lines[axis])
        if len(along) < STROKES_NEEDED or not seen:
            return None
        gaps = [(after - before - 1, before, after) for before, after in pairwise(seen)]
        wide = [gap for gap in gaps if gap[0] > FINE_LINES[axis]]
        sure = [lines for lines, before, after in wide if self._is_sure(along, axis, before, after)]
        rims = [seen[0], LINES - 1 - seen[-1]]
        widest = max([*rims, *(lines for lines, _, _ in gaps)], default=0)
        if sure:
            return max(sure) * 1000 // LINES
        return None if widest > FINE_LINES[axis] else widest * 1000 // LINES

    def _is_sure(self, along: list[_Finger], axis: str, before: int, after: int) -> bool:
        """Would strokes on a sound screen have been felt between these lines?"""
        crossing = [stroke for stroke in along if stroke.ends[axis][0] <= before and stroke.ends[axis][1] >= after]
        chance = 1.0
        for stroke in crossing:
            chance *= max(0.0, 1 - (after - before - 1) / max(UNEVEN * stroke.step(axis), 1e-9))
        return len(crossing) >= STROKES_NEEDED and chance <= SURE

    def is_whole(self) -> bool:
        """Nothing more is to be drawn."""
        if self._is_whole is None:
            self._is_whole = self.covered >= COVERED_NEEDED and None not in (self.gap("X"), self.gap("Y"))
        return self._is_whole

    def values(self) -> dict[str, str]:
        """Coverage only when the screen was drawn over; each gap only when enough strokes tell of it."""
        values: dict[str, str] = {}
        for axis, name in (("X", "watched.touch_gap_x_permille"), ("Y", "watched.touch_gap_y_permille")):
            found = self.gap(axis)
            values |= not_measured("not_seen", name) if found is None else {name: str(found)}
        if self.covered >= COVERED_NEEDED:
            return values | {"watched.touch_coverage_permille": str(self.covered)}
        return values | not_measured("not_seen", "watched.touch_coverage_permille")
