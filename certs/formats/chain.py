# SPDX-License-Identifier: GPL-3.0-or-later
"""Is a certificate one of our chain? The verifier's side of `certs.keys.profile`.

On facts read by `certs.formats.x509_facts`.

Validity in time and revocation are asked elsewhere. docs/certificate.md has the table that is checked here.
"""

from certs.formats.x509_facts import COMMON_NAME, ORGANISATION_NAME, P256, CertificateFacts

# UUID-based OIDs (ITU-T X.667, arc 2.25) need no registration; document signing is RFC 9336.
STATION_POLICY = "2.25.147613372819403094858808198084070173185"
SPECIMEN_POLICY = "2.25.311057212437291740195618327245817394021"
SPECIMEN_USE = "2.25.98230178546923017465520183749261530077"
VALIDATOR_USE = "2.25.113128180524803309872653852054474512957"
EMAIL_PROTECTION, DOCUMENT_SIGNING, TIME_STAMPING = "1.3.6.1.5.5.7.3.4", "1.3.6.1.5.5.7.3.36", "1.3.6.1.5.5.7.3.8"
BASIC_CONSTRAINTS, KEY_USAGE, EXTENDED_KEY_USAGE = "2.5.29.19", "2.5.29.15", "2.5.29.37"
SPECIMEN_NAME = "SPECIMEN 样本 - "
"""Begins the organisation name of every specimen certificate."""
LONGEST_NAME = 64
"""X.520: upper bound for organisation and common names."""

_AUTHORITY = frozenset(("key_cert_sign", "crl_sign"))
_SIGNS_PAPERS = frozenset(("digital_signature", "content_commitment"))
_SIGNS_DECISIONS = frozenset(("digital_signature",))


class ChainError(ValueError):
    """A certificate is not one of ours; the text says what is wrong."""


def is_specimen(certificate: CertificateFacts) -> bool:
    """Does it carry the specimen policy?"""
    return SPECIMEN_POLICY in (certificate.policies or ())


def subject_organisation(name: str, *, specimen: bool) -> str:
    """The organisation name that the certificates of an issuer of this name carry: bounded, marked if a specimen."""
    return (SPECIMEN_NAME + name if specimen else name)[:LONGEST_NAME].strip()


def check_station(certificate: CertificateFacts, organisation: CertificateFacts) -> None:
    """The station's certificate is of our profile and issued by the organisation's. Raises: ChainError."""
    _check_leaf(certificate, organisation, "station", _SIGNS_PAPERS, (EMAIL_PROTECTION, DOCUMENT_SIGNING))


def check_validator(certificate: CertificateFacts, organisation: CertificateFacts) -> None:
    """The validator's certificate is of our profile, issued by the organisation, and no station's.

    Raises: ChainError.
    """
    _check_leaf(certificate, organisation, "validator", _SIGNS_DECISIONS, (VALIDATOR_USE,))


def check_organisation(certificate: CertificateFacts) -> None:
    """The organisation's certificate is of our profile, whoever issued it. Raises: ChainError."""
    _check_common(certificate)
    if not certificate.authority or certificate.path_length != 0:
        raise ChainError("organisation: basic constraints")
    if certificate.key_usage != _AUTHORITY:
        raise ChainError("organisation: key usage")


def check_root(certificate: CertificateFacts) -> None:
    """A root that can be pinned: self-signed, P-256, may sign certificates of authorities. Raises: ChainError."""
    if certificate.key_kind != P256 or not certificate.is_signed_by(certificate):
        raise ChainError("root: not issued by itself")
    if not certificate.authority or certificate.path_length == 0:
        raise ChainError("root: basic constraints")
    if certificate.key_usage != _AUTHORITY:
        raise ChainError("root: key usage")


def _check_leaf(
    certificate: CertificateFacts,
    organisation: CertificateFacts,
    kind: str,
    usage: frozenset[str],
    uses: tuple[str, ...],
) -> None:
    _check_common(certificate)
    if not certificate.is_signed_by(organisation):
        raise ChainError(f"{kind}: not issued by the certificate above")
    if not certificate.has_constraints or certificate.authority:
        raise ChainError(f"{kind}: basic constraints")
    if certificate.key_usage != usage:
        raise ChainError(f"{kind}: key usage")
    if certificate.extended_key_usage != (*uses, *((SPECIMEN_USE,) if is_specimen(certificate) else ())):
        raise ChainError(f"{kind}: extended key usage")
    if is_specimen(certificate) != is_specimen(organisation):
        raise ChainError(f"{kind}: policy differs from the organisation's")
    if certificate.name(ORGANISATION_NAME) != organisation.name(ORGANISATION_NAME):
        raise ChainError(f"{kind}: organisation name differs")


def _check_common(certificate: CertificateFacts) -> None:
    if certificate.key_kind != P256 or certificate.signature_kind != P256:
        raise ChainError("key or signature is not P-256")
    if certificate.policies not in ((STATION_POLICY,), (SPECIMEN_POLICY,)):
        raise ChainError("policy")
    name = certificate.name(ORGANISATION_NAME)
    if name is None or certificate.name(COMMON_NAME) is None:
        raise ChainError("name")
    if is_specimen(certificate) != name.startswith(SPECIMEN_NAME.strip()):
        raise ChainError("name and policy disagree on specimen")
    if certificate.foreign:
        raise ChainError("foreign extension")
    if certificate.critical - {BASIC_CONSTRAINTS, KEY_USAGE}:
        raise ChainError("critical extension")
