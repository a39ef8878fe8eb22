# SPDX-License-Identifier: GPL-3.0-or-later
"""What our X.509 certificates look like: the same table writes them and checks them.

research/certificate.md 10.2 and 11: `cRLDistributionPoints` on every certificate below the root is what makes
NSS (pdfsig) say *trusted*; the URL need not answer. Specimen authorities (demo, tests of the virtual bench)
carry another policy and another extended key usage, in every certificate of the chain, so that no program
can take one for the other.
"""

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID

# UUID-based OIDs (ITU-T X.667, arc 2.25) need no registration.
STATION_POLICY = x509.ObjectIdentifier("2.25.147613372819403094858808198084070173185")
SPECIMEN_POLICY = x509.ObjectIdentifier("2.25.311057212437291740195618327245817394021")
SPECIMEN_USE = x509.ObjectIdentifier("2.25.98230178546923017465520183749261530077")
VALIDATOR_USE = x509.ObjectIdentifier("2.25.113128180524803309872653852054474512957")
DOCUMENT_SIGNING = x509.ObjectIdentifier("1.3.6.1.5.5.7.3.36")  # RFC 9336
SPECIMEN_NAME = "SPECIMEN 样本 - "
"""Begins the organisation name of every specimen certificate."""

LONGEST_NAME = 64  # X.520 upper bound for organisation and common names


HOSTILE = (
    ValueError,
    TypeError,
    UnsupportedAlgorithm,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
    x509.InvalidVersion,
)
"""What `cryptography` raises when it is shown a certificate that is none, or not one it knows."""


class ProfileError(ValueError):
    """A certificate is not one of ours; the text says what is wrong."""


def is_specimen(certificate: x509.Certificate) -> bool:
    """Does it carry the specimen policy?"""
    return SPECIMEN_POLICY in _policies(certificate)


def _policies(certificate: x509.Certificate) -> tuple[x509.ObjectIdentifier, ...]:
    try:
        found = certificate.extensions.get_extension_for_class(x509.CertificatePolicies).value
    except (x509.ExtensionNotFound, ValueError):
        return ()
    return tuple(policy.policy_identifier for policy in found)


def authority_usage() -> x509.KeyUsage:
    """Signs certificates and revocation lists, nothing else."""
    return _usage(signs_papers=False)


def station_usage() -> x509.KeyUsage:
    """Signs papers, nothing else."""
    return _usage(signs_papers=True)


def _usage(*, signs_papers: bool, signs_decisions: bool = False) -> x509.KeyUsage:
    authority = not signs_papers and not signs_decisions
    return x509.KeyUsage(
        digital_signature=not authority,
        content_commitment=signs_papers,
        key_cert_sign=authority,
        crl_sign=authority,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def station_uses(*, specimen: bool) -> x509.ExtendedKeyUsage:
    """Extended key usages of a station."""
    uses = [ExtendedKeyUsageOID.EMAIL_PROTECTION, DOCUMENT_SIGNING]
    return x509.ExtendedKeyUsage([*uses, SPECIMEN_USE] if specimen else uses)


def validator_usage() -> x509.KeyUsage:
    """Signs decisions: `digitalSignature` alone, with which no reader of PDF takes it for a paper's signer."""
    return _usage(signs_papers=False, signs_decisions=True)


def validator_uses(*, specimen: bool) -> x509.ExtendedKeyUsage:
    """Extended key usages of a validator: ours, and nothing that a PDF or mail program knows."""
    return x509.ExtendedKeyUsage([VALIDATOR_USE, SPECIMEN_USE] if specimen else [VALIDATOR_USE])


def policies(*, specimen: bool) -> x509.CertificatePolicies:
    """The policy that tells a station's chain from a specimen's."""
    identifier = SPECIMEN_POLICY if specimen else STATION_POLICY
    return x509.CertificatePolicies([x509.PolicyInformation(identifier, None)])


def check_station(certificate: x509.Certificate, organisation: x509.Certificate) -> None:
    """The station's certificate is of our profile and issued by the organisation's.

    Validity in time is not looked at here. Raises: ProfileError.
    """
    _check_common(certificate)
    _check_issued_by(certificate, organisation)
    if _value(certificate, x509.BasicConstraints) != x509.BasicConstraints(ca=False, path_length=None):
        raise ProfileError("station: basic constraints")
    if _value(certificate, x509.KeyUsage) != station_usage():
        raise ProfileError("station: key usage")
    if _value(certificate, x509.ExtendedKeyUsage) != station_uses(specimen=is_specimen(certificate)):
        raise ProfileError("station: extended key usage")
    if is_specimen(certificate) != is_specimen(organisation):
        raise ProfileError("station: policy differs from the organisation's")
    if organisation_name(certificate) != organisation_name(organisation):
        raise ProfileError("station: organisation name differs")


def check_validator(certificate: x509.Certificate, organisation: x509.Certificate) -> None:
    """The validator's certificate is of our profile, issued by the organisation, and cannot pass for a station's.

    Validity in time is not looked at here. Raises: ProfileError.
    """
    check_below(certificate, organisation)
    if extension(certificate, x509.BasicConstraints) != x509.BasicConstraints(ca=False, path_length=None):
        raise ProfileError("validator: basic constraints")
    if extension(certificate, x509.KeyUsage) != validator_usage():
        raise ProfileError("validator: key usage")
    if extension(certificate, x509.ExtendedKeyUsage) != validator_uses(specimen=is_specimen(certificate)):
        raise ProfileError("validator: extended key usage")
    common_name(certificate)


def check_below(certificate: x509.Certificate, organisation: x509.Certificate) -> None:
    """What every certificate issued by an organisation has, whatever its use. Raises: ProfileError."""
    _check_common(certificate)
    _check_issued_by(certificate, organisation)
    if is_specimen(certificate) != is_specimen(organisation):
        raise ProfileError("policy differs from the organisation's")
    if organisation_name(certificate) != organisation_name(organisation):
        raise ProfileError("organisation name differs")


def extension(certificate: x509.Certificate, kind: type[x509.ExtensionType]) -> x509.ExtensionType | None:
    """The value of one of its extensions, or None."""
    return _value(certificate, kind)


def check_organisation(certificate: x509.Certificate) -> None:
    """The organisation's certificate is of our profile, whoever issued it. Raises: ProfileError."""
    _check_common(certificate)
    if _value(certificate, x509.BasicConstraints) != x509.BasicConstraints(ca=True, path_length=0):
        raise ProfileError("organisation: basic constraints")
    if _value(certificate, x509.KeyUsage) != authority_usage():
        raise ProfileError("organisation: key usage")


def check_root(certificate: x509.Certificate) -> None:
    """A pinned root: self-signed, P-256, may sign certificates. Raises: ProfileError."""
    _check_key(certificate)
    _check_issued_by(certificate, certificate)
    constraints = _value(certificate, x509.BasicConstraints)
    if not isinstance(constraints, x509.BasicConstraints) or not constraints.ca or constraints.path_length == 0:
        raise ProfileError("root: basic constraints")
    if _value(certificate, x509.KeyUsage) != authority_usage():
        raise ProfileError("root: key usage")


def is_issued_by(certificate: x509.Certificate, authority: x509.Certificate) -> bool:
    """Names match, key identifiers match, and the signature verifies."""
    try:
        _check_issued_by(certificate, authority)
    except ProfileError:
        return False
    return True


def organisation_name(certificate: x509.Certificate) -> str:
    """The O of its subject. Raises: ProfileError unless there is exactly one."""
    found = certificate.subject.get_attributes_for_oid(x509.NameOID.ORGANIZATION_NAME)
    if len(found) != 1:
        raise ProfileError("organisation name")
    return str(found[0].value)


def common_name(certificate: x509.Certificate) -> str:
    """The CN of its subject. Raises: ProfileError unless there is exactly one."""
    found = certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    if len(found) != 1:
        raise ProfileError("common name")
    return str(found[0].value)


def subject_organisation(name: str, *, specimen: bool) -> str:
    """The O that an issuer of this name gets: bounded, and marked if a specimen."""
    return (SPECIMEN_NAME + name if specimen else name)[:LONGEST_NAME].strip()


def _check_common(certificate: x509.Certificate) -> None:
    _check_key(certificate)
    if not isinstance(certificate.signature_hash_algorithm, hashes.SHA256):
        raise ProfileError("signature algorithm")
    if _policies(certificate) not in ((STATION_POLICY,), (SPECIMEN_POLICY,)):
        raise ProfileError("policy")
    if is_specimen(certificate) != organisation_name(certificate).startswith(SPECIMEN_NAME.strip()):
        raise ProfileError("name and policy disagree on specimen")
    known = {
        x509.BasicConstraints.oid,
        x509.KeyUsage.oid,
        x509.ExtendedKeyUsage.oid,
        x509.SubjectKeyIdentifier.oid,
        x509.AuthorityKeyIdentifier.oid,
        x509.CertificatePolicies.oid,
        x509.CRLDistributionPoints.oid,
    }
    if any(extension.oid not in known for extension in certificate.extensions):
        raise ProfileError("foreign extension")


def _check_key(certificate: x509.Certificate) -> None:
    key = certificate.public_key()
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise ProfileError("key is not P-256")


def _check_issued_by(certificate: x509.Certificate, authority: x509.Certificate) -> None:
    try:
        certificate.verify_directly_issued_by(authority)
    except (ValueError, TypeError, InvalidSignature) as error:
        raise ProfileError("not issued by the certificate above") from error
    above = _value(authority, x509.SubjectKeyIdentifier)
    named = _value(certificate, x509.AuthorityKeyIdentifier)
    if not isinstance(above, x509.SubjectKeyIdentifier) or not isinstance(named, x509.AuthorityKeyIdentifier):
        raise ProfileError("key identifiers")
    if named.key_identifier != above.digest:
        raise ProfileError("key identifiers differ")


def _value(certificate: x509.Certificate, kind: type[x509.ExtensionType]) -> x509.ExtensionType | None:
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except (x509.ExtensionNotFound, ValueError):
        return None
