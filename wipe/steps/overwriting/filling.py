# SPDX-License-Identifier: GPL-3.0-or-later
"""Filling what a user can reach, pass by pass, down to the last block and, as far as that goes, the last inode."""

from dataclasses import dataclass, field

from phones.long_act import ActEnd
from wipe.method import StepContext
from wipe.overwrite.layout import continued, folder_of
from wipe.overwrite.plan import OverwritePlan
from wipe.overwrite.stream import Stream
from wipe.steps.overwriting import record
from wipe.steps.overwriting.at_the_phone import MOMENT, MOST_STOPS, TRIES, Comfort, Pace, ask, be_there
from wipe.steps.overwriting.carrying import Writing, path_of, write_act
from wipe.steps.overwriting.questions import (
    Listing,
    cut_question,
    empty_files_question,
    empty_question,
    filled_question,
    list_question,
    sync_question,
)

_SMALL_FILE = 2**32
"""Numbers of small files in the stream begin behind those of all others."""
_MOST_SMALL_BLOCKS = 64
"""After a fill that was tried again until nothing more fitted, only a few blocks are left."""
_TOO_MUCH_PERCENT = 110
"""A phone that takes so much more than it has is not storing it."""


def fill(context: StepContext) -> None:
    """All passes that are not done yet."""
    plan = record.planned(context)
    if not record.is_committed(context):
        return
    for pass_number in range(1, plan.passes + 1):
        if not record.has_pass(context, "overwrite.filled", pass_number):
            Filling(context=context, plan=plan, pass_number=pass_number).run()


@dataclass(slots=True, kw_only=True)
class Filling:
    """One pass."""

    context: StepContext
    plan: OverwritePlan
    pass_number: int
    listing: Listing = field(default_factory=Listing)
    sent: int = 0
    is_full: bool = False

    def run(self) -> None:
        """Begun or gone on with, to its end; `overwrite.filled` says how far it came."""
        be_there(self.context)
        if not self._has_folder():
            return
        self._list()
        self.sent = self.listing.kept_bytes
        self._files()
        made: list[int] = []
        if self.is_full:
            self._small_blocks()
            ask(
                self.context,
                lambda: empty_files_question(self.context.mark, self.context.draw(), self.plan.most_small, made),
            )
        ask(self.context, lambda: sync_question(self.context.draw()))
        record.keep(
            self.context,
            "overwrite.sent",
            pass_=self.pass_number,
            pattern=self.plan.pattern_of(self.pass_number).value,
            sent_bytes=self.sent,
        )
        known = {
            "overwrite.pass": str(self.pass_number),
            "overwrite.full": "yes" if self.is_full else "no",
            "overwrite.small_files": str(made[0] if made else 0),
            "overwrite.small_full": "yes" if made and made[0] < self.plan.most_small else "no",
        }
        ask(self.context, lambda: filled_question(self.context.mark, self.context.draw(), known))

    def _has_folder(self) -> bool:
        """The pass's own folder: emptied of what an earlier pass left, once, before its first byte."""
        if record.has_pass(self.context, "overwrite.begun", self.pass_number):
            return True
        made = ask(self.context, lambda: empty_question(self.context.mark, self.context.draw()))
        if made.values.get("command.exit_code") != "0":
            return False
        record.keep(
            self.context,
            "overwrite.begun",
            pass_=self.pass_number,
            pattern=self.plan.pattern_of(self.pass_number).value,
        )
        return True

    def _list(self) -> None:
        ask(self.context, lambda: list_question(self.context.mark, self.context.draw(), self.listing))

    def _stream(self) -> Stream:
        return Stream(self.context.secret, self.pass_number, self.plan.pattern_of(self.pass_number))

    def _files(self) -> None:
        """File after file until the phone says that it is full and nothing more fits, or it will not take any."""
        context, plan = self.context, self.plan
        comfort, stream = Comfort(context, plan), self._stream()
        room = record.number(context, "overwrite.measure", "storage.free_bytes")
        most = (
            max(room, record.number(context, "overwrite.measure", "storage.disks_bytes")) * _TOO_MUCH_PERCENT // 100
            + plan.file_bytes
        )
        pace = Pace(context=context, key="overwriting", expected=room, done=self.listing.kept_bytes)
        pace.begin()
        failures, stops, kept_when_full = 0, 0, -1
        file, offset = continued(self.listing.sizes, plan.file_bytes)
        while failures < TRIES and stops < MOST_STOPS and self.sent < most and comfort.wait():
            context.progress(pace.key)
            if self.listing.sizes.get(file, 0) not in (0, offset) and not self._cut(file, offset):
                offset = 0
            end, length = Writing(), plan.file_bytes - offset
            before = pace.done
            how = pace.carry(
                write_act(
                    path_of(context.mark, file),
                    stream,
                    file=file,
                    offset=offset,
                    length=length,
                    plan=plan,
                    end=end,
                )
            )
            if how is ActEnd.DONE and end.exit_code == 0:
                self.sent += length
                file, offset, failures = file + 1, 0, 0
                pace.at(before + length)
                continue
            stops += 1
            if how is not ActEnd.DONE:
                be_there(context)
            elif end.is_full:
                ask(context, lambda: sync_question(context.draw()))  # what was promised but not placed is placed now
            known = self.listing.kept_bytes
            self._list()
            kept = self.listing.kept_bytes
            self.sent = max(self.sent, kept)
            pace.at(kept)
            if end.is_full:
                if kept - kept_when_full < plan.chunk_bytes and kept_when_full >= 0:
                    self.is_full = True
                    return
                kept_when_full = kept
            else:
                failures = 0 if kept > known else failures + 1
            file, offset = continued(self.listing.sizes, plan.file_bytes)

    def _cut(self, file: int, offset: int) -> bool:
        """False where the phone does not: then the file is begun anew, or what follows would lie in the wrong place."""
        path = path_of(self.context.mark, file)
        answer = ask(self.context, lambda: cut_question(path, offset, self.context.draw()))
        return answer.values.get("command.exit_code") == "0"

    def _small_blocks(self) -> None:
        """Files of one block each, until one does not fit."""
        stream = self._stream()
        for place in range(_MOST_SMALL_BLOCKS):
            end = Writing()
            act = write_act(
                f"{folder_of(self.context.mark)}/small/s{place:05d}",
                stream,
                file=_SMALL_FILE + place,
                offset=0,
                length=self.plan.small_bytes,
                plan=self.plan,
                end=end,
            )
            how = self.context.phone.carry_out_in_series(act, MOMENT, clock=self.context.clock)
            if how is not ActEnd.DONE:
                be_there(self.context)
                return
            if end.exit_code != 0:
                return
