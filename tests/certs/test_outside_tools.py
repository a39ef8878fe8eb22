# SPDX-License-Identifier: GPL-3.0-or-later
"""Software we did not write says the same of our papers: pdfsig with NSS, pyHanko, a QR reader, another JSON reader."""

import io
import json
import subprocess
from pathlib import Path

import cbor2
import pypdf
import pytest
from pyhanko.keys import load_cert_from_pemder
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from certs.authority import Authority, pem
from certs.issue import Paper
from certs.statement import qr_text
from tools.synthetic_jobs import ISSUED_AT


@pytest.fixture
def file(tmp_path: Path, paper: Paper) -> Path:
    path = tmp_path / "paper.pdf"
    path.write_bytes(paper.pdf)
    return path


def _run(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout


@pytest.mark.tools
def test_pdfsig_says_valid_total_and_trusted_with_the_root_imported(
    file: Path, tmp_path: Path, authority: Authority
) -> None:
    store, root = f"sql:{tmp_path / 'nss'}", tmp_path / "root.pem"
    (tmp_path / "nss").mkdir()
    root.write_bytes(pem(authority.root.certificate))
    _run("certutil", "-N", "-d", store, "--empty-password")
    _run("certutil", "-A", "-d", store, "-n", "trustanchor", "-t", "CT,C,C", "-i", str(root))
    said = _run("pdfsig", "-no-ocsp", "-nssdir", store, str(file))
    assert "Signature is Valid." in said
    assert "Total document signed" in said
    # NSS judges by today's date, and a station's certificate lives a year.
    assert "Certificate is Trusted." in said or "Certificate has Expired" in said


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
        trust_roots=[load_cert_from_pemder(str(root))], moment=ISSUED_AT, best_signature_time=ISSUED_AT,
        allow_fetching=False,
    )
    status = validate_pdf_signature(embedded, context, skip_diff=True)
    assert status.bottom_line
    assert status.coverage.name == "ENTIRE_FILE"
    assert status.docmdp_ok is None or status.docmdp_ok


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
