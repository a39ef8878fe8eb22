# SPDX-License-Identifier: GPL-3.0-or-later
"""What came of jobs, as it is told when they have ended: a line for each, the totals, and the exit code.

A phone that is erased and verified and only waits for a person is no failure, and none is said.
"""

from collections.abc import Iterable, Sequence
from functools import reduce

from phones.errors import PhoneLostError
from station.cli import output
from station.cli.cli_text import stage_text
from station.documents.job_words import reason_text
from station.ledger.job import Job
from station.ledger.stages import Stage
from station.papers.paper_names import current_file
from station.session.summary import reasons_of
from station.text.language import text

INTERRUPTED = 130
_OUTCOMES = ("certified", "awaiting", "report", "failed", "open")


def names_text(validators: Sequence[str]) -> str:
    """Who may decide, as a sentence names them: "Wang Fang or Li Na"; "a validator" where nobody is entered."""
    return _joined("word.or", validators) or text("word.a_validator")


def must_accept_text(validators: Sequence[str]) -> str:
    """What a phone waits for that is erased and verified."""
    if not validators:
        return text("word.a_validator_must_accept")
    return text("word.must_accept", who=names_text(validators))


def _joined(key: str, parts: Iterable[str]) -> str:
    return reduce(lambda one, other: text(key, one=one, other=other) if one else other, parts, "")


def say_result(job: Job, *, validators: Sequence[str]) -> None:
    """One job that has ended, or stopped, in words."""
    known = job.summary
    waits = known.awaits_decision
    reasons = [] if waits else reasons_of(known)
    file = current_file(known) if known.filed_paper else ""
    head = f"[{known.slot}] {known.model}  {stage_text(job.stage.value)}  {file}"
    output.message(head.rstrip(), bold=True)
    if waits:
        output.message(f"    {must_accept_text(validators)}")
        output.message(f"    → proofwipe validate {job.id}")
    if reasons:
        output.message(f"    {reason_text(reasons[0])}")
    if known.replaces:
        output.message(f"    {text('word.replaces', old=known.replaces)}", bold=True)
    if len(reasons) > 1:
        output.message(f"    {text('word.more_reasons', number=len(reasons) - 1, job=job.id)}")


def totals_text(jobs: Sequence[Job], validators: Sequence[str]) -> str:
    """How many came to what: "3 erased and waiting for Wang Fang, 1 failed"; "" without jobs."""
    found = [_outcome(job) for job in jobs]
    who = names_text(validators)
    counts = (text(f"word.total_{each}", number=found.count(each), who=who) for each in _OUTCOMES if each in found)
    return _joined("word.and_then", counts)


def _outcome(job: Job) -> str:
    if job.stage is Stage.CERTIFIED:
        return "certified"
    if job.summary.awaits_decision:
        return "awaiting"
    if job.stage is Stage.FAILED:
        return "failed"
    return "report" if job.stage is Stage.VERIFIED and job.summary.finished else "open"


def exit_code(jobs: Sequence[Job], *, missed: int = 0, interrupted: bool = False) -> int:
    """The code of one job, or of many: all good 0, an unknown outcome outranks the rest, mixed 9.

    `missed`: phones that were asked for and got no job; `interrupted`: before all had one. Then never 0.
    """
    codes = [_job_code(job) for job in jobs] + [PhoneLostError.exit_code] * missed
    if interrupted:
        codes.append(INTERRUPTED)
    if not codes:
        return 8
    if len(set(codes)) == 1:
        return codes[0]
    return 6 if 6 in codes else 9


def _job_code(job: Job) -> int:
    if job.stage is Stage.CERTIFIED or job.summary.awaits_decision:
        return 0
    if job.stage in (Stage.VERIFIED, Stage.VALIDATED):
        return 7
    if job.failure == "blocked":
        return 4
    if job.steps_begun and any(step in ("did_not_return", "did_not_leave") for step in (job.failure,)):
        return 6
    return 5 if job.failure in ("phone_lost", "phone_silent") else 1
