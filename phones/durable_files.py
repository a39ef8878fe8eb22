# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that are, after a crash at any moment, there whole or as they were: written beside, synced, then put in place.

The one writer of the program; what cannot be written is an OSError, which each room translates.
"""

import os
import secrets
from collections.abc import Iterable
from pathlib import Path

READABLE = 0o666
"""For everybody whom the umask lets; private files give 0o600."""


def write_new(path: Path, data: bytes, *, mode: int = READABLE) -> None:
    """Write a file that must not exist yet. Raises: FileExistsError, OSError."""
    unfinished = _written_beside(path, (data,), mode)
    try:
        os.link(unfinished, path)  # unlike rename, fails when the name is taken
    finally:
        unfinished.unlink(missing_ok=True)
    _sync_folder(path.parent)


def write_over(path: Path, pieces: Iterable[bytes], *, mode: int = READABLE) -> None:
    """Write a file, in place of the one before if there is one. Raises: OSError."""
    unfinished = _written_beside(path, pieces, mode)
    try:
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    _sync_folder(path.parent)


def _written_beside(path: Path, pieces: Iterable[bytes], mode: int) -> Path:
    unfinished = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.writelines(pieces)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
    return unfinished


def _sync_folder(place: Path) -> None:
    folder = os.open(place, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
