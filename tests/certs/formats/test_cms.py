# SPDX-License-Identifier: GPL-3.0-or-later
"""The signature container is one template; nothing can be put into it, and it has one valid form per signature."""

import hashlib
from dataclasses import replace

import pytest
from asn1crypto import cms as asn1_cms
from asn1crypto import core as asn1_core
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import utils
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given
from hypothesis import strategies as st

from certs.formats import cms, der
from certs.formats.ecdsa import P256_ORDER, has_smaller_s, with_smaller_s
from certs.formats.x509_facts import read_certificate
from certs.keys.authority import Authority
from certs.record.issuer import FileSigner, Station

DIGEST = hashlib.sha256(b"a page").digest()


@pytest.fixture(scope="module")
def container(signer: FileSigner) -> bytes:
    return cms.sign(DIGEST, signer)


def test_every_container_has_the_announced_size(signer: FileSigner) -> None:
    sizes = {len(cms.sign(DIGEST, signer)) for _ in range(40)}
    assert sizes == {cms.container_bytes(signer.station)}


def test_a_container_reads_back_and_verifies(container: bytes, signer: FileSigner) -> None:
    parts = cms.read(container)
    assert parts.digest == DIGEST
    assert cms.is_signed(parts, read_certificate(parts.station))
    assert parts.station != parts.organisation
    assert x509.load_der_x509_certificate(parts.station) == signer.station.certificate


def test_other_software_reads_the_same(container: bytes, signer: FileSigner) -> None:
    signed = asn1_cms.ContentInfo.load(container, strict=True)["content"]
    info = signed["signer_infos"][0]
    names = {attribute["type"].dotted for attribute in info["signed_attrs"]}
    assert names == {"1.2.840.113549.1.9.3", "1.2.840.113549.1.9.4", "1.2.840.113549.1.9.16.2.47"}
    assert info["unsigned_attrs"].native is None
    encoded = [certificate.dump() for certificate in signed["certificates"]]
    assert encoded == sorted(encoded)
    assert info["sid"].chosen["serial_number"].native == signer.station.certificate.serial_number


@given(at=st.integers(min_value=0), flip=st.integers(1, 255))
def test_a_flipped_byte_never_verifies(container: bytes, signer: FileSigner, at: int, flip: int) -> None:
    changed = bytearray(container)
    changed[at % len(changed)] ^= flip
    try:
        parts = cms.read(bytes(changed))
    except cms.CmsError:
        return
    assert parts.digest != DIGEST or not cms.is_signed(parts, read_certificate(signer.station.encoded[0]))


@given(st.binary(max_size=200))
def test_foreign_bytes_are_refused_in_one_way(data: bytes) -> None:
    with pytest.raises(cms.CmsError):
        cms.read(data)


@given(cut=st.integers(min_value=0), more=st.binary(max_size=20))
def test_a_container_cut_or_grown_is_refused(container: bytes, cut: int, more: bytes) -> None:
    changed = container[: cut % len(container)] + more
    if len(changed) == len(container):
        return  # neither: other bytes of the signature are another signature, which is not for `read` to judge
    with pytest.raises(cms.CmsError):
        cms.read(changed)


def test_the_larger_s_does_not_make_a_second_valid_file(container: bytes, signer: FileSigner) -> None:
    parts = cms.read(container)
    r, s = utils.decode_dss_signature(parts.signature)
    other = utils.encode_dss_signature(r, P256_ORDER - s)
    assert not has_smaller_s(other)
    assert with_smaller_s(other) == parts.signature
    grown = cms.SignedDigest(
        station=parts.station, organisation=parts.organisation, digest=parts.digest, signature=other
    )
    assert not cms.is_signed(grown, read_certificate(signer.station.encoded[0]))


def test_no_unsigned_attribute_and_no_third_certificate_fit(container: bytes, authority: Authority) -> None:
    info = asn1_cms.ContentInfo.load(container)
    extra = asn1_x509.Certificate.load(authority.root.certificate.public_bytes(Encoding.DER))
    info["content"]["certificates"].append(asn1_cms.CertificateChoices(name="certificate", value=extra))
    with pytest.raises(cms.CmsError):
        cms.read(info.dump(force=True))
    other = asn1_cms.ContentInfo.load(container)
    other["content"]["signer_infos"][0]["unsigned_attrs"] = asn1_cms.CMSAttributes(
        [{"type": "1.2.3.4", "values": [asn1_core.Null()]}]
    )
    with pytest.raises(cms.CmsError):
        cms.read(other.dump(force=True))


class _StuckSigner:
    """A broken signer that always gives the same answer of another length."""

    def __init__(self, station: Station) -> None:
        self.station = station

    def sign(self, _data: bytes) -> bytes:
        return utils.encode_dss_signature(1, 1)


def test_a_signer_that_never_fits_is_given_up(signer: FileSigner) -> None:
    with pytest.raises(cms.CmsError):
        cms.sign(DIGEST, _StuckSigner(signer.station))


@given(st.integers(0, 2**70))
def test_integers_are_encoded_as_der(value: int) -> None:
    assert der.integer(value) == asn1_core.Integer(value).dump()


@pytest.mark.parametrize(
    "data",
    [b"", b"\x30", b"\x30\x80\x00\x00", b"\x30\x81\x01\x00", b"\x1f\x01\x00", b"\x30\x82\x00\x80", b"\x30\x01\x00\x00"],
)
def test_der_that_is_not_strict_is_refused(data: bytes) -> None:
    with pytest.raises(der.DerError):
        der.read(data)


@given(digest=st.binary(min_size=32, max_size=32), signature=st.binary(min_size=71, max_size=71))
def test_the_prepared_template_is_the_written_one(container: bytes, digest: bytes, signature: bytes) -> None:
    parts = replace(cms.read(container), digest=digest, signature=signature)
    assert cms.build(parts) == cms._built(parts)
    assert cms._signed_attributes(parts) == cms._written_attributes(parts)
