# SPDX-License-Identifier: GPL-3.0-or-later
"""Bytes by address: what was never written is zero and takes no memory, what is beyond memory lies in a file."""

import os
import tempfile
import weakref
from pathlib import Path

PAGE_BYTES = 1024 * 1024
IN_MEMORY_BYTES = 256 * 1024 * 1024
"""Addresses from here on live in an unlinked temporary file: a virtual phone may hold more than the host's memory."""


class Sparse:
    """A space of bytes without an end."""

    def __init__(self, *, in_memory: int = IN_MEMORY_BYTES) -> None:
        self._pages: dict[int, bytearray] = {}
        self._in_memory = in_memory // PAGE_BYTES * PAGE_BYTES
        self._file: int | None = None

    def write(self, at: int, data: bytes | memoryview) -> None:
        """Put `data` at address `at`."""
        view = memoryview(data)
        while view:
            if at >= self._in_memory:
                self._write_file(at, view)
                return
            number, offset = divmod(at, PAGE_BYTES)
            count = min(PAGE_BYTES - offset, len(view))
            page = self._pages.get(number)
            if page is None:
                page = self._pages[number] = bytearray(PAGE_BYTES)
            page[offset : offset + count] = view[:count]
            at += count
            view = view[count:]

    def read(self, at: int, count: int) -> bytes:
        """`count` bytes from address `at`."""
        pieces = []
        while count > 0:
            if at >= self._in_memory:
                pieces.append(self._read_file(at, count))
                break
            number, offset = divmod(at, PAGE_BYTES)
            here = min(PAGE_BYTES - offset, count)
            page = self._pages.get(number)
            pieces.append(bytes(here) if page is None else bytes(memoryview(page)[offset : offset + here]))
            at += here
            count -= here
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def clear(self) -> None:
        """Everything is zero again."""
        self._pages.clear()
        if self._file is not None:
            os.ftruncate(self._file, 0)

    def _write_file(self, at: int, view: memoryview) -> None:
        if self._file is None:
            self._file, name = tempfile.mkstemp(prefix="virtual-phone-")
            Path(name).unlink()  # it goes with this process, however that ends
            weakref.finalize(self, os.close, self._file)
        while len(view):
            written = os.pwrite(self._file, view, at - self._in_memory)
            at += written
            view = view[written:]

    def _read_file(self, at: int, count: int) -> bytes:
        pieces = []
        while count > 0 and self._file is not None:
            piece = os.pread(self._file, count, at - self._in_memory)
            if not piece:
                break
            pieces.append(piece)
            at += len(piece)
            count -= len(piece)
        return b"".join(pieces) + bytes(count)
