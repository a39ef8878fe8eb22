# SPDX-License-Identifier: GPL-3.0-or-later
"""A person decides about a verified job: what they saw, what they signed, and the paper it leads to."""

from datetime import datetime
from typing import TYPE_CHECKING

from certs.record.facts import Person, Validation
from station.ledger.job import Job
from station.papers import decision as decisions
from station.papers.paper_issuer import PaperIssuer

if TYPE_CHECKING:
    from certs.keys.validators import Validator


def decide(
    job: Job,
    papers: PaperIssuer,
    *,
    accept: bool,
    by: Person,
    at: datetime,
    validator: "Validator | None" = None,
    grounds: str = "",
) -> None:
    """Write the decision and make the paper it leads to. A rejection of a job that has its certificate withdraws it.

    Raises: WrongStageError, LedgerError, CertsError, LogError.
    """
    decision = _decision(job, papers, accept=accept, by=by, at=at, validator=validator, grounds=grounds)
    if job.certificate is not None and not accept:
        decisions.withdraw(
            job, papers.log, reason="rejected", by=by.name, role=by.role, grounds=grounds, at=at, decision=decision
        )
    else:
        decisions.decide(job, decision)
        papers.issue_for(job)


def _decision(
    job: Job,
    papers: PaperIssuer,
    *,
    accept: bool,
    by: Person,
    at: datetime,
    validator: "Validator | None",
    grounds: str,
) -> Validation:
    if validator is None:
        return Validation(decision="accepted" if accept else "rejected", by=by, at=at, grounds=grounds)
    return validator.decide(papers.before_decision(job), accept=accept, role=by.role, at=at, grounds=grounds)
