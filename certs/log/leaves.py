# SPDX-License-Identifier: GPL-3.0-or-later
"""The log entry a paper stands on, made from the paper itself: its issuer appends it, every verifier makes it again.

A certificate stands on its ISSUE. A report stands on the CLOSE of its job's START. A report that awaits a person's
decision closes nothing yet: its record says `log: none`, as does one of a job that never began to erase.
"""

import hashlib

from certs.editions.interface import RecordReading
from certs.log.entries import Close, Issue, read_time


def leaf_of(record: RecordReading, statement: bytes) -> Issue | Close | None:
    """The entry of a paper with this record and these statement bytes; None when the record says it is in no log."""
    facts = record.facts
    if facts.log is None:
        return None
    at = read_time(facts.issued_at)
    if facts.is_report:
        return Close(at=at, start=facts.log.start, outcome="report", id=facts.id)
    return Issue(
        at=at,
        id=facts.id,
        record=hashlib.sha256(record.data).hexdigest(),
        statement=hashlib.sha256(statement).hexdigest(),
        commitment=record.statement().commitment,
        tag=facts.log.device_tag,
        station=facts.key_id,
        start=facts.log.start,
    )
