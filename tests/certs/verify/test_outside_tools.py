# SPDX-License-Identifier: GPL-3.0-or-later
"""Software we did not write says the same of our papers: pdfsig with NSS, pyHanko, a QR reader, another JSON reader."""

import io
import json
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import cbor2
import pypdf
import pytest
from asn1crypto import crl
from pyhanko.keys import load_cert_from_pemder, load_certs_from_pemder_data
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko_certvalidator import ValidationContext

from certs.issue import Paper, issue
from certs.keys.authority import Authority, create_authority, pem
from certs.keys.revocation_lists import Reason, Revoked, write_list
from certs.record.record import Record, certificate_record
from certs.record.statement import qr_text
from tests.support.papers.synthetic_jobs import CERTIFICATE_ID, ISSUED_AT, ISSUER, iphone_job

NOW = datetime.now(UTC).replace(microsecond=0)  # NSS judges by today's date


@pytest.fixture(scope="module")
def today() -> Authority:
    return create_authority(ISSUER, "bench-1", now=NOW - timedelta(days=1))


@pytest.fixture(scope="module")
def complete(today: Authority) -> Paper:
    """Issued today, with the chain and its revocation lists in the file."""
    signer = today.trial_signer()
    record = certificate_record(
        iphone_job(), ISSUER, signer.station, "basic", issued_at=NOW, certificate_id=CERTIFICATE_ID
    )
    return issue(record, signer, store=today.security_store())


@pytest.fixture
def file(tmp_path: Path, complete: Paper) -> Path:
    path = tmp_path / "paper.pdf"
    path.write_bytes(complete.pdf)
    return path


def _run(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout


@pytest.mark.tools
def test_pdfsig_says_valid_total_and_trusted_with_the_root_imported(
    file: Path, tmp_path: Path, today: Authority
) -> None:
    store, root = f"sql:{tmp_path / 'nss'}", tmp_path / "root.pem"
    (tmp_path / "nss").mkdir()
    root.write_bytes(pem(today.root.certificate))
    _run("certutil", "-N", "-d", store, "--empty-password")
    _run("certutil", "-A", "-d", store, "-n", "trustanchor", "-t", "CT,C,C", "-i", str(root))
    said = _run("pdfsig", "-no-ocsp", "-nssdir", store, str(file))
    assert "Signature is Valid." in said
    assert "Total document signed" in said
    assert "Certificate is Trusted." in said


@pytest.mark.tools
def test_pdfsig_trusts_nothing_without_the_root(file: Path, tmp_path: Path) -> None:
    (tmp_path / "nss").mkdir()
    store = f"sql:{tmp_path / 'nss'}"
    _run("certutil", "-N", "-d", store, "--empty-password")
    said = _run("pdfsig", "-no-ocsp", "-nssdir", store, str(file))
    assert "Signature is Valid." in said
    assert "Certificate is Trusted." not in said


def test_pyhanko_validates_the_whole_file(paper: Paper, authority: Authority, tmp_path: Path) -> None:
    root = tmp_path / "root.pem"
    root.write_bytes(pem(authority.root.certificate))
    reader = PdfFileReader(io.BytesIO(paper.pdf), strict=True)
    (embedded,) = reader.embedded_signatures
    context = ValidationContext(
        trust_roots=[load_cert_from_pemder(str(root))],
        moment=ISSUED_AT,
        best_signature_time=ISSUED_AT,
        allow_fetching=False,
    )
    status = validate_pdf_signature(embedded, context, skip_diff=True)
    assert status.bottom_line
    assert status.coverage.name == "ENTIRE_FILE"
    assert status.docmdp_ok is None or status.docmdp_ok


def _hard_fail(paper: Paper, root: bytes, *more: crl.CertificateList) -> bool:
    """pyHanko with nothing but the file and the root: is every certificate shown not to be revoked?"""
    reader = PdfFileReader(io.BytesIO(paper.pdf), strict=True)
    options: dict[str, Any] = {
        "trust_roots": list(load_certs_from_pemder_data(root)),
        "revocation_mode": "hard-fail",
        "allow_fetching": False,
        "moment": NOW,
    }
    if more or "/DSS" not in reader.root:
        context = ValidationContext(**options, crls=list(more))
    else:
        context = DocumentSecurityStore.read_dss(reader).as_validation_context(options)
    (embedded,) = reader.embedded_signatures
    status = validate_pdf_signature(embedded, context, skip_diff=True)
    assert status.intact
    assert status.valid
    assert status.coverage.name == "ENTIRE_FILE"
    return bool(status.bottom_line)


def test_pyhanko_proves_from_the_file_alone_that_nothing_is_revoked(complete: Paper, today: Authority) -> None:
    assert _hard_fail(complete, pem(today.root.certificate))
    assert len(complete.pdf) <= 75_000
    bare = issue(Record(data=complete.record), today.trial_signer())
    assert not _hard_fail(bare, pem(today.root.certificate))


def test_pyhanko_refuses_a_station_that_our_list_revokes(complete: Paper, today: Authority) -> None:
    station = today.station.certificate.serial_number
    lists = [
        today.root_list,
        write_list(
            today.organisation.certificate,
            today.organisation.key,
            (Revoked(serial=station, at=NOW - timedelta(hours=1), reason=Reason.KEY_COMPROMISE),),
            number=2**32,
            now=NOW,
            life=timedelta(days=60),
        ),
    ]
    assert not _hard_fail(complete, pem(today.root.certificate), *(crl.CertificateList.load(one) for one in lists))


def test_another_reader_finds_both_attachments(paper: Paper) -> None:
    files = pypdf.PdfReader(io.BytesIO(paper.pdf), strict=True).attachments
    assert files["erase-record.json"] == [paper.record]
    assert files["statement.cose"] == [paper.statement]
    assert json.loads(paper.record)["schema"] == "proofwipe/certificate/1"
    assert cbor2.loads(paper.statement).tag == 18


def test_a_camera_reads_the_statement_off_the_page(paper: Paper) -> None:
    import pypdfium2
    import zxingcpp

    document = pypdfium2.PdfDocument(paper.pdf)
    try:
        image = document[0].render(scale=3).to_pil()
    finally:
        document.close()
    found = [code.text for code in zxingcpp.read_barcodes(image)]
    assert found == [qr_text(paper.statement)]
