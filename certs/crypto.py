# SPDX-License-Identifier: GPL-3.0-or-later
"""The three signature checks a verifier needs, and nothing else: the one place where it meets `cryptography`.

A reader without that library (the offline page in a browser) puts another module in this one's place. Answers are
remembered, because the papers of one station share every signature but one.
"""

from functools import lru_cache

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa


@lru_cache(maxsize=1024)
def verify_p256(public_key: bytes, signature: bytes, data: bytes) -> bool:
    """ECDSA P-256 over SHA-256 of `data`. `public_key`: DER SubjectPublicKeyInfo; `signature`: DER r, s."""
    try:
        key = serialization.load_der_public_key(public_key)
        if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
            return False
        key.verify(signature, data, ec.ECDSA(hashes.SHA256()))
    except (InvalidSignature, ValueError, UnsupportedAlgorithm):
        return False
    return True


@lru_cache(maxsize=1024)
def verify_ed25519(public_key: bytes, signature: bytes, data: bytes) -> bool:
    """Ed25519 (RFC 8032). `public_key`: 32 bytes."""
    try:
        ed25519.Ed25519PublicKey.from_public_bytes(public_key).verify(signature, data)
    except (InvalidSignature, ValueError, UnsupportedAlgorithm):
        return False
    return True


@lru_cache(maxsize=1024)
def verify_rsa(public_key: bytes, signature: bytes, data: bytes) -> bool:
    """RSA PKCS #1 v1.5 over SHA-256 of `data`, 2048 bits or more: what time-stamping authorities sign with."""
    try:
        key = serialization.load_der_public_key(public_key)
        if not isinstance(key, rsa.RSAPublicKey) or key.key_size < 2048:
            return False
        key.verify(signature, data, padding.PKCS1v15(), hashes.SHA256())
    except (InvalidSignature, ValueError, UnsupportedAlgorithm):
        return False
    return True
