# SPDX-License-Identifier: GPL-3.0-or-later
"""What a file seems to be that is no PDF: people hand over the archive, the e-mail or the photograph instead of the
paper. Nothing of it says anything against a certificate, so the answer is CANNOT TELL, and what to do instead.

Nothing is unpacked and nothing is decoded: a paper inside is named, and taking it out is the reader's own act. Only
the beginning, the end and the names of members are looked at, in time that grows with the length and no faster.
A PDF that is not of our structure is searched for the marks that our papers carry (`is_foreign_pdf`): an invoice is
not called a changed certificate. Its verdict is NOT VALID all the same: whoever wants can take every mark off a paper.
"""

import re
import zlib
from collections.abc import Iterator
from itertools import islice, pairwise

from phones.cleaning import clean_bytes
from phones.frozen import dataclass

FIRST, LAST = 1024, 1024
"""A PDF may have that much before its header and behind its end [read: ISO 32000-1, implementation notes 13 and 18]."""
BEGINNING = 4096
MOST_MEMBERS = 1000
MOST_NAMED = 3
LONGEST_NAME = 255

APPLE_DOUBLE = b"\x00\x05\x16\x07"
"""What a Mac writes beside each file on a share of another system, as `._name` [read: RFC 1740, appendix B]."""
STARTS: tuple[tuple[bytes, str, str], ...] = (
    # archives and wrappers
    (b"7z\xbc\xaf\x27\x1c", "E_ARCHIVE", "7z"),
    (b"Rar!\x1a\x07", "E_ARCHIVE", "RAR"),
    (b"\x1f\x8b", "E_ARCHIVE", "gzip"),
    (b"BZh", "E_ARCHIVE", "bzip2"),
    (b"\xfd7zXZ\x00", "E_ARCHIVE", "xz"),
    (b"\x28\xb5\x2f\xfd", "E_ARCHIVE", "zstd"),
    (b"MSCF", "E_ARCHIVE", "cabinet"),
    (b"PK\x05\x06", "E_ARCHIVE", "ZIP"),
    (b"-----BEGIN PGP MESSAGE-----", "E_ARCHIVE", "PGP"),
    (b"-----BEGIN PKCS7-----", "E_ARCHIVE", "PKCS #7"),
    (b"age-encryption.org/v1", "E_ARCHIVE", "age"),
    (b"\x78\x9f\x3e\x22", "E_EMAIL", "winmail.dat"),
    # pictures
    (b"\xff\xd8\xff", "E_PICTURE", "JPEG"),
    (b"\x89PNG\r\n\x1a\n", "E_PICTURE", "PNG"),
    (b"GIF8", "E_PICTURE", "GIF"),
    (b"II*\x00", "E_PICTURE", "TIFF"),
    (b"MM\x00*", "E_PICTURE", "TIFF"),
    (b"BM", "E_PICTURE", "BMP"),
    (b"\x00\x00\x00\x0cJXL ", "E_PICTURE", "JPEG XL"),
    (b"AT&TFORM", "E_PICTURE", "DjVu"),
    (b"<svg", "E_PICTURE", "SVG"),
    # documents of other programs
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "E_OFFICE", "Microsoft Office 97-2003, or a message of Outlook"),
    (b"{\\rtf", "E_OFFICE", "RTF"),
    (b"%!PS", "E_OFFICE", "PostScript"),
    (APPLE_DOUBLE, "E_NO_PDF", "AppleDouble"),
    # what an issuer gives out beside its papers
    (b"-----BEGIN CERTIFICATE-----", "E_ISSUERS_FILE", "certificate"),
    (b"-----BEGIN X509 CRL-----", "E_ISSUERS_FILE", "revocation list"),
    (b"proofwipe/log-snapshot/", "E_ISSUERS_FILE", "status file"),
)
"""How a file begins, the answer, and its name [read: Library of Congress, Sustainability of Digital Formats; the
`magic` files of file(1)]. The first that fits."""
FAMILIES_OF_ISO_MEDIA = (b"heic", b"heix", b"mif1", b"msf1", b"avif", b"hevc")
"""Pictures of telephones, by the brand in their first box [read: ISO/IEC 23008-12, 10.2]."""
OFFICE_MEMBERS = (
    (b"word/", "Word"),
    (b"xl/", "Excel"),
    (b"ppt/", "PowerPoint"),
    (b"content.xml", "OpenDocument"),
    (b"Index/", "Pages, Numbers or Keynote"),
    (b"META-INF/container.xml", "EPUB"),
    (b"FixedDocSeq.fdseq", "XPS"),
)
"""Members of a ZIP file that is a document [read: ECMA-376 part 2; OpenDocument 1.2 part 3]."""
OFFICE_MARKS = (b"[Content_Types].xml", b"mimetype", b"META-INF/container.xml")
"""One of them is in every such document, whatever wrote it; other archives may hold folders that are called like
theirs [read: as above]."""
APPLES_MEMBER = re.compile(rb"Index/.{0,200}\.iwa", re.DOTALL)
"""Pages, Numbers and Keynote since 2013 have no such mark, and a picture of themselves as a PDF beside it."""
APPLES_PREVIEWS = (b"preview.pdf", b"quicklook/preview.pdf")
IN_BASE64 = "a PDF in Base64"

MARKS = (
    re.compile(rb"proofwipe|erase-record\.json|erase\.tlog-proof|statement\.cose"),
    re.compile(rb"PW(?:-[0-9A-Z]{4}){4}"),
    re.compile(rb"700072006[Ff]006[Ff]0066007700690070006"),  # "proofwipe", without its ends
    re.compile(rb"00500057002[Dd](?:00[345][0-9A-Fa-f]){4}002[Dd]"),  # "PW-5MPX-"
)
"""What each paper has in its attachments, its title and its description of itself, as other programs keep it: plain or
as UTF-16, and as hexadecimal digits of that (`certs.page.metadata`)."""
MOST_STREAMS = 4000
MOST_INFLATED = 8 * 1024 * 1024
_STREAM = re.compile(rb"stream\r?\n")

_MEMBER = b"PK\x03\x04"
_BEHIND_A_MEMBER = (_MEMBER, b"PK\x01\x02")
_LENGTHS = ((18, 22), (26, 28), (28, 30))
"""Where a member's header has them: of the packed content, the name and the extra field."""
_MAIL_FIELD = re.compile(
    rb"(?:from|to|subject|date|received|return-path|delivered-to|message-id|mime-version|content-type|x-[a-z-]{1,30}):",
    re.IGNORECASE,
)
_NAME_OF_PDF = re.compile(rb"name\*?=(?:\"|'|utf-8''){0,2}([^\"\r\n;=]{1,200}\.pdf)\b", re.IGNORECASE)
_WEB = re.compile(rb"<(?:!doctype html|html|head|body|script|meta)\b", re.IGNORECASE)
_ENCRYPTED = re.compile(rb"/Encrypt[ \r\n]{1,2}(?:[0-9]{1,10} [0-9]{1,5} R|<<)")
_POLICY = re.compile(rb"(?:log|witness|group|quorum)[ \t]")


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherFile:
    """What it seems to be. `code`: the verifier's answer; `detail`: the format, or the names of PDFs inside."""

    code: str
    detail: str = ""


def recognise(data: bytes) -> OtherFile | None:
    """What a file seems to be whose structure is not that of our papers; None for a PDF, whole or damaged: a paper with
    something put before or behind it is a changed paper, whatever was put there. Never raises.
    """
    if not data.strip(b"\x00\t\n\r \x0c"):
        return OtherFile(code="E_EMPTY", detail=f"{len(data)} bytes")
    archive = _zip(data)
    if archive is not None:
        return archive
    beginning = data[:BEGINNING]
    if _is_mail(beginning):
        return _mail(data)
    if beginning[257:262] == b"ustar" and not data.startswith(b"%PDF-"):
        return OtherFile(code="E_ARCHIVE", detail="tar")
    edges = data[:FIRST] + b" " + data[-LAST:]
    if b"%PDF-" in edges or b"%%EOF" in edges:
        return OtherFile(code="E_ENCRYPTED") if _ENCRYPTED.search(data) else None
    for start, code, name in STARTS:
        if data.startswith(start):
            return OtherFile(code=code, detail=name)
    if beginning[4:8] == b"ftyp" and beginning[8:12] in FAMILIES_OF_ISO_MEDIA:
        return OtherFile(code="E_PICTURE", detail="HEIF")
    if beginning.startswith(b"RIFF") and beginning[8:12] == b"WEBP":
        return OtherFile(code="E_PICTURE", detail="WebP")
    if beginning[:1] == b"\x30" and beginning[1:2] in (b"\x80", b"\x82", b"\x83", b"\x84"):
        return OtherFile(code="E_ARCHIVE", detail="DER: a certificate, a list, or a signed wrapper such as .p7m")
    return _text(beginning)


def is_foreign_pdf(data: bytes) -> bool:
    """Is in this PDF, whole or damaged, no mark of a paper of ours, neither as it stands nor in what it has packed? A
    picture of a paper, as a printer or a scanner makes it, has none either. Never raises.
    """
    return not _has_mark(data) and not any(_has_mark(text) for text in _inflated(data))


def _has_mark(text: bytes) -> bool:
    spellings = (text, text.replace(b"\0", b"")) if b"\0" in text else (text,)
    return any(mark.search(each) for each in spellings for mark in MARKS)


def _inflated(data: bytes) -> Iterator[bytes]:
    """The streams that are packed as PDF packs them, as far as they can be unpacked, within bounds."""
    room = MOST_INFLATED
    places = [found.end() for found in islice(_STREAM.finditer(data), MOST_STREAMS)]
    for start, end in pairwise([*places, len(data)]):
        try:
            text = zlib.decompressobj().decompress(data[start:end], room)
        except zlib.error:
            continue
        yield text
        room -= len(text)
        if room <= 0:
            return


def _members(data: bytes, *, inner: bool) -> list[bytes]:
    """Names of the members of a ZIP file, as far as it begins like one [read: PKWARE APPNOTE 4.3.7]; with `inner` also
    of files that are stored in it as they are and have members themselves.
    """
    names: list[bytes] = []
    place = 0 if data.startswith(_MEMBER) else -1
    while place >= 0 and len(names) < MOST_MEMBERS:
        length = int.from_bytes(data[place + 26 : place + 28], "little")
        if 0 < length <= LONGEST_NAME:
            names.append(data[place + 30 : place + 30 + length])
        elif not names:
            return []
        place = data.find(_MEMBER, place + 30 if inner else _behind(data, place))
    return names


def _behind(data: bytes, place: int) -> int:
    """Where the next member can begin: behind this one's content, where its header tells the length."""
    packed, name, extra = (int.from_bytes(data[place + at : place + end], "little") for at, end in _LENGTHS)
    behind = place + 30 + name + extra + packed
    return behind if data.startswith(_BEHIND_A_MEMBER, behind) else place + 30


def _zip(data: bytes) -> OtherFile | None:
    """By the names of its members; none is unpacked. None for what is no ZIP file."""
    outer = _members(data, inner=False)
    if not outer:
        return None
    apples = any(APPLES_MEMBER.fullmatch(name) for name in outer)
    papers = [name for name in _members(data, inner=True) if name.lower().endswith(b".pdf")]
    papers = [name for name in papers if not (apples and name.lower() in APPLES_PREVIEWS)]
    if papers:
        return _holding(papers)
    if apples or any(name in OFFICE_MARKS for name in outer):
        for member, program in OFFICE_MEMBERS:
            if any(name.startswith(member) for name in outer):
                return OtherFile(code="E_OFFICE", detail=program)
    return OtherFile(code="E_ARCHIVE", detail="ZIP")


def _is_mail(beginning: bytes) -> bool:
    """A header of a message: two lines at least, each a field that messages have [read: RFC 5322, 3.6]."""
    first, *more = beginning.lstrip(b"\xef\xbb\xbf\r\n").split(b"\n", 12)
    if first.startswith((b"From ", b">From ")):  # a mailbox in a file
        first = more[0] if more else b""
    return bool(_MAIL_FIELD.match(first)) and any(_MAIL_FIELD.match(line) for line in more[:12])


def _mail(data: bytes) -> OtherFile:
    if b"\nSnapshot-Content-Location:" in data[:BEGINNING]:
        return OtherFile(code="E_WEB_PAGE", detail="saved by a browser as MHTML")
    papers = []
    for found in _NAME_OF_PDF.finditer(data):
        papers.append(found[1])
        if len(papers) > MOST_MEMBERS:
            break
    if papers or re.search(rb"(?i)content-type:[ \t]{0,4}application/pdf", data):
        return _holding(papers)
    return OtherFile(code="E_EMAIL")


def _holding(papers: list[bytes]) -> OtherFile:
    names = list(dict.fromkeys(clean_bytes(name) for name in papers))
    more = f" … ({len(names)})" if len(names) > MOST_NAMED else ""
    return OtherFile(code="E_HOLDS_PDF", detail=", ".join(names[:MOST_NAMED]) + more)


def _text(beginning: bytes) -> OtherFile:
    """A web page, lines of a log policy, another text; or bytes that nothing is known of."""
    plain = beginning.lstrip(b"\xef\xbb\xbf \t\r\n")
    if plain.startswith((b"\xff\xfe", b"\xfe\xff")):
        return OtherFile(code="E_TEXT", detail="UTF-16")
    if _WEB.search(plain) or plain.startswith((b"[InternetShortcut]", b"http://", b"https://")):
        return OtherFile(code="E_WEB_PAGE")
    lines = [line for line in plain.splitlines() if line.strip() and not line.lstrip().startswith(b"#")]
    if lines and _POLICY.match(lines[0]):
        return OtherFile(code="E_ISSUERS_FILE", detail="log policy")
    if plain.startswith((b"JVBERi0", b"JVBER")):
        return OtherFile(code="E_TEXT", detail=IN_BASE64)
    return OtherFile(code="E_NO_PDF" if _looks_binary(plain) else "E_TEXT")


def _looks_binary(beginning: bytes) -> bool:
    """Control characters stand in no text, whatever its encoding is."""
    return any(byte < 0x20 and byte not in b"\t\n\r\x0c\x1b" for byte in beginning)
