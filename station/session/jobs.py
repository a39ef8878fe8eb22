# SPDX-License-Identifier: GPL-3.0-or-later
"""What a station has done, to be read: by a session, and without one. Reading takes no lock and waits for nobody."""

from collections.abc import Iterator
from contextlib import contextmanager

from phones.clock import SystemClock
from station.errors import JobNotFoundError
from station.ledger.entry import parse_time
from station.ledger.job import Job
from station.ledger.ledger import Ledger
from station.ledger.open_jobs import unfinished
from station.ledger.stages import Stage
from station.papers.job_log import job_of
from station.setup.home import Home


def open_ledger(home: Home) -> Ledger:
    """The station's ledger, made if it is not there. Raises: LedgerError."""
    home.make()
    return Ledger(home.ledger, clock=SystemClock())


@contextmanager
def read_jobs(home: Home) -> "Iterator[Jobs]":
    """The jobs of a station, whether or not a session holds it. Raises: LedgerError."""
    ledger = open_ledger(home)
    try:
        yield Jobs(ledger)
    finally:
        ledger.close()


class Jobs:
    """The jobs in a ledger, each read afresh when it is asked for."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger

    def all(self) -> tuple[Job, ...]:
        """Every job, oldest first."""
        found = (Job.load(self.ledger, each) for each in self.ledger.jobs())
        return tuple(job for job in found if job is not None)

    def by_id(self, job_id: str) -> Job:
        """Raises: JobNotFoundError."""
        job = Job.load(self.ledger, job_id.upper())
        if job is None:
            raise JobNotFoundError(subject=job_id)
        return job

    def of_paper(self, paper_id: str) -> Job:
        """The job a paper was made for. Raises: JobNotFoundError."""
        job = job_of(self.ledger, paper_id.upper())
        if job is None:
            raise JobNotFoundError(subject=paper_id)
        return job

    def find(self, name: str) -> Job:
        """By its own id or that of one of its papers. Raises: JobNotFoundError."""
        return Job.load(self.ledger, name.upper()) or self.of_paper(name)

    def unfinished(self) -> tuple[Job, ...]:
        """Those a station has to go on with."""
        return unfinished(self.ledger)

    def durations(self) -> dict[str, tuple[float, ...]]:
        """Seconds whole certified jobs took, by model, newest last; what `time left` is estimated from."""
        times: dict[str, list[float]] = {}
        for job in self.all():
            if job.stage is Stage.CERTIFIED and job.identity is not None:
                spent = (parse_time(job.last_at) - parse_time(job.opened_at)).total_seconds()
                times.setdefault(job.identity.display_name, []).append(spent)
        return {name: tuple(spent) for name, spent in times.items()}
