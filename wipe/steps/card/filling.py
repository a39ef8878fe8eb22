# SPDX-License-Identifier: GPL-3.0-or-later
"""Filling the card, pass by pass, until it takes nothing more."""

from dataclasses import dataclass, field

from phones.long_act import ActEnd
from wipe.method import StepContext
from wipe.overwrite.layout import continued, name_of
from wipe.overwrite.plan import OverwritePlan
from wipe.steps.card.at_the_card import FIRST_FILE, MOMENT, MOST_STOPS, keep, number, stream_of, where
from wipe.steps.card.questions import (
    Place,
    cut_question,
    empty_question,
    filled_question,
    folder_of,
    list_question,
    sync_question,
)
from wipe.steps.overwriting.at_the_phone import TRIES, Comfort, Pace, ask, be_there
from wipe.steps.overwriting.carrying import Writing, write_act
from wipe.steps.overwriting.questions import Listing

_TOO_MUCH_PERCENT = 110
"""A card that takes so much more than it has is not storing it."""


def fill(context: StepContext) -> None:
    """All passes; of a card that is gone, or another one, none."""
    plan = context.overwrite
    for pass_number in range(1, plan.passes + 1):
        place = where(context)
        if place is None:
            return
        Filling(context=context, plan=plan, place=place, pass_number=pass_number).run()


@dataclass(slots=True, kw_only=True)
class Filling:
    """One pass."""

    context: StepContext
    plan: OverwritePlan
    place: Place
    pass_number: int
    listing: Listing = field(default_factory=Listing)
    sent: int = 0
    is_full: bool = False

    def run(self) -> None:
        """To its end; `card.filled` says how far it came."""
        context, place = self.context, self.place
        made = ask(context, lambda: empty_question(place, context.mark, context.draw()), MOMENT)
        if made.values.get("command.exit_code") != "0":
            return
        self._files()
        ask(context, lambda: sync_question(context.draw()), MOMENT)
        pattern = self.plan.pattern_of(self.pass_number).value
        keep(context, "card.sent", pass_=self.pass_number, pattern=pattern, sent_bytes=self.sent)
        known = {"card.pass": str(self.pass_number), "card.full": "yes" if self.is_full else "no"}
        ask(context, lambda: filled_question(place, context.mark, context.draw(), known), MOMENT)

    def _list(self) -> int:
        ask(
            self.context,
            lambda: list_question(self.place, self.context.mark, self.context.draw(), self.listing),
            MOMENT,
        )
        return self.listing.kept_bytes

    def _files(self) -> None:
        """File after file until the card says that it is full and nothing more fits, or it will not take any."""
        context, plan = self.context, self.plan
        stream = stream_of(context, plan, self.pass_number)
        comfort = Comfort(context, plan, moment=MOMENT)
        room = number(context, "card.cleared", "card.free_bytes")
        most = max(room, number(context, "card.measured", "card.disk_bytes")) * _TOO_MUCH_PERCENT // 100
        pace = Pace(context=context, key="card_overwriting", expected=room, moment=MOMENT)
        pace.begin()
        failures, stops, kept_when_full, file, offset = 0, 0, -1, 0, 0
        while failures < TRIES and stops < MOST_STOPS and self.sent < most + plan.file_bytes and comfort.wait():
            context.progress(pace.key)
            path = f"{folder_of(self.place.path, context.mark)}/{name_of(file)}"
            if self.listing.sizes.get(file, 0) not in (0, offset) and not self._cut(path, offset):
                offset = 0
            end, length, before = Writing(), plan.file_bytes - offset, pace.done
            how = pace.carry(
                write_act(path, stream, file=FIRST_FILE + file, offset=offset, length=length, plan=plan, end=end)
            )
            if how is ActEnd.DONE and end.exit_code == 0:
                self.sent += length
                file, offset, failures = file + 1, 0, 0
                pace.at(before + length)
                continue
            stops += 1
            if how is not ActEnd.DONE:
                be_there(context, MOMENT)
            elif end.is_full:
                ask(context, lambda: sync_question(context.draw()), MOMENT)
            known, kept = self.listing.kept_bytes, self._list()
            self.sent = max(self.sent, kept)
            pace.at(kept)
            if not end.is_full:
                failures = 0 if kept > known else failures + 1
            elif kept_when_full >= 0 and kept - kept_when_full < plan.chunk_bytes:
                self.is_full = True
                return
            else:
                kept_when_full = kept
            file, offset = continued(self.listing.sizes, plan.file_bytes)

    def _cut(self, path: str, offset: int) -> bool:
        """False where the phone does not: then the file is begun anew."""
        answer = ask(self.context, lambda: cut_question(path, offset, self.context.draw()), MOMENT)
        return answer.values.get("command.exit_code") == "0"
