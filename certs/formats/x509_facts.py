# SPDX-License-Identifier: GPL-3.0-or-later
"""X.509 certificates and revocation lists as frozen facts, read by our own strict DER reader.

For judging, never for writing. It knows the part of RFC 5280 that our certificates and those of time-stamping
authorities use, and refuses the rest: a field that one reader sees and another does not is an attack. It needs
no library, so that the page in a browser reads with the same code. Signatures are judged by `certs.crypto`; what
stands in extensions is read by `certs.formats.x509_extensions`.
"""

import hashlib
import re
from datetime import UTC, datetime
from functools import lru_cache

from certs import crypto
from certs.formats import der
from certs.formats.der import DerError, Element
from certs.formats.x509_extensions import READERS, Extension, authority_key_id, known_fields, read_extensions
from phones.frozen import dataclass

P256, RSA = "p256", "rsa"
ORGANISATION_NAME, COMMON_NAME = "2.5.4.10", "2.5.4.3"
_EC_P256 = der.element(der.SEQUENCE, der.oid("1.2.840.10045.2.1"), der.oid("1.2.840.10045.3.1.7"))
_RSA_KEY = der.element(der.SEQUENCE, der.oid("1.2.840.113549.1.1.1"), der.element(der.NULL))
_SIGNATURES = {
    der.element(der.SEQUENCE, der.oid("1.2.840.10045.4.3.2")): P256,
    der.element(der.SEQUENCE, der.oid("1.2.840.113549.1.1.11"), der.element(der.NULL)): RSA,
}
_TEXTS = {0x0C: "utf-8", 0x13: "ascii", 0x16: "ascii"}  # UTF8String, PrintableString, IA5String
_PRINTABLE = re.compile(r"[A-Za-z0-9 '()+,\-./:=?]*")
_P = 0xFFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF
_B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
_LONGEST_SERIAL = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateFacts:
    """What a certificate says; whether anybody signed it is another question (`is_signed_by`).

    `encoded`: all its bytes. `body`: the signed part. `issuer`, `subject`: DER names. `serial`: positive.
    `public_key`: DER SubjectPublicKeyInfo, of `key_kind` "p256" or "rsa". `key_usage`: names as in RFC 5280, None
    without the extension, as for the others. `authority` and `path_length`: basic constraints.
    `foreign`: extensions this reader does not look into.
    """

    encoded: bytes
    body: bytes
    signature: bytes
    signature_kind: str
    serial: int
    issuer: bytes
    subject: bytes
    names: tuple[tuple[str, str], ...]
    not_before: datetime
    not_after: datetime
    public_key: bytes
    key_kind: str
    has_constraints: bool
    authority: bool
    path_length: int | None
    key_usage: frozenset[str] | None
    extended_key_usage: tuple[str, ...] | None
    policies: tuple[str, ...] | None
    subject_key_id: bytes | None
    authority_key_id: bytes | None
    revocation_points: tuple[str, ...] | None
    critical: frozenset[str]
    foreign: tuple[Extension, ...]

    @property
    def key_id(self) -> str:
        """First 8 bytes, hex, of SHA-256 over the public key: how records and statements name a key."""
        return hashlib.sha256(self.public_key).hexdigest()[:16]

    @property
    def fingerprint(self) -> str:
        """SHA-256 over all bytes, hex."""
        return hashlib.sha256(self.encoded).hexdigest()

    def name(self, kind: str) -> str | None:
        """The one text of this kind (`ORGANISATION_NAME` ...) in the subject; None if there is none or several."""
        found = [text for oid, text in self.names if oid == kind]
        return found[0] if len(found) == 1 else None

    def is_valid_at(self, moment: datetime) -> bool:
        """Is `moment` (aware) within the validity?"""
        return self.not_before <= moment <= self.not_after

    def verifies(self, signature: bytes, data: bytes, kind: str) -> bool:
        """Did this certificate's key sign `data`, with an algorithm of `kind`?"""
        if kind != self.key_kind:
            return False
        check = crypto.verify_p256 if kind == P256 else crypto.verify_rsa
        return check(self.public_key, signature, data)

    def is_signed_by(self, above: "CertificateFacts") -> bool:
        """Names match, key identifiers match, and the signature verifies. Dates and rights are not looked at."""
        named = above.subject_key_id is not None and self.authority_key_id == above.subject_key_id
        return named and self.issuer == above.subject and above.verifies(self.signature, self.body, self.signature_kind)


@dataclass(frozen=True, slots=True, kw_only=True)
class Revoked:
    """One revoked certificate: its serial, when it was revoked, since when it is not to be believed, and why.

    `reason`: the CRLReason number, 0 (unspecified) without one. `invalid_since`: None without an invalidity date.
    """

    serial: int
    at: datetime
    reason: int = 0
    invalid_since: datetime | None = None

    @property
    def since(self) -> datetime:
        """The moment from which signatures of this key prove nothing."""
        return min(self.at, self.invalid_since) if self.invalid_since else self.at


@dataclass(frozen=True, slots=True, kw_only=True)
class RevocationFacts:
    """What a certificate revocation list says; `is_signed_by` tells whether it may."""

    encoded: bytes
    body: bytes
    signature: bytes
    signature_kind: str
    issuer: bytes
    this_update: datetime
    next_update: datetime
    number: int
    authority_key_id: bytes
    revoked: tuple[Revoked, ...]

    def is_signed_by(self, authority: CertificateFacts) -> bool:
        """Names and key identifiers match, the key may sign lists, and the signature verifies."""
        named = authority.subject_key_id == self.authority_key_id and authority.subject == self.issuer
        may = authority.key_usage is not None and "crl_sign" in authority.key_usage
        return named and may and authority.verifies(self.signature, self.body, self.signature_kind)

    def entry(self, serial: int) -> Revoked | None:
        """What the list says about a serial number of its issuer, or None."""
        return next((entry for entry in self.revoked if entry.serial == serial), None)


@lru_cache(maxsize=512)
def read_certificate(data: bytes) -> CertificateFacts:
    """An X.509 version 3 certificate with a P-256 or RSA key, signed with ECDSA or RSA over SHA-256.

    Remembers the last few hundred. Raises: DerError.
    """
    body, kind, signature = _signed(data)
    parts = der.members(body)
    if len(parts) != 8 or parts[0].encoded != b"\xa0\x03\x02\x01\x02" or parts[7].tag != der.CONTEXT_3:
        raise DerError("not a version 3 certificate")
    if _SIGNATURES.get(parts[2].encoded) != kind:
        raise DerError("signature algorithm")
    validity = der.members(parts[4].encoded)
    if len(validity) != 2:
        raise DerError("validity")
    not_before, not_after = _time(validity[0]), _time(validity[1])
    extensions = read_extensions(parts[7].content)
    _texts(parts[3].encoded)
    return CertificateFacts(
        encoded=data,
        body=body,
        signature=signature,
        signature_kind=kind,
        serial=_serial(parts[1]),
        issuer=parts[3].encoded,
        subject=parts[5].encoded,
        names=_texts(parts[5].encoded),
        not_before=not_before,
        not_after=not_after,
        public_key=parts[6].encoded,
        key_kind=_key_kind(parts[6].encoded),
        **known_fields(extensions),
        critical=frozenset(extension.name for extension in extensions if extension.critical),
        foreign=tuple(extension for extension in extensions if extension.name not in READERS),
    )


@lru_cache(maxsize=64)
def read_revocation_list(data: bytes) -> RevocationFacts:
    """A version 2 revocation list with number and key identifier, complete and direct. Raises: DerError."""
    body, kind, signature = _signed(data)
    parts = list(der.members(body))
    if len(parts) not in (6, 7) or der.whole_number(parts[0]) != 1 or _SIGNATURES.get(parts[1].encoded) != kind:
        raise DerError("not a version 2 revocation list")
    extensions = parts.pop()
    if extensions.tag != der.CONTEXT_0:
        raise DerError("revocation list without extensions")
    said = {extension.name: extension.value for extension in read_extensions(extensions.content)}
    if set(said) != {"2.5.29.20", "2.5.29.35"}:
        raise DerError("extensions of a revocation list")
    _texts(parts[2].encoded)
    entries = tuple(_revoked(entry) for entry in der.members(parts[5].encoded)) if len(parts) == 6 else ()
    if len({entry.serial for entry in entries}) != len(entries) or (len(parts) == 6 and not entries):
        raise DerError("revoked certificates")
    this_update, next_update = _time(parts[3]), _time(parts[4])
    return RevocationFacts(
        encoded=data,
        body=body,
        signature=signature,
        signature_kind=kind,
        issuer=parts[2].encoded,
        this_update=this_update,
        next_update=next_update,
        number=der.whole_number(der.read(said["2.5.29.20"])),
        authority_key_id=authority_key_id(said["2.5.29.35"]),
        revoked=entries,
    )


def _signed(data: bytes) -> tuple[bytes, str, bytes]:
    """Body, kind of signature and signature of the frame that certificates and lists share."""
    parts = der.members(data)
    if len(parts) != 3 or parts[0].tag != der.SEQUENCE or parts[1].encoded not in _SIGNATURES:
        raise DerError("not a signed object, or an algorithm we do not know")
    return parts[0].encoded, _SIGNATURES[parts[1].encoded], der.whole_bytes(parts[2])


def _serial(found: Element) -> int:
    serial = der.whole_number(found)
    if serial == 0 or len(found.content) > _LONGEST_SERIAL:
        raise DerError("serial number")
    return serial


@lru_cache(maxsize=256)
def _texts(name: bytes) -> tuple[tuple[str, str], ...]:
    """A Name whose parts have one value each, as dotted kind and text."""
    found = []
    for part in der.members(name):
        values = der.members(part.encoded, der.SET)
        if len(values) != 1:
            raise DerError("a name part of several values")
        pair = der.members(values[0].encoded)
        if len(pair) != 2 or pair[1].tag not in _TEXTS or not pair[1].content:
            raise DerError("a name of another kind of text")
        try:
            text = pair[1].content.decode(_TEXTS[pair[1].tag])
        except UnicodeDecodeError as error:
            raise DerError("a name that is no text") from error
        if pair[1].tag == 0x13 and not _PRINTABLE.fullmatch(text):
            raise DerError("a name that is not printable")
        found.append((der.dotted(pair[0]), text))
    return tuple(found)


def _time(found: Element) -> datetime:
    """UTCTime up to 2049, GeneralizedTime from 2050 on, to the second, in UTC (RFC 5280 4.1.2.5)."""
    try:
        text = found.content.decode("ascii")
    except UnicodeDecodeError as error:
        raise DerError("time") from error
    if found.tag == der.UTC_TIME and re.fullmatch("[0-9]{12}Z", text, re.ASCII):
        text = ("20" if text < "50" else "19") + text
    elif found.tag != der.GENERALIZED_TIME or text < "2050" or not re.fullmatch("[0-9]{14}Z", text, re.ASCII):
        raise DerError("time")
    return read_time(text)


def read_time(text: str) -> datetime:
    """YYYYMMDDHHMMSSZ as an aware moment. Raises: DerError."""
    if not re.fullmatch("[0-9]{14}Z", text):
        raise DerError("time")
    month, day, hour, minute, second = (int(text[at : at + 2]) for at in range(4, 14, 2))
    try:  # without strptime, which loads the library's calendar and locale
        return datetime(int(text[:4]), month, day, hour, minute, second, tzinfo=UTC)
    except ValueError as error:
        raise DerError("time") from error


def _key_kind(public_key: bytes) -> str:
    parts = der.members(public_key)
    if len(parts) != 2:
        raise DerError("public key")
    bits = der.whole_bytes(parts[1])
    if parts[0].encoded == _EC_P256 and len(bits) == 65 and bits[0] == 4:
        x, y = int.from_bytes(bits[1:33], "big"), int.from_bytes(bits[33:], "big")
        if x < _P and y < _P and (y * y - (x * x * x - 3 * x + _B)) % _P == 0:
            return P256
    if parts[0].encoded == _RSA_KEY:
        numbers = [der.whole_number(number) for number in der.members(bits)]
        if len(numbers) == 2 and 2048 <= numbers[0].bit_length() <= 8192 and numbers[0] % 2 and numbers[1] == 65537:
            return RSA
    raise DerError("a public key of another kind")


def _revoked(found: Element) -> Revoked:
    parts = der.members(found.encoded)
    if not 2 <= len(parts) <= 3:
        raise DerError("revoked certificate")
    reason, since = 0, None
    for extension in read_extensions(parts[2].encoded) if len(parts) == 3 else ():
        inside = der.read(extension.value)
        if extension.name == "2.5.29.21" and inside.tag == der.ENUMERATED and len(inside.content) == 1:
            reason = inside.content[0]
        elif extension.name == "2.5.29.24" and inside.tag == der.GENERALIZED_TIME:
            since = _invalidity(inside.content)
        else:
            raise DerError("extension of a revoked certificate")
    if not (0 <= reason <= 6 or reason in (9, 10)) or (reason == 0 and len(parts) == 3 and since is None):
        raise DerError("reason")
    return Revoked(serial=_serial(parts[0]), at=_time(parts[1]), reason=reason, invalid_since=since)


def _invalidity(content: bytes) -> datetime:
    try:
        text = content.decode("ascii")
    except UnicodeDecodeError as error:
        raise DerError("time") from error
    if not re.fullmatch("[0-9]{14}Z", text, re.ASCII):
        raise DerError("time")
    return read_time(text)
