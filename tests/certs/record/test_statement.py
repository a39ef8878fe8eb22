# SPDX-License-Identifier: GPL-3.0-or-later
"""The statement works from paper alone, has one encoding, and a report's can never pass as a certificate's."""

from dataclasses import replace

import cbor2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given
from hypothesis import strategies as st

from certs.errors import StatementMalformedError
from certs.formats import base45
from certs.formats.ecdsa import P256_ORDER
from certs.formats.x509_facts import CertificateFacts, read_certificate
from certs.keys.authority import Authority
from certs.record.issuer import FileSigner
from certs.record.record import Record
from certs.record.statement import (
    LONGEST_TEXT,
    from_qr_text,
    is_signed_by,
    qr_text,
    read_statement,
    sign_statement,
    signer_among,
)
from tests.support.papers.synthetic_jobs import IMEI, SECOND_IMEI


def _facts(certificate: x509.Certificate) -> CertificateFacts:
    return read_certificate(certificate.public_bytes(Encoding.DER))


@pytest.fixture(scope="module")
def statement(record: Record, signer: FileSigner) -> bytes:
    return sign_statement(record.read.statement(), signer)


@pytest.mark.parametrize(
    ("data", "text"), [(b"AB", "BB8"), (b"Hello!!", "%69 VD92EX0"), (b"base-45", "UJCLQE7W581"), (b"", "")]
)
def test_base45_gives_the_examples_of_its_standard(data: bytes, text: str) -> None:
    assert base45.encode(data) == text
    assert base45.decode(text) == data


@given(st.binary(max_size=300))
def test_base45_reads_back_what_it_wrote(data: bytes) -> None:
    assert base45.decode(base45.encode(data)) == data


@pytest.mark.parametrize("text", ["A", "ABCD", "GGW", ":::", "::", "ab8", "é"])
def test_base45_refuses_what_no_encoder_writes(text: str) -> None:
    with pytest.raises(ValueError, match="base45"):
        base45.decode(text)


def test_a_statement_reads_back_as_it_was_made(record: Record, statement: bytes) -> None:
    assert read_statement(statement) == record.read.statement()
    assert from_qr_text(qr_text(statement)) == statement


def test_the_qr_text_fits_version_12_even_with_the_longest_names(signer: FileSigner, record: Record) -> None:
    longest = replace(record.read.statement(), issuer="x" * 40, model="y" * 27)
    text = qr_text(sign_statement(longest, signer))
    assert text.startswith("PW1:")
    assert set(text) <= set(base45.ALPHABET)
    assert len(text) <= LONGEST_TEXT


def test_long_names_are_cut_between_characters(record: Record) -> None:
    said = record.read.statement()
    assert len(said.issuer.encode()) <= 40
    assert record.facts.issuer.startswith(said.issuer)


def test_paper_alone_tells_the_phone_and_the_station(
    statement: bytes, authority: Authority, specimen_authority: Authority
) -> None:
    stations = [_facts(specimen_authority.station.certificate), _facts(authority.station.certificate)]
    assert signer_among(statement, stations) == stations[1]
    assert signer_among(statement, stations[:1]) is None
    said = read_statement(statement)
    assert said.committed == "imei"
    assert said.is_about(IMEI)
    assert said.is_about(f" {IMEI[:6]}-{IMEI[6:]} ")
    assert not said.is_about(SECOND_IMEI)
    assert not said.is_about("")


def test_a_statement_is_signed_by_its_station_only(
    statement: bytes, signer: FileSigner, specimen_signer: FileSigner
) -> None:
    assert is_signed_by(statement, _facts(signer.station.certificate))
    assert not is_signed_by(statement, _facts(specimen_signer.station.certificate))
    with pytest.raises(StatementMalformedError):
        sign_statement(read_statement(statement), specimen_signer)


def test_a_report_cannot_pass_as_a_certificate(report: Record, signer: FileSigner) -> None:
    statement = sign_statement(report.read.statement(), signer)
    text = qr_text(statement)
    assert text.startswith("PR1:")
    assert read_statement(statement).is_report
    with pytest.raises(StatementMalformedError):
        from_qr_text("PW1:" + text[4:])
    relabelled = statement.replace(b"\x63pr1", b"\x63pw1")
    assert read_statement(relabelled).kind == "pw1"
    assert not is_signed_by(relabelled, _facts(signer.station.certificate))


def test_the_larger_s_is_refused(statement: bytes, signer: FileSigner) -> None:
    s = P256_ORDER - int.from_bytes(statement[-32:], "big")
    other = statement[:-32] + s.to_bytes(32, "big")
    key = signer.station.certificate.public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    protected, _, payload, signature = cbor2.loads(other).value
    key.verify(  # the same signature to any other verifier
        utils.encode_dss_signature(int.from_bytes(signature[:32], "big"), s),
        cbor2.dumps(["Signature1", protected, b"", payload]),
        ec.ECDSA(hashes.SHA256()),
    )
    assert not is_signed_by(other, _facts(signer.station.certificate))


@given(at=st.integers(min_value=0), flip=st.integers(1, 255))
def test_a_flipped_byte_never_verifies(statement: bytes, signer: FileSigner, at: int, flip: int) -> None:
    changed = bytearray(statement)
    changed[at % len(changed)] ^= flip
    try:
        verified = is_signed_by(bytes(changed), _facts(signer.station.certificate))
    except StatementMalformedError:
        return
    assert not verified


@given(st.binary(max_size=300))
def test_foreign_bytes_are_refused_in_one_way(data: bytes) -> None:
    with pytest.raises(StatementMalformedError):
        read_statement(data)


@given(st.text(max_size=100))
def test_foreign_text_is_refused_in_one_way(text: str) -> None:
    with pytest.raises(StatementMalformedError):
        from_qr_text(text)


def _parts(statement: bytes) -> tuple[dict[int, object], dict[int, object]]:
    protected, _, payload, _ = cbor2.loads(statement).value
    return dict(cbor2.loads(protected)), dict(cbor2.loads(payload))


def _again(header: dict[int, object], fields: dict[int, object], **other: object) -> bytes:
    protected, payload = cbor2.dumps(header, canonical=True), cbor2.dumps(fields, canonical=True)
    value = [protected, other.get("unprotected", {}), payload, bytes(64)]
    return cbor2.dumps(cbor2.CBORTag(18, value), canonical=True)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        (1, 5),
        (6, -1),
        (6, True),
        (6, 2**70),
        (7, b"short"),
        (-1, b""),
        (-2, b"0" * 31),
        (-3, b"x"),
        (-4, 3),
        (-5, 8),
        (-6, b""),
        (-7, 5),
        (-7, 0),
        (99, 1),
        (1, "\udcff".encode("utf-8", "surrogateescape")),
    ],
)
def test_a_field_of_another_shape_is_refused(key: int, value: object, statement: bytes) -> None:
    header, fields = _parts(statement)
    fields[key] = value
    with pytest.raises(StatementMalformedError):
        read_statement(_again(header, fields))


@pytest.mark.parametrize(("key", "value"), [(1, -8), (4, b"1234567"), (16, "px1"), (16, 1), (3, "x")])
def test_a_header_of_another_shape_is_refused(key: int, value: object, statement: bytes) -> None:
    header, fields = _parts(statement)
    header[key] = value
    with pytest.raises(StatementMalformedError):
        read_statement(_again(header, fields))


def test_an_unprotected_header_is_refused(statement: bytes) -> None:
    header, fields = _parts(statement)
    assert read_statement(_again(header, fields))
    with pytest.raises(StatementMalformedError):
        read_statement(_again(header, fields, unprotected={4: b"x"}))


def test_trailing_bytes_and_other_encodings_are_refused(statement: bytes) -> None:
    for data in (statement + b"\x00", statement[1:], b"\xd8\x12" + statement[1:]):
        with pytest.raises(StatementMalformedError):
            read_statement(data)


@pytest.mark.parametrize("data", [b"\xa1" * 60 + b"\x00" * 61, b"\x81" * 300 + b"\x00", b"\xd2\x84" + b"\xa1\x00" * 60])
def test_maps_within_keys_of_maps_and_other_depths_are_refused_before_they_are_read(data: bytes) -> None:
    """The first takes the library longer than anybody waits: its time doubles with each map in a key."""
    with pytest.raises(StatementMalformedError) as caught:
        read_statement(data)
    assert caught.value.got == "cbor"
