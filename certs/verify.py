# SPDX-License-Identifier: GPL-3.0-or-later
"""Is this paper what it says it is? An ordered list of checks; the first that fails is the answer.

Bytes first: structure, coverage, container, signature and issuer are judged without any PDF parser. Then our
own strict reader takes out record and statement, everything derived is computed again, and the page is drawn
again and compared. An issuer nobody pinned is a doubt, not a failure: it is remembered while the other checks
look for something worse. SPECIMEN and REPORT are said only of papers that pass every one of them.
docs/certificate.md describes each check for people who write another verifier.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from certs import chain, cms, pdf_signature
from certs.der import DerError
from certs.errors import CertsError, RecordMalformedError, StatementMalformedError, VerificationError
from certs.trust import Trust
from certs.verification import Answer, Check, Summary, Verification
from certs.x509_facts import ORGANISATION_NAME, CertificateFacts, read_certificate
from phones.cleaning import clean
from phones.commitment import commit, normalise
from phones.errors import ProofwipeError
from phones.verdict import Verdict

if TYPE_CHECKING:
    from certs.canonical import ReadRecord

# What reads records, statements and pages is imported by the checks that need it: a file whose bytes were
# changed is refused before pydantic, reportlab or any PDF reader is loaded.

RECORD_FILE, STATEMENT_FILE = "erase-record.json", "statement.cose"
CLOCK_TOLERANCE = timedelta(days=1)


class _Failed(Exception):
    """The paper is not valid. Control flow between a check and the list; never seen outside."""

    def __init__(self, code: str, detail: str = "") -> None:
        self.code, self.detail = code, detail
        super().__init__(code)


class _Doubt(_Failed):
    """It cannot be told."""


@dataclass(slots=True)
class _Case:
    """What the checks have found out so far; each fills in what the later ones need."""

    data: bytes
    trust: Trust
    identifier: str
    at: datetime
    signed: pdf_signature.SignedFile = field(init=False)
    parts: cms.SignedDigest = field(init=False)
    station: CertificateFacts = field(init=False)
    organisation: CertificateFacts = field(init=False)
    root: CertificateFacts | None = None
    record: "ReadRecord" = field(init=False)
    statement: bytes = b""
    warnings: list[str] = field(default_factory=list)

    @property
    def issued_at(self) -> datetime:
        from certs.record_schema import TIME_FORMAT  # noqa: PLC0415 - see above

        return datetime.strptime(self.record.document.issued_at, TIME_FORMAT).replace(tzinfo=UTC)


def verify_file(path: Path, trust: Trust, *, imei: str | None = None, at: datetime | None = None) -> Verification:
    """`verify` for a file on disk. Raises: VerificationError when it cannot be read."""
    try:
        with path.open("rb") as file:
            data = file.read(pdf_signature.LARGEST_FILE + 1)
    except OSError as error:
        raise VerificationError(got=f"{path.name}: {error.strerror}") from error
    return verify(data, trust, imei=imei, at=at)


def verify(data: bytes, trust: Trust, *, imei: str | None = None, at: datetime | None = None) -> Verification:
    """Judge the bytes of a paper.

    `imei`: IMEI or serial number of the phone in hand, as typed; None to leave that question open.
    `at`: aware; the moment for which the answer is given, now by default. Never raises, whatever the bytes are.
    """
    case = _Case(data=data, trust=trust, identifier=imei or "", at=at or datetime.now(UTC))
    checks: list[Check] = []
    for name, check in CHECKS:
        try:
            made = check(case)
        except _Doubt as doubt:
            checks.append(Check(name=name, verdict=Verdict.INDETERMINATE, code=doubt.code, detail=clean(doubt.detail)))
        except _Failed as failure:
            checks.append(Check(name=name, verdict=Verdict.FAILED, code=failure.code, detail=clean(failure.detail)))
            return Verification(answer=Answer.NOT_VALID, code=failure.code, checks=tuple(checks), at=case.at)
        else:
            verdict = Verdict.PASSED if made is None else Verdict.INDETERMINATE
            checks.append(Check(name=name, verdict=verdict, detail=made or ""))
    return _all_passed(case, tuple(checks))


def _all_passed(case: _Case, checks: tuple[Check, ...]) -> Verification:
    document = case.record.document
    doubts = [check.code for check in checks if check.code]
    if doubts:
        answer = Answer.CANNOT_TELL
    elif document.is_report:
        answer = Answer.REPORT
        case.warnings += ["W_SPECIMEN"] if document.emulated else []
    elif document.emulated:
        answer = Answer.SPECIMEN
    else:
        answer = Answer.VALID
    return Verification(
        answer=answer, code=doubts[0] if doubts else "", checks=checks, warnings=tuple(case.warnings),
        summary=Summary.of(document), at=case.at,
    )


# Each check returns None when it passed, or a few words why it was not made; else it raises _Failed or _Doubt.


def _structure(case: _Case) -> str | None:
    """One revision, one signature, nothing before, behind or beside it."""
    try:
        case.signed = pdf_signature.read_file(case.data)
    except pdf_signature.StructureError as error:
        raise _Failed("E_STRUCTURE", str(error)) from error
    return None


def _coverage(case: _Case) -> str | None:
    """The signature covers every byte but its own."""
    if not case.signed.covers_all:
        raise _Failed("E_COVERAGE")
    return None


def _container(case: _Case) -> str | None:
    """The signature container is exactly the template; there is no room in it."""
    try:
        case.parts = cms.read(case.signed.container)
    except cms.CmsError as error:
        raise _Failed("E_PADDING", str(error)) from error
    return None


def _integrity(case: _Case) -> str | None:
    """The bytes are the ones that were signed, by the certificate that stands there."""
    try:
        case.station = read_certificate(case.parts.station)
        case.organisation = read_certificate(case.parts.organisation)
    except DerError as error:
        raise _Failed("E_CHAIN", str(error)) from error
    if case.parts.digest != case.signed.digest:
        raise _Failed("E_TAMPERED", "digest")
    if not cms.is_signed(case.parts, case.station):
        raise _Failed("E_TAMPERED", "signature")
    return None


def _chain(case: _Case) -> str | None:
    """Station and organisation are certificates of our profile, one issued by the other."""
    try:
        chain.check_station(case.station, case.organisation)
        chain.check_organisation(case.organisation)
    except chain.ChainError as error:
        raise _Failed("E_CHAIN", str(error)) from error
    return None


def _issuer_trusted(case: _Case) -> str | None:
    """The organisation was certified by a root the reader pinned. Specimens need none and earn no trust."""
    if chain.is_specimen(case.station):
        return "a specimen has no issuer to trust"
    for root in case.trust.roots:
        if case.organisation.is_signed_by(root):
            case.root = root
            return None
        if case.organisation.issuer == root.subject and case.organisation.authority_key_id == root.subject_key_id:
            raise _Failed("E_CHAIN", "not signed by the root it names")
    raise _Doubt("E_UNTRUSTED")


def _attachments(case: _Case) -> str | None:
    """The file is of our closed PDF profile and carries exactly record and statement."""
    from certs.canonical import read_record  # noqa: PLC0415 - see above
    from certs.page import pdf_profile  # noqa: PLC0415 - see above
    from certs.page.errors import PdfProfileError  # noqa: PLC0415 - see above

    try:
        files = pdf_profile.read(case.data).embedded()
    except PdfProfileError as error:
        raise _Failed("E_STRUCTURE", error.got[:80]) from error
    if list(files) != [RECORD_FILE, STATEMENT_FILE]:
        raise _Failed("E_ATTACHMENT", ", ".join(sorted(files))[:80])
    try:
        case.record = read_record(files[RECORD_FILE])
    except RecordMalformedError as error:
        raise _Failed("E_RECORD", error.got) from error
    case.statement = files[STATEMENT_FILE]
    return None


def _signed_by_who_it_says(case: _Case) -> str | None:
    """The record names the key and the company that signed."""
    document = case.record.document
    if document.station.key_id != case.station.key_id:
        raise _Failed("E_ISSUER", "station key")
    name = chain.subject_organisation(document.issuer.name, specimen=chain.is_specimen(case.station))
    if case.station.name(ORGANISATION_NAME) != name:
        raise _Failed("E_ISSUER", "organisation name")
    return None


def _specimen_marked(case: _Case) -> str | None:
    """Virtual phones are signed for by specimen keys, real ones by station keys, never the other way round."""
    if case.record.document.emulated != chain.is_specimen(case.station):
        raise _Failed("E_SPECIMEN")
    return None


def _in_time(case: _Case) -> str | None:
    """Issued while every certificate of the chain was valid, and not in the future."""
    issued_at = case.issued_at
    for certificate in (case.station, case.organisation, case.root):
        if certificate is None:
            continue
        if not certificate.is_valid_at(issued_at):
            raise _Failed("E_EXPIRED")
    if issued_at > case.at + CLOCK_TOLERANCE:
        raise _Failed("E_FUTURE")
    if case.at > case.station.not_after:
        case.warnings.append("W_STATION_EXPIRED")
    return None


def _recomputed(case: _Case) -> str | None:
    """Verdict, claims, grade and outcome follow from the evidence."""
    from certs.recompute import fault_of  # noqa: PLC0415 - see above

    try:
        fault = fault_of(case.record)
    except (ProofwipeError, ValueError, TypeError, LookupError, ArithmeticError) as error:
        # The rules of other rooms on evidence that no bench of ours can have written.
        raise _Failed("E_RULES", type(error).__name__) from error
    if fault is not None:
        raise (_Doubt if fault.code == "E_RULES_UNKNOWN" else _Failed)(fault.code, fault.detail)
    return None


def _statement(case: _Case) -> str | None:
    """The statement of the QR symbol is this station's, and says what the record says."""
    from certs.statement import is_signed_by, read_statement, statement_of  # noqa: PLC0415 - see above

    try:
        same_key = is_signed_by(case.statement, case.station)
        said = read_statement(case.statement)
    except StatementMalformedError as error:
        raise _Failed("E_QR", error.got) from error
    if not same_key:
        raise _Failed("E_QR", "signature")
    if said != statement_of(case.record.document, case.record.data):
        raise _Failed("E_QR", "says something else than the record")
    return None


def _page(case: _Case) -> str | None:
    """Drawn again from the record, the paper is the same. Another drawing program may draw another page."""
    from certs.page.compare import same_drawing  # noqa: PLC0415 - see above
    from certs.page.draw import draw_paper  # noqa: PLC0415 - see above
    from certs.renderer import renderer  # noqa: PLC0415 - see above
    from certs.statement import qr_text  # noqa: PLC0415 - see above

    try:
        again = draw_paper(
            dict(case.record.plain), record_bytes=case.record.data, statement=case.statement,
            qr_text=qr_text(case.statement), contents_bytes=len(case.signed.container),
        )
        different = "" if same_drawing(case.data, again) else "drawn differently"
    except CertsError as error:
        different = f"cannot be drawn: {error.got}"[:120]
    if not different:
        return None
    if case.record.document.renderer != renderer():
        raise _Doubt("E_RENDERER", different)
    raise _Failed("E_PAGE_MISMATCH", different)


def _logged(case: _Case) -> str | None:
    """Records of this version are in no transparency log, and say so."""
    case.warnings.append("W_NOT_LOGGED")
    return "there is no log yet"


def _device(case: _Case) -> str | None:
    """The phone in hand is the phone on the paper."""
    if not case.identifier:
        return "no IMEI or serial number was given"
    device = case.record.document.device
    salt = bytes.fromhex(device.salt)
    typed = case.identifier.strip()
    imei = normalise("imei", typed)
    known = (
        (imei, "imei", device.commitments.imei1, device.imei1_last4),
        (imei, "imei", device.commitments.imei2, device.imei2_last4),
        (typed, "serial", device.commitments.serial, device.serial_last4),
    )
    for number, kind, commitment, printed in known:
        # The last four are printed for people; they must be those of the number that was committed to.
        if number and commit(kind, number, salt) == commitment and number.endswith(printed):
            return None
    raise _Failed("E_DEVICE")


CHECKS: tuple[tuple[str, Callable[[_Case], str | None]], ...] = (
    ("structure", _structure),
    ("coverage", _coverage),
    ("container", _container),
    ("integrity", _integrity),
    ("chain", _chain),
    ("trust", _issuer_trusted),
    ("attachments", _attachments),
    ("issuer", _signed_by_who_it_says),
    ("specimen", _specimen_marked),
    ("time", _in_time),
    ("rules", _recomputed),
    ("statement", _statement),
    ("page", _page),
    ("log", _logged),
    ("device", _device),
)
"""The checks in their order: name and function."""
