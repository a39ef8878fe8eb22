# SPDX-License-Identifier: GPL-3.0-or-later
"""The battery under a load that the bench makes over the cable, and whether what it says of itself hangs together.

An Android keeps its cores busy for some seconds; an iPhone cannot be loaded over a cable, and that is what is kept.
"""

from phones.android.battery_load import LOAD_S, Sample, load_question, load_values, sample_question, without_load
from phones.battery_truth import CONTRADICTIONS, LOOKED_AT, contradictions
from phones.evidence import Outcome
from phones.port import Platform
from phones.signs import SKIPPED
from station.checking.act import CheckAct, Measurer, Profile, Scene

NAME = "battery_load"
_ASKED = f"check.{NAME}"
_QUESTION_S = 10.0
_REST_SAMPLES = 3
_LOAD_SAMPLES = LOAD_S - 2


def measure(scene: Scene) -> None:
    """Three looks at rest, then one a second under load; everything is kept as one piece. Raises: BenchError."""
    values = _loaded(scene) if scene.platform is Platform.ANDROID else without_load("no_load")
    now = int(scene.clock.now().timestamp())
    truth = contradictions({**scene.known, **values}, now_epoch=now)
    scene.phone.record_host_fact(_ASKED, values | truth, scene.moment)


def _loaded(scene: Scene) -> dict[str, str]:
    rest = _looks(scene, _REST_SAMPLES)
    if scene.is_over():
        return without_load(SKIPPED)
    if len(rest) < _REST_SAMPLES:
        return without_load("cut")
    begun = scene.phone.ask(load_question(timeout_s=_QUESTION_S), scene.moment)
    if not begun.answered or begun.values.get("command.exit_code") != "0":
        return without_load("no_load")
    loaded = _looks(scene, _LOAD_SAMPLES)
    return without_load(SKIPPED) if scene.is_over() and len(loaded) < _LOAD_SAMPLES else load_values(rest, loaded)


def _looks(scene: Scene, most: int) -> list[Sample]:
    """One look a second; ends early when the phone does not answer, or somebody skips this."""
    samples: list[Sample] = []
    for number in range(most):
        if scene.is_over():
            break
        before = scene.clock.monotonic()
        question = sample_question(scene.draw(), samples.append, timeout_s=_QUESTION_S)
        if scene.phone.ask_in_series(question, scene.moment) is not Outcome.ANSWERED:
            break
        if number + 1 < most:
            scene.clock.sleep(max(0.0, 1.0 - (scene.clock.monotonic() - before)))
    return samples


BATTERY_LOAD = CheckAct(
    name=NAME,
    measurer=Measurer.CABLE,
    platforms=(Platform.ANDROID, Platform.APPLE),
    profiles=(Profile.FULL,),
    gives=(
        "battery.load_curve",
        "battery.sag_mv",
        "battery.resistance_mohm",
        "battery.rest_mv",
        "battery.load_s",
        "battery.load_current_ma",
        CONTRADICTIONS,
        LOOKED_AT,
    ),
    run=measure,
)
