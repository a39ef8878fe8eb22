# SPDX-License-Identifier: GPL-3.0-or-later
"""iPhones: erased over the cable by one of two services, or by a person in Settings; verified alike.

The order after the erase matters: the old pair record is tried before anything pairs anew, or its
refusal could no longer be told. Source: research ios.md §6-8 (unconfirmed on hardware).
"""

from collections.abc import Callable

from phones.apple.inspection import (
    after_question,
    canary_question,
    erase_question,
    pair_question,
    plant_question,
    trust_question,
)
from phones.evidence import Moment, Outcome
from phones.link import AppleEraseRoute
from phones.long_act import Act, ActEnd
from phones.port import Presence
from phones.witness import Answer
from wipe.method import Step, StepContext, StepFailed
from wipe.steps.same_phone import require_same_phone
from wipe.steps.set_up_screen import ask_for_activation_owner, require_signed_out
from wipe.steps.waiting import answered, ask_until, watch_port

_ANSWER_S = 60.0
_ERASE_S = 120.0


def _look_before(context: StepContext) -> None:
    """Our mark into the media folder, then stamp and the phone's clock, as late as can be.

    Raises: StepFailed another_phone, canary_not_planted, clock_not_read, owner_signed_in, activation_lock_on.
    """
    context.progress("planting")
    context.phone.record_sighting("port.before", context.phone.peek(), Moment.BEFORE)
    planted = context.phone.ask(plant_question(context.mark, timeout_s=_ANSWER_S), Moment.BEFORE)
    if planted.values.get("canary.planted") != "media":
        raise StepFailed("canary_not_planted")
    clock = context.phone.ask(after_question(timeout_s=_ANSWER_S), Moment.BEFORE)
    if not {"system.clock_epoch", "apple.obliteration_kind"} <= set(clock.values):
        raise StepFailed("clock_not_read")
    require_same_phone(context, clock)
    require_signed_out(context)


def _erase_by_mcinstall(context: StepContext) -> None:
    context.progress("commanding")
    question = erase_question(AppleEraseRoute.MCINSTALL, timeout_s=_ERASE_S)
    answer = context.phone.ask(question, Moment.COMMAND)
    context.phone.close_link()
    if answer.outcome is Outcome.REFUSED:
        raise StepFailed("erase_refused")


def _erase_by_backup(context: StepContext) -> None:
    """A loop of messages that the phone leads: a long act. Silent or cancelled is no end: the phone may have begun."""
    context.progress("commanding")
    question = erase_question(AppleEraseRoute.MOBILEBACKUP2, timeout_s=_ERASE_S)
    _, end = context.phone.carry_out(
        Act(question=question, silence_s=_ERASE_S), Moment.COMMAND, clock=context.clock, tell=context.act_progress
    )
    context.phone.close_link()
    if end is ActEnd.REFUSED:
        raise StepFailed("erase_refused")


def _instruct(context: StepContext) -> None:
    context.phone.close_link()
    context.operator.instruct("erase_in_settings", port=context.phone.path, facts={})
    context.phone.record_host_fact("host.instructed", {"host.step": "erase_in_settings"}, Moment.COMMAND)


def _await_return(context: StepContext, leave_s: float) -> None:
    """Never seen leaving is no end: the old pair record then tells that nothing was erased."""
    context.progress("waiting_return")
    sighting = watch_port(
        context,
        asked="port.return",
        moment=Moment.RETURN,
        leave_s=leave_s,
        back=lambda seen: seen.presence is Presence.APPLE,
    )
    if sighting.presence is Presence.ABSENT:
        raise StepFailed("never_returned")
    if sighting.presence is not Presence.APPLE:
        raise StepFailed("came_back_otherwise")


def _await_after_command(context: StepContext) -> None:
    _await_return(context, context.deadlines.leave_s)


def _await_after_person(context: StepContext) -> None:
    _await_return(context, context.deadlines.person_s)


def _look_after(context: StepContext) -> None:
    """Old trust first. A phone that still trusts us was not erased, and nothing more is asked of it."""
    context.progress("looking")
    settle_s = context.deadlines.settle_s
    trust = ask_until(
        context, lambda: trust_question(timeout_s=_ANSWER_S), Moment.AFTER, accept=answered, within_s=settle_s
    )
    if trust.values.get("apple.trust") == "accepted":
        return
    new_mark = context.draw()  # one, however often we look: what a cut look left behind the next one takes away
    for ask, accept in (
        (lambda: pair_question(timeout_s=_ANSWER_S), answered),
        (lambda: after_question(timeout_s=_ANSWER_S), _stamp_read),
        (lambda: canary_question(context.mark, new_mark, timeout_s=_ANSWER_S), _canary_decided),
    ):
        ask_until(context, ask, Moment.AFTER, accept=accept, within_s=settle_s)
    ask_for_activation_owner(context, Moment.AFTER)


def _stamp_read(answer: Answer) -> bool:
    return answer.answered and {"apple.obliteration_kind", "apple.apps", "apple.setup_done"} <= set(answer.values)


def _canary_decided(answer: Answer) -> bool:
    return bool(answer.values.get("canary.still_there")) or answer.values.get("canary.marker_works") == "media"


def _steps(erase: Step, await_return: Callable[[StepContext], None]) -> tuple[Step, ...]:
    return (
        Step(name="look_before", run=_look_before),
        erase,
        Step(name="await_return", run=await_return, reaches="returned"),
        Step(name="look_after", run=_look_after),
    )


MCINSTALL_STEPS = _steps(
    Step(name="erase_by_mcinstall", run=_erase_by_mcinstall, acts=True, reaches="erasing"),
    _await_after_command,
)
MOBILEBACKUP2_STEPS = _steps(
    Step(name="erase_by_mobilebackup2", run=_erase_by_backup, acts=True, reaches="erasing"),
    _await_after_command,
)
GUIDED_STEPS = _steps(Step(name="instruct_erase", run=_instruct, acts=True, reaches="erasing"), _await_after_person)
