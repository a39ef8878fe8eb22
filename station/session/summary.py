# SPDX-License-Identifier: GPL-3.0-or-later
"""A job in a few words that are data: which paper it has, how that stands, and why there is no certificate."""

from typing import Literal

from station.errors import JobNotFoundError
from station.ledger.job import Job
from station.ledger.paper_events import PaperMade
from station.ledger.summary import JobSummary

Standing = Literal["live", "replaced", "withdrawn"]


def paper_of(job: Job) -> PaperMade:
    """The job's certificate, else its report. Raises: JobNotFoundError when it has none."""
    if job.paper is None:
        raise JobNotFoundError(subject=job.id)
    return job.paper


def paper_status(job: JobSummary) -> Standing | None:
    """How the job's certificate stands; None without one."""
    if not job.certificate:
        return None
    return "withdrawn" if job.ended == "withdrawn" else "replaced" if job.ended else "live"


def reasons_of(job: JobSummary) -> list[str]:
    """Why there is no certificate, most telling first: what ended the job, then what the paper says."""
    return list(job.against)
