# SPDX-License-Identifier: GPL-3.0-or-later
"""How the written bytes lie in files, and the chunks they are numbered in: a function of how many were kept.

All files are full but the last. A phone that lists them otherwise has not kept what it was sent, and is measured by
this layout all the same.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

MAXIMUM_FILES = 100_000
"""A hundred tebibytes in files of one gibibyte: no phone has them."""
_NAME = re.compile(r"f([0-9]{5,6})")
_MARK = re.compile(r"[0-9a-f]{16,64}")


def folder_of(mark: str) -> str:
    """Where the files of a job lie on the phone. Raises: ValueError for anything but 16 to 64 hex digits."""
    if not _MARK.fullmatch(mark):
        raise ValueError("a mark is 16 to 64 hex digits")
    return f"/data/local/tmp/pw_{mark[:16]}_fill"


def name_of(file: int) -> str:
    """`f00000`, `f00001`, ..."""
    return f"f{file:05d}"


def number_of(name: str) -> int | None:
    """The number of a file by its name; None for any other name."""
    found = _NAME.fullmatch(name)
    return int(found[1]) if found and name == name_of(int(found[1])) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """`length` bytes of file `file` from `offset` on; `number` counts over all files."""

    number: int
    file: int
    offset: int
    length: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """`kept_bytes` in files of `file_bytes`, numbered in chunks of `chunk_bytes`, which never reach over two files."""

    kept_bytes: int
    file_bytes: int
    chunk_bytes: int

    @property
    def files(self) -> int:
        """How many files."""
        return -(-self.kept_bytes // self.file_bytes)

    @property
    def _chunks_each(self) -> int:
        return -(-self.file_bytes // self.chunk_bytes)

    @property
    def chunks(self) -> int:
        """How many chunks in all files."""
        full, rest = divmod(self.kept_bytes, self.file_bytes)
        return full * self._chunks_each - (-rest // self.chunk_bytes)

    def size_of(self, file: int) -> int:
        """Bytes of a file."""
        return max(0, min(self.file_bytes, self.kept_bytes - file * self.file_bytes))

    def file_of(self, number: int) -> int:
        """The file in which chunk `number` lies."""
        return number // self._chunks_each

    def chunk(self, number: int) -> Chunk:
        """Chunk `number`, from 0."""
        file, place = divmod(number, self._chunks_each)
        offset = place * self.chunk_bytes
        return Chunk(number=number, file=file, offset=offset, length=min(self.chunk_bytes, self.size_of(file) - offset))

    def all_of(self, file: int) -> tuple[Chunk, ...]:
        """Every chunk of a file, from its beginning."""
        first = file * self._chunks_each
        return tuple(map(self.chunk, range(first, first + -(-self.size_of(file) // self.chunk_bytes))))

    def by_file(self, numbers: Iterable[int]) -> Iterator[tuple[int, tuple[Chunk, ...]]]:
        """Chunks in ascending order, file by file."""
        found: dict[int, list[Chunk]] = {}
        for number in sorted(numbers):
            chunk = self.chunk(number)
            found.setdefault(chunk.file, []).append(chunk)
        yield from ((file, tuple(chunks)) for file, chunks in found.items())


def continued(sizes: Mapping[int, int], file_bytes: int) -> tuple[int, int]:
    """Where a fill goes on: file and offset after what is there whole; what lies beyond a gap is written anew."""
    file = 0
    while sizes.get(file, 0) == file_bytes:
        file += 1
    size = sizes.get(file, 0)
    return file, size - size % 16 if size < file_bytes else 0
