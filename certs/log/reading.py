# SPDX-License-Identifier: GPL-3.0-or-later
"""What a stranger needs to check a log: notes, proofs and snapshots against a policy. No database, no signing.

The offline page runs these same lines, so nothing behind them imports more than `certs.crypto` and the standard
library (`tests/certs/log/test_reading_is_light.py`).
"""

from certs.log.entries import Close, Entry, Issue, Replace, Start, Withdraw, read_entry
from certs.log.errors import LogReadError
from certs.log.history import Fault, History, Status
from certs.log.notes import Checkpoint, VerifierKey
from certs.log.policy import LogPolicy
from certs.log.proofs import CheckedNote, Proven, anchored_at, check_anchor, check_note, check_proof
from certs.log.snapshot import Snapshot

__all__ = [
    "CheckedNote",
    "Checkpoint",
    "Close",
    "Entry",
    "Fault",
    "History",
    "Issue",
    "LogPolicy",
    "LogReadError",
    "Proven",
    "Replace",
    "Snapshot",
    "Start",
    "Status",
    "VerifierKey",
    "Withdraw",
    "anchored_at",
    "check_anchor",
    "check_note",
    "check_proof",
    "read_entry",
]
