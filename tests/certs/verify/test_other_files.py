# SPDX-License-Identifier: GPL-3.0-or-later
"""What is no PDF accuses nobody: CANNOT TELL, with what it seems to be. A paper that was changed is NOT VALID."""

import base64
import gzip
import io
import tarfile
import zipfile
from collections.abc import Callable
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certs.issue import Paper
from certs.verify.other_files import STARTS, recognise
from certs.verify.trust import Trust
from certs.verify.verification import Answer
from certs.verify.verifier import verify
from tests.support.papers.synthetic_jobs import ISSUED_AT

Make = Callable[[bytes], bytes]


def zipped(*names: str, method: int = zipfile.ZIP_STORED) -> Make:
    def made(paper: bytes) -> bytes:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", method) as archive:
            for name in names:
                archive.writestr(name, paper)
        return out.getvalue()

    return made


def with_a_letter(*names: str, method: int = zipfile.ZIP_STORED) -> Make:
    """An archive of files and of a Word document, which is one itself and is stored as it is."""

    def made(paper: bytes) -> bytes:
        letter = zipped("[Content_Types].xml", "word/document.xml", method=zipfile.ZIP_DEFLATED)(b"<xml/>" * 90)
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", method) as archive:
            archive.writestr("letter.docx", letter, zipfile.ZIP_STORED)
            for name in names:
                archive.writestr(name, paper)
        return out.getvalue()

    return made


def tarred(paper: bytes) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        member = tarfile.TarInfo("paper.pdf")
        member.size = len(paper)
        archive.addfile(member, io.BytesIO(paper))
    return out.getvalue()


def mailed(name: str = "") -> Make:
    def made(paper: bytes) -> bytes:
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = "seller@example.com", "buyer@example.com", "Your phone"
        message.set_content("Please find attached.")
        if name:
            message.add_attachment(paper, maintype="application", subtype="pdf", filename=name)
        return message.as_bytes()

    return made


def as_written(data: bytes) -> Make:
    return lambda _paper: data


KINDS: list[tuple[str, Make, str, str]] = [
    ("empty", as_written(b""), "E_EMPTY", ""),
    ("blanks", as_written(b"\r\n \t\n"), "E_EMPTY", ""),
    ("zeros of a sparse download", as_written(bytes(70_000)), "E_EMPTY", ""),
    ("ZIP with the paper packed", zipped("out/My paper.pdf", method=zipfile.ZIP_DEFLATED), "E_HOLDS_PDF", "My paper"),
    ("ZIP with the paper as it is", zipped("paper.PDF"), "E_HOLDS_PDF", "paper.PDF"),
    ("ZIP with five papers", zipped(*(f"{number}.pdf" for number in range(5))), "E_HOLDS_PDF", "0.pdf, 1.pdf"),
    ("ZIP without a PDF", zipped("readme.txt"), "E_ARCHIVE", "ZIP"),
    ("empty ZIP", zipped(), "E_ARCHIVE", "ZIP"),
    ("Word", zipped("[Content_Types].xml", "word/document.xml"), "E_OFFICE", "Word"),
    ("Excel", zipped("[Content_Types].xml", "xl/workbook.xml"), "E_OFFICE", "Excel"),
    ("OpenDocument", zipped("mimetype", "content.xml"), "E_OFFICE", "OpenDocument"),
    ("Word of 1997", as_written(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)), "E_OFFICE", ""),
    ("RTF", as_written(b"{\\rtf1\\ansi Certificate}"), "E_OFFICE", "RTF"),
    ("PostScript", as_written(b"%!PS-Adobe-3.0\n"), "E_OFFICE", "PostScript"),
    ("gzip", gzip.compress, "E_ARCHIVE", "gzip"),
    ("tar", tarred, "E_ARCHIVE", "tar"),
    ("7z", as_written(b"7z\xbc\xaf\x27\x1c\x00\x04"), "E_ARCHIVE", "7z"),
    ("RAR", as_written(b"Rar!\x1a\x07\x01\x00"), "E_ARCHIVE", "RAR"),
    ("e-mail with the paper", mailed("certificate.pdf"), "E_HOLDS_PDF", "certificate.pdf"),
    ("e-mail with a name in Chinese", mailed("证书.pdf"), "E_HOLDS_PDF", "%E8%AF%81"),
    ("e-mail with a dull name", mailed("attachment"), "E_HOLDS_PDF", ""),
    ("e-mail without attachment", mailed(), "E_EMAIL", ""),
    ("mailbox", lambda paper: b"From seller Mon Nov 2\n" + mailed("a.pdf")(paper), "E_HOLDS_PDF", "a.pdf"),
    ("winmail.dat", as_written(b"\x78\x9f\x3e\x22" + bytes(90)), "E_EMAIL", ""),
    ("JPEG", as_written(b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(90)), "E_PICTURE", "JPEG"),
    ("PNG", as_written(b"\x89PNG\r\n\x1a\n" + bytes(90)), "E_PICTURE", "PNG"),
    ("HEIC of an iPhone", as_written(b"\x00\x00\x00\x24ftypheic\x00\x00\x00\x00mif1heic"), "E_PICTURE", "HEIF"),
    ("WebP", as_written(b"RIFF\x24\x00\x00\x00WEBPVP8 "), "E_PICTURE", "WebP"),
    ("TIFF of a scanner", as_written(b"II*\x00\x08\x00\x00\x00"), "E_PICTURE", "TIFF"),
    ("login page", as_written(b"\n<!DOCTYPE html><html><head><title>Sign in</title>"), "E_WEB_PAGE", ""),
    ("page in capitals", as_written(b"\xef\xbb\xbf<HTML><BODY>404</BODY></HTML>"), "E_WEB_PAGE", ""),
    ("shortcut", as_written(b"[InternetShortcut]\r\nURL=https://example.com/p.pdf\r\n"), "E_WEB_PAGE", ""),
    ("link", as_written(b"https://example.com/paper.pdf\n"), "E_WEB_PAGE", ""),
    ("error of a server", as_written(b'{"error": "not found"}'), "E_TEXT", ""),
    ("letter in Chinese", as_written("证书见附件。".encode("gb18030")), "E_TEXT", ""),
    ("pointer of Git LFS", as_written(b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n"), "E_TEXT", ""),
    ("UTF-16", as_written("Certificate".encode("utf-16")), "E_TEXT", "UTF-16"),
    ("Base64 of the paper", base64.encodebytes, "E_TEXT", "Base64"),
    ("root certificate", as_written(b"-----BEGIN CERTIFICATE-----\nMIIB\n"), "E_ISSUERS_FILE", "certificate"),
    ("log policy", as_written(b"# ours\nlog example.com+1234+AAAA\n"), "E_ISSUERS_FILE", "log policy"),
    ("status file", as_written(b"proofwipe/log-snapshot/1\n"), "E_ISSUERS_FILE", "status file"),
    ("signed wrapper (.p7m)", as_written(b"\x30\x82\x10\x00\x06\x09" + bytes(2000)), "E_ARCHIVE", "DER"),
    ("Pages", zipped("Index/Document.iwa", "preview.pdf"), "E_OFFICE", "Pages"),
    ("ZIP with the paper and a letter", with_a_letter("certificate.pdf"), "E_HOLDS_PDF", "certificate.pdf"),
    ("ZIP with the paper behind an index", zipped("Index/a.txt", "Index/certificate.pdf"), "E_HOLDS_PDF", "Index/cert"),
    ("ZIP with the paper in a folder word", zipped("word/a.txt", "word/paper.pdf"), "E_HOLDS_PDF", "word/paper.pdf"),
    ("ZIP with a letter and no PDF", with_a_letter("readme.txt"), "E_ARCHIVE", "ZIP"),
    ("ZIP of a folder word", zipped("word/list.txt"), "E_ARCHIVE", "ZIP"),
    ("Word with the paper put in", zipped("[Content_Types].xml", "word/embeddings/a.pdf"), "E_HOLDS_PDF", "word/emb"),
    ("Word of another writer", zipped("word/numbering.xml", "[Content_Types].xml"), "E_OFFICE", "Word"),
    ("book", zipped("mimetype", "META-INF/container.xml"), "E_OFFICE", "EPUB"),
    ("encrypted with PGP", as_written(b"-----BEGIN PGP MESSAGE-----\n\nhQEM\n"), "E_ARCHIVE", "PGP"),
    (
        "page saved by a browser",
        as_written(b"From: <Saved by Blink>\nSnapshot-Content-Location: x\nSubject: a\n"),
        "E_WEB_PAGE",
        "",
    ),
    ("drawing", as_written(b"<svg xmlns='http://www.w3.org/2000/svg'/>"), "E_PICTURE", "SVG"),
    ("beside a file of a Mac", as_written(b"\x00\x05\x16\x07\x00\x02" + bytes(90)), "E_NO_PDF", "AppleDouble"),
    ("program", as_written(b"\x7fELF\x02\x01\x01" + bytes(90)), "E_NO_PDF", ""),
    ("start of a PDF that is hardly one", as_written(b"%PD"), "E_TEXT", ""),
    (
        "PDF that a reader encrypted",
        as_written(b"%PDF-1.7\n%\xbf\xf7\xa2\xfe\n1 0 obj\n<< >>\nendobj\ntrailer << /Encrypt 7 0 R >>\n%%EOF\n"),
        "E_ENCRYPTED",
        "",
    ),
]


@pytest.mark.parametrize(("make", "code", "says"), [row[1:] for row in KINDS], ids=[row[0] for row in KINDS])
def test_what_is_no_pdf_is_cannot_tell_with_what_it_seems_to_be(
    make: Make, code: str, says: str, paper: Paper, trust: Trust
) -> None:
    found = verify(make(paper.pdf), trust, at=ISSUED_AT)
    assert (found.answer, found.code, found.exit_code) == (Answer.CANNOT_TELL, code, 6)
    assert says in found.checks[0].detail
    assert found.sentence("en")
    assert found.sentence("zh")


ON_THE_WAY: dict[str, Make] = {
    "a mail scanner's trailer": lambda it: it + b"\r\n--\r\nThis e-mail was scanned.\r\n",
    "a line end behind it": lambda it: it + b"\r\n",
    "padded to a block": lambda it: it + bytes(512),
    "line ends changed": lambda it: it.replace(b"\n", b"\r\n"),
    "a byte order mark before it": lambda it: b"\xef\xbb\xbf" + it,
    "the header of a server kept": lambda it: b"HTTP/1.1 200 OK\r\n\r\n" + it,
    "recoded as text": lambda it: it.decode("latin-1").encode(),
    "twice": lambda it: it + it,
    "two thirds": lambda it: it[: len(it) * 2 // 3],
    # further ones of the kind
    "the header of a form kept": lambda it: b"--b\r\nContent-Disposition: form-data\r\n\r\n" + it + b"\r\n--b--\r\n",
    "the mark of a Mac before it": lambda it: bytes(128) + it,
    "the first byte lost": lambda it: it[1:],
    "the last block lost": lambda it: it[:-512],
    "seven bits": lambda it: bytes(byte & 0x7F for byte in it),
    "chunks of HTTP kept": lambda it: b"%x\r\n" % len(it) + it + b"\r\n0\r\n\r\n",
    "every CR LF made LF, then back": lambda it: it.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"),
    "zeros in its middle": lambda it: it[:9000] + bytes(4096) + it[13096:],
}
"""What gateways, viewers and transfers did to signed PDF files in public reports (veraPDF 166, pdfsign 47, ...)."""


@pytest.mark.parametrize("change", list(ON_THE_WAY.values()), ids=list(ON_THE_WAY))
def test_a_paper_changed_on_its_way_is_never_valid_and_the_next_step_is_said(
    change: Make, paper: Paper, trust: Trust
) -> None:
    found = verify(change(paper.pdf), trust, at=ISSUED_AT)
    assert found.answer is Answer.NOT_VALID
    assert found.code in ("E_STRUCTURE", "E_COVERAGE", "E_TAMPERED")


@pytest.mark.parametrize("start", [start for start, _, _ in STARTS])
def test_nothing_put_before_a_paper_hides_that_it_was_changed(start: bytes, paper: Paper, trust: Trust) -> None:
    assert verify(start + paper.pdf, trust, at=ISSUED_AT).answer is Answer.NOT_VALID
    assert verify(b"PK\x03\x04" + paper.pdf, trust, at=ISSUED_AT).answer is Answer.NOT_VALID


@given(
    start=st.sampled_from([b"", b"PK\x03\x04", b"From: a\nTo: b\n", b"%PDF-1.7\n", *(start for start, _, _ in STARTS)]),
    rest=st.binary(max_size=200),
    times=st.integers(0, 50),
)
def test_whatever_the_bytes_are_they_get_a_code_or_are_judged(start: bytes, rest: bytes, times: int) -> None:
    found = recognise(start + rest * times)
    assert found is None or (found.code.startswith("E_") and len(found.detail) < 400)


def test_names_inside_are_made_safe_to_show(paper: Paper) -> None:
    found = recognise(zipped("\x1b[2Jevil.pdf")(paper.pdf))
    assert found is not None
    assert "\x1b" not in found.detail
    assert "evil.pdf" in found.detail
