# SPDX-License-Identifier: GPL-3.0-or-later
"""The log entry a paper stands on, made from the paper itself: its issuer appends it, every verifier makes it again.

A certificate stands on its ISSUE. A report stands on the CLOSE of its job's START. A report that awaits a person's
decision closes nothing yet: its record says `log: none`, as does one of a job that never began to erase.
"""

import hashlib
from datetime import UTC, datetime

from certs.log.entries import Close, Issue
from certs.record_schema import TIME_FORMAT, LogPart, RecordDocument
from certs.statement import statement_of


def leaf_of(document: RecordDocument, record: bytes, statement: bytes) -> Issue | Close | None:
    """The entry of a paper with these record and statement bytes; None when the record says it is in no log."""
    place = document.log
    if not isinstance(place, LogPart):
        return None
    at = datetime.strptime(document.issued_at, TIME_FORMAT).replace(tzinfo=UTC)
    if document.is_report:
        return Close(at=at, start=place.start, outcome="report", id=document.id)
    return Issue(
        at=at, id=document.id, record=hashlib.sha256(record).hexdigest(),
        statement=hashlib.sha256(statement).hexdigest(), commitment=statement_of(document, record).commitment,
        tag=place.device_tag, station=document.station.key_id, start=place.start,
    )
