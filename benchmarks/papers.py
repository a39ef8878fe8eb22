# SPDX-License-Identifier: GPL-3.0-or-later
"""Making and verifying a certificate beside pyHanko's signer and validator and pdfsig, on the same page."""

import io
import logging
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pypdf
from asn1crypto.keys import PrivateKeyInfo
from asn1crypto.x509 import Certificate
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import fields, signers
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from benchmarks.measure import Row, Table, medians, processor_time, rows
from certs.formats import cms
from certs.formats.pdf_signature import sign_file
from certs.issue import issue
from certs.keys.authority import Authority, create_authority, pem
from certs.record.reading import read_record
from certs.record.record import Record, certificate_record
from certs.record.statement import qr_text
from certs.verify.trust import Trust
from certs.verify.verification import Answer
from certs.verify.verifier import verify
from tests.support.papers.drawn import draw_paper
from tests.support.papers.synthetic_jobs import CERTIFICATE_ID, ISSUED_AT, ISSUER, OPENED_AT, iphone_job

ROUNDS = 25


def measure() -> tuple[Table, Table]:
    """Two tables: making, verifying."""
    logging.getLogger("pyhanko").setLevel(logging.ERROR)
    logging.getLogger("pyhanko_certvalidator").setLevel(logging.ERROR)
    authority = create_authority(ISSUER, "bench-1", now=OPENED_AT - timedelta(days=30))
    with tempfile.TemporaryDirectory() as folder:
        return _making(authority), _verifying(authority, Path(folder))


def _record(authority: Authority) -> Record:
    return certificate_record(
        iphone_job(),
        ISSUER,
        authority.trial_signer().station,
        "basic",
        issued_at=ISSUED_AT,
        certificate_id=CERTIFICATE_ID,
    )


def _making(authority: Authority) -> Table:
    signer, record = authority.trial_signer(), _record(authority)
    paper = issue(record, signer)

    document = read_record(record.data).document

    def draw() -> bytes:
        return draw_paper(
            document,
            record_bytes=record.data,
            statement=paper.statement,
            qr_text=qr_text(paper.statement),
            contents_bytes=cms.container_bytes(signer.station),
        )

    page = draw()
    bare, theirs = _without_our_field(page), _pyhanko_signer(authority)
    times = medians(
        {
            "draw the page": draw,
            "draw the page, pyHanko signs it": lambda: (draw(), _sign_with_pyhanko(bare, theirs)),
            "proofwipe issue: state, draw, sign, verify what was made": lambda: issue(record, signer),
            "pyHanko's signature alone": lambda: _sign_with_pyhanko(bare, theirs),
            "proofwipe's signature alone": lambda: sign_file(page, signer),
        },
        rounds=ROUNDS,
        clock=processor_time,
    )
    return Table(
        name="making",
        title="Making one certificate",
        notes=("Smallest processor time; one thread, keys in memory, record already made.",),
        rows=_per_second(rows(times, against="draw the page, pyHanko signs it", typical=min)),
    )


def _verifying(authority: Authority, folder: Path) -> Table:
    paper = issue(_record(authority), authority.trial_signer())
    trust = Trust.from_pem(pem(authority.root.certificate))
    file, store = folder / "paper.pdf", f"sql:{folder / 'nss'}"
    file.write_bytes(paper.pdf)
    _import_root(authority, folder, store)

    def ours() -> None:
        if verify(paper.pdf, trust, at=ISSUED_AT).answer is not Answer.VALID:
            raise RuntimeError("the certificate is not valid")

    def theirs() -> None:
        (embedded,) = PdfFileReader(io.BytesIO(paper.pdf)).embedded_signatures
        context = ValidationContext(
            trust_roots=[_asn1(authority.root.certificate)],
            moment=ISSUED_AT,
            best_signature_time=ISSUED_AT,
            allow_fetching=False,
        )
        if not validate_pdf_signature(embedded, context, skip_diff=True).bottom_line:
            raise RuntimeError("pyHanko does not trust it")

    def pdfsig() -> None:
        done = subprocess.run(
            ["pdfsig", "-no-ocsp", "-nssdir", store, str(file)], capture_output=True, text=True, check=True, timeout=60
        )
        if "Signature is Valid." not in done.stdout:
            raise RuntimeError("pdfsig does not call it valid")

    candidates: Mapping[str, Callable[[], object]] = {
        "pyHanko: signature and chain": theirs,
        "proofwipe: signature, chain, record recomputed, statement, page drawn again": ours,
        "pdfsig: signature and chain, a process of its own": pdfsig,
    }
    return Table(
        name="verifying",
        title="Verifying one certificate",
        rows=_per_second(
            rows(
                medians(candidates, rounds=ROUNDS, clock=processor_time),
                against="pyHanko: signature and chain",
                typical=min,
            )
        ),
        notes=(
            f"Smallest processor time. The file has {len(paper.pdf) // 1024} KiB. Proofwipe's row contains everything "
            "its `verify` does; the other two check the signature and its chain and look neither at the record nor at "
            "the page.",
        ),
    )


def _per_second(found: tuple[Row, ...]) -> tuple[Row, ...]:
    return tuple(replace(row, more={**row.more, "per second": f"{1 / row.seconds:.1f}"}) for row in found)


def _asn1(certificate: x509.Certificate) -> Certificate:
    return Certificate.load(certificate.public_bytes(serialization.Encoding.DER))


def _pyhanko_signer(authority: Authority) -> signers.SimpleSigner:
    key = authority.station.key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    store = SimpleCertificateStore()  # type: ignore[no-untyped-call]  # its library left the types out here
    store.register(_asn1(authority.organisation.certificate))
    return signers.SimpleSigner(
        signing_cert=_asn1(authority.station.certificate), signing_key=PrivateKeyInfo.load(key), cert_registry=store
    )


def _without_our_field(page: bytes) -> bytes:
    """The same page, free to be signed by another program: ours forbids any second revision."""
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(page))
    for key in ("/AcroForm", "/Perms"):
        writer.root_object.pop(key, None)
    for sheet in writer.pages:
        sheet.pop("/Annots", None)
    clean = io.BytesIO()
    writer.write(clean)
    return clean.getvalue()


def _sign_with_pyhanko(page: bytes, signer: signers.SimpleSigner) -> bytes:
    """Into a field of its own, as a second revision: pyHanko's ordinary way (its PKCS#7 container, PAdES)."""
    writer = IncrementalPdfFileWriter(io.BytesIO(page))
    metadata = signers.PdfSignatureMetadata(field_name="Signature", subfilter=fields.SigSeedSubFilter.PADES)
    signed: io.BytesIO = signers.sign_pdf(writer, metadata, signer=signer)
    return signed.getvalue()


def _import_root(authority: Authority, folder: Path, store: str) -> None:
    (folder / "nss").mkdir()
    root = folder / "root.pem"
    root.write_bytes(pem(authority.root.certificate))
    for command in (
        ["certutil", "-N", "-d", store, "--empty-password"],
        ["certutil", "-A", "-d", store, "-n", "root", "-t", "CT,C,C", "-i", str(root)],
    ):
        subprocess.run(command, check=True, timeout=60, capture_output=True)
