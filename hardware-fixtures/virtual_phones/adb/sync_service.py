# SPDX-License-Identifier: GPL-3.0-or-later
"""adb's file transfer (`sync:`), the phone's side: bytes in, bytes out, over any file tree.

Requests are 4 letters and a u32; features announced are stat_v2 only, so LIS2, SND2 and RCV2 never
come. Layouts: research/virtual-phones.md 6.4 [measured with adb 29 and adb 36].
"""

import errno
import struct
from dataclasses import dataclass
from typing import Protocol

_REQUEST = struct.Struct("<4sI")
_STAT = struct.Struct("<4sIII")
_STAT_V2 = struct.Struct("<4sIQQIIIIQqqq")
_ENTRY = struct.Struct("<4sIIII")
CHUNK_BYTES = 64 * 1024
_MAXIMUM_PATH = 4096
_MAXIMUM_FILE = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class FileStatus:
    """`mode` with file type bits, as st_mode; `mtime` in seconds since 1970."""

    mode: int
    size: int
    mtime: int


class SyncFiles(Protocol):
    """The files a host may see. Paths are absolute; all methods raise OSError with errno."""

    def status(self, path: str, *, follow: bool) -> FileStatus:
        """What lies at `path`, or with `follow` at the end of its links. Raises: OSError."""

    def names(self, path: str) -> list[str]:
        """What lies in the folder `path`. Raises: OSError."""

    def read(self, path: str) -> bytes:
        """The content of a file. Raises: OSError."""

    def write(self, path: str, data: bytes, *, mode: int, mtime: int) -> None:
        """Make or replace a file, with its folders. Raises: OSError."""


class SyncSession:
    """One opened `sync:` service."""

    def __init__(self, files: SyncFiles) -> None:
        self._files = files
        self._inbox = bytearray()
        self._sending: tuple[str, int] | None = None
        self._refused = ""
        self._received = bytearray()
        self.ended = False

    def receive(self, data: bytes) -> bytes:
        """Bytes of the host in, whole answers out. `ended` after QUIT or a request nobody knows."""
        self._inbox += data
        answers = bytearray()
        while not self.ended and len(self._inbox) >= _REQUEST.size:
            name, number = _REQUEST.unpack_from(self._inbox)
            body = 0 if name in {b"DONE", b"QUIT"} else number
            if body > (CHUNK_BYTES if name == b"DATA" else _MAXIMUM_PATH):
                self.ended = True
                return bytes(answers) + _failure("request too long")
            if len(self._inbox) < _REQUEST.size + body:
                break
            payload = bytes(self._inbox[_REQUEST.size : _REQUEST.size + body])
            del self._inbox[: _REQUEST.size + body]
            answers += self._answer(name, number, payload)
        return bytes(answers)

    def _answer(self, name: bytes, number: int, payload: bytes) -> bytes:
        if self._sending is not None:
            return self._take(name, number, payload)
        path = payload.decode("utf-8", "surrogateescape")
        match name:
            case b"STAT":
                return self._stat(path)
            case b"STA2" | b"LST2":
                return self._stat_v2(name, path)
            case b"LIST":
                return self._list(path)
            case b"RECV":
                return self._read(path)
            case b"SEND":
                target, _, mode = path.rpartition(",")
                self._sending = (target, int(mode) if mode.isdecimal() else 0o100644)
                return b""
        self.ended = True
        return b"" if name == b"QUIT" else _failure(f"unknown command {name!r}")

    def _stat(self, path: str) -> bytes:
        try:
            found = self._files.status(path, follow=False)
        except OSError:
            return _STAT.pack(b"STAT", 0, 0, 0)
        return _STAT.pack(b"STAT", found.mode, found.size, found.mtime)

    def _stat_v2(self, name: bytes, path: str) -> bytes:
        try:
            found = self._files.status(path, follow=name == b"STA2")
        except OSError as refusal:
            return _STAT_V2.pack(name, refusal.errno or errno.EIO, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
        time = found.mtime
        return _STAT_V2.pack(name, 0, 1, 1, found.mode, 1, 0, 0, found.size, time, time, time)

    def _list(self, path: str) -> bytes:
        entries = bytearray()
        try:
            names = self._files.names(path)
        except OSError:
            names = []
        for name in names:
            try:
                found = self._files.status(f"{path.rstrip('/')}/{name}", follow=False)
            except OSError:
                continue
            raw = name.encode("utf-8", "surrogateescape")
            entries += _ENTRY.pack(b"DENT", found.mode, found.size, found.mtime, len(raw)) + raw
        return bytes(entries) + _ENTRY.pack(b"DONE", 0, 0, 0, 0)

    def _read(self, path: str) -> bytes:
        try:
            data = self._files.read(path)
        except OSError as refusal:
            return _failure(f"open failed: {refusal.strerror}")
        answer = bytearray()
        for place in range(0, len(data), CHUNK_BYTES):
            piece = data[place : place + CHUNK_BYTES]
            answer += _REQUEST.pack(b"DATA", len(piece)) + piece
        return bytes(answer) + _REQUEST.pack(b"DONE", 0)

    def _take(self, name: bytes, number: int, payload: bytes) -> bytes:
        """DATA after SEND; DONE carries the time. A refusal is said once, at DONE."""
        if name == b"DATA":
            if len(self._received) + len(payload) > _MAXIMUM_FILE:
                self._refused = "No space left on device"
            else:
                self._received += payload
            return b""
        target, mode = self._sending or ("", 0)
        data, refused = bytes(self._received), self._refused
        self._sending, self._refused = None, ""
        self._received.clear()
        if name != b"DONE":
            self.ended = True
            return _failure("expected DATA or DONE")
        if not refused:
            try:
                self._files.write(target, data, mode=mode, mtime=number)
            except OSError as refusal:
                refused = f"couldn't create file: {refusal.strerror}"
        return _failure(refused) if refused else _REQUEST.pack(b"OKAY", 0)


def _failure(reason: str) -> bytes:
    raw = reason.encode()
    return _REQUEST.pack(b"FAIL", len(raw)) + raw
