# SPDX-License-Identifier: GPL-3.0-or-later
"""The signature container: one fixed CMS template (PAdES baseline B-B or B-T), written and read strictly.

Everything but digest, signature and time-stamp token is fixed by the two certificates. Reading means: take those
parts out, build the template again, and accept only equal bytes. So there is nowhere to hide anything: no further
certificate, no unsigned attribute but the one token, no padding (zeros behind a token, whose size nobody knows
beforehand). The two certificates are bound by the signed attribute signingCertificateV2, the signature by having
one accepted spelling (`certs.formats.ecdsa`), the token is about the signature (`certs.formats.time_stamp`).
research/certificate.md 3.1, 3.2, 8.
"""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from certs.formats import der
from certs.formats.ecdsa import has_smaller_s
from certs.formats.x509_facts import P256, CertificateFacts
from phones.frozen import dataclass

if TYPE_CHECKING:  # who signs needs a library that who reads must not need
    from certs.record.issuer import Signer, Station

SIGNATURE_BYTES = 71
"""The DER length we wait for: half of all signatures have it, and nothing is ever padded."""

_SIGNED_DATA, _DATA = der.oid("1.2.840.113549.1.7.2"), der.oid("1.2.840.113549.1.7.1")
_SHA256 = der.element(der.SEQUENCE, der.oid("2.16.840.1.101.3.4.2.1"))
_ECDSA_SHA256 = der.element(der.SEQUENCE, der.oid("1.2.840.10045.4.3.2"))
_CONTENT_TYPE, _MESSAGE_DIGEST = der.oid("1.2.840.113549.1.9.3"), der.oid("1.2.840.113549.1.9.4")
_SIGNING_CERTIFICATE_V2 = der.oid("1.2.840.113549.1.9.16.2.47")
_TIME_STAMP = der.oid("1.2.840.113549.1.9.16.2.14")
LARGEST_TOKEN_ROOM = 16_000
TOKEN_FRAME = 40
"""At most so many bytes a container grows by besides the token itself."""
_TRIES = 200  # each fails with probability about one half
_MARK = hashlib.sha256(b"where the digest goes").digest()


class CmsError(ValueError):
    """Not our template."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedDigest:
    """What a container says: these certificates, this digest, this signature. Nothing is verified yet.

    `token`: RFC 3161, over the signature; b"" without one.
    """

    station: bytes
    organisation: bytes
    digest: bytes
    signature: bytes
    token: bytes = b""


def container_bytes(station: "Station", token_room: int = 0) -> int:
    """The exact size of every container of this station. `token_room`: bytes kept for a time-stamp token."""
    return len(build(_parts(station, digest=bytes(32), signature=bytes(SIGNATURE_BYTES)))) + token_room


def sign(
    digest: bytes, signer: "Signer", *, token_room: int = 0, stamp: Callable[[bytes], bytes] | None = None
) -> bytes:
    """A container of exactly `container_bytes` over a SHA-256 digest. Signs again until the size fits.

    `stamp` turns the signature's bytes into a token (it is called once); zeros fill what it leaves of `token_room`.
    Raises: CmsError if no signature fits (a signer that always answers the same bytes never will), or no token.
    """
    attributes = _signed_attributes(_parts(signer.station, digest=digest, signature=b""))
    for _ in range(_TRIES):
        signature = signer.sign(attributes)
        if len(signature) == SIGNATURE_BYTES and has_smaller_s(signature):
            parts = _parts(signer.station, digest=digest, signature=signature)
            size = container_bytes(signer.station, token_room)
            container = build(replace(parts, token=stamp(signature)) if stamp is not None else parts)
            if len(container) > size or (stamp is None and len(container) != size):
                raise CmsError("no room for the token, or no token for the room")
            return container.ljust(size, b"\0")
    raise CmsError("no signature of the right size")


def _parts(station: "Station", *, digest: bytes, signature: bytes) -> SignedDigest:
    own, organisation = station.encoded
    return SignedDigest(station=own, organisation=organisation, digest=digest, signature=signature)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Frame:
    """What the two certificates alone decide; everything else is put in between."""

    head: bytes
    middle: bytes
    attributes_head: bytes
    attributes_tail: bytes


@lru_cache(maxsize=64)
def _frame(station: bytes, organisation: bytes) -> _Frame:
    """The template around digest and signature. Both stand behind everything that the certificates can say."""
    parts = SignedDigest(station=station, organisation=organisation, digest=_MARK, signature=bytes(SIGNATURE_BYTES))
    whole, attributes = _built(parts), _written_attributes(parts)
    at, inside = whole.rindex(_MARK), attributes.index(_MARK)
    return _Frame(
        head=whole[:at],
        middle=whole[at + len(_MARK) : -SIGNATURE_BYTES],
        attributes_head=attributes[:inside],
        attributes_tail=attributes[inside + len(_MARK) :],
    )


def build(parts: SignedDigest) -> bytes:
    """The template with these parts."""
    if parts.token or len(parts.signature) != SIGNATURE_BYTES or len(parts.digest) != len(_MARK):
        return _built(parts)
    frame = _frame(parts.station, parts.organisation)
    return frame.head + parts.digest + frame.middle + parts.signature


def _built(parts: SignedDigest) -> bytes:
    issuer, serial = _issuer_and_serial(parts.station)
    stamped = [der.element(der.CONTEXT_1, _attribute(_TIME_STAMP, parts.token))] if parts.token else []
    signer_info = der.element(
        der.SEQUENCE,
        der.integer(1),
        der.element(der.SEQUENCE, issuer, serial),
        _SHA256,
        bytes((der.CONTEXT_0,)) + _written_attributes(parts)[1:],
        _ECDSA_SHA256,
        der.element(der.OCTET_STRING, parts.signature),
        *stamped,
    )
    certificates = bytes((der.CONTEXT_0,)) + der.set_of(parts.station, parts.organisation)[1:]
    signed_data = der.element(
        der.SEQUENCE,
        der.integer(1),
        der.set_of(_SHA256),
        der.element(der.SEQUENCE, _DATA),
        certificates,
        der.set_of(signer_info),
    )
    return der.element(der.SEQUENCE, _SIGNED_DATA, der.element(der.CONTEXT_0, signed_data))


def _signed_attributes(parts: SignedDigest) -> bytes:
    """As a SET, which is what is signed. No signing time: PAdES forbids it, the time stands in the PDF."""
    if len(parts.digest) != len(_MARK):
        return _written_attributes(parts)
    frame = _frame(parts.station, parts.organisation)
    return frame.attributes_head + parts.digest + frame.attributes_tail


def _written_attributes(parts: SignedDigest) -> bytes:
    hashed = [
        der.element(der.SEQUENCE, der.element(der.OCTET_STRING, hashlib.sha256(certificate).digest()))
        for certificate in (parts.station, parts.organisation)
    ]
    signing_certificate = der.element(der.SEQUENCE, der.element(der.SEQUENCE, *hashed))
    return der.set_of(
        _attribute(_CONTENT_TYPE, _DATA),
        _attribute(_MESSAGE_DIGEST, der.element(der.OCTET_STRING, parts.digest)),
        _attribute(_SIGNING_CERTIFICATE_V2, signing_certificate),
    )


def _attribute(name: bytes, value: bytes) -> bytes:
    return der.element(der.SEQUENCE, name, der.set_of(value))


def _issuer_and_serial(certificate: bytes) -> tuple[bytes, bytes]:
    """Issuer name and serial number exactly as the certificate encodes them (RFC 5280 TBSCertificate)."""
    body = der.read_all(der.read_all(der.read(certificate, der.SEQUENCE).content)[0].content)
    if len(body) < 6 or body[0].tag != der.CONTEXT_0:
        raise CmsError("no version 3 certificate")
    return body[3].encoded, body[1].encoded


def read(data: bytes) -> SignedDigest:
    """The parts of a container that is exactly our template. Raises: CmsError."""
    try:
        container, padding = der.first(data)
        parts = _take_parts(container.encoded)
        if build(parts) != container.encoded:
            raise CmsError("not the template")
        if padding.strip(b"\0") or (padding and not parts.token) or len(padding) > LARGEST_TOKEN_ROOM:
            raise CmsError("padding")
    except (der.DerError, IndexError) as error:
        raise CmsError("not the template") from error
    return parts


def _take_parts(data: bytes) -> SignedDigest:
    content_info = der.read_all(der.read(data, der.SEQUENCE).content)
    signed_data = der.read_all(der.read(content_info[1].content, der.SEQUENCE).content)
    certificates = [found.encoded for found in der.read_all(signed_data[3].content)]
    signer_info = der.read_all(der.read(signed_data[4].content, der.SEQUENCE).content)
    named = der.read_all(signer_info[1].content)
    if len(certificates) != 2:
        raise CmsError("not two certificates")
    named_pair = (named[0].encoded, named[1].encoded)
    signers = [certificate for certificate in certificates if _issuer_and_serial(certificate) == named_pair]
    if len(signers) != 1:
        raise CmsError("not one signer")
    token = _take_token(signer_info[6]) if len(signer_info) > 6 else b""
    others = [certificate for certificate in certificates if certificate is not signers[0]]
    return SignedDigest(
        station=signers[0],
        organisation=others[0],
        digest=_take_digest(signer_info[3].content),
        signature=signer_info[5].content,
        token=token,
    )


def _take_token(unsigned: der.Element) -> bytes:
    return der.read_all(der.read_all(der.read(unsigned.content, der.SEQUENCE).content)[1].content)[0].encoded


def _take_digest(attributes: bytes) -> bytes:
    for attribute in der.read_all(attributes):
        name, values = der.read_all(attribute.content)[:2]
        if name.encoded == _MESSAGE_DIGEST:
            return der.read(values.content, der.OCTET_STRING).content
    raise CmsError("no digest")


def is_signed(parts: SignedDigest, certificate: CertificateFacts) -> bool:
    """Does the signature verify with the certificate's key, in its one accepted spelling?"""
    if len(parts.signature) != SIGNATURE_BYTES or not has_smaller_s(parts.signature):
        return False
    return certificate.verifies(parts.signature, _signed_attributes(parts), P256)
