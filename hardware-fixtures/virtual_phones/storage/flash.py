# SPDX-License-Identifier: GPL-3.0-or-later
"""The chip: what reaches it stays there without power."""

from virtual_phones.storage.sparse import Sparse


class Flash:
    """An honest chip. `true_to_cache`: what it gives back is always what was written last."""

    true_to_cache = True

    def __init__(self) -> None:
        self.space = Sparse()

    def write(self, at: int, data: bytes) -> None:
        """The kernel writes back what was in the page cache."""
        self.space.write(at, data)

    def read(self, at: int, count: int) -> bytes:
        """What the chip holds."""
        return self.space.read(at, count)

    def restart(self) -> None:
        """The power went and came."""
