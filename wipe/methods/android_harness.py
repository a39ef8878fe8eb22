# SPDX-License-Identifier: GPL-3.0-or-later
"""Android 10 to 15 with adb: test harness mode resets the phone and lets this bench back in.

Strongest proof where there is no trade-in foyer, but the phone comes back open for anyone: a second
reset by the technician must follow, seen on its port and stated, or there is no certificate.
Source: research android.md §6.2 (rc 2 lock screen, rc 1 failed, rc 0 before the reset starts).
"""

from collections.abc import Mapping

from phones.evidence import Moment
from phones.link import Effect, Question, Reply, ShellLine
from phones.port import Presence
from wipe.method import Step, StepContext, StepFailed
from wipe.steps.android_looks import SHELL_TIMEOUT_S, ask_state, keep_port, plant, require_back
from wipe.steps.set_up_screen import require_unprotected
from wipe.steps.settings_reset import final_reset, look_inside
from wipe.steps.waiting import watch_port

_REFUSALS = {"1": "harness_failed", "2": "harness_lock_screen"}


def enable_question(*, timeout_s: float) -> Question:
    """`cmd testharness enable`: `command.exit_code`."""
    return Question(
        name="harness.enable",
        effect=Effect.ERASES,
        request=ShellLine(line="cmd testharness enable"),
        read=_exit_code,
        timeout_s=timeout_s,
    )


def _exit_code(reply: Reply) -> Mapping[str, str]:
    return {"command.exit_code": str(reply.status)}


def _look_before(context: StepContext) -> None:
    context.progress("planting")
    keep_port(context, Moment.BEFORE)
    ask_state(context, Moment.BEFORE)
    require_unprotected(context)
    plant(context)


def _enable(context: StepContext) -> None:
    context.progress("commanding")
    answer = context.phone.ask(enable_question(timeout_s=SHELL_TIMEOUT_S), Moment.COMMAND)
    context.phone.close_link()
    code = answer.values.get("command.exit_code", "")
    if code not in ("", "0"):
        raise StepFailed(_REFUSALS.get(code, "erase_refused"))


def _await_return(context: StepContext) -> None:
    """Never seen leaving is no end: after a crash it may be back already, and a phone that did nothing
    is told by what is read next.
    """
    context.progress("waiting_return")
    sighting = watch_port(
        context,
        asked="port.return",
        moment=Moment.RETURN,
        leave_s=context.deadlines.leave_s,
        back=lambda seen: seen.presence is Presence.ADB_DEVICE,
    )
    if sighting.presence is Presence.ADB_UNAUTHORIZED:
        raise StepFailed("came_back_unauthorized")  # the phone could not keep our key through the reset
    require_back(sighting, Presence.ADB_DEVICE)


STEPS: tuple[Step, ...] = (
    Step(name="look_before", run=_look_before),
    Step(name="enable_harness", run=_enable, acts=True, reaches="erasing"),
    Step(name="await_return", run=_await_return, reaches="returned"),
    Step(name="look_after", run=look_inside),
    Step(name="final_reset", run=final_reset),
)
