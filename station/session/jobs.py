# SPDX-License-Identifier: GPL-3.0-or-later
"""What a station has done, to be read: by a session, and without one. Reading takes no lock and waits for nobody."""

from collections.abc import Iterator
from contextlib import contextmanager

from certs.record.issuer import Station
from phones.clock import SystemClock
from station.errors import JobNotFoundError, LedgerError, NotInitialisedError
from station.ledger.checkpoints import Verified, verify_job, verify_since_checkpoint
from station.ledger.job import Job
from station.ledger.ledger import Ledger
from station.ledger.open_jobs import unfinished
from station.ledger.summary import JobSummary
from station.papers.job_log import job_of
from station.setup.home import Home


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

    def find(self, name: str) -> Job:
        """By its own id or that of one of its papers. Raises: JobNotFoundError."""
        return Job.load(self.ledger, name.upper()) or self.of_paper(name)

    def to_act_on(self, job_id: str) -> Job:
        """The job, every entry of which was held against the chain: what is decided, signed or done next rests on it.

        Raises: JobNotFoundError; LedgerCorruptError when somebody changed one; LedgerError.
        """
        job = self.by_id(job_id)
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
