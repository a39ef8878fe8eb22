# SPDX-License-Identifier: GPL-3.0-or-later
"""Labels as a PDF file, each on a page of its own size."""

from collections.abc import Iterable
from io import BytesIO
from typing import Any

from certs.page.glyphs import ASCENT
from station.printing.facts import LabelFacts
from station.printing.letters import FONT, register
from station.printing.sizes import LabelSize
from station.printing.sketch import POINT, Bars, Block, Piece, Symbol, Written, sketch
from station.text.language import text

_BOLD = 0.035  # of the size: how thick the outline of a bold letter is
_FILLED, _FILLED_AND_OUTLINED = 0, 2


def labels_pdf(labels: Iterable[LabelFacts], size: LabelSize) -> bytes:
    """A page a label, in their order."""
    from reportlab.pdfgen.canvas import Canvas

    made = BytesIO()
    canvas = Canvas(made, pagesize=(size.wide / POINT, size.high / POINT), invariant=1, initialFontName=register())
    canvas.setTitle(text("print.labels"))
    canvas.setCreator("proofwipe")
    for facts in labels:
        for piece in sketch(facts, size):
            _draw(canvas, piece, size.high)
        canvas.showPage()
    canvas.save()
    return made.getvalue()


def _draw(canvas: Any, piece: Piece, high: float) -> None:
    match piece:
        case Written():
            _write(canvas, piece, high)
        case Block():
            canvas.setFillGray(0)
            _fill(canvas, high, piece.left, piece.top, piece.wide, piece.high)
        case Symbol():
            canvas.setFillGray(0)
            for number, row in enumerate(piece.rows):
                for first, count in _runs(row):
                    left, top = piece.left + first * piece.module, piece.top + number * piece.module
                    _fill(canvas, high, left, top, count * piece.module, piece.module)
        case Bars():
            canvas.setFillGray(0)
            for first, count in _runs(piece.row):
                _fill(canvas, high, piece.left + first * piece.module, piece.top, count * piece.module, piece.high)


def _write(canvas: Any, piece: Written, high: float) -> None:
    canvas.saveState()
    canvas.setFillGray(1 if piece.white else 0)
    canvas.setStrokeGray(1 if piece.white else 0)
    canvas.setLineWidth(piece.size * _BOLD)
    line = canvas.beginText(piece.left / POINT, (high - piece.top) / POINT - piece.size * (ASCENT + 0.12))
    line.setFont(FONT, piece.size)
    line.setTextRenderMode(_FILLED_AND_OUTLINED if piece.bold else _FILLED)
    line.textOut(piece.text)
    canvas.drawText(line)
    canvas.restoreState()


def _fill(canvas: Any, high: float, left: float, top: float, wide: float, tall: float) -> None:
    canvas.rect(left / POINT, (high - top - tall) / POINT, wide / POINT, tall / POINT, stroke=0, fill=1)


def _runs(row: bytes) -> Iterable[tuple[int, int]]:
    """Where dark modules begin, and how many there are in one piece."""
    first = None
    for at, dark in enumerate((*row, 0)):
        if dark and first is None:
            first = at
        elif not dark and first is not None:
            yield first, at - first
            first = None
