# SPDX-License-Identifier: GPL-3.0-or-later
"""The two weights of the paper's font: loading, measuring, and refusing what they cannot draw.

reportlab draws a character it has no glyph for as an empty box, silently; on a certificate that would be a
changed name nobody notices. So every text passes `check` first.
"""

from functools import cache
from importlib import resources

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

from certs.page.errors import GlyphMissingError

REGULAR = "ProofwipeSans"
BOLD = "ProofwipeSans-Bold"
_FILES = {REGULAR: "NotoSansSC-Regular.ttf", BOLD: "NotoSansSC-Bold.ttf"}


@cache
def load() -> dict[str, TTFont]:
    """Both weights, registered with reportlab once a process (about 12 ms each)."""
    fonts = {}
    for name, file in _FILES.items():
        with resources.as_file(resources.files("certs").joinpath("fonts", file)) as path:
            fonts[name] = TTFont(name, str(path), asciiReadable=False, shapable=False)
        pdfmetrics.registerFont(fonts[name])
    return fonts


@cache
def _drawable() -> frozenset[str]:
    regular, bold = (set(font.face.charToGlyph) for font in load().values())
    # Below U+0020 nothing is ink; a no-break space would be drawn as a space and copied as another character.
    return frozenset(chr(code) for code in regular & bold if code >= 0x20 and code != 0xA0)


def missing(text: str) -> str:
    """The characters of `text` the paper cannot draw, each once, in order; "" if it can draw them all.

    For asking early, when an issuer or an operator is named, not when the paper is due.
    """
    if _drawable().issuperset(text):
        return ""
    return "".join(dict.fromkeys(character for character in text if character not in _drawable()))


def check(text: str) -> str:
    """`text` itself. Raises: GlyphMissingError naming the first character without a glyph."""
    lost = missing(text)
    if lost:
        raise GlyphMissingError(lost[0], text)
    return text


def spelled(text: str) -> str:
    """`text` with undrawable characters as their code points, `[U+4DAE]`.

    For texts that come from a phone: no phone may keep its paper from being written by choosing a rare name,
    and none may make two different names look alike.
    """
    return "".join(
        character if character in _drawable() else f"[U+{ord(character):04X}]" for character in text
    )


@cache
def _widths(font: str) -> tuple[dict[str, float], float]:
    face = load()[font].face
    return {chr(code): wide for code, wide in face.charWidths.items()}, face.defaultWidth


def width(text: str, font: str, size: float) -> float:
    """Width of `text` in points."""
    widths, default = _widths(font)
    return 0.001 * size * sum(widths.get(character, default) for character in text)
