# SPDX-License-Identifier: GPL-3.0-or-later
"""A search that is read in portions: where one ended the next begins, whatever was added at the top meanwhile; and
what goes by a shop's own label.
"""

from dataclasses import dataclass

from station.ledger.ahead import ahead_of_tag
from station.ledger.job_filter import JobFilter
from station.ledger.summary import JobSummary
from station.session.job_names import MOST_LISTED
from station.session.jobs import Jobs


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """`total`: how many fit now, in all portions. `next`: where the next portion begins; None at the end."""

    jobs: tuple[JobSummary, ...]
    total: int
    next: int | None


def search(jobs: Jobs, wanted: JobFilter, *, most: int, below: int | None = None) -> Found:
    """The newest `most` that fit, after those of an earlier answer. `below`: its `next`. Raises: LedgerError."""
    found = jobs.select(wanted, most=most + 1, below=below)
    shown = found[:most]
    return Found(jobs=shown, total=jobs.count(wanted)[""], next=shown[-1].number if len(found) > most else None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tagged:
    """What bears an asset tag. `jobs`: the newest first. `waiting`: numbers and slots of phones without a job."""

    jobs: tuple[JobSummary, ...] = ()
    waiting: tuple[str, ...] = ()


def tagged(jobs: Jobs, tag: str, *, at: str) -> Tagged:
    """By the whole tag, in any case of ASCII letters; a phone without a job, as it was stated. `at`: now (RFC 3339).

    Raises: LedgerError.
    """
    return Tagged(
        jobs=jobs.select(JobFilter(asset_tag=tag), most=MOST_LISTED), waiting=ahead_of_tag(jobs.ledger, tag, at=at)
    )
