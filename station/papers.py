# SPDX-License-Identifier: GPL-3.0-or-later
"""Every opened job ends in a signed paper: a certificate if it was earned, a report if not.

Order, so that a crash at any line loses nothing: record and statement into the ledger, then the file,
then the move to CERTIFIED. A paper whose file is missing is drawn and signed again from the ledger.
"""

import base64
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from certs.errors import NotCertifiableError
from certs.facts import JobFacts, Person, SalePolicy, Validation
from certs.identifier import ID_BYTES, id_text
from certs.issue import Paper, issue, reissue
from certs.issuer import Issuer, Signer
from certs.record import Record, certificate_record, report_record
from grading.schemes import Scheme
from phones.clock import Clock
from phones.identity import PhoneIdentity
from station.home import write_whole
from station.job import Job, parse_time
from station.stages import EntryKind, Stage


def new_certificate_id() -> str:
    """A fresh id; its spelling is the paper's own business (`certs.identifier`)."""
    return id_text(secrets.token_bytes(ID_BYTES))


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperDesk:
    """Makes papers for jobs. `publish` writes the file; tests of the erase logic hand in their own."""

    issuer: Issuer
    signer: Signer
    scheme: Scheme
    folder: Path
    clock: Clock
    new_id: Callable[[], str] = new_certificate_id
    make: Callable[[Record, Signer], Paper] = issue
    remake: Callable[[bytes, bytes, Signer], Paper] = reissue
    publish: Callable[[Path, bytes], None] = write_whole

    def serve(self, job: Job) -> None:
        """Give the job the paper it has earned; does nothing that was already done.

        Raises: LedgerError; CertsError when the paper cannot be made.
        """
        if job.certificate is not None:
            self._hand_out(job, EntryKind.CERTIFICATE)
        elif job.stage in (Stage.VERIFIED, Stage.VALIDATED):
            self._certificate_or_report(job)
        elif job.report is not None and job.report_is_last:
            self._hand_out(job, EntryKind.REPORT)
        else:
            self._report(job)

    def _certificate_or_report(self, job: Job) -> None:
        try:
            record = certificate_record(
                facts_of(job), self.issuer, self.signer.station, self.scheme,
                issued_at=self.clock.now(), certificate_id=self.new_id(),
            )
        except NotCertifiableError:
            if job.report is None:
                self._report(job)
            else:
                self._hand_out(job, EntryKind.REPORT)
            return
        self._write(job, EntryKind.CERTIFICATE, record, "certificate")

    def _report(self, job: Job) -> None:
        record = report_record(
            facts_of(job), self.issuer, self.signer.station, self.scheme,
            issued_at=self.clock.now(), certificate_id=self.new_id(),
        )
        self._write(job, EntryKind.REPORT, record, "report")

    def _write(self, job: Job, kind: EntryKind, record: Record, outcome: str) -> None:
        paper = self.make(record, self.signer)
        name = f"{record.document.id}-{outcome}.pdf"
        number = job.write(
            kind,
            {
                "id": record.document.id, "outcome": outcome, "file": name, "record": record.data.decode(),
                "statement": base64.b64encode(paper.statement).decode(),
                "title": record.document.outcome.title, "reasons": list(record.document.outcome.reasons),
            },
        )
        self.publish(self.folder / name, paper.pdf)
        if kind is EntryKind.CERTIFICATE:
            job.move(Stage.CERTIFIED, because=[number])

    def _hand_out(self, job: Job, kind: EntryKind) -> None:
        """The ledger has the paper; see that the file is there, and that the job stands where it should."""
        payload = job.certificate if kind is EntryKind.CERTIFICATE else job.report
        if payload is None:
            return
        target = self.folder / str(payload["file"])
        if not target.exists():
            self.publish(target, self.reprint(job).pdf)
        if kind is EntryKind.CERTIFICATE and not job.stage.final:
            number = next(
                entry.number for entry in job.ledger.entries(job.id) if entry.kind is EntryKind.CERTIFICATE
            )
            job.move(Stage.CERTIFIED, because=[number])

    def reprint(self, job: Job) -> Paper:
        """The job's paper, drawn and signed again from the ledger's record: same id, same record, same QR."""
        payload = job.certificate or job.report or {}
        return self.remake(
            str(payload["record"]).encode(), base64.b64decode(str(payload["statement"])), self.signer
        )


def facts_of(job: Job) -> JobFacts:
    """Everything a paper is made from, out of the ledger."""
    opened = job.opened
    policy = opened["policy"]
    performed_by = opened["performed_by"]
    if not isinstance(policy, dict) or not isinstance(performed_by, dict):
        raise TypeError("job_opened: policy and performed_by are tables")
    return JobFacts(
        job_id=job.id, attempt=job.attempt, opened_at=_time(job.opened_at), finished_at=_time(job.last_at),
        port=job.port, slot=str(opened["slot"]), emulated=bool(opened["emulated"]), platform=job.platform,
        identity=job.identity or PhoneIdentity(), salt=job.salt, evidence=tuple(job.evidence), method=job.method,
        policy=SalePolicy(**policy), performed_by=Person(**performed_by), validation=_validation(job),
        stage=job.stage.value, failure=job.failure, problems=job.problems,
        disclosures=_texts(opened.get("disclosures")),
    )


def _validation(job: Job) -> Validation | None:
    found = job.validation
    if found is None:
        return None
    return Validation(
        decision=str(found["decision"]), by=Person(name=str(found["by"]), role=str(found["role"])),
        at=_time(str(found["at"])), grounds=str(found.get("grounds", "")),
    )


def _texts(table: object) -> dict[str, str]:
    return {str(name): str(text) for name, text in table.items()} if isinstance(table, dict) else {}


def _time(text: str) -> datetime:
    return parse_time(text)
