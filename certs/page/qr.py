# SPDX-License-Identifier: GPL-3.0-or-later
"""The QR symbol of the signed statement: always the same modules for the same text."""

import segno

from certs.page.errors import PaperTooLongError

LEVEL = "m"
MASK = 2   # fixed: choosing the best costs 18 ms and could differ between encoders (research/certificate.md 5)
MAXIMUM_SIDE = 34.0    # millimetres with the quiet zone of four modules
MINIMUM_MODULE = 0.4   # millimetres; what office printers and cheap cameras manage
WANTED_MODULE = 0.5


def modules(text: str) -> tuple[bytes, ...]:
    """Rows of modules, 1 = dark, without the quiet zone; the smallest version that holds `text` at level M.

    Raises: PaperTooLongError if the text needs a symbol that would be too fine to print.
    """
    try:
        code = segno.make_qr(text, error=LEVEL, mask=MASK, boost_error=False)
    except segno.DataOverflowError as error:
        raise PaperTooLongError(step="QR", got=f"{len(text)} characters") from error
    rows = tuple(bytes(row) for row in code.matrix)
    if module_size(rows) < MINIMUM_MODULE:
        raise PaperTooLongError(step="QR", got=f"{len(text)} characters")
    return rows


def module_size(rows: tuple[bytes, ...]) -> float:
    """Side of one module in millimetres: as large as the paper's corner allows, at most `WANTED_MODULE`."""
    return min(WANTED_MODULE, MAXIMUM_SIDE / (len(rows) + 8))
