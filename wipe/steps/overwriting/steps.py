# SPDX-License-Identifier: GPL-3.0-or-later
"""The five steps, as a method lists them."""

from phones.port import Presence
from wipe.method import Step, StepContext, StepFailed
from wipe.secret import commitment_to
from wipe.steps.android_looks import look_for_canary, reboot
from wipe.steps.overwriting import record
from wipe.steps.overwriting.at_the_phone import MOMENT, ask, be_there
from wipe.steps.overwriting.filling import fill
from wipe.steps.overwriting.questions import measure_question, remove_question, start_question
from wipe.steps.overwriting.reading_back import read_back
from wipe.steps.waiting import watch_port

_PORTS = ("port.overwrite", "port.overwrite_again")


def _measure(context: StepContext) -> None:
    context.progress("overwrite_measuring")
    be_there(context)
    if not record.last(context, "overwrite.planned", "overwrite.passes"):
        plan = context.overwrite
        record.keep(
            context,
            "overwrite.planned",
            passes=plan.passes,
            pattern=plan.earlier.value,
            commitment=commitment_to(context.secret),
        )
    ask(context, lambda: measure_question(context.draw()))


def _restart(context: StepContext) -> None:
    """So that the page cache cannot answer. Seen on the port, and told by the kernel's id of this start; a restart that
    a pulled cable swallowed is asked for once more, and one that a crash kept us from seeing too.
    """
    for asked in _PORTS:
        if _has_restarted(context) or not record.last(context, "overwrite.filled", "overwrite.boot"):
            return
        if record.last(context, asked, "port.came_back") != "yes":
            be_there(context)
            context.progress("overwrite_restarting")
            reboot(context, MOMENT)
            watch_port(
                context,
                asked=asked,
                moment=MOMENT,
                leave_s=context.deadlines.leave_s,
                back=lambda seen: seen.presence is Presence.ADB_DEVICE,
            )
        be_there(context)
        ask(context, lambda: start_question(context.draw()))


def _has_restarted(context: StepContext) -> bool:
    now = record.last(context, "overwrite.restarted", "overwrite.boot")
    return now not in ("", record.last(context, "overwrite.filled", "overwrite.boot"))


def _remove(context: StepContext) -> None:
    """And then the mark of before the erase is looked for once more: what a phone hid until its restart is seen now,
    and a new one can only be written where there is room again. Raises: StepFailed canary_still_there.
    """
    context.progress("overwrite_removing")
    be_there(context)
    ask(context, lambda: remove_question(context.mark, context.draw()))
    be_there(context)
    if look_for_canary(context, MOMENT).values.get("canary.still_there"):
        raise StepFailed("canary_still_there")


OVERWRITING: tuple[Step, ...] = (
    Step(name="overwrite_measure", run=_measure),
    Step(name="overwrite_fill", run=fill),
    Step(name="overwrite_restart", run=_restart),
    Step(name="overwrite_read_back", run=read_back),
    Step(name="overwrite_remove", run=_remove),
)
"""Between the looks after the erase and the last reset."""
