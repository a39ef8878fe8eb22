# SPDX-License-Identifier: GPL-3.0-or-later
"""Time-stamp tokens (RFC 3161) as a verifier reads them: whose word, over which bytes, for which moment.

Only SHA-256, ECDSA P-256 and RSA are known; one signer, no unsigned attributes. Nothing here asks anybody.
"""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from certs.formats import chain, der
from certs.formats.der import DerError, Element
from certs.formats.x509_facts import P256, RSA, CertificateFacts, RevocationFacts, read_certificate, read_time

LARGEST_TOKEN = 64 * 1024
_SIGNED_DATA, _TST_INFO = der.oid("1.2.840.113549.1.7.2"), der.oid("1.2.840.113549.1.9.16.1.4")
_NULL = der.element(der.NULL)
_SHA256 = tuple(der.element(der.SEQUENCE, der.oid("2.16.840.1.101.3.4.2.1"), rest) for rest in (b"", _NULL))
_SIGNATURES = {
    der.element(der.SEQUENCE, der.oid("1.2.840.10045.4.3.2")): P256,
    der.element(der.SEQUENCE, der.oid("1.2.840.113549.1.1.11"), _NULL): RSA,
    der.element(der.SEQUENCE, der.oid("1.2.840.113549.1.1.1"), _NULL): RSA,
}
_CONTENT_TYPE, _MESSAGE_DIGEST = der.oid("1.2.840.113549.1.9.3"), der.oid("1.2.840.113549.1.9.4")
_SIGNING_CERTIFICATE = der.oid("1.2.840.113549.1.9.16.2.12")
_SIGNING_CERTIFICATE_V2 = der.oid("1.2.840.113549.1.9.16.2.47")
_GEN_TIME = re.compile(r"([0-9]{14})(?:\.([0-9]{0,8}[1-9]))?Z", re.ASCII)
_MOST_CERTIFICATES = 8


class TokenError(ValueError):
    """The token is malformed, broken, or about other bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """What a token says, its signature verified. `at`: aware. `pinned`: does the signer lead to a pinned authority?"""

    at: datetime
    policy: str
    serial: int
    nonce: int | None
    signer: CertificateFacts
    pinned: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Token:
    """A token taken apart."""

    info: bytes
    attributes: bytes
    signature: bytes
    signature_kind: str
    issuer_and_serial: tuple[bytes, int]
    certificates: tuple[CertificateFacts, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Info:
    at: datetime
    policy: str
    serial: int
    digest: bytes
    nonce: int | None


def check_token(
    token: bytes,
    over: bytes,
    authorities: Iterable[CertificateFacts],
    *,
    certificates: Iterable[CertificateFacts] = (),
    lists: Iterable[RevocationFacts] = (),
) -> Stamp:
    """The stamp that a token (a ContentInfo) puts on the bytes `over`.

    `authorities`: pinned; a signer, or a root or other authority above it. `certificates`: more that may stand
    between. `lists`: revocation lists that may name the signer. Raises: TokenError.
    """
    try:
        parts = _read(token)
        info = _read_info(parts.info)
        pinned = tuple(authorities)
        between = (*parts.certificates, *certificates)
        signer = _signer(parts, (*between, *pinned))
        _check_attributes(parts, signer)
    except DerError as error:
        raise TokenError(str(error)) from error
    if info.digest != hashlib.sha256(over).digest():
        raise TokenError("about other bytes")
    if not signer.verifies(parts.signature, parts.attributes, parts.signature_kind):
        raise TokenError("signature")
    if signer.extended_key_usage != (chain.TIME_STAMPING,) or chain.EXTENDED_KEY_USAGE not in signer.critical:
        raise TokenError("signer may not stamp time")
    if not signer.is_valid_at(info.at):
        raise TokenError("signer not valid then")
    path = _path(signer, between, pinned, info.at)
    for listed in lists:
        if any(listed.is_signed_by(above) for above in path[1:]):
            entry = listed.entry(signer.serial)
            if entry is not None and entry.since <= info.at:
                raise TokenError("signer revoked")
    return Stamp(at=info.at, policy=info.policy, serial=info.serial, nonce=info.nonce, signer=signer, pinned=bool(path))


def _read(token: bytes) -> _Token:
    if len(token) > LARGEST_TOKEN:
        raise TokenError("too large")
    content = _several(der.members(token), 2, 2)
    if content[0].encoded != _SIGNED_DATA or content[1].tag != der.CONTEXT_0:
        raise TokenError("not signed data")
    parts = list(_several(der.members(content[1].content), 4, 6))
    if der.whole_number(parts[0]) != 3 or parts[1].tag != der.SET:
        raise TokenError("version")
    carried = der.read_all(parts.pop(3).content) if parts[3].tag == der.CONTEXT_0 else ()
    encoded = [found.encoded for found in carried]
    if len(parts) != 4 or len(encoded) > _MOST_CERTIFICATES:
        raise TokenError("revocation lists inside, or too many certificates")
    kind, wrapped = _several(der.members(parts[2].encoded), 2, 2)
    if kind.encoded != _TST_INFO or wrapped.tag != der.CONTEXT_0:
        raise TokenError("not a time stamp")
    info = der.read(wrapped.content, der.OCTET_STRING).content
    signers = _several(der.members(parts[3].encoded, der.SET), 1, 1)
    fields = _several(der.members(signers[0].encoded), 6, 6)
    if der.whole_number(fields[0]) != 1 or fields[2].encoded not in _SHA256 or fields[3].tag != der.CONTEXT_0:
        raise TokenError("signer")
    if fields[4].encoded not in _SIGNATURES or fields[5].tag != der.OCTET_STRING:
        raise TokenError("signature algorithm")
    issuer, serial = _several(der.members(fields[1].encoded), 2, 2)
    return _Token(
        info=info,
        attributes=bytes((der.SET,)) + fields[3].encoded[1:],
        signature=fields[5].content,
        signature_kind=_SIGNATURES[fields[4].encoded],
        issuer_and_serial=(issuer.encoded, der.whole_number(serial)),
        certificates=tuple(_readable(encoded)),
    )


def _readable(encoded: Iterable[bytes]) -> Iterable[CertificateFacts]:
    """Those certificates that our reader reads; the rest cannot help."""
    for data in encoded:
        try:
            yield read_certificate(data)
        except DerError:
            continue


def _several(parts: tuple[Element, ...], least: int, most: int) -> tuple[Element, ...]:
    if not least <= len(parts) <= most:
        raise TokenError("number of fields")
    return parts


def _read_info(data: bytes) -> _Info:
    """RFC 3161 2.4.2 TSTInfo."""
    parts = list(_several(der.members(data), 5, 9))
    version, policy, imprint, serial, gen_time = parts[:5]
    if der.whole_number(version) != 1 or gen_time.tag != der.GENERALIZED_TIME:
        raise TokenError("time stamp")
    algorithm, digest = _several(der.members(imprint.encoded), 2, 2)
    if algorithm.encoded not in _SHA256 or digest.tag != der.OCTET_STRING:
        raise TokenError("imprint")
    found = _GEN_TIME.fullmatch(gen_time.content.decode("ascii", "replace"))
    if found is None:
        raise TokenError("time")
    at = read_time(found[1] + "Z") + timedelta(microseconds=int((found[2] or "0").ljust(9, "0")[:6]))
    nonce = None
    order = (der.SEQUENCE, der.BOOLEAN, der.INTEGER, der.CONTEXT_0)  # accuracy, ordering, nonce, name of the authority
    last = -1
    for part in parts[5:]:
        if part.tag not in order or order.index(part.tag) <= last:
            raise TokenError("extensions")
        last = order.index(part.tag)
        if part.tag == der.INTEGER:
            nonce = der.whole_number(part)
    return _Info(at=at, policy=der.dotted(policy), serial=der.whole_number(serial), digest=digest.content, nonce=nonce)


def _signer(parts: _Token, known: Iterable[CertificateFacts]) -> CertificateFacts:
    for certificate in known:
        if (certificate.issuer, certificate.serial) == parts.issuer_and_serial:
            return certificate
    raise TokenError("signer unknown")


def _check_attributes(parts: _Token, signer: CertificateFacts) -> None:
    """The signed attributes name content type, digest and the signer's certificate."""
    found: dict[bytes, bytes] = {}
    for attribute in der.members(parts.attributes, der.SET):
        name, values = _several(der.members(attribute.encoded), 2, 2)
        value = _several(der.members(values.encoded, der.SET), 1, 1)[0]
        if name.encoded in found:
            raise TokenError("an attribute twice")
        found[name.encoded] = value.encoded
    digest = der.element(der.OCTET_STRING, hashlib.sha256(parts.info).digest())
    if found.get(_CONTENT_TYPE) != _TST_INFO or found.get(_MESSAGE_DIGEST) != digest:
        raise TokenError("digest")
    if _SIGNING_CERTIFICATE_V2 in found:
        named = _first_certificate(found[_SIGNING_CERTIFICATE_V2])
        if named[0].tag == der.SEQUENCE:
            if named[0].encoded not in _SHA256:
                raise TokenError("hash of the signer's certificate")
            named = named[1:]
        good = named[0].content == hashlib.sha256(signer.encoded).digest()
    elif _SIGNING_CERTIFICATE in found:
        digest_1 = hashlib.sha1(signer.encoded, usedforsecurity=False).digest()  # RFC 2634 knows no other
        good = _first_certificate(found[_SIGNING_CERTIFICATE])[0].content == digest_1
    else:
        good = False
    if not good:
        raise TokenError("another signer's certificate")


def _first_certificate(value: bytes) -> tuple[Element, ...]:
    identifiers = _several(der.members(_several(der.members(value), 1, 2)[0].encoded), 1, 8)
    return _several(der.members(identifiers[0].encoded), 1, 3)


def _path(
    signer: CertificateFacts, between: tuple[CertificateFacts, ...], pinned: tuple[CertificateFacts, ...], at: datetime
) -> tuple[CertificateFacts, ...]:
    """Signer, perhaps one authority, and a pinned one; () when there is no such path."""
    pins = {authority.encoded for authority in pinned}
    if signer.encoded in pins:
        return (signer,)
    for above in (*pinned, *between):
        if not _may_certify(above, at) or not signer.is_signed_by(above):
            continue
        if above.encoded in pins:
            return signer, above
        for root in pinned:
            if _may_certify(root, at) and above.is_signed_by(root):
                return signer, above, root
    return ()


def _may_certify(certificate: CertificateFacts, at: datetime) -> bool:
    usage = certificate.key_usage
    return certificate.authority and (usage is None or "key_cert_sign" in usage) and certificate.is_valid_at(at)
