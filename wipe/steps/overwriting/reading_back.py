# SPDX-License-Identifier: GPL-3.0-or-later
"""Chunks drawn after the restart are read back and compared in place with what was written."""

from collections.abc import Sequence
from dataclasses import dataclass

from phones.long_act import ActEnd
from wipe.method import StepContext
from wipe.overwrite.comparison import Compared, Comparison
from wipe.overwrite.draw import draw, how_many
from wipe.overwrite.layout import Chunk, Layout
from wipe.overwrite.lines import NOT_THERE, WAYS, Way
from wipe.overwrite.plan import OverwritePlan
from wipe.overwrite.stream import Stream
from wipe.secret import seed_of
from wipe.steps.overwriting import record
from wipe.steps.overwriting.at_the_phone import MOST_STOPS, TRIES, Pace, be_there
from wipe.steps.overwriting.carrying import Writing, path_of, read_act

CHUNKS_A_LINE = 400
"""Old adb takes service names of up to 4 KiB [read: AOSP adb.h, MAX_PAYLOAD_V1]; a number and a blank are 5 bytes."""
_VAIN = 4
"""So many chunks of a file, asked for one by one, that all cannot be read: the rest is not asked for any more."""


def read_back(context: StepContext) -> None:
    """Draw once, read what was drawn, keep how it compared, and then, not before, tell the secret. Without a restart
    there is nothing to draw: the phone could answer from memory. What was told is never read for again.
    """
    plan = record.planned(context)
    boot = record.last(context, "overwrite.restarted", "overwrite.boot")
    kept = record.number(context, "overwrite.filled", "overwrite.kept_bytes")
    filled_boot = record.last(context, "overwrite.filled", "overwrite.boot")
    has_last_pass = record.has_pass(context, "overwrite.filled", plan.passes)
    if not boot or boot == filled_boot or not kept or not has_last_pass or not record.is_committed(context):
        return
    if not record.last(context, "overwrite.read_back", "overwrite.chunks_drawn"):
        _read(context, plan, kept, boot)
    if not record.last(context, "overwrite.disclosed", "overwrite.secret"):
        record.keep(context, "overwrite.disclosed", secret=context.secret)


def _read(context: StepContext, plan: OverwritePlan, kept: int, boot: str) -> None:
    be_there(context)
    layout = Layout(kept_bytes=kept, file_bytes=plan.file_bytes, chunk_bytes=plan.chunk_bytes)
    drawn = _drawn(context, plan, layout, boot)
    expected = sum(layout.chunk(number).length for number in drawn)
    reading = Reading(
        context=context,
        plan=plan,
        layout=layout,
        pace=Pace(context=context, key="overwrite_reading", expected=expected),
    )
    reading.pace.begin()
    found = [reading.file(chunks) for _, chunks in layout.by_file(drawn)]
    record.keep(
        context,
        "overwrite.read_back",
        chunks_drawn=len(drawn),
        chunks_matching=sum(len(each.matching) for each in found),
        chunks_differing=sum(len(each.differing) for each in found),
        chunks_unread=sum(len(each.unread) for each in found),
        read_bytes=reading.compared_bytes,
    )


def _drawn(context: StepContext, plan: OverwritePlan, layout: Layout, boot: str) -> tuple[int, ...]:
    """The job's one draw, kept before anything is read: a crash gives nobody a second one."""
    seed = record.last(context, "overwrite.drawn", "overwrite.seed")
    is_new = not seed
    if is_new:
        seed = seed_of(context.secret, boot)
    drawn = draw(layout, seed, how_many(layout.chunks, percent=plan.percent, least=plan.least_chunks))
    if is_new:
        record.keep(
            context,
            "overwrite.drawn",
            seed=seed,
            chunk_bytes=plan.chunk_bytes,
            chunks_total=layout.chunks,
            chunks_drawn=len(drawn),
            passes=plan.passes,
        )
    return drawn


@dataclass(slots=True, kw_only=True)
class Reading:
    """The read-back of the drawn chunks."""

    context: StepContext
    plan: OverwritePlan
    layout: Layout
    pace: Pace
    way: Way = WAYS[0]
    compared_bytes: int = 0
    stops: int = 0
    has_differed: bool = False

    def file(self, chunks: Sequence[Chunk]) -> Compared:
        """Drawn chunks of one file."""
        most = len(chunks) if self.way.whole else CHUNKS_A_LINE
        lines = [chunks[at : at + most] for at in range(0, len(chunks), most)]
        found = [self._line(line) for line in lines]
        return Compared(
            matching=tuple(chunk for each in found for chunk in each.matching),
            differing=tuple(chunk for each in found for chunk in each.differing),
            unread=tuple(chunk for each in found for chunk in each.unread),
        )

    def _line(self, chunks: Sequence[Chunk]) -> Compared:
        """All at once; over a lost link what is missing again; of an answer that was too short one by one."""
        if self.stops >= MOST_STOPS:
            return Compared(matching=(), differing=(), unread=tuple(chunks))
        matching: list[Chunk] = []
        differing: list[Chunk] = []
        left = tuple(chunks)
        for _ in range(TRIES):
            how, compared = self._read(left)
            matching += compared.matching
            differing += compared.differing
            left = compared.unread
            if how is ActEnd.DONE or not left:
                break
            be_there(self.context)
        unread: list[Chunk] = []
        alone = len(chunks) == 1 or self.way.whole
        for chunk in () if alone else left:
            if len(unread) < _VAIN and self.stops < MOST_STOPS:
                how, compared = self._read((chunk,))
                matching += compared.matching
                differing += compared.differing
                unread += compared.unread
                if how is not ActEnd.DONE:
                    be_there(self.context)
            else:
                unread.append(chunk)
        if alone:
            unread = list(left)
        return Compared(matching=tuple(matching), differing=tuple(differing), unread=tuple(unread))

    def _read(self, chunks: tuple[Chunk, ...]) -> tuple[ActEnd, Compared]:
        stream = Stream(self.context.secret, self.plan.passes, self.plan.pattern_of(self.plan.passes))
        sent = self.layout.all_of(chunks[0].file) if self.way.whole else chunks
        comparison, end = Comparison(stream, sent), Writing()
        before = self.pace.done
        path = path_of(self.context.mark, chunks[0].file)
        how = self.pace.carry(read_act(self.way, path, chunks, comparison, plan=self.plan, end=end))
        if end.exit_code in NOT_THERE and not comparison.taken and self.way is not WAYS[-1]:
            self.way = WAYS[WAYS.index(self.way) + 1]
            return self._read(chunks)
        found = _drawn_of(comparison.end(), chunks)
        if found.differing and not self.has_differed:
            # At once: after a crash the same chunks are read again, and asking again must not help a phone.
            record.keep(self.context, "overwrite.differing", chunks_differing=len(found.differing))
            self.has_differed = True
        self.stops += how is not ActEnd.DONE or end.exit_code != 0
        self.compared_bytes += sum(chunk.length for chunk in (*found.matching, *found.differing))
        self.pace.at(before + sum(chunk.length for chunk in (*found.matching, *found.differing)))
        return how, found


def _drawn_of(found: Compared, chunks: Sequence[Chunk]) -> Compared:
    """Of all that was sent what had been drawn; what differs counts wherever it was seen."""
    drawn = {chunk.number for chunk in chunks}
    return Compared(
        matching=tuple(chunk for chunk in found.matching if chunk.number in drawn),
        differing=found.differing,
        unread=tuple(chunk for chunk in found.unread if chunk.number in drawn),
    )
