# SPDX-License-Identifier: GPL-3.0-or-later
"""Which jobs of a ledger are not at their end: what a station takes up when it starts."""

from station.ledger.job import Job
from station.ledger.ledger import Ledger
from station.ledger.stages import Stage


def unfinished(ledger: Ledger) -> tuple[Job, ...]:
    """Jobs that have neither reached a final stage nor a paper that waits for a person."""
    jobs = (Job.load(ledger, job_id) for job_id in ledger.jobs())
    return tuple(job for job in jobs if job is not None and not is_finished(job))


def is_finished(job: Job) -> bool:
    """CERTIFIED or FAILED with its paper, or VERIFIED with a report and nothing but a person's decision missing.

    A report that stands in the ledger alone is none yet: its file, and its CLOSE in the log, may be missing.
    """
    if job.stage is Stage.CERTIFIED:
        return job.certificate is not None
    if job.report is None or job.report.id not in job.handed_out:
        return False
    if job.stage is Stage.FAILED:
        return job.report_is_last
    return job.stage is Stage.VERIFIED and job.validation is None
