# SPDX-License-Identifier: GPL-3.0-or-later
"""Storage that is not what it says: chips that lose, skip or fold what is written, and file systems that miscount.

Every lie is a word of `LIES`, and they can be told together. Whoever controls the kernel could tell better ones; these
are those of bad chips, fake chips and bought firmware that a reading against the writing shows.
"""

from collections.abc import Callable

from virtual_phones.storage.flash import Flash
from virtual_phones.storage.volume import BLOCK_BYTES, Volume

FLASH_LIES: dict[str, str] = {
    "keeps_nothing": "reads are answered from memory: right until the restart, and nothing is on the chip after it",
    "skips_writes": "every seventh write never reaches the chip: zeros are there",
    "keeps_beginnings": "stores the beginning of each piece, as one who compresses, and zeros for the rest",
    "loses_blocks": "a few blocks are lost at the restart",
    "capacity_wraps": "a fake chip of half the size it tells: what is written beyond overwrites the beginning",
}
VOLUME_LIES: dict[str, str] = {
    "full_early": "says that no space is left while df still tells of half",
    "free_drops": "says that no space is left at half, and df then agrees although nothing was written there",
    "free_understated": "df tells of half as much until the first fill has ended",
    "sizes_forged": "keeps half of what it is given, and stat tells of twice as much",
    "write_refused": "every write of more than a block ends in an I/O error",
}
TREE_LIES: dict[str, str] = {
    "rm_keeps": "rm says nothing and removes nothing",
}
KERNEL_LIES: dict[str, str] = {
    "restart_faked": "leaves the bus and comes back without having restarted",
}
LIES: dict[str, str] = FLASH_LIES | VOLUME_LIES | TREE_LIES | KERNEL_LIES
"""None of them is seen by a job that does not overwrite."""

PIECE_BYTES = 64 * 1024
"""What a chip here skips, folds or shortens."""
SKIPPED = 7
LOST = 256
"""One block in so many, and the first."""


class LyingFlash(Flash):
    """A chip with some of `FLASH_LIES`; `size` is what it says it holds."""

    true_to_cache = False

    def __init__(self, lies: frozenset[str], size: int) -> None:
        super().__init__()
        self._lies = lies
        self._true_size = size // 2 // PIECE_BYTES * PIECE_BYTES or PIECE_BYTES
        self._writes = 0
        self._fresh: set[int] = set()

    def write(self, at: int, data: bytes) -> None:
        """See Flash."""
        if "keeps_nothing" in self._lies:
            return
        place = 0
        while place < len(data):
            count = min(PIECE_BYTES - (at + place) % PIECE_BYTES, len(data) - place)
            self._write_piece(at + place, data[place : place + count])
            place += count

    def _write_piece(self, at: int, piece: bytes) -> None:
        self._writes += 1
        self._fresh.update(range(at // BLOCK_BYTES, -(-(at + len(piece)) // BLOCK_BYTES)))
        if "skips_writes" in self._lies and self._writes % SKIPPED == 0:
            piece = bytes(len(piece))
        if "keeps_beginnings" in self._lies:
            kept = max(0, BLOCK_BYTES - at % PIECE_BYTES)
            piece = piece[:kept] + bytes(len(piece) - len(piece[:kept]))
        self.space.write(self._true(at), piece)

    def read(self, at: int, count: int) -> bytes:
        """See Flash."""
        pieces = []
        while count > 0:
            here = min(PIECE_BYTES - at % PIECE_BYTES, count)
            pieces.append(self.space.read(self._true(at), here))
            at += here
            count -= here
        return b"".join(pieces)

    def restart(self) -> None:
        """See Flash."""
        if "loses_blocks" in self._lies:
            for block in sorted(self._fresh)[::LOST]:
                self.space.write(self._true(block * BLOCK_BYTES), bytes(BLOCK_BYTES))
        self._fresh.clear()

    def _true(self, at: int) -> int:
        return at % self._true_size if "capacity_wraps" in self._lies else at


class LyingVolume(Volume):
    """A file system with some of `VOLUME_LIES`."""

    def __init__(self, capacity: int, lies: frozenset[str], *, flash: Flash, others: Callable[[], int]) -> None:
        super().__init__(capacity, flash=flash, others=others)
        self._lies = lies
        self._said_full = False
        self._held_back: int | None = None

    @property
    def grantable_blocks(self) -> int:
        """See Volume."""
        if not self._lies & {"full_early", "free_drops", "free_understated", "sizes_forged"}:
            return self.free_blocks
        if self._held_back is None:
            self._held_back = self.free_blocks // 2
        return max(0, self.free_blocks - self._held_back)

    @property
    def free_bytes(self) -> int:
        """See Volume."""
        if self._said_full and self._lies & {"free_drops", "sizes_forged"}:
            return 0
        if "free_understated" in self._lies and not self._said_full:
            return self.grantable_blocks * BLOCK_BYTES
        return self.free_blocks * BLOCK_BYTES

    def take_blocks(self, wanted: int, held: int) -> list[tuple[int, int]]:
        """See Volume."""
        found = super().take_blocks(wanted, held)
        self._said_full = self._said_full or sum(count for _, count in found) < wanted
        return found

    def write(self, at: int, data: bytes | memoryview) -> None:
        """See Volume."""
        if "write_refused" in self._lies and len(data) > BLOCK_BYTES:
            raise OSError(5, "I/O error")
        super().write(at, data)

    def shown_size(self, size: int) -> int:
        """See Volume."""
        return size * 2 if "sizes_forged" in self._lies and size > BLOCK_BYTES else size

    def format(self) -> None:
        """See Volume."""
        super().format()
        self._said_full = False
        self._held_back = None


def storage(capacity: int, lies: frozenset[str], *, others: Callable[[], int]) -> Volume:
    """An honest volume, or one with these lies."""
    flash = LyingFlash(lies & set(FLASH_LIES), capacity) if lies & set(FLASH_LIES) else Flash()
    if not lies & set(VOLUME_LIES):
        return Volume(capacity, flash=flash, others=others)
    return LyingVolume(capacity, lies & set(VOLUME_LIES), flash=flash, others=others)
