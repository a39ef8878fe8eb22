# SPDX-License-Identifier: GPL-3.0-or-later
"""The file system of `/data`: blocks, inodes, a reserve, and the page cache between its files and the chip.

A write is in the cache until `sync` or until much is dirty; a read comes from the cache until the restart, then
from the chip. Numbers are those of an ordinary ext4 or f2fs; what a maker formats is `unconfirmed`.
"""

import errno
import os
from collections.abc import Callable

from virtual_phones.storage.flash import Flash
from virtual_phones.storage.sparse import Sparse

BLOCK_BYTES = 4096
INODE_BLOCKS, NODE_BLOCKS = 923, 1018
"""Blocks that an inode points to by itself, and those that each further block of addresses does: f2fs's numbers [read,
linux f2fs_fs.h]; ext4's extents need fewer."""
DIRTY_BYTES = 32 * 1024 * 1024
"""So much may wait in the cache before the kernel writes it back by itself (vm.dirty_bytes; `unconfirmed`)."""
BYTES_PER_INODE = 16 * 1024
"""mke2fs's inode_ratio."""
FEWEST_INODES = 64


class Volume:
    """`capacity` in bytes. `others` tells what of it is taken by what is not stored here block by block."""

    def __init__(
        self,
        capacity: int,
        *,
        flash: Flash | None = None,
        inodes: int | None = None,
        reserve: int | None = None,
        others: Callable[[], int] = lambda: 0,
    ) -> None:
        self.blocks = capacity // BLOCK_BYTES
        self.inodes = max(FEWEST_INODES, capacity // BYTES_PER_INODE) if inodes is None else inodes
        self.reserve = self.blocks // 100 if reserve is None else reserve // BLOCK_BYTES
        """Blocks for root alone: f2fs reserve_root, ext4 reserved blocks; 1 percent is `unconfirmed`."""
        self.flash = flash or Flash()
        self.others = others
        self.data_blocks = 0
        self.node_blocks = 0
        self.files = 0
        self.written_bytes = 0
        """All that was ever written to it."""
        self._free: list[tuple[int, int]] = []
        self._next = 0
        self._cache = Sparse()
        self._cached = bytearray()
        self._dirty: list[list[int]] = []
        self._dirty_bytes = 0

    # -- what is there --------------------------------------------------------------------------

    @property
    def capacity_bytes(self) -> int:
        """What df calls the size."""
        return self.blocks * BLOCK_BYTES

    @property
    def used_bytes(self) -> int:
        """What df calls used."""
        return (self.data_blocks + self.node_blocks) * BLOCK_BYTES + self.others()

    @property
    def free_blocks(self) -> int:
        """Blocks that a user may still take."""
        taken = self.data_blocks + self.node_blocks + -(-self.others() // BLOCK_BYTES)
        return max(0, self.blocks - self.reserve - taken)

    @property
    def free_bytes(self) -> int:
        """What df calls available."""
        return self.free_blocks * BLOCK_BYTES

    @property
    def grantable_blocks(self) -> int:
        """What a write is given: of an honest volume all that is free."""
        return self.free_blocks

    def shown_size(self, size: int) -> int:
        """What stat tells of a file of `size` bytes."""
        return size

    # -- inodes and blocks ----------------------------------------------------------------------

    def take_inode(self) -> None:
        """For a new file. Raises: OSError (ENOSPC)."""
        if self.files >= self.inodes:
            raise no_space()
        self.files += 1

    def give_inode(self) -> None:
        """A file is gone."""
        self.files -= 1

    def take_blocks(self, wanted: int, held: int) -> list[tuple[int, int]]:
        """As many of `wanted` blocks as there are, (first, count) each, for a file that holds `held`."""
        free = self.grantable_blocks
        granted = wanted
        while granted > 0 and (need := granted + nodes(held + granted) - nodes(held)) > free:
            granted -= min(granted, need - free)
        self.data_blocks += granted
        self.node_blocks += nodes(held + granted) - nodes(held)
        found = []
        while granted > 0 and self._free:
            start, count = self._free.pop()
            if count > granted:
                self._free.append((start + granted, count - granted))
                count = granted
            found.append((start, count))
            granted -= count
        if granted:
            found.append((self._next, granted))
            self._next += granted
        return found

    def give_blocks(self, start: int, count: int, held: int) -> None:
        """A file that held `held` blocks gives some back."""
        self.data_blocks -= count
        self.node_blocks -= nodes(held) - nodes(held - count)
        if not self.data_blocks:
            self._free.clear()
            self._next = 0
        elif start + count == self._next:
            self._next = start
        elif self._free and sum(self._free[-1]) == start:
            self._free[-1] = (self._free[-1][0], self._free[-1][1] + count)
        else:
            self._free.append((start, count))

    # -- the page cache ---------------------------------------------------------------------------

    def write(self, at: int, data: bytes | memoryview) -> None:
        """Into the cache, at address `at`."""
        if not len(data):
            return
        self.written_bytes += len(data)
        first, offset = divmod(at, BLOCK_BYTES)
        end = -(-(at + len(data)) // BLOCK_BYTES)
        if len(self._cached) < end:
            self._cached.extend(bytes(end - len(self._cached)))
        for block, whole in ((first, not offset), (end - 1, not (at + len(data)) % BLOCK_BYTES)):
            if not whole and not self._cached[block]:
                self._cache.write(block * BLOCK_BYTES, self.flash.read(block * BLOCK_BYTES, BLOCK_BYTES))
        self._cache.write(at, data)
        self._cached[first:end] = b"\1" * (end - first)
        start = first * BLOCK_BYTES
        if self._dirty and self._dirty[-1][0] <= start <= self._dirty[-1][1]:
            self._dirty_bytes += max(0, end * BLOCK_BYTES - self._dirty[-1][1])
            self._dirty[-1][1] = max(self._dirty[-1][1], end * BLOCK_BYTES)
        else:
            self._dirty.append([start, end * BLOCK_BYTES])
            self._dirty_bytes += end * BLOCK_BYTES - start
        if self._dirty_bytes >= DIRTY_BYTES:
            self.sync()

    def read(self, at: int, count: int) -> bytes:
        """From the cache what is in it, the rest from the chip."""
        pieces = []
        while count > 0:
            block = at // BLOCK_BYTES
            cached = block < len(self._cached) and self._cached[block] == 1
            last = -(-(at + count) // BLOCK_BYTES)
            other = self._cached.find(b"\0" if cached else b"\1", block, last)
            if other < 0:
                other = min(last, len(self._cached)) if cached else last
            here = min(count, other * BLOCK_BYTES - at)
            pieces.append((self._cache if cached else self.flash).read(at, here))
            at += here
            count -= here
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def sync(self) -> None:
        """Write back what is dirty."""
        for start, end in self._dirty:
            for at in range(start, end, DIRTY_BYTES):
                self.flash.write(at, self._cache.read(at, min(DIRTY_BYTES, end - at)))
        self._dirty.clear()
        self._dirty_bytes = 0
        if self.flash.true_to_cache:  # it could not be told apart: the memory is spared
            self._forget()

    def restart(self) -> None:
        """An orderly restart: written back, and the cache is empty."""
        self.sync()
        self._forget()
        self.flash.restart()

    def format(self) -> None:
        """A new file system: no file, no block, nothing cached. What the chip held stays in it, out of reach."""
        self.data_blocks = self.node_blocks = self.files = self._next = 0
        self._free.clear()
        self._dirty.clear()
        self._dirty_bytes = 0
        self._forget()

    def _forget(self) -> None:
        self._cache.clear()
        self._cached.clear()


def nodes(blocks: int) -> int:
    """Blocks of addresses for so many blocks of data."""
    return -(-max(0, blocks - INODE_BLOCKS) // NODE_BLOCKS)


def no_space() -> OSError:
    """The kernel's ENOSPC."""
    return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
