# SPDX-License-Identifier: GPL-3.0-or-later
"""Did this key sign that certificate? ECDSA on P-256, P-384, P-521 and RSA, over SHA-256, -384 or -512.

What Google's published chains use, and nothing else; post-quantum signatures are announced for roots and are not
known here. `cryptography` is loaded when the first chain is met.
"""

from functools import lru_cache

from phones.attestation.certificates import Certificate
from phones.verdict import Verdict

_ECDSA, _RSA = "1.2.840.10045.4.3.", "1.2.840.113549.1.1."
_HASHES = {
    **{_ECDSA + number: size for number, size in (("2", 256), ("3", 384), ("4", 512))},
    **{_RSA + number: size for number, size in (("11", 256), ("12", 384), ("13", 512))},
}
_LONGEST_KEY = 1100
"""Bytes of a SubjectPublicKeyInfo: RSA of 8192 bits; a longer one would cost time."""
_SMALLEST_RSA_BITS = 2048


def signed_by(certificate: Certificate, above: Certificate) -> Verdict:
    """PASSED, FAILED, or INDETERMINATE for an algorithm or a key we do not know."""
    return _check(certificate.algorithm, above.public_key, certificate.signature, certificate.body)


@lru_cache(maxsize=256)
def _check(algorithm: str, public_key: bytes, signature: bytes, data: bytes) -> Verdict:
    if algorithm not in _HASHES or len(public_key) > _LONGEST_KEY:
        return Verdict.INDETERMINATE
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

    digest = {256: hashes.SHA256(), 384: hashes.SHA384(), 512: hashes.SHA512()}[_HASHES[algorithm]]
    try:
        key = serialization.load_der_public_key(public_key)
        if isinstance(key, ec.EllipticCurvePublicKey) and algorithm.startswith(_ECDSA):
            if not isinstance(key.curve, ec.SECP256R1 | ec.SECP384R1 | ec.SECP521R1):
                return Verdict.INDETERMINATE
            key.verify(signature, data, ec.ECDSA(digest))
        elif isinstance(key, rsa.RSAPublicKey) and algorithm.startswith(_RSA):
            if key.key_size < _SMALLEST_RSA_BITS:
                return Verdict.INDETERMINATE
            key.verify(signature, data, padding.PKCS1v15(), digest)
        else:
            return Verdict.FAILED
    except InvalidSignature:
        return Verdict.FAILED
    except (ValueError, UnsupportedAlgorithm):
        return Verdict.INDETERMINATE
    return Verdict.PASSED
