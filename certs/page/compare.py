# SPDX-License-Identifier: GPL-3.0-or-later
"""Are two papers drawn alike? Everything a viewer could read is compared, not only the text.

The verifier draws the page again from the record. Two builds of zlib may pack the same drawing differently, so
streams are compared unpacked; all else must be the same object for object: page boxes, drawing, font programs,
images, attachments, annotations, optional content, metadata. Only the signature's own bytes are left out.
"""

from certs.page.errors import PdfProfileError
from certs.page.pdf_profile import PaperFile, read, without_signature
from certs.page.pdf_syntax import Object, Stream


def same_drawing(a: bytes, b: bytes) -> bool:
    """True if both files are papers of our profile and hold the same objects; False for everything else."""
    try:
        return same_objects(read(a), read(b))
    except PdfProfileError:
        return False


def same_objects(a: PaperFile, b: PaperFile) -> bool:
    """As `same_drawing`, for files already read, or drawn and not packed (`certs.page.draw.drawing`). Unpacks one pair
    of streams at a time, and none behind the first difference: a small file may unpack to gigabytes.

    Raises: PdfProfileError for a stream that cannot be unpacked.
    """
    if len(a.objects) != len(b.objects) or a.identity != b.identity:
        return False
    return all(_alike(one, other) for one, other in zip(a.objects, b.objects, strict=True))


def _alike(one: Object, other: Object) -> bool:
    if isinstance(one, Stream) and isinstance(other, Stream):
        # The order of a dictionary is part of its spelling.
        return list(one.entries.items()) == list(other.entries.items()) and one.decoded() == other.decoded()
    if isinstance(one, Stream) or isinstance(other, Stream):
        return False
    return without_signature(one) == without_signature(other)
