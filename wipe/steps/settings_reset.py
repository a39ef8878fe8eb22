# SPDX-License-Identifier: GPL-3.0-or-later
"""A reset that a person makes in an Android's Settings: said, watched on its port, and looked at afterwards.

What the port shows proves nothing; it says when to look. Shared by every method in which a person resets.
"""

from phones.evidence import Moment
from phones.port import Presence
from wipe.method import StepContext, StepFailed
from wipe.steps.android_looks import ask_foyer, ask_state, keep_port, look_for_canary, require_back
from wipe.steps.set_up_screen import ask_for_owner_account, ask_setup_screen, require_unprotected
from wipe.steps.waiting import watch_port


def instruct_reset(context: StepContext) -> None:
    """Ask the technician to reset the phone in Settings; that they were asked is kept."""
    context.phone.close_link()
    context.operator.instruct("reset_in_settings", port=context.phone.path, facts={})
    context.phone.record_host_fact("host.instructed", {"host.step": "reset_in_settings"}, Moment.COMMAND)


def await_reset(context: StepContext) -> None:
    """Watch the port until something is back on it. Raises: StepFailed never_returned; BenchError."""
    context.progress("waiting_person")
    sighting = watch_port(
        context,
        asked="port.return",
        moment=Moment.RETURN,
        leave_s=context.deadlines.person_s,
        back=lambda seen: seen.presence is not Presence.ABSENT,
    )
    require_back(sighting, *(presence for presence in Presence if presence is not Presence.ABSENT))


def look_at_factory_state(context: StepContext) -> None:
    """What can be seen of a phone that nobody opened again. A debugging interface that still knows us means nothing
    was reset; then the mark tells. Raises: StepFailed; BenchError.
    """
    context.progress("looking")
    presence = keep_port(context, Moment.AFTER, "port.after").presence
    if presence is Presence.ADB_FOYER:
        ask_foyer(context, Moment.AFTER)
    elif presence is Presence.ADB_DEVICE:
        ask_state(context, Moment.AFTER)
        look_for_canary(context)
    ask_setup_screen(context, Moment.AFTER)
    ask_for_owner_account(context, Moment.AFTER)


def look_inside(context: StepContext) -> None:
    """State of the phone that came back, our mark, a new one. Raises: StepFailed; BenchError."""
    context.progress("looking")
    ask_state(context, Moment.AFTER)
    if look_for_canary(context).values.get("canary.still_there"):
        raise StepFailed("canary_still_there")  # no person need reset a phone that has failed already
    require_unprotected(context)


def final_reset(context: StepContext) -> None:
    """The technician resets from Settings: same iSerial leaves, stays away, returns without adb, or in the trade-in
    foyer of a phone that has one, which opens for nobody who set it up; stated. Raises: StepFailed; BenchError.
    """
    if any(piece.asked == "host.resumed" for piece in context.evidence):
        _identify_returned_phone(context)
    context.progress("waiting_person")
    context.phone.close_link()
    context.operator.instruct("reset_in_settings", port=context.phone.path, facts={})
    sighting = watch_port(
        context,
        asked="port.final",
        moment=Moment.FINAL,
        leave_s=context.deadlines.person_s,
        back=lambda seen: seen.presence in (Presence.USB_ONLY, Presence.ADB_FOYER),
    )
    require_back(sighting, Presence.USB_ONLY, Presence.ADB_FOYER)
    ask_setup_screen(context, Moment.FINAL)
    ask_for_owner_account(context, Moment.FINAL)


def _identify_returned_phone(context: StepContext) -> None:
    """While the station was away another phone may have been put here; nobody is told to reset that one."""
    if context.phone.peek().presence is Presence.ADB_DEVICE:
        ask_state(context, Moment.AFTER)
        require_unprotected(context)
