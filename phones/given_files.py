# SPDX-License-Identifier: GPL-3.0-or-later
"""The one way in for a file that somebody names: an ordinary file, of which no more is read than asked.

A FIFO, a terminal or a kernel's pipe under a file's name would be waited for without end, and a device has no end.
"""

import errno
import os
import stat
from pathlib import Path

_PIECE = 1024 * 1024


def read_given(path: Path, most: int) -> bytes:
    """The first `most` bytes of an ordinary file; one byte more than may be says that it is too large.

    Never waits. Raises: OSError; with EINVAL for what is there and no ordinary file.
    """
    try:
        _must_be_ordinary(path.stat(), path)  # before it is opened: opening alone can start a device
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    except ValueError as error:  # a name no file system takes: with a zero byte, or with halves of characters
        raise OSError(errno.ENOENT, os.strerror(errno.ENOENT), str(path)) from error
    try:
        _must_be_ordinary(os.fstat(descriptor), path)
        return _read(descriptor, most)
    finally:
        os.close(descriptor)


def _must_be_ordinary(found: os.stat_result, path: Path) -> None:
    if stat.S_ISDIR(found.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if not stat.S_ISREG(found.st_mode):
        raise OSError(errno.EINVAL, "not an ordinary file", str(path))


def _read(descriptor: int, most: int) -> bytes:
    pieces: list[bytes] = []
    while most > 0 and (piece := os.read(descriptor, min(most, _PIECE))):
        pieces.append(piece)
        most -= len(piece)
    return b"".join(pieces)
