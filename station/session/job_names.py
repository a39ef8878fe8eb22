# SPDX-License-Identifier: GPL-3.0-or-later
"""Which job a person means: by its own id, a paper's id, the phone's serial or IMEI, or the last characters of any.

An id, and a whole number of a phone, are looked up in the entries themselves. Endings come from the read model, which
only proposes: the job is then read from its entries, and must bear the name there too.
"""

from collections.abc import Callable

from phones.identity import plain
from station.errors import AmbiguousJobError, JobNotFoundError
from station.ledger.entry import parse_time
from station.ledger.job import Job
from station.ledger.job_filter import JobFilter
from station.ledger.ledger import Ledger
from station.ledger.summary import JobSummary
from station.papers.job_log import job_of
from station.text.language import text

SHORTEST_ENDING = 4
MOST_LISTED = 8
_MOST_LOOKED_AT = 1000


def jobs_named(ledger: Ledger, name: str) -> tuple[Job, ...]:
    """Every job that goes by that name, oldest first: one by an id, several where a phone was here more than once.

    Raises: LedgerError.
    """
    name = name.strip()
    by_id = Job.load(ledger, name.upper()) or job_of(ledger, name.upper())
    if by_id is not None:
        return (by_id,)
    ids = _ids_by_number(ledger, name) or _ids_by_ending(ledger, name)
    loaded = (Job.load(ledger, each) for each in dict.fromkeys(ids))
    found = (job for job in loaded if job is not None and _bears(job.summary, name))
    return tuple(sorted(found, key=lambda job: job.summary.number))


def job_named(ledger: Ledger, name: str, *, fits: Callable[[JobSummary], bool] = lambda _job: True) -> Job:
    """The one job meant. Where several go by that name, the only one of them that `fits`.

    Raises: JobNotFoundError; AmbiguousJobError, which lists them; LedgerError.
    """
    named = jobs_named(ledger, name)
    if not named:
        raise JobNotFoundError(subject=name)
    fitting = [job for job in named if fits(job.summary)]
    if len(named) > 1 and len(fitting) != 1:
        raise AmbiguousJobError(subject=name, matching="; ".join(_told(job.summary) for job in named[-MOST_LISTED:]))
    return named[0] if len(named) == 1 else fitting[0]


def last_digits(number: str, *, most: int = 4) -> str:
    """How a number is told apart on a screen or in a file's name: "…0001"; "" without one."""
    return f"…{number[-most:]}" if number else ""


def _ids_by_number(ledger: Ledger, name: str) -> list[str]:
    if len(name) < SHORTEST_ENDING:
        return []
    spelt = {name, name.upper(), name.lower(), plain(name), plain(name).upper()}
    return [entry.job for entry in ledger.identities_with(spelt)]


def _ids_by_ending(ledger: Ledger, name: str) -> list[str]:
    if len(plain(name)) < SHORTEST_ENDING:
        return []
    for wanted in dict.fromkeys((name, plain(name))):
        found = ledger.view.select(JobFilter(text=wanted), most=_MOST_LOOKED_AT)
        ids = [each.id for each in found if _bears(each, name)]
        if ids:
            return ids
    return []


def _bears(job: JobSummary, name: str) -> bool:
    names = (job.id, job.certificate, job.report, *job.numbers)
    return any(plain(each).endswith(plain(name)) for each in names if each)


def _told(job: JobSummary) -> str:
    at = parse_time(job.opened_at).astimezone()
    return f"{job.id} ({job.model} {last_digits(job.serial)}, {at:%Y-%m-%d %H:%M}, {text(f'stage.{job.stage.value}')})"
