# SPDX-License-Identifier: GPL-3.0-or-later
"""An Android that stands in recovery's sideload or rescue mode when it is plugged in: rescue mode wipes its data.

As `android_rescue`, but no shell has been seen before: the number that USB shows and the build that rescue tells are
all that names the phone, and no mark was planted. What comes back is a factory state at best (E1): a report.
Source: research android.md §6.3 (`unconfirmed` on hardware).
"""

from phones.android.rescue import fingerprint_question
from phones.evidence import Moment
from phones.port import Presence
from wipe.method import Step, StepContext, StepFailed
from wipe.methods.android_rescue import await_return, enter_rescue, leave_rescue, wipe_in_rescue
from wipe.steps.android_looks import ask_foyer, ask_state, keep_port
from wipe.steps.same_phone import require_same_phone
from wipe.steps.set_up_screen import ask_for_owner_account, ask_setup_screen
from wipe.steps.waiting import answered, ask_until


def _look_before(context: StepContext) -> None:
    context.progress("identify")
    keep_port(context, Moment.BEFORE)


def _ask_build(context: StepContext) -> None:
    """In rescue mode, before anything is wiped: sideload answers no question.

    Raises: StepFailed no_rescue, another_phone, fingerprint_changed; BenchError.
    """
    sighting = context.phone.peek()
    if sighting.presence is not Presence.ADB_RESCUE:
        raise StepFailed("no_rescue")
    require_same_phone(context, context.phone.record_sighting("port.rescue_before", sighting, Moment.BEFORE))
    answer = ask_until(
        context, fingerprint_question, Moment.BEFORE, accept=answered, within_s=context.deadlines.settle_s
    )
    if not answer.values.get("system.fingerprint"):
        raise StepFailed("fingerprint_changed")


def _look_after(context: StepContext) -> None:
    """Raises: StepFailed another_phone; BenchError."""
    context.progress("looking")
    sighting = context.phone.peek()
    require_same_phone(context, context.phone.record_sighting("port.after", sighting, Moment.AFTER))
    if sighting.presence is Presence.ADB_FOYER:
        ask_foyer(context, Moment.AFTER)
    elif sighting.presence is Presence.ADB_DEVICE:
        ask_state(context, Moment.AFTER)
    ask_setup_screen(context, Moment.AFTER)
    ask_for_owner_account(context, Moment.AFTER)


STEPS: tuple[Step, ...] = (
    Step(name="look_at_port", run=_look_before),
    Step(name="enter_rescue", run=enter_rescue),
    Step(name="ask_build", run=_ask_build),
    Step(name="wipe_in_rescue", run=wipe_in_rescue, acts=True, reaches="erasing"),
    Step(name="leave_rescue", run=leave_rescue),
    Step(name="await_return", run=await_return, reaches="returned"),
    Step(name="look_at_returned", run=_look_after),
)
