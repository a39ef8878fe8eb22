# SPDX-License-Identifier: GPL-3.0-or-later
"""The log entry a paper stands on, made from the paper itself: its issuer appends it, every verifier makes it again.

A certificate stands on its ISSUE. A report stands on the CLOSE of its job's START. A report that awaits a person's
decision closes nothing yet: its record says `log: none`, as does one of a job that never began to erase.
"""

import hashlib

from certs.log.entries import Close, Issue, read_time
from certs.record.schema import LogPlace, RecordDocument
from certs.record.statement import statement_of


def leaf_of(document: RecordDocument, record: bytes, statement: bytes) -> Issue | Close | None:
    """The entry of a paper with these record and statement bytes; None when the record says it is in no log."""
    if not isinstance(document.log, LogPlace):
        return None
    if document.is_report:
        at = read_time(document.issued_at)
        return Close(at=at, start=document.log.start, outcome="report", id=document.id)
    return _issue_leaf(document, document.log, record, statement)


def _issue_leaf(document: RecordDocument, place: LogPlace, record: bytes, statement: bytes) -> Issue:
    """`record`: the record's exact bytes; `statement`: the COSE bytes."""
    return Issue(
        at=read_time(document.issued_at),
        id=document.id,
        record=hashlib.sha256(record).hexdigest(),
        statement=hashlib.sha256(statement).hexdigest(),
        commitment=statement_of(document, record).commitment,
        tag=place.device_tag,
        station=document.station.key_id,
        start=place.start,
    )
