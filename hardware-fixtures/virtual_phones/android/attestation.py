# SPDX-License-Identifier: GPL-3.0-or-later
"""A virtual attestation authority: chains in the shape that Android phones give, under a root that nobody trusts.

The device side, written apart from the product's reader. Shapes: a remotely provisioned chain of five certificates
(root, two intermediates, attestation key, the key's own) and a factory chain of four, as in Google's published test
data (android/keyattestation, testdata). Keys come from the authority's name, so a run can be repeated; whoever reads
this file can issue these chains, and that is why the root's name says SPECIMEN and no shipped set may hold it.
"""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property, lru_cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID

KEY_DESCRIPTION = x509.ObjectIdentifier("1.3.6.1.4.1.11129.2.1.17")
SOFTWARE, TEE, STRONG_BOX = 0, 1, 2
VERIFIED, SELF_SIGNED, UNVERIFIED, FAILED = 0, 1, 2, 3
_CENTURY = timedelta(days=36500)


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What the key's certificate says; the defaults are an honest, locked phone."""

    challenge: bytes
    version: int = 400
    level: int = TEE
    locked: bool = True
    boot_state: int = VERIFIED
    says_boot: bool = True
    patch_level: int = 202610
    serial: str = ""
    imei: str = ""
    second_imei: str = ""

    def encoded(self) -> bytes:
        """KeyDescription, DER."""
        hardware = [_tagged(1, _element(0x31, _number(2))), _tagged(702, _number(0))]
        if self.says_boot:
            root_of_trust = (
                _element(0x04, hashlib.sha256(b"virtual boot key").digest()),
                _element(0x01, b"\xff" if self.locked else b"\x00"),
                _number(self.boot_state, tag=0x0A),
                _element(0x04, bytes(32)),
            )
            hardware.append(_tagged(704, _element(0x30, *root_of_trust)))
        hardware.append(_tagged(706, _number(self.patch_level)))
        hardware += [
            _tagged(field, _element(0x04, text.encode()))
            for field, text in ((713, self.serial), (714, self.imei), (723, self.second_imei))
            if text
        ]
        return _element(
            0x30,
            _number(self.version),
            _number(self.level, tag=0x0A),
            _number(self.version),
            _number(self.level, tag=0x0A),
            _element(0x04, self.challenge),
            _element(0x04),
            _element(0x30, _tagged(701, _number(1_764_000_000_000))),
            _element(0x30, *hardware),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What may be wrong with a chain above its own key.

    `factory`: four certificates, keys from the factory. `from_`, `until`: validity of those between root and key.
    `serial`: serial number of the attestation key's certificate, what a status list names.
    `batch_is_authority`, `middle_is_authority`: may the attestation key, and those above it, sign certificates?
    """

    factory: bool = False
    from_: datetime = datetime(2026, 1, 1, tzinfo=UTC)
    until: datetime = datetime(2099, 1, 1, tzinfo=UTC)
    serial: int = 0xC0FFEE5EED
    batch_is_authority: bool = True
    middle_is_authority: bool = True


class Authority:
    """Issues chains under one root. `name`: what its keys are drawn from."""

    def __init__(self, name: str) -> None:
        self._name = name

    @cached_property
    def root_digest(self) -> str:
        """SHA-256, hex, over the root's SubjectPublicKeyInfo: how a set of roots names it."""
        key = _key(f"{self._name}/root", ec.SECP384R1())
        return hashlib.sha256(
            key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        ).hexdigest()

    def chain(self, statement: Statement, shape: Shape | None = None) -> list[x509.Certificate]:
        """The key's own certificate first, the root last."""
        above = _above(self._name, shape or Shape())
        key = _key(f"{self._name}/key", ec.SECP256R1())
        own = _certificate(
            _named(x509.NameAttribute(NameOID.COMMON_NAME, "Android Keystore Key")),
            key.public_key(),
            issuer=above[0].subject,
            signer=_key(f"{self._name}/attestation", ec.SECP256R1()),
            serial=1,
            dates=(datetime(1970, 1, 1, tzinfo=UTC), datetime(2048, 1, 1, tzinfo=UTC)),
            attested=statement.encoded(),
            authority=None,
        )
        return [own, *above]

    def extended(self, statement: Statement, forged: Statement) -> list[x509.Certificate]:
        """A true chain whose own key then signs a certificate with a better story."""
        chain = self.chain(statement)
        liar = _key(f"{self._name}/liar", ec.SECP256R1())
        false = _certificate(
            _named(x509.NameAttribute(NameOID.COMMON_NAME, "Android Keystore Key 2")),
            liar.public_key(),
            issuer=chain[0].subject,
            signer=_key(f"{self._name}/key", ec.SECP256R1()),
            serial=1,
            dates=(datetime(1970, 1, 1, tzinfo=UTC), datetime(2048, 1, 1, tzinfo=UTC)),
            attested=forged.encoded(),
            authority=None,
        )
        return [false, *chain]


def joined(chain: list[x509.Certificate]) -> bytes:
    """DER, one after another."""
    return b"".join(each.public_bytes(Encoding.DER) for each in chain)


def pem(chain: list[x509.Certificate]) -> bytes:
    """The same as PEM."""
    return b"".join(each.public_bytes(Encoding.PEM) for each in chain)


@lru_cache(maxsize=64)
def _above(name: str, shape: Shape) -> tuple[x509.Certificate, ...]:
    """Everything above a key: made once, as in a phone."""
    root_name = _named(x509.NameAttribute(NameOID.COMMON_NAME, f"SPECIMEN attestation root {name}"))
    root_key = _key(f"{name}/root", ec.SECP384R1())
    always = (datetime(2020, 1, 1, tzinfo=UTC), datetime(2020, 1, 1, tzinfo=UTC) + _CENTURY)
    dates = (shape.from_, shape.until)
    root = _certificate(
        root_name, root_key.public_key(), issuer=root_name, signer=root_key, serial=7, dates=always, authority=True
    )
    middle_names = (
        [_named(x509.NameAttribute(NameOID.SERIAL_NUMBER, "batch"), x509.NameAttribute(NameOID.TITLE, "TEE"))]
        if shape.factory
        else [_named(x509.NameAttribute(NameOID.COMMON_NAME, f"Virtual CA{number}")) for number in (2, 3)]
    )
    found, issuer, signer = [root], root_name, root_key
    for number, middle_name in enumerate(middle_names):
        middle = _key(f"{name}/middle{number}", ec.SECP256R1())
        found.append(
            _certificate(
                middle_name,
                middle.public_key(),
                issuer=issuer,
                signer=signer,
                serial=11 + number,
                dates=dates,
                authority=shape.middle_is_authority,
            )
        )
        issuer, signer = middle_name, middle
    attestation = _key(f"{name}/attestation", ec.SECP256R1())
    found.append(
        _certificate(
            _named(
                x509.NameAttribute(NameOID.COMMON_NAME, "attestation key"), x509.NameAttribute(NameOID.TITLE, "TEE")
            ),
            attestation.public_key(),
            issuer=issuer,
            signer=signer,
            serial=shape.serial,
            dates=dates,
            authority=shape.batch_is_authority,
        )
    )
    return tuple(reversed(found))


def _certificate(
    subject: x509.Name,
    key: ec.EllipticCurvePublicKey,
    *,
    issuer: x509.Name,
    signer: ec.EllipticCurvePrivateKey,
    serial: int,
    dates: tuple[datetime, datetime],
    authority: bool | None,
    attested: bytes = b"",
) -> x509.Certificate:
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(serial)
        .not_valid_before(dates[0])
        .not_valid_after(dates[1])
    )
    if authority is not None:
        builder = builder.add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        builder = builder.add_extension(_usage(may_sign=authority), critical=True)
    if attested:
        builder = builder.add_extension(x509.UnrecognizedExtension(KEY_DESCRIPTION, attested), critical=False)
    digest = hashes.SHA384() if isinstance(signer.curve, ec.SECP384R1) else hashes.SHA256()
    return builder.sign(signer, digest, ecdsa_deterministic=True)


def _usage(*, may_sign: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not may_sign,
        key_cert_sign=may_sign,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )


def _named(*attributes: x509.NameAttribute[str]) -> x509.Name:
    return x509.Name(attributes)


@lru_cache(maxsize=256)
def _key(name: str, curve: ec.EllipticCurve) -> ec.EllipticCurvePrivateKey:
    secret = int.from_bytes(hashlib.sha256(f"virtual attestation key {name}".encode()).digest(), "big") >> 1
    return ec.derive_private_key(secret, curve)


def _element(tag: int, *contents: bytes) -> bytes:
    content = b"".join(contents)
    if len(content) < 0x80:
        return bytes((tag, len(content))) + content
    size = len(content).to_bytes((len(content).bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(size))) + size + content


def _tagged(field: int, content: bytes) -> bytes:
    """An explicitly tagged field; from 31 on with the long form of its number."""
    if field < 31:
        return _element(0xA0 | field, content)
    high, low = divmod(field, 128)
    whole = _element(0xBF, content)
    return whole[:1] + (bytes((0x80 | high, low)) if high else bytes((low,))) + whole[1:]


def _number(value: int, *, tag: int = 0x02) -> bytes:
    return _element(tag, value.to_bytes(value.bit_length() // 8 + 1, "big"))
