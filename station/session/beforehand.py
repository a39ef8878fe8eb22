# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be known before an erase is said before the erase: to whoever confirms it, and while it costs nothing."""

import shutil
from pathlib import Path

from station.errors import DiskNearlyFullError

FREE_BYTES_WANTED = 500_000_000
"""Below this nothing is erased: a ledger that cannot be written would stop jobs half-way."""


def must_have_room(folder: Path, wanted: int = FREE_BYTES_WANTED) -> None:
    """Is there room for ledger and papers? Raises: DiskNearlyFullError."""
    place = folder
    while not place.exists() and place != place.parent:
        place = place.parent
    free = shutil.disk_usage(place).free
    if free < wanted:
        raise DiskNearlyFullError(subject=str(folder), free=str(free // 1_000_000), wanted=str(wanted // 1_000_000))
