# SPDX-License-Identifier: GPL-3.0-or-later
"""A person decides about a verified job: what they saw, what they signed, and the paper it leads to."""

import re
from datetime import UTC, datetime, timedelta

from certs.errors import WrongSignerError
from certs.record.facts import Person, Validation
from certs.record.fields import HIDDEN
from certs.record.refusals import is_person
from station.errors import DecisionRefusedError, NewerJobError, SeenChangedError
from station.ledger.job import Job
from station.ledger.newer_jobs import newer_jobs, refuse_overtaken
from station.ledger.stages import Stage
from station.papers import decision as decisions
from station.papers.paper_issuer import PaperIssuer
from station.session.summary import reasons_of
from station.text.language import text

LONGEST_AGO = timedelta(minutes=5)
"""Between a validator's signature and its use: who signs has looked at what is there now. Nothing is allowed ahead: the
law refuses a decision from after the paper's own time, so that a signature of a clock that is ahead, by a minute only,
would spoil the job for good. Both clocks are one where both commands run.
"""
LONGEST_GROUNDS = 1000
"""Characters; what a record holds (`certs.record.schema`)."""


def decide(
    job: Job,
    papers: PaperIssuer,
    *,
    accept: bool,
    by: Person,
    at: datetime,
    signed: Validation | None = None,
    grounds: str = "",
    despite_newer: bool = False,
    seen: str | None = None,
) -> None:
    """Write the decision and make the paper it leads to. `signed`: the same decision under the person's own key.
    `despite_newer`: it is known that the phone was here again. `seen`: see `must_be_seen`.

    Raises: AlreadyCertifiedError; SeenChangedError; JobOvertakenError, NewerJobError for an acceptance;
    WrongSignerError before anything is written; WrongStageError, LedgerError, CertsError, LogError.
    """
    if job.stage is Stage.VERIFIED and job.validation is None:  # of another it is told what became of it
        must_be_seen(job, seen)
    if accept and job.certificate is None:
        refuse_overtaken(job)
        newer = newer_jobs(job)
        if newer and not despite_newer:
            raise NewerJobError(subject=job.id, newer=", ".join(each.id for each in newer), stage=job.stage.value)
    decision = Validation(decision="accepted" if accept else "rejected", by=by, at=at, grounds=grounds)
    must_lead_to_a_paper(job, decision)
    if signed is not None and job.stage is Stage.VERIFIED and job.validation is None:
        _must_stand(signed, decision, papers.before_decision(job), papers)
        decision = signed
    decisions.decide(job, decision)
    papers.issue_for(job)


def must_be_seen(job: Job, seen: str | None) -> None:
    """A decision is about what the person was shown: the record with that id, "" where there was none yet. None: who
    decides looked at the job itself a moment ago, in this process. Raises: SeenChangedError.
    """
    if seen is not None and seen.upper() != job.summary.report:
        newest = job.summary.report or "—"
        raise SeenChangedError(subject=job.id, seen=seen or "—", newest=newest, stage=job.stage.value)


def must_lead_to_a_paper(job: Job, decision: Validation) -> None:
    """A decision is written before its paper is made, and can never be taken again: what no paper could carry, or what
    the law would refuse afterwards, would leave the job without one for ever. Raises: DecisionRefusedError.
    """
    if job.stage is not Stage.VERIFIED or job.validation is not None:
        return  # refused by that
    name = decision.by.name.strip().casefold()
    cause = ""
    if len(decision.grounds) > LONGEST_GROUNDS or re.search(f"[{HIDDEN}]", decision.grounds):
        cause = "grounds"
    elif decision.decision == "accepted":
        missing = set(reasons_of(job.summary)) - {"awaiting_validation"} if job.report is not None else set()
        if not is_person(decision.by.name):
            cause = "no_person"
        elif name == job.opened.performed_by.name.strip().casefold():
            cause = "performer"
        elif name in {each.strip().casefold() for each in job.corrected_by}:
            cause = "corrector"
        elif missing:
            cause = "other_reasons"
    if cause:
        raise DecisionRefusedError(subject=job.id, cause=text(f"decision.{cause}"), got=cause)


def _must_stand(signed: Validation, decision: Validation, content: str, papers: PaperIssuer) -> None:
    """A signature that does not stand would spoil the job: it is refused before it is written down."""
    from cryptography.hazmat.primitives.serialization import Encoding

    from certs.editions.interface import TIME_FORMAT
    from certs.formats import chain
    from certs.formats.x509_facts import COMMON_NAME, P256, read_certificate
    from certs.record.validation import subject

    station = papers.signer.station
    if (signed.decision, signed.by, signed.grounds) != (decision.decision, decision.by, decision.grounds):
        raise WrongSignerError(subject=signed.by.name, expected="the decision that was signed", got="another one")
    if not timedelta(0) <= decision.at - signed.at <= LONGEST_AGO:
        raise WrongSignerError(subject=signed.by.name, expected="a signature of now", got=f"{signed.at:{TIME_FORMAT}}")
    try:
        validator = read_certificate(signed.certificate)
        chain.check_validator(validator, read_certificate(station.organisation.public_bytes(Encoding.DER)))
    except ValueError as error:
        raise WrongSignerError(expected="a validator of this organisation", got=str(error)[:80]) from error
    text = subject(
        content,
        decision=signed.decision,
        by=signed.by.name,
        role=signed.by.role,
        at=signed.at.astimezone(UTC).strftime(TIME_FORMAT),
        grounds=signed.grounds,
    )
    stands = validator.name(COMMON_NAME) == signed.by.name and validator.verifies(signed.signature, text, P256)
    if not stands or chain.is_specimen(validator) is not station.specimen or not validator.is_valid_at(signed.at):
        raise WrongSignerError(subject=signed.by.name, expected="a signature that stands", got="another")
