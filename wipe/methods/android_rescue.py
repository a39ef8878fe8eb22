# SPDX-License-Identifier: GPL-3.0-or-later
"""Android 10 and later with adb, on wish: recovery's rescue mode wipes the data, without anybody touching the phone.

Only Pixels are known to have it (`unconfirmed` on hardware). The wipe is recovery's: it re-formats /data and /metadata
and calls no Keystore, and factory reset protection stays. The phone comes back at its set-up screen without adb, where
nobody can look: a factory state (E1), a report. Source: research android.md §6.1 E, §6.3.
"""

from phones.android.rescue import fingerprint_question, leave_question, wipe_question
from phones.evidence import Moment, Outcome
from phones.identity import compare_all
from phones.link import RebootTarget
from phones.port import Presence, Sighting
from wipe.method import Step, StepContext, StepFailed
from wipe.readings import Readings
from wipe.rules import Test
from wipe.steps.android_looks import ask_foyer, ask_state, keep_port, look_for_canary, plant
from wipe.steps.set_up_screen import ask_for_owner_account, ask_setup_screen, require_unprotected
from wipe.steps.waiting import answered, ask_until, watch_port

_SAME_BUILD = Test(moments=(Moment.BETWEEN,), value="system.fingerprint", operator="same_as_before")


def _look_before(context: StepContext) -> None:
    context.progress("planting")
    keep_port(context, Moment.BEFORE)
    ask_state(context, Moment.BEFORE)
    require_unprotected(context)
    plant(context)


def enter_rescue(context: StepContext) -> None:
    """Android knows the way to sideload only, and sideload the way to rescue. Raises: StepFailed no_rescue."""
    context.progress("rebooting")
    if context.phone.peek().presence is Presence.ADB_DEVICE:
        _go(context, RebootTarget.SIDELOAD, Presence.ADB_SIDELOAD)
    if context.phone.peek().presence is Presence.ADB_SIDELOAD:
        _go(context, RebootTarget.RESCUE, Presence.ADB_RESCUE)
    if context.phone.peek().presence is not Presence.ADB_RESCUE:
        raise StepFailed("no_rescue")


def _go(context: StepContext, target: RebootTarget, presence: Presence) -> None:
    """Ask for another mode and wait for it. Raises: StepFailed no_rescue."""
    answer = context.phone.ask(leave_question(target), Moment.BETWEEN)
    context.phone.close_link()
    if answer.outcome is Outcome.REFUSED:
        raise StepFailed("no_rescue")
    clock, deadlines = context.clock, context.deadlines
    give_up = clock.monotonic() + deadlines.leave_s + deadlines.settle_s
    while context.phone.peek().presence is not presence:
        if clock.monotonic() >= give_up:
            raise StepFailed("no_rescue")
        clock.sleep(deadlines.poll_s)


def wipe_in_rescue(context: StepContext) -> None:
    """Only the phone that was looked at is wiped: the number that USB shows, and the build.

    Raises: StepFailed another_phone, fingerprint_changed, erase_refused, rescue_wipe_failed, erase_not_answered.
    """
    context.progress("commanding")
    _require_same(context)
    answer = context.phone.ask(wipe_question(), Moment.COMMAND)
    if answer.outcome is Outcome.REFUSED:
        raise StepFailed("erase_refused")
    match answer.values.get("command.returned"):
        case "done":
            return
        case "failed":
            raise StepFailed("rescue_wipe_failed")
    raise StepFailed("erase_not_answered")


def _require_same(context: StepContext) -> None:
    before = [piece.values for piece in context.evidence if piece.moment is Moment.BEFORE]
    sighting = context.phone.peek()
    shown = context.phone.record_sighting("port.rescue", sighting, Moment.BETWEEN)
    if sighting.presence is not Presence.ADB_RESCUE:
        raise StepFailed("no_rescue")
    if not compare_all(before, [shown.evidence.values]).nothing_differs:
        raise StepFailed("another_phone")
    ask_until(context, fingerprint_question, Moment.BETWEEN, accept=answered, within_s=context.deadlines.settle_s)
    if not Readings(context.evidence).holds(_SAME_BUILD):
        raise StepFailed("fingerprint_changed")


def leave_rescue(context: StepContext) -> None:
    """Tell it to start its system, if it is still in rescue mode."""
    context.progress("rebooting")
    if context.phone.peek().presence is Presence.ADB_RESCUE:
        context.phone.ask(leave_question(RebootTarget.SYSTEM), Moment.COMMAND)
    context.phone.close_link()


def await_return(context: StepContext) -> None:
    """Wait until its system runs, as far as a port can tell. Raises: StepFailed never_returned, came_back_otherwise."""
    context.progress("waiting_return")
    sighting = watch_port(
        context,
        asked="port.return",
        moment=Moment.RETURN,
        leave_s=context.deadlines.leave_s,
        was=Presence.ADB_RESCUE,
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
    """A debugging interface that still knows us means nothing was wiped; then the mark tells."""
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
    Step(name="enter_rescue", run=enter_rescue),
    Step(name="wipe_in_rescue", run=wipe_in_rescue, acts=True, reaches="erasing"),
    Step(name="leave_rescue", run=leave_rescue),
    Step(name="await_return", run=await_return, reaches="returned"),
    Step(name="look_at_returned", run=_look_after),
)
