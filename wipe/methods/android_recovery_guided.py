# SPDX-License-Identifier: GPL-3.0-or-later
"""A locked Android without debugging, on wish: the technician wipes it in its recovery menu; the port is watched.

Nobody can ask such a phone anything but its USB number, and maker and model where it shows file transfer. So nothing is
planted, nothing is compared, and what comes back is a factory state at best (E1): a report. Recovery's wipe clears no
factory reset protection. Source: research android.md §6.1 F (`unconfirmed` on hardware).
"""

from phones.android.recovery_keys import way_into_recovery
from phones.evidence import Moment
from phones.port import Presence
from wipe.method import Step, StepContext, StepFailed
from wipe.steps.android_looks import ask_foyer, ask_state, keep_port
from wipe.steps.same_phone import require_same_phone
from wipe.steps.set_up_screen import ask_for_owner_account, ask_recovery_wipe, ask_setup_screen
from wipe.steps.waiting import watch_port


def _look_before(context: StepContext) -> None:
    context.progress("identify")
    keep_port(context, Moment.BEFORE)


def _instruct(context: StepContext) -> None:
    """Which keys, by maker; that the technician was asked is kept."""
    context.phone.close_link()
    maker = next((piece.values["product.maker"] for piece in context.evidence if "product.maker" in piece.values), "")
    way = way_into_recovery(maker, context.phone.peek().vendor_id)
    context.operator.instruct(f"recovery_{way}", port=context.phone.path, facts={})
    context.phone.record_host_fact("host.instructed", {"host.step": f"recovery_{way}"}, Moment.COMMAND)


def _await_recovery(context: StepContext) -> None:
    """It leaves the port, and something is back: its recovery, as far as anybody can see from here.

    Raises: StepFailed recovery_not_entered when it never left while we looked, never_returned; BenchError.
    """
    context.progress("waiting_person")
    sighting = watch_port(
        context,
        asked="port.recovery",
        moment=Moment.BETWEEN,
        leave_s=context.deadlines.person_s,
        back=lambda seen: seen.presence is not Presence.ABSENT,
    )
    if sighting.presence is Presence.ABSENT:
        raise StepFailed("never_returned")
    seen = [piece.values.get("port.left") for piece in context.evidence if piece.asked == "port.recovery"]
    resumed = any(piece.asked == "host.resumed" for piece in context.evidence)
    if "yes" not in seen and not resumed:
        raise StepFailed("recovery_not_entered")


def _ask_menu(context: StepContext) -> None:
    """What the menu said of the wipe, as a person read it. Raises: StepFailed recovery_refused."""
    if ask_recovery_wipe(context, Moment.BETWEEN) == "refused":
        raise StepFailed("recovery_refused")


def _await_return(context: StepContext) -> None:
    """Told to restart it. Never seen leaving is no end: some phones restart by themselves."""
    context.operator.instruct("restart_from_recovery", port=context.phone.path, facts={})
    context.progress("waiting_return")
    sighting = watch_port(
        context,
        asked="port.return",
        moment=Moment.RETURN,
        leave_s=context.deadlines.leave_s,
        back=lambda seen: seen.presence is not Presence.ABSENT,
    )
    if sighting.presence is Presence.ABSENT:
        raise StepFailed("never_returned")


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
    Step(name="instruct_recovery", run=_instruct, acts=True, reaches="erasing"),
    Step(name="await_recovery", run=_await_recovery),
    Step(name="ask_recovery_menu", run=_ask_menu),
    Step(name="await_return", run=_await_return, reaches="returned"),
    Step(name="look_at_returned", run=_look_after),
)
