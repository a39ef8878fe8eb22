# SPDX-License-Identifier: GPL-3.0-or-later
"""What all Android methods do alike: keep a look, plant the mark, look for it, ask the foyer."""

from collections.abc import Mapping

from phones.android.inspection import state_question
from phones.android.trade_in import getstatus_question
from phones.evidence import Moment, Outcome
from phones.identity import compare_all
from phones.link import Effect, Question, Reboot, Reply
from phones.port import Presence, Sighting
from phones.witness import Answer
from wipe.method import StepContext, StepFailed
from wipe.steps.canary import STRATA, look_question, plant_question
from wipe.steps.waiting import ask_until

SHELL_TIMEOUT_S = 60.0
FOYER_TIMEOUT_S = 60.0
_COMMAND_TIMEOUT_S = 30.0


def keep_port(context: StepContext, moment: Moment, asked: str = "port.before") -> Sighting:
    """Keep what the port shows now."""
    sighting = context.phone.peek()
    context.phone.record_sighting(asked, sighting, moment)
    return sighting


def ask_foyer(context: StepContext, moment: Moment) -> Answer:
    """The trade-in foyer's own report, with a challenge. Raises: StepFailed foyer_silent.

    Before the erase it is this job's mark; after the return a new one each time: an attestation over a challenge that
    was known before could have been made before.
    """
    returned = moment in (Moment.AFTER, Moment.FINAL)
    answer = ask_until(
        context,
        lambda: getstatus_question(
            context.draw() if returned else context.mark, timeout_s=FOYER_TIMEOUT_S, keep_chain=returned
        ),
        moment,
        accept=lambda found: found.answered,
        within_s=context.deadlines.settle_s,
    )
    if not answer.answered:
        raise StepFailed("foyer_silent")
    require_same_phone(context, answer)
    return answer


def ask_state(context: StepContext, moment: Moment) -> Answer:
    """State of a phone with a full shell, asked until its storage is unlocked. Raises: StepFailed no_full_shell."""
    answer = ask_until(
        context,
        lambda: state_question(context.draw(), timeout_s=SHELL_TIMEOUT_S),
        moment,
        accept=lambda found: found.answered and found.values.get("data.user0") == "unlocked",
        within_s=context.deadlines.settle_s,
    )
    if not answer.answered:
        raise StepFailed("no_full_shell")
    require_same_phone(context, answer)
    return answer


def require_same_phone(context: StepContext, answer: Answer) -> None:
    """Nothing more is done to, or asked of a person about, another phone than the job began with.

    Raises: StepFailed another_phone when an identifier differs from what was read before.
    """
    before = [
        piece.values
        for piece in context.evidence
        if piece.moment is Moment.BEFORE and piece.outcome is Outcome.ANSWERED
    ]
    if compare_all(before, [answer.evidence.values]).differing:
        raise StepFailed("another_phone")


def plant(context: StepContext) -> None:
    """Our mark in all strata, read back; shared storage may appear a little after the shell.
    Raises: StepFailed canary_not_planted: without it nothing could be shown later.
    """
    answer = ask_until(
        context,
        lambda: plant_question(context.mark, marker=context.draw(), timeout_s=SHELL_TIMEOUT_S),
        Moment.BEFORE,
        accept=lambda found: found.values.get("canary.planted") == ",".join(STRATA),
        within_s=context.deadlines.settle_s,
    )
    if answer.values.get("canary.planted") != ",".join(STRATA):
        raise StepFailed("canary_not_planted")


def look_for_canary(context: StepContext, moment: Moment = Moment.AFTER) -> Answer:
    """Is our mark gone, and does a new one work? One answer that finds it ends the asking."""
    return ask_until(
        context,
        lambda: look_question(context.mark, context.draw(), marker=context.draw(), timeout_s=SHELL_TIMEOUT_S),
        moment,
        accept=_decided,
        within_s=context.deadlines.settle_s,
    )


def _decided(answer: Answer) -> bool:
    if not answer.answered:
        return False
    return bool(answer.values.get("canary.still_there")) or answer.values.get("canary.marker_works") == ",".join(STRATA)


def reboot(context: StepContext, moment: Moment) -> None:
    """Ask adbd to reboot; the link is gone afterwards in any case. A refusal means that nothing was done
    (adbd was just restarting), so only then it is asked again.
    """
    question = Question(
        name="android.reboot", effect=Effect.WRITES, request=Reboot(), read=_taken, timeout_s=_COMMAND_TIMEOUT_S
    )
    ask_until(
        context,
        lambda: question,
        moment,
        accept=lambda answer: answer.outcome is not Outcome.REFUSED,
        within_s=context.deadlines.settle_s,
    )
    context.phone.close_link()


def _taken(_reply: Reply) -> Mapping[str, str]:
    return {"command.returned": "taken"}


def require_back(sighting: Sighting, *expected: Presence) -> None:
    """Raises: StepFailed when nothing is on the port, or something that cannot be asked."""
    if sighting.presence is Presence.ABSENT:
        raise StepFailed("never_returned")
    if sighting.presence not in expected:
        raise StepFailed("came_back_otherwise")
