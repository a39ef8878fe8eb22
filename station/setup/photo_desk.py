# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the photos of a job are asked for and handed in.

photos/                   below the station's folder, readable by its owner only
  PORT.wanted             the one-time code of the job that waits for photos of the phone on that port; whoever leads
                          that job holds a lock on it, so that what a station that was killed has left asks for nothing
  taken.sha256            digest, code and view of all photos ever taken in, one a line: none serves two jobs or views
  CODE/VIEW.jpg           the photos, without anything but their pixels
  CODE/VIEW.seen          what was seen of the card on it: ok, or unread

Nothing is taken in but while a job waits, and a job waits only after its erase.
"""

import errno
import hashlib
import os
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from phones.durable_files import sync_folder, write_over
from phones.errors import ProofwipeError
from phones.given_files import read_given

_LONGEST_NAME = 64
_LARGEST_PHOTO = 64_000_000
_LARGEST_LIST = 64_000_000
_LONGEST_LINE = 256
_LOCK_S = 10.0
"""Longer than a photo takes to be written; then the disk does not answer."""
_LOOK_S = 0.02
_PORT = re.compile(r"[A-Za-z0-9][A-Za-z0-9.\-]{0,63}")
_CODE = re.compile(r"[0-9A-F]{12}")
VIEWS = ("front_lit", "front_dark", "back", "left", "right", "bottom")
"""Front with a lit white screen; front with a dark screen; back with the camera glass; both sides; the port's end."""


class PhotosNotAwaitedError(ProofwipeError):
    """No job waits for photos of that phone: there is none, or its erase is not over."""

    code = "photos_not_awaited"
    exit_code = 3


class PhotoTakenTwiceError(ProofwipeError):
    """The same picture was handed in before, for another job or another view."""

    code = "photo_taken_twice"
    exit_code = 4


class HandedIn(StrEnum):
    """What became of a photo."""

    NEW = "new"
    SAME = "same"  # it was there already
    REPLACED = "replaced"  # another one of that view was there


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """One photo that was handed in. `seen`: `ok`, or `unread` where no decoder could look for the card."""

    sha256: str
    seen: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoDesk:
    """The files in `folder`."""

    folder: Path

    @contextmanager
    def awaiting(self, port: str, drawn: str) -> Iterator[None]:
        """While it is entered, a job waits for photos of the phone on that port, under the code `drawn`, which replaces
        any that was left behind there: a code is never that of two jobs. Raises: PhotosNotAwaitedError for what is no
        port; OSError.
        """
        wanted = self._wanted(port)
        self._make()
        write_over(wanted, (drawn.encode("ascii"),), mode=0o600)
        descriptor = _held(wanted)
        try:
            yield
        finally:
            try:
                self.forget(port)
            finally:
                os.close(descriptor)

    def waiting(self) -> Mapping[str, str]:
        """Port → code of every job that waits. Raises: OSError."""
        ports = sorted(path.stem for path in self.folder.glob("*.wanted")) if self.folder.is_dir() else []
        return {port: code for port in ports if (code := self._code(port))}

    def hand_in(self, code: str, view: str, data: bytes, seen: str) -> HandedIn:
        """Take a photo for the job that waits under that code; a later one of the same view counts in place of the one
        before. A crash at any moment leaves that view as it was or without a photo, and the same one can be handed in.

        Raises: PhotosNotAwaitedError, PhotoTakenTwiceError; OSError.
        """
        self._must_wait(code, view)
        digest = hashlib.sha256(data).hexdigest()
        self._make()
        with self._alone():
            self._must_wait(code, view)  # the job may have gone on since
            earlier = self._notes().get(digest)
            if earlier not in (None, (code, view)):
                raise PhotoTakenTwiceError(subject=view)
            there = self._taken(code).get(view)
            if there == Taken(sha256=digest, seen=seen):
                return HandedIn.SAME
            (self.folder / code).mkdir(mode=0o700, exist_ok=True)
            if earlier is None:
                self._note(f"{digest} {code} {view}\n".encode())
            write_over(self.folder / code / f"{view}.jpg", (data,), mode=0o600)
            write_over(self.folder / code / f"{view}.seen", (f"{seen} {digest}".encode(),), mode=0o600)
        return HandedIn.NEW if there is None or there.sha256 == digest else HandedIn.REPLACED

    def taken(self, code: str) -> Mapping[str, Taken]:
        """View → the photo there is; a file that is not what was taken in counts as none. Raises: OSError."""
        if not self.folder.is_dir():
            return {}
        with self._alone():  # whoever is handing one in comes first
            return self._taken(code)

    def forget(self, port: str) -> None:
        """Nobody waits there any more; photos stay. Raises: PhotosNotAwaitedError for what is no port; OSError."""
        self._wanted(port).unlink(missing_ok=True)

    def _must_wait(self, code: str, view: str) -> None:
        if code not in self.waiting().values() or view not in VIEWS:
            raise PhotosNotAwaitedError(subject=code)

    def _make(self) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def _taken(self, code: str) -> dict[str, Taken]:
        found = {}
        for view in VIEWS:
            try:
                seen, digest = (
                    read_given(self.folder / code / f"{view}.seen", _LONGEST_NAME * 2).decode("ascii").split()
                )
                data = read_given(self.folder / code / f"{view}.jpg", _LARGEST_PHOTO)
            except (FileNotFoundError, ValueError):
                continue
            if hashlib.sha256(data).hexdigest() == digest and seen in ("ok", "unread"):
                found[view] = Taken(sha256=digest, seen=seen)
        return found

    def _wanted(self, port: str) -> Path:
        if not _PORT.fullmatch(port):
            raise PhotosNotAwaitedError(subject=port[:_LONGEST_NAME])
        return self.folder / f"{port}.wanted"

    def _code(self, port: str) -> str:
        """The code of the job that waits there now; "" where none does, whatever was left behind."""
        try:
            wanted = self._wanted(port)
            code = read_given(wanted, _LONGEST_NAME).decode("ascii")
            return code if _CODE.fullmatch(code) and _is_held(wanted) else ""
        except (FileNotFoundError, ValueError, PhotosNotAwaitedError):
            return ""

    def _notes(self) -> dict[str, tuple[str, str]]:
        """Digest → code and view that it was first handed in for; two empty words where an older version noted none."""
        try:
            lines = read_given(self.folder / "taken.sha256", _LARGEST_LIST).decode("ascii", "replace").splitlines()
        except FileNotFoundError:
            return {}
        notes: dict[str, tuple[str, str]] = {}
        for line in lines:
            digest, _, rest = line.partition(" ")
            code, _, view = rest.partition(" ")
            notes.setdefault(digest, (code, view))
        return notes

    def _note(self, line: bytes) -> None:
        """Behind the last whole line: one that a crash has torn was of a photo that was never written."""
        path = self.folder / "taken.sha256"
        is_new = not path.exists()
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            size = os.fstat(descriptor).st_size
            tail = os.pread(descriptor, _LONGEST_LINE, max(0, size - _LONGEST_LINE))
            size -= len(tail) - (tail.rfind(b"\n") + 1)
            os.ftruncate(descriptor, size)
            if os.pwrite(descriptor, line, size) != len(line):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        if is_new:
            sync_folder(self.folder)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Two who hand in at once do so one after the other. Raises: OSError."""
        path = self.folder / "desk.lock"
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
        descriptor = _held(path)
        try:
            yield
        finally:
            os.close(descriptor)


def _held(path: Path) -> int:
    """A descriptor that holds the file for this process alone until it is closed, or the process has ended.

    Raises: TimeoutError, OSError.
    """
    import fcntl  # here: a buyer's `verify` runs where there is no such module

    descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    give_up = time.monotonic() + _LOCK_S
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() < give_up:
                time.sleep(_LOOK_S)
                continue
            os.close(descriptor)
            raise TimeoutError(errno.ETIMEDOUT, os.strerror(errno.ETIMEDOUT), str(path)) from None
        except OSError:
            os.close(descriptor)
            raise
        return descriptor


def _is_held(path: Path) -> bool:
    """Does anybody hold it? Raises: FileNotFoundError, OSError."""
    import fcntl

    descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False
