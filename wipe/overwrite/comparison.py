# SPDX-License-Identifier: GPL-3.0-or-later
"""What comes back from a phone against what was written, in place and piece by piece: nothing of it is kept.

Chunks follow each other without anything between them. Only a stream of exactly the expected length says of each chunk
whether it is as it was written; of a shorter or longer one only the chunks before the first difference do, for nobody
can tell where the others begin.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from wipe.overwrite.layout import Chunk
from wipe.overwrite.stream import Stream


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """Numbers of the chunks that match and that differ, and those that this stream says nothing of."""

    matching: tuple[Chunk, ...]
    differing: tuple[Chunk, ...]
    unread: tuple[Chunk, ...]


class Comparison:
    """Takes a stream in any pieces."""

    def __init__(self, stream: Stream, chunks: Sequence[Chunk]) -> None:
        self._stream = stream
        self._chunks = tuple(chunks)
        self._same: list[bool] = []
        self._expected = b""
        self._place = 0
        self._is_same = True
        self.surplus = 0
        """Bytes after the last chunk."""
        self.taken = 0

    def take(self, piece: bytes) -> None:
        """The next bytes from the phone."""
        self.taken += len(piece)
        start = 0
        while start < len(piece):
            if len(self._same) == len(self._chunks):
                self.surplus += len(piece) - start
                return
            chunk = self._chunks[len(self._same)]
            if self._place == 0:
                self._expected = self._stream.bytes_at(chunk.file, chunk.offset, chunk.length)
            count = min(len(piece) - start, chunk.length - self._place)
            # bytes.startswith compares in place; a slice of either side would copy it
            found = piece if start == 0 and count == len(piece) else piece[start : start + count]
            self._is_same = self._is_same and self._expected.startswith(found, self._place)
            self._place += count
            start += count
            if self._place == chunk.length:
                self._same.append(self._is_same)
                self._place, self._is_same = 0, True

    def end(self) -> Compared:
        """What the stream has shown, when it has ended."""
        whole = len(self._same) == len(self._chunks) and not self.surplus and not self._place
        known = (
            len(self._same) if whole else next((n for n, same in enumerate(self._same) if not same), len(self._same))
        )
        judged = tuple(zip(self._chunks[:known], self._same[:known], strict=True))
        return Compared(
            matching=tuple(chunk for chunk, same in judged if same),
            differing=tuple(chunk for chunk, same in judged if not same),
            unread=self._chunks[known:],
        )
