# SPDX-License-Identifier: GPL-3.0-or-later
"""Whom a verifier trusts: explicitly pinned certificates, nobody else. The operating system's list plays no part."""

import base64
import binascii
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from certs import chain
from certs.der import DerError
from certs.errors import TrustFileError
from certs.x509_facts import CertificateFacts, read_certificate

_LARGEST_FILE = 256 * 1024
_PEM = re.compile(rb"-----BEGIN CERTIFICATE-----\s([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----")


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """The pinned roots. Without any, the best answer for a certificate is CANNOT TELL."""

    roots: tuple[CertificateFacts, ...] = ()

    @classmethod
    def from_der(cls, *certificates: bytes) -> "Trust":
        """Roots from their DER bytes. Raises: TrustFileError."""
        return cls(roots=tuple(_root(data) for data in certificates))

    @classmethod
    def from_pem(cls, *texts: bytes) -> "Trust":
        """Roots from PEM texts, each holding one or more. Raises: TrustFileError."""
        return cls.from_der(*(data for text in texts for data in _certificates(text)))

    @classmethod
    def from_files(cls, paths: Iterable[Path]) -> "Trust":
        """Roots from PEM files. Raises: TrustFileError."""
        texts = []
        for path in paths:
            try:
                with path.open("rb") as file:
                    texts.append(file.read(_LARGEST_FILE))
            except OSError as error:
                raise TrustFileError(got=f"{path.name}: {error.strerror}") from error
        return cls.from_pem(*texts)


def _certificates(text: bytes) -> list[bytes]:
    try:
        found = [base64.b64decode(b"".join(block.split()), validate=True) for block in _PEM.findall(text)]
    except binascii.Error as error:
        raise TrustFileError(got="base64") from error
    if not found or text.count(b"-----BEGIN") != len(found):
        raise TrustFileError(got="no certificate, or something else beside it")
    return found


def _root(data: bytes) -> CertificateFacts:
    try:
        certificate = read_certificate(data)
        chain.check_root(certificate)
    except (DerError, chain.ChainError) as error:
        raise TrustFileError(got=str(error)[:120]) from error
    return certificate
