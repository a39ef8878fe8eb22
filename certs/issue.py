# SPDX-License-Identifier: GPL-3.0-or-later
"""From a record to a paper: sign the statement, append to the log, draw, sign, and verify the result ourselves.

Order: record → statement → (the caller's ledger) → log → proof → page → signature → own verifier → release. Each
part is a function, so that a station can write its ledger in between and go on after a crash where it stopped:
entering is idempotent, and a page drawn twice for one log entry is the same paper.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from certs import editions
from certs.editions.interface import RecordFacts, moment
from certs.errors import IssueError, NoEditionError, TimeStampError, WrongSignerError
from certs.formats import chain, cms
from certs.formats.dss import SecurityStore
from certs.formats.pdf_signature import StructureError, sign_file
from certs.keys import profile
from certs.log.entries import Close, Entry, Issue, Replace
from certs.log.leaves import leaf_of
from certs.page.pdf_profile import packed, write
from certs.record.issuer import Signer, TrialSigner
from certs.record.openings import write_openings
from certs.record.record import Record
from certs.record.sealing import Opening
from certs.record.statement import qr_text, sign_statement
from certs.verify.trust import Trust
from certs.verify.verification import Answer
from certs.verify.verifier import verify

if TYPE_CHECKING:
    from certs.services import LogWriter, Stamper

ERASED_AGAIN = "erased_again"
"""Reason of the REPLACE when a phone that has a certificate earns another."""

_OF_NO_TRUST = frozenset(("E_UNTRUSTED", "E_LOG_UNKNOWN"))
"""Doubts that a verifier has only because nothing was pinned for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A finished paper. `statement`: the COSE bytes that the QR symbol and the attachment carry.

    `unstamped`: why it carries no time stamp although an authority was asked, or None.
    """

    pdf: bytes
    record: bytes
    statement: bytes
    unstamped: TimeStampError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LogPosition:
    """Where a paper stands in the log: index of its entry, and the certificate it took the place of, or ""."""

    index: int
    replaced: str = ""


def issue(
    record: Record,
    signer: Signer,
    *,
    log: "LogWriter | None" = None,
    store: SecurityStore | None = None,
    openings: Iterable[Opening] = (),
    stamper: "Stamper | None" = None,
) -> Paper:
    """All of it at once, for callers without a ledger. `log` is needed when, and only when, the record names one.

    Raises: WrongSignerError, StatementMalformedError, IssueError, LogError; PageError when it cannot be drawn.
    """
    statement = signed_statement(record, signer)
    return draw_and_sign(
        record,
        statement,
        signer,
        proof=inclusion_proof(record, statement, log),
        store=store,
        openings=openings,
        stamper=stamper,
    )


def signed_statement(record: Record, signer: Signer) -> bytes:
    """The signed statement of a record. Raises: WrongSignerError, StatementMalformedError."""
    check_signer(record.facts, signer)
    return sign_statement(record.read.statement(), signer)


def inclusion_proof(record: Record, statement: bytes, log: "LogWriter | None") -> bytes:
    """Enter a paper into the log it names, and the proof of it; b"" for one that names none.

    Raises: IssueError when that log is not at hand, LogError.
    """
    if record.facts.log is None:
        return b""
    if log is None:
        raise IssueError(got="the record names a log, and none is open")
    return log.proof(append_to_log(record, statement, log).index)


def append_to_log(record: Record, statement: bytes, log: "LogWriter") -> LogPosition:
    """Append a paper's entries, durably and once: ISSUE and CLOSE of a certificate, with the REPLACE of the one that
    the phone had until now; CLOSE of a report.

    Raises: IssueError for a paper of another log, LogError.
    """
    place = record.facts.log
    leaf = leaf_of(record.read, statement)
    if leaf is None or place is None or place.origin != log.origin:
        raise IssueError(got=f"not a paper of the log {log.origin}")
    entries: list[Entry] = [leaf]
    replaced = ""
    if isinstance(leaf, Issue):
        entries.append(Close(at=leaf.at, start=leaf.start, outcome="certificate", id=leaf.id))
        live = log.live_issue(leaf.tag)
        standing = None if live is None else log.entry(live)
        if live is not None and isinstance(standing, Issue) and standing.id != leaf.id:
            replaced = standing.id
            entries.insert(0, Replace(at=leaf.at, old=standing.id, old_index=live, new=leaf.id, reason=ERASED_AGAIN))
    places = log.append(entries, at=leaf.at)
    return LogPosition(index=places[entries.index(leaf)], replaced=replaced)


def draw_and_sign(
    record: Record,
    statement: bytes,
    signer: Signer,
    *,
    proof: bytes = b"",
    store: SecurityStore | None = None,
    openings: Iterable[Opening] = (),
    stamper: "Stamper | None" = None,
) -> Paper:
    """Draw, sign and check a paper whose record and statement are kept: same id, same record, same QR each time.

    Needs the key that signed the statement. With `openings` it is the archive copy. A time-stamping authority that
    does not answer holds nothing up: the paper is made without a token and says why (`Paper.unstamped`).
    Raises: WrongSignerError, IssueError, StatementMalformedError, OpeningsMalformedError; PageError.
    """
    check_signer(record.facts, signer)
    opened = tuple(openings)

    def drawn(kept: SecurityStore | None, token_room: int) -> bytes:
        blank = record.read.drawing(
            attached=record.data,
            statement=statement,
            qr_text=qr_text(statement),
            contents_bytes=cms.container_bytes(signer.station, token_room),
            proof=proof,
            openings=write_openings(record.facts.id, opened) if opened else b"",
            store=kept,
        )
        return write(packed(blank))

    unstamped = None
    try:
        try:
            blank, pdf = _signed(drawn, signer, store, stamper)
        except TimeStampError as error:
            unstamped = error
            blank, pdf = _signed(drawn, signer, store, None)
    except (StructureError, cms.CmsError) as error:
        raise IssueError(got=str(error)) from error
    _release(pdf, record, drawn=blank)
    return Paper(pdf=pdf, record=record.data, statement=statement, unstamped=unstamped)


def _signed(
    drawn: Callable[[SecurityStore | None, int], bytes],
    signer: Signer,
    store: SecurityStore | None,
    stamper: "Stamper | None",
) -> tuple[bytes, bytes]:
    """The paper before it was signed, and after."""
    if stamper is None:
        blank = drawn(store, 0)
        return blank, sign_file(blank, signer)
    blank = drawn(None if store is None else stamper.with_store(store), stamper.token_room)
    return blank, sign_file(blank, signer, token_room=stamper.token_room, stamp=stamper.stamp)


def check_signer(facts: RecordFacts, signer: Signer) -> None:
    """May this key sign this record? Specimens and real papers never mix, nobody signs for another, and a station's key
    signs nothing under a law that was not released: no verifier elsewhere has it.

    Raises: WrongSignerError, NoEditionError.
    """
    station = signer.station
    if station.specimen != facts.emulated:
        raise WrongSignerError(expected="a specimen key" if facts.emulated else "a station key", got=station.key_id)
    if station.key_id != facts.key_id:
        raise WrongSignerError(expected=facts.key_id, got=station.key_id)
    name = chain.subject_organisation(facts.issuer, specimen=facts.emulated)
    if profile.organisation_name(station.certificate) != name:
        raise WrongSignerError(expected=name, got=profile.organisation_name(station.certificate))
    if not (station.specimen or editions.is_released(facts.edition) or isinstance(signer, TrialSigner)):
        raise NoEditionError(subject=facts.edition)


def _release(pdf: bytes, record: Record, *, drawn: bytes) -> None:
    """Without pinned roots the verifier must find nothing but an unknown issuer, a specimen or a report.

    What was drawn a moment ago is not drawn again here, and what was computed for the very bytes of this record is not
    computed again; every verifier elsewhere does both.
    """
    issued_at = moment(record.facts.issued_at)
    found = verify(pdf, Trust(), at=issued_at, drawn=drawn, made=record)
    doubts = {check.code for check in found.checks if check.code} - _OF_NO_TRUST
    if found.answer is Answer.NOT_VALID or (found.answer is Answer.CANNOT_TELL and doubts):
        last = found.checks[-1]
        raise IssueError(got=f"{found.code} {last.detail}".strip())
