# SPDX-License-Identifier: GPL-3.0-or-later
"""What all Android methods do alike: keep a look, plant the mark, look for it, ask the foyer."""

from collections.abc import Mapping

from phones.android.inspection import state_question
from phones.android.trade_in import getstatus_question
from phones.evidence import Moment, Outcome
from phones.link import Effect, Question, Reboot, Reply
from phones.port import Presence, Sighting
from phones.witness import Answer
from wipe.method import StepContext, StepFailed
from wipe.steps.canary import STRATA, look_question, plant_question
from wipe.steps.same_phone import require_same_phone
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


def plant(context: StepContext) -> None:
    """Our mark in all strata, read back; shared storage may appear a little after the shell. Who had to be asked twice
    may be another by then, and is asked who it is.
    Raises: StepFailed canary_not_planted: without it nothing could be shown later; another_phone.
    """
    asked = 0

    def question() -> Question:
        nonlocal asked
        asked += 1
        return plant_question(context.mark, marker=context.draw(), timeout_s=SHELL_TIMEOUT_S)

    answer = ask_until(
        context,
        question,
        Moment.BEFORE,
        accept=lambda found: found.values.get("canary.planted") == ",".join(STRATA),
        within_s=context.deadlines.settle_s,
    )
    if answer.values.get("canary.planted") != ",".join(STRATA):
        raise StepFailed("canary_not_planted")
    if asked > 1:
        ask_state(context, Moment.BEFORE)


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
