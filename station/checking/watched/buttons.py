# SPDX-License-Identifier: GPL-3.0-or-later
"""Power and volume keys: a person presses each once, in the order in which they are asked for."""

from collections.abc import Callable

from phones.android.input_events import InputParts
from phones.android.watched_keys import EXPECTED, WRONG_NEEDED, KeyTally
from phones.port import Platform
from station.checking.act import Scene
from station.checking.watched import log
from station.checking.watched.watching import Watching, find_parts, is_late, listen, say

MEASURED = ("watched.buttons", "watched.button_bounces")
GIVES = ("watched.parts", "watched.held", "watched.buttons_seen", *MEASURED)
A_KEY_S = 15.0
"""So long one key is waited for before the next is asked for."""


def watch_buttons(scene: Scene) -> None:
    """Keeps `check.buttons`. An iPhone's keys are told of by its log. Raises: BenchError."""
    if scene.platform is Platform.APPLE:
        log.watch_buttons(scene)
        return
    parts = find_parts(scene, "buttons")
    if not parts.devices:
        return
    tally = KeyTally()
    say(scene, "press_buttons")
    asking = _Asking(scene, tally)
    listen(
        scene,
        "buttons",
        parts,
        tally.hear,
        Watching(
            scene,
            "buttons",
            MEASURED,
            heard=lambda: tally.values(held=_still_held(scene, parts)),
            is_over=asking.is_over,
        ),
    )


def _still_held(scene: Scene, before: InputParts) -> tuple[str, ...]:
    """Keys that were down before anybody pressed, and are down now that all have let go."""
    held = before.held()
    if not held:
        return ()
    return tuple(name for name in find_parts(scene, "buttons").held() if name in held)


class _Asking:
    """Asks for one key after the other, and says which is still missing."""

    def __init__(self, scene: Scene, tally: KeyTally) -> None:
        self._scene = scene
        self._tally = tally
        self._wrong = 0
        self._is_late = is_late(scene)
        self._is_late_for_key: Callable[[], bool] = lambda: False
        self._ask_for(EXPECTED[0])

    def _ask_for(self, name: str) -> None:
        self._tally.wanted = name
        self._wrong = 0
        self._is_late_for_key = is_late(self._scene, A_KEY_S)
        say(self._scene, f"press_{name}")

    def is_over(self) -> bool:
        """Looked at four times a second while the phone is listened to."""
        tally = self._tally
        if self._is_late():
            return True
        wrong = tally.wrong_presses()
        if tally.has_answered(tally.wanted) or wrong >= WRONG_NEEDED or self._is_late_for_key():
            following = EXPECTED[EXPECTED.index(tally.wanted) + 1 :]
            if not following:
                return True
            self._ask_for(following[0])
        elif wrong > self._wrong:
            self._wrong = wrong
            say(self._scene, "other_button")
            say(self._scene, f"press_{tally.wanted}")
        return False
