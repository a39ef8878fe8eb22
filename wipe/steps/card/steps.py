# SPDX-License-Identifier: GPL-3.0-or-later
"""The steps for a memory card, as a method lists them: before the phone's own, and one look after its reset.

Nothing that is wrong with a card ends the job: the phone is erased all the same, and the paper says of the card what
was and was not done. A job that is taken up again before the phone's own erase begins the card anew.
"""

from phones.evidence import Moment
from wipe.method import Step, StepContext
from wipe.secret import card_secret_of, commitment_to
from wipe.steps.card.at_the_card import MOMENT, keep, last, where
from wipe.steps.card.filling import fill
from wipe.steps.card.questions import (
    Place,
    again_question,
    clear_question,
    find_question,
    measure_question,
    mount_question,
    remove_question,
    unmount_question,
)
from wipe.steps.card.reading_back import read_back
from wipe.steps.overwriting.at_the_phone import ask, be_there
from wipe.steps.waiting import ask_until


def _measure(context: StepContext) -> None:
    context.progress("card_measuring")
    be_there(context, MOMENT)
    if any(piece.asked == "card.begun" for piece in context.evidence):
        _mount_what_was_let_go(context)
    commitment = commitment_to(card_secret_of(context.secret))
    keep(context, "card.begun", passes=context.overwrite.passes, commitment=commitment)
    place = Place()
    ask(context, lambda: find_question(context.draw(), place), MOMENT)
    if place.is_mounted:
        ask(context, lambda: measure_question(place, context.mark, context.draw()), MOMENT)


def _mount_what_was_let_go(context: StepContext) -> None:
    """A station that died between letting the card go and mounting it left it so. Before the new beginning: what the
    phone says here is no part of the pass that follows.
    """
    place = Place()
    ask(context, lambda: find_question(context.draw(), place), MOMENT)
    if place.volume and not place.is_mounted:
        ask(context, lambda: mount_question(place.volume, context.draw()), MOMENT)
        _await_mounted(context, MOMENT)


def _clear(context: StepContext) -> None:
    context.progress("card_clearing")
    place = where(context)
    if place is not None:
        ask(context, lambda: clear_question(place, context.mark, context.draw()), MOMENT)


def _remount(context: StepContext) -> None:
    """So that the page cache cannot answer."""
    context.progress("card_remounting")
    place = where(context)
    if place is None or not last(context, "card.filled", "card.kept_bytes"):
        return
    ask(context, lambda: unmount_question(place, context.mark, context.draw()), MOMENT)
    ask(context, lambda: mount_question(place.volume, context.draw()), MOMENT)
    _await_mounted(context, MOMENT)


def _await_mounted(context: StepContext, moment: Moment) -> Place:
    place = Place()
    ask_until(
        context,
        lambda: find_question(context.draw(), place),
        moment,
        accept=lambda _answer: place.is_mounted,
        within_s=context.deadlines.settle_s,
    )
    return place


def _remove(context: StepContext) -> None:
    context.progress("card_removing")
    place = where(context)
    if place is not None:
        ask(context, lambda: remove_question(place, context.mark, context.draw()), MOMENT)


def _look_again(context: StepContext) -> None:
    """What card is in the phone now, which was reset, and is there anything on it?"""
    context.progress("looking")
    place = Place()
    answer = ask(context, lambda: find_question(context.draw(), place, "card.found_again"), Moment.AFTER)
    if answer.values.get("card.volumes") not in ("", "0") and not place.is_mounted:
        place = _await_mounted(context, Moment.AFTER)
    if place.is_mounted:
        ask(context, lambda: again_question(place, context.mark, context.draw()), Moment.AFTER)


BEFORE_THE_PHONE: tuple[Step, ...] = (
    Step(name="card_measure", run=_measure),
    Step(name="card_clear", run=_clear),
    Step(name="card_fill", run=fill),
    Step(name="card_remount", run=_remount),
    Step(name="card_read_back", run=read_back),
    Step(name="card_remove", run=_remove),
)
CLEARING = ("card_clear", "card_fill")
"""These change the card for good."""
LOOK_AGAIN = Step(name="card_look_again", run=_look_again)
"""While a shell is open after the phone's reset."""
