# SPDX-License-Identifier: GPL-3.0-or-later
"""What earlier jobs of this phone say: a good result, so that it is not erased again unless somebody wants exactly
that, or a method that did not serve it.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from phones.identity import PhoneIdentity
from station.ledger.job import Job
from station.ledger.ledger import Ledger
from station.ledger.same_phone import jobs_of
from station.ledger.stages import Stage
from wipe.methods.table import METHODS


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierResult:
    """What an earlier job of the same phone came to: `stage` CERTIFIED with a paper that stands, or VERIFIED and
    waiting for a person.
    """

    job: str
    stage: Stage
    paper: str
    opened_at: str


def earlier_result(ledger: Ledger, phone: PhoneIdentity, *, but: str = "") -> EarlierResult | None:
    """The newest job about this phone, without the job `but`, whose good result still stands; None when there is none.

    Raises: LedgerError.
    """
    return newest_result(ledger, jobs_of(ledger, phone, but=but))


def methods_refused(ledger: Ledger, phone: PhoneIdentity, *, but: str = "") -> frozenset[str]:
    """Erase methods that this phone did not go through with in an earlier job, so that another is chosen for it.

    Raises: LedgerError.
    """
    jobs = (Job.load(ledger, each) for each in jobs_of(ledger, phone, but=but))
    return frozenset(
        job.method
        for job in jobs
        if job is not None and job.method in METHODS and job.failure in METHODS[job.method].unserved_after
    )


def newest_result(ledger: Ledger, jobs: Iterable[str]) -> EarlierResult | None:
    """The same of these jobs, oldest first. Raises: LedgerError."""
    for each in reversed(tuple(jobs)):
        job = Job.load(ledger, each)
        if job is None:
            continue
        found = job.summary
        stands = found.stage is Stage.CERTIFIED and bool(found.certificate) and found.ended != "withdrawn"
        if stands or found.stage in (Stage.VERIFIED, Stage.VALIDATED):
            return EarlierResult(job=found.id, stage=found.stage, paper=found.filed_paper, opened_at=found.opened_at)
    return None
