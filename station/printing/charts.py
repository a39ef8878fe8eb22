# SPDX-License-Identifier: GPL-3.0-or-later
"""Bars of numbers, in the letters of the sheet. What a bar shows is written beside it: colour alone says nothing."""

from collections.abc import Sequence

from reportlab.graphics.charts.barcharts import VerticalBarChart
from reportlab.graphics.shapes import Drawing, Rect, String
from reportlab.lib.colors import HexColor

from station.printing.letters import FONT, cut, drawable, register
from station.printing.sheet import INK, LINE, MUTED, SMALL

FILLS = ("#1f6f5c", "#e0a030", "#b3261e", "#8c97a3")
_TICKS = 5
_ROW, _LABEL = 15.0, 170.0


def columns(names: Sequence[str], series: Sequence[tuple[str, Sequence[int]]], wide: float, high: float) -> Drawing:
    """Stacked columns over time, with a legend. `series`: what each colour means, and its number for each name."""
    register()
    drawing = Drawing(wide, high)
    chart = VerticalBarChart()
    chart.x, chart.y, chart.width, chart.height = 30, 26, wide - 40, high - 52
    chart.data = [tuple(numbers) for _, numbers in series]
    chart.categoryAxis.style = "stacked"
    chart.categoryAxis.categoryNames = [drawable(name, most=12) for name in names]
    chart.categoryAxis.labels.fontName = chart.valueAxis.labels.fontName = FONT
    chart.categoryAxis.labels.fontSize = chart.valueAxis.labels.fontSize = 6.5
    chart.categoryAxis.strokeColor = chart.valueAxis.strokeColor = HexColor(LINE)
    chart.valueAxis.valueMin = 0
    highest = max((sum(numbers) for numbers in zip(*chart.data, strict=True)), default=0)
    step = max(1, -(-highest // _TICKS))
    chart.valueAxis.valueMax, chart.valueAxis.valueStep = max(step * _TICKS, 1), step
    chart.valueAxis.labelTextFormat = "%d"
    chart.barSpacing, chart.groupSpacing = 0, 2
    chart.bars.strokeColor = None
    for number in range(len(series)):
        chart.bars[number].fillColor = HexColor(FILLS[number])
    drawing.add(chart)
    left = 30.0
    for number, (name, numbers) in enumerate(series):
        words = f"{drawable(name, most=40)} {sum(numbers)}"
        drawing.add(Rect(left, high - 12, 8, 8, fillColor=HexColor(FILLS[number]), strokeColor=None))
        drawing.add(String(left + 11, high - 11, words, fontName=FONT, fontSize=SMALL, fillColor=HexColor(INK)))
        left += 24 + 7 * len(words)
    return drawing


def bars(rows: Sequence[tuple[str, int]], wide: float) -> Drawing:
    """A bar a name with its number, the largest first; at least one."""
    register()
    drawing = Drawing(wide, _ROW * len(rows) + 4)
    most = max(number for _, number in rows) or 1
    for at, (name, number) in enumerate(rows):
        base = _ROW * (len(rows) - 1 - at) + 4
        long = (wide - _LABEL - 40) * number / most
        shown = cut(drawable(name), SMALL, _LABEL - 8)
        drawing.add(String(0, base + 2, shown, fontName=FONT, fontSize=SMALL, fillColor=HexColor(INK)))
        drawing.add(Rect(_LABEL, base, max(long, 0.5), 10, fillColor=HexColor(FILLS[0]), strokeColor=None))
        drawing.add(
            String(_LABEL + long + 4, base + 2, str(number), fontName=FONT, fontSize=SMALL, fillColor=HexColor(MUTED))
        )
    return drawing
