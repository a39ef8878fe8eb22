# SPDX-License-Identifier: GPL-3.0-or-later
"""The QR code of a printed page, without its PDF: who signed it, and about which phone it is. Command and offline page
both ask here.

The best answer is CODE GENUINE, never VALID: the page around the code, the evidence and a later withdrawal cannot be
seen from it. A PDF carries the certificates between root and paper, a code does not: whoever reads it brings them
(`proofwipe keys export-trust` writes them into `for-codes/`). They pin nothing; only a root does.
"""

import base64
import binascii
import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

from certs.errors import StatementMalformedError, TrustFileError
from certs.formats import chain
from certs.formats.der import DerError
from certs.formats.x509_facts import CertificateFacts, RevocationFacts, read_certificate
from certs.record.statement import LONGEST_TEXT, Statement, from_qr_text, read_statement, signer_among
from certs.verify.case import CLOCK_TOLERANCE
from certs.verify.trust import LARGEST_FILE, Trust, content, files_of
from phones.clock import utc_now
from phones.frozen import dataclass
from phones.typed_number import IMEI_DIGITS, folded

GENUINE = "CODE GENUINE"
FOR_CODES = "for-codes"
"""The folder beside an issuer's trust files with the certificates that a PDF carries and a code does not."""
_STARTS_PEM = b"-----BEGIN CERTIFICATE-----"
_PEM = re.compile(rb"-----BEGIN CERTIFICATE-----\s([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----")


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuers:
    """What a reader of codes holds: `trust` is what is pinned, `between` the certificates between root and paper."""

    trust: Trust
    between: tuple[CertificateFacts, ...] = ()

    @classmethod
    def from_files(cls, paths: Iterable[Path]) -> "Issuers":
        """From trust files and folders of them, with the folder `for-codes` in each: nothing in that is pinned.

        Raises: TrustFileError.
        """
        pinned: list[tuple[str, bytes]] = []
        between: list[CertificateFacts] = []
        for given in paths:
            named = [(path.name, content(path)) for path in files_of(given)]
            if given.name != FOR_CODES:
                pinned += [part for name, data in named for part in parts_that_pin(name, data)]
            if (given / FOR_CODES).is_dir():
                named += [(path.name, content(path)) for path in files_of(given / FOR_CODES)]
            between += [each for _, data in named for each in certificates_in(data)]
        return cls(trust=Trust.from_bytes(pinned), between=tuple(between))


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeAnswer:
    """`answer`: CODE GENUINE, SPECIMEN, CANNOT TELL or NOT VALID. `code`: why, "" for the first two. `statement`: what
    the code says; None if it cannot be read. `station`: who signed it, where that is known. `same_phone`: does it
    name the number typed? None if none was typed, or one of another kind.
    """

    answer: str
    code: str = ""
    detail: str = ""
    statement: Statement | None = None
    station: CertificateFacts | None = None
    same_phone: bool | None = None

    @property
    def exit_code(self) -> int:
        """0 for the code of a certificate that is genuine, 6 for CANNOT TELL, 7 for everything else."""
        if self.answer == GENUINE and self.statement is not None and not self.statement.is_report:
            return 0
        return 6 if self.answer == "CANNOT TELL" else 7


def check_code(
    text: str,
    certificates: Sequence[CertificateFacts],
    roots: Sequence[CertificateFacts],
    lists: Sequence[RevocationFacts],
    *,
    number: str = "",
    at: datetime | None = None,
) -> CodeAnswer:
    """Judge the text of a code. `number`: IMEI or serial number of the phone in hand, as typed. `at`: now by default.

    There is no proof of when a code was made, so every revocation counts. Never raises.
    """
    try:
        data = from_qr_text(text)
        statement = read_statement(data)
    except StatementMalformedError as error:
        got = str(error.facts.get("got", ""))[:120]
        return CodeAnswer(answer="NOT VALID", code="E_QR", detail=got)
    answer, code, station = _judged(data, statement, certificates, roots, lists, at or utc_now())
    same = statement.is_about(number) if number and _could_be(number, statement.committed) else None
    if same is False and answer != "NOT VALID":
        answer, code = "NOT VALID", "E_DEVICE"
    return CodeAnswer(answer=answer, code=code, statement=statement, station=station, same_phone=same)


def in_one_line(scanned: str) -> str:
    """The text of a code as a file or a message holds it, without the line ends that broke it. Base45 has blanks, but
    never at its end.
    """
    return "".join(scanned[: 4 * LONGEST_TEXT].splitlines()).strip()


def kind_of(certificate: CertificateFacts) -> str:
    """Root, organisation, station, stamper or "": what the certificate may be, whoever issued it."""
    if certificate.extended_key_usage == (chain.TIME_STAMPING,):
        return "stamper"
    for kind, check in (("root", chain.check_root), ("organisation", chain.check_organisation)):
        try:
            check(certificate)
        except chain.ChainError:
            continue
        return kind
    signs_papers = "content_commitment" in (certificate.key_usage or ())
    return "station" if signs_papers and not certificate.authority and certificate.policies else ""


def certificates_in(text: bytes) -> list[CertificateFacts]:
    """The certificates of a PEM text that can be read."""
    found = []
    for block in _PEM.findall(text[:LARGEST_FILE]):
        try:
            found.append(_certificate(block))
        except (binascii.Error, DerError):
            continue
    return found


def lists_in(file: bytes) -> tuple[RevocationFacts, ...]:
    """The revocation lists in a trust file; none in one of another kind."""
    try:
        return Trust.from_bytes([("", file)]).revocation_lists
    except TrustFileError:
        return ()


def parts_that_pin(name: str, file: bytes) -> list[tuple[str, bytes]]:
    """A trust file without its certificates of organisations and stations, which pin nothing. All of it, if it is not
    made of certificates.
    """
    blocks = list(_PEM.finditer(file)) if file.startswith(_STARTS_PEM) and len(file) <= LARGEST_FILE else []
    if not blocks or file.count(b"-----BEGIN") != len(blocks):
        return [(name, file)]
    kinds = [_kind_of_block(block[1]) for block in blocks]
    return [
        (name, block[0]) for block, kind in zip(blocks, kinds, strict=True) if kind not in ("organisation", "station")
    ]


def _kind_of_block(text: bytes) -> str:
    try:
        return kind_of(_certificate(text))
    except (binascii.Error, DerError):
        return ""


def _certificate(block: bytes) -> CertificateFacts:
    return read_certificate(base64.b64decode(b"".join(block.split()), validate=True))


def _judged(
    data: bytes,
    statement: Statement,
    certificates: Sequence[CertificateFacts],
    roots: Sequence[CertificateFacts],
    lists: Sequence[RevocationFacts],
    at: datetime,
) -> tuple[str, str, CertificateFacts | None]:
    """Word, code and station of a statement."""
    named = [each for each in certificates if each.key_id == statement.key_id and kind_of(each) == "station"]
    if not named:
        return "CANNOT TELL", "P_NO_STATION", None
    station = signer_among(data, named)
    if station is None:
        return "NOT VALID", "E_QR", None
    if not station.is_valid_at(statement.issued_at):
        return "NOT VALID", "E_EXPIRED", station
    if statement.issued_at > at + CLOCK_TOLERANCE:
        return "NOT VALID", "E_FUTURE", station
    above = _above(station, certificates, roots)
    for certificate, authority in zip((station, *above), above, strict=False):
        if any(each.is_signed_by(authority) and each.entry(certificate.serial) for each in lists):
            return "NOT VALID", "E_REVOKED", station
    if len(above) < 2:
        # A specimen needs no root and earns no trust, as with a PDF.
        return ("SPECIMEN", "", station) if chain.is_specimen(station) else ("CANNOT TELL", "E_UNTRUSTED", station)
    return ("SPECIMEN" if chain.is_specimen(station) else GENUINE), "", station


def _above(
    station: CertificateFacts, certificates: Sequence[CertificateFacts], roots: Sequence[CertificateFacts]
) -> tuple[CertificateFacts, ...]:
    """Organisation and root of this station as far as they are at hand, each issued by the next."""
    found: tuple[CertificateFacts, ...] = ()
    for organisation in certificates:
        try:
            chain.check_station(station, organisation)
            chain.check_organisation(organisation)
        except chain.ChainError:
            continue
        root = next((each for each in roots if organisation.is_signed_by(each)), None)
        if root is not None:
            return organisation, root
        found = (organisation,)
    return found


def _could_be(typed: str, committed: str) -> bool:
    """Was the kind of number typed that the code names? Another kind cannot differ."""
    number = folded(typed)
    is_imei = number.isascii() and number.isdecimal() and len(number) == IMEI_DIGITS
    return is_imei if committed == "imei" else committed == "serial" and not is_imei
