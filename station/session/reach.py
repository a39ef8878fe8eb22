# SPDX-License-Identifier: GPL-3.0-or-later
"""A station for one command: held by the command itself, or by a session that is at work there and does it for it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from phones.errors import ProofwipeError
from station.errors import StationBusyError
from station.session.bench_operations import Here, Operations
from station.session.events import Event, Warned
from station.session.jobs import Jobs, read_jobs
from station.session.operations import OpenStation
from station.session.parts import Secrets
from station.session.remote.client import find_session
from station.session.session import Session
from station.setup.home import Home
from station.setup.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """`operations`: what can be asked of the station, whoever does it. `jobs`: what it has done, to be read."""

    operations: Operations[OpenStation]
    jobs: Jobs


@contextmanager
def reach(
    home: Home,
    settings: Settings,
    secrets: Secrets | None = None,
    *,
    warn: Callable[[ProofwipeError], None] = lambda _error: None,
) -> Iterator[Reached]:
    """The station in `home`. `warn` is told what the work goes on without.

    A session at work has its own settings and its keys open: no passphrase is asked for then, and whoever may open the
    station's folder may have it sign, as they may at the bench itself.
    Raises: what `Session.open` raises; StationBusyError when who holds the station answers nobody.
    """

    def tell(_session: Session, event: Event) -> None:
        if isinstance(event, Warned):
            warn(event.error)

    try:
        opened = Session.open(home, settings, secrets, listener=tell)
    except StationBusyError:
        elsewhere = find_session(home, warn=warn)
        if elsewhere is None:
            raise
    else:
        with opened as session:
            yield Reached(operations=Here(OpenStation(home=home, session=session)), jobs=session.jobs)
        return
    with read_jobs(home) as jobs:
        jobs.verify()
        yield Reached(operations=elsewhere, jobs=jobs)
