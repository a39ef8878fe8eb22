# SPDX-License-Identifier: GPL-3.0-or-later
"""A log to be audited, wherever it is: a folder of tiles, a web server, a snapshot file, or this station's own."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from certs.log.errors import LogEmptyError, LogReadError, SourceError
from certs.log.notes import Checkpoint, read_checkpoint, read_note
from certs.log.snapshot import LARGEST_SNAPSHOT, split
from certs.log.tiles import WIDTH, Source, TileReader
from phones.given_files import read_given
from transparency.fetching import FolderSource, WebSource
from transparency.serving import Published


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A log as it was found. `published`: the hashes its tiles say, level by level; () for a snapshot."""

    note: bytes
    leaves: Iterable[bytes]
    published: Sequence[Iterable[bytes]] = ()

    @property
    def checkpoint(self) -> Checkpoint:
        """What its note says, unchecked. Raises: LogReadError."""
        return read_checkpoint(read_note(self.note))


def find(place: str) -> Found:
    """A log at a URL, in a folder or in a snapshot file. Raises: SourceError, LogReadError."""
    if place.startswith(("http://", "https://")):
        return published(WebSource(place))
    path = Path(place)
    if path.is_dir():
        return published(FolderSource(path))
    try:
        data = read_given(path, LARGEST_SNAPSHOT + 1)
    except OSError as error:
        raise SourceError(subject=place, got=error.strerror or "") from error
    note, leaves = split(data)
    return Found(note=note, leaves=leaves)


def own(log: Published) -> Found:
    """The log of this station. Raises: LogEmptyError when it is empty."""
    note = log.checkpoint()
    if not note:
        raise LogEmptyError
    size = read_checkpoint(read_note(note)).size
    stored = [_stored(log, level, size) for level in _levels(size)]
    return Found(note=note.encode(), leaves=log.leaves(0, size), published=stored)


def published(source: Source) -> Found:
    """A log published as tiles. Raises: SourceError, LogReadError."""
    reader = TileReader(source)
    note = reader.note()
    size = read_checkpoint(read_note(note)).size
    if size > LARGEST_SNAPSHOT // 64:
        raise LogReadError(fault="tile_malformed", got="size")
    return Found(
        note=note, leaves=reader.leaves(size), published=[reader.hashes(level, size) for level in _levels(size)]
    )


def _levels(size: int) -> range:
    """The levels of tiles that a log of that size has."""
    return range((size.bit_length() + 7) // 8)


def _stored(log: Published, level: int, size: int) -> Iterator[bytes]:
    count = size >> 8 * level
    for start in range(0, count, WIDTH):
        yield from log.nodes([(8 * level, number) for number in range(start, min(start + WIDTH, count))]).values()
