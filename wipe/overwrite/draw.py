# SPDX-License-Identifier: GPL-3.0-or-later
"""Which chunks are read back: a sample that anybody can draw again from the seed on the paper.

The seed is made after the restart, of the job's secret and the phone's own id of that start (wipe.secret), so that
neither side could have known or chosen it while the phone was filled.
"""

import hashlib

from wipe.overwrite.layout import Layout
from wipe.overwrite.plan import LEAST_CHUNKS, SHARE_PERCENT


def how_many(chunks: int, *, percent: int = SHARE_PERCENT, least: int = LEAST_CHUNKS) -> int:
    """How many of `chunks` are drawn."""
    return min(chunks, max(-(-chunks * percent // 100), least))


def draw(layout: Layout, seed: str, count: int) -> tuple[int, ...]:
    """Numbers of the chunks drawn, ascending: of all chunks, ordered by SHA-256(seed, number as 8 bytes big-endian),
    the first `count`; and of a file that would have none, the first of its own in that order.
    """
    start = hashlib.sha256(bytes.fromhex(seed))

    def place(number: int) -> bytes:
        mixed = start.copy()
        mixed.update(number.to_bytes(8, "big"))
        return mixed.digest()

    order = sorted(range(layout.chunks), key=place)
    drawn = order[:count]
    missing = set(range(layout.files)) - {layout.file_of(number) for number in drawn}
    for number in order[count:]:
        if not missing:
            break
        if layout.file_of(number) in missing:
            missing.discard(layout.file_of(number))
            drawn.append(number)
    return tuple(sorted(drawn))
