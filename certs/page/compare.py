# SPDX-License-Identifier: GPL-3.0-or-later
"""Are two papers drawn alike? Everything a viewer could read is compared, not only the text.

The verifier draws the page again from the record. Two builds of zlib may pack the same drawing differently, so
streams are compared unpacked; all else must be the same object for object: page boxes, drawing, font programs,
images, attachments, annotations, optional content, metadata. Only the signature's own bytes are left out.
"""

from certs.page.errors import PdfProfileError
from certs.page.pdf_profile import PaperFile, read, without_signature
from certs.page.pdf_syntax import Object, Stream, Value


def same_drawing(a: bytes, b: bytes) -> bool:
    """True if both files are papers of our profile and hold the same objects; False for everything else."""
    try:
        return _meaning(read(a)) == _meaning(read(b))
    except PdfProfileError:
        return False


def same_objects(a: PaperFile, b: PaperFile) -> bool:
    """As `same_drawing`, for files already read, or drawn and not packed (`certs.page.draw.drawing`).

    Raises: PdfProfileError for a stream that cannot be unpacked.
    """
    return len(a.objects) == len(b.objects) and _meaning(a) == _meaning(b)


def _meaning(paper: PaperFile) -> tuple[object, ...]:
    return (paper.identity, *(_unpacked(without_signature(item)) for item in paper.objects))


def _unpacked(item: Object) -> tuple[list[tuple[str, Value]], bytes] | Value:
    if isinstance(item, Stream):
        return list(item.entries.items()), item.decoded()
    return item
