# SPDX-License-Identifier: GPL-3.0-or-later
"""Our own ECDSA and RSA checks: against published numbers, and against the library for whatever numbers."""

import hashlib
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from phones.attestation import curves
from phones.attestation.curves import P256, P384, P521, Curve
from phones.attestation.signatures import check
from phones.verdict import Verdict
from tests.support.attestation import AUTHORITY, HONEST, NONCE, set_document
from virtual_phones.android.attestation import joined

ECDSA, RSA = "1.2.840.10045.4.3.", "1.2.840.113549.1.1."
CURVES: dict[str, tuple[ec.EllipticCurve, Curve]] = {
    "p256": (ec.SECP256R1(), P256),
    "p384": (ec.SECP384R1(), P384),
    "p521": (ec.SECP521R1(), P521),
}
HASHES: dict[str, tuple[hashes.HashAlgorithm, str, str]] = {
    "sha256": (hashes.SHA256(), ECDSA + "2", RSA + "11"),
    "sha384": (hashes.SHA384(), ECDSA + "3", RSA + "12"),
    "sha512": (hashes.SHA512(), ECDSA + "4", RSA + "13"),
}

# RFC 6979, A.2.5 to A.2.7: private key, then r and s over "sample".
PUBLISHED = [
    (
        "p256",
        "sha256",
        "C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721",
        "EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716",
        "F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8",
    ),
    (
        "p256",
        "sha384",
        "C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721",
        "0EAFEA039B20E9B42309FB1D89E213057CBF973DC0CFC8F129EDDDC800EF7719",
        "4861F0491E6998B9455193E34E7B0D284DDD7149A74B95B9261F13ABDE940954",
    ),
    (
        "p384",
        "sha384",
        "6B9D3DAD2E1B8C1C05B19875B6659F4DE23C3B667BF297BA9AA47740787137D896D5724E4C70A825F872C9EA60D2EDF5",
        "94EDBB92A5ECB8AAD4736E56C691916B3F88140666CE9FA73D64C4EA95AD133C81A648152E44ACF96E36DD1E80FABE46",
        "99EF4AEB15F178CEA1FE40DB2603138F130E740A19624526203B6351D0A3A94FA329C145786E679E7B82C71A38628AC8",
    ),
    (
        "p384",
        "sha256",
        "6B9D3DAD2E1B8C1C05B19875B6659F4DE23C3B667BF297BA9AA47740787137D896D5724E4C70A825F872C9EA60D2EDF5",
        "21B13D1E013C7FA1392D03C5F99AF8B30C570C6F98D4EA8E354B63A21D3DAA33BDE1E888E63355D92FA2B3C36D8FB2CD",
        "F3AA443FB107745BF4BD77CB3891674632068A10CA67E3D45DB2266FA7D1FEEBEFDC63ECCD1AC42EC0CB8668A4FA0AB0",
    ),
]


@cache
def key(curve: str) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(0xC0FFEE, CURVES[curve][0])


@cache
def rsa_key(bits: int) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


def spki(private: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> bytes:
    return private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


@pytest.mark.parametrize(("curve", "hashed", "private", "r", "s"), PUBLISHED)
def test_the_published_signatures_of_rfc_6979_hold_and_no_other(
    curve: str, hashed: str, private: str, r: str, s: str
) -> None:
    public = spki(ec.derive_private_key(int(private, 16), CURVES[curve][0]))
    algorithm = HASHES[hashed][1]
    signature = encode_dss_signature(int(r, 16), int(s, 16))
    assert check(algorithm, public, signature, b"sample") is Verdict.PASSED
    assert check(algorithm, public, signature, b"simple") is Verdict.FAILED
    assert check(algorithm, public, encode_dss_signature(int(r, 16) ^ 1, int(s, 16)), b"sample") is Verdict.FAILED
    assert check(algorithm, public, encode_dss_signature(int(r, 16), int(s, 16) ^ 1), b"sample") is Verdict.FAILED


@settings(deadline=None, max_examples=60)
@given(
    curve=st.sampled_from(sorted(CURVES)),
    hashed=st.sampled_from(sorted(HASHES)),
    data=st.binary(max_size=300),
    spoil=st.sampled_from(["nothing", "data", "r", "s", "swapped", "negated"]),
)
def test_for_every_signature_we_say_what_the_library_says(curve: str, hashed: str, data: bytes, spoil: str) -> None:
    private, (algorithm, name, _) = key(curve), HASHES[hashed]
    r, s = decode_dss_signature(private.sign(data, ec.ECDSA(algorithm)))
    said = data + b"!" if spoil == "data" else data
    r, s = {"r": (r + 1, s), "s": (r, s + 1), "swapped": (s, r), "negated": (r, CURVES[curve][1].order - s)}.get(
        spoil, (r, s)
    )
    signature = encode_dss_signature(r, s)
    assert (check(name, spki(private), signature, said) is Verdict.PASSED) is _library_says(
        lambda: private.public_key().verify(signature, said, ec.ECDSA(algorithm))
    )


def _library_says(verify: Callable[[], None]) -> bool:
    try:
        verify()
    except InvalidSignature:
        return False
    return True


@settings(deadline=None, max_examples=30)
@given(
    bits=st.sampled_from([2048, 3072]),
    hashed=st.sampled_from(sorted(HASHES)),
    data=st.binary(max_size=300),
    flip=st.integers(min_value=-1, max_value=255),
)
def test_for_every_rsa_signature_we_say_what_the_library_says(bits: int, hashed: str, data: bytes, flip: int) -> None:
    private, (algorithm, _, name) = rsa_key(bits), HASHES[hashed]
    signature = bytearray(private.sign(data, padding.PKCS1v15(), algorithm))
    if flip >= 0:
        signature[flip] ^= 1
    held = bytes(signature)
    assert (check(name, spki(private), held, data) is Verdict.PASSED) is _library_says(
        lambda: private.public_key().verify(held, data, padding.PKCS1v15(), algorithm)
    )


@pytest.mark.parametrize("curve", sorted(CURVES))
def test_numbers_outside_the_group_are_no_signature(curve: str) -> None:
    public, order = spki(key(curve)), CURVES[curve][1].order
    for r, s in ((0, 1), (1, 0), (order, 1), (1, order), (order + 1, 1)):
        assert check(ECDSA + "2", public, encode_dss_signature(r, s), b"x") is Verdict.FAILED


@pytest.mark.parametrize("curve", sorted(CURVES))
def test_the_arithmetic_agrees_with_the_library_at_its_edges(curve: str) -> None:
    """Doubling, adding a point to itself and to its negative: what random signatures hardly ever meet."""
    named, ours = CURVES[curve]
    base = (*ours.base, 1)
    twice = curves._add(ours, base, base)
    assert _affine(ours, twice) == _affine(ours, curves._double(ours, base)) == _public(2, named)
    assert curves._add(ours, base, (ours.base[0], ours.prime - ours.base[1], 1))[2] == 0
    assert curves._add(ours, curves.INFINITY, base) == curves._add(ours, base, curves.INFINITY) == base
    for first, second in ((0, 5), (5, 0), (1, 1), (ours.order - 1, 1), (3, 4)):
        found = curves._sum_of_products(ours, first, _public(2, named), second)
        number = (first + 2 * second) % ours.order
        assert (found[2] == 0) if number == 0 else (_affine(ours, found) == _public(number, named))


def _affine(curve: Curve, point: curves.Point) -> tuple[int, int]:
    x, y, z = point
    inverse = pow(z, -1, curve.prime)
    return x * inverse**2 % curve.prime, y * inverse**3 % curve.prime


def _public(number: int, curve: ec.EllipticCurve) -> tuple[int, int]:
    numbers = ec.derive_private_key(number, curve).public_key().public_numbers()
    return numbers.x, numbers.y


def test_the_numbers_of_the_curves_are_those_of_the_standard() -> None:
    for named, ours in CURVES.values():
        assert ours.has(*ours.base)
        assert _public(1, named) == ours.base
        assert _public(ours.order - 1, named) == (ours.base[0], ours.prime - ours.base[1])
        assert ours.order.bit_length() == ours.bits == named.key_size


def test_one_spelling_of_a_signature_is_taken() -> None:
    private = key("p384")
    good = private.sign(b"x", ec.ECDSA(hashes.SHA384()))
    r, s = decode_dss_signature(good)
    number = s.to_bytes(49, "big")
    longer = b"\x02\x32\x00" + number  # one zero too many in front
    first = encode_dss_signature(r, 1)[2 : -len(b"\x02\x01\x01")]
    spelled = b"\x30" + bytes([len(first) + len(longer)]) + first + longer
    for bad in (good + b"\x00", good[:-1], b"", b"\x30\x00", spelled, b"\x31" + good[1:]):
        assert check(ECDSA + "3", spki(private), bad, b"x") is Verdict.FAILED, bad.hex()
    assert check(ECDSA + "3", spki(private), good, b"x") is Verdict.PASSED


def test_a_key_that_we_do_not_know_is_no_fault_of_the_chain_and_no_pass() -> None:
    good = key("p256").sign(b"x", ec.ECDSA(hashes.SHA256()))
    public = spki(key("p256"))
    off_curve = public[:-1] + bytes([public[-1] ^ 1])
    compressed = key("p256").public_key().public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
    other_curve = spki(ec.derive_private_key(7, ec.SECP256K1()))
    for unknown in (off_curve, compressed, other_curve, b"", public + b"\x00", spki(_small_rsa())):
        assert check(ECDSA + "2", unknown, good, b"x") in (Verdict.INDETERMINATE, Verdict.FAILED)
        assert check(ECDSA + "2", unknown, good, b"x") is not Verdict.PASSED
    assert check("1.2.840.10045.4.1", public, good, b"x") is Verdict.INDETERMINATE  # SHA-1
    assert check(RSA + "11", public, good, b"x") is Verdict.FAILED
    assert check(RSA + "11", spki(_small_rsa()), b"\x00" * 128, b"x") is Verdict.INDETERMINATE


@cache
def _small_rsa() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=1024)


def test_a_forged_padding_is_no_rsa_signature() -> None:
    """Bleichenbacher 2006 needs room behind the digest: the padding is compared whole."""
    private = rsa_key(2048)
    numbers = private.private_numbers()
    modulus = numbers.public_numbers.n
    digest = bytes.fromhex("3031300d060960864801650304020105000420") + hashlib.sha256(b"x").digest()
    for block in (
        b"\x00\x01" + b"\xff" * 8 + b"\x00" + digest + b"\x00" * (256 - 11 - len(digest)),
        b"\x00\x02" + b"\xff" * (256 - 3 - len(digest)) + b"\x00" + digest,
        b"\x00\x01" + b"\xff" * (256 - 4 - len(digest)) + b"\x00\x00" + digest,
    ):
        assert len(block) == 256
        signed = pow(int.from_bytes(block, "big"), numbers.d, modulus).to_bytes(256, "big")
        assert check(RSA + "11", spki(private), signed, b"x") is Verdict.FAILED


@settings(deadline=None, max_examples=200)
@given(
    algorithm=st.sampled_from([name for entry in HASHES.values() for name in entry[1:]] + ["1.2"]),
    public=st.one_of(st.binary(max_size=200), st.just(spki(key("p384")))),
    signature=st.binary(max_size=200),
)
def test_no_bytes_raise_and_none_pass(algorithm: str, public: bytes, signature: bytes) -> None:
    assert check(algorithm, public, signature, b"data") is not Verdict.PASSED


def test_a_chain_is_judged_without_any_library() -> None:
    """The offline page has none: whatever the judgement needs must be ours or Python's own."""
    code = (
        "import sys\n"
        "class Nobody:\n"
        "    def find_spec(self, name, *_):\n"
        "        if name.split('.')[0] not in sys.stdlib_module_names | {'phones', 'wipe'}:\n"
        "            raise ImportError(name)\n"
        "sys.meta_path.insert(0, Nobody())\n"
        "from datetime import datetime, UTC\n"
        "from phones.attestation.judgement import judge\n"
        "from phones.attestation.roots import read_root_set\n"
        "import wipe.attested\n"
        "chain, roots = (bytes.fromhex(part) for part in sys.stdin.read().split())\n"
        "at = datetime(2026, 11, 29, tzinfo=UTC)\n"
        f"print(judge(chain, nonce={NONCE!r}, at=at, roots=read_root_set(roots), statuses=None).code)\n"
    )
    given_parts = f"{joined(AUTHORITY.chain(HONEST)).hex()} {set_document().hex()}"
    done = subprocess.run(
        [sys.executable, "-S", "-c", code],
        input=given_parts,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
        env={"PYTHONPATH": str(Path(__file__).parents[3]), "PATH": ""},
    )
    assert done.stdout.strip() == "list_missing"  # everything but the list is in order
