# SPDX-License-Identifier: GPL-3.0-or-later
"""Breaking a text into lines: Chinese between characters, Latin between words, never a line that is too long."""

import re

from certs.page.fonts import width

_PIECES = re.compile(r"\s+|[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u303f]|[^\s\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]+")
_NEVER_FIRST = "，。、；：！？）】」』”’…,.;:!?)%]》〉—"
_NEVER_LAST = "（【「『“‘([《〈"
CUT = " …"


def wrap(text: str, font: str, size: float, room: float) -> list[str]:
    """Lines of at most `room` points. A word longer than a line is cut where it must be. "" gives no line."""
    lines: list[list[str]] = [[]]
    for piece in _short_pieces(text, font, size, room):
        line = lines[-1]
        if piece.isspace():
            line.extend(" " if line else "")
        elif width("".join((*line, piece)), font, size) <= room:
            line.append(piece)
        else:
            carried = _carried(line, piece)
            if width("".join((*carried, piece)), font, size) > room:
                carried = []
            del line[len(line) - len(carried) :]
            lines.append([*carried, piece])
    texts = ("".join(line).strip() for line in lines)
    return [found for found in texts if found]


def clamp(text: str, font: str, size: float, room: float, most: int) -> list[str]:
    """At most `most` lines; what does not fit is cut and ends in " …", which the page explains."""
    lines = wrap(text, font, size, room)
    if len(lines) <= most:
        return lines
    last = lines[most - 1]
    while last and width(last + CUT, font, size) > room:
        last = last[:-1]
    return [*lines[: most - 1], last.rstrip() + CUT]


def _carried(line: list[str], piece: str) -> list[str]:
    """The pieces at the end of `line` that must go along with `piece`, so that no sign stands alone."""
    cut = len(line)
    if piece[0] in _NEVER_FIRST and cut:
        cut -= 1
    while cut and line[cut - 1][-1] in _NEVER_LAST:
        cut -= 1
    return line[cut:] if any(not kept.isspace() for kept in line[:cut]) else []


def _short_pieces(text: str, font: str, size: float, room: float) -> list[str]:
    pieces = []
    for piece in _PIECES.findall(text):
        rest = piece
        while width(rest, font, size) > room and len(rest) > 1:
            count = max(1, _fitting(rest, font, size, room))
            pieces.append(rest[:count])
            rest = rest[count:]
        pieces.append(rest)
    return pieces


def _fitting(text: str, font: str, size: float, room: float) -> int:
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if width(text[:middle], font, size) <= room else (low, middle - 1)
    return low
