# SPDX-License-Identifier: GPL-3.0-or-later
"""Salted commitments: an identifier can be recognised by who knows it, and not read by who does not.

`commit` = "#" + first 32 hex digits of SHA-256("proofwipe/identifier/1" NUL label NUL salt NUL value), the
value normalised first. The salt (16 random bytes) belongs to one job and stands in its record, so whoever
holds the record can test a guess: a commitment keeps honest papers free of IMEIs, it does not hide one
from a determined guesser (docs/certificate.md).
"""

import hashlib

SALT_BYTES = 16


def commit(label: str, value: str, salt: bytes) -> str:
    """The commitment to `value` under `label` ("serial", "imei", ...) with the job's salt."""
    text = b"\0".join((b"proofwipe/identifier/1", label.encode(), salt, normalise(label, value).encode()))
    return "#" + hashlib.sha256(text).hexdigest()[:32]


def normalise(label: str, value: str) -> str:
    """One spelling per identifier: IMEI digits only, UDID and MAC lower case without separators."""
    if label == "imei":
        return "".join(character for character in value if character.isascii() and character.isdigit())
    if label in ("udid", "wifi_mac"):
        return value.replace("-", "").replace(":", "").lower()
    return value
