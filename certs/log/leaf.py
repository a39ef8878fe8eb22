# SPDX-License-Identifier: GPL-3.0-or-later
"""The ISSUE entry of a paper, built again by whoever holds its record and statement."""

import hashlib

from certs.log.entries import Issue, read_time
from certs.log.errors import LogReadError
from certs.record.schema import RecordDocument
from certs.record.statement import statement_of


def issue_leaf(document: RecordDocument, record: bytes, statement: bytes) -> Issue:
    """`record`: the record's exact bytes; `statement`: the COSE bytes. Raises: LogReadError when it is of no log."""
    if document.log == "none":
        raise LogReadError(fault="log_unknown", got="none")
    return Issue(
        at=read_time(document.issued_at),
        id=document.id,
        record=hashlib.sha256(record).hexdigest(),
        statement=hashlib.sha256(statement).hexdigest(),
        commitment=statement_of(document, record).commitment,
        tag=document.log.device_tag,
        station=document.station.key_id,
        start=document.log.start,
    )
