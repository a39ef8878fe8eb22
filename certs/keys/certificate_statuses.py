# SPDX-License-Identifier: GPL-3.0-or-later
"""Which certificates a key folder has issued, how each stands, and revoking one."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography import x509

from certs.errors import (
    CertificateNotFoundError,
    KeyUnreadableError,
    RevocationListMissingError,
)
from certs.keys import profile
from certs.keys.authority import OLD, read_certificate
from certs.keys.list_renewal import ORGANISATION, list_of, renew_organisation_list, renew_root_list
from certs.keys.revocation_lists import (
    Reason,
    Revoked,
)
from certs.record.issuer import key_id

VALIDATORS = "validators"
STATION, OLD_STATION, VALIDATOR = "station", "old_station", "validator"


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateStatus:
    """One certificate issued here and how it stands. `revoked`: None unless a list names it. `path`: its PEM file."""

    kind: str
    name: str
    certificate: x509.Certificate
    path: Path
    revoked: Revoked | None = None

    @property
    def key_id(self) -> str:
        """16 hex digits naming its key."""
        return key_id(self.certificate)


def find(folder: Path, wanted: str) -> CertificateStatus:
    """The one certificate of that name or key id. Raises: CertificateNotFoundError, KeyUnreadableError."""
    known = certificate_statuses(folder)
    found = [one for one in known if wanted == one.key_id] or [one for one in known if wanted == one.name]
    if len(found) > 1:  # a station of several years: the current one is meant
        found = [one for one in found if one.kind == STATION] or found
    if len(found) != 1:
        names = ", ".join(f"{one.name} {one.key_id}" for one in known)
        raise CertificateNotFoundError(subject=wanted, known=names)
    return found[0]


def certificate_statuses(folder: Path) -> tuple[CertificateStatus, ...]:
    """Every certificate issued here below the organisation, the current station's first. Raises: KeyUnreadableError."""
    try:
        revoked = {one.serial: one for one in list_of(folder, ORGANISATION).revoked}
    except RevocationListMissingError:
        revoked = {}
    found = []
    for kind, path in _certificate_files(folder):
        certificate = read_certificate(path)
        try:
            name = profile.common_name(certificate)
        except profile.ProfileError as error:
            raise KeyUnreadableError(subject=path.name) from error
        found.append(
            CertificateStatus(
                kind=kind,
                name=name,
                certificate=certificate,
                path=path,
                revoked=revoked.get(certificate.serial_number),
            )
        )
    return tuple(found)


def _certificate_files(folder: Path) -> Iterator[tuple[str, Path]]:
    yield STATION, folder / "station.pem"
    yield from ((OLD_STATION, path) for path in sorted((folder / OLD).glob("station-*.pem")))
    yield from ((OLD_STATION, path) for path in sorted(folder.glob("station-*.pem")))  # kept so before there was old/
    yield from ((VALIDATOR, path) for path in sorted((folder / VALIDATORS).glob("*.pem")))


def revoke(
    folder: Path,
    passphrase: str,
    wanted: str,
    *,
    at: datetime,
    reason: Reason,
    now: datetime,
    root_folder: Path | None = None,
) -> CertificateStatus:
    """Revoke a station or validator from `at` on (aware); what it signed before keeps standing.

    `wanted`: name or key id. With `root_folder`, whose key is then needed, also "organisation". A certificate that
    is revoked already keeps the earlier date. Raises: CertificateNotFoundError, KeyFileError, OSError.
    """
    if root_folder is not None and wanted == ORGANISATION:
        found = CertificateStatus(
            kind=ORGANISATION,
            name=ORGANISATION,
            certificate=read_certificate(folder / "organisation.pem"),
            path=folder / "organisation.pem",
        )
        renew_root_list(folder, root_folder, passphrase, now=now, more=_entry(found, at, reason))
        return found
    found = find(folder, wanted)
    renew_organisation_list(folder, passphrase, now=now, more=_entry(found, at, reason))
    return find(folder, found.key_id)


def _entry(found: CertificateStatus, at: datetime, reason: Reason) -> Revoked:
    return Revoked(serial=found.certificate.serial_number, at=at.replace(microsecond=0), reason=reason)
