# SPDX-License-Identifier: GPL-3.0-or-later
"""Papers no honest program writes: what a dishonest insider with a good key could make. For tests and golden files.

Uses the same drawing and signing as `certs.issue`, without its checks.
"""

import copy
from collections.abc import Callable
from typing import Any

from certs import editions
from certs.formats import cms
from certs.formats.dss import SecurityStore
from certs.formats.pdf_signature import sign_file
from certs.page.pdf_profile import PaperFile, packed
from certs.page.pdf_profile import read as read_paper
from certs.page.pdf_profile import write as write_paper
from certs.page.pdf_syntax import Reference, Stream
from certs.record.canonical import canonical_bytes
from certs.record.issuer import Signer
from certs.record.record import Record
from certs.record.statement import qr_text, sign_statement


def changed(record: Record, change: Callable[[dict[str, Any]], None]) -> bytes:
    """The record's canonical bytes after `change` was done to a copy of its document."""
    document = copy.deepcopy(dict(record.read.plain))
    change(document)
    return canonical_bytes(document)


def forge(
    record: bytes,
    signer: Signer,
    *,
    page: dict[str, Any] | None = None,
    statement: bytes | None = None,
    attached: bytes | None = None,
    edit: Callable[[PaperFile], PaperFile] | None = None,
    proof: bytes = b"",
    openings: bytes = b"",
    store: SecurityStore | None = None,
    stamp: Callable[[bytes], bytes] | None = None,
    token_room: int = 4600,
    raw: Callable[[bytes], bytes] | None = None,
) -> bytes:
    """A validly signed paper.

    `record`: canonical bytes the page and the statement are made from; `page`: another document to draw;
    `statement`: another statement; `attached`: other bytes to attach as the record; `edit`: change the PDF's
    objects before signing; `proof`, `openings`, `store`: as `drawing` takes them; `stamp`, `token_room`: as
    `sign_file` takes them, the room is kept only for a stamp; `raw`: change the unsigned bytes.
    """
    room = token_room if stamp is not None else 0
    read = editions.read_record(record)
    said = statement or sign_statement(read.statement(), signer)
    drawn = read if page is None else editions.read_record(canonical_bytes(page))
    blank = drawn.drawing(
        attached=attached or record,
        statement=said,
        qr_text=qr_text(said),
        contents_bytes=cms.container_bytes(signer.station, room),
        proof=proof,
        openings=openings,
        store=store,
    )
    unsigned = write_paper(packed(blank))
    if edit is not None:
        unsigned = write_paper(edit(read_paper(unsigned)))
    if raw is not None:
        unsigned = raw(unsigned)
    return sign_file(unsigned, signer, token_room=room, stamp=stamp)


def with_attachment(paper: PaperFile, name: str = "more.txt", content: bytes = b"trust me") -> PaperFile:
    """One more file attached."""
    objects: list[Any] = [*paper.objects]
    number = len(objects)
    objects.append({"Type": objects[0]["Type"], "F": name.encode(), "EF": {"F": Reference(number + 2)}})
    objects.append(Stream({}, content))
    catalog = copy.deepcopy(objects[0])
    catalog["Names"]["EmbeddedFiles"]["Names"] += [name.encode(), Reference(number + 1)]
    objects[0] = catalog
    return PaperFile(objects=tuple(objects), identity=paper.identity)
