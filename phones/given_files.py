# SPDX-License-Identifier: GPL-3.0-or-later
"""The one way in for a file that somebody names: an ordinary file, of which no more is read than asked.

A FIFO, a terminal or a kernel's pipe under a file's name would be waited for without end, and a device has no end.
Standard input is all of these, and is waited for because somebody asked for it. Buyers read files through here on any
system, so nothing is named that only some have.
"""

import errno
import os
import stat
import time
from pathlib import Path

_PIECE = 1024 * 1024
_LOOK_S = 0.02
_OPENED: int = os.O_RDONLY | sum(
    getattr(os, name, 0) for name in ("O_NONBLOCK", "O_NOCTTY", "O_CLOEXEC", "O_BINARY", "O_NOINHERIT")
)
"""Not waiting, not as our terminal, not for children; bytes as they are, on Windows."""


def read_given(path: Path, most: int) -> bytes:
    """The first `most` bytes of an ordinary file; one byte more than may be says that it is too large.

    Never waits. Raises: OSError; with EINVAL for what is there and no ordinary file.
    """
    try:
        _must_be_ordinary(path.stat(), path)  # before it is opened: opening alone can start a device
        descriptor = os.open(path, _OPENED)
    except ValueError as error:  # a name no file system takes: with a zero byte, or with halves of characters
        raise OSError(errno.ENOENT, os.strerror(errno.ENOENT), str(path)) from error
    try:
        _must_be_ordinary(os.fstat(descriptor), path)
        return read_stream(descriptor, most)
    finally:
        os.close(descriptor)


def read_stream(descriptor: int, most: int) -> bytes:
    """The first `most` bytes of what another program writes, or all of it; waits for them as long as it takes.

    Also where the other side left the descriptor non-blocking, which then has nothing for a while without being at its
    end. Raises: OSError.
    """
    pieces: list[bytes] = []
    while most > 0:
        try:
            piece = os.read(descriptor, min(most, _PIECE))
        except BlockingIOError:
            time.sleep(_LOOK_S)
            continue
        if not piece:
            break
        pieces.append(piece)
        most -= len(piece)
    return b"".join(pieces)


def _must_be_ordinary(found: os.stat_result, path: Path) -> None:
    if stat.S_ISDIR(found.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if not stat.S_ISREG(found.st_mode):
        raise OSError(errno.EINVAL, "not an ordinary file", str(path))
