# SPDX-License-Identifier: GPL-3.0-or-later
"""What the acts share: listening to the phone's input events, and asking again and again, while a person acts."""

import threading
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

from grading.checks import NEVER_STATED
from phones.android.input_events import (
    InputEvent,
    InputParts,
    InputReader,
    end_question,
    events_question,
    parts_question,
)
from phones.evidence import Outcome
from phones.long_act import Act
from phones.signs import NOT_MEASURED, SKIPPED, not_measured
from phones.witness import Answer
from station.checking.act import Scene

LIST_S = 20.0
"""For one question about what there is."""
END_S = 5.0
"""For ending what still listens on the phone."""
LET_GO_S = 30.0
"""Beyond the person's time: then the link itself gives up."""
LOOK_EACH_S = 0.5
_SILENCE = ("watched.button_bounces", "watched.touch_ghosts")
"""Values whose 0 is that nothing was heard."""
_STRETCHES = ("watched.touch_gap_x_permille", "watched.touch_gap_y_permille")
"""Values that are as wide as what was not heard."""

_FAULTS: Mapping[str, frozenset[str]] = MappingProxyType({"watched.buttons": frozenset({"held", "changed_over"})})
"""Words that say of a part that it is faulty, however early the act was ended."""


def say(scene: Scene, key: str, **facts: str) -> None:
    """Tell the person what to do now, or what is still missing (`instruct.<key>`)."""
    scene.operator.instruct(key, port=scene.phone.path, facts=facts)


def find_parts(scene: Scene, name: str) -> InputParts:
    """The phone's own keys, switches and screen; kept as `check.<name>.parts`. Empty when they cannot be read."""
    parts = InputParts()
    scene.phone.ask(parts_question(parts, scene.draw(), name=f"check.{name}.parts", timeout_s=LIST_S), scene.moment)
    return parts


def is_late(scene: Scene, seconds: float | None = None) -> Callable[[], bool]:
    """Are `seconds` (else the person's time) gone since now?"""
    until = scene.clock.monotonic() + (scene.person_s if seconds is None else seconds)
    return lambda: scene.clock.monotonic() >= until


class Watching:
    """One act of listening: is it over, and what is kept of it. Of an act that somebody skipped before it was over by
    itself a fault that was heard is kept, as `check.<name>.fault`, and nothing else but the sign for each of `gives`.
    """

    def __init__(
        self,
        scene: Scene,
        name: str,
        gives: Iterable[str],
        *,
        heard: Callable[[], Mapping[str, str]],
        is_over: Callable[[], bool],
    ) -> None:
        self._scene = scene
        self._name = name
        self._gives = tuple(gives)
        self._heard = heard
        self._is_over = is_over
        self._is_skipped = False

    def is_over(self) -> bool:
        """By itself, or because it is skipped. Looked at four times a second."""
        if self._is_over():
            return True
        self._is_skipped = self._scene.is_over()
        return self._is_skipped

    def heard(self) -> Mapping[str, str]:
        """What is kept. A fault of a skipped act is a piece of its own, and kept before: the act itself stays skipped,
        so that it is asked for again. Raises: BenchError.
        """
        if not self._is_skipped:
            return self._heard()
        if faults := {name: text for name, text in self._heard().items() if _is_fault(name, text)}:
            self._scene.phone.record_host_fact(f"check.{self._name}.fault", faults, self._scene.moment)
        return not_measured(SKIPPED, *self._gives)


def _is_fault(name: str, text: str) -> bool:
    """Does it say that something is wrong, whatever would have been heard after it?"""
    if name.startswith(NOT_MEASURED):
        return text in NEVER_STATED
    return text in _FAULTS.get(name, ()) or (name in _SILENCE and text != "0")


def listen(
    scene: Scene,
    name: str,
    parts: InputParts,
    hear: Callable[[InputEvent], None],
    watching: Watching,
) -> Answer:
    """Hear the phone's own input events until that is over; what it has heard is kept as `check.<name>`. Then nothing
    of ours is left running on the phone; one that left ends it by itself, at the next touch.
    """
    one_at_a_time = threading.RLock()  # the link's thread hears, this one looks

    def hear_alone(event: InputEvent) -> None:
        with one_at_a_time:
            hear(event)

    def look() -> bool:
        with one_at_a_time:
            return watching.is_over()

    reader = InputReader(parts, hear_alone)
    timeout_s = scene.person_s + LET_GO_S

    def heard() -> Mapping[str, str]:
        return _if_whole(watching.heard()) if reader.is_broken else watching.heard()

    act = Act(question=events_question(reader, f"check.{name}", timeout_s=timeout_s), silence_s=timeout_s)
    answer = scene.phone.watch(act, scene.moment, clock=scene.clock, heard=heard, is_over=look)
    if reader.process is not None and answer.outcome is not Outcome.LOST:
        scene.phone.ask_in_series(end_question(reader.process, f"check.{name}.ended", timeout_s=END_S), scene.moment)
    return answer


def _if_whole(values: Mapping[str, str]) -> Mapping[str, str]:
    """Of a stream of which something is lost, that nothing was heard says nothing."""
    silent = [name for name in _STRETCHES if name in values] + [name for name in _SILENCE if values.get(name) == "0"]
    return {name: text for name, text in values.items() if name not in silent} | not_measured("cut", *silent)
