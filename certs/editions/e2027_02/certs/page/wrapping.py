# SPDX-License-Identifier: GPL-3.0-or-later
"""Breaking a text into lines: Chinese between characters, Latin between words, never a line that is too long."""

import re
from functools import lru_cache
from itertools import groupby

from certs.editions.e2027_02.certs.page.fonts import width
from certs.editions.e2027_02.certs.page.languages import FIRST_CHINESE

_WORDS = re.compile(r"\s+|\S+")
_NEVER_FIRST = "，。、；：！？）】」』”’…,.;:!?)%]》〉—"
_NEVER_LAST = "（【「『“‘([《〈"
CUT = " …"
_ROUNDING = 0.001  # points: more than a sum of the pieces' widths may differ from the width of the whole


@lru_cache(maxsize=2048)  # a section is measured, moved and drawn: the same lines are asked for three times
def wrap(text: str, size: float, room: float) -> tuple[str, ...]:
    """Lines of at most `room` points. A word longer than a line is cut where it must be. "" gives no line."""
    if text.isprintable() and "  " not in text and width(text, size) < room - _ROUNDING:
        return (text.strip(),) if text.strip() else ()
    lines: list[list[str]] = [[]]
    used = 0.0
    for piece, wide in _short_pieces(text, size, room):
        line = lines[-1]
        if piece.isspace():
            line.extend(" " if line else "")
            used += wide if line else 0.0
        elif used + wide <= room:
            line.append(piece)
            used += wide
        else:
            carried = _carried_along(line, piece)
            if width("".join(carried), size) + wide > room:
                carried = []
            del line[len(line) - len(carried) :]
            lines.append([*carried, piece])
            used = width("".join(carried), size) + wide
    texts = ("".join(line).strip() for line in lines)
    return tuple(found for found in texts if found)


@lru_cache(maxsize=2048)  # as above
def clamp(text: str, size: float, room: float, most: int) -> tuple[str, ...]:
    """At most `most` lines; what does not fit is cut and ends in " …", which the page explains."""
    lines = wrap(text, size, room)
    if len(lines) <= most:
        return lines
    last = lines[most - 1]
    while last and width(last + CUT, size) > room:
        last = last[:-1]
    return (*lines[: most - 1], last.rstrip() + CUT)


def _carried_along(line: list[str], piece: str) -> list[str]:
    """The pieces at the end of `line` that must go along with `piece`, so that no sign stands alone."""
    cut = len(line)
    if piece[0] in _NEVER_FIRST and cut:
        cut -= 1
    while cut and line[cut - 1][-1] in _NEVER_LAST:
        cut -= 1
    return line[cut:] if any(not kept.isspace() for kept in line[:cut]) else []


def _short_pieces(text: str, size: float, room: float) -> list[tuple[str, float]]:
    """The pieces with their widths, none longer than a line; white space is as wide as one blank."""
    blank = width(" ", size)
    pieces = []
    for piece in _pieces(text):
        rest, wide = piece, width(piece, size)
        while wide > room and len(rest) > 1:
            count = max(1, _fitting(rest, size, room))
            pieces.append((rest[:count], blank if piece.isspace() else width(rest[:count], size)))
            rest = rest[count:]
            wide = width(rest, size)
        pieces.append((rest, blank if piece.isspace() else wide))
    return pieces


def _pieces(text: str) -> list[str]:
    """White space, words, and each Chinese character and sign by itself, since a line may end after it."""
    pieces: list[str] = []
    for word in _WORDS.findall(text):
        if word.isascii() or word.isspace():
            pieces.append(word)
            continue
        for is_chinese, run in groupby(word, FIRST_CHINESE.__le__):
            characters = list(run)
            pieces += characters if is_chinese else ["".join(characters)]
    return pieces


def _fitting(text: str, size: float, room: float) -> int:
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if width(text[:middle], size) <= room else (low, middle - 1)
    return low
