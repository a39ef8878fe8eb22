# SPDX-License-Identifier: GPL-3.0-or-later
"""The one spelling of an ECDSA P-256 signature that we accept: DER, minimal, the smaller of the two equal s.

Otherwise anybody could turn a good file into a second good file with other bytes. Numbers only, no library.
"""

from certs.formats import der

P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def to_der(r: int, s: int) -> bytes:
    """A signature as DER, as X.509 and CMS want it."""
    return der.element(der.SEQUENCE, der.integer(r), der.integer(s))


def numbers(signature: bytes) -> tuple[int, int]:
    """The numbers r and s of a DER signature. Raises: DerError."""
    r, s = (der.whole_number(part) for part in _two(der.members(signature)))
    return r, s


def _two(parts: tuple[der.Element, ...]) -> tuple[der.Element, ...]:
    if len(parts) != 2:
        raise der.DerError("not two numbers")
    return parts


def with_smaller_s(signature: bytes) -> bytes:
    """Of the two equal signatures (s and n - s) the one we accept. Raises: DerError."""
    r, s = numbers(signature)
    return to_der(r, min(s, P256_ORDER - s))


def has_smaller_s(signature: bytes) -> bool:
    """Is this the one DER spelling of a signature that we accept?"""
    try:
        r, s = numbers(signature)
    except der.DerError:
        return False
    return 0 < r < P256_ORDER and 0 < s <= P256_ORDER // 2
