# SPDX-License-Identifier: GPL-3.0-or-later
"""A phone in fastboot whose boot loader is unlocked: its partitions are erased, and it starts anew.

What `fastboot -w` erases is erased: userdata, and cache and metadata where there are such; a partition without a type
does not exist. No shell has been seen before, so no mark was planted, and whoever unlocked a boot loader may have put
another one in its place that says OKAY to everything. What returns is a factory state at best (E1): a report, as the
plan says beforehand. Source: research android.md §6.1 G, §6.4 (`unconfirmed` on hardware).
"""

from phones.evidence import Moment, Outcome
from phones.fastboot.questions import PARTITIONS, erase_question, reboot_question, variables_question
from phones.port import Presence, Sighting
from phones.witness import Answer
from wipe.method import Step, StepContext, StepFailed
from wipe.steps.android_looks import ask_foyer, ask_state, keep_port
from wipe.steps.same_phone import require_same_phone
from wipe.steps.set_up_screen import ask_for_owner_account, ask_setup_screen, require_unprotected
from wipe.steps.waiting import watch_port

_OKAY = "okay"


def _look_before(context: StepContext) -> None:
    context.progress("identify")
    keep_port(context, Moment.BEFORE)
    _require_partitions(_ask_who(context, Moment.BEFORE))
    require_unprotected(context)


def _ask_who(context: StepContext, moment: Moment) -> Answer:
    """Who the boot loader says it is. Raises: StepFailed boot_loader_silent, another_phone."""
    answer = context.phone.ask(variables_question(), moment)
    if not answer.answered or not answer.values.get("identity.serial"):
        raise StepFailed("boot_loader_silent")
    require_same_phone(context, answer)
    return answer


def _require_partitions(answer: Answer) -> tuple[str, ...]:
    """Those to be erased, in order. Raises: StepFailed boot_loader_locked, no_userdata."""
    if answer.values.get("fastboot.unlocked") != "yes":
        raise StepFailed("boot_loader_locked")
    told = answer.values.get("fastboot.partitions", "").split(",")
    found = tuple(partition for partition in PARTITIONS if partition in told)
    if "userdata" not in found:
        raise StepFailed("no_userdata")
    return found


def _erase_partitions(context: StepContext) -> None:
    """Asked once more who hangs there, over the link that carries the erases. What is not answered ends it: the next
    command could go to another phone. A no to cache or metadata is kept, and the phone is started all the same.
    """
    context.progress("commanding")
    for partition in _require_partitions(_ask_who(context, Moment.BEFORE)):
        answer = context.phone.ask(erase_question(partition), Moment.COMMAND)
        if answer.outcome is Outcome.REFUSED:
            if partition == "userdata":
                raise StepFailed("erase_refused")
            continue
        if answer.values.get("command.returned") != _OKAY:
            raise StepFailed("erase_not_answered")


def _start_system(context: StepContext) -> None:
    """Only a phone that is still in fastboot, and the same one, is told to start."""
    context.progress("rebooting")
    if context.phone.peek().presence is Presence.FASTBOOT:
        _ask_who(context, Moment.BETWEEN)
        context.phone.ask(reboot_question(), Moment.COMMAND)
    context.phone.close_link()


def _await_return(context: StepContext) -> None:
    context.progress("waiting_return")
    sighting = watch_port(
        context,
        asked="port.return",
        moment=Moment.RETURN,
        leave_s=context.deadlines.leave_s,
        was=Presence.FASTBOOT,
        back=_is_back,
    )
    if sighting.presence is Presence.ABSENT:
        raise StepFailed("never_returned")
    if not _is_back(sighting):
        raise StepFailed("came_back_otherwise")


def _is_back(sighting: Sighting) -> bool:
    """Its system runs, as far as a port can tell."""
    return sighting.presence in (
        Presence.USB_ONLY,
        Presence.ADB_DEVICE,
        Presence.ADB_FOYER,
        Presence.ADB_UNAUTHORIZED,
    )


def _look_after(context: StepContext) -> None:
    context.progress("looking")
    presence = keep_port(context, Moment.AFTER, "port.after").presence
    if presence is Presence.ADB_FOYER:
        ask_foyer(context, Moment.AFTER)
    elif presence is Presence.ADB_DEVICE:
        ask_state(context, Moment.AFTER)
    ask_setup_screen(context, Moment.AFTER)
    ask_for_owner_account(context, Moment.AFTER)


STEPS: tuple[Step, ...] = (
    Step(name="ask_boot_loader", run=_look_before),
    Step(name="erase_partitions", run=_erase_partitions, acts=True, reaches="erasing"),
    Step(name="start_system", run=_start_system),
    Step(name="await_return", run=_await_return, reaches="returned"),
    Step(name="look_at_returned", run=_look_after),
)
