# SPDX-License-Identifier: GPL-3.0-or-later
"""The letters everything printed is written in: those of the signed paper, which have Chinese and English alike.

What has no letter is shown as its code, `[U+4DAE]`, and never left out: a phone chooses its own name, and two names
must not look alike because half of each is missing.
"""

import struct
from collections.abc import Iterator, Mapping
from functools import cache
from io import BytesIO
from itertools import groupby
from typing import TYPE_CHECKING

from certs.page.fonts import spelled
from certs.page.fonts import width as width_in_points
from certs.page.glyphs import ASCENT, DESCENT, program, table
from phones.cleaning import clean

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont

FONT = "ProofwipeSans"
LONGEST = 400
"""Characters of one text; a phone's and a person's texts are cut there, with a mark."""
_CAPITALS = 0.733


def drawable(text: str, *, most: int = LONGEST) -> str:
    """`text` on one line, with every character that has no letter as its code. Never raises."""
    return spelled(clean(text, most=most))


def width(text: str, size: float) -> float:
    """Of a text that is drawable, in points."""
    return width_in_points(text, size)


def fitting(text: str, size: float, room: float, *, least: float) -> float:
    """The size, at most `size`, at which the text is `room` points wide; not below `least`."""
    wide = width(text, size)
    return size if wide <= room else max(least, size * room / wide)


def cut(text: str, size: float, room: float) -> str:
    """As much of the text as has room, with a mark where it was cut."""
    if width(text, size) <= room:
        return text
    while text and width(f"{text}…", size) > room:
        text = text[:-1]
    return f"{text}…"


def register() -> str:
    """Make the letters known to reportlab, once; returns the font's name."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    if FONT not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(TTFont(FONT, BytesIO(whole_font())))
    return FONT


@cache
def in_pixels(size: int) -> "FreeTypeFont":
    """The letters for drawing into pictures, `size` pixels an em."""
    from PIL import ImageFont

    return ImageFont.truetype(BytesIO(whole_font()), size, layout_engine=ImageFont.Layout.BASIC)


@cache
def whole_font() -> bytes:
    """All letters as a TrueType font with the four tables that a page's own font does without."""
    codes = table().codes
    pieces = dict(_tables(program(range(len(codes)))))
    pieces |= {b"OS/2": _metrics(), b"cmap": _map(), b"name": _names(), b"post": _POST}
    count = len(pieces)
    head = struct.pack(">IHHHH", 0x00010000, count, 0, 0, 0)  # the fields for a search in halves; nobody reads them
    at = len(head) + 16 * count
    directory, body = [head], []
    for tag, piece in sorted(pieces.items()):
        directory.append(struct.pack(">4sIII", tag, 0, at, len(piece)))
        body.append(piece + b"\0" * (-len(piece) % 4))
        at += len(body[-1])
    return b"".join((*directory, *body))


def _tables(font: bytes) -> Iterator[tuple[bytes, bytes]]:
    (count,) = struct.unpack_from(">H", font, 4)
    for number in range(count):
        tag, _, at, size = struct.unpack_from(">4sIII", font, 12 + 16 * number)
        yield tag, font[at : at + size]


def _map() -> bytes:
    """Code points to places: runs of both."""
    places = ((code, place) for place, code in enumerate(table().codes) if code)
    runs = []
    for _, run in groupby(places, key=lambda pair: pair[0] - pair[1]):
        pairs = list(run)
        runs.append(struct.pack(">III", pairs[0][0], pairs[-1][0], pairs[0][1]))
    size = 16 + 12 * len(runs)
    return struct.pack(">HHHHIHHIII", 0, 1, 3, 10, 12, 12, 0, size, 0, len(runs)) + b"".join(runs)


def _names() -> bytes:
    said: Mapping[int, str] = {1: FONT, 2: "Regular", 4: FONT, 6: FONT}
    text = b"".join(name.encode("utf-16-be") for name in said.values())
    records, at = [], 0
    for number, name in said.items():
        records.append(struct.pack(">6H", 3, 1, 0x409, number, 2 * len(name), at))
        at += 2 * len(name)
    return struct.pack(">HHH", 0, len(records), 6 + 12 * len(records)) + b"".join(records) + text


def _metrics() -> bytes:
    """Only height, depth and weight are read by anybody."""
    steps = table().steps
    rise, fall = round(ASCENT * steps), round(DESCENT * steps)
    return struct.pack(
        ">HhHHH11h10s4I4s3H3hHH2I2h3H",
        *(2, steps // 2, 400, 5, 0, *(0,) * 11, bytes(10), 0, 0, 0, 0, b"PWSA", 0, 0x20, 0xFFFF),
        *(rise, fall, 0, rise, -fall, 0, 0, steps // 2, round(_CAPITALS * steps), 0, 0x20, 0),
    )


_POST = struct.pack(">IIhhI4I", 0x00030000, 0, -10, 5, 0, 0, 0, 0, 0)
