# SPDX-License-Identifier: GPL-3.0-or-later
"""Every opened job ends in a signed paper: a certificate if it was earned, a report if not.

A job that only waits for a person's decision is at no end: what its paper would be stands in the ledger, for the
decision is about that, and no file of it is made.

Order, so that a crash at any line loses nothing and does nothing twice: record and statement into the ledger, their
entry into the transparency log, then the page, the file, and the move to CERTIFIED. A paper whose entry or file is
missing gets them from what the ledger holds.
"""

import logging
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from certs import editions
from certs.editions.interface import ErasureVerdict, moment
from certs.errors import CertificateEarnedError, CertsError, EditionUnknownError, KeyRevokedError
from certs.formats.dss import SecurityStore
from certs.formats.x509_facts import read_certificate, read_revocation_list
from certs.issue import Paper, draw_and_sign, signed_statement
from certs.log.proofs import cosigned_times
from certs.record.facts import JobFacts
from certs.record.identifier import ID_BYTES, id_text
from certs.record.issuer import Issuer, Signer
from certs.record.openings import ACQUISITION
from certs.record.record import Record, content
from certs.record.sealing import SALT_BYTES, Opening
from phones.clock import Clock
from phones.identity import PhoneIdentity
from station.errors import LogMissingError, NotCertifiedError
from station.ledger.entry import parse_time
from station.ledger.job import Job
from station.ledger.job_events import JobFailed
from station.ledger.paper_events import (
    CertificateMade,
    FieldsSealed,
    PaperHandedOut,
    PaperMade,
    PaperPrinted,
    ReportMade,
)
from station.ledger.stages import Stage
from station.papers.job_log import JobLog
from station.papers.paper_names import Naming, flat, make_folders, place_of
from station.setup.home import is_there, write_whole

log = logging.getLogger("proofwipe.papers")

if TYPE_CHECKING:
    from certs.services import Stamper

AWAITING_FILE = "awaiting"
"""What the name of a file says that was made before a decision."""
STAMPED_WITHIN = timedelta(days=1)
CORRECTION_ENDS_WORK = ("2026.11",)
"""Editions whose law wants every piece of evidence, also a corrected answer, before the end of the work."""
WITNESSED_WITHIN = timedelta(days=6)
"""A day less than readers allow between issue and the first proof of it (`Trust.longest_delay`)."""


def new_certificate_id() -> str:
    """A fresh id; its spelling is the paper's own business (`certs.record.identifier`)."""
    return id_text(secrets.token_bytes(ID_BYTES))


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperIssuer:
    """Makes papers for jobs. `publish` writes the file; tests of the erase logic hand in their own.

    `scheme`: the grading scheme's name, the path of a TOML file, or "" for the one that fits what was checked.
    `edition`: whose law makes new papers
    (`certs.editions.for_papers`). `log`: the transparency log, None when the settings say there is none.
    `store`: revocation lists of the day. `stamper`: a time-stamping authority, None without one.
    `naming`: what files are called. `signer_of`: the signer for a key id, where a paper of an earlier station key is
    drawn again. `warn`: told when a paper had to be made without its time stamp.
    """

    issuer: Issuer
    signer: Signer
    scheme: str
    edition: str
    folder: Path
    clock: Clock
    log: JobLog | None = None
    store: SecurityStore | None = None
    stamper: "Stamper | None" = None
    new_id: Callable[[], str] = new_certificate_id
    new_salt: Callable[[], bytes] = lambda: secrets.token_bytes(SALT_BYTES)
    sign_statement: Callable[[Record, Signer], bytes] = signed_statement
    draw_and_sign: Callable[..., Paper] = draw_and_sign
    publish: Callable[[Path, bytes], None] = write_whole
    naming: Naming = flat
    signer_of: Callable[[str], Signer] | None = None
    warn: Callable[[CertsError], None] = lambda _error: None

    def issue_for(self, job: Job) -> None:
        """Give the job the paper it has earned; does nothing that was already done.

        Raises: LedgerError; LogError, CertsError when the paper cannot be made; FileNotWrittenError.
        """
        if job.certificate is not None:
            self._ensure_published(job, job.certificate)
        elif job.stage in (Stage.VERIFIED, Stage.VALIDATED):
            self._certificate_or_report(job)
        elif job.report is not None and job.report_is_last:
            self._ensure_published(job, job.report)
        else:
            self._report(job)

    def report_again(self, job: Job) -> None:
        """Write what a decision would be about now into the ledger, without any file. What it is made of must have
        been appended in the same transaction (`Ledger.together`); `issue_for` does the rest. Raises: as `issue_for`.
        """
        record = self._record(job, logged=False)
        if not record.is_report:
            raise CertificateEarnedError(subject=job.id)
        job.write(self._made(job, ReportMade, record, "report"))

    def judge(self, job: Job) -> ErasureVerdict:
        """What the law of the paper that the job will get says of its evidence. Raises: RulesError."""
        evidence = [piece.to_json() for piece in job.evidence]
        return editions.law(self.edition_for(job)).verdict(evidence, job.method)

    def edition_for(self, job: Job) -> str:
        """The edition of the job's papers: the one its report was made under, so that a person's decision about it
        holds for the certificate too; else the one of this issuer.
        """
        if job.report is None:
            return self.edition
        try:
            return editions.read_record(job.report.record.encode()).facts.edition
        except EditionUnknownError:  # of a law in work that is gone: only specimens have such papers
            return self.edition

    def before_decision(self, job: Job) -> str:
        """What a validator signs for: the digest of what they look at. Raises: CertsError, LedgerError."""
        self._seal(job)
        edition = self.edition_for(job)
        return content(facts_of(job, edition), self.issuer, self.signer.station, self.scheme, edition=edition)

    def _certificate_or_report(self, job: Job) -> None:
        if job.report is not None and job.report_is_last and job.summary.awaits_decision:
            return
        record = self._record(job, logged=not _awaits_decision(job))
        if not record.is_report and record.facts.log is not None and not self._may_close(job):
            # The log has the end of a paper that the ledger has lost, as after a disk that lost what it had confirmed:
            # a second one may stand nowhere, and nobody can say what the first one said.
            job.move(Stage.FAILED, because=[job.write(JobFailed(reason="paper_lost"))])
            self._report(job)
        elif not record.is_report:
            self._write(job, CertificateMade, record, "certificate")
        elif job.report is not None and job.report_is_last:
            self._ensure_published(job, job.report)
        elif record.facts.log is None or self._may_close(job):
            self._write(job, ReportMade, record, "report")
        else:
            self._report(job)

    def _report(self, job: Job) -> None:
        record = self._record(job, logged=not _awaits_decision(job) and self._may_close(job))
        if not record.is_report:
            raise CertificateEarnedError(subject=job.id)
        self._write(job, ReportMade, record, "report")

    def _record(self, job: Job, *, logged: bool) -> Record:
        """The record the job gets now. `logged`: does its paper end the job in the log?"""
        self._seal(job)
        edition = self.edition_for(job)
        facts = facts_of(job, edition)
        return Record.of_job(
            facts if logged else replace(facts, log=None),
            self.issuer,
            self.signer.station,
            self.scheme,
            issued_at=self.clock.now(),
            certificate_id=self.new_id(),
            edition=edition,
        )

    def _may_close(self, job: Job) -> bool:
        return self.log is None or self.log.may_close(job)

    def _seal(self, job: Job) -> None:
        """What the papers of this job hold only as commitments, with fresh salts; written once, before the first."""
        if job.openings is not None:
            return
        values = sealed_values(job)
        openings = (Opening(name=name, salt=self.new_salt(), value=value) for name, value in values.items())
        job.write(FieldsSealed(openings=tuple(openings)))

    def _write(self, job: Job, kind: type[PaperMade], record: Record, outcome: str) -> None:
        paper = self._made(job, kind, record, outcome)
        job.write(paper)
        if not (outcome == "report" and job.summary.would_await(record.facts.reasons)):
            self._ensure_published(job, paper, record)

    def _made(self, job: Job, kind: type[PaperMade], record: Record, outcome: str) -> PaperMade:
        waits = outcome == "report" and job.summary.would_await(record.facts.reasons)
        return kind(
            id=record.facts.id,
            outcome=outcome,
            file=self.naming(job, record.facts.id, AWAITING_FILE if waits else outcome),
            record=record.data.decode(),
            statement=self.sign_statement(record, self.signer),
            title=record.facts.title,
            reasons=record.facts.reasons,
        )

    def _ensure_published(self, job: Job, made: PaperMade, record: Record | None = None) -> None:
        """The ledger has the paper: see that log and file have it too, and that the job stands where it should.
        `record`: the paper's own, where it was made a moment ago.
        """
        lost = job.summary.ended if made is job.certificate else ""
        target = self.folder / place_of(made.file, lost)
        if record is None:
            record = _kept_record(made)
        statement = made.statement
        entered = record.facts.log is None or record.facts.id in job.logged
        written = is_there(target) or (bool(lost) and is_there(self.folder / made.file))
        if not (entered and written):
            proof = self._proof(job, record, statement)
            if not written:
                proof, store = self._first_proof_and_store(job, record, proof)
                paper = self.draw_and_sign(
                    record,
                    statement,
                    self._signer(record),
                    proof=proof,
                    store=store,
                    stamper=self._stamper(record),
                )
                if paper.unstamped is not None:
                    self.warn(paper.unstamped)
                make_folders(self.folder, place_of(made.file, lost))
                self.publish(target, paper.pdf)
        self.forget_awaiting(job)  # before it is written down that the paper is there: a kill leaves none
        if record.facts.id not in job.handed_out:
            job.write(PaperHandedOut(id=record.facts.id, file=made.file))
        if isinstance(made, CertificateMade) and not job.stage.final:
            job.move(Stage.CERTIFIED, because=[job.certificate_number])

    def forget_awaiting(self, job: Job) -> None:
        """Remove files that show the job as it was before a decision or a correction (`reprint` makes them on request):
        none is a paper, and none may be found beside the one that counts. What cannot be removed stops nothing.
        """
        for made in job.ledger.all_of(ReportMade, job=job.id):
            if made.file.endswith(f"-{AWAITING_FILE}.pdf"):
                try:
                    (self.folder / made.file).unlink(missing_ok=True)
                except OSError as error:
                    log.warning("%s not removed: %s", made.file, type(error).__name__)

    def _proof(self, job: Job, record: Record, statement: bytes) -> bytes:
        """Enter the paper, if it is not entered, and prove it. Raises: LogError, LogMissingError."""
        if record.facts.log is None:
            return b""
        if self.log is None:
            raise LogMissingError(got=record.facts.log.origin)
        entered = job.logged.get(record.facts.id)
        if entered is not None:  # perhaps replaced since: then nothing of it may be entered again
            return self.log.log.proof(entered.index)
        return self.log.log.proof(self.log.append(job, record, statement).index)

    def _first_proof_and_store(self, job: Job, record: Record, proof: bytes) -> tuple[bytes, SecurityStore | None]:
        """Proof and revocation lists for a paper: reuse the first ones, which stand in the ledger. A later proof would
        make the paper look back-dated, and later lists do not cover its day of issue.

        Another proof takes the place of the first only if more witnesses had signed it, and soon enough.
        """
        paper = record.facts.id
        kept = job.printed.get(paper)
        if kept is None:
            store = self.store or SecurityStore()
            job.write(
                PaperPrinted(
                    id=paper,
                    proof=proof,
                    store=self.store is not None,
                    certificates=tuple(store.certificates),
                    revocation_lists=tuple(store.revocation_lists),
                )
            )
            return proof, self.store
        first = kept.proof
        store = SecurityStore(certificates=kept.certificates, revocation_lists=kept.revocation_lists)
        return (proof if _is_better(proof, first, _issued_at(record)) else first), store if kept.store else None

    def _signer(self, record: Record) -> Signer:
        """Raises: KeyRevokedError for an earlier key of the station that was revoked since."""
        wanted = record.facts.key_id
        if self.signer_of is None or self.signer.station.key_id == wanted:
            return self.signer
        signer = self.signer_of(wanted)
        for data in self.store.revocation_lists if self.store is not None else ():
            listed = read_revocation_list(data)
            own = listed.is_signed_by(read_certificate(signer.station.encoded[1]))
            entry = listed.entry(signer.station.certificate.serial_number) if own else None
            if entry is not None:
                raise KeyRevokedError(subject=f"{signer.station.name} {wanted}", since=f"{entry.at:%Y-%m-%d}")
        return signer

    def reprint(self, job: Job, *, openings: Iterable[Opening] = ()) -> Paper:
        """The job's paper, drawn and signed again from the ledger's record: same id, same record, same QR.

        With `openings` it is the archive copy. Raises: CertsError, LogError.
        """
        if job.paper is None:
            raise NotCertifiedError(subject=job.id, stage=job.stage.value)
        record, statement = _kept_record(job.paper), job.paper.statement
        proof, store = self._first_proof_and_store(job, record, self._proof(job, record, statement))
        return self.draw_and_sign(
            record,
            statement,
            self._signer(record),
            proof=proof,
            store=store,
            openings=openings,
            stamper=self._stamper(record),
        )

    def _stamper(self, record: Record) -> "Stamper | None":
        """Only for a fresh paper: a much later stamp proves nothing about its time, and makes it look back-dated."""
        return self.stamper if self.clock.now() - _issued_at(record) < STAMPED_WITHIN else None


def _issued_at(record: Record) -> datetime:
    return moment(record.facts.issued_at)


def _is_better(proof: bytes, first: bytes, issued_at: datetime) -> bool:
    """Does this proof of the same entry say more than the first one, without making the paper look back-dated?"""
    if not proof or not first:
        return False
    times = cosigned_times(proof)
    return len(times) > len(cosigned_times(first)) and times[-1] - issued_at < WITNESSED_WITHIN


def _kept_record(paper: PaperMade) -> Record:
    return Record(data=paper.record.encode())


def _awaits_decision(job: Job) -> bool:
    """May a person's decision still certify it? Then no report ends the job in the log."""
    return job.stage is Stage.VERIFIED and job.validation is None and job.opened.policy.require_validation


def sealed_values(job: Job) -> dict[str, str]:
    """What is sealed in the job's papers: the phone's identifiers in full, and where it came from."""
    identity = job.identity or PhoneIdentity()
    found = dict(identity.numbers)
    found |= {ACQUISITION + name: value for name, value in job.opened.acquisition.items()}
    return {name: value for name, value in found.items() if value}


def facts_of(job: Job, edition: str) -> JobFacts:
    """Everything a paper is made from, out of the ledger. `edition`: whose law the paper is made under."""
    opened = job.opened
    finished = job.finished_at or job.opened_at
    if edition in CORRECTION_ENDS_WORK:
        finished = max(finished, job.corrected_at)
    return JobFacts(
        job_id=job.id,
        attempt=job.attempt,
        opened_at=parse_time(job.opened_at),
        finished_at=parse_time(finished),
        port=opened.port,
        slot=opened.slot,
        emulated=opened.emulated,
        platform=opened.platform,
        identity=job.identity or PhoneIdentity(),
        salt=opened.salt,
        evidence=tuple(job.evidence),
        method=job.method,
        policy=opened.policy,
        performed_by=opened.performed_by,
        validation=None if job.validation is None else job.validation.validation,
        stage=job.stage.value,
        failure=job.failure,
        problems=job.problems,
        disclosures=dict(opened.disclosures),
        log=job.log,
        openings=job.openings or (),
    )
