# SPDX-License-Identifier: GPL-3.0-or-later
"""Code 128, as reportlab encodes it, as one row of modules that every printer of ours draws in its own way."""

from functools import lru_cache

QUIET = 10
"""Modules of white on both sides."""


@lru_cache(maxsize=256)
def modules(text: str) -> bytes:
    """The modules, 1 = dark, with the quiet zones. `text`: printable ASCII, at least one character."""
    from reportlab.graphics.barcode.code128 import Code128Auto

    code = Code128Auto(text, quiet=0)
    code.validate()
    code.encode()
    code.decompose()
    row = bytearray(QUIET)
    for element in code.decomposed:  # "a" to "d": a space of so many modules; "A" to "D": a bar
        dark, wide = element.isupper(), ord(element.lower()) - ord("a") + 1
        row += bytes((1 if dark else 0,)) * wide
    return bytes(row) + bytes(QUIET)
