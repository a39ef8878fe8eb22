# SPDX-License-Identifier: GPL-3.0-or-later
"""A phone's visits here, found by any of its numbers: which jobs, which papers, and what was stated of it when."""

from collections.abc import Mapping
from dataclasses import dataclass

from phones.identity import PhoneIdentity, plain
from station.errors import JobNotFoundError
from station.ledger.ahead import ahead_of_numbers, fields_of
from station.ledger.entry import timestamp
from station.ledger.job import Job
from station.ledger.job_events import JobOpened
from station.ledger.ledger import Ledger
from station.ledger.same_phone import jobs_of
from station.ledger.summary import JobSummary
from station.ledger.trade_events import FieldsStated
from station.session.job_names import job_named, jobs_named


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What somebody stated, and when (RFC 3339). `ahead`: before the job was there."""

    at: str
    by: str
    role: str
    ahead: bool
    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One job of the phone. `stated`: every statement about it, oldest first, those that count no more too."""

    job: JobSummary
    stated: tuple[Statement, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """`numbers`: every number it told, by name, the newest job's first. `visits`: oldest first. `waiting`: what was
    stated of its next visit.
    """

    numbers: Mapping[str, str]
    visits: tuple[Visit, ...]
    waiting: Mapping[str, str]


def history_of(ledger: Ledger, name: str) -> History:
    """Of the phone that goes by that number, job or paper, or by the end of one; found from every job that is its by
    the rule that says which phone is the same, asked of the entries.

    Raises: JobNotFoundError; AmbiguousJobError where several phones go by that name; LedgerError.
    """
    named = jobs_named(ledger, name)
    if not named:
        raise JobNotFoundError(subject=name)
    newest = named[-1]
    found = [newest] if newest.identity is None else _all_jobs(ledger, newest, newest.identity)
    ids = {each.id for each in found}
    if any(each.id not in ids for each in named):
        job_named(ledger, name)  # which says that several do
    numbers: dict[str, str] = {}
    for job in reversed(found):
        numbers = dict(job.summary.named_numbers) | numbers
    return History(
        numbers=numbers,
        visits=tuple(Visit(job=job.summary, stated=statements(ledger, job.id)) for job in found),
        waiting=fields_of(ahead_of_numbers(ledger, map(plain, numbers.values()))),
    )


def statements(ledger: Ledger, job: str) -> tuple[Statement, ...]:
    """Every statement about that job, in the order they were made. Raises: LedgerError."""
    found: list[Statement] = []
    for entry in ledger.entries(job):
        event = entry.event
        if isinstance(event, JobOpened) and event.stated:
            person = event.performed_by
            said = Statement(at=entry.at, by=person.name, role=person.role, ahead=False, fields=event.stated)
            found.append(said)
        elif isinstance(event, FieldsStated):
            at = entry.at if event.stated_at is None else timestamp(event.stated_at)
            ahead = bool(event.ahead)
            found.append(Statement(at=at, by=event.by, role=event.role, ahead=ahead, fields=event.fields))
    return tuple(sorted(found, key=lambda each: each.at))


def _all_jobs(ledger: Ledger, newest: Job, identity: PhoneIdentity) -> list[Job]:
    """Oldest first."""
    others = (Job.load(ledger, each) for each in jobs_of(ledger, identity, but=newest.id))
    return sorted([newest, *(each for each in others if each is not None)], key=lambda job: job.summary.number)
