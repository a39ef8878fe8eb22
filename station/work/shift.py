# SPDX-License-Identifier: GPL-3.0-or-later
"""A shift at the bench: phones come and go, each gets a worker of its own.

Threads are never killed; stopping is a wish that workers look at where nothing is under way. A phone that
is being erased is processed to its end; if the program is ended before that, its job resumes by inspecting the phone.
"""

import threading
from collections import deque
from collections.abc import Callable

from phones.port import Port
from station.errors import LedgerError
from station.ledger.job import Job
from station.work.worker import Worker, WorkerContext

OWN_JOBS = 10_000
"""Of how many jobs a shift knows that they were its own; the newest. The jobs themselves are in the ledger."""


class Shift:
    """Starts workers and waits for them.

    `ended` is told of every job whose worker is done, in the worker's thread, with the error when it could write no
    more.
    """

    def __init__(
        self,
        *,
        port_of: Callable[[str], Port],
        context_of: Callable[[Job], WorkerContext],
        ended: Callable[[Job, LedgerError | None], None],
    ) -> None:
        self._port_of = port_of
        self._context_of = context_of
        self._ended = ended
        self._at_work: list[Job] = []
        self._threads = 0
        self._ports: dict[str, threading.Lock] = {}
        self._own: deque[str] = deque(maxlen=OWN_JOBS)
        self._broken: list[LedgerError] = []
        self._changed = threading.Condition()

    def start(self, job: Job) -> None:
        """Lead a new job in a thread of its own."""
        self._start(job, resumed=False)

    def resume(self, job: Job) -> None:
        """Go on with a job that was interrupted. One that only lacks its paper gets it here and now.

        Raises: LedgerError.
        """
        if job.summary.work_is_over:
            with self._changed:
                self._own.append(job.id)
            self._lead(job, resumed=True)
        else:
            self._start(job, resumed=True)

    def busy(self) -> tuple[str, ...]:
        """Ports whose worker is still at it."""
        with self._changed:
            return tuple(dict.fromkeys(job.port for job in self._at_work))

    def busy_jobs(self) -> frozenset[str]:
        """Ids of the jobs a worker is at."""
        with self._changed:
            return frozenset(job.id for job in self._at_work)

    def at_work(self) -> tuple[Job, ...]:
        """The jobs a worker is at. Those that have ended are not kept in memory."""
        with self._changed:
            return tuple(self._at_work)

    def own_jobs(self) -> tuple[str, ...]:
        """Ids of the jobs this shift started or resumed, oldest first, at most `OWN_JOBS`."""
        with self._changed:
            return tuple(dict.fromkeys(self._own))

    def wait(self, *, timeout_s: float | None = None) -> bool:
        """Until all workers are done: True, or False when `timeout_s` is over.

        Not by `Thread.join`: interrupted by Ctrl-C, Python 3.11 takes the thread for ended (bpo-45274).
        Raises: LedgerError when one could write no more; KeyboardInterrupt.
        """
        with self._changed:
            if not self._changed.wait_for(lambda: not self._threads, timeout_s):
                return False
            if self._broken:
                raise self._broken[0]
            return True

    def _start(self, job: Job, *, resumed: bool) -> None:
        thread = threading.Thread(target=self._work, args=(job, resumed), name=f"job-{job.id}", daemon=True)
        with self._changed:
            self._own.append(job.id)
            self._at_work.append(job)
            self._threads += 1
            self._ports.setdefault(job.port, threading.Lock())
        thread.start()

    def _work(self, job: Job, resumed: bool) -> None:  # noqa: FBT001 - handed over by Thread
        try:
            with self._ports[job.port]:  # never two workers on one phone
                self._lead(job, resumed=resumed)
        except LedgerError as error:
            with self._changed:
                self._broken.append(error)
        finally:
            with self._changed:
                self._threads -= 1
                self._changed.notify_all()

    def _lead(self, job: Job, *, resumed: bool) -> None:
        """Whoever hears that the job has ended finds it and its port free."""
        failure: LedgerError | None = None
        try:
            Worker(job, self._port_of(job.port), self._context_of(job), resumed=resumed).run()
        except LedgerError as error:
            failure = error
            raise
        finally:
            with self._changed:
                self._at_work = [each for each in self._at_work if each is not job]
            self._ended(job, failure)
