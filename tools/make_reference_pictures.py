# SPDX-License-Identifier: GPL-3.0-or-later
"""Draws the reference pictures of what eyes measure: one SVG a kind of question, one panel an answer, in the order of
its numbers. Drawn here, from nothing: no phone was photographed.

    python -m tools.make_reference_pictures
"""

import sys
from collections.abc import Mapping
from pathlib import Path

from grading.eyes import BODY, LETTERS
from station.service.pages.asset_files import REFERENCE_PICTURES

FOLDER = Path(__file__).parents[1] / "station" / "service" / "pages" / "assets"
_WIDE, _HIGH, _GAP = 120, 90, 10
_PHONE = '<rect x="20" y="8" width="80" height="60" rx="8" fill="#e8edf2" stroke="#5a636d" stroke-width="2"/>'
_CAPTION = '<text x="60" y="84" font-family="sans-serif" font-size="12" text-anchor="middle" fill="#1c2126">{}</text>'


def _stroke(path: str, wide: float, colour: str = "#1c2126") -> str:
    return f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="{wide}" stroke-linecap="round"/>'


def _panel(drawn: str, caption: str) -> str:
    return drawn + _CAPTION.format(caption)


def _surface(groove: int, deep: int) -> str:
    """A cut through the surface, with a groove so wide and deep."""
    half = groove // 2
    line = f"M8 40 H{60 - half} q{half} {deep} {groove} 0 H112" if groove else "M8 40 H112"
    return _stroke(line, 3, "#5a636d")


_NAIL = '<path d="M40 8 q24 4 22 32 q-10 -6 -30 -20 z" fill="#f2c9b0" stroke="#1c2126" stroke-width="1.5"/>'
_RULER = "".join(_stroke(f"M{x} 54 V{64 if (x - 10) % 50 == 0 else 60}", 1) for x in range(10, 112, 10))
_BODY = '<rect x="15" y="42" width="90" height="18" fill="#9aa5b1"/>'
_GLASS = _stroke("M5 62 H115", 3, "#0f6b8f")
_SCREW = '<circle cx="{}" cy="38" r="12" fill="#e8edf2" stroke="#5a636d" stroke-width="2"/>'
_SLOT = "M{0} 38 h12 M{1} 32 v12"
_TRAY = '<rect x="14" y="24" width="92" height="24" rx="10" fill="{}" stroke="#5a636d" stroke-width="2"/>'

PANELS: Mapping[str, tuple[str, ...]] = {
    "mark": (
        _panel(_PHONE, "&lt; 20 cm"),
        _panel(_PHONE + _stroke("M55 40 l10 -4", 0.6), "20 cm"),
        _panel(_PHONE + _stroke("M45 46 l30 -14", 1.2), "30 cm"),
        _panel(_PHONE + _stroke("M35 52 l50 -26 M42 26 l20 10", 2.6), "50 cm"),
    ),
    "nail": (_panel(_NAIL + _surface(0, 0), "&#8594;"), _panel(_NAIL + _surface(16, 22), "&#10005;")),
    "dent": (
        _panel(_surface(0, 0) + _RULER, "0 mm"),
        _panel(_surface(10, 10) + _RULER, "&#8804; 1 mm"),
        _panel(_surface(50, 22) + _RULER, "&#8804; 5 mm"),
        _panel(_surface(90, 30) + _RULER, "&gt; 5 mm"),
    ),
    "crack": (
        _panel(_PHONE, "&#10003;"),
        _panel(_PHONE + _stroke("M30 66 L50 42 L46 30 L70 10 M50 42 L88 50 M46 30 L24 22", 1.4), "&#10005;"),
    ),
    "pixels": (
        _panel(_PHONE, "0"),
        _panel(_PHONE + '<path d="M45 30 h3 v3 h-3z M70 48 h3 v3 h-3z" fill="#b3261e"/>', "1-2"),
        _panel(
            _PHONE + '<path d="M40 25 h3 v3 h-3z M60 50 h3 v3 h-3z M80 34 h3 v3 h-3z" fill="#b3261e"/>', "&#8805; 3"
        ),
    ),
    "picture": (
        _panel(_PHONE, "&#10003;"),
        _panel(
            _PHONE + _stroke("M44 9 V67", 2, "#2e7d32") + '<path d="M70 67 q4 -30 29 -28 v20 q0 8 -8 8z"/>', "&#10005;"
        ),
    ),
    "lifting": (
        _panel(
            '<rect x="15" y="30" width="90" height="10"/><rect x="15" y="42" width="90" height="18" fill="#9aa5b1"/>',
            "0",
        ),
        _panel(
            '<path d="M15 32 q45 -14 90 -16 v10 q-45 2 -90 14z"/>' + _BODY + _stroke("M118 36 H80", 2, "#b3261e"),
            "0.3 mm",
        ),
    ),
    "bent": (
        _panel(_GLASS + '<rect x="15" y="50" width="90" height="10" fill="#9aa5b1"/>', "0"),
        _panel(_GLASS + _stroke("M18 55 Q60 48 102 55", 10, "#9aa5b1"), "&#8804; 1 mm"),
        _panel(_GLASS + _stroke("M18 55 Q60 24 102 55", 10, "#9aa5b1"), "&gt; 1 mm"),
    ),
    "liquid": (
        _panel('<circle cx="60" cy="38" r="22" fill="#ffffff" stroke="#5a636d" stroke-width="2"/>', "&#10003;"),
        _panel('<circle cx="60" cy="38" r="22" fill="#c2185b" stroke="#5a636d" stroke-width="2"/>', "&#10005;"),
        _panel('<circle cx="60" cy="38" r="22" fill="#1c2126"/>', "?"),
        _panel(_stroke("M40 18 L80 58 M80 18 L40 58", 2, "#9aa5b1"), "&#8212;"),
    ),
    "tray": (
        _panel(_TRAY.format("#e8edf2") + '<circle cx="92" cy="36" r="3"/>', "&#10003;"),
        _panel(_TRAY.format("#e8edf2") + _stroke("M30 22 L52 50 L74 26", 2), "&#10005;"),
        _panel(_TRAY.format("#1c2126"), "&#10005;"),
        _panel(_stroke("M40 18 L80 58 M80 18 L40 58", 2, "#9aa5b1"), "&#8212;"),
    ),
    "screws": (
        _panel(
            _SCREW.format(38) + _SCREW.format(82) + _stroke(_SLOT.format(32, 38) + _SLOT.format(76, 82), 2), "&#10003;"
        ),
        _panel(
            _SCREW.format(38) + _stroke(_SLOT.format(32, 38), 2) + '<circle cx="82" cy="38" r="8" fill="#1c2126"/>',
            "&#10005;",
        ),
        _panel(_stroke("M40 18 L80 58 M80 18 L40 58", 2, "#9aa5b1"), "&#8212;"),
    ),
}


def picture(kind: str) -> str:
    """The SVG for one kind of question."""
    panels = PANELS[kind]
    wide = len(panels) * (_WIDE + _GAP) + _GAP
    size = f'width="{wide}" height="{_HIGH + 30}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {_HIGH + 30}" {size}>',
        f'<rect {size} fill="#ffffff"/>',
    ]
    for place, drawn in enumerate(panels):
        left = _GAP + place * (_WIDE + _GAP)
        number = f'<text x="4" y="-6" font-family="sans-serif" font-size="14" font-weight="bold">{place + 1}</text>'
        parts.append(f'<g transform="translate({left} 26)">{number}{drawn}</g>')
    return "\n".join([*parts, "</svg>", ""])


def main() -> None:
    """Write them all."""
    for kind in (*LETTERS, *BODY):
        (FOLDER / REFERENCE_PICTURES[kind]).write_text(picture(kind), encoding="utf-8")
    print(f"made {len(PANELS)} reference pictures", file=sys.stderr)


if __name__ == "__main__":
    main()
