# SPDX-License-Identifier: GPL-3.0-or-later
"""What a station has done, to be read: by a session, and without one. Reading takes no lock and waits for nobody."""

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from certs.record.issuer import Station
from phones.clock import SystemClock
from station.errors import FileNotWrittenError, JobNotFoundError, LedgerError, NotInitialisedError
from station.ledger.checkpoints import Verified, verify_job, verify_since_checkpoint
from station.ledger.job import Job
from station.ledger.job_filter import JobFilter
from station.ledger.ledger import Ledger
from station.ledger.open_jobs import unfinished
from station.ledger.summary import JobSummary
from station.papers.job_log import job_of
from station.papers.paper_names import move_ended
from station.session.job_names import job_named, jobs_named
from station.setup.home import Home

_ALL = 1_000_000


def open_ledger(home: Home) -> Ledger:
    """The ledger of the station in that folder, made if it has done nothing yet.

    Raises: NotInitialisedError where no station is, for whoever reads makes none; LedgerError.
    """
    if not (home.ledger.is_file() or home.keys.is_dir()):
        raise NotInitialisedError(subject=str(home.path))
    home.make()
    return Ledger(home.ledger, clock=SystemClock())


def station_of(home: Home, key_id: str = "") -> Station | None:
    """The public half of the station there, or of an earlier key of it; None where there is none that can be read."""
    from certs.errors import CertsError
    from certs.keys.authority import load_station

    try:
        return load_station(home.keys, key_id)
    except (CertsError, OSError):
        return None


@contextmanager
def read_jobs(home: Home) -> "Iterator[Jobs]":
    """The jobs of a station, whether or not a session holds it. Raises: NotInitialisedError, LedgerError."""
    ledger = open_ledger(home)
    try:
        yield Jobs(ledger, station_of(home))
    finally:
        ledger.close()


def mark_ended(papers: Path, jobs: "Jobs") -> None:
    """Files of certificates that were withdrawn or replaced go to where they are marked; what cannot be moved today is
    moved next time, and stops no work.
    """
    try:
        for ended in ("withdrawn", "replaced"):
            move_ended(papers, jobs.select(JobFilter(ended=ended), most=_ALL))
    except (FileNotWrittenError, LedgerError) as error:
        logging.getLogger("proofwipe").warning("papers not marked: %s", error)


class Jobs:
    """The jobs in a ledger, each read afresh when it is asked for. `station`: the one whose key signs checkpoints."""

    def __init__(self, ledger: Ledger, station: Station | None = None) -> None:
        self.ledger = ledger
        self._station = station

    def verify(self) -> Verified:
        """Walk the chain from the last checkpoint on. Raises: LedgerCorruptError when somebody changed it."""
        return verify_since_checkpoint(self.ledger, self._station)

    def list(self, *, only_open: bool = False) -> Iterator[JobSummary]:
        """Every job, oldest first, or those that are not finished; from the read model."""
        return self.ledger.view.jobs(only_open=only_open)

    def select(
        self, wanted: JobFilter, *, most: int, skip: int = 0, below: int | None = None
    ) -> tuple[JobSummary, ...]:
        """The newest `most` that fit, newest first; from the read model. `below`: see `Projection.select`."""
        return self.ledger.view.select(wanted, most=most, skip=skip, below=below)

    def count(self, wanted: JobFilter) -> Mapping[str, int]:
        """How many fit: see `Projection.count`."""
        return self.ledger.view.count(wanted)

    def search(self, wanted: str) -> tuple[JobSummary, ...]:
        """Jobs with that text in their id, slot, model, numbers, papers or technician, newest first; from the read
        model.
        """
        return self.ledger.view.find(wanted)

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

    def find(self, name: str, *, fits: Callable[[JobSummary], bool] = lambda _job: True) -> Job:
        """By its own id, that of one of its papers, its phone's serial or IMEI, or an ending of one; where several go
        by that name, the only one that `fits`. Raises: JobNotFoundError, AmbiguousJobError.
        """
        return job_named(self.ledger, name, fits=fits)

    def named(self, name: str) -> tuple[Job, ...]:
        """All that go by that name, oldest first."""
        return jobs_named(self.ledger, name)

    def to_act_on(self, name: str) -> Job:
        """The job (see `find`), every entry of which was held against the chain: what is decided, signed or done next
        rests on it.

        Raises: JobNotFoundError, AmbiguousJobError; LedgerCorruptError when somebody changed one; LedgerError.
        """
        job = self.find(name)
        verify_job(self.ledger, self._station, job.id)
        return job

    def unfinished(self) -> tuple[Job, ...]:
        """Those a station has to go on with, as the entries tell; checked like `to_act_on`.

        Raises: LedgerCorruptError; LedgerError.
        """
        found = unfinished(self.ledger, self.verify())
        if found:
            verify_job(self.ledger, self._station, found[0].id)  # the oldest: the walk goes over the others too
        return found

    def usual_s(self, model: str) -> float | None:
        """How long a job with that model usually takes, in seconds; what `time left` is estimated from."""
        try:
            return self.ledger.view.usual_s(model)
        except LedgerError:
            return None  # an estimate for a screen stops nobody
