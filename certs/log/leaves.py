# SPDX-License-Identifier: GPL-3.0-or-later
"""The log entry a paper stands on, made from the paper itself: its issuer appends it, every verifier makes it again.

A certificate stands on its ISSUE. A report stands on the CLOSE of its job's START. A report that awaits a person's
decision closes nothing yet: its record says `log: none`, as does one of a job that never began to erase.
"""

from certs.log.entries import Close, Issue, read_time
from certs.log.leaf import issue_leaf
from certs.record.schema import LogPlace, RecordDocument


def leaf_of(document: RecordDocument, record: bytes, statement: bytes) -> Issue | Close | None:
    """The entry of a paper with these record and statement bytes; None when the record says it is in no log."""
    if not isinstance(document.log, LogPlace):
        return None
    if document.is_report:
        at = read_time(document.issued_at)
        return Close(at=at, start=document.log.start, outcome="report", id=document.id)
    return issue_leaf(document, record, statement)
