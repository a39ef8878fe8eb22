# SPDX-License-Identifier: GPL-3.0-or-later
"""What SQLite and the file system mean by an error, for every database of ours: full, corrupt, or something else."""

import errno
import sqlite3
from enum import Enum, auto

_FULL = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_READONLY)
_CORRUPT = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_FULL_DISK = (errno.ENOSPC, errno.EROFS, errno.EDQUOT)


class Trouble(Enum):
    """What can be done about it: make room, take the copy, or read the text."""

    FULL = auto()  # the disk is full or the place cannot be written
    CORRUPT = auto()  # the file is no database, or not one of ours
    OTHER = auto()


def trouble(error: sqlite3.Error | OSError) -> Trouble:
    """Which of the three it is."""
    if isinstance(error, OSError):
        return Trouble.FULL if error.errno in _FULL_DISK else Trouble.OTHER
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the rest of the number says more than is needed
    if code in _FULL:
        return Trouble.FULL
    if code in _CORRUPT or "no such table" in str(error):
        return Trouble.CORRUPT
    return Trouble.OTHER
