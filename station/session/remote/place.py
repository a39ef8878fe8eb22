# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the socket of a session is, who is at its other end, and lines that are bounded in length and time.

The socket lies in the station's folder, for its owner alone. A file system may keep its rights loosely, so the kernel
is also asked who the other side is: the same user or root, nobody else, whichever side one is on.
"""

import os
import socket
import stat
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from station.setup.home import Home

_LONGEST_PATH = 100
"""Bytes: what AF_UNIX takes is 107 [read: unix(7)]."""
_PIECE = 64 * 1024
_CREDENTIALS = struct.Struct("3i")


class LineTooLongError(ValueError):
    """More bytes than are taken."""


def socket_path(home: Home) -> Path:
    """The socket's name, whether or not anybody listens there."""
    return home.path / "session.sock"


@contextmanager
def reachable(path: Path) -> Iterator[str]:
    """A name for the socket that is short enough, however long the folder's is: through an open folder."""
    if len(os.fsencode(path)) <= _LONGEST_PATH:
        yield str(path)
        return
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)


def listen(home: Home, *, waiting: int) -> socket.socket:
    """A new socket there, in place of one that a session left behind. Only who holds the station's lock may call it.

    Raises: OSError, also when something else than a socket has that name.
    """
    return listen_at(socket_path(home), waiting=waiting)


def listen_at(path: Path, *, waiting: int) -> socket.socket:
    """A new socket of that name, for its owner alone, in place of one that is there. Raises: OSError, as above."""
    try:
        if not stat.S_ISSOCK(path.lstat().st_mode):
            raise FileExistsError(f"{path.name} is no socket")
        path.unlink()
    except FileNotFoundError:
        pass
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        os.fchmod(listening.fileno(), 0o600)  # before it has a name, which then never had other rights
        with reachable(path) as name:
            listening.bind(name)
        path.chmod(0o600)
        listening.listen(waiting)
    except BaseException:
        listening.close()
        raise
    return listening


def other_side(connection: socket.socket) -> int:
    """The user id of who is there, as the kernel says. Raises: OSError."""
    return peer_of(connection)[1]


def peer_of(connection: socket.socket) -> tuple[int, int]:
    """Process and user id of who is there, as the kernel says. Raises: OSError."""
    data = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    process, user, _group = _CREDENTIALS.unpack(data)
    return int(process), int(user)


def own_or_root(user: int) -> bool:
    """May this user ask this session, or answer for it?"""
    return user in (os.geteuid(), 0)


def read_line(connection: socket.socket, *, most: int, seconds: float) -> bytes:
    """One whole line without its end. Raises: LineTooLongError, TimeoutError, EOFError, OSError."""
    until = time.monotonic() + seconds
    pieces, length = [], 0
    while True:
        left = until - time.monotonic()
        if left <= 0:
            raise TimeoutError
        connection.settimeout(left)
        piece = connection.recv(_PIECE)
        if not piece:
            raise EOFError
        line, end, _rest = piece.partition(b"\n")
        pieces.append(line)
        length += len(line)
        if length > most:
            raise LineTooLongError
        if end:
            return b"".join(pieces)


def send_line(connection: socket.socket, line: bytes, *, seconds: float) -> None:
    """All of it. Raises: TimeoutError, OSError."""
    connection.settimeout(seconds)
    connection.sendall(line)
