# SPDX-License-Identifier: GPL-3.0-or-later
"""C2SP tlog-tiles: the log as files that never change, for whoever wants all of it or any proof."""

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from certs.log.entries import LARGEST_ENTRY
from certs.log.errors import LogReadError
from certs.log.merkle import HASH_BYTES, Node
from certs.log.notes import LARGEST_NOTE
from certs.log.snapshot import unbundle

WIDTH = 256
LARGEST_BUNDLE = WIDTH * (2 + LARGEST_ENTRY)
_PATH = re.compile(r"tile/(entries|0|[1-9][0-9]?)/((?:x[0-9]{3}/)*[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """Hashes `number` * 256 and on, `width` of them, of level 8 * `level`; or, at level None, entries."""

    level: int | None
    number: int
    width: int = WIDTH

    @property
    def path(self) -> str:
        """Where it is served, below the log's prefix."""
        groups = [f"{self.number % 1000:03}"]
        rest = self.number // 1000
        while rest:
            groups.insert(0, f"x{rest % 1000:03}")
            rest //= 1000
        level = "entries" if self.level is None else str(self.level)
        return f"tile/{level}/{'/'.join(groups)}" + (f".p/{self.width}" if self.width < WIDTH else "")

    @property
    def size(self) -> int:
        """The tree must have that many leaves for the tile to exist."""
        return (self.number * WIDTH + self.width) << 8 * (self.level or 0)

    @classmethod
    def parse(cls, path: str) -> "Tile | None":
        """From its path; None when there is no tile of that name, or it is not its only spelling."""
        match = _PATH.fullmatch(path)
        if match is None or len(path) > 64:
            return None
        number = int(match[2].replace("x", "").replace("/", ""))
        width = int(match[3]) if match[3] else WIDTH
        tile = cls(level=None if match[1] == "entries" else int(match[1]), number=number, width=width)
        return tile if tile.path == path and (tile.level or 0) < 64 else None


def tiles_of(size: int) -> Iterator[Tile]:
    """All tiles of hashes and of entries of a tree of `size` leaves; the partial ones of just that size."""
    level, count = 0, size
    while count:
        for kind in (None, 0) if level == 0 else (level,):
            for number in range(count // WIDTH):
                yield Tile(level=kind, number=number)
            if count % WIDTH:
                yield Tile(level=kind, number=count // WIDTH, width=count % WIDTH)
        count //= WIDTH
        level += 1


class Leaves(Protocol):
    """What tiles are made from: `TransparencyLog`."""

    def leaves(self, start: int, end: int) -> Iterator[bytes]:
        """Entries' bytes."""

    def nodes(self, wanted: list[Node]) -> dict[Node, bytes]:
        """Hashes of complete subtrees."""


def tile_bytes(log: Leaves, tile: Tile) -> bytes:
    """The content of a tile that exists."""
    start = tile.number * WIDTH
    if tile.level is None:
        leaves = log.leaves(start, start + tile.width)
        return b"".join(len(each).to_bytes(2, "big") + each for each in leaves)
    return b"".join(log.nodes([(8 * tile.level, start + place) for place in range(tile.width)]).values())


class Source(Protocol):
    """Somewhere a log is published: a folder or a web server (`transparency.fetching`)."""

    def fetch(self, path: str, *, most: int) -> bytes | None:
        """The file at `path`, None if there is none. Raises: LogReadError for more than `most` bytes, SourceError."""


class TileReader:
    """Reads a published log. Everything it returns is unchecked but for its shape."""

    def __init__(self, source: Source) -> None:
        self._source = source

    def note(self) -> bytes:
        """The published checkpoint. Raises: LogReadError, SourceError."""
        found = self._source.fetch("checkpoint", most=LARGEST_NOTE)
        if found is None:
            raise LogReadError(fault="tile_malformed", got="checkpoint")
        return found

    def leaves(self, size: int) -> Iterator[bytes]:
        """The entries of a log of `size`, fewer when they end early. Raises: LogReadError for a bundle that is missing
        or broken, after what could be read of it.
        """
        for number in range(-(-size // WIDTH)):
            width = min(WIDTH, size - number * WIDTH)
            bundle = self._fetch(Tile(level=None, number=number, width=width), LARGEST_BUNDLE)
            count = 0
            for leaf in itertools.islice(unbundle(bundle, fault="tile_malformed"), width):
                yield leaf
                count += 1
            if count < width:
                return

    def hashes(self, level: int, size: int) -> Iterator[bytes]:
        """The published hashes of `level` of a log of `size`. Raises: LogReadError."""
        count = size >> 8 * level
        for number in range(-(-count // WIDTH)):
            width = min(WIDTH, count - number * WIDTH)
            yield from _split(self._fetch(Tile(level=level, number=number, width=width), WIDTH * HASH_BYTES))[:width]

    def _fetch(self, tile: Tile, most: int) -> bytes:
        """The tile, or the full one that took the place of a partial one."""
        found = self._source.fetch(tile.path, most=most)
        if found is None and tile.width < WIDTH:
            found = self._source.fetch(Tile(level=tile.level, number=tile.number).path, most=most)
        if found is None:
            raise LogReadError(fault="tile_malformed", got=tile.path)
        if tile.level is not None and (len(found) % HASH_BYTES or len(found) < tile.width * HASH_BYTES):
            raise LogReadError(fault="tile_malformed", got=tile.path)
        return found


def _split(data: bytes) -> list[bytes]:
    return [data[place : place + HASH_BYTES] for place in range(0, len(data), HASH_BYTES)]
