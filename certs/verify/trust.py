# SPDX-License-Identifier: GPL-3.0-or-later
"""Whom a verifier trusts: what was explicitly pinned, nobody else. The operating system's list plays no part.

A trust file is a PEM text of certificates, a log policy (C2SP tlog-policy) or a revocation list (DER or PEM). What a
certificate is pinned for, its own bytes say: time stamps if that is its only use or its file's name begins with
`tsa`, else papers. A folder is all such files in it.
"""

import base64
import binascii
import re
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from certs.errors import TrustFileError
from certs.formats import chain
from certs.formats.der import DerError
from certs.formats.x509_facts import CertificateFacts, RevocationFacts, read_certificate, read_revocation_list
from phones.frozen import dataclass
from phones.given_files import read_given

if TYPE_CHECKING:
    from certs.log.reading import LogPolicy, Snapshot

LARGEST_FILE = 256 * 1024
ENDINGS = (".pem", ".crt", ".crl", ".policy", ".tlog-policy")
"""What is read of a folder."""
_TSA = "tsa"
_BLOCK = re.compile(rb"-----BEGIN (CERTIFICATE|X509 CRL)-----\s([A-Za-z0-9+/=\s]+)-----END \1-----")
_POLICY = re.compile(rb"(?:[ \t]*(?:#[^\n]*)?\n)*[ \t]*(?:log|witness|group|quorum)[ \t]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """What the reader pinned. Without roots the best answer for a certificate is CANNOT TELL.

    `time_stampers`: time-stamping authorities or what stands above them. `log_policy`: the logs and witnesses that
    count; None when the reader knows none. `revocation_lists`: newer ones than a paper can carry.
    `longest_delay`: how long after its issue a paper may first have been seen.
    """

    roots: tuple[CertificateFacts, ...] = ()
    time_stampers: tuple[CertificateFacts, ...] = ()
    log_policy: "LogPolicy | None" = None
    revocation_lists: tuple[RevocationFacts, ...] = ()
    longest_delay: timedelta = timedelta(days=7)

    @classmethod
    def from_pem(cls, *texts: bytes) -> "Trust":
        """From PEM texts, each holding one or more certificates. Raises: TrustFileError."""
        return cls.from_bytes(("PEM", text) for text in texts)

    @classmethod
    def from_files(cls, paths: Iterable[Path]) -> "Trust":
        """From trust files and folders of them. Raises: TrustFileError, also for a folder without any."""
        return cls.from_bytes((path.name, content(path)) for given in paths for path in files_of(given))

    @classmethod
    def from_bytes(cls, files: Iterable[tuple[str, bytes]]) -> "Trust":
        """From trust files as names and bytes. Raises: TrustFileError: not one, or a second log policy."""
        roots: list[CertificateFacts] = []
        time_stampers: list[CertificateFacts] = []
        lists: list[RevocationFacts] = []
        policy: LogPolicy | None = None
        for name, data in files:
            if len(data) > LARGEST_FILE:
                raise TrustFileError(subject=name, got="too large")
            if _POLICY.match(data):
                if policy is not None:
                    raise TrustFileError(subject=name, got="a second log policy")
                policy = _policy(name, data)
                continue
            for kind, block in _blocks(name, data):
                if kind == b"X509 CRL":
                    lists.append(_list(block, name))
                elif name.casefold().startswith(_TSA) or _only_stamps_time(block):
                    time_stampers.append(_certificate(block, name))
                else:
                    roots.append(_root(block, name))
        return cls(
            roots=tuple(roots), time_stampers=tuple(time_stampers), log_policy=policy, revocation_lists=tuple(lists)
        )

    def status(self, data: bytes) -> "Snapshot":
        """An exported log (`proofwipe log export`), checked against the pinned policy.

        Raises: TrustFileError: no policy pinned, another log's, malformed, or not what its checkpoint says.
        """
        from certs.log.errors import LogReadError  # noqa: PLC0415 - only who brings a status file pays for it
        from certs.log.reading import Snapshot  # noqa: PLC0415 - as above

        if self.log_policy is None:
            raise TrustFileError(subject="--status", got="no log policy given")
        try:
            return Snapshot.parse(data, self.log_policy)
        except LogReadError as error:
            raise TrustFileError(subject="--status", got=f"{error.fault} {error.facts['got']}"[:120]) from error


def files_of(given: Path) -> list[Path]:
    """A trust file, or those of a folder. Raises: TrustFileError for a folder without any."""
    if not given.is_dir():
        return [given]
    found = sorted(path for path in given.iterdir() if path.suffix.casefold() in ENDINGS and path.is_file())
    if not found:
        raise TrustFileError(subject=given.name, got="no trust file in this folder")
    return found


def content(path: Path) -> bytes:
    """What a trust file holds. Raises: TrustFileError when it cannot be read."""
    try:
        return read_given(path, LARGEST_FILE + 1)
    except OSError as error:
        raise TrustFileError(subject=path.name, got=error.strerror or "") from error


def _blocks(name: str, data: bytes) -> list[tuple[bytes, bytes]]:
    """Kind and DER bytes of everything in a PEM text; or the one list that DER bytes are."""
    if data.startswith(b"\x30"):
        return [(b"X509 CRL", data)]
    try:
        found = [
            (kind, base64.b64decode(b"".join(block.split()), validate=True)) for kind, block in _BLOCK.findall(data)
        ]
    except binascii.Error as error:
        raise TrustFileError(subject=name, got="base64") from error
    if not found or data.count(b"-----BEGIN") != len(found):
        raise TrustFileError(subject=name, got="no certificate, or something else beside it")
    return found


def _certificate(data: bytes, name: str) -> CertificateFacts:
    try:
        return read_certificate(data)
    except DerError as error:
        raise TrustFileError(subject=name, got=str(error)[:120]) from error


def _only_stamps_time(data: bytes) -> bool:
    try:
        return read_certificate(data).extended_key_usage == (chain.TIME_STAMPING,)
    except DerError:
        return False


def _root(data: bytes, name: str) -> CertificateFacts:
    certificate = _certificate(data, name)
    try:
        chain.check_root(certificate)
    except chain.ChainError as error:
        raise TrustFileError(subject=name, got=str(error)[:120]) from error
    return certificate


def _list(data: bytes, name: str) -> RevocationFacts:
    try:
        return read_revocation_list(data)
    except DerError as error:
        raise TrustFileError(subject=name, got=str(error)[:120]) from error


def _policy(name: str, data: bytes) -> "LogPolicy":
    from certs.log.errors import LogReadError  # noqa: PLC0415 - only who pins a log pays for it
    from certs.log.policy import LogPolicy  # noqa: PLC0415 - as above

    try:
        return LogPolicy.parse(data)
    except LogReadError as error:
        raise TrustFileError(subject=name, got=str(error.facts["got"])[:120]) from error
