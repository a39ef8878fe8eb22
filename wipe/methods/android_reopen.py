# SPDX-License-Identifier: GPL-3.0-or-later
"""Any Android with debugging, on wish: reset, opened once more to look into it, reset again. It ends in a report.

After a reset in Settings nobody can ask the phone. So the technician walks its set-up without account, network or
card, switches debugging on once, the program looks, and a last reset in Settings closes the phone again.
The look finds a phone that kept its data. It proves no erase: everything it sees, the boot history's entry of a factory
reset too, can be made by whoever may use adb (rules, `bootstat_reset`).
Source: research android.md §7 ranks 2 to 5 (unconfirmed on hardware).
"""

from phones.evidence import Moment
from phones.port import Presence
from wipe.method import Step, StepContext, StepFailed
from wipe.steps.android_looks import ask_state, keep_port, plant
from wipe.steps.set_up_screen import require_unprotected
from wipe.steps.settings_reset import await_reset, final_reset, instruct_reset, look_at_factory_state, look_inside


def _look_before(context: StepContext) -> None:
    context.progress("planting")
    keep_port(context, Moment.BEFORE)
    ask_state(context, Moment.BEFORE)
    require_unprotected(context)
    plant(context)


def _open_again(context: StepContext) -> None:
    """The technician walks the set-up and switches debugging on. A phone that is open already was not reset: no
    person need walk anything, and the mark tells. Who never opens it gets the report that a reset alone is worth.
    """
    context.progress("waiting_person")
    if context.phone.peek().presence is not Presence.ADB_DEVICE:
        context.operator.instruct("open_again", port=context.phone.path, facts={})
        _wait_for_debugging(context)
    presence = keep_port(context, Moment.AFTER, "port.opened").presence
    if presence is Presence.ADB_DEVICE:
        return
    look_at_factory_state(context)
    raise StepFailed("key_never_accepted" if presence is Presence.ADB_UNAUTHORIZED else "debugging_never_on")


def _wait_for_debugging(context: StepContext) -> None:
    """Until adb lets us in, or a person's time is over. Set-up may restart the phone: an empty port is no end. What
    was seen of it first is its start, which may take as long as it may need to answer, and is no person's time.
    """
    clock, deadlines = context.clock, context.deadlines
    give_up = clock.monotonic() + deadlines.settle_s + deadlines.person_s
    while context.phone.peek().presence is not Presence.ADB_DEVICE and clock.monotonic() < give_up:
        clock.sleep(deadlines.poll_s)


STEPS: tuple[Step, ...] = (
    Step(name="look_before", run=_look_before),
    Step(name="instruct_reset", run=instruct_reset, acts=True, reaches="erasing"),
    Step(name="await_return", run=await_reset, reaches="returned"),
    Step(name="open_again", run=_open_again),
    Step(name="look_after", run=look_inside),
    Step(name="final_reset", run=final_reset),
)
