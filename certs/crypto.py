# SPDX-License-Identifier: GPL-3.0-or-later
"""The three signature checks a verifier needs, and nothing else: the one place where it meets `cryptography`.

A reader without that library (the offline page in a browser) puts another module in this one's place. Answers are
remembered, because the papers of one station share every signature but one. Ed25519 and RSA, which only logs and
time stamps need, are loaded when one is met: a third of the library's loading time.
"""

from functools import lru_cache

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

_P256_HEAD = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d030107034200")
"""What stands before the uncompressed point in every P-256 SubjectPublicKeyInfo."""


class _EcdsaSha256(ec.ECDSA):
    """ECDSA over SHA-256, without what the library's own constructor loads to ask whether signatures can be
    deterministic: that takes longer than all signatures of a paper.
    """

    def __init__(self) -> None:
        """Nothing to be told."""

    @property
    def algorithm(self) -> hashes.HashAlgorithm:
        """SHA-256."""
        return hashes.SHA256()

    @property
    def deterministic_signing(self) -> bool:
        """Of no meaning for a check."""
        return False


@lru_cache(maxsize=1024)
def verify_p256(public_key: bytes, signature: bytes, data: bytes) -> bool:
    """ECDSA P-256 over SHA-256 of `data`. `public_key`: DER SubjectPublicKeyInfo; `signature`: DER r, s."""
    if len(public_key) != len(_P256_HEAD) + 65 or not public_key.startswith(_P256_HEAD + b"\x04"):
        return False
    try:
        key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), public_key[len(_P256_HEAD) :])
        key.verify(signature, data, _EcdsaSha256())
    except (InvalidSignature, ValueError, UnsupportedAlgorithm):
        return False
    return True


@lru_cache(maxsize=1024)
def verify_ed25519(public_key: bytes, signature: bytes, data: bytes) -> bool:
    """Ed25519 (RFC 8032). `public_key`: 32 bytes."""
    from cryptography.hazmat.primitives.asymmetric import ed25519  # noqa: PLC0415 - see above

    try:
        ed25519.Ed25519PublicKey.from_public_bytes(public_key).verify(signature, data)
    except (InvalidSignature, ValueError, UnsupportedAlgorithm):
        return False
    return True


@lru_cache(maxsize=1024)
def verify_rsa(public_key: bytes, signature: bytes, data: bytes) -> bool:
    """RSA PKCS #1 v1.5 over SHA-256 of `data`, 2048 bits or more: what time-stamping authorities sign with."""
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415 - see above
    from cryptography.hazmat.primitives.asymmetric import padding, rsa  # noqa: PLC0415 - see above

    try:
        key = serialization.load_der_public_key(public_key)
        if not isinstance(key, rsa.RSAPublicKey) or key.key_size < 2048:
            return False
        key.verify(signature, data, padding.PKCS1v15(), hashes.SHA256())
    except (InvalidSignature, ValueError, UnsupportedAlgorithm):
        return False
    return True
