# SPDX-License-Identifier: GPL-3.0-or-later
"""Who issues: the company, its station, and the key that signs for them."""

import hashlib
from dataclasses import dataclass
from typing import Protocol

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils

from certs.errors import WrongSignerError
from certs.profile import is_specimen

P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuer:
    """The company that answers for its papers. `country`: two letters for X.509, or ""."""

    name: str
    address: str = ""
    contact: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Station:
    """The public half of a station: its name, its certificate, and those above it as far as they are at hand."""

    name: str
    certificate: x509.Certificate
    organisation: x509.Certificate
    root: x509.Certificate | None = None

    @property
    def key_id(self) -> str:
        """16 hex digits naming the station's key; in the record, and as `kid` in the statement."""
        return key_id(self.certificate)

    @property
    def specimen(self) -> bool:
        """True for a demo station: its papers are never certificates."""
        return is_specimen(self.certificate)


class Signer(Protocol):
    """A station's private key, wherever it lives."""

    station: Station

    def sign(self, data: bytes) -> bytes:
        """ECDSA P-256 over SHA-256 of `data`, DER, with the smaller s. A new signature each call."""


class FileSigner:
    """A station's key held in memory, as read from its file.

    Raises: WrongSignerError when key and certificate do not belong together.
    """

    def __init__(self, station: Station, key: ec.EllipticCurvePrivateKey) -> None:
        if public_bytes(station.certificate) != _spki(key.public_key()):
            raise WrongSignerError(expected=station.key_id, got="another key")
        self.station = station
        self._key = key

    def sign(self, data: bytes) -> bytes:
        """ECDSA P-256 over SHA-256 of `data`, DER, with the smaller s."""
        return with_smaller_s(self._key.sign(data, ec.ECDSA(hashes.SHA256())))


def with_smaller_s(signature: bytes) -> bytes:
    """Of the two equal signatures (s and n - s) the one we accept, so that nobody can make a second file."""
    r, s = utils.decode_dss_signature(signature)
    return utils.encode_dss_signature(r, min(s, P256_ORDER - s))


def has_smaller_s(signature: bytes) -> bool:
    """Is this the one DER spelling of a signature that we accept?"""
    try:
        r, s = utils.decode_dss_signature(signature)
    except ValueError:
        return False
    return 0 < r < P256_ORDER and 0 < s <= P256_ORDER // 2 and utils.encode_dss_signature(r, s) == signature


def key_id(certificate: x509.Certificate) -> str:
    """First 8 bytes, hex, of SHA-256 over the certificate's SubjectPublicKeyInfo."""
    return hashlib.sha256(public_bytes(certificate)).hexdigest()[:16]


def public_bytes(certificate: x509.Certificate) -> bytes:
    """The certificate's SubjectPublicKeyInfo, DER."""
    return certificate.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def _spki(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
