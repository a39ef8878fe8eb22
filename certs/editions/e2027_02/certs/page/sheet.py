# SPDX-License-Identifier: GPL-3.0-or-later
"""One sheet of A4 after another, to draw on from the top left corner, in points, and the order in which it is read.

It refuses characters without a letter, notes the box of every text and symbol for tests that measure overlaps, and can
lay out a part before it is known where it will stand (`part`, `place`). What is drawn inside `element` belongs to that
element of the tagged PDF; lines, colours and what `artifact` holds are decoration, which a screen reader passes over.
Every page is two layers: decoration first, text on top.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import field
from functools import cache
from typing import NamedTuple

from certs.editions.e2027_02.certs.page import fonts
from certs.editions.e2027_02.certs.page.languages import runs
from certs.editions.e2027_02.certs.page.wrapping import clamp
from phones.frozen import dataclass

WIDTH, HEIGHT = 595.2756, 841.8898
MILLIMETRE = 72 / 25.4
UNIT = 0.1  # points; the whole drawing is in whole steps of it
BOLDER = 0.034  # of the size: the outline that makes a text bold

INK = "#1c2126"
MUTED = "#5a636d"
LINE = "#cfd6dc"
TINT = "#f2f5f7"
WHITE = "#ffffff"

Piece = bytes | str
"""Of a page's drawing: operators as bytes, a text to be shown as itself."""


class Box(NamedTuple):
    """Where a text stands: points from the top left corner of its page (0, 1, …)."""

    page: int
    left: float
    top: float
    right: float
    bottom: float
    text: str


@dataclass(slots=True, kw_only=True)
class Element:
    """One element of the reading order: a kind of PDF (H1, P, …), what it holds, in order.

    `held`: a number is a marked piece of the drawing of `page`, an element stands inside this one.
    `box`: of a figure, in points from the bottom left corner.
    """

    kind: str
    page: int
    held: list["int | Element"] = field(default_factory=list)
    alternative: str = ""
    box: tuple[float, float, float, float] | None = None


@dataclass(slots=True)
class Page:
    """The drawing of one page. `marks`: the element that each marked piece belongs to."""

    decoration: list[Piece] = field(default_factory=lambda: [b"1 j\n"])
    text: list[Piece] = field(default_factory=list)
    marks: list[Element] = field(default_factory=list)


@cache
def _colour(text: str) -> bytes:
    parts = (int(text[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return b" ".join(f"{part:.3f}".rstrip("0").rstrip(".").encode() for part in parts)


def _steps(*points: float) -> bytes:
    return b" ".join(b"%d" % round(point / UNIT) for point in points)


Font = tuple[int, bool, str]
"""Size in tenths of a point, bold, colour."""


def _font(size: float, *, bold: bool, colour: str) -> Font:
    return int(size / UNIT + 1e-6), bold, colour


_ARTIFACT = Element(kind="Artifact", page=-1)
_NO_FONT = (0, False, "")
_DIGITS = b"0" + b"1" * 255


Step = tuple[Callable[..., None], float, tuple[object, ...]]
"""One step of a drawing: a method of the sheet, how far down it is moved, and what else it is called with."""


@dataclass(slots=True)
class Part:
    """A part that was laid out and stands nowhere yet. It can be placed once."""

    height: float
    steps: list[Step]


class _Inside:
    """While it lasts, what is drawn belongs to an element. (`contextmanager` takes four times as long.)"""

    __slots__ = ("_element", "_sheet")

    def __init__(self, sheet: "Sheet", element: Element) -> None:
        self._sheet, self._element = sheet, element

    def __enter__(self) -> None:
        self._sheet.enter(self._element)

    def __exit__(self, *_: object) -> None:
        self._sheet.leave()


_NOTHING_NEW = nullcontext()


class Sheet:
    """The paper being drawn. `top` grows downwards.

    Every drawing method works out what is to be drawn and hands it to a step (`_put_line`, `_put_rule`, ...), which
    draws at once, or later where the part it belongs to is placed.
    """

    def __init__(self, boxes: list[Box] | None = None) -> None:
        """`boxes`: where to note the place of every text and symbol, for those who measure overlaps."""
        self._boxes = boxes
        self._steps: list[Step] | None = None  # of the part being laid out
        self._depth = 0
        self._inside: list[Element] = []
        self._root: list[Element] = []
        self.pages: list[Page] = []
        self._marked: Element | None = None
        self._spoken = "zh"
        self._writing = False
        self.next_page()

    @property
    def page(self) -> int:
        """The page being drawn: 0, 1, …"""
        return len(self.pages) - 1

    def next_page(self) -> None:
        """Go on with an empty page."""
        self._end_text()
        self.pages.append(Page())
        self._font = _NO_FONT
        self._at = (0, 0)
        self._writing = False

    def finish(self) -> tuple[list[Page], list[Element]]:
        """The pages, and the elements of the whole paper in reading order."""
        self._end_text()
        return self.pages, self._root

    def part(self, section: Callable[[float], float]) -> Part:
        """Lay out `section`, a function from the top to the bottom of what it draws, without drawing it yet."""
        around, self._steps = self._steps, []
        try:
            height = section(0.0)
            return Part(height, self._steps)
        finally:
            self._steps = around

    def place(self, part: Part, top: float) -> float:
        """Draw a part here; returns its bottom."""
        if self._steps is not None:
            self._steps += [(step, down + top, facts) for step, down, facts in part.steps]
        else:
            for step, down, facts in part.steps:
                step(down + top, *facts)
        return top + part.height

    def _do(self, step: Callable[..., None], *facts: object) -> None:
        if self._steps is None:
            step(0.0, *facts)
        else:
            self._steps.append((step, 0.0, facts))

    def element(self, kind: str, alternative: str = "") -> AbstractContextManager[None]:
        """What is drawn inside belongs to one element of this kind. A paragraph within one is part of it."""
        if kind == "P" and self._depth:
            return _NOTHING_NEW
        return _Inside(self, Element(kind=kind, page=self.page, alternative=alternative))

    def artifact(self) -> AbstractContextManager[None]:
        """What is drawn inside is decoration: said elsewhere, or nothing to be read."""
        return _Inside(self, _ARTIFACT)

    def enter(self, element: Element) -> None:
        """What follows belongs to this element, up to `leave`."""
        self._depth += 1
        self._do(self._put_enter, element)

    def leave(self) -> None:
        """What follows belongs to the element around this one."""
        self._depth -= 1
        self._do(self._put_leave)

    def _put_enter(self, _down: float, element: Element) -> None:
        inside = self._inside[-1] if self._inside else None
        if inside is _ARTIFACT or element is _ARTIFACT:
            self._inside.append(_ARTIFACT)
            return
        element.page = self.page
        (self._root if inside is None else inside.held).append(element)
        self._inside.append(element)

    def _put_leave(self, _down: float) -> None:
        self._inside.pop()

    def text(
        self,
        left: float,
        baseline: float,
        text: str,
        size: float,
        *,
        bold: bool = False,
        colour: str = INK,
        align: str = "left",
    ) -> float:
        """Draw one line; returns its width. Raises: GlyphMissingError."""
        wide = fonts.width(fonts.check(text), size)
        if text:
            if align != "left":
                left -= wide if align == "right" else wide / 2
            self._do(self._put_line, left, baseline, text, size, _font(size, bold=bold, colour=colour))
        return wide

    def _put_line(self, down: float, left: float, baseline: float, text: str, size: float, font: Font) -> None:
        self._write(left, HEIGHT - (baseline + down), text, font)
        if self._boxes is not None:
            top, bottom = baseline + down - 0.88 * size, baseline + down + 0.12 * size
            self._boxes.append(Box(self.page, left, top, left + fonts.width(text, size), bottom, text))

    def paragraph(
        self,
        left: float,
        top: float,
        text: str,
        size: float,
        room: float,
        *,
        bold: bool = False,
        colour: str = INK,
        most: int = 99,
        leading: float = 1.36,
    ) -> float:
        """Draw `text` in at most `most` lines of `room` points; returns the bottom. Raises: GlyphMissingError."""
        lines = clamp(fonts.check(text), size, room, most)
        if not lines:
            return top
        font = _font(size, bold=bold, colour=colour)
        with self.element("P"):  # without an element around it, all lines are one paragraph
            for index, line in enumerate(lines):
                if index and lines[index - 1][-1].isascii():
                    self._do(self._put_space)  # so that the words of two lines are read as two words
                baseline = top + size * (0.97 + index * leading)
                self._do(self._put_line, left, baseline, line, size, font)
        return top + size * leading * len(lines)

    def _put_space(self, _down: float) -> None:
        self.pages[-1].text.append(" ")

    def _write(self, left: float, up: float, text: str, font: Font) -> None:
        out = self.pages[-1].text
        element = self._inside[-1] if self._inside else None
        if element is None:
            element = Element(kind="P", page=self.page)
            self._root.append(element)
        if not self._writing:
            out.append(b"BT\n")
            self._writing, self._at, self._font = True, (0, 0), _NO_FONT
        if self._marked is not element:
            self._end_mark()
            self._begin_mark(element)
        if font != self._font:
            self._change_font(out, font)
        across, high = round(left / UNIT), round(up / UNIT)
        out.append(b"%d %d Td\n" % (across - self._at[0], high - self._at[1]))
        self._at = across, high
        for language, part in runs(text):
            if language != self._spoken and element is not _ARTIFACT:
                out.append(b"/Span/E BDC\n" if language == "en" else b"EMC\n")
                self._spoken = language
            out.append(part)

    def _change_font(self, out: list[Piece], font: Font) -> None:
        tenths, bold, colour = font
        before_tenths, before_bold, before_colour = self._font
        if tenths != before_tenths:
            out.append(b"/F %d Tf\n" % tenths)
        if colour != before_colour:
            out.append(_colour(colour) + b" rg\n")
        if bold:
            outline = b"%.1f w %b RG\n" % (tenths * BOLDER, _colour(colour))
            out.append(outline if before_bold else b"2 Tr " + outline)
        elif before_bold:
            out.append(b"0 Tr\n")
        self._font = font

    def _begin_mark(self, element: Element) -> None:
        page = self.pages[-1]
        self._marked = element
        if element is _ARTIFACT:
            page.text.append(b"/Artifact BMC\n")
            return
        element.held.append(len(page.marks))
        page.text.append(b"/%b<</MCID %d>>BDC\n" % (element.kind.encode(), len(page.marks)))
        page.marks.append(element)

    def _end_mark(self) -> None:
        if not self.pages or self._marked is None:
            return
        self.pages[-1].text.append(b"EMC EMC\n" if self._spoken == "en" else b"EMC\n")
        self._marked, self._spoken = None, "zh"

    def _end_text(self) -> None:
        if self.pages:
            self._end_mark()
            if self._writing:
                # The render mode outlives the text object; nothing after it may be outlined by surprise.
                self.pages[-1].text.append(b"0 Tr ET\n" if self._font[1] else b"ET\n")
                self._writing = False

    def rule(self, left: float, top: float, right: float, *, colour: str = LINE, weight: float = 0.5) -> None:
        """A horizontal line."""
        self._do(self._put_rule, left, top, right, colour, weight)

    def _put_rule(self, down: float, left: float, top: float, right: float, colour: str, weight: float) -> None:
        up = HEIGHT - (top + down)
        self._decorate(
            b"%b RG %.1f w %b m %b l S\n" % (_colour(colour), weight / UNIT, _steps(left, up), _steps(right, up))
        )

    def block(
        self,
        left: float,
        top: float,
        wide: float,
        high: float,
        *,
        fill: str = "",
        stroke: str = "",
        weight: float = 0.6,
    ) -> None:
        """A rectangle, filled, outlined or both."""
        if not (fill or stroke):
            return
        paint = b"B" if fill and stroke else b"f" if fill else b"S"
        colours = (_colour(fill) + b" rg " if fill else b"") + (
            b"%b RG %.1f w " % (_colour(stroke), weight / UNIT) if stroke else b""
        )
        self._do(self._put_block, left, top + high, wide, high, colours, paint)

    def _put_block(
        self, down: float, left: float, bottom: float, wide: float, high: float, colours: bytes, paint: bytes
    ) -> None:
        self._decorate(colours + _steps(left, HEIGHT - (bottom + down), wide, high) + b" re " + paint + b"\n")

    def path(self, points: Sequence[tuple[float, float]], *, colour: str, weight: float) -> None:
        """A line through two or more points."""
        self._do(self._put_strokes, colour, weight, points)

    def tick(self, left: float, top: float, size: float, *, colour: str) -> None:
        """A check mark, as lines: it needs no letter."""
        self._strokes(
            colour,
            size * 0.13,
            [
                (left, top + size * 0.55),
                (left + size * 0.36, top + size * 0.88),
                (left + size, top + size * 0.12),
            ],
        )

    def cross(self, left: float, top: float, size: float, *, colour: str) -> None:
        """A cross, as lines."""
        for start, end in ((0.1, 0.9), (0.9, 0.1)):
            self._strokes(
                colour,
                size * 0.13,
                [
                    (left + size * 0.1, top + size * start),
                    (left + size * 0.9, top + size * end),
                ],
            )

    def _strokes(self, colour: str, weight: float, points: Sequence[tuple[float, float]]) -> None:
        self._do(self._put_strokes, colour, weight, points)

    def _put_strokes(self, down: float, colour: str, weight: float, points: Sequence[tuple[float, float]]) -> None:
        first, *others = [_steps(left, HEIGHT - (top + down)) for left, top in points]
        path = first + b" m " + b" ".join([other + b" l" for other in others])
        self._decorate(b"%b RG %.1f w %b S\n" % (_colour(colour), weight / UNIT, path))

    def _decorate(self, drawing: bytes) -> None:
        self.pages[-1].decoration.append(drawing)

    def symbol(self, left: float, top: float, modules: Sequence[bytes], module: float, alternative: str) -> None:
        """A QR symbol: one bit a module as an image mask, on white, with a quiet zone of four modules."""
        count = len(modules)
        side = (count + 8) * module
        self.block(left, top, side, side, fill=WHITE)
        with self.element("Figure", alternative):
            self._do(self._put_symbol, left, top, modules, module)

    def _put_symbol(self, down: float, left: float, top: float, modules: Sequence[bytes], module: float) -> None:
        count = len(modules)
        side, top = (count + 8) * module, top + down
        if self._boxes is not None:
            self._boxes.append(Box(self.page, left, top, left + side, top + side, "QR"))
        row_bytes = (count + 7) // 8
        bits = b"".join(_packed(row, row_bytes) for row in modules)
        size, bottom = count * module, HEIGHT - top - side + 4 * module
        figure = self._inside[-1]
        figure.box = (left, HEIGHT - top - side, left + side, HEIGHT - top)
        self._end_text()
        self._begin_mark(figure)
        scaled = b" ".join(b"%.2f" % (value / UNIT) for value in (size, 0, 0, size, left + 4 * module, bottom))
        self.pages[-1].text.append(
            b"q 0 0 0 rg %b cm\nBI /W %d /H %d /BPC 1 /IM true /D [1 0] /F /AHx ID %b> EI Q\n"
            % (scaled, count, count, bits.hex().encode())
        )
        self._end_mark()

    def across(self, text: str, size: float, centre: tuple[float, float], *, colour: str) -> None:
        """Large letters across the page, under everything else."""
        wide = fonts.width(fonts.check(text), size)
        # Turned by 40 degrees, centred.
        cosine, sine = 0.766044, 0.642788
        x = centre[0] - cosine * wide / 2 + sine * size * 0.36
        y = HEIGHT - centre[1] - sine * wide / 2 - cosine * size * 0.36
        turned = b"%.4f %.4f %.4f %.4f" % (cosine, sine, -sine, cosine)
        self.pages[-1].decoration += [
            b"BT /F %d Tf 2 Tr %.1f w %b rg %b RG %b %b Tm\n"
            % (size / UNIT, size / UNIT * BOLDER, _colour(colour), _colour(colour), turned, _steps(x, y)),
            text,
            b"0 Tr ET\n",
        ]


def _packed(row: bytes, row_bytes: int) -> bytes:
    return int(row.translate(_DIGITS).ljust(8 * row_bytes, b"0"), 2).to_bytes(row_bytes, "big")
