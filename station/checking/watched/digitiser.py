# SPDX-License-Identifier: GPL-3.0-or-later
"""The screen's digitiser, raw: first nobody touches it, then a person draws over all of it, up and down and across."""

from phones.android.input_events import InputEvent
from phones.android.watched_touch import TouchTally
from phones.signs import not_measured
from station.checking.act import Scene
from station.checking.watched.watching import Watching, find_parts, is_late, listen, say

GIVES = (
    "watched.touch_coverage_permille",
    "watched.touch_gap_x_permille",
    "watched.touch_gap_y_permille",
    "watched.touch_ghosts",
)
HANDS_OFF_S = 5.0
"""Research interfaces.md §7.3: five seconds untouched."""
_TELL_EACH = 250
_MOST_GHOSTS = 99_999


def watch_digitiser(scene: Scene) -> None:
    """Keeps `check.digitiser`. Raises: BenchError."""
    parts = find_parts(scene, "digitiser")
    screen = parts.screen()
    if screen is None:
        return
    alone, drawn = TouchTally(screen), TouchTally(screen)
    say(scene, "hands_off")
    resting, late = is_late(scene, HANDS_OFF_S), is_late(scene)
    is_drawing = False
    told = 0

    def hear(event: InputEvent) -> None:
        (drawn if is_drawing else alone).hear(event)

    def is_over() -> bool:
        nonlocal is_drawing, told
        if late():
            return True
        if not is_drawing and resting():
            is_drawing = True
            say(scene, "draw_over_screen")
        if drawn.covered // _TELL_EACH > told:
            told = drawn.covered // _TELL_EACH
            say(scene, "drawn", percent=str(drawn.covered // 10))
        return is_drawing and drawn.is_whole()

    def heard() -> dict[str, str]:
        # A screen that never told of any touch, as one that sleeps or is dead, was not seen to be free of ghosts.
        ghosts = {"watched.touch_ghosts": str(min(alone.touches, _MOST_GHOSTS))}
        return drawn.values() | (
            ghosts
            if alone.touches or (is_drawing and drawn.touches)
            else not_measured("not_seen", "watched.touch_ghosts")
        )

    listen(scene, "digitiser", parts, hear, Watching(scene, "digitiser", GIVES, heard=heard, is_over=is_over))
