# SPDX-License-Identifier: GPL-3.0-or-later
"""Android 16, already reset, in its set-up screen: evaluation entered by this job forces a wipe at the next boot.

Twice: the first wipe is looked into with a full shell, which needs a second evaluation and so a second
wipe; the last one is seen to end in the foyer again. Source: research android.md §7 rank 1, §8.
"""

from phones.android.inspection import inspection_questions
from phones.android.trade_in import evaluate_question
from phones.evidence import Moment
from phones.port import Presence, Sighting
from wipe.method import Step, StepContext, StepFailed
from wipe.steps.android_looks import (
    FOYER_TIMEOUT_S,
    SHELL_TIMEOUT_S,
    ask_foyer,
    ask_state,
    keep_port,
    look_for_canary,
    plant,
    reboot,
    require_back,
)
from wipe.steps.preconditions import TRADE_IN_INSIDE, problems
from wipe.steps.waiting import watch_port


def _greet(scene: StepContext) -> None:
    scene.progress("foyer")
    keep_port(scene, Moment.BEFORE)
    if ask_foyer(scene, Moment.BEFORE).values.get("locks.frp") == "armed":
        raise StepFailed("frp_armed")


def _evaluate(scene: StepContext) -> None:
    _enter_evaluation(scene, Moment.COMMAND)


def _enter_evaluation(scene: StepContext, moment: Moment) -> None:
    """The answer may be lost when adbd restarts; whether it worked is seen inside, after the restart."""
    scene.progress("evaluating")
    scene.phone.ask(evaluate_question(timeout_s=FOYER_TIMEOUT_S), moment)
    scene.phone.close_link()
    scene.clock.sleep(scene.deadlines.evaluate_s)


def _look_inside(scene: StepContext) -> None:
    """State, checks for the grade, and our mark, through the full shell that evaluation opens."""
    scene.progress("planting")
    standing = problems(TRADE_IN_INSIDE, ask_state(scene, Moment.BEFORE).values, scene.limits)
    if standing:
        raise StepFailed(standing[0].code.value)  # before the wipe is forced: a human can lift it
    for question in inspection_questions(scene.draw, timeout_s=SHELL_TIMEOUT_S):
        if question.name == "android.checks":
            scene.phone.ask(question, Moment.BEFORE)
    plant(scene)


def _force_wipe(scene: StepContext) -> None:
    scene.progress("rebooting")
    reboot(scene, Moment.COMMAND)


def _meet_again(scene: StepContext) -> None:
    scene.progress("waiting_return")
    require_back(_await_foyer(scene, "port.return", Moment.RETURN), Presence.ADB_FOYER)
    ask_foyer(scene, Moment.AFTER)


def _evaluate_again(scene: StepContext) -> None:
    _enter_evaluation(scene, Moment.AFTER)


def _look_again(scene: StepContext) -> None:
    scene.progress("looking")
    ask_state(scene, Moment.AFTER)
    look_for_canary(scene)


def _force_last_wipe(scene: StepContext) -> None:
    scene.progress("final_reset")
    reboot(scene, Moment.FINAL)


def _meet_last(scene: StepContext) -> None:
    scene.progress("waiting_return")
    require_back(_await_foyer(scene, "port.final", Moment.FINAL), Presence.ADB_FOYER)
    ask_foyer(scene, Moment.FINAL)


def _await_foyer(scene: StepContext, asked: str, moment: Moment) -> Sighting:
    return watch_port(
        scene,
        asked=asked,
        moment=moment,
        leave_s=scene.deadlines.leave_s,
        was=Presence.ADB_DEVICE,
        back=lambda sighting: sighting.presence is Presence.ADB_FOYER,
    )


STEPS: tuple[Step, ...] = (
    Step(name="greet_foyer", run=_greet),
    Step(name="evaluate", run=_evaluate, acts=True, reaches="erasing"),
    Step(name="look_inside", run=_look_inside),
    Step(name="force_wipe", run=_force_wipe, acts=True),
    Step(name="meet_foyer", run=_meet_again, reaches="returned"),
    Step(name="evaluate_again", run=_evaluate_again, acts=True),
    Step(name="look_again", run=_look_again),
    Step(name="force_last_wipe", run=_force_last_wipe, acts=True),
    Step(name="meet_foyer_last", run=_meet_last),
)
