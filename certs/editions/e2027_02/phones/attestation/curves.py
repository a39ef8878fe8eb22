# SPDX-License-Identifier: GPL-3.0-or-later
"""ECDSA on the three curves of attestation chains, checked with whole numbers only.

For every verifier alike: the page that checks papers in a browser has no library for P-384 and P-521. Only public
numbers are worked with, so nothing here needs to take the same time for each.
Numbers of the curves: NIST SP 800-186, 3.2.1.3 to 3.2.1.5; the check: FIPS 186-5, 6.4.2.
"""

from collections.abc import Iterator

from phones.frozen import dataclass

Point = tuple[int, int, int]
"""Jacobian coordinates; a third of 0 is the point at infinity."""
INFINITY: Point = (1, 1, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """y² = x³ - 3x + b over a prime field. `order`: of the group, which is prime; `bits`: of field and order."""

    prime: int
    b: int
    order: int
    base: tuple[int, int]
    bits: int

    @property
    def width(self) -> int:
        """Bytes of a coordinate."""
        return (self.bits + 7) // 8

    def has(self, x: int, y: int) -> bool:
        """Is this a point of the curve, in the one spelling of its coordinates?"""
        if not (0 <= x < self.prime and 0 <= y < self.prime):
            return False
        return (y * y - (x * x * x - 3 * x + self.b)) % self.prime == 0


P256 = Curve(
    prime=2**256 - 2**224 + 2**192 + 2**96 - 1,
    b=0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B,
    order=0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
    base=(
        0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
        0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
    ),
    bits=256,
)
P384 = Curve(
    prime=2**384 - 2**128 - 2**96 + 2**32 - 1,
    b=0xB3312FA7E23EE7E4988E056BE3F82D19181D9C6EFE8141120314088F5013875AC656398D8A2ED19D2A85C8EDD3EC2AEF,
    order=0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973,
    base=(
        0xAA87CA22BE8B05378EB1C71EF320AD746E1D3B628BA79B9859F741E082542A385502F25DBF55296C3A545E3872760AB7,
        0x3617DE4A96262C6F5D9E98BF9292DC29F8F41DBD289A147CE9DA3113B5F0B8C00A60B1CE1D7E819D7A431D7C90EA0E5F,
    ),
    bits=384,
)
P521 = Curve(
    prime=2**521 - 1,
    b=int(
        "0051953EB9618E1C9A1F929A21A0B68540EEA2DA725B99B315F3B8B489918EF109E1"
        "56193951EC7E937B1652C0BD3BB1BF073573DF883D2C34F1EF451FD46B503F00",
        16,
    ),
    order=int(
        "01FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF"
        "FA51868783BF2F966B7FCC0148F709A5D03BB5C9B8899C47AEBB6FB71E91386409",
        16,
    ),
    base=(
        int(
            "00C6858E06B70404E9CD9E3ECB662395B4429C648139053FB521F828AF606B4D3DBA"
            "A14B5E77EFE75928FE1DC127A2FFA8DE3348B3C1856A429BF97E7E31C2E5BD66",
            16,
        ),
        int(
            "011839296A789A3BC0045C8A5FB42C7D1BD998F54449579B446817AFBD17273E662C"
            "97EE72995EF42640C550B9013FAD0761353C7086A272C24088BE94769FD16650",
            16,
        ),
    ),
    bits=521,
)


def verifies(curve: Curve, key: tuple[int, int], digest: bytes, r: int, s: int) -> bool:
    """Is (r, s) a signature by `key`, which must be a point of the curve, over data with this digest?"""
    order = curve.order
    if not (0 < r < order and 0 < s < order and curve.has(*key)):
        return False
    hashed = int.from_bytes(digest, "big") >> max(0, 8 * len(digest) - order.bit_length())
    inverse = pow(s, -1, order)
    x, _y, z = _sum_of_products(curve, hashed * inverse % order, key, r * inverse % order)
    if z == 0:
        return False
    return x * pow(z, -2, curve.prime) % curve.prime % order == r


def _sum_of_products(curve: Curve, first: int, key: tuple[int, int], second: int) -> Point:
    """The point first · base + second · key, both at once (Straus)."""
    base: Point = (*curve.base, 1)
    other: Point = (*key, 1)
    choices = (INFINITY, base, other, _add(curve, base, other))
    found = INFINITY
    for choice in _bits(first, second):
        found = _double(curve, found)
        if choice:
            found = _add(curve, found, choices[choice])
    return found


def _bits(first: int, second: int) -> Iterator[int]:
    for at in range(max(first.bit_length(), second.bit_length()) - 1, -1, -1):
        yield (first >> at & 1) | (second >> at & 1) << 1


def _double(curve: Curve, point: Point) -> Point:
    """2 · point: dbl-2001-b of the Explicit-Formulas Database."""
    x, y, z = point
    if z == 0 or y == 0:
        return INFINITY
    prime = curve.prime
    delta, gamma = z * z % prime, y * y % prime
    beta = x * gamma % prime
    alpha = 3 * (x - delta) * (x + delta) % prime
    doubled = (alpha * alpha - 8 * beta) % prime
    return (
        doubled,
        (alpha * (4 * beta - doubled) - 8 * gamma * gamma) % prime,
        2 * y * z % prime,
    )


def _add(curve: Curve, one: Point, other: Point) -> Point:
    """Their sum, also where they are the same or each other's negative: add-1998-cmo-2."""
    if one[2] == 0:
        return other
    if other[2] == 0:
        return one
    prime = curve.prime
    first, second = one[2] * one[2] % prime, other[2] * other[2] % prime
    u1, u2 = one[0] * second % prime, other[0] * first % prime
    s1, s2 = one[1] * other[2] * second % prime, other[1] * one[2] * first % prime
    if u1 == u2:
        return _double(curve, one) if s1 == s2 else INFINITY
    h, r = (u2 - u1) % prime, (s2 - s1) % prime
    square = h * h % prime
    cube, middle = h * square % prime, u1 * square % prime
    x = (r * r - cube - 2 * middle) % prime
    return x, (r * (middle - x) - s1 * cube) % prime, one[2] * other[2] * h % prime
