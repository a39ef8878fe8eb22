# SPDX-License-Identifier: GPL-3.0-or-later
"""The two long acts: a file's bytes to the phone, and drawn chunks back from it. No byte of either is kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from phones.link import Effect, Question, Reply, ShellStream
from phones.long_act import Act
from wipe.overwrite.comparison import Comparison
from wipe.overwrite.layout import Chunk, folder_of, name_of
from wipe.overwrite.lines import Way
from wipe.overwrite.plan import OverwritePlan
from wipe.overwrite.stream import Stream

PIECE_BYTES = 256 * 1024
"""A packet of shell v2; adb takes it apart as the link needs it."""
_FULL = b"No space left on device"  # bionic's text of ENOSPC, in English on every Android


@dataclass(slots=True)
class Writing:
    """How a write ended: the line's exit code, None while it has none, and whether the phone said that it is full."""

    exit_code: int | None = None
    is_full: bool = False

    def read(self, reply: Reply) -> Mapping[str, str]:
        """The reader of its question."""
        self.exit_code = reply.status
        self.is_full = reply.status != 0 and _FULL in reply.error
        return {"command.exit_code": str(reply.status)}


def path_of(mark: str, file: int) -> str:
    """A file of ours on the phone."""
    return f"{folder_of(mark)}/{name_of(file)}"


def write_act(
    path: str, stream: Stream, *, file: int, offset: int, length: int, plan: OverwritePlan, end: Writing
) -> Act:
    """`length` bytes of the stream's file `file` behind the first `offset` bytes of `path`."""
    request = ShellStream(
        line=f"cat {'>>' if offset else '>'} {path}",
        source=lambda: stream.pieces(file, offset, length, most=PIECE_BYTES),
    )
    return _act("overwrite.write", Effect.WRITES, request, end, plan)


def read_act(
    way: Way, path: str, chunks: Sequence[Chunk], comparison: Comparison, *, plan: OverwritePlan, end: Writing
) -> Act:
    """Chunks of the one file `path`, one behind the other, into a comparison: those, or all of it, as the way is."""
    line = way.of(path, chunks, plan.chunk_bytes)
    return _act("overwrite.read", Effect.READS, ShellStream(line=line, sink=comparison.take), end, plan)


def _act(name: str, effect: Effect, request: ShellStream, end: Writing, plan: OverwritePlan) -> Act:
    question = Question(name=name, effect=effect, request=request, read=end.read, timeout_s=plan.file_s)
    return Act(question=question, silence_s=plan.silence_s)
