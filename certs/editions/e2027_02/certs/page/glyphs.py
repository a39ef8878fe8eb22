# SPDX-License-Identifier: GPL-3.0-or-later
"""The letters of a paper, and the TrueType program that holds just those a paper uses.

The table (certs/shared, made by tools/make_fonts.py, all numbers big-endian): "PWGLYPH1"; count, steps of the em
(16 bits each), bounding box of all letters (4 x 16 bits); `count` code points, sorted, the first 0 for the empty
box .notdef; `count` advance widths; `count` + 1 offsets (32 bits); then the outlines, each an entry of `glyf`.
"""

import struct
import sys
from array import array
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import accumulate

from certs import shared
from phones.frozen import dataclass

LETTERS = "glyphs-e5b5a4a0ddffc949.bin"
_HEAD = struct.Struct(">8sHH4h")
_MAGIC = b"PWGLYPH1"
_CHECKED = 0xB1B0AFBA
ASCENT, DESCENT = 0.88, -0.12  # of the em


@dataclass(frozen=True, slots=True, kw_only=True)
class Glyphs:
    """The table. `codes`: the code points, sorted; `advances` in steps of the em, of which there are `steps`."""

    steps: int
    box: tuple[int, int, int, int]
    codes: Sequence[int]
    advances: Sequence[int]
    offsets: Sequence[int]
    outlines: memoryview

    def place(self, code: int) -> int:
        """The place of a code point, 0 for one without a letter. Searched: a paper shows some hundred of thousands."""
        place = bisect_left(self.codes, code)
        return place if place < len(self.codes) and self.codes[place] == code else 0

    def outline(self, place: int) -> bytes:
        """The entry of `glyf` for a place of the table."""
        return bytes(self.outlines[self.offsets[place] : self.offsets[place + 1]])


@cache
def table() -> Glyphs:
    """The shipped table, read once a process (about 1 ms)."""
    data = memoryview(shared.content(LETTERS))
    magic, count, steps, *box = _HEAD.unpack_from(data)
    if magic != _MAGIC:
        raise ValueError(f"{LETTERS} is not a table of letters")
    start = _HEAD.size
    codes, advances = (
        _numbers("H", data[start + 2 * count * part : start + 2 * count * (part + 1)]) for part in range(2)
    )
    start += 4 * count
    offsets = _numbers("I", data[start : start + 4 * (count + 1)])
    return Glyphs(
        steps=steps,
        box=(box[0], box[1], box[2], box[3]),
        codes=codes,
        advances=advances,
        offsets=offsets,
        outlines=data[start + 4 * (count + 1) :],
    )


def _numbers(kind: str, data: memoryview) -> "array[int]":
    found = array(kind, bytes(data))
    if sys.byteorder == "little":
        found.byteswap()
    return found


def program(places: Sequence[int | None]) -> bytes:
    """A TrueType font of these letters in this order; None leaves a place empty.

    `places` begins with 0, the .notdef every font must have.
    """
    letters = table()
    outlines = [b"" if place is None else letters.outline(place) for place in places]
    offsets = [0, *accumulate(map(len, outlines))]
    size = offsets[-1]
    # Every outline says the same left edge.
    metrics = [0 if place is None else letters.advances[place] for place in places]
    count = len(places)
    short = size < 0x20000  # then half of each offset is said, in 16 bits
    head = struct.pack(
        ">IIIIHHQQ4hHHhhh",
        0x00010000,
        0x00010000,
        0,
        0x5F0F3CF5,
        0b1011,
        letters.steps,
        0,
        0,
        *letters.box,
        0,
        8,
        2,
        0 if short else 1,
        0,
    )
    hhea = struct.pack(
        ">IhhhH11hH",
        0x00010000,
        round(ASCENT * letters.steps),
        round(DESCENT * letters.steps),
        0,
        max(letters.advances),
        0,
        0,
        letters.box[2],
        1,
        *(0,) * 7,
        count,
    )
    maxp = struct.pack(">IH13H", 0x00010000, count, 1024, 128, 0, 0, 1, *(0,) * 8)
    places_of_outlines = [offset // 2 for offset in offsets] if short else offsets
    loca = struct.pack(f">{count + 1}{'H' if short else 'I'}", *places_of_outlines)
    return _bound(
        {
            b"glyf": b"".join(outlines),
            b"head": head,
            b"hhea": hhea,
            b"hmtx": _metrics(metrics, letters.box[0]),
            b"loca": loca,
            b"maxp": maxp,
        }
    )


def _metrics(advances: Sequence[int], left: int) -> bytes:
    return b"".join(advance.to_bytes(2, "big") + (left & 0xFFFF).to_bytes(2, "big") for advance in advances)


def _bound(tables: Mapping[bytes, bytes]) -> bytes:
    """The tables behind their directory, with checksums."""
    count = len(tables)
    power = 1 << (count.bit_length() - 1)
    directory = struct.pack(">IHHHH", 0x00010000, count, 16 * power, power.bit_length() - 1, 16 * (count - power))
    at = len(directory) + 16 * count
    body = []
    checked = place = 0
    for tag, content in tables.items():
        padded = content + b"\0" * (-len(content) % 4)
        checksum = _checksum(padded)
        directory += struct.pack(">4sIII", tag, checksum, at, len(content))
        body.append(padded)
        checked += checksum
        place = at + 8 if tag == b"head" else place  # where the checksum of the whole stands, still 0
        at += len(padded)
    whole = directory + b"".join(body)
    adjusted = (_CHECKED - checked - _checksum(directory)) & 0xFFFFFFFF
    return whole[:place] + struct.pack(">I", adjusted) + whole[place + 4 :]


def _checksum(data: bytes) -> int:
    return sum(_numbers("I", memoryview(data))) & 0xFFFFFFFF
