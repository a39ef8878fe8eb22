# SPDX-License-Identifier: GPL-3.0-or-later
"""The certificates of an attestation chain as frozen facts, and a chain out of what a phone answers.

A phone's leaf is not the certificate RFC 5280 has in mind: serial 1, and a validity that the phone wrote with its own
clock. So its dates are not even read; those above it are (Google's verifier does the same, android/keyattestation,
KeyAttestationCertPathValidator.kt). How `getstatus` puts certificates together is not documented and `unconfirmed`:
DER one after another and PEM are taken, anything else is refused.
"""

import base64
import binascii
import re
from datetime import UTC, datetime

from certs.editions.e2027_02.phones.attestation import der
from certs.editions.e2027_02.phones.attestation.der import Element, MalformedError
from certs.editions.e2027_02.phones.attestation.key_description import OBJECT_IDENTIFIER
from phones.frozen import dataclass

LONGEST_CHAIN_BYTES = 48 * 1024
"""Google's longest published example, with post-quantum signatures, has 13 kB."""
LEAST_CERTIFICATES, MOST_CERTIFICATES = 3, 8
"""Software chains have 3, factory chains 3 to 5, remotely provisioned ones 5."""
_BASIC_CONSTRAINTS, _KEY_USAGE, _SERIAL_NUMBER = "2.5.29.19", "2.5.29.15", "2.5.4.5"
_PEM = re.compile(
    rb"\s*-----BEGIN CERTIFICATE-----\r?\n([A-Za-z0-9+/=\r\n]{1,60000})-----END CERTIFICATE-----\s*", re.ASCII
)
_KEY_CERT_SIGN = 0x04
_TIMES = {
    der.UTC_TIME: (re.compile(rb"[0-9]{12}Z"), "%y%m%d%H%M%SZ"),
    der.GENERALIZED_TIME: (re.compile(rb"[0-9]{14}Z"), "%Y%m%d%H%M%SZ"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """What one certificate says. `body`: the signed part. `not_before`, `not_after`: None at the leaf, see above.

    `may_sign`: its basic constraints and key usage allow it to sign certificates; where an extension is missing, it
    does not forbid. `attestation`: content of the key attestation extension.
    `subject_serial_number`: in the subject stands a serialNumber, as in every certificate made in a factory.
    """

    encoded: bytes
    body: bytes
    algorithm: str
    signature: bytes
    serial: int
    issuer: bytes
    subject: bytes
    subject_serial_number: bool
    public_key: bytes
    not_before: datetime | None
    not_after: datetime | None
    may_sign: bool
    has_constraints: bool
    attestation: bytes | None


def unpack(text: str) -> bytes:
    """The bytes in `attestation.certificates`: base64 with a line break after 76 letters [read: DeviceDiagnostics].

    Raises: MalformedError.
    """
    if len(text) > 2 * LONGEST_CHAIN_BYTES:
        raise MalformedError("chain too long")
    try:
        return base64.b64decode("".join(text.split()).encode("ascii"), validate=True)
    except (binascii.Error, ValueError) as error:
        raise MalformedError("not base64") from error


def read_chain(data: bytes) -> tuple[Certificate, ...]:
    """The certificates, the key's own first. Raises: MalformedError for anything but three to eight of them."""
    if len(data) > LONGEST_CHAIN_BYTES:
        raise MalformedError("chain too long")
    found = _pem(data) if data.lstrip()[:5] == b"-----" else _der(data)
    if not LEAST_CERTIFICATES <= len(found) <= MOST_CERTIFICATES:
        raise MalformedError("three to eight certificates")
    return tuple(_certificate(each, is_leaf=number == 0) for number, each in enumerate(found))


def read_certificate(data: bytes) -> Certificate:
    """One certificate that is no key's own, so with its dates. Raises: MalformedError."""
    if len(data) > LONGEST_CHAIN_BYTES:
        raise MalformedError("certificate too long")
    return _certificate(data, is_leaf=False)


def _der(data: bytes) -> list[bytes]:
    found: list[bytes] = []
    while data and len(found) <= MOST_CERTIFICATES:
        element, data = der.first(data)
        found.append(der.expect(element, der.SEQUENCE).encoded)
    return found


def _pem(data: bytes) -> list[bytes]:
    found: list[bytes] = []
    at = 0
    while at < len(data) and len(found) <= MOST_CERTIFICATES:
        block = _PEM.match(data, at)
        if block is None:
            raise MalformedError("not PEM certificates one after another")
        try:
            found.append(base64.b64decode(b"".join(block[1].split()), validate=True))
        except binascii.Error as error:
            raise MalformedError("not base64") from error
        at = block.end()
    return found


def _certificate(data: bytes, *, is_leaf: bool) -> Certificate:
    outer = der.members(der.read(data, der.SEQUENCE))
    if len(outer) != 3:
        raise MalformedError("a certificate has three parts")
    parts = list(der.members(der.expect(outer[0], der.SEQUENCE)))
    if not parts or parts[0].field != 0 or der.whole_number(der.inside(parts.pop(0), der.INTEGER)) != 2:
        raise MalformedError("not an X.509 certificate of version 3")
    if not 6 <= len(parts) <= 9 or parts[1].encoded != outer[1].encoded:
        raise MalformedError("not the fields of a certificate")
    serial, _algorithm, issuer, validity, subject, key = parts[:6]
    extensions = _extensions(parts[6:])
    dates = (None, None) if is_leaf else _validity(validity)
    constraints = extensions.get(_BASIC_CONSTRAINTS)
    return Certificate(
        encoded=data,
        body=outer[0].encoded,
        algorithm=der.dotted(_one(outer[1])),
        signature=der.whole_bytes(outer[2]),
        serial=der.whole_number(serial, most_bytes=21),
        issuer=der.expect(issuer, der.SEQUENCE).encoded,
        subject=der.expect(subject, der.SEQUENCE).encoded,
        subject_serial_number=_SERIAL_NUMBER in _name_kinds(subject),
        public_key=der.expect(key, der.SEQUENCE).encoded,
        not_before=dates[0],
        not_after=dates[1],
        may_sign=_may_sign(constraints, extensions.get(_KEY_USAGE)),
        has_constraints=constraints is not None,
        attestation=extensions.get(OBJECT_IDENTIFIER),
    )


def _one(algorithm: Element) -> Element:
    parts = der.members(der.expect(algorithm, der.SEQUENCE))
    if not parts:
        raise MalformedError("no algorithm")
    return parts[0]


def _validity(validity: Element) -> tuple[datetime, datetime]:
    parts = der.members(der.expect(validity, der.SEQUENCE))
    if len(parts) != 2:
        raise MalformedError("a validity has two dates")
    return _time(parts[0]), _time(parts[1])


def _time(found: Element) -> datetime:
    if found.tag not in _TIMES:
        raise MalformedError("not a time")
    shape, written = _TIMES[found.tag]
    if not shape.fullmatch(found.content):
        raise MalformedError("not a time of DER")
    try:
        moment = datetime.strptime(found.content.decode("ascii"), written).replace(tzinfo=UTC)
    except ValueError as error:
        raise MalformedError("no such date") from error
    # strptime takes 69 to 99 for 19xx; RFC 5280 draws the line at 50.
    return moment.replace(year=moment.year - 100) if found.tag == der.UTC_TIME and moment.year >= 2050 else moment


def _name_kinds(name: Element) -> set[str]:
    kinds = set()
    for part in der.members(der.expect(name, der.SEQUENCE)):
        for entry in der.members(der.expect(part, der.SET)):
            pair = der.members(der.expect(entry, der.SEQUENCE))
            if len(pair) != 2:
                raise MalformedError("not a name")
            kinds.add(der.dotted(pair[0]))
    return kinds


def _extensions(parts: list[Element]) -> dict[str, bytes]:
    """By object identifier. Unique identifiers of issuer and subject (RFC 5280: never) are passed over."""
    listed = [part for part in parts if part.field == 3]
    if len(listed) > 1 or any(part.field is None and part.tag & 0xC0 != 0x80 for part in parts):
        raise MalformedError("not the fields of a certificate")
    found: dict[str, bytes] = {}
    for extension in der.members(der.inside(listed[0], der.SEQUENCE)) if listed else ():
        name, *critical, value = _two_or_three(extension)
        if critical:
            der.truth(critical[0])
        if der.dotted(name) in found:
            raise MalformedError("an extension twice")
        found[der.dotted(name)] = der.octets(value, most=der.LONGEST)
    return found


def _two_or_three(extension: Element) -> tuple[Element, ...]:
    parts = der.members(der.expect(extension, der.SEQUENCE))
    if len(parts) not in (2, 3):
        raise MalformedError("not an extension")
    return parts


def _may_sign(constraints: bytes | None, usage: bytes | None) -> bool:
    authority = True
    if constraints is not None:
        parts = der.members(der.read(constraints, der.SEQUENCE))
        authority = bool(parts) and parts[0].tag == der.BOOLEAN and der.truth(parts[0])
    if usage is None:
        return authority
    bits = der.read(usage, der.BIT_STRING).content
    if len(bits) not in (2, 3) or bits[0] > 7:
        raise MalformedError("not a key usage")
    return authority and bool(bits[1] & _KEY_CERT_SIGN)
