# SPDX-License-Identifier: GPL-3.0-or-later
"""Any Android: the technician resets it in Settings; the program watches, times, and looks as far as it can.

What comes back is a factory state at best (E1): a report, not a certificate. On Android 16 the foyer
that returns is the door to `android_trade_in`, which proves an erase.
"""

from phones.evidence import Moment
from wipe.method import Step, StepContext
from wipe.steps.android_looks import ask_state, keep_port, plant
from wipe.steps.settings_reset import await_reset, instruct_reset, look_at_factory_state


def _look_before(context: StepContext) -> None:
    context.progress("planting")
    keep_port(context, Moment.BEFORE)
    ask_state(context, Moment.BEFORE)
    plant(context)


STEPS: tuple[Step, ...] = (
    Step(name="look_before", run=_look_before),
    Step(name="instruct_reset", run=instruct_reset, acts=True, reaches="erasing"),
    Step(name="await_return", run=await_reset, reaches="returned"),
    Step(name="look_after", run=look_at_factory_state),
)
