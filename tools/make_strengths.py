# SPDX-License-Identifier: GPL-3.0-or-later
"""Draws docs/pictures/strengths-en.png and strengths-zh.png: what papers of different strength say, side by side.

    python -m tools.make_strengths

The papers are made by `tools.strengths` and shown as a PDF reader shows them; what stands above each is in
tools/strengths.toml. A picture holds, as its text `shown`, the SHA-256 of all that it shows, so that a test sees when
it was made of other words.
"""

import hashlib
import json
import logging
import sys
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import pypdfium2
from fontTools.ttLib import TTFont, newTable
from fontTools.ttLib.tables._c_m_a_p import CmapSubtable
from PIL import Image, ImageColor, ImageDraw, ImageFont
from PIL.PngImagePlugin import PngInfo

from certs.page.glyphs import program, table
from certs.page.layout import SPECIMEN_COLOUR
from certs.page.parts import CERTIFICATE_COLOUR, LEFT, REPORT_COLOUR, RIGHT
from certs.page.sheet import TINT
from certs.page.wrapping import wrap
from tools.strengths import Paper, papers

ROOT = Path(__file__).parents[1]
WORDS = ROOT / "tools" / "strengths.toml"
PICTURES = ROOT / "docs" / "pictures"
LANGUAGES = ("en", "zh")
COLUMNS = 2
SCALE = 1.5  # pixels a point
MARGIN, GAP = 14, 10  # points
_INK, _MUTED, _LINE, _PAPER, _GROUND = "#1c2126", "#5a636d", "#b8c0c8", "#ffffff", "#eef1f4"
_TITLE, _TEXT = 13.0, 9.5


def words(language: str) -> Mapping[str, Any]:
    """Everything in tools/strengths.toml in one language."""
    told: Mapping[str, Any] = _in(tomllib.loads(WORDS.read_text("utf-8")), language)
    return told


def digest(shown: Sequence[Paper], language: str) -> str:
    """SHA-256, hex, over all words of a picture."""
    told = [words(language), [(paper.name, paper.text) for paper in shown]]
    return hashlib.sha256(json.dumps(told, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def target(language: str) -> Path:
    """The picture's file."""
    return PICTURES / f"strengths-{language}.png"


def picture(shown: Sequence[Paper], language: str) -> Image.Image:
    """Papers in columns, each under what it may say and what it may not."""
    told = words(language)
    wide = RIGHT - LEFT + 2 * GAP
    cells = [(_caption(told, paper.name, wide), _cut(paper)) for paper in shown]
    rows = [cells[at : at + COLUMNS] for at in range(0, len(cells), COLUMNS)]
    heights = [max(caption.height + page.height for caption, page in row) + _px(GAP) for row in rows]
    head = _px(MARGIN + 20)
    full = (_px(COLUMNS * wide + (COLUMNS + 1) * MARGIN), head + sum(heights) + _px(MARGIN) * len(rows))
    whole = Image.new("RGB", full, _GROUND)
    drawn = ImageDraw.Draw(whole)
    drawn.text((_px(MARGIN), _px(10)), told["heading"], font=_font(15), fill=_INK)
    top = head
    for row, height in zip(rows, heights, strict=True):
        under = max(caption.height for caption, _ in row)
        for index, (caption, page) in enumerate(row):
            left = _px(MARGIN + index * (wide + MARGIN))
            drawn.rectangle((left, top, left + _px(wide), top + height), fill=_PAPER, outline=_LINE)
            whole.paste(caption, (left + 1, top + 1))
            whole.paste(page, (left + _px(GAP), top + under))
        top += height + _px(MARGIN)
    return whole


def main() -> None:
    """Draw and write both."""
    shown = papers()
    for language in LANGUAGES:
        kept = PngInfo()
        kept.add_text("shown", digest(shown, language))
        few = picture(shown, language).quantize(palette=_palette(), dither=Image.Dither.NONE)
        few.save(target(language), optimize=True, pnginfo=kept)
        print(f"made {target(language).name}, {target(language).stat().st_size} bytes", file=sys.stderr)


def _in(found: Any, language: str) -> Any:
    if not isinstance(found, dict):
        return found
    if set(found) == set(LANGUAGES):
        return found[language]
    return {name: _in(value, language) for name, value in found.items()}


def _palette() -> Image.Image:
    """The few colours of a page, and what lies between each and white."""
    inks = {_INK: 6, CERTIFICATE_COLOUR: 3, REPORT_COLOUR: 3, SPECIMEN_COLOUR: 1}
    steps = [(ImageColor.getrgb(ink), part / parts) for ink, parts in inks.items() for part in range(1, parts + 1)]
    mixed = [tuple(round(255 - (255 - level) * share) for level in ink) for ink, share in steps]
    mixed += [ImageColor.getrgb(each) for each in (_PAPER, _GROUND, TINT)]
    made = Image.new("P", (1, 1))
    made.putpalette([level for colour in mixed for level in colour])
    return made


def _px(points: float) -> int:
    return round(points * SCALE)


def _cut(paper: Paper) -> Image.Image:
    """What is shown of the first page, its strips one under another."""
    page = pypdfium2.PdfDocument(paper.pdf)[0].render(scale=SCALE).to_pil().convert("RGB")
    strips = [page.crop((_px(LEFT - 1), _px(top), _px(RIGHT + 1), _px(bottom))) for top, bottom in paper.strips]
    whole = Image.new("RGB", (strips[0].width, sum(strip.height for strip in strips)), _PAPER)
    top = 0
    for strip in strips:
        whole.paste(strip, (0, top))
        top += strip.height
    return whole


def _caption(told: Mapping[str, Any], name: str, wide: float) -> Image.Image:
    """Title, and the two lists, over the paper's whole width."""
    lines = [(told[name]["title"], _TITLE, _INK)]
    for kind in ("may", "never"):
        text = f"{told['word'][kind]}: {told[name][kind]}"
        lines += [(line, _TEXT, _INK if kind == "may" else _MUTED) for line in wrap(text, _TEXT, wide - 2 * GAP)]
    made = Image.new("RGB", (_px(wide) - 1, _px(8 + sum(size * 1.4 for _, size, _ in lines) + 4)), _PAPER)
    drawn, top = ImageDraw.Draw(made), 6.0
    for line, size, colour in lines:
        drawn.text((_px(GAP), _px(top)), line, font=_font(size), fill=colour)
        top += size * 1.4
    return made


def _font(size: float) -> ImageFont.FreeTypeFont:
    """The letters that papers are written in: no other font need be installed."""
    return ImageFont.truetype(BytesIO(_letters()), _px(size))


@cache
def _letters() -> bytes:
    """All of them as a font that a drawing library can read: the paper's own has no map from characters."""
    logging.getLogger("fontTools").setLevel(logging.ERROR)  # our font does not say when it was made
    codes = table().codes
    font = TTFont(BytesIO(program(range(len(codes)))), recalcTimestamp=False)
    part = CmapSubtable.newSubtable(12)
    part.platformID, part.platEncID, part.language = 3, 10, 0
    part.cmap = {code: font.getGlyphName(place) for place, code in enumerate(codes) if code}
    font["cmap"] = newTable("cmap")
    font["cmap"].tableVersion, font["cmap"].tables = 0, [part]
    made = BytesIO()
    font.save(made)
    return made.getvalue()


if __name__ == "__main__":
    main()
