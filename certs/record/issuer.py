# SPDX-License-Identifier: GPL-3.0-or-later
"""Who issues: the company, its station, and the key that signs for them."""

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from certs.errors import WrongSignerError
from certs.formats.ecdsa import with_smaller_s
from certs.keys.profile import is_specimen


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
    def encoded(self) -> tuple[bytes, bytes]:
        """The station's and the organisation's certificate, DER."""
        return _encoded(self.certificate), _encoded(self.organisation)

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


class TrialSigner(FileSigner):
    """A station's key of tests and benchmarks, of a chain that nobody trusts: it alone signs real papers under a law
    that was not released (`certs.issue.check_signer`). No key that is read from a file or a device is one.
    """


@lru_cache(maxsize=16)
def _encoded(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.DER)


@lru_cache(maxsize=16)
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
