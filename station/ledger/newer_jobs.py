# SPDX-License-Identifier: GPL-3.0-or-later
"""Old work never overtakes new: which jobs worked on the same phone after this one, and has one a certificate?"""

from station.errors import JobOvertakenError
from station.ledger.job import Job
from station.ledger.job_events import AboutToErase
from station.ledger.same_phone import jobs_of


def newer_jobs(job: Job) -> tuple[Job, ...]:
    """Jobs about the same phone whose erase, or whose beginning where none was begun, came after this job's.

    Raises: LedgerError.
    """
    if job.identity is None:
        return ()
    same = (Job.load(job.ledger, each) for each in jobs_of(job.ledger, job.identity, but=job.id))
    own = _place(job)
    return tuple(each for each in same if each is not None and _place(each) > own)


def refuse_overtaken(job: Job) -> None:
    """Raises: JobOvertakenError when the phone has a certificate of a newer job, also one that was ended since."""
    for newer in newer_jobs(job):
        if newer.certificate is not None:
            raise JobOvertakenError(subject=job.id, newer=newer.id, paper=newer.certificate.id, stage=job.stage.value)


def _place(job: Job) -> int:
    """Number of the entry that last began something irreversible, else of the job's first."""
    erases = (entry.number for entry in job.ledger.entries(job.id) if isinstance(entry.event, AboutToErase))
    return max(erases, default=job.summary.number)
