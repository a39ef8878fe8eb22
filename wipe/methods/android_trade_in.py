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
from wipe.steps.set_up_screen import require_unprotected
from wipe.steps.waiting import watch_port


def _greet(context: StepContext) -> None:
    context.progress("foyer")
    keep_port(context, Moment.BEFORE)
    ask_foyer(context, Moment.BEFORE)
    require_unprotected(context)


def _evaluate(context: StepContext) -> None:
    _enter_evaluation(context, Moment.COMMAND)


def _enter_evaluation(context: StepContext, moment: Moment) -> None:
    """The answer may be lost when adbd restarts; whether it worked is seen inside, after the restart."""
    context.progress("evaluating")
    context.phone.ask(evaluate_question(timeout_s=FOYER_TIMEOUT_S), moment)
    context.phone.close_link()
    context.clock.sleep(context.deadlines.evaluate_s)


def _look_inside(context: StepContext) -> None:
    """State, checks for the grade, and our mark, through the full shell that evaluation opens."""
    context.progress("planting")
    standing = problems(TRADE_IN_INSIDE, ask_state(context, Moment.BEFORE).values, context.limits)
    if standing:
        raise StepFailed(standing[0].code.value)  # before the wipe is forced: a human can lift it
    require_unprotected(context)
    for question in inspection_questions(context.draw, timeout_s=SHELL_TIMEOUT_S):
        if question.name == "android.checks":
            context.phone.ask(question, Moment.BEFORE)
    plant(context)


def _force_wipe(context: StepContext) -> None:
    context.progress("rebooting")
    reboot(context, Moment.COMMAND)


def _meet_again(context: StepContext) -> None:
    context.progress("waiting_return")
    require_back(_await_foyer(context, "port.return", Moment.RETURN), Presence.ADB_FOYER)
    ask_foyer(context, Moment.AFTER)
    require_unprotected(context)


def _evaluate_again(context: StepContext) -> None:
    _enter_evaluation(context, Moment.AFTER)


def _look_again(context: StepContext) -> None:
    context.progress("looking")
    ask_state(context, Moment.AFTER)
    look_for_canary(context)
    require_unprotected(context)


def _force_last_wipe(context: StepContext) -> None:
    context.progress("final_reset")
    reboot(context, Moment.FINAL)


def _meet_last(context: StepContext) -> None:
    context.progress("waiting_return")
    require_back(_await_foyer(context, "port.final", Moment.FINAL), Presence.ADB_FOYER)
    ask_foyer(context, Moment.FINAL)
    require_unprotected(context)


def _await_foyer(context: StepContext, asked: str, moment: Moment) -> Sighting:
    return watch_port(
        context,
        asked=asked,
        moment=moment,
        leave_s=context.deadlines.leave_s,
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
