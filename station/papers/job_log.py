# SPDX-License-Identifier: GPL-3.0-or-later
"""A job's life in the transparency log: START before its erase command leaves, its paper's entry, its end.

Every step is written so that a station killed between ledger and log, in either order, does it once: what an entry
is made from stands in the ledger first, appending the same entry again gives the first one back, and what came of
it is written to the ledger after.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from certs.issue import LogPosition, append_to_log
from certs.log.entries import Entry, Issue, Replace, Withdraw
from certs.log.tags import device_tag
from certs.record.record import Record
from phones.identifiers import IN_ANY_ORDER, ON_PAPER
from phones.identity import PhoneIdentity
from station.errors import LogMissingError
from station.ledger.job import Job
from station.ledger.ledger import Ledger
from station.ledger.newer_jobs import refuse_overtaken
from station.ledger.paper_events import CertificateReplaced, LogAnchored, LogStarted, PaperLogged
from station.ledger.same_phone import jobs_of
from transparency.database import TransparencyLog


@dataclass(frozen=True, slots=True, kw_only=True)
class JobLog:
    """The log that the jobs of this station are entered into. `secret`: the operator's, for device tags."""

    log: TransparencyLog
    secret: bytes
    station: str  # id of the key that signs papers here

    def ready(self, *, at: datetime) -> None:
        """Can entries be appended? Raises: LogError."""
        self.log.append((), at=at)

    def start(self, job: Job, *, at: datetime) -> None:
        """The job's START, once. Raises: LogError, LedgerError."""
        if job.log is not None:
            return
        if job.log_anchor is None:
            job.write(
                LogAnchored(
                    origin=self.log.origin, tag=self._tag(job), station=self.station, anchor=tuple(self.log.anchor())
                )
            )
        before = job.log_anchor
        assert before is not None
        index, attempt = self.log.start(
            job=job_digest(job.id),
            tag=before.tag,
            station=before.station,
            emulated=job.opened.emulated,
            at=at,
        )
        job.write(LogStarted(origin=self.log.origin, tag=before.tag, start=index, attempt=attempt))

    def _tag(self, job: Job) -> str:
        """The phone's tag: the one it had, if it was here before, though it may answer fewer questions today, or name
        its IMEIs in another order; else by the identifier a buyer can read most easily.
        """
        identity = job.identity or PhoneIdentity()
        by_imei = (
            device_tag(self.secret, each.label, number)
            for each in IN_ANY_ORDER
            if each.on_paper and (number := identity.number(each.name))
        )
        for tag in (*_earlier_tags(job, identity, self.log.origin), *by_imei):
            if self.log.starts(tag):
                return tag
        return tag_of(identity, self.secret)

    def may_close(self, job: Job, certificate_id: str = "") -> bool:
        """Is the job's START open, or closed by that very paper?"""
        if job.log is None:
            return False
        place = self.log.closed(job.log.start)
        standing = None if place is None else self.log.entry(place)
        return standing is None or getattr(standing, "id", "") == certificate_id

    def append(self, job: Job, record: Record, statement: bytes) -> LogPosition:
        """The entry of the job's paper, and the end of the certificate it takes the place of; once.

        Raises: JobOvertakenError: an older certificate never takes the place of a newer one; LogError, IssueError,
        LedgerError.
        """
        if job.certificate is not None and record.facts.id == job.certificate.id and record.facts.id not in job.logged:
            refuse_overtaken(job)
        found = append_to_log(record, statement, self.log)
        paper = record.facts.id
        replaced = found.replaced or self._replaced_by(paper, found.index)
        if replaced:
            old = job_of(job.ledger, replaced)
            if old is not None and old.ended is None:
                old.write(CertificateReplaced(id=replaced, by=paper, reason="erased_again"))
        if paper not in job.logged:
            job.write(PaperLogged(id=paper, index=found.index, replaces=replaced))
        return LogPosition(index=found.index, replaced=replaced)

    def _replaced_by(self, paper: str, index: int) -> str:
        """The certificate whose REPLACE was appended together with this ISSUE, by an earlier run."""
        before = self.log.entry(index - 1) if index else None
        return before.old if isinstance(before, Replace) and before.new == paper else ""

    def withdraw(self, certificate_id: str, *, reason: str, at: datetime) -> str:
        """WITHDRAW a certificate; the reason that stands in the log, which an earlier run may have written.

        "" when the certificate is not in this log. Raises: LogError.
        """
        places = self.log.issues(certificate_id)
        if not places:
            return ""
        end = self.log.ended(certificate_id)
        standing: Entry | None = None if end is None else self.log.entry(end)
        if standing is None:
            self.log.append([Withdraw(at=at, id=certificate_id, index=places[0], reason=reason)], at=at)
            return reason
        return standing.reason if isinstance(standing, Withdraw | Replace) else reason

    def live(self, certificate_id: str) -> bool:
        """Was it issued here, and does it still stand?"""
        places = self.log.issues(certificate_id)
        issue = self.log.entry(places[0]) if places else None
        return isinstance(issue, Issue) and self.log.ended(certificate_id) is None


def job_digest(job_id: str) -> str:
    """How a START names its job: the id itself stays here."""
    return hashlib.sha256(job_id.encode()).hexdigest()


def tag_of(identity: PhoneIdentity, secret: bytes) -> str:
    """The phone's tag, by the identifier a buyer can read most easily."""
    for each in ON_PAPER:
        if number := identity.number(each.name):
            return device_tag(secret, each.label, number)
    raise LogMissingError(got="identity")


def _earlier_tags(job: Job, identity: PhoneIdentity, origin: str) -> tuple[str, ...]:
    """Tags of this ledger's other jobs about the same phone, oldest first."""
    same = jobs_of(job.ledger, identity, but=job.id)
    anchors = (anchor for each in same for anchor in job.ledger.all_of(LogAnchored, job=each))
    return tuple(dict.fromkeys(anchor.tag for anchor in anchors if anchor.origin == origin))


def job_of(ledger: Ledger, certificate_id: str) -> Job | None:
    """The job of a paper, by the paper's id."""
    job_id = ledger.job_of_paper(certificate_id)
    return None if job_id is None else Job.load(ledger, job_id)
