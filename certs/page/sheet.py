# SPDX-License-Identifier: GPL-3.0-or-later
"""One sheet of A4 after another, to draw on from the top left corner, in points.

A thin layer over reportlab's canvas: it refuses characters without a glyph, notes the box of every text and symbol
(so that tests can measure overlaps), and can play a part without ink, to know its height beforehand.
"""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

from reportlab.lib.colors import Color, HexColor
from reportlab.pdfgen.canvas import Canvas

from certs.page import fonts
from certs.page.wrapping import clamp

WIDTH, HEIGHT = 595.2756, 841.8898
MILLIMETRE = 72 / 25.4

INK = "#1c2126"
MUTED = "#5a636d"
LINE = "#cfd6dc"
TINT = "#f2f5f7"
WHITE = "#ffffff"


@cache
def _colour(text: str) -> Color:
    return HexColor(text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """Where a text stands: points from the top left corner of its page (0, 1, …)."""

    page: int
    left: float
    top: float
    right: float
    bottom: float
    text: str


class Sheet:
    """The paper being drawn. `top` grows downwards; every drawing method is silent while a part is measured."""

    def __init__(self) -> None:
        fonts.load()
        self._out = io.BytesIO()
        self._canvas = Canvas(
            self._out, pagesize=(WIDTH, HEIGHT), pageCompression=0, invariant=1, initialFontName=fonts.REGULAR
        )
        self._measuring = False
        self.page = 0
        self.boxes: list[Box] = []

    def height_of(self, part: Callable[[float], float]) -> float:
        """The height of `part`, a function from the top to the bottom of what it draws, without drawing it."""
        before, self._measuring = self._measuring, True
        try:
            return part(0.0)
        finally:
            self._measuring = before

    def text(
        self, left: float, baseline: float, text: str, size: float, *,
        bold: bool = False, colour: str = INK, align: str = "left",
    ) -> float:
        """Draw one line; returns its width. Raises: GlyphMissingError."""
        font = fonts.BOLD if bold else fonts.REGULAR
        wide = fonts.width(fonts.check(text), font, size)
        if align != "left":
            left -= wide if align == "right" else wide / 2
        if not self._measuring and text:
            self._canvas.setFillColor(_colour(colour))
            self._canvas.setFont(font, size)
            self._canvas.drawString(left, HEIGHT - baseline, text)
            self.boxes.append(Box(
                page=self.page, left=left, top=baseline - 0.88 * size, right=left + wide,
                bottom=baseline + 0.12 * size, text=text,
            ))
        return wide

    def paragraph(
        self, left: float, top: float, text: str, size: float, room: float, *,
        bold: bool = False, colour: str = INK, most: int = 99, leading: float = 1.36,
    ) -> float:
        """Draw `text` in at most `most` lines of `room` points; returns the bottom. Raises: GlyphMissingError."""
        font = fonts.BOLD if bold else fonts.REGULAR
        lines = clamp(fonts.check(text), font, size, room, most)
        for index, line in enumerate(lines):
            self.text(left, top + size * (0.97 + index * leading), line, size, bold=bold, colour=colour)
        return top + size * leading * len(lines)

    def rule(self, left: float, top: float, right: float, *, colour: str = LINE, weight: float = 0.5) -> None:
        """A horizontal line."""
        if not self._measuring:
            self._canvas.setStrokeColor(_colour(colour))
            self._canvas.setLineWidth(weight)
            self._canvas.line(left, HEIGHT - top, right, HEIGHT - top)

    def block(
        self, left: float, top: float, wide: float, high: float, *, fill: str = "", stroke: str = "",
        weight: float = 0.6, radius: float = 0.0,
    ) -> None:
        """A rectangle, filled, outlined or both."""
        if self._measuring:
            return
        if fill:
            self._canvas.setFillColor(_colour(fill))
        if stroke:
            self._canvas.setStrokeColor(_colour(stroke))
            self._canvas.setLineWidth(weight)
        bottom = HEIGHT - top - high
        if radius:
            self._canvas.roundRect(left, bottom, wide, high, radius, stroke=int(bool(stroke)), fill=int(bool(fill)))
        else:
            self._canvas.rect(left, bottom, wide, high, stroke=int(bool(stroke)), fill=int(bool(fill)))

    def tick(self, left: float, top: float, size: float, *, colour: str) -> None:
        """A check mark, as lines: it needs no glyph."""
        self._strokes(colour, size * 0.13, [
            (left, HEIGHT - top - size * 0.55), (left + size * 0.36, HEIGHT - top - size * 0.88),
            (left + size, HEIGHT - top - size * 0.12),
        ])

    def cross(self, left: float, top: float, size: float, *, colour: str) -> None:
        """A cross, as lines."""
        for start, end in ((0.1, 0.9), (0.9, 0.1)):
            self._strokes(colour, size * 0.13, [
                (left + size * 0.1, HEIGHT - top - size * start), (left + size * 0.9, HEIGHT - top - size * end),
            ])

    def _strokes(self, colour: str, weight: float, points: Sequence[tuple[float, float]]) -> None:
        if self._measuring:
            return
        path = self._canvas.beginPath()
        path.moveTo(*points[0])
        for point in points[1:]:
            path.lineTo(*point)
        self._canvas.setStrokeColor(_colour(colour))
        self._canvas.setLineWidth(weight)
        self._canvas.drawPath(path, stroke=1, fill=0)

    def symbol(self, left: float, top: float, modules: Sequence[bytes], module: float) -> None:
        """A QR symbol: one bit a module as an image mask, on white, with a quiet zone of four modules."""
        count = len(modules)
        side = (count + 8) * module
        self.block(left, top, side, side, fill=WHITE)
        if self._measuring:
            return
        self.boxes.append(Box(page=self.page, left=left, top=top, right=left + side, bottom=top + side, text="QR"))
        rows = (sum(1 << (8 * ((count + 7) // 8) - 1 - at) for at, dark in enumerate(row) if dark) for row in modules)
        bits = b"".join(row.to_bytes((count + 7) // 8, "big") for row in rows)
        size, bottom = count * module, HEIGHT - top - side + 4 * module
        self._canvas.addLiteral(
            f"q 0 0 0 rg {size:.4f} 0 0 {size:.4f} {left + 4 * module:.4f} {bottom:.4f} cm\n"
            f"BI /W {count} /H {count} /BPC 1 /IM true /D [1 0] /F /AHx ID {bits.hex()}> EI Q"
        )

    def across(self, text: str, size: float, centre: tuple[float, float], *, colour: str) -> None:
        """Large letters across the page. Draw them first: what comes later stands on top of them."""
        font = fonts.load()[fonts.BOLD]
        wide = fonts.width(fonts.check(text), font.fontName, size)
        self._canvas.saveState()
        self._canvas.translate(centre[0], HEIGHT - centre[1])
        self._canvas.rotate(40)
        self._canvas.setFillColor(_colour(colour))
        self._canvas.setFont(font.fontName, size)
        self._canvas.drawString(-wide / 2, -size * 0.36, text)
        self._canvas.restoreState()

    def next_page(self) -> None:
        """Go on with an empty page."""
        self._canvas.showPage()
        self.page += 1

    def finish(self) -> bytes:
        """The PDF that reportlab makes of the pages, of which `certs.page.draw` keeps the pages and fonts."""
        self._canvas.showPage()
        self._canvas.save()
        return self._out.getvalue()
