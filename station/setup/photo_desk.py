# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the photos of a job are asked for and handed in.

photos/                   below the station's folder, readable by its owner only
  PORT.wanted             the one-time code of the job that waits for photos of the phone on that port
  taken.sha256            digests of all photos ever taken in, one a line: none is taken twice
  CODE/VIEW.jpg           the photos, without anything but their pixels
  CODE/VIEW.seen          what was seen of the card on it: ok, or unread

Nothing is taken in but while a job waits, and a job waits only after its erase.
"""

import hashlib
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from phones.durable_files import write_over
from phones.errors import ProofwipeError
from phones.given_files import read_given

_LONGEST_NAME = 64
_LARGEST_PHOTO = 64_000_000
_LARGEST_LIST = 64_000_000
_PORT = re.compile(r"[A-Za-z0-9][A-Za-z0-9.\-]{0,63}")
_CODE = re.compile(r"[0-9A-F]{12}")
VIEWS = ("front_lit", "front_dark", "back", "left", "right", "bottom")
"""Front with a lit white screen; front with a dark screen; back with the camera glass; both sides; the port's end."""


class PhotosNotAwaitedError(ProofwipeError):
    """No job waits for photos of that phone: there is none, or its erase is not over."""

    code = "photos_not_awaited"
    exit_code = 3


class PhotoTakenTwiceError(ProofwipeError):
    """The same picture was handed in before, for this job or another."""

    code = "photo_taken_twice"
    exit_code = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """One photo that was handed in. `seen`: `ok`, or `unread` where no decoder could look for the card."""

    sha256: str
    seen: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoDesk:
    """The files in `folder`."""

    folder: Path

    def ask(self, port: str, drawn: str) -> None:
        """A job waits for photos of the phone on that port, under the code `drawn`, which replaces any that was left
        behind there: a code is never that of two jobs. Raises: OSError.
        """
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_over(self._wanted(port), (drawn.encode("ascii"),), mode=0o600)

    def waiting(self) -> Mapping[str, str]:
        """Port → code of every job that waits."""
        ports = sorted(path.stem for path in self.folder.glob("*.wanted")) if self.folder.is_dir() else []
        return {port: code for port in ports if (code := self._code(port))}

    def hand_in(self, code: str, view: str, data: bytes, seen: str) -> None:
        """Take a photo for the job that waits under that code; a later one of the same view counts.

        Raises: PhotosNotAwaitedError, PhotoTakenTwiceError; OSError.
        """
        if code not in self.waiting().values() or view not in VIEWS:
            raise PhotosNotAwaitedError(subject=code)
        digest = hashlib.sha256(data).hexdigest()
        if digest.encode() in self._digests():
            raise PhotoTakenTwiceError(subject=view)
        place = self.folder / code
        place.mkdir(mode=0o700, exist_ok=True)
        self._note(digest)
        (place / f"{view}.seen").unlink(missing_ok=True)  # a crash between the two leaves none
        write_over(place / f"{view}.jpg", (data,), mode=0o600)
        write_over(place / f"{view}.seen", (f"{seen} {digest}".encode(),), mode=0o600)

    def taken(self, code: str) -> Mapping[str, Taken]:
        """View → the photo there is; a file that is not what was taken in counts as none. Raises: OSError."""
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

    def forget(self, port: str) -> None:
        """Nobody waits there any more; photos stay. Raises: OSError."""
        self._wanted(port).unlink(missing_ok=True)

    def _wanted(self, port: str) -> Path:
        if not _PORT.fullmatch(port):
            raise PhotosNotAwaitedError(subject=port[:_LONGEST_NAME])
        return self.folder / f"{port}.wanted"

    def _code(self, port: str) -> str:
        try:
            code = read_given(self._wanted(port), _LONGEST_NAME).decode("ascii")
        except (FileNotFoundError, ValueError):
            return ""
        return code if _CODE.fullmatch(code) else ""

    def _digests(self) -> frozenset[bytes]:
        try:
            return frozenset(read_given(self.folder / "taken.sha256", _LARGEST_LIST).split())
        except FileNotFoundError:
            return frozenset()

    def _note(self, digest: str) -> None:
        descriptor = os.open(self.folder / "taken.sha256", os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            os.write(descriptor, f"{digest}\n".encode())
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
