# SPDX-License-Identifier: GPL-3.0-or-later
"""A named person's decision about a verified job: written first, then carried out, so that a crash cannot lose it."""

from datetime import datetime

from certs.record.facts import Validation
from station.errors import AlreadyCertifiedError, NotCertifiedError, WrongStageError
from station.ledger.job import Job
from station.ledger.job_events import DecisionTaken, JobFailed
from station.ledger.paper_events import CertificateWithdrawn
from station.ledger.stages import Stage
from station.papers.job_log import JobLog

WITHDRAWALS = ("rejected", "data_found", "wrong_phone", "grade_wrong", "key_compromised", "other")
"""Reasons for which a certificate may be withdrawn: `withdrawal.<reason>` in words.toml."""


def decide(job: Job, decision: Validation) -> None:
    """Write the decision and go where it leads.

    Raises: AlreadyCertifiedError; WrongStageError when the job is not waiting for one.
    """
    if job.certificate is not None:
        raise AlreadyCertifiedError(subject=job.id, paper=job.certificate.id, stage=job.stage.value)
    if job.stage is not Stage.VERIFIED or job.validation is not None:
        raise WrongStageError(subject=job.id, needed=Stage.VERIFIED.value, stage=job.stage.value)
    job.write(DecisionTaken.of(decision))
    apply(job)


def apply(job: Job) -> None:
    """Go where a written decision leads; does nothing when there is none or it was carried out."""
    if job.validation is None or job.stage is not Stage.VERIFIED:
        return
    if job.validation.decision == "accepted":
        job.move(Stage.VALIDATED, because=[job.validation_number])
    else:
        job.move(Stage.FAILED, because=[job.write(JobFailed(reason="rejected"))])


def withdraw(
    job: Job,
    log: JobLog | None,
    *,
    reason: str,
    by: str,
    role: str,
    grounds: str,
    at: datetime,
) -> None:
    """The job's certificate no longer stands: in the log first, where strangers look, then in the ledger; once.

    Raises: NotCertifiedError; LogError, LedgerError.
    """
    if job.certificate is None:
        raise NotCertifiedError(subject=job.id, stage=job.stage.value)
    paper = job.certificate.id
    if isinstance(job.ended, CertificateWithdrawn):
        return
    logged = log.withdraw(paper, reason=reason, at=at) if log is not None else ""
    job.write(
        CertificateWithdrawn(
            id=paper,
            reason=reason,
            by=by,
            role=role,
            grounds=grounds,
            logged=logged,
            signed=None,
        )
    )
