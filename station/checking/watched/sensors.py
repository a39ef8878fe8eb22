# SPDX-License-Identifier: GPL-3.0-or-later
"""Proximity, ambient light and the finger reader: asked again and again while a person covers, lights and touches."""

from collections.abc import Callable, Mapping
from typing import Protocol

from phones.android.watched_sensors import FingerTally, SensorTally, fingers_question, sensors_question
from phones.evidence import Outcome
from phones.link import Question
from phones.port import Platform
from phones.signs import SKIPPED, not_measured
from station.checking.act import Scene
from station.checking.watched import log
from station.checking.watched.watching import LIST_S, LOOK_EACH_S, is_late, say

FAILED_LOOKS = 3
"""After so many looks in a row that went wrong nobody need wait any longer."""


class _Ask(Protocol):
    """Makes the question of one look; `keep`: it is the last."""

    def __call__(self, name: str, *, keep: bool) -> Question:
        """Under this name."""


def watch_proximity(scene: Scene) -> None:
    """Keeps `check.proximity`. Raises: BenchError."""
    if scene.platform is Platform.APPLE:
        log.watch_proximity(scene)
        return
    _watch_sensor(scene, "proximity", "watched.proximity", "cover_top")


def watch_light(scene: Scene) -> None:
    """Keeps `check.light`. Raises: BenchError."""
    _watch_sensor(scene, "light", "watched.light_ratio_tenths", "light_and_cover")


def watch_fingerprint(scene: Scene) -> None:
    """Keeps `check.fingerprint`. Raises: BenchError."""
    tally = FingerTally()

    def ask(name: str, *, keep: bool) -> Question:
        return fingers_question(tally, scene.draw(), name=name, timeout_s=LIST_S, keep=keep)

    _look_again(scene, "fingerprint", "watched.fingerprint", "touch_reader", ask, tally.is_whole)


def _watch_sensor(scene: Scene, kind: str, value: str, instruction: str) -> None:
    tally = SensorTally(kind)

    def ask(name: str, *, keep: bool) -> Question:
        return sensors_question(tally, scene.draw(), name=name, timeout_s=LIST_S, keep=keep)

    def faults() -> Mapping[str, str]:
        return tally.values() if tally.is_deaf() else {}

    _look_again(scene, kind, value, instruction, ask, tally.is_whole, faults)


def _look_again(
    scene: Scene,
    name: str,
    value: str,
    instruction: str,
    ask: _Ask,
    is_whole: Callable[[], bool],
    faults: Callable[[], Mapping[str, str]] = dict,
) -> None:
    """A first look, the instruction, looks until both states were seen, and the look that is kept. A phone that leaves
    in between breaks the act off, and nothing is kept: what hangs there next may be another. Of an act that somebody
    skips `faults` are kept, those that were heard before, as of every other act (`Watching`).
    """
    looks = f"check.{name}.looks"
    outcome = scene.phone.ask_in_series(ask(looks, keep=False), scene.moment)
    if outcome is not Outcome.LOST:
        say(scene, instruction)
    late = is_late(scene)
    failed = 0
    while not (outcome is Outcome.LOST or is_whole() or late() or failed >= FAILED_LOOKS):
        if scene.is_over():
            if heard := faults():  # before the skip, so that a kill in between loses no fault
                scene.phone.record_host_fact(f"check.{name}.fault", heard, scene.moment)
            scene.phone.record_host_fact(f"check.{name}", not_measured(SKIPPED, value), scene.moment)
            return
        scene.clock.sleep(LOOK_EACH_S)
        outcome = scene.phone.ask_in_series(ask(looks, keep=False), scene.moment)
        failed = 0 if outcome is Outcome.ANSWERED else failed + 1
    if outcome is not Outcome.LOST:
        scene.phone.ask(ask(f"check.{name}", keep=True), scene.moment)
