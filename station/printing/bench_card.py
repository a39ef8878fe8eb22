# SPDX-License-Identifier: GPL-3.0-or-later
"""The bench card: a symbol with a job's one-time code, a checkerboard to focus on, and a ruler in millimetres.

One page of 148 x 105 mm. Printed at 100 %: the ruler says whether it was.
"""

from collections.abc import Sequence
from io import BytesIO
from typing import Any

from certs.page.qr import modules
from station.printing.letters import FONT, register
from station.text.language import text

WIDE_MM, HIGH_MM = 148, 105
MODULE_MM, SQUARE_MM = 1.6, 5
RULER_MM = 140
_POINT = 72 / 25.4  # points a millimetre
_SYMBOL_LEFT, _SYMBOL_BOTTOM = 8.0, 44.0
_BOARD_LEFT, _BOARD_BOTTOM, _BOARD = 84.0, 40.0, (12, 11)
_QUIET = 4
_LONG_TICK, _MIDDLE_TICK, _TICK = 7.0, 5.0, 3.0


def card_pdf(said: str, shown: str) -> bytes:
    """The card. `said`: what its symbol says; `shown`: what people read on it."""
    from reportlab.pdfgen.canvas import Canvas

    made = BytesIO()
    size = (WIDE_MM * _POINT, HIGH_MM * _POINT)
    canvas = Canvas(made, pagesize=size, invariant=1, initialFontName=register())
    canvas.setTitle(text("print.bench_card"))
    canvas.setCreator("proofwipe")
    canvas.setFillGray(0)
    _symbol(canvas, modules(said))
    _board(canvas)
    _ruler(canvas)
    canvas.setFont(FONT, 15)
    canvas.drawString(_SYMBOL_LEFT * _POINT, 35 * _POINT, shown)
    canvas.setFont(FONT, 7)
    canvas.drawString(_SYMBOL_LEFT * _POINT, 29 * _POINT, text("print.bench_card_how"))
    canvas.showPage()
    canvas.save()
    return made.getvalue()


def in_letters(said: str) -> str:
    """The symbol for a terminal: two rows of modules a line, light on the dark of the block letters turned round."""
    rows = [bytes(r) for r in modules(said)]
    side = len(rows) + 2 * _QUIET
    light = bytes(side)
    quiet = bytes(_QUIET)
    whole = [light] * _QUIET + [quiet + row + quiet for row in rows] + [light] * _QUIET
    if len(whole) % 2:
        whole.append(light)
    glyphs = {(0, 0): "\u2588", (0, 1): "\u2580", (1, 0): "\u2584", (1, 1): " "}
    return "\n".join(
        "".join(glyphs[upper, lower] for upper, lower in zip(above, below, strict=True))
        for above, below in zip(whole[::2], whole[1::2], strict=True)
    )


def _symbol(canvas: Any, rows: Sequence[bytes]) -> None:
    top = _SYMBOL_BOTTOM + len(rows) * MODULE_MM
    for down, row in enumerate(rows):
        for across, dark in enumerate(row):
            if dark:
                left, bottom = _SYMBOL_LEFT + across * MODULE_MM, top - (down + 1) * MODULE_MM
                _fill(canvas, left, bottom, MODULE_MM, MODULE_MM)


def _board(canvas: Any) -> None:
    across, down = _BOARD
    for row in range(down):
        for column in range(across):
            if (row + column) % 2 == 0:
                left, bottom = _BOARD_LEFT + column * SQUARE_MM, _BOARD_BOTTOM + row * SQUARE_MM
                _fill(canvas, left, bottom, SQUARE_MM, SQUARE_MM)


def _ruler(canvas: Any) -> None:
    canvas.setFont(FONT, 7)
    for millimetre in range(RULER_MM + 1):
        tick = _LONG_TICK if millimetre % 10 == 0 else _MIDDLE_TICK if millimetre % 5 == 0 else _TICK
        left = 4 + millimetre
        _fill(canvas, left - 0.1, 4, 0.2, tick)
        if millimetre % 10 == 0:
            canvas.drawCentredString(left * _POINT, 12.5 * _POINT, str(millimetre // 10))
    _fill(canvas, 4, 3.8, RULER_MM, 0.2)
    canvas.drawString(4 * _POINT, 17 * _POINT, "cm")


def _fill(canvas: Any, left: float, bottom: float, wide: float, high: float) -> None:
    canvas.rect(left * _POINT, bottom * _POINT, wide * _POINT, high * _POINT, stroke=0, fill=1)
