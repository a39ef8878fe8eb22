# SPDX-License-Identifier: GPL-3.0-or-later
"""Measuring a text, and refusing what the paper's letters cannot draw.

There is one weight; what is bold is drawn with an outline, so every text is as wide bold as plain. A character
without a letter would come out as an empty box, on a certificate a changed name nobody notices: so every text
passes `check` first.
"""

from functools import lru_cache

from certs.page.errors import GlyphMissingError
from certs.editions.e2027_02.certs.page.glyphs import table

_KEPT = 4096


@lru_cache(maxsize=_KEPT)
def missing(text: str) -> str:
    """The characters of `text` the paper cannot draw, each once, in order; "" if it can draw them all.

    For asking early, when an issuer or an operator is named, not when the paper is due.
    """
    return "".join(dict.fromkeys(character for character in text if _ADVANCES[character] is None))


def check(text: str) -> str:
    """`text` itself. Raises: GlyphMissingError naming the first character without a letter."""
    lost = missing(text)
    if lost:
        raise GlyphMissingError(lost[0], text)
    return text


def spelled(text: str) -> str:
    """`text` with undrawable characters as their code points, `[U+4DAE]`.

    For texts that come from a phone: no phone may keep its paper from being written by choosing a rare name,
    and none may make two different names look alike.
    """
    lost = missing(text)
    return "".join(f"[U+{ord(character):04X}]" if character in lost else character for character in text)


def width(text: str, size: float) -> float:
    """Width of `text` in points; what cannot be drawn counts as one em."""
    return _steps(text) * size / table().steps


@lru_cache(maxsize=4 * _KEPT)
def _steps(text: str) -> int:
    em = table().steps
    return sum([em if (advance := _ADVANCES[character]) is None else advance for character in text])


class _Advances(dict[str, int | None]):
    """Character → its advance, None for one without a letter; looked up in the table when it is first asked for."""

    def __missing__(self, character: str) -> int | None:
        letters = table()
        place = letters.place(ord(character))
        advance = letters.advances[place] if place else None
        if len(self) < _KEPT:
            self[character] = advance
        return advance


_ADVANCES = _Advances()
