# SPDX-License-Identifier: GPL-3.0-or-later
"""adb's file transfer (`sync:`), the phone's side: bytes in, bytes out, over any file tree.

Requests are 4 letters and a u32; features announced are stat_v2 only, so LIS2, SND2 and RCV2 never
come. Layouts: research/virtual-phones.md 6.4 [measured with adb 29 and adb 36].
"""

import errno
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

_REQUEST = struct.Struct("<4sI")
_STAT = struct.Struct("<4sIII")
_STAT_V2 = struct.Struct("<4sIQQIIIIQqqq")
_ENTRY = struct.Struct("<4sIIII")
CHUNK_BYTES = 64 * 1024
_MAXIMUM_PATH = 4096


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

    def create(self, path: str, *, mode: int) -> Callable[[bytes], None]:
        """Make or replace a file, with its folders; what is returned appends to it. Raises: OSError, as that does."""

    def set_time(self, path: str, mtime: int) -> None:
        """When the file was changed. Raises: OSError."""


class SyncSession:
    """One opened `sync:` service."""

    def __init__(self, files: SyncFiles) -> None:
        self._files = files
        self._inbox = bytearray()
        self._sending: tuple[str, int] | None = None
        self._refused = ""
        self._append: Callable[[bytes], None] | None = None
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
            with memoryview(self._inbox) as inbox:
                payload = bytes(inbox[_REQUEST.size : _REQUEST.size + body])
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
        """DATA after SEND, written as it comes; DONE carries the time. A refusal is said once, at DONE."""
        target, mode = self._sending or ("", 0)
        if not self._refused:
            try:
                if self._append is None:
                    self._append = self._files.create(target, mode=mode)
                if name == b"DATA":
                    self._append(payload)
                elif name == b"DONE":
                    self._files.set_time(target, number)
            except OSError as refusal:
                opened = "couldn't create file" if self._append is None else "write failed"
                self._refused = f"{opened}: {refusal.strerror}"
        if name == b"DATA":
            return b""
        refused, self._sending, self._append, self._refused = self._refused, None, None, ""
        if name != b"DONE":
            self.ended = True
            return _failure("expected DATA or DONE")
        return _failure(refused) if refused else _REQUEST.pack(b"OKAY", 0)


def _failure(reason: str) -> bytes:
    raw = reason.encode()
    return _REQUEST.pack(b"FAIL", len(raw)) + raw
