# SPDX-License-Identifier: GPL-3.0-or-later
"""The unsigned paper of a record, for tests that draw without issuing."""

from certs.formats.dss import SecurityStore
from certs.page.draw import drawing
from certs.page.pdf_profile import packed, write
from certs.record.schema import RecordDocument


def draw_paper(
    document: RecordDocument,
    *,
    record_bytes: bytes,
    statement: bytes,
    qr_text: str,
    contents_bytes: int,
    proof: bytes = b"",
    openings: bytes = b"",
    store: SecurityStore | None = None,
) -> bytes:
    """As `certs.page.draw.drawing`, packed and spelled as a file."""
    drawn = drawing(
        document,
        record_bytes=record_bytes,
        statement=statement,
        qr_text=qr_text,
        contents_bytes=contents_bytes,
        proof=proof,
        openings=openings,
        store=store,
    )
    return write(packed(drawn))
