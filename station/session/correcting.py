# SPDX-License-Identifier: GPL-3.0-or-later
"""An answer about a phone's condition is corrected, while a validator has not decided: the earlier one stays in the
ledger, and what the validator decides about is made anew.
"""

from certs.record.facts import Person
from phones.clock import Clock
from phones.evidence import Moment, Outcome
from phones.witness import Witness
from station.errors import AnswerKeptError, AnswerOfEraseError, AnswerRefusedError, ClockBackError
from station.ledger.corrections import CORRECTED, STATED
from station.ledger.entry import timestamp
from station.ledger.job import Job
from station.ledger.job_events import AnswerCorrected
from station.papers.paper_issuer import PaperIssuer
from station.questions import ALONE, CONDITION


def must_be_answer(question: str, answer: str) -> None:
    """Raises: AnswerOfEraseError for a question whose answer is evidence of the erase itself; AnswerRefusedError for
    one that nobody asks, or an answer that is none of its choices.
    """
    if question in ALONE:
        raise AnswerOfEraseError(subject=question)
    if question not in CONDITION:
        raise AnswerRefusedError(subject=question, choices=", ".join(CONDITION))
    if answer not in CONDITION[question]:
        raise AnswerRefusedError(subject=question, choices=", ".join(CONDITION[question]))


def correct(
    job: Job, papers: PaperIssuer, *, question: str, answer: str, by: Person, reason: str, clock: Clock
) -> bool:
    """Write the later answer, said by `by` for that `reason`. False: it was that already, and nothing is written.

    The answer and what a decision is about from then on are in the ledger together, or neither is. Raises: what
    `must_be_answer` raises; AnswerKeptError where no decision is waited for any more, or never was; ClockBackError;
    LedgerError, CertsError.
    """
    must_be_answer(question, answer)
    if not job.summary.awaits_decision:
        raise AnswerKeptError(subject=job.id, stage=job.stage.value)
    name = f"statement.{question}"
    said = [piece.values[name] for piece in job.evidence if piece.asked in (STATED, CORRECTED) and name in piece.values]
    before = said[-1] if said else ""
    if before == answer:
        return False
    if timestamp(clock.now()) < job.last_at:  # no paper could carry an answer from before what it is about
        raise ClockBackError(subject=job.id, last=job.last_at[:19], now=timestamp(clock.now())[:19])
    witness = Witness(clock=clock, journal=lambda _piece: None, salt=job.salt, next_number=job.next_evidence_number)
    stated = witness.record(
        moment=Moment.FINAL,
        port=job.port,
        link="operator",
        asked=CORRECTED,
        outcome=Outcome.ANSWERED,
        values={name: answer},
    )
    later = AnswerCorrected(
        question=question,
        before=before,
        after=answer,
        by=by.name,
        role=by.role,
        reason=reason,
        evidence=stated.evidence,
    )
    with job.ledger.together():
        job.write(later)
        papers.report_again(job)
    papers.forget_awaiting(job)
    papers.issue_for(job)
    return True
