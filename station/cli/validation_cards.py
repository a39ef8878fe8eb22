# SPDX-License-Identifier: GPL-3.0-or-later
"""Cards of jobs that wait for a decision: a person looks at each, chooses, and confirms all of it at the end.

Single letters in either language; anything else is asked again. Nothing is decided before the last question, and that
one wants a whole word.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import click

from station.cli import output
from station.cli.job_story import found, happened, head
from station.documents.decision_card import answers
from station.documents.decision_card import newer as newer_than
from station.ledger.job import Job
from station.ledger.job_filter import JobFilter
from station.ledger.newer_jobs import newer_jobs
from station.session.jobs import Jobs
from station.text.language import text

MOST = 500
"""Cards of one round."""
ACCEPT, REJECT, NEXT, BACK, QUIT = "accept", "reject", "next", "back", "quit"
KEYS: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(("a", "accept", "接受"), ACCEPT),
        **dict.fromkeys(("r", "reject", "拒绝"), REJECT),
        **dict.fromkeys(("n", "next", "下一个"), NEXT),
        **dict.fromkeys(("b", "<", "back", "上一个"), BACK),
        **dict.fromkeys(("q", "quit", "结束"), QUIT),
    }
)
_YES, _NO = frozenset({"yes", "是"}), frozenset({"no", "否"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """What a person chose about one job. `seen`: id of the record they were shown, "" where there was none yet;
    `newer_is_known`: they know that the phone was here again since.
    """

    job: str
    accept: bool
    seen: str
    newer_is_known: bool


def look_through(read: Jobs, names: Sequence[str], *, by: str) -> list[Chosen]:
    """What the person chose and confirmed.

    Without `names`: every job that waits, the oldest first. Raises: JobNotFoundError, AmbiguousJobError, LedgerError.
    """
    jobs = _waiting(read, names)
    if not jobs:
        output.message(text("word.none_awaits"))
        return []
    chosen: dict[str, bool] = {}
    place = 0
    while place < len(jobs):
        job = jobs[place]
        _show(job, place + 1, len(jobs))
        match _asked(job, chosen):
            case "accept":
                chosen[job.id] = True
            case "reject":
                chosen[job.id] = False
            case "back":
                place = max(0, place - 1)
                continue
            case "quit":
                break
            case _:
                chosen.pop(job.id, None)
        place += 1
    decided = [(job, chosen[job.id], bool(newer_jobs(job))) for job in jobs if job.id in chosen]
    if not decided or not _confirmed(decided, by=by):
        output.message(text("word.nothing_decided"))
        return []
    return [
        Chosen(job=job.id, accept=accept, seen=job.summary.report, newer_is_known=newer)
        for job, accept, newer in decided
    ]


def _waiting(read: Jobs, names: Sequence[str]) -> list[Job]:
    if names:
        return [read.to_act_on(name) for name in dict.fromkeys(names)]
    found = read.select(JobFilter(awaiting=True), most=MOST)[::-1]
    return [read.to_act_on(each.id) for each in found]


def show_card(job: Job) -> None:
    """What a person looks at before they decide: what happened first; last, next to the keys, which phone it is and
    what came out, because on a low terminal the rest has gone up by then. Raises: LedgerError.
    """
    for line in (*happened(job), *_answers(job), *_newer(job)):
        output.message(line)
    for line in (*head(job), *found(job)):
        output.message(line, bold=True)
    if job.summary.report:
        output.message(text("story.record", id=job.summary.report))


def _show(job: Job, place: int, among: int) -> None:
    output.message("")
    output.message(text("cards.head", place=place, among=among), bold=True)
    show_card(job)


def _answers(job: Job) -> Iterator[str]:
    """What the technician saw, as it was stated."""
    said = [f"{each.question} {f'{each.letter} ' if each.letter else ''}{each.answer}" for each in answers(job)]
    yield text("cards.condition", said=" · ".join(said)) if said else text("cards.no_condition")


def _newer(job: Job) -> Iterator[str]:
    for each in newer_than(job):
        yield text("cards.newer", job=each.job, when=each.opened_at, stage=each.stage)


def _asked(job: Job, chosen: Mapping[str, bool]) -> str:
    """The key a person chose; asked again on anything else."""
    so_far = text("cards.accept" if chosen.get(job.id) else "cards.reject")
    already = text("cards.so_far", decision=so_far) if job.id in chosen else ""
    while True:
        typed = str(click.prompt(text("cards.ask", job=job.id) + already, err=True)).strip().casefold()
        if (key := KEYS.get(typed, "")) != "":
            return key
        output.message(text("cards.not_a_key", typed=output.visible(typed)))


def _confirmed(decided: Sequence[tuple[Job, bool, bool]], *, by: str) -> bool:
    output.message("")
    for job, accept, newer in decided:
        known = job.summary
        line = f"  {text('cards.accept' if accept else 'cards.reject')}  {job.id}  {known.model}  {known.serial}"
        output.message(line + (f"  {text('cards.was_here_again')}" if newer else ""), bold=not accept)
    while True:  # a slip throws away nothing that was looked at
        typed = str(click.prompt(text("cards.confirm", number=len(decided), by=by), err=True)).strip().casefold()
        if typed in _YES or typed in _NO:
            return typed in _YES
        output.message(text("cards.yes_or_no", typed=output.visible(typed)))
