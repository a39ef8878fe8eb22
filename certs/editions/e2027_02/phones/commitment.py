# SPDX-License-Identifier: GPL-3.0-or-later
"""Salted commitments: an identifier can be recognised by who knows it, and not read by who does not.

`commit` = "#" + first 32 hex digits of SHA-256("proofwipe/identifier/1" NUL label NUL salt NUL value), the
value normalised first. The salt (16 random bytes) belongs to one job and stands in its record, so whoever
holds the record can test a guess: a commitment keeps honest papers free of IMEIs, it does not hide one
from a determined guesser (docs/certificate.md).
"""

import hashlib
import re

from certs.editions.e2027_02.phones.identifiers import normalise

SALT_BYTES = 16


def commit(label: str, value: str, salt: bytes) -> str:
    """The commitment to `value` under `label` ("serial", "imei", ...) with the job's salt."""
    text = b"\0".join((b"proofwipe/identifier/1", label.encode(), salt, normalise(label, value).encode()))
    return "#" + hashlib.sha256(text).hexdigest()[:32]


def is_commitment(text: str) -> bool:
    """Has this text the shape of a commitment?"""
    return re.fullmatch(r"#[0-9a-f]{32}", text) is not None
