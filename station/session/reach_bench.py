# SPDX-License-Identifier: GPL-3.0-or-later
"""A bench for one command that only looks: the machine's own, or that of a session at work."""

from collections.abc import Iterator
from contextlib import contextmanager

from station.session.bench import open_bench
from station.session.bench_operations import BenchAlone, BenchInUse, Here, Operations
from station.session.remote.place import socket_path
from station.setup.home import Home
from station.setup.settings import Settings


@contextmanager
def reach_bench(home: Home, settings: Settings, *, fixed: bool = True) -> Iterator[Operations[BenchInUse]]:
    """The bench: that of the session at work in `home`, else the machine's own, opened for this command.

    `fixed`: only what is plugged in now counts. Raises: NoPhoneError (only if `fixed`) when nothing is, so that no
    driver is started for nothing; BenchError, ConfigError.
    """
    if socket_path(home).exists():
        from station.session.remote.client import find_session

        elsewhere = find_session(home)
        if elsewhere is not None:
            yield elsewhere
            return
    with open_bench(home, settings, fixed=fixed) as bench:
        yield Here(BenchAlone(bench=bench, settings=settings))
