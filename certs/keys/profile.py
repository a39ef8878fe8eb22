# SPDX-License-Identifier: GPL-3.0-or-later
"""What our X.509 certificates look like when they are issued; `certs.formats.chain` checks them, on facts read anew.

research/certificate.md 10.2 and 11: `cRLDistributionPoints` on every certificate below the root is what makes
NSS (pdfsig) say *trusted*; the URL need not answer. Specimen authorities (demo, tests of the virtual bench)
carry another policy and another extended key usage, in every certificate of the chain, so that no program
can take one for the other.
"""

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.x509.oid import ExtendedKeyUsageOID

from certs.formats import chain
from certs.formats.x509_facts import CertificateFacts, read_certificate

STATION_POLICY = x509.ObjectIdentifier(chain.STATION_POLICY)
SPECIMEN_POLICY = x509.ObjectIdentifier(chain.SPECIMEN_POLICY)
SPECIMEN_USE = x509.ObjectIdentifier(chain.SPECIMEN_USE)
VALIDATOR_USE = x509.ObjectIdentifier(chain.VALIDATOR_USE)
DOCUMENT_SIGNING = x509.ObjectIdentifier(chain.DOCUMENT_SIGNING)
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
    """A certificate has not the names that one of ours has; the text says what is wrong."""


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


def facts_of(certificate: x509.Certificate) -> CertificateFacts:
    """The certificate as verifiers read it, for the checks of `certs.formats.chain`. Raises: DerError."""
    return read_certificate(certificate.public_bytes(serialization.Encoding.DER))


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
