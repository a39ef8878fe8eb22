# SPDX-License-Identifier: GPL-3.0-or-later
"""Long lines folded for a terminal, between words only and in columns: a terminal by itself cuts wherever it is full.

What people copy stays in one piece: a command in backquotes, a path, a number. Where even one piece is longer than a
line, the terminal may cut it.
"""

import re
from collections.abc import Iterator

_WIDE = "\u2e80-\u9fff\uff01-\uff60"
"""Characters between which Chinese may be folded; marks that end something stay with what they end."""
_CLOSING = "，。；：、！？）】》”’…"
_PIECE = re.compile(
    rf"`[^`]*`[^\s{_WIDE}]*[{_CLOSING}]*|[“（【《‘]*[{_WIDE}“][{_CLOSING}]*|[^\s{_WIDE}`“]+[{_CLOSING}]*|."
)
_MARK = re.compile(r"\s*(?:[-→!▶] )?")
LEAST = 20
"""Columns below which nothing is folded: there is no reading it anyway."""


def folded(text: str, width: int) -> str:
    """The same text in lines of at most `width` columns; what goes on stands under what it belongs to."""
    return "\n".join(each for line in text.split("\n") for each in _lines(line, width))


def _lines(line: str, width: int) -> Iterator[str]:
    from rich.cells import cell_len

    if width < LEAST or cell_len(line) <= width:
        yield line
        return
    mark = _MARK.match(line)
    indent = " " * min(len(mark.group()) if mark else 0, width // 2)
    begun = ""
    for space, piece in _pieces(line):
        if begun.strip() and cell_len(begun + space + piece) > width:
            yield begun
            begun = indent + piece
        else:
            begun += space + piece
    yield begun


def _pieces(line: str) -> Iterator[tuple[str, str]]:
    """Every piece with the space before it."""
    at = 0
    while at < len(line):
        rest = line[at:]
        space = rest[: len(rest) - len(rest.lstrip())]
        found = _PIECE.match(line, at + len(space))
        if found is None:
            return
        yield space, found.group()
        at = found.end()
