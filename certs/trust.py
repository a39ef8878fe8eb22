# SPDX-License-Identifier: GPL-3.0-or-later
"""Whom a verifier trusts: explicitly pinned roots, and nobody else. The operating system's list plays no part."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509

from certs import profile
from certs.errors import TrustFileError

_LARGEST_FILE = 256 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """The pinned roots. Without any, the best answer for a certificate is CANNOT TELL."""

    roots: tuple[x509.Certificate, ...] = ()

    @classmethod
    def from_pem(cls, *texts: bytes) -> "Trust":
        """Roots from PEM texts, each holding one or more. Raises: TrustFileError."""
        roots: list[x509.Certificate] = []
        for text in texts:
            try:
                found = x509.load_pem_x509_certificates(text)
                for certificate in found:
                    profile.check_root(certificate)
            except ValueError as error:
                raise TrustFileError(got=str(error)[:120]) from error
            roots += found
        return cls(roots=tuple(roots))

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
