# SPDX-License-Identifier: GPL-3.0-or-later
"""The process that holds the passphrase: `python -m station.session.agent.holder SOCKET FOLDER SECONDS`.

The passphrase comes over standard input, straight into one page of memory that is neither swapped (where the system
allows) nor dumped; no copy of it is made here, and it is in no argument and no variable. The process ends, and the page
is overwritten, when it is told to, when the time is over (also time that the machine slept), when the station's folder
or the socket is gone, or somebody else's socket has its name.
"""

import ctypes
import json
import mmap
import os
import resource
import signal
import socket
import sys
import time
from contextlib import suppress
from pathlib import Path

from station.session.remote.place import listen_at, other_side, read_line

LONGEST = 4096
"""Bytes of a passphrase: as `station.cli.passphrase`."""
LOOK_S = 0.5
REQUEST_S = 2.0
LONGEST_REQUEST = 64
_PR_SET_DUMPABLE = 4  # [read: prctl(2)]; without it any process of this user could read our memory


class Page:
    """One page of memory with the passphrase."""

    def __init__(self, source: int) -> None:
        """Read from that descriptor until it ends. Raises: ValueError when it is empty or too long."""
        self._memory = mmap.mmap(-1, 2 * LONGEST)
        with suppress(OSError):
            self._memory.madvise(mmap.MADV_DONTDUMP)
        view = (ctypes.c_char * (2 * LONGEST)).from_buffer(self._memory)
        self.is_locked = ctypes.CDLL(None, use_errno=True).mlock(ctypes.byref(view), 2 * LONGEST) == 0
        del view  # else the memory could not be closed
        self._length = 0
        with memoryview(self._memory) as room:
            while (read := os.readv(source, [room[self._length :]])) > 0:
                self._length += read
                if self._length > LONGEST:
                    break
        if not 0 < self._length <= LONGEST:
            self.forget()
            raise ValueError("no passphrase")

    def send(self, connection: socket.socket) -> None:
        """All of it. Raises: OSError."""
        with memoryview(self._memory) as room, room[: self._length] as secret:
            connection.sendall(secret)

    def forget(self) -> None:
        """Overwrite it."""
        self._memory[:] = bytes(len(self._memory))


class Holder:
    """Answers whoever is the same user, one after the other."""

    def __init__(self, page: Page, path: Path, folder: Path, seconds: float) -> None:
        self._page = page
        self._path = path
        self._folder = folder
        self._until = _now() + seconds
        self._listening = listen_at(path, waiting=8)
        self._own = path.stat().st_ino
        self.over = False

    def run(self) -> None:
        """Until it is over."""
        self._listening.settimeout(LOOK_S)
        try:
            while not self.over and self._is_wanted():
                with suppress(OSError, EOFError, ValueError):  # a client that is gone, too slow, or says nonsense
                    connection, _nobody = self._listening.accept()
                    with connection:
                        self._answer(connection)
        finally:
            self._page.forget()
            with suppress(OSError):  # while the socket is open: nobody else's can have its number
                if self._path.stat().st_ino == self._own:
                    self._path.unlink()
            self._listening.close()

    def _is_wanted(self) -> bool:
        try:
            return _now() < self._until and self._folder.is_dir() and self._path.stat().st_ino == self._own
        except OSError:
            return False

    def _answer(self, connection: socket.socket) -> None:
        if other_side(connection) != os.geteuid():
            return
        wish = read_line(connection, most=LONGEST_REQUEST, seconds=REQUEST_S)
        connection.settimeout(REQUEST_S)
        if not self._is_wanted():  # what came while the machine woke up
            self.over = True
        elif wish == b"passphrase":
            self._page.send(connection)
        elif wish == b"status":
            left = max(0.0, self._until - _now())
            status = {"left_s": left, "locked": self._page.is_locked, "process": os.getpid()}
            connection.sendall(json.dumps(status).encode())
        elif wish == b"lock":
            self.over = True
            self._page.forget()
            connection.sendall(b"{}")


def _now() -> float:
    """Seconds, with those that the machine slept."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def main() -> None:
    """See above. Says `ready` on standard output once it can be asked, then has no streams any more."""
    path, folder, seconds = Path(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3])
    ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    page = Page(0)
    holder = Holder(page, path, folder, seconds)

    def end(_signal: int, _frame: object) -> None:
        holder.over = True

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    os.write(1, b"ready\n")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in range(3):
        os.dup2(nowhere, stream)
    os.close(nowhere)
    os.chdir("/")
    holder.run()


if __name__ == "__main__":
    main()
