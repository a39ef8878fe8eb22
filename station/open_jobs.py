# SPDX-License-Identifier: GPL-3.0-or-later
"""Which jobs of a ledger are not at their end: what a station takes up when it starts."""

from station.job import Job
from station.ledger import Ledger


def unfinished(ledger: Ledger) -> tuple[Job, ...]:
    """Jobs that have neither reached a final stage nor a paper that waits for a person."""
    jobs = (Job.load(ledger, job_id) for job_id in ledger.jobs())
    return tuple(job for job in jobs if job is not None and not is_finished(job))


def is_finished(job: Job) -> bool:
    """CERTIFIED, or a report is written and nothing but a person's decision is missing."""
    if job.stage.final:
        return job.certificate is not None or job.report is not None
    return job.report is not None
