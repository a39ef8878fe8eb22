# SPDX-License-Identifier: GPL-3.0-or-later
"""A terminal beside a service ends when its jobs have, and not because the service was killed and is not whole yet."""

from pathlib import Path
from typing import Any, cast

from station.cli.attached import Attached
from station.client.connection import Connection
from station.session import beginning, operations
from station.session.beginning import AtWork
from station.session.jobs import Jobs
from station.session.remote.client import Elsewhere

JOB = "JOB00001"


class Restarted:
    """The wire to a service that was started again: its session answers at once, its API when it leads its jobs again.

    `leads`: which it led, each time it was asked.
    """

    def __init__(self) -> None:
        self.leads: list[tuple[str, ...]] = []
        self.taken_up = True
        self.place = "there"

    def do(self, operation: object, **_: object) -> Any:
        if operation is operations.questions:
            return ()
        assert operation is beginning.at_work
        done = self.leads.count((JOB,)) > 2
        self.leads.append((JOB,) if self.taken_up and not done else ())
        return AtWork(jobs=self.leads[-1])

    def answers(self) -> bool:
        self.taken_up = True  # it took the connection, and answered when it was up
        return True


def test_a_service_that_has_not_taken_its_jobs_up_again_has_not_ended_them() -> None:
    there = Restarted()
    attached = Attached(
        cast("Elsewhere", there), cast("Connection", there), cast("Jobs", None), papers=Path("p"), told=False
    )
    attached.take_up()
    there.taken_up = False
    assert attached.wait()
    assert there.leads == [(JOB,), (JOB,), (JOB,), ()]
