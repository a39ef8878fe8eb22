# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificate revocation lists as an issuer writes them (RFC 5280 5): the organisation's over stations and
validators, the root's over organisations.

`revocationDate` is the date the person gives (the day a key was lost, not the day somebody noticed), because that
is the date every reader looks at; `thisUpdate` says when it became known. Lists travel inside papers, so they are
made even while nothing is revoked. Verifiers read them with their own reader, not with this module.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from certs.formats.x509_facts import read_revocation_list
from certs.keys.profile import HOSTILE

ORGANISATION_LIST_LIFE = timedelta(days=60)
ROOT_LIST_LIFE = timedelta(days=365)
LARGEST_LIST = 256 * 1024
_CLOCK_SKEW = timedelta(minutes=5)


class Reason(Enum):
    """Why a certificate is revoked, in RFC 5280's words; the values are what is typed."""

    KEY_COMPROMISE = "key-compromise"
    SUPERSEDED = "superseded"
    STOPPED = "stopped"
    PERSON_LEFT = "person-left"

    @property
    def flag(self) -> x509.ReasonFlags:
        """The reason as X.509 says it."""
        return _FLAGS[self]


_FLAGS = {
    Reason.KEY_COMPROMISE: x509.ReasonFlags.key_compromise,
    Reason.SUPERSEDED: x509.ReasonFlags.superseded,
    Reason.STOPPED: x509.ReasonFlags.cessation_of_operation,
    Reason.PERSON_LEFT: x509.ReasonFlags.affiliation_changed,
}
_REASONS = {flag: reason for reason, flag in _FLAGS.items()}


class RevocationListError(ValueError):
    """The bytes are no list that this authority wrote; the text says what is wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Revoked:
    """One revoked certificate. `at`: from when on its signatures count for nothing (aware, whole seconds)."""

    serial: int
    at: datetime
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class RevocationList:
    """A list as it was written. `made_at` and `renew_by`: aware; `number` only ever grows."""

    number: int
    made_at: datetime
    renew_by: datetime
    revoked: tuple[Revoked, ...] = ()

    def is_current(self, at: datetime) -> bool:
        """Does the list speak for that moment?"""
        return self.made_at <= at <= self.renew_by


def write_list(
    issuer: x509.Certificate,
    key: ec.EllipticCurvePrivateKey,
    revoked: tuple[Revoked, ...],
    *,
    number: int,
    now: datetime,
    life: timedelta,
) -> bytes:
    """A signed list, DER. `now`: aware."""
    made_at = (now - _CLOCK_SKEW).replace(microsecond=0)
    identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key())
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.subject)
        .last_update(made_at)
        .next_update(made_at + life)
        .add_extension(identifier, critical=False)
        .add_extension(x509.CRLNumber(number), critical=False)
    )
    for one in sorted(revoked, key=lambda each: (each.at, each.serial)):
        entry = x509.RevokedCertificateBuilder().serial_number(one.serial)
        entry = entry.revocation_date(one.at.replace(microsecond=0))
        entry = entry.add_extension(x509.CRLReason(one.reason.flag), critical=False)
        builder = builder.add_revoked_certificate(entry.build())
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def next_number(last: int, now: datetime) -> int:
    """A number greater than the last; the Unix time, so that it grows even if the list before was lost."""
    return max(last + 1, int(now.timestamp()))


def read_list(data: bytes, issuer: x509.Certificate) -> RevocationList:
    """A list that `issuer` signed, read back. Raises: RevocationListError.

    Our strict reader looks first: the library overlooks, for one, unused bits of the signature's bit string, and a
    list that readers of our papers would refuse must not go into one.
    """
    try:
        read_revocation_list(data)
        found = x509.load_der_x509_crl(data)
        key = issuer.public_key()
        if not isinstance(key, ec.EllipticCurvePublicKey) or not found.is_signature_valid(key):
            raise RevocationListError("not signed by this authority")
        if found.issuer != issuer.subject or found.next_update_utc is None:
            raise RevocationListError("another authority's list")
        number = found.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number
        revoked = tuple(_read_entry(entry) for entry in found)
    except (*HOSTILE, x509.ExtensionNotFound) as error:
        raise RevocationListError(str(error)[:80]) from error
    return RevocationList(number=number, made_at=found.last_update_utc, renew_by=found.next_update_utc, revoked=revoked)


def _read_entry(entry: x509.RevokedCertificate) -> Revoked:
    flag = entry.extensions.get_extension_for_class(x509.CRLReason).value.reason
    if flag not in _REASONS:
        raise RevocationListError("reason")
    return Revoked(serial=entry.serial_number, at=entry.revocation_date_utc, reason=_REASONS[flag])
