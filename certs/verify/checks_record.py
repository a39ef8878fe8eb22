# SPDX-License-Identifier: GPL-3.0-or-later
"""The checks of what a paper says: attachments, record, statement, page, validator's signature, openings, phone.

What reads records, statements and pages is imported by the check that needs it: a file whose bytes were changed is
refused before the reader of records or any PDF reader is loaded.
"""
# ruff: noqa: PLC0415 - see above

import hashlib
from typing import TYPE_CHECKING

from certs import editions
from certs.errors import (
    CertsError,
    EditionUnknownError,
    OpeningsMalformedError,
    RecordMalformedError,
    StatementMalformedError,
)
from certs.formats import chain
from certs.formats.x509_facts import ORGANISATION_NAME
from certs.verify.case import CLOCK_TOLERANCE, CannotGoOn, Case, Failed, Inconclusive
from phones.errors import ProofwipeError
from phones.verdict import Verdict

if TYPE_CHECKING:
    from certs.page.pdf_profile import PaperFile

FROM_OTHER_ROOMS = (ProofwipeError, ValueError, TypeError, LookupError, ArithmeticError)
"""What the rules of other rooms, and the page, raise on records that no bench of ours can have written."""
RECORD_FILE, STATEMENT_FILE = "erase-record.json", "statement.cose"
PROOF_FILE, OPENINGS_FILE = "erase.tlog-proof", "openings.json"
MOST_FILES = 4


def attachments(case: Case) -> str | None:
    """The file is of our closed PDF profile and carries record, statement, the proof of a logged paper, perhaps
    openings, in this order and nothing else.
    """
    from certs.page import pdf_profile
    from certs.page.errors import PdfProfileError

    try:
        case.paper = pdf_profile.read(case.data)
        if _listed_files(case.paper) > MOST_FILES:
            raise Failed("E_ATTACHMENT", "too many")
        files = case.paper.embedded()
        case.store = case.paper.store()
    except PdfProfileError as error:
        raise Failed("E_STRUCTURE", error.got[:80]) from error
    names = list(files)
    rest = [name for name in (PROOF_FILE, OPENINGS_FILE) if name in names[2:]]
    if names != [RECORD_FILE, STATEMENT_FILE, *rest] or not all(files.values()):
        raise Failed("E_ATTACHMENT", ", ".join(sorted(names))[:80])
    case.record_bytes, case.statement = files[RECORD_FILE], files[STATEMENT_FILE]
    case.proof, case.openings = files.get(PROOF_FILE, b""), files.get(OPENINGS_FILE, b"")
    return None


def edition(case: Case) -> str | None:
    """The law of the edition that the record names is at hand, and the record has the form that law gives it.

    Without that law nothing the record says can be told, good or bad, and nothing more is asked.
    """
    try:
        own = case.made if case.made is not None and case.made.data == case.record_bytes else None
        case.record = own.read if own is not None else editions.read_record(case.record_bytes)
    except EditionUnknownError as error:
        raise CannotGoOn("E_EDITION_UNKNOWN", error.subject) from error
    except RecordMalformedError as error:
        raise Failed("E_RECORD", error.got) from error
    if case.record.facts.log is not None and not case.proof:
        raise Failed("E_NOT_LOGGED", "no proof attached")
    if case.record.facts.log is None and case.proof:
        raise Failed("E_ATTACHMENT", PROOF_FILE)
    return None


def _listed_files(paper: "PaperFile") -> int:
    """How many attachments the catalog lists. Each may unpack to megabytes, so nobody unpacks hundreds of them."""
    found: object = paper.objects[0] if paper.objects else None
    for key in ("Names", "EmbeddedFiles", "Names"):
        found = found.get(key) if isinstance(found, dict) else None
    return len(found) // 2 if isinstance(found, list) else 0


def signed_by_who_it_says(case: Case) -> str | None:
    """The record names the key and the company that signed."""
    facts = case.record.facts
    if facts.key_id != case.station.key_id:
        raise Failed("E_ISSUER", "station key")
    name = chain.subject_organisation(facts.issuer, specimen=chain.is_specimen(case.station))
    if case.station.name(ORGANISATION_NAME) != name:
        raise Failed("E_ISSUER", "organisation name")
    return None


def specimen_marked(case: Case) -> str | None:
    """Virtual phones are signed for by specimen keys, real ones by station keys, never the other way round."""
    if case.record.facts.emulated != chain.is_specimen(case.station):
        raise Failed("E_SPECIMEN")
    return None


def in_time(case: Case) -> str | None:
    """Issued while every certificate of the chain was valid, and not in the future."""
    issued_at = case.issued_at
    for certificate in (case.station, case.organisation, case.root):
        if certificate is not None and not certificate.is_valid_at(issued_at):
            raise Failed("E_EXPIRED")
    if issued_at - case.at > CLOCK_TOLERANCE:
        raise Failed("E_FUTURE")
    if case.at > case.station.not_after:
        case.warnings.append("W_STATION_EXPIRED")
    return None


def recomputed(case: Case) -> str | None:
    """Verdict, attestation, claims, grade and outcome follow from the evidence; a set of attestation roots that did not
    come with the program is signed by the organisation that answers for the paper.
    """
    signer = case.record.facts.attestation_roots_signer
    if signer and signer != hashlib.sha256(case.organisation.public_key).hexdigest():
        raise Failed("E_ATTESTATION", "roots_of_another_organisation")
    if signer:
        case.warnings.append("W_ATTESTATION_ROOTS")
    if case.made is not None and case.record is case.made.read:
        return None  # no `Record` exists whose bytes were not computed again
    try:
        fault = case.record.fault()
    except FROM_OTHER_ROOMS as error:
        raise Failed("E_RULES", type(error).__name__) from error
    if fault is not None:
        raise (Inconclusive if fault.code == "E_RULES_UNKNOWN" else Failed)(fault.code, fault.detail)
    return None


def statement(case: Case) -> str | None:
    """The statement of the QR symbol is this station's, and says what the record says."""
    from certs.record.statement import is_signed_by, read_statement

    try:
        same_key = is_signed_by(case.statement, case.station)
        said = read_statement(case.statement)
    except StatementMalformedError as error:
        raise Failed("E_QR", error.got) from error
    if not same_key:
        raise Failed("E_QR", "signature")
    if said != case.record.statement():
        raise Failed("E_QR", "says something else than the record")
    return None


def page(case: Case) -> str | None:
    """Drawn again from the record, as its edition draws it, the paper is the same."""
    from certs.page.compare import same_objects

    try:
        alike = _is_blank_of(case, case.drawn) or same_objects(case.paper, _drawn(case))
    except CertsError as error:
        raise Failed("E_PAGE_MISMATCH", f"cannot be drawn: {error.got}"[:120]) from error
    except FROM_OTHER_ROOMS as error:  # of a record whose rules nobody here could ask
        raise Failed("E_PAGE_MISMATCH", f"cannot be drawn: {type(error).__name__}") from error
    if not alike:
        raise Failed("E_PAGE_MISMATCH", "drawn differently")
    return None


def _drawn(case: Case) -> "PaperFile":
    from certs.record.statement import qr_text

    return case.record.drawing(
        attached=case.record.data,
        statement=case.statement,
        qr_text=qr_text(case.statement),
        contents_bytes=len(case.signed.container),
        proof=case.proof,
        openings=case.openings,
        store=case.store,
    )


def _is_blank_of(case: Case, drawn: bytes) -> bool:
    """Is `drawn` byte for byte the paper with its signature taken out? True for every paper drawn by this program."""
    from certs.formats.pdf_signature import blanked

    return len(drawn) == len(case.data) and blanked(case.data) == drawn


def validation(case: Case) -> str | None:
    """The named person's decision carries their own signature. One without a key of their own is a warning."""
    from certs.record.validation import check

    found = check(case.record, case.organisation.encoded)
    if found.verdict is Verdict.FAILED:
        raise Failed("E_VALIDATION", found.detail)
    if found.verdict is Verdict.PASSED:
        return None
    if found.detail == "unsigned":
        case.warnings.append("W_VALIDATION_UNSIGNED")
        return "the person has no key of their own"
    return "nobody decided"


def opened(case: Case) -> str | None:
    """What the archive copy opens is what the record sealed."""
    if not case.openings:
        return "nothing is opened in this copy"
    from certs.record.openings import first_mismatch, read_openings

    try:
        found = read_openings(case.openings)
    except OpeningsMalformedError as error:
        raise Failed("E_OPENING", error.got) from error
    wrong = first_mismatch(case.record.facts, found)
    if wrong:
        raise Failed("E_OPENING", wrong)
    case.opened = {one.name: one.value for one in found.openings}
    return None


def device(case: Case) -> str | None:
    """The phone in hand is the phone on the paper."""
    if not case.identifier:
        return "no IMEI or serial number was given"
    from phones.commitment import commit
    from phones.typed_number import spellings

    facts = case.record.facts
    salt = bytes.fromhex(facts.salt)
    for one in facts.identifiers:
        # The last four are printed for people; they must be those of the number that was committed to.
        if not one.shown:
            continue
        for number in spellings(one.label, case.identifier):
            if commit(one.label, number, salt) == one.commitment and number.endswith(one.last4):
                return None
    raise Failed("E_DEVICE")
