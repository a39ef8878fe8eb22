# SPDX-License-Identifier: GPL-3.0-or-later
"""Time stamps by an authority that is not ours (OpenSSL on loopback), in papers that other software checks too."""

import io
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyhanko.keys import load_certs_from_pemder_data
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.dss import DocumentSecurityStore

from certs.errors import TimeStampError
from certs.formats import cms, pdf_signature
from certs.formats.der import DerError
from certs.formats.time_stamp import check_token
from certs.formats.x509_facts import CertificateFacts, read_certificate
from certs.issue import Paper, issue
from certs.keys.authority import Authority, create_authority, pem
from certs.record.record import certificate_record
from certs.verify.trust import Trust
from certs.verify.verification import Answer
from certs.verify.verifier import verify
from tests.support.papers.synthetic_jobs import CERTIFICATE_ID, ISSUER, iphone_job
from tests.support.time_stamp_authority import MOODS, SILENT_S, TimeStampAuthority, time_stamp_authority
from transparency import time_stamping
from transparency.time_stamping import TimeStamper, connect

pytestmark = pytest.mark.tools
NOW = datetime.now(UTC).replace(microsecond=0)  # OpenSSL's authority stamps by this machine's clock


@pytest.fixture(scope="module")
def clock(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TimeStampAuthority]:
    with time_stamp_authority(tmp_path_factory.mktemp("tsa"), NOW - timedelta(days=1)) as running:
        yield running


@pytest.fixture(autouse=True)
def _honest_again(clock: TimeStampAuthority) -> Iterator[None]:
    yield
    clock.mood = "honest"


@pytest.fixture(scope="module")
def pinned(clock: TimeStampAuthority) -> tuple[CertificateFacts, ...]:
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding

    return (read_certificate(x509.load_pem_x509_certificate(clock.root).public_bytes(Encoding.DER)),)


@pytest.fixture(scope="module")
def stamper(clock: TimeStampAuthority, pinned: tuple[CertificateFacts, ...]) -> TimeStamper:
    return connect(clock.url, pinned, timeout_s=5.0)


@pytest.fixture(scope="module")
def today() -> Authority:
    return create_authority(ISSUER, "bench-1", now=NOW - timedelta(days=1))


def _issued(today: Authority, stamper: TimeStamper) -> Paper:
    signer = today.trial_signer()
    record = certificate_record(
        iphone_job(), ISSUER, signer.station, "basic", issued_at=NOW, certificate_id=CERTIFICATE_ID
    )
    return issue(record, signer, store=today.security_store(), stamper=stamper)


@pytest.fixture(scope="module")
def stamped(today: Authority, stamper: TimeStamper) -> Paper:
    return _issued(today, stamper)


def test_a_test_token_tells_size_chain_and_revocation_list(stamper: TimeStamper, clock: TimeStampAuthority) -> None:
    assert 1000 < stamper.token_room < cms.LARGEST_TOKEN_ROOM
    assert stamper.certificates == ()  # the token carries signer and root
    assert stamper.revocation_lists == ((clock.folder / "tsa.crl").read_bytes(),)


def test_a_token_is_about_the_signature(stamper: TimeStamper, pinned: tuple[CertificateFacts, ...]) -> None:
    token = stamper.stamp(b"a signature")
    found = check_token(token, b"a signature", pinned)
    assert found.pinned
    assert abs(found.at - datetime.now(UTC)) < timedelta(minutes=1)


def test_a_paper_carries_the_token_in_a_slot_filled_up_with_zeros(stamped: Paper, stamper: TimeStamper) -> None:
    assert stamped.unstamped is None
    container = pdf_signature.read_file(stamped.pdf).container
    parts = cms.read(container)
    assert parts.token
    assert container.endswith(b"\0\0")
    assert check_token(parts.token, parts.signature, stamper.pinned).pinned
    with pytest.raises(cms.CmsError):
        cms.read(container[:-1] + b"\1")


def test_our_verifier_finds_a_stamped_paper_valid(stamped: Paper, today: Authority) -> None:
    found = verify(stamped.pdf, Trust.from_pem(pem(today.root.certificate)), at=NOW)
    assert (found.answer, found.code) == (Answer.VALID, "")


def test_pyhanko_trusts_signature_and_stamp_with_hard_fail_revocation_from_the_file_alone(
    stamped: Paper, today: Authority, clock: TimeStampAuthority
) -> None:
    reader = PdfFileReader(io.BytesIO(stamped.pdf), strict=True)
    roots = list(load_certs_from_pemder_data(pem(today.root.certificate) + clock.root))
    context = DocumentSecurityStore.read_dss(reader).as_validation_context(
        {"trust_roots": roots, "revocation_mode": "hard-fail", "allow_fetching": False, "moment": NOW}
    )
    (embedded,) = reader.embedded_signatures
    status = validate_pdf_signature(embedded, context, skip_diff=True)
    assert status.bottom_line
    assert status.coverage.name == "ENTIRE_FILE"
    stamp = status.timestamp_validity
    assert stamp is not None
    assert stamp.intact
    assert stamp.trusted
    assert "INTACT:TRUSTED,TIMESTAMP_TOKEN<INTACT:TRUSTED>" in status.summary().replace(" ", "")


@pytest.mark.parametrize("mood", [mood for mood in MOODS if mood != "honest"])
def test_an_authority_that_fails_costs_its_timeout_at_most_and_the_paper_says_so(
    mood: str, today: Authority, clock: TimeStampAuthority, stamper: TimeStamper
) -> None:
    patient = TimeStamper(
        url=stamper.url,
        pinned=stamper.pinned,
        timeout_s=0.5,
        token_room=stamper.token_room,
        certificates=stamper.certificates,
        revocation_lists=stamper.revocation_lists,
    )
    if mood == "replaying":
        patient.stamp(b"first")
    clock.mood = mood
    begun = time.monotonic()
    with pytest.raises(TimeStampError):
        patient.stamp(b"signature")
    assert time.monotonic() - begun < SILENT_S / 2
    if mood in ("silent", "refusing"):
        paper = _issued(today, patient)
        assert isinstance(paper.unstamped, TimeStampError)
        assert cms.read(pdf_signature.read_file(paper.pdf).container).token == b""
        trust = Trust.from_pem(pem(today.root.certificate))
        assert verify(paper.pdf, trust, at=NOW).answer is Answer.VALID


def test_an_authority_nobody_pinned_is_refused(clock: TimeStampAuthority, today: Authority) -> None:
    others = Trust.from_pem(pem(today.root.certificate)).roots
    with pytest.raises(TimeStampError, match="time_stamp_root"):
        connect(clock.url, others, timeout_s=5.0)


@pytest.mark.parametrize(
    "url", ["ftp://127.0.0.1/x", "http://", "file:///etc/passwd", "nonsense", "http://127.0.0.1:1/"]
)
def test_an_address_that_cannot_answer_is_one_typed_error(url: str) -> None:
    with pytest.raises(TimeStampError):
        connect(url, (), timeout_s=1.0)


@given(st.binary(max_size=300))
def test_whatever_is_answered_only_typed_errors_come_out(reply: bytes) -> None:
    with pytest.raises((DerError, TimeStampError)):
        time_stamping._granted(reply)
