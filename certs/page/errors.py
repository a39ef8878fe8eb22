# SPDX-License-Identifier: GPL-3.0-or-later
"""Why a paper cannot be drawn or read. All below `PageError`; sentences in certs/words.toml."""

from certs.errors import CertsError


class PageError(CertsError):
    """A paper cannot be drawn or read."""

    code = "page"


class GlyphMissingError(PageError):
    """A text holds a character the paper's font cannot draw. Nothing is ever drawn as an empty box."""

    code = "glyph_missing"

    def __init__(self, character: str, text: str) -> None:
        self.character = character
        shown = f"{character} (U+{ord(character):04X})"
        super().__init__(got=shown, character=shown, text=text[:40])


class UnknownCodeError(PageError):
    """A record names a code for which no room has a sentence. Codes are never printed in its place."""

    code = "unknown_code"

    def __init__(self, kind: str, name: str) -> None:
        self.kind = kind
        self.name = name
        super().__init__(got=f"{kind}.{name}", missing=f"{kind}.{name}")


class PaperTooLongError(PageError):
    """What must be said does not fit on two pages."""

    code = "paper_too_long"


class PdfProfileError(PageError):
    """The bytes are not a paper of our closed PDF profile."""

    code = "pdf_profile"
