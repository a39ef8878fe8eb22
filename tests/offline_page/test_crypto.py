# SPDX-License-Identifier: GPL-3.0-or-later
"""The browser's three signature checks accept exactly what `certs.crypto` accepts: random, edge and broken inputs."""

import base64
import hashlib
import json
import random
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

from certs import crypto

pytestmark = pytest.mark.page
ROOT = Path(__file__).parents[2]
N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
L = 2**252 + 27742317777372353535851937790883648493
Case = tuple[str, bytes, bytes, bytes]
"""Function, key, signature, data."""
FUNCTIONS = {
    "verifyP256": crypto.verify_p256,
    "verifyEd25519": crypto.verify_ed25519,
    "verifyRsa": crypto.verify_rsa,
}
SCRIPT = """
import * as crypto from "./offline_page/src/crypto.js";
import { readFileSync } from "node:fs";
const cases = JSON.parse(readFileSync(0, "utf8"));
console.log(JSON.stringify(cases.map(([name, ...rest]) => crypto[name](...rest))));
"""


def browsers(cases: list[Case]) -> list[bool]:
    """The answers of offline_page/src/crypto.js."""
    asked = json.dumps([[name, *(each.hex() for each in rest)] for name, *rest in cases])
    done = subprocess.run(
        ["node", str(_bundle())], input=asked, capture_output=True, text=True, check=True, timeout=300, cwd=ROOT
    )
    found = json.loads(done.stdout)
    assert isinstance(found, list)
    return found


def _bundle() -> Path:
    out = ROOT / "out" / "offline_page" / "crypto-test.mjs"
    out.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(
        [
            "offline_page/node_modules/.bin/esbuild",
            "--bundle",
            "--platform=node",
            "--format=esm",
            f"--outfile={out}",
            "--log-level=error",
        ],
        input=SCRIPT,
        text=True,
        check=True,
        cwd=ROOT,
        timeout=60,
    )
    return out


def compared(cases: list[Case]) -> list[bool]:
    wanted = [FUNCTIONS[name](*rest) for name, *rest in cases]
    found = browsers(cases)
    different = [(case, yes) for case, yes, other in zip(cases, wanted, found, strict=True) if yes is not other]
    assert not different, [(name, [each.hex() for each in rest], yes) for (name, *rest), yes in different[:3]]
    return wanted


def spki(key: ec.EllipticCurvePublicKey | rsa.RSAPublicKey) -> bytes:
    return key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def broken(rng: random.Random, function: str, public: bytes, signature: bytes, data: bytes) -> Iterator[Case]:
    """The parts with one of them flipped, cut, lengthened or emptied."""
    parts = (public, signature, data)
    for place, part in enumerate(parts):
        for _ in range(12):
            at = rng.randrange(len(part))
            flipped = part[:at] + bytes([part[at] ^ (1 << rng.randrange(8))]) + part[at + 1 :]
            for other in (flipped, part[:at], part[: at + 1] + part[at:], part + b"\0", b"\0" + part, b""):
                changed = [*parts[:place], other, *parts[place + 1 :]]
                yield function, changed[0], changed[1], changed[2]


def der_integer(content: bytes) -> bytes:
    return b"\x02" + bytes([len(content)]) + content


def der_pair(r: bytes, s: bytes) -> bytes:
    body = der_integer(r) + der_integer(s)
    return b"\x30" + bytes([len(body)]) + body


def test_p256_signatures_good_and_broken() -> None:
    rng = random.Random(1)
    cases: list[Case] = []
    for number in range(6):
        key = ec.generate_private_key(ec.SECP256R1())
        data = rng.randbytes(number * 31)
        public, signature = spki(key.public_key()), key.sign(data, ec.ECDSA(hashes.SHA256()))
        cases.append(("verifyP256", public, signature, data))
        r, s = decode_dss_signature(signature)
        cases += [
            ("verifyP256", public, encode_dss_signature(*pair), data)
            for pair in (
                (r, N - s),
                (0, s),
                (r, 0),
                (r, N),
                (N, s),
                (r + N, s),
                (r, s + N),
                (1, 1),
                (r, N - 1),
            )
        ]
        as_bytes = [each.to_bytes(33, "big") for each in (r, s)]
        plain = [each.to_bytes(32, "big") for each in (r, s)]
        cases += [("verifyP256", public, der_pair(*each), data) for each in (as_bytes, plain, (b"", b""))]
        cases += [("verifyP256", public, b"\x30\x81" + signature[1:], data)]
        cases += broken(rng, "verifyP256", public, signature, data or b"x")
    answers = compared(cases)
    assert any(answers)
    assert not all(answers)


def test_p256_keys_in_other_spellings() -> None:
    """Compressed, hybrid, off the curve, at infinity, another curve, explicit parameters: no key of ours has them."""
    key = ec.generate_private_key(ec.SECP256R1())
    other = ec.generate_private_key(ec.SECP384R1())
    data = b"data"
    signature = key.sign(data, ec.ECDSA(hashes.SHA256()))
    whole = spki(key.public_key())
    point = whole[-65:]
    head = whole[:-66]

    def with_point(encoded: bytes) -> bytes:
        algorithm = head[2:-2]
        body = algorithm + b"\x03" + bytes([len(encoded) + 1]) + b"\0" + encoded
        return b"\x30" + bytes([len(body)]) + body

    assert with_point(point) == whole
    negated = point[:33] + (
        0xFFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF - int.from_bytes(point[33:], "big")
    ).to_bytes(32, "big")
    keys = [
        with_point(point[:64] + bytes([point[64] ^ 1])),
        with_point(b"\0"),
        with_point(b"\4" + b"\0" * 64),
        with_point(b"\4" + b"\xff" * 64),
        with_point(negated),
        spki(other.public_key()),
        whole[:-1],
        whole.replace(b"\x03\x42\x00", b"\x03\x42\x01"),
    ]
    assert not any(compared([("verifyP256", each, signature, data) for each in keys]))
    # OpenSSL reads two more spellings of the same point. The verifier's certificate reader lets neither through, so
    # the browser is the stricter of the two here, and only here.
    for spelled in (bytes([2 + point[64] % 2]) + point[1:33], bytes([6 + point[64] % 2]) + point[1:]):
        assert browsers([("verifyP256", with_point(spelled), signature, data)]) == [False]


def test_ed25519_signatures_good_broken_and_at_the_edges() -> None:
    rng = random.Random(2)
    cases: list[Case] = []
    for number in range(6):
        key = ed25519.Ed25519PrivateKey.from_private_bytes(rng.randbytes(32))
        data = rng.randbytes(number * 31)
        public, signature = key.public_key().public_bytes_raw(), key.sign(data)
        cases.append(("verifyEd25519", public, signature, data))
        s = int.from_bytes(signature[32:], "little")
        cases.append(("verifyEd25519", public, signature[:32] + (s + L).to_bytes(32, "little"), data))
        cases += broken(rng, "verifyEd25519", public, signature, data or b"x")
    # Points of small order, spelled canonically and not: where implementations differ.
    small = [
        bytes.fromhex(each)
        for each in (
            "0100000000000000000000000000000000000000000000000000000000000000",
            "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "0000000000000000000000000000000000000000000000000000000000000080",
            "0000000000000000000000000000000000000000000000000000000000000000",
            "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
            "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
            "0100000000000000000000000000000000000000000000000000000000000080",
            "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
            "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
            "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        )
    ]
    for public in small:
        for r in small:
            cases += [("verifyEd25519", public, r + bytes(32), bytes([number])) for number in range(8)]
    answers = compared(cases)
    assert any(answers)
    assert not all(answers)


def test_rsa_signatures_good_and_broken() -> None:
    rng = random.Random(3)
    cases: list[Case] = []
    for size in (1024, 2048, 3072):
        key = rsa.generate_private_key(public_exponent=65537, key_size=size)
        data = rng.randbytes(100)
        public = spki(key.public_key())
        signature = key.sign(data, padding.PKCS1v15(), hashes.SHA256())
        cases.append(("verifyRsa", public, signature, data))
        cases.append(("verifyRsa", public, key.sign(data, padding.PKCS1v15(), hashes.SHA512()), data))
        pss = padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.MAX_LENGTH)
        cases.append(("verifyRsa", public, key.sign(data, pss, hashes.SHA256()), data))
        modulus = key.public_key().public_numbers().n
        larger = (int.from_bytes(signature, "big") + modulus).to_bytes(size // 8 + 1, "big")
        cases += [("verifyRsa", public, each, data) for each in (larger, larger[1:], b"\0" + signature)]
        raw = [
            b"\0\1"
            + b"\xff" * 8
            + b"\0"
            + bytes.fromhex("3031300d060960864801650304020105000420")
            + hashlib.sha256(data).digest(),
        ]
        numbers = key.private_numbers()
        cases += [
            (
                "verifyRsa",
                public,
                pow(int.from_bytes(each.ljust(size // 8, b"\0"), "big"), numbers.d, modulus).to_bytes(size // 8, "big"),
                data,
            )
            for each in raw
        ]
        if size == 2048:
            cases += broken(rng, "verifyRsa", public, signature, data)
    answers = compared(cases)
    assert any(answers)
    assert not all(answers)


def test_the_browsers_module_has_the_same_functions_and_base64_is_not_theirs() -> None:
    source = (ROOT / "offline_page" / "python" / "certs_crypto.py").read_text("utf-8")
    for name in ("verify_p256", "verify_ed25519", "verify_rsa"):
        assert f"def {name}(public_key: bytes, signature: bytes, data: bytes) -> bool:" in source
    assert not browsers([("verifyP256", base64.b64decode("AAAA"), b"", b"")])[0]
