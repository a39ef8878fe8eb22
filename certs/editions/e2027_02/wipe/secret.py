# SPDX-License-Identifier: GPL-3.0-or-later
"""The secret of an overwriting pass: never at the phone before its read-back has ended, promised before, told after.

From it come the stream that is written and the draw of what is read back. A phone that has seen every byte of the
stream, the job's mark and each place asked for so far can neither make a byte of its own nor foresee a place. The
commitment stands in the evidence before the first byte is written and the secret behind the last that is read, so the
bench can choose neither in hindsight, and whoever has the record can make the draw again (docs/methods.md).
"""

import hashlib
import hmac


def secret_of(salt: bytes, mark: str) -> str:
    """64 hex digits, of the job's salt (random, of this host, in its ledger from the beginning, in no request) and its
    mark: HMAC-SHA-256 with the salt as its key. So it outlives a crash and need not be kept by itself.
    """
    return hmac.digest(salt, b"proofwipe/overwrite-secret/1\0" + mark.encode("ascii"), "sha256").hex()


def card_secret_of(secret: str) -> str:
    """64 hex digits, the secret of the memory card's own pass: it is told before the phone's pass begins, and nobody
    can come from it to the job's.
    """
    return hmac.digest(bytes.fromhex(secret), b"proofwipe/card-secret/1", "sha256").hex()


def commitment_to(secret: str) -> str:
    """64 hex digits that tell nothing of `secret` (64 hex digits) and fit no other."""
    return hashlib.sha256(b"proofwipe/overwrite-commitment/1\0" + bytes.fromhex(secret)).hexdigest()


def seed_of(secret: str, boot: str) -> str:
    """64 hex digits, of what the draw is made: by `boot`, the phone's id of its start after the fill, which the bench
    could not know when it was committed to `secret`, and by `secret`, which the phone does not know.
    """
    text = b"\0".join((b"proofwipe/overwrite-draw/1", bytes.fromhex(secret), boot.encode("ascii")))
    return hashlib.sha256(text).hexdigest()
