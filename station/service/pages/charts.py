# SPDX-License-Identifier: GPL-3.0-or-later
"""Charts as SVG, drawn here: bars with words and numbers beside them, and a pattern for each result, so that no colour
has to be told from another. Lengths are shares of the width, so letters keep their size on every screen.

No style= is written, which the CSP forbids; looks are classes and attributes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from phones.cleaning import clean
from station.ledger.summary import Result

ROW, BAR, GAP = 54, 22, 8
"""Height of a row, of its bar, and above it; units of the screen."""
DAYS_HEIGHT = 220
_MOST_LABELS = 16
PARTS: tuple[str, ...] = tuple(each.value for each in Result)
_LONGEST = 60
"""Letters of a name in a chart; the table beneath has all of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One bar. `parts`: how many of which kind, in the order they are drawn; `told`: what is said of it in a line."""

    name: str
    parts: Mapping[str, int]
    told: str

    @property
    def number(self) -> int:
        """All of it."""
        return sum(self.parts.values())


def patterns() -> str:
    """What the parts are filled with; once a page, before its charts."""
    ways = {
        "certified": "",
        "not_certified": '<path d="M0 0L8 8M8 0L0 8" class="stroke"/>',
        "awaiting": '<circle cx="4" cy="4" r="1.6" class="dot"/>',
        "open": '<path d="M0 4H8" class="stroke"/>',
        "withdrawn": '<path d="M0 8L8 0" class="stroke"/>',
        "replaced": '<path d="M4 0V8" class="stroke"/>',
        "plain": "",
    }
    made = "".join(
        f'<pattern id="fill-{name}" class="fill-{name}" width="8" height="8" patternUnits="userSpaceOnUse">'
        f'<rect width="8" height="8" class="ground"/>{way}</pattern>'
        for name, way in ways.items()
    )
    return f'<svg class="patterns" width="0" height="0" aria-hidden="true" focusable="false"><defs>{made}</defs></svg>'


def rows(key: str, title: str, description: str, bars: Sequence[Bar]) -> str:
    """A bar a row, lying, the longest as wide as the chart; its name above it and its number beside that."""
    most = max((bar.number for bar in bars), default=0) or 1
    drawn = "".join(_row(place, bar, most) for place, bar in enumerate(bars))
    return _svg(key, title, description, drawn, height=max(1, len(bars)) * ROW)


def days(key: str, title: str, description: str, bars: Sequence[Bar]) -> str:
    """A bar a day, standing; dates under some of them, the largest number at the top."""
    most = max((bar.number for bar in bars), default=0) or 1
    wide = 100 / max(1, len(bars))
    every = max(1, -(-len(bars) // _MOST_LABELS))
    room = DAYS_HEIGHT - 50
    drawn = [
        f'<line x1="0" x2="100%" y1="{room + 20}" y2="{room + 20}" class="axis"/>',
        f'<text x="0" y="14" class="small">{most}</text>',
    ]
    for place, bar in enumerate(bars):
        top: float = room + 20
        left = place * wide
        pieces = []
        for name, number in bar.parts.items():
            if number:
                tall = number / most * room
                top -= tall
                pieces.append(_rect(name, f"{left + wide * 0.1:.3f}%", top, f"{wide * 0.8:.3f}%", tall))
        drawn.append(f"<g>{_title(bar.told)}{''.join(pieces)}</g>")
        if place % every == 0:
            middle = f"{left + wide / 2:.3f}%"
            date = _text(bar.name[5:])
            drawn.append(f'<text x="{middle}" y="{DAYS_HEIGHT - 8}" class="small middle">{date}</text>')
    return _svg(key, title, description, "".join(drawn), height=DAYS_HEIGHT)


def _row(place: int, bar: Bar, most: int) -> str:
    top = place * ROW
    drawn, left = [], 0.0
    for name, number in bar.parts.items():
        if number:
            share = number / most * 100
            drawn.append(_rect(name, f"{left:.3f}%", top + ROW - BAR - GAP, f"{share:.3f}%", BAR))
            left += share
    name = bar.name if len(bar.name) <= _LONGEST else f"{bar.name[: _LONGEST - 1]}…"
    said = (
        f'<text x="0" y="{top + 17}">{_text(name)}</text>'
        f'<text x="100%" y="{top + 17}" class="end strong">{bar.number}</text>'
    )
    return f"<g>{_title(bar.told)}{said}{''.join(drawn)}</g>"


def _rect(name: str, x: str, y: float, width: str, height: float) -> str:
    fill = name if name in PARTS else "plain"
    return f'<rect x="{x}" y="{y:.1f}" width="{width}" height="{height:.1f}" fill="url(#fill-{fill})" class="bar"/>'


def _svg(key: str, title: str, description: str, drawn: str, *, height: int) -> str:
    return (
        f'<svg class="chart" role="img" width="100%" height="{height}" '
        f'aria-labelledby="{key}-title {key}-description" focusable="false">'
        f'<title id="{key}-title">{_text(title)}</title><desc id="{key}-description">{_text(description)}</desc>'
        f"{drawn}</svg>"
    )


def _title(told: str) -> str:
    return f"<title>{_text(told)}</title>"


def _text(given: str) -> str:
    return escape(clean(given, most=400), quote=True)
