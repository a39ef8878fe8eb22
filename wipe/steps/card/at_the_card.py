# SPDX-License-Identifier: GPL-3.0-or-later
"""Being with the card: the one removable volume that this job's folder was made on, whatever happened to the cable."""

from phones.evidence import Evidence, Moment, Outcome
from wipe import operators
from wipe.method import StepContext
from wipe.overwrite.plan import OverwritePlan
from wipe.overwrite.stream import Stream
from wipe.secret import card_secret_of
from wipe.steps.card.questions import Place, find_question, there_question
from wipe.steps.overwriting.at_the_phone import ask, be_there

MOMENT = Moment.BEFORE
"""All of it comes before the phone's own erase."""
FIRST_FILE = 2**33
"""Files of a card are numbered in the stream from here on, so that no byte of it is one of the phone's own pass."""


MOST_STOPS = 10
"""So many acts that do not end well, and the rest of a pass, or of the read-back, is not tried: a record has room for
what each of them leaves in evidence beside the phone's own pass.
"""


def where(context: StepContext) -> Place | None:
    """The card, mounted and still the one that was measured; None for no card, several, another one, or a USB stick,
    which nobody agreed to lose.
    """
    is_stick = last(context, "card.measured", "card.kind") == "usb"
    if is_stick or last(context, "card.measured", "card.taken") != "yes":
        return None
    be_there(context, MOMENT)
    place = Place()
    ask(context, lambda: find_question(context.draw(), place), MOMENT)
    if not place.is_mounted:
        return None
    found = ask(context, lambda: there_question(place, context.mark, context.draw()), MOMENT)
    return place if found.values.get("card.same") == "yes" else None


def stream_of(context: StepContext, plan: OverwritePlan, pass_number: int) -> Stream:
    """What pass `pass_number` writes onto the card."""
    return Stream(card_secret_of(context.secret), pass_number, plan.pattern_of(pass_number))


def last(context: StepContext, asked: str, name: str) -> str:
    """The newest value of that name under that question since the card was begun; "" when there is none."""
    for piece in reversed(context.evidence):
        if piece.asked == "card.begun":
            return ""
        if _says(piece, asked) and name in piece.values:
            return piece.values[name]
    return ""


def _says(piece: Evidence, asked: str) -> bool:
    return piece.asked == asked and piece.moment is MOMENT and piece.outcome is Outcome.ANSWERED


def number(context: StepContext, asked: str, name: str) -> int:
    """The same as a number; 0 when there is none, or something else was said."""
    return operators.number(last(context, asked, name)) or 0


def keep(context: StepContext, asked: str, **values: str | int) -> None:
    """A fact of the bench: `sent_bytes=1` is `card.sent_bytes`."""
    named = {f"card.{name.removesuffix('_')}": str(value) for name, value in values.items()}
    context.phone.record_host_fact(asked, named, MOMENT)
