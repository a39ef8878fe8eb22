# SPDX-License-Identifier: GPL-3.0-or-later
"""A shift at the bench: phones come and go, each gets a worker of its own.

Threads are never killed; stopping is a wish that workers look at where nothing is under way. A phone that
is being erased goes on to its end, or, if the program is left all the same, is taken up again by looking.
"""

import threading
from collections.abc import Callable, Mapping

from phones.bench import Bench
from phones.port import Platform, Sighting
from station.errors import LedgerError
from station.job import Job, new_job_id
from station.ledger import Ledger
from station.worker import Surroundings, Worker


class Shift:
    """Starts workers and waits for them. `facts` are the job facts that do not depend on the phone."""

    def __init__(
        self, *, bench: Bench, ledger: Ledger, facts: Mapping[str, object],
        surroundings: Callable[[str], Surroundings], slot_of: Callable[[str], str], salt: Callable[[], str],
    ) -> None:
        self._bench = bench
        self._ledger = ledger
        self._facts = facts
        self._surroundings = surroundings
        self._slot_of = slot_of
        self._salt = salt
        self._threads: dict[str, threading.Thread] = {}
        self._jobs: dict[str, Job] = {}
        self._broken: list[LedgerError] = []
        self._lock = threading.Lock()

    def take(self, sighting: Sighting) -> Job:
        """Open a job for what hangs on a port and start its worker."""
        port = self._bench.port(sighting.port)
        job = Job.open(
            self._ledger, job_id=new_job_id(),
            facts={
                **self._facts, "port": sighting.port, "slot": self._slot_of(sighting.port),
                "platform": (sighting.platform or Platform.ANDROID).value, "emulated": port.emulated,
                "salt": self._salt(),
            },
        )
        self._start(job)
        return job

    def take_up(self, job: Job) -> None:
        """Go on with a job that was interrupted."""
        self._start(job)

    def busy(self) -> tuple[str, ...]:
        """Ports whose worker is still at it."""
        return tuple(port for port, thread in self._threads.items() if thread.is_alive())

    def jobs(self) -> tuple[Job, ...]:
        """All jobs of this shift."""
        with self._lock:
            return tuple(self._jobs.values())

    def wait(self, *, each_s: float = 0.2) -> None:
        """Until all workers are done. Raises: LedgerError when one could write no more; KeyboardInterrupt."""
        while self.busy():
            for thread in tuple(self._threads.values()):
                thread.join(each_s)
        if self._broken:
            raise self._broken[0]

    def _start(self, job: Job) -> None:
        thread = threading.Thread(target=self._work, args=(job,), name=f"job-{job.id}", daemon=True)
        with self._lock:
            self._jobs[job.id] = job
            self._threads[job.port] = thread
        thread.start()

    def _work(self, job: Job) -> None:
        try:
            Worker(job, self._bench.port(job.port), self._surroundings(job.port)).run()
        except LedgerError as error:
            self._broken.append(error)


def unfinished(ledger: Ledger) -> tuple[Job, ...]:
    """Jobs that have neither reached a final stage nor a paper that waits for a person."""
    jobs = (Job.load(ledger, job_id) for job_id in ledger.jobs())
    return tuple(job for job in jobs if job is not None and not is_finished(job))


def is_finished(job: Job) -> bool:
    """CERTIFIED, or a report is written and nothing but a person's decision is missing."""
    if job.stage.final:
        return job.certificate is not None or job.report is not None
    return job.report is not None
