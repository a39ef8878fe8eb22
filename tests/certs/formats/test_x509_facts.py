# SPDX-License-Identifier: GPL-3.0-or-later
"""Our reader of certificates says what `cryptography` says, and accepts nothing that `cryptography` refuses."""

import functools
from collections.abc import Callable
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from hypothesis import given, settings
from hypothesis import strategies as st

from certs.formats import chain
from certs.formats.der import DerError
from certs.formats.x509_facts import CertificateFacts, RevocationFacts, read_certificate, read_revocation_list
from certs.keys.authority import Authority
from tests.support.papers.synthetic_jobs import OPENED_AT

_REFUSALS = (
    ValueError,
    TypeError,
    UnsupportedAlgorithm,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
    x509.InvalidVersion,
)


def _der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)


@functools.cache
def _stranger() -> bytes:
    """What a time-stamping authority of somebody else's may look like: RSA, other names, a practice statement."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COUNTRY_NAME, "DE"), x509.NameAttribute(NameOID.COMMON_NAME, "Zeit")])
    builder = x509.CertificateBuilder(
        issuer_name=name,
        subject_name=name,
        public_key=key.public_key(),
        serial_number=2**158 + 5,
        not_valid_before=OPENED_AT,
        not_valid_after=OPENED_AT + timedelta(days=365 * 40),
    )
    policy = x509.PolicyInformation(x509.ObjectIdentifier("1.2.3.4"), ["https://example.invalid/cps"])
    for value, critical in (
        (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), True),
        (x509.CertificatePolicies([policy]), False),
        (x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False),
        (x509.SubjectAlternativeName([x509.DNSName("tsa.example")]), False),
    ):
        builder = builder.add_extension(value, critical=critical)
    return _der(builder.sign(key, hashes.SHA256()))


@pytest.fixture(scope="module")
def certificates(authority: Authority, specimen_authority: Authority) -> tuple[bytes, ...]:
    holders = [
        holder
        for chain_ in (authority, specimen_authority)
        for holder in (chain_.root, chain_.organisation, chain_.station)
    ]
    return (*(_der(holder.certificate) for holder in holders), _stranger())


def _same(facts: CertificateFacts) -> None:
    """Raises, or fails, unless `cryptography` reads the same out of the same bytes."""
    other = x509.load_der_x509_certificate(facts.encoded)
    assert facts.serial == other.serial_number
    assert (facts.not_before, facts.not_after) == (other.not_valid_before_utc, other.not_valid_after_utc)
    assert facts.issuer == other.issuer.public_bytes()
    assert facts.subject == other.subject.public_bytes()
    assert facts.names == tuple((part.oid.dotted_string, part.value) for part in other.subject)
    assert facts.body == other.tbs_certificate_bytes
    assert facts.signature == other.signature
    spki = serialization.PublicFormat.SubjectPublicKeyInfo
    assert facts.public_key == other.public_key().public_bytes(Encoding.DER, spki)
    assert isinstance(other.signature_hash_algorithm, hashes.SHA256)
    known = {extension.oid.dotted_string: extension for extension in other.extensions}
    assert facts.critical == {name for name, extension in known.items() if extension.critical}
    _same_extensions(facts, known)


def _same_extensions(facts: CertificateFacts, known: dict[str, "x509.Extension[x509.ExtensionType]"]) -> None:
    readers: dict[str, Callable[[CertificateFacts], x509.ExtensionType | None]] = {
        "2.5.29.19": lambda it: x509.BasicConstraints(it.authority, it.path_length) if it.has_constraints else None,
        "2.5.29.15": lambda it: (
            None
            if it.key_usage is None
            else x509.KeyUsage(
                **{
                    name: name in it.key_usage
                    for name in (
                        "digital_signature",
                        "content_commitment",
                        "key_encipherment",
                        "data_encipherment",
                        "key_agreement",
                        "key_cert_sign",
                        "crl_sign",
                        "encipher_only",
                        "decipher_only",
                    )
                }
            )
        ),
        "2.5.29.37": lambda it: (
            None
            if it.extended_key_usage is None
            else x509.ExtendedKeyUsage([x509.ObjectIdentifier(name) for name in it.extended_key_usage])
        ),
        "2.5.29.14": lambda it: None if it.subject_key_id is None else x509.SubjectKeyIdentifier(it.subject_key_id),
        "2.5.29.35": lambda it: (
            None if it.authority_key_id is None else x509.AuthorityKeyIdentifier(it.authority_key_id, None, None)
        ),
        "2.5.29.31": lambda it: (
            None
            if it.revocation_points is None
            else x509.CRLDistributionPoints(
                [
                    x509.DistributionPoint([x509.UniformResourceIdentifier(at)], None, None, None)
                    for at in it.revocation_points
                ]
            )
        ),
    }
    for name, reader in readers.items():
        if facts.authority_key_id == b"" and name == "2.5.29.35":  # by issuer and number, which nobody asks for
            assert name in known
        else:
            assert reader(facts) == (known[name].value if name in known else None), name
    policies = known.get("2.5.29.32")
    if policies is None:
        assert facts.policies is None
    else:
        assert isinstance(policies.value, x509.CertificatePolicies)
        assert facts.policies == tuple(policy.policy_identifier.dotted_string for policy in policies.value)
    assert {extension.name for extension in facts.foreign} == set(known) - {*readers, "2.5.29.32"}


def test_our_reader_says_what_cryptography_says(certificates: tuple[bytes, ...]) -> None:
    for data in certificates:
        _same(read_certificate(data))
    assert read_certificate(certificates[-1]).key_kind == "rsa"
    assert read_certificate(certificates[-1]).extended_key_usage == (chain.TIME_STAMPING,)


def test_signatures_are_judged_as_cryptography_judges_them(certificates: tuple[bytes, ...]) -> None:
    for data in certificates:
        for above in certificates:
            try:
                x509.load_der_x509_certificate(data).verify_directly_issued_by(x509.load_der_x509_certificate(above))
            except (ValueError, TypeError, InvalidSignature):
                good = False
            else:
                good = True
            facts, upper = read_certificate(data), read_certificate(above)
            if facts.authority_key_id is not None:
                assert facts.is_signed_by(upper) == good


@pytest.mark.filterwarnings("ignore:Attribute's length must be:UserWarning")  # the library, of a name that grew
@settings(max_examples=1500)
@given(
    which=st.integers(0, 6),
    at=st.integers(min_value=0),
    new=st.integers(0, 255),
    cut=st.integers(0, 3),
    more=st.binary(max_size=3),
)
def test_a_changed_certificate_is_refused_or_read_alike(
    certificates: tuple[bytes, ...], which: int, at: int, new: int, cut: int, more: bytes
) -> None:
    data = certificates[which]
    place = at % len(data)
    changed = data[:place] + (bytes((new,)) if cut == 0 else more) + data[place + (1 if cut == 0 else cut) :]
    try:
        facts = read_certificate(changed)
    except DerError:
        return
    if facts.foreign and which != 6:
        return  # an extension's name was changed: not looked into here, refused by every profile
    if not any(extension.name == "2.5.29.17" for extension in facts.foreign):
        _same(facts)


def test_every_byte_of_a_station_certificate_changed_three_ways(certificates: tuple[bytes, ...]) -> None:
    data = certificates[2]
    read = 0
    for at in range(len(data)):
        for change in (1, 0x80, 0x55):
            changed = data[:at] + bytes((data[at] ^ change,)) + data[at + 1 :]
            try:
                facts = read_certificate(changed)
            except DerError:
                continue
            if not facts.foreign:
                _same(facts)
                read += 1
    assert read > 200  # the signature and the key identifiers at least


def _list(authority: Authority, *, entries: int = 3, reasons: bool = True) -> bytes:
    above = authority.organisation.certificate
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(above.subject)
        .last_update(OPENED_AT)
        .next_update(OPENED_AT + timedelta(days=60))
        .add_extension(x509.CRLNumber(7), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.organisation.key.public_key()), critical=False
        )
    )
    for number in range(entries):
        one = x509.RevokedCertificateBuilder().serial_number(1000 + number).revocation_date(OPENED_AT)
        if reasons and number:
            one = one.add_extension(x509.CRLReason(x509.ReasonFlags.key_compromise), critical=False)
            one = one.add_extension(x509.InvalidityDate(OPENED_AT - timedelta(days=number)), critical=False)
        builder = builder.add_revoked_certificate(one.build())
    return builder.sign(authority.organisation.key, hashes.SHA256()).public_bytes(Encoding.DER)


def _same_list(facts: RevocationFacts) -> None:
    other = x509.load_der_x509_crl(facts.encoded)
    assert (facts.this_update, facts.next_update) == (other.last_update_utc, other.next_update_utc)
    assert facts.issuer == other.issuer.public_bytes()
    assert facts.body == other.tbs_certlist_bytes
    assert facts.signature == other.signature
    assert facts.number == other.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number
    assert [entry.serial for entry in facts.revoked] == [entry.serial_number for entry in other]
    assert [entry.at for entry in facts.revoked] == [entry.revocation_date_utc for entry in other]
    for ours, theirs in zip(facts.revoked, other, strict=True):
        dates = [
            found.value.invalidity_date_utc
            for found in theirs.extensions
            if isinstance(found.value, x509.InvalidityDate)
        ]
        assert dates == ([ours.invalid_since] if ours.invalid_since else [])


def test_a_revocation_list_is_read_as_cryptography_reads_it(authority: Authority) -> None:
    for entries in (0, 1, 3):
        facts = read_revocation_list(_list(authority, entries=entries))
        _same_list(facts)
        assert facts.is_signed_by(read_certificate(_der(authority.organisation.certificate)))
        assert not facts.is_signed_by(read_certificate(_der(authority.root.certificate)))
        assert not facts.is_signed_by(read_certificate(_der(authority.station.certificate)))
    found = facts.entry(1001)
    assert found is not None
    assert (found.reason, found.since) == (1, OPENED_AT - timedelta(days=1))
    assert facts.entry(1003) is None


@pytest.fixture(scope="module")
def revocation_list(authority: Authority) -> bytes:
    return _list(authority)


@settings(max_examples=600)
@given(at=st.integers(min_value=0), new=st.integers(0, 255))
def test_a_changed_revocation_list_is_refused_or_read_alike(revocation_list: bytes, at: int, new: int) -> None:
    place = at % len(revocation_list)
    try:
        facts = read_revocation_list(revocation_list[:place] + bytes((new,)) + revocation_list[place + 1 :])
    except DerError:
        return
    _same_list(facts)


@given(st.binary(max_size=300))
def test_foreign_bytes_are_refused_in_one_way(data: bytes) -> None:
    for read in (read_certificate, read_revocation_list):
        with pytest.raises(DerError):
            read(data)


def test_a_point_off_the_curve_and_a_small_modulus_are_no_keys(authority: Authority) -> None:
    data = _der(authority.station.certificate)
    key = authority.station.key.public_key().public_bytes(Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    assert data.count(key) == 1
    with pytest.raises(DerError, match="public key"):
        read_certificate(data.replace(key, key[:-1] + bytes((key[-1] ^ 1,))))
    small = rsa.generate_private_key(public_exponent=65537, key_size=1024)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "small")])
    builder = x509.CertificateBuilder(name, name, small.public_key(), 5, OPENED_AT, OPENED_AT + timedelta(days=1))
    made = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    with pytest.raises(DerError, match="public key"):
        read_certificate(_der(made.sign(small, hashes.SHA256())))
    other = ec.generate_private_key(ec.SECP384R1())
    made = x509.CertificateBuilder(name, name, other.public_key(), 5, OPENED_AT, OPENED_AT + timedelta(days=1))
    with pytest.raises(DerError):
        read_certificate(_der(made.sign(other, hashes.SHA256())))
