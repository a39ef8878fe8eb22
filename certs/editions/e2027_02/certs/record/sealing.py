# SPDX-License-Identifier: GPL-3.0-or-later
"""Fields that stand in the record only as salted commitments, and how one of them is opened.

The buyer's copy carries the commitments alone. The archive copy carries the openings beside the same record, so
that the full identifiers and the seller's side can be shown to an auditor while signatures and proofs still hold.
seal = SHA-256("proofwipe/sealed/1" NUL name NUL salt value), name and value in UTF-8, salt 16 random bytes.
"""

import hashlib

from phones.frozen import dataclass

SALT_BYTES = 16
_LABEL = b"proofwipe/sealed/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """One sealed field in clear: its name (a record key), its own salt (16 bytes) and its value."""

    name: str
    salt: bytes
    value: str


def seal(opening: Opening) -> str:
    """The commitment that stands in the record under `opening.name`: 64 hex digits."""
    named = _LABEL + b"\0" + opening.name.encode() + b"\0"
    return hashlib.sha256(named + opening.salt + opening.value.encode()).hexdigest()
