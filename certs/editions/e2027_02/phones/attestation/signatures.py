# SPDX-License-Identifier: GPL-3.0-or-later
"""Did this key sign that certificate? ECDSA on P-256, P-384, P-521 and RSA, over SHA-256, -384 or -512.

What Google's published chains use, and nothing else; post-quantum signatures are announced for roots and are not
known here. Keys and signatures have one spelling, strict DER; there is no library behind it, so that every verifier
answers alike (docs/adr/0020-attestation.md). A key that cannot be read is one that we do not know; a signature that
cannot be read is none.
"""

import hashlib
from collections.abc import Callable
from functools import lru_cache

from certs.editions.e2027_02.phones.attestation import curves, der
from certs.editions.e2027_02.phones.attestation.certificates import Certificate
from certs.editions.e2027_02.phones.attestation.der import MalformedError
from certs.editions.e2027_02.phones.verdict import Verdict

_ECDSA, _RSA = "1.2.840.10045.4.3.", "1.2.840.113549.1.1."
_EC_KEY, _RSA_KEY = "1.2.840.10045.2.1", "1.2.840.113549.1.1.1"
_CURVES = {"1.2.840.10045.3.1.7": curves.P256, "1.3.132.0.34": curves.P384, "1.3.132.0.35": curves.P521}
_SHA = (hashlib.sha256, hashlib.sha384, hashlib.sha512)
_HASHES = {
    **{_ECDSA + number: made for number, made in zip(("2", "3", "4"), _SHA, strict=True)},
    **{_RSA + number: made for number, made in zip(("11", "12", "13"), _SHA, strict=True)},
}
_DIGEST_INFO = {
    _RSA + "11": bytes.fromhex("3031300d060960864801650304020105000420"),
    _RSA + "12": bytes.fromhex("3041300d060960864801650304020205000430"),
    _RSA + "13": bytes.fromhex("3051300d060960864801650304020305000440"),
}
"""What stands before the digest (RFC 8017, 9.2, note 1)."""
_LONGEST_KEY = 1100
"""Bytes of a SubjectPublicKeyInfo: RSA of 8192 bits; a longer one would cost time."""
_RSA_BITS = range(2048, 8193)
_LARGEST_EXPONENT = 2**32
"""65537 in every chain known; a larger one would cost time and buy nothing."""
_LONGEST_NUMBER = 1032  # bytes


def signed_by(certificate: Certificate, above: Certificate) -> Verdict:
    """PASSED, FAILED, or INDETERMINATE for an algorithm or a key we do not know."""
    return check(certificate.algorithm, above.public_key, certificate.signature, certificate.body)


@lru_cache(maxsize=256)
def check(algorithm: str, public_key: bytes, signature: bytes, data: bytes) -> Verdict:
    """The same for a dotted algorithm and a SubjectPublicKeyInfo, DER. Raises nothing for whatever bytes."""
    if algorithm not in _HASHES or len(public_key) > _LONGEST_KEY:
        return Verdict.INDETERMINATE
    try:
        kind, parameters, key = _parts_of(public_key)
        if kind not in (_EC_KEY, _RSA_KEY):
            return Verdict.INDETERMINATE
        if (kind == _EC_KEY) != algorithm.startswith(_ECDSA):
            return Verdict.FAILED  # a key of one kind signs nothing of the other
        holds = (_ecdsa if kind == _EC_KEY else _rsa)(parameters, key)
    except MalformedError:
        return Verdict.INDETERMINATE
    try:
        return Verdict.PASSED if holds(algorithm, signature, data) else Verdict.FAILED
    except MalformedError:
        return Verdict.FAILED


_Check = Callable[[str, bytes, bytes], bool]


def _parts_of(public_key: bytes) -> tuple[str, der.Element, bytes]:
    outer = der.members(der.read(public_key, der.SEQUENCE))
    if len(outer) != 2:
        raise MalformedError("not a public key")
    algorithm = der.members(der.expect(outer[0], der.SEQUENCE))
    if len(algorithm) != 2:
        raise MalformedError("not a public key")
    return der.dotted(algorithm[0]), algorithm[1], der.whole_bytes(outer[1])


def _ecdsa(parameters: der.Element, key: bytes) -> _Check:
    curve = _CURVES.get(der.dotted(parameters))
    if curve is None or len(key) != 1 + 2 * curve.width or key[0] != 4:
        raise MalformedError("a curve or a spelling of its points that we do not know")
    point = int.from_bytes(key[1 : 1 + curve.width], "big"), int.from_bytes(key[1 + curve.width :], "big")
    if not curve.has(*point):
        raise MalformedError("not on the curve")

    def holds(algorithm: str, signature: bytes, data: bytes) -> bool:
        numbers = der.members(der.read(signature, der.SEQUENCE))
        if len(numbers) != 2:
            raise MalformedError("a signature has two numbers")
        r, s = (der.whole_number(number, most_bytes=curve.width + 1) for number in numbers)
        return curves.verifies(curve, point, _HASHES[algorithm](data).digest(), r, s)

    return holds


def _rsa(parameters: der.Element, key: bytes) -> _Check:
    numbers = der.members(der.read(key, der.SEQUENCE))
    if parameters.encoded != b"\x05\x00" or len(numbers) != 2:
        raise MalformedError("not an RSA key")
    modulus, exponent = (der.whole_number(number, most_bytes=_LONGEST_NUMBER) for number in numbers)
    if modulus.bit_length() not in _RSA_BITS or not modulus & exponent & 1 or not 3 <= exponent < _LARGEST_EXPONENT:
        raise MalformedError("numbers of an RSA key that we do not take")

    def holds(algorithm: str, signature: bytes, data: bytes) -> bool:
        size = (modulus.bit_length() + 7) // 8
        signed = int.from_bytes(signature, "big")
        if len(signature) != size or signed >= modulus:
            return False
        ending = _DIGEST_INFO[algorithm] + _HASHES[algorithm](data).digest()
        wanted = b"\x00\x01" + b"\xff" * (size - len(ending) - 3) + b"\x00" + ending
        return pow(signed, exponent, modulus).to_bytes(size, "big") == wanted

    return holds
