# SPDX-License-Identifier: GPL-3.0-or-later
"""`certs/crypto.py` for a browser: the same three functions, answered by offline_page/src/crypto.js.

It takes the place of the other when the page is built; nothing else of the verifier is exchanged.
"""

import proofwipe_js  # the worker puts it there: functions on hexadecimal text


def verify_p256(public_key: bytes, signature: bytes, data: bytes) -> bool:
    """ECDSA P-256 over SHA-256 of `data`. `public_key`: DER SubjectPublicKeyInfo; `signature`: DER r, s."""
    return proofwipe_js.verifyP256(public_key.hex(), signature.hex(), data.hex()) is True


def verify_ed25519(public_key: bytes, signature: bytes, data: bytes) -> bool:
    """Ed25519 (RFC 8032). `public_key`: 32 bytes."""
    return proofwipe_js.verifyEd25519(public_key.hex(), signature.hex(), data.hex()) is True


def verify_rsa(public_key: bytes, signature: bytes, data: bytes) -> bool:
    """RSA PKCS #1 v1.5 over SHA-256 of `data`, 2048 bits or more: what time-stamping authorities sign with."""
    return proofwipe_js.verifyRsa(public_key.hex(), signature.hex(), data.hex()) is True
