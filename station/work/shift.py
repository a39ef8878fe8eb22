# SPDX-License-Identifier: GPL-3.0-or-later
"""A shift at the bench: phones come and go, each gets a worker of its own.

Threads are never killed; stopping is a wish that workers look at where nothing is under way. A phone that
is being erased goes on to its end, or, if the program is left all the same, is taken up again by looking.
"""

import threading
import time
from collections.abc import Callable, Iterable, Mapping

from certs.record.facts import Person, SalePolicy
from phones.bench.bench import Bench
from phones.port import Platform, Sighting
from station.errors import LedgerError
from station.ledger.job import Job, new_job_id
from station.ledger.job_events import JobOpened
from station.ledger.ledger import Ledger
from station.ledger.stages import Stage
from station.work.worker import Worker, WorkerContext


class Shift:
    """Starts workers and waits for them. `salt`: 16 random bytes, fresh for each job."""

    def __init__(
        self,
        *,
        bench: Bench,
        ledger: Ledger,
        policy: SalePolicy,
        performed_by: Person,
        surroundings: Callable[[str], WorkerContext],
        slot_of: Callable[[str], str],
        salt: Callable[[], bytes],
    ) -> None:
        self._bench = bench
        self._ledger = ledger
        self._policy = policy
        self._performed_by = performed_by
        self._surroundings = surroundings
        self._slot_of = slot_of
        self._salt = salt
        self._at_work: list[str] = []
        self._ports: dict[str, threading.Lock] = {}
        self._jobs: dict[str, Job] = {}
        self._broken: list[LedgerError] = []
        self._lock = threading.Lock()

    def take(
        self, sighting: Sighting, *, bound: Iterable[str] = (), acquisition: Mapping[str, str] | None = None
    ) -> Job:
        """Open a job for what hangs on a port and start its worker.

        `bound`: the numbers it was confirmed by. `acquisition`: where the phone came from.
        """
        port = self._bench.port(sighting.port)
        opened = JobOpened(
            port=sighting.port,
            slot=self._slot_of(sighting.port),
            platform=sighting.platform or Platform.ANDROID,
            emulated=port.emulated,
            salt=self._salt(),
            policy=self._policy,
            performed_by=self._performed_by,
            usb_serial=sighting.usb_serial,
            bound=tuple(sorted(bound)),
            acquisition=dict(acquisition or {}),
        )
        job = Job.open(self._ledger, job_id=new_job_id(), opened=opened)
        self._start(job, resumed=False)
        return job

    def resume(self, job: Job) -> None:
        """Go on with a job that was interrupted. One that only lacks its paper gets it here and now."""
        if job.stage.final or job.stage in (Stage.VERIFIED, Stage.VALIDATED):
            with self._lock:
                self._jobs[job.id] = job
            Worker(job, self._bench.port(job.port), self._surroundings(job.port), resumed=True).run()
        else:
            self._start(job, resumed=True)

    def busy(self) -> tuple[str, ...]:
        """Ports whose worker is still at it."""
        with self._lock:
            return tuple(dict.fromkeys(self._at_work))

    def jobs(self) -> tuple[Job, ...]:
        """All jobs of this shift."""
        with self._lock:
            return tuple(self._jobs.values())

    def wait(self, *, each_s: float = 0.2) -> None:
        """Until all workers are done. Raises: LedgerError when one could write no more; KeyboardInterrupt.

        Not by `Thread.join`: interrupted by Ctrl-C, Python 3.11 takes the thread for ended (bpo-45274).
        """
        while self.busy():
            time.sleep(each_s)
        if self._broken:
            raise self._broken[0]

    def _start(self, job: Job, *, resumed: bool) -> None:
        thread = threading.Thread(target=self._work, args=(job, resumed), name=f"job-{job.id}", daemon=True)
        with self._lock:
            self._jobs[job.id] = job
            self._at_work.append(job.port)
            self._ports.setdefault(job.port, threading.Lock())
        thread.start()

    def _work(self, job: Job, resumed: bool) -> None:  # noqa: FBT001 - handed over by Thread
        try:
            with self._ports[job.port]:  # never two workers on one phone
                Worker(job, self._bench.port(job.port), self._surroundings(job.port), resumed=resumed).run()
        except LedgerError as error:
            self._broken.append(error)
        finally:
            with self._lock:
                self._at_work.remove(job.port)
