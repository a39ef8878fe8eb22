# SPDX-License-Identifier: GPL-3.0-or-later
"""The sheet that manifests, reports and audits are printed on: head, foot, texts that wrap in both languages, tables.

No text is ever read as markup: what a phone or a shop calls itself is drawn, and means nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any

from reportlab.graphics.shapes import Drawing
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4, landscape
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, CondPageBreak, Flowable, Frame, LongTable, PageTemplate, Spacer

from certs.page.glyphs import ASCENT
from certs.page.wrapping import wrap
from station.printing.letters import FONT, cut, drawable, register, width
from station.text.language import text

INK, MUTED, LINE, TINT, STOP = "#1c2126", "#5a636d", "#b8c0c8", "#eef1f4", "#b3261e"
SIZE, SMALL, HEADING, TITLE = 8.5, 7.0, 11.5, 17.0
MARGIN, HEAD, FOOT = 40.0, 44.0, 44.0
_LEADING = 1.36
_PADDING = 3.0
_WITH_HEADING = 80.0
"""Points: no heading stands alone at the foot of a page."""


class Words(Flowable):  # type: ignore[misc]  # reportlab has no types
    """One text over as many lines as it needs; it may go on over a page's end. `most`: characters shown of it."""

    def __init__(
        self, words: str, size: float = SIZE, *, colour: str = INK, most: int = 400, right: bool = False
    ) -> None:
        super().__init__()
        self._lines: Sequence[str] = ()
        self._wrapped = False
        self._text, self._size, self._colour, self._right = drawable(words, most=most), size, colour, right

    def wrap(self, wide: float, _high: float) -> tuple[float, float]:
        """How large it is where there is so much room."""
        if not self._wrapped:
            self._lines = wrap(self._text, self._size, wide) or ("",)
        self.width, self.height = wide, len(self._lines) * self._size * _LEADING
        return wide, self.height

    def split(self, wide: float, high: float) -> list[Flowable]:
        """What fits into the room, and the rest."""
        self.wrap(wide, high)
        fit = int(high / (self._size * _LEADING))
        if fit >= len(self._lines):
            return [self]
        if fit < 1:
            return []
        return [self._of(self._lines[:fit]), self._of(self._lines[fit:])]

    def draw(self) -> None:
        """On the canvas that it was placed on."""
        canvas = self.canv
        canvas.setFillColor(HexColor(self._colour))
        canvas.setFont(FONT, self._size)
        top = self.height
        for line in self._lines:
            base = top - self._size * (ASCENT + 0.1)
            left = self.width - width(line, self._size) if self._right else 0
            canvas.drawString(left, base, line)
            top -= self._size * _LEADING

    def _of(self, lines: Sequence[str]) -> Flowable:
        """Some of its lines, as they are."""
        part = Words("", self._size, colour=self._colour, right=self._right)
        part._lines, part._wrapped = lines, True
        return part


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What stands at the top of the first page. `station`: its owner and name; `at`: when it was printed, aware."""

    title: str
    about: str
    station: str
    at: datetime


def heading(words: str, *, colour: str = INK) -> Iterable[Flowable]:
    """Of a section."""
    yield CondPageBreak(_WITH_HEADING)
    yield Spacer(0, 9)
    yield Words(words, HEADING, colour=colour)
    yield Spacer(0, 3)


def paragraph(words: str, *, colour: str = INK, size: float = SIZE, most: int = 400) -> Flowable:
    """A text over the whole width."""
    return Words(words, size, colour=colour, most=most)


def gap(points: float = 6) -> Flowable:
    """White."""
    return Spacer(0, points)


def pairs(rows: Iterable[tuple[str, str]], *, first: float = 130) -> Flowable:
    """Names and what they are, a line each."""
    cells = [[Words(name, colour=MUTED), Words(said, most=300)] for name, said in rows]
    return LongTable(cells, colWidths=[first, None], style=_PAIRS, hAlign="LEFT")


def table(
    heads: Sequence[str],
    rows: Iterable[Sequence[str]],
    wide: Sequence[float],
    *,
    numbers: Iterable[int] = (),
    across: float = 100,
) -> Flowable:
    """A table whose head stands on every page. `wide`: of the columns, as shares; `numbers`: columns set to the right;
    `across`: percent of the sheet.

    A row must fit on a page: texts are cut at so many characters that it does.
    """
    right = frozenset(numbers)
    head = [Words(each, SMALL, colour="#ffffff", right=at in right) for at, each in enumerate(heads)]
    body = [[Words(each, SMALL, most=160, right=at in right) for at, each in enumerate(row)] for row in rows]
    share = sum(wide)
    columns = [f"{across * each / share}%" for each in wide]
    return LongTable([head, *body], colWidths=columns, repeatRows=1, style=_TABLE, hAlign="LEFT")


def figure(drawing: Drawing) -> Flowable:
    """A chart."""
    return drawing


def printed(head: Head, story: Iterable[Flowable], *, wide: bool = False) -> bytes:
    """The whole document as a PDF file, pages numbered. `wide`: on its side."""
    register()
    made = BytesIO()
    size = landscape(A4) if wide else A4
    frame = Frame(MARGIN, FOOT, size[0] - 2 * MARGIN, size[1] - FOOT - HEAD, 0, 0, 0, 0, id="whole")
    document = BaseDocTemplate(
        made, pagesize=size, title=drawable(f"{head.title} {head.about}"), creator="proofwipe", invariant=1
    )
    document.addPageTemplates(PageTemplate("page", frames=[frame]))
    top = [Words(head.title, TITLE), Words(head.about, HEADING, colour=MUTED), Spacer(0, 8)]
    document.build([*top, *story], canvasmaker=_canvas_for(head))
    return made.getvalue()


def _canvas_for(head: Head) -> type[Canvas]:
    """A canvas that knows at the end how many pages there are, and then writes each page's foot."""

    class Numbered(Canvas):  # type: ignore[misc]  # reportlab has no types
        def __init__(self, *arguments: Any, **more: Any) -> None:
            super().__init__(*arguments, **{**more, "initialFontName": FONT})
            self._pages: list[dict[str, Any]] = []

        def showPage(self) -> None:  # noqa: N802 - reportlab's name
            self._pages.append(dict(self.__dict__))
            self._startPage()

        def save(self) -> None:
            for number, page in enumerate(self._pages, start=1):
                self.__dict__.update(page)
                _foot(self, head, number, len(self._pages))
                super().showPage()
            super().save()

    return Numbered


def _foot(canvas: Canvas, head: Head, number: int, pages: int) -> None:
    wide, high = canvas._pagesize
    canvas.setFont(FONT, SMALL)
    canvas.setFillColor(HexColor(MUTED))
    canvas.setStrokeColor(HexColor(LINE))
    canvas.setLineWidth(0.5)
    canvas.line(MARGIN, FOOT - 6, wide - MARGIN, FOOT - 6)
    counted = text("print.page", page=number, pages=pages)
    room = wide - 2 * MARGIN - width(counted, SMALL) - 20
    canvas.drawString(MARGIN, FOOT - 16, cut(drawable(f"{head.title} · {head.about}"), SMALL, room))
    canvas.drawRightString(wide - MARGIN, FOOT - 16, counted)
    at = head.at.strftime("%Y-%m-%d %H:%M %z")
    canvas.drawString(MARGIN, FOOT - 26, cut(text("print.foot"), SMALL, wide - 2 * MARGIN))
    canvas.setFont(FONT, SMALL)
    canvas.drawString(MARGIN, high - 28, cut(drawable(head.station), SMALL, wide / 2))
    canvas.drawRightString(wide - MARGIN, high - 28, text("print.printed_at", at=at))


_PAIRS = [
    ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ("LEFTPADDING", (0, 0), (-1, -1), 0),
    ("TOPPADDING", (0, 0), (-1, -1), 0.6),
    ("BOTTOMPADDING", (0, 0), (-1, -1), 0.6),
]
_TABLE = [
    ("BACKGROUND", (0, 0), (-1, 0), HexColor(INK)),
    ("ROWBACKGROUNDS", (0, 1), (-1, -1), [HexColor("#ffffff"), HexColor(TINT)]),
    ("LINEBELOW", (0, 1), (-1, -1), 0.25, HexColor(LINE)),
    ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ("LEFTPADDING", (0, 0), (-1, -1), _PADDING),
    ("RIGHTPADDING", (0, 0), (-1, -1), _PADDING),
    ("TOPPADDING", (0, 0), (-1, -1), 2),
    ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
]
