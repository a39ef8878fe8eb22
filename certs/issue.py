# SPDX-License-Identifier: GPL-3.0-or-later
"""From a record to a paper: state, draw, sign, and let our own verifier look at the result before it is released."""

from dataclasses import dataclass
from datetime import UTC, datetime

from certs import cms, profile
from certs.errors import IssueError, WrongSignerError
from certs.issuer import Signer
from certs.page.draw import draw_paper
from certs.pdf_signature import StructureError, sign_file
from certs.record import Record
from certs.record_schema import TIME_FORMAT, RecordDocument
from certs.statement import qr_text, sign_statement, statement_of
from certs.trust import Trust
from certs.verification import Answer
from certs.verify import verify


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A finished paper. `statement`: the COSE bytes that the QR symbol and the attachment carry."""

    pdf: bytes
    record: bytes
    statement: bytes


def issue(record: Record, signer: Signer) -> Paper:
    """State, draw and sign a record.

    Raises: WrongSignerError, StatementMalformedError, IssueError; PageError when the record cannot be drawn.
    """
    check_signer(record.document, signer)
    return _paper(record, sign_statement(statement_of(record.document, record.data), signer), signer)


def reissue(record: bytes, statement: bytes, signer: Signer) -> Paper:
    """Draw and sign again what a ledger holds: same id, same record, same QR, another signature.

    Needs the key that signed the statement. Raises: as `issue`, and RecordMalformedError.
    """
    believed = Record(data=record)
    check_signer(believed.document, signer)
    return _paper(believed, statement, signer)


def check_signer(document: RecordDocument, signer: Signer) -> None:
    """May this key sign this record? Specimens and real papers never mix, and nobody signs for another.

    Raises: WrongSignerError.
    """
    station = signer.station
    if station.specimen != document.emulated:
        raise WrongSignerError(expected="a specimen key" if document.emulated else "a station key", got=station.key_id)
    if station.key_id != document.station.key_id:
        raise WrongSignerError(expected=document.station.key_id, got=station.key_id)
    name = profile.subject_organisation(document.issuer.name, specimen=document.emulated)
    if profile.organisation_name(station.certificate) != name:
        raise WrongSignerError(expected=name, got=profile.organisation_name(station.certificate))


def _paper(record: Record, statement: bytes, signer: Signer) -> Paper:
    unsigned = draw_paper(
        record.read.plain, record_bytes=record.data, statement=statement, qr_text=qr_text(statement),
        contents_bytes=cms.container_bytes(signer.station),
    )
    try:
        pdf = sign_file(unsigned, signer)
    except (StructureError, cms.CmsError) as error:
        raise IssueError(got=str(error)) from error
    _release(pdf, record.document)
    return Paper(pdf=pdf, record=record.data, statement=statement)


def _release(pdf: bytes, document: RecordDocument) -> None:
    """Without pinned roots the verifier must find nothing but an unknown issuer, a specimen or a report."""
    issued_at = datetime.strptime(document.issued_at, TIME_FORMAT).replace(tzinfo=UTC)
    found = verify(pdf, Trust(), at=issued_at)
    if found.answer is Answer.NOT_VALID or (found.answer is Answer.CANNOT_TELL and found.code != "E_UNTRUSTED"):
        last = found.checks[-1]
        raise IssueError(got=f"{found.code} {last.detail}".strip())
