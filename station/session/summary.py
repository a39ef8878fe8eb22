# SPDX-License-Identifier: GPL-3.0-or-later
"""A job in a few words that are data: what lists, events and later pages show of it."""

from station.errors import JobNotFoundError
from station.ledger.job import Job
from station.ledger.paper_events import PaperMade
from station.ledger.summary import JobSummary


def paper_of(job: Job) -> PaperMade:
    """The job's certificate, else its report. Raises: JobNotFoundError when it has none."""
    if job.paper is None:
        raise JobNotFoundError(subject=job.id)
    return job.paper


def summary(job: JobSummary) -> dict[str, object]:
    """A job as JSON."""
    return {
        "job": job.id,
        "opened_at": job.opened_at,
        "port": job.port,
        "slot": job.slot,
        "platform": job.platform.value,
        "stage": job.stage.value,
        "attempt": job.attempt,
        "method": job.method,
        "model": job.model,
        "serial": job.serial,
        "failure": job.failure,
        "problems": list(job.problems),
        "paper": job.paper,
        "replaces": job.replaces,
        "log_index": "" if job.log_index is None else job.log_index,
        "standing": paper_status(job),
        "outcome": job.outcome,
        "file": job.file,
        "reasons": reasons_of(job),
    }


def paper_status(job: JobSummary) -> str:
    """How the job's certificate stands: "live", "replaced", "withdrawn"; "" without one."""
    return (job.ended or "live") if job.certificate else ""


def reasons_of(job: JobSummary) -> list[str]:
    """Why there is no certificate, most telling first: what ended the job, then what the paper says."""
    ended = (*job.problems, job.failure) if job.failure == "blocked" else (job.failure, *job.problems)
    return list(dict.fromkeys(code for code in (*ended, *job.reasons) if code))
