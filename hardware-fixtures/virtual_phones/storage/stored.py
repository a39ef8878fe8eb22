# SPDX-License-Identifier: GPL-3.0-or-later
"""A file on a volume: its size and where its blocks lie."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from virtual_phones.storage.volume import BLOCK_BYTES, Volume, no_space

HOLE = -1
"""Instead of a block's number: never written, reads as zeros, takes no space."""


class StoredFile:
    """One file. Raises: OSError (ENOSPC) when the volume has no inode left."""

    def __init__(self, volume: Volume) -> None:
        volume.take_inode()
        self._volume = volume
        self._runs: list[tuple[int, int]] = []
        self._held = 0
        self._mapped = 0
        self.size = 0
        self.removed = False

    @property
    def shown_size(self) -> int:
        """What the phone tells of its size."""
        return self._volume.shown_size(self.size)

    def append(self, data: bytes | memoryview) -> None:
        """Write behind the end. What fits stays. Raises: OSError (ENOSPC) when not all fitted."""
        self.write(self.size, data)

    def write(self, at: int, data: bytes | memoryview) -> None:
        """Write at `at`, which may lie beyond the end. Raises: OSError (ENOSPC)."""
        if at > self.size:
            self._grow(at)
        view = memoryview(data)
        end = at + len(view)
        full = False
        if end > self.size or self._held < self._mapped:
            full = not self._back(at, end)
            if full:
                view = view[: max(0, self._backed_to(at) - at)]
        for address, count in self._places(at, len(view)):
            self._volume.write(address, view[:count])
            view = view[count:]
            at += count
        self.size = max(self.size, at)
        if full:
            raise no_space()

    def read(self, at: int, count: int) -> bytes:
        """Up to `count` bytes from `at`; fewer at the end of the file."""
        count = max(0, min(count, self.size - at))
        pieces = [
            bytes(length) if address < 0 else self._volume.read(address, length)
            for address, length in self._places(at, count)
        ]
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def truncate(self, size: int) -> None:
        """Cut to `size`, or grow with a hole."""
        if size > self.size:
            self._grow(size)
            return
        self.size = size
        keep = -(-size // BLOCK_BYTES)
        while self._mapped > keep:
            start, count = self._runs.pop()
            gone = min(count, self._mapped - keep)
            if count > gone:
                self._runs.append((start, count - gone))
            if start != HOLE:
                self._volume.give_blocks(start + count - gone, gone, self._held)
                self._held -= gone
            self._mapped -= gone

    def remove(self) -> None:
        """The last name is gone: blocks and inode are free again."""
        if not self.removed:
            self.truncate(0)
            self._volume.give_inode()
            self.removed = True

    def _grow(self, size: int) -> None:
        """The rest of the last block becomes zero, then comes a hole."""
        tail = min(size, self._mapped * BLOCK_BYTES) - self.size
        if tail > 0:
            for address, count in self._places(self.size, tail):
                if address >= 0:
                    self._volume.write(address, bytes(count))
        blocks = -(-size // BLOCK_BYTES) - self._mapped
        if blocks > 0:
            self._add(HOLE, blocks)
        self.size = size

    def _add(self, start: int, count: int) -> None:
        if self._runs:
            last, length = self._runs[-1]
            if (start == HOLE and last == HOLE) or (start != HOLE and last != HOLE and last + length == start):
                self._runs[-1] = (last, length + count)
                self._mapped += count
                return
        self._runs.append((start, count))
        self._mapped += count

    def _back(self, at: int, end: int) -> bool:
        """Blocks under [at, end): holes are filled, the end is extended. False when there were too few."""
        if self._held < self._mapped and not self._fill_holes(at // BLOCK_BYTES, -(-end // BLOCK_BYTES)):
            return False
        wanted = -(-end // BLOCK_BYTES) - self._mapped
        if wanted <= 0:
            return True
        for start, count in self._volume.take_blocks(wanted, self._held):
            self._add(start, count)
            self._held += count
            wanted -= count
        return wanted == 0

    def _fill_holes(self, first: int, end: int) -> bool:
        runs, self._runs, self._mapped = self._runs, [], 0
        complete = True
        for start, count in runs:
            here = self._mapped
            low, high = max(first, here), min(end, here + count)
            if start != HOLE or low >= high:
                self._add(start, count)
                continue
            if low > here:
                self._add(HOLE, low - here)
            wanted = high - low
            for taken, length in self._volume.take_blocks(wanted, self._held):
                for at in range(taken, taken + length):
                    self._volume.write(at * BLOCK_BYTES, bytes(BLOCK_BYTES))
                self._add(taken, length)
                self._held += length
                wanted -= length
            complete = complete and wanted == 0
            if here + count > self._mapped:
                self._add(HOLE, here + count - self._mapped)
        return complete

    def _backed_to(self, at: int) -> int:
        """Up to which byte from `at` on every block exists."""
        here = 0
        for start, count in self._runs:
            if start == HOLE and (here + count) * BLOCK_BYTES > at:
                return max(at, here * BLOCK_BYTES)
            here += count
        return here * BLOCK_BYTES

    def _places(self, at: int, count: int) -> list[tuple[int, int]]:
        """(address on the volume, bytes) of a part of the file; the address is negative for a hole."""
        found = []
        here = 0
        for start, blocks in self._runs:
            low, high = max(at, here), min(at + count, here + blocks * BLOCK_BYTES)
            if low < high:
                found.append((HOLE if start == HOLE else start * BLOCK_BYTES + low - here, high - low))
            here += blocks * BLOCK_BYTES
            if here >= at + count:
                break
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of a stored file that a command has put out: read when it is sent, not before."""

    file: StoredFile
    at: int
    count: int

    def read(self, offset: int, most: int) -> bytes:
        """Up to `most` bytes from `offset` within the part."""
        return self.file.read(self.at + offset, min(most, self.count - offset))

    def all(self) -> bytes:
        """The whole part at once."""
        return self.file.read(self.at, self.count)


AT_ONCE_BYTES = 256 * 1024


def in_turn(piece: bytes | Part) -> Iterator[bytes]:
    """A piece in smaller ones, each read when it is asked for."""
    if not isinstance(piece, Part):
        yield piece
        return
    for at in range(0, piece.count, AT_ONCE_BYTES):
        yield piece.read(at, AT_ONCE_BYTES)


def length_of(pieces: Iterable[bytes | Part]) -> int:
    """Bytes in all."""
    return sum(piece.count if isinstance(piece, Part) else len(piece) for piece in pieces)


def whole(pieces: Iterable[bytes | Part]) -> bytes:
    """All of them as one."""
    return b"".join(piece.all() if isinstance(piece, Part) else piece for piece in pieces)


def cut_to(pieces: Iterable[bytes | Part], count: int) -> tuple[bytes | Part, ...]:
    """The first `count` bytes."""
    found: list[bytes | Part] = []
    for piece in pieces:
        if count <= 0:
            break
        if isinstance(piece, Part):
            found.append(Part(file=piece.file, at=piece.at, count=min(piece.count, count)))
            count -= piece.count
        else:
            found.append(piece[:count])
            count -= len(piece)
    return tuple(found)
