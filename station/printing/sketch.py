# SPDX-License-Identifier: GPL-3.0-or-later
"""Where everything stands on a label, in millimetres from its upper left corner, whatever draws it then."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from certs.page import qr
from phones.words import say
from station.printing import bars
from station.printing.facts import LabelFacts, Standing
from station.printing.letters import cut, fitting, width
from station.printing.sizes import LabelSize
from station.text.language import text

POINT = 25.4 / 72
"""Millimetres."""
LEAST_SIZE = 4.6
"""Points: below it nobody reads a thermal printer's letters."""
FINEST_MODULE = 0.25
"""Millimetres: two dots of a printer of 203 dpi."""
_GAP = 1.0
_QR_SHARE = 0.46
"""Of the label's width, at most."""
_WIDEST_MODULE = 0.6
_LINE = 1.28


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """One line of text. `top`: of its letters' box; `size`: points; `bold`: thickened; `white`: on black."""

    left: float
    top: float
    size: float
    text: str
    bold: bool = False
    white: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A black rectangle."""

    left: float
    top: float
    wide: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Symbol:
    """A QR symbol without its quiet zone, which is left white around it. `module`: as wide as it may be."""

    left: float
    top: float
    module: float
    rows: tuple[bytes, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bars:
    """A Code 128; its row has the quiet zones."""

    left: float
    top: float
    module: float
    high: float
    row: bytes
    text: str


Piece = Written | Block | Symbol | Bars


def sketch(facts: LabelFacts, size: LabelSize) -> tuple[Piece, ...]:
    """All pieces of a label, the lowest first: a good one, or one that cannot be taken for it."""
    if facts.standing is Standing.STOP:
        return tuple(_stop(facts, size))
    return tuple(_good(facts, size))


def _good(facts: LabelFacts, size: LabelSize) -> Iterator[Piece]:
    scanned, bottom = _bars(facts, size, size.high - size.edge)
    yield from scanned
    top, high = size.edge, bottom - size.edge - 0.6
    rows = qr.modules(facts.symbol)
    side = len(rows) + 2 * qr.QUIET
    module = min(_WIDEST_MODULE, high / side, max(FINEST_MODULE, size.wide * _QR_SHARE / side))
    column = size.wide - size.edge / 2 - module * side  # what is left beside the symbol
    inner = module * qr.QUIET
    yield Symbol(left=column + inner, top=top + inner, module=module, rows=rows)
    if facts.standing is Standing.SPECIMEN:
        band = size.high * 0.16
        yield Block(left=0, top=0, wide=column, high=band)
        yield _in_band(_both("print.specimen"), column, 0, band)
        top, high = top + band - size.edge + 0.6, high - band + size.edge - 0.6
    yield from _lines(_good_lines(facts), size.edge, top, column - size.edge - _GAP / 2, high)


def _good_lines(facts: LabelFacts) -> Iterator[tuple[str, float, bool]]:
    """Text, size against the others, bold."""
    grade = text("print.grade", grade=facts.grade) if facts.grade else text("print.no_grade")
    yield facts.model, 10, True
    yield " · ".join(each for each in (facts.storage, facts.colour) if each), 8, False
    yield grade, 13, True
    yield text("print.battery", battery=facts.battery) if facts.battery else "", 7, False
    yield text("print.asset_tag", tag=facts.asset_tag) if facts.asset_tag else "", 8, True
    yield facts.digits, 7, False
    yield facts.paper, 6, False


def _stop(facts: LabelFacts, size: LabelSize) -> Iterator[Piece]:
    """Half of it black, with the words of both languages, a thick frame, no grade and no QR symbol."""
    frame = max(1.2, size.high * 0.05)
    band = size.high * 0.40
    yield Block(left=0, top=0, wide=size.wide, high=band)
    yield Block(left=0, top=size.high - frame, wide=size.wide, high=frame)
    yield Block(left=0, top=band, wide=frame, high=size.high - band)
    yield Block(left=size.wide - frame, top=band, wide=frame, high=size.high - band)
    yield _in_band(_both("print.stop"), size.wide, 0, band * 0.66)
    yield _in_band(text("print.not_erased"), size.wide, band * 0.6, band * 0.38)
    scanned, bottom = _bars(facts, size, size.high - frame - 0.4, edge=frame + 0.4)
    yield from scanned
    left, top = frame + 0.8, band + 0.6
    lines = [(facts.model, 9.0, True)]
    lines += [(reason, 8.0, False) for reason in facts.reasons]
    named = (facts.asset_tag, facts.digits, text("print.job", job=facts.job))
    lines.append((" · ".join(each for each in named if each), 7.0, False))
    yield from _lines(lines, left, top, size.wide - 2 * left, bottom - top - 0.4)


def _both(key: str) -> str:
    """In both languages, whatever is spoken: anybody in the room must be able to read it."""
    return "  ".join(say(key, language) for language in ("zh", "en"))


def _in_band(words: str, across: float, top: float, high: float) -> Written:
    """White, in the middle of a black band, as large as there is room."""
    room = (across - 2 * _GAP) / POINT
    points = fitting(words, high / POINT / _LINE, room, least=LEAST_SIZE)
    wide, tall = width(words, points) * POINT, points * POINT * _LINE
    left = (across - wide) / 2
    return Written(left=left, top=top + (high - tall) / 2, size=points, text=words, bold=True, white=True)


def _bars(facts: LabelFacts, size: LabelSize, bottom: float, *, edge: float = 0.0) -> tuple[tuple[Piece, ...], float]:
    """The first of what may be scanned that has room, with its text below; and where they begin."""
    edge = edge or size.edge / 2
    room = size.wide - 2 * edge
    high = max(4.2, size.high * 0.15)
    points = max(5.0, min(8.0, size.high * 0.19))
    for scanned in facts.scanned:
        row = bars.modules(scanned)
        if len(row) * FINEST_MODULE <= room:
            break
    else:
        return (), bottom
    module = min(0.5, room / len(row))
    top = bottom - points * POINT * _LINE - high
    left = (size.wide - module * len(row)) / 2
    below = Written(
        left=(size.wide - width(scanned, points) * POINT) / 2, top=top + high + 0.2, size=points, text=scanned
    )
    return (Bars(left=left, top=top, module=module, high=high, row=row, text=scanned), below), top


def _lines(
    lines: Iterable[tuple[str, float, bool]], left: float, top: float, room: float, high: float
) -> Iterator[Written]:
    """One under another, all larger or smaller together as there is room; what is too long then is cut with a mark."""
    shown: Sequence[tuple[str, float, bool]] = [line for line in lines if line[0]]
    tall = sum(size for _, size, _ in shown) * POINT * _LINE
    scale = min(1.9, high / tall) if tall else 1.0
    for words, size, bold in shown:
        points = fitting(words, size * scale, room / POINT, least=min(size * scale, max(LEAST_SIZE, size * scale / 2)))
        yield Written(left=left, top=top, size=points, text=cut(words, points, room / POINT), bold=bold)
        top += size * scale * POINT * _LINE
