# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that are, after a crash at any moment, there whole or as they were: written beside, synced, then put in place.

The one writer of the program; what cannot be written is an OSError, which each room translates. A name that somebody
gave may be anything: a link is followed, and a device, a pipe or our own standard output is written into, as every
good tool does; nothing but an ordinary file is ever replaced.
"""

import errno
import os
import secrets
import stat
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType

READABLE = 0o666
"""For everybody whom the umask lets; private files give 0o600."""
READER_S = 60.0
"""How long a named pipe is waited for until somebody reads it."""
_LOOK_S = 0.05
_MOST_LINKS = 40
_OWN_STREAMS: Mapping[str, int] = MappingProxyType({"/dev/stdin": 0, "/dev/stdout": 1, "/dev/stderr": 2})


def write_new(path: Path, data: bytes, *, mode: int = READABLE) -> None:
    """Write a file that must not exist yet. Raises: FileExistsError, OSError."""
    unfinished = _written_beside(path, (data,), mode, None)
    try:
        os.link(unfinished, path)  # unlike rename, fails when the name is taken
    finally:
        unfinished.unlink(missing_ok=True)
    sync_folder(path.parent)


def write_over(path: Path, pieces: Iterable[bytes], *, mode: int | None = None, wait_s: float = READER_S) -> None:
    """Write to that name: a file of its own, in place of the one before if there is one, or into what stands there.

    Links are followed, also one that leads to nothing yet. An ordinary file is replaced whole, and keeps its
    permissions unless `mode` is given. Into a device, a pipe or a socket of ours it is written piece by piece; a named
    pipe is waited for until somebody reads it, `wait_s` seconds at most. Raises: OSError.
    """
    stream = _own_stream(path)
    if stream is not None:
        _write_all(os.dup(stream), pieces)
        return
    found = _found(path)
    if found is not None and stat.S_ISDIR(found.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if found is not None and not stat.S_ISREG(found.st_mode):
        _write_all(_opened(path, wait_s), pieces)
        return
    _replace(Path(os.path.realpath(path)), pieces, found, mode)


def sync_folder(place: Path) -> None:
    """Names in the folder are on the disk when this returns. Raises: OSError."""
    folder = os.open(place, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _replace(target: Path, pieces: Iterable[bytes], before: os.stat_result | None, mode: int | None) -> None:
    if before is not None and not os.access(target, os.W_OK):  # a rename would not ask: the folder's permission rules
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(target))
    kept = before if mode is None else None
    unfinished = _written_beside(target, pieces, READABLE if mode is None else mode, kept)
    try:
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)
    sync_folder(target.parent)


def _written_beside(path: Path, pieces: Iterable[bytes], mode: int, like: os.stat_result | None) -> Path:
    """`like`: the file whose owner and permissions it gets."""
    unfinished = path.with_name(f".{path.name[:200]}.{secrets.token_hex(4)}")
    first = mode if like is None else 0o600
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, first)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.writelines(pieces)
            file.flush()
            if like is not None:
                _be_like(descriptor, like)
            os.fsync(file.fileno())
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
    return unfinished


def _be_like(descriptor: int, like: os.stat_result) -> None:
    now = os.fstat(descriptor)
    if (now.st_uid, now.st_gid) != (like.st_uid, like.st_gid):
        with suppress(PermissionError):  # only root gives files away; the permissions are kept all the same
            os.fchown(descriptor, like.st_uid, like.st_gid)
    os.fchmod(descriptor, stat.S_IMODE(like.st_mode))


def _own_stream(path: Path) -> int | None:
    """The descriptor of ours that the name leads to (/dev/stdout, /dev/fd/N), which is written on where it stands:
    opened anew, a file behind it would begin at its start, and a socket could not be opened at all.
    """
    step = path.absolute()
    for _ in range(_MOST_LINKS):
        if str(step) in _OWN_STREAMS:
            return _OWN_STREAMS[str(step)]
        if step.name.isascii() and step.name.isdigit() and str(step.parent.resolve()) == f"/proc/{os.getpid()}/fd":
            return int(step.name)
        try:
            step = step.parent / step.readlink()
        except (OSError, ValueError):
            return None
    return None


def _found(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except FileNotFoundError:
        return None
    except ValueError as error:  # a name no file system takes, with a zero byte in it
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL), str(path)) from error


def _opened(path: Path, wait_s: float) -> int:
    """A device or pipe, open for writing; never made, never emptied."""
    until = time.monotonic() + wait_s
    while True:
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
        except OSError as error:
            if error.errno != errno.ENXIO or not path.is_fifo():
                raise
            if time.monotonic() > until:
                raise TimeoutError(errno.ETIMEDOUT, os.strerror(errno.ETIMEDOUT), str(path)) from error
            time.sleep(_LOOK_S)  # nobody reads the pipe yet
        else:
            os.set_blocking(descriptor, True)
            return descriptor


def _write_all(descriptor: int, pieces: Iterable[bytes]) -> None:
    """All pieces, then let go of it; synced where it can be. Raises: OSError."""
    with os.fdopen(descriptor, "wb") as file:
        file.writelines(pieces)
        file.flush()
        with suppress(OSError):  # pipes and most devices know no such thing
            os.fsync(file.fileno())
