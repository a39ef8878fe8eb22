# SPDX-License-Identifier: GPL-3.0-or-later
"""Which jobs of a ledger are not at their end: what a station takes up when it starts."""

from station.ledger.checkpoints import Verified, unfinished_jobs
from station.ledger.job import Job
from station.ledger.ledger import Ledger


def unfinished(ledger: Ledger, verified: Verified) -> tuple[Job, ...]:
    """Jobs that have neither reached a final stage nor a paper that waits for a person, oldest first.

    `verified`: what the walk of this start found. Raises: LedgerError.
    """
    jobs = (Job.load(ledger, summary.id) for summary in unfinished_jobs(ledger, verified))
    return tuple(job for job in jobs if job is not None)


def is_finished(job: Job) -> bool:
    """See `JobSummary.finished`."""
    return job.summary.finished
