# SPDX-License-Identifier: GPL-3.0-or-later
"""Chunks drawn after the card was mounted anew are read back and compared in place with what was written."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from phones.long_act import ActEnd
from wipe.method import StepContext
from wipe.overwrite.comparison import Compared, Comparison
from wipe.overwrite.draw import draw, how_many
from wipe.overwrite.layout import Chunk, Layout, name_of
from wipe.overwrite.lines import WAYS
from wipe.overwrite.plan import OverwritePlan
from wipe.overwrite.stream import Stream
from wipe.secret import card_secret_of, seed_of
from wipe.steps.card.at_the_card import FIRST_FILE, MOMENT, MOST_STOPS, keep, last, number, stream_of, where
from wipe.steps.card.questions import Place, folder_of
from wipe.steps.overwriting.at_the_phone import TRIES, Pace, be_there
from wipe.steps.overwriting.carrying import Writing, read_act
from wipe.steps.overwriting.reading_back import CHUNKS_A_LINE


def read_back(context: StepContext) -> None:
    """Of a card that was not seen unmounted and mounted again nothing is read: the phone could answer from memory.
    When all is read, and not before, the secret is told.
    """
    plan, random = context.overwrite, last(context, "card.mounted", "card.phone_random")
    kept = number(context, "card.filled", "card.kept_bytes")
    is_fresh = last(context, "card.unmounted", "card.unmounted") == "yes" and random
    place = where(context) if is_fresh and kept else None
    if place is None:
        return
    layout = Layout(kept_bytes=kept, file_bytes=plan.file_bytes, chunk_bytes=plan.chunk_bytes)
    secret = card_secret_of(context.secret)
    seed = seed_of(secret, random)
    drawn = draw(layout, seed, how_many(layout.chunks, percent=plan.percent, least=plan.least_chunks))
    keep(
        context,
        "card.drawn",
        seed=seed,
        chunk_bytes=plan.chunk_bytes,
        chunks_total=layout.chunks,
        chunks_drawn=len(drawn),
        passes=plan.passes,
    )
    expected = sum(layout.chunk(each).length for each in drawn)
    reading = Reading(
        context=context,
        plan=plan,
        place=place,
        stream=stream_of(context, plan, plan.passes),
        pace=Pace(context=context, key="card_reading", expected=expected, moment=MOMENT),
    )
    reading.pace.begin()
    found = [reading.file(file, chunks) for file, chunks in layout.by_file(drawn)]
    keep(
        context,
        "card.read_back",
        chunks_drawn=len(drawn),
        chunks_matching=sum(len(each.matching) for each in found),
        chunks_differing=sum(len(each.differing) for each in found),
        chunks_unread=sum(len(each.unread) for each in found),
        read_bytes=reading.compared_bytes,
    )
    keep(context, "card.disclosed", secret=secret)


@dataclass(slots=True, kw_only=True)
class Reading:
    """The read-back of the drawn chunks."""

    context: StepContext
    plan: OverwritePlan
    place: Place
    stream: Stream
    pace: Pace
    compared_bytes: int = 0
    stops: int = 0

    def file(self, file: int, chunks: Sequence[Chunk]) -> Compared:
        """Drawn chunks of one file; over a lost link what is missing is asked for again."""
        path = f"{folder_of(self.place.path, self.context.mark)}/{name_of(file)}"
        moved = [replace(chunk, file=FIRST_FILE + chunk.file) for chunk in chunks]
        lines = [moved[at : at + CHUNKS_A_LINE] for at in range(0, len(moved), CHUNKS_A_LINE)]
        found = [self._line(path, line) for line in lines]
        return Compared(
            matching=tuple(chunk for each in found for chunk in each.matching),
            differing=tuple(chunk for each in found for chunk in each.differing),
            unread=tuple(chunk for each in found for chunk in each.unread),
        )

    def _line(self, path: str, chunks: Sequence[Chunk]) -> Compared:
        matching: list[Chunk] = []
        differing: list[Chunk] = []
        left = tuple(chunks)
        for _ in range(TRIES):
            if not left or self.stops >= MOST_STOPS:
                break
            how, found = self._read(path, left)
            matching += found.matching
            differing += found.differing
            left = found.unread
            if how is ActEnd.DONE:
                break
            be_there(self.context, MOMENT)
        return Compared(matching=tuple(matching), differing=tuple(differing), unread=left)

    def _read(self, path: str, chunks: tuple[Chunk, ...]) -> tuple[ActEnd, Compared]:
        comparison, end, before = Comparison(self.stream, chunks), Writing(), self.pace.done
        how = self.pace.carry(read_act(WAYS[0], path, chunks, comparison, plan=self.plan, end=end))
        found = comparison.end()
        if found.differing:  # at once: what was read cannot be unread, whatever the station lives through
            keep(self.context, "card.differing", chunks_differing=len(found.differing))
        self.stops += how is not ActEnd.DONE or end.exit_code != 0
        compared = sum(chunk.length for chunk in (*found.matching, *found.differing))
        self.compared_bytes += compared
        self.pace.at(before + compared)
        return how, found
