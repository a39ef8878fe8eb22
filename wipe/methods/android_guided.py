# SPDX-License-Identifier: GPL-3.0-or-later
"""Any Android: the technician resets it in Settings; the program watches, times, and looks as far as it can.

What comes back is a factory state at best (E1): a report, not a certificate. On Android 16 the foyer
that returns is the door to `android_trade_in`, which proves an erase.
"""

from phones.evidence import Moment
from phones.port import Presence
from wipe.method import Step, StepContext, StepFailed
from wipe.steps.android_looks import ask_foyer, ask_state, keep_port, look_for_canary, plant
from wipe.steps.set_up_screen import ask_for_owner_account, ask_setup_screen
from wipe.steps.waiting import watch_port


def _look_before(context: StepContext) -> None:
    context.progress("planting")
    keep_port(context, Moment.BEFORE)
    ask_state(context, Moment.BEFORE)
    plant(context)
    context.phone.close_link()


def _instruct(context: StepContext) -> None:
    context.operator.instruct("reset_in_settings", port=context.phone.path, facts={})
    context.phone.record_host_fact("host.instructed", {"host.step": "reset_in_settings"}, Moment.COMMAND)


def _await_return(context: StepContext) -> None:
    context.progress("waiting_person")
    sighting = watch_port(
        context,
        asked="port.return",
        moment=Moment.RETURN,
        leave_s=context.deadlines.person_s,
        back=lambda seen: seen.presence is not Presence.ABSENT,
    )
    if sighting.presence is Presence.ABSENT:
        raise StepFailed("never_returned")


def _look_after(context: StepContext) -> None:
    """A debugging interface that still knows us means nothing was reset; then the mark tells."""
    context.progress("looking")
    presence = keep_port(context, Moment.AFTER, "port.after").presence
    if presence is Presence.ADB_FOYER:
        ask_foyer(context, Moment.AFTER)
    elif presence is Presence.ADB_DEVICE:
        ask_state(context, Moment.AFTER)
        look_for_canary(context)
    ask_setup_screen(context, Moment.AFTER)
    ask_for_owner_account(context, Moment.AFTER)


STEPS: tuple[Step, ...] = (
    Step(name="look_before", run=_look_before),
    Step(name="instruct_reset", run=_instruct, acts=True, reaches="erasing"),
    Step(name="await_return", run=_await_return, reaches="returned"),
    Step(name="look_after", run=_look_after),
)
