# SPDX-License-Identifier: GPL-3.0-or-later
"""Real adb servers of our own, and bench processes full of virtual phones."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.adb_server import BINARIES, AdbServer
from tests.virtual_phones.benches import Scenario, StartBench
from virtual_phones.bench.remote import RemoteBench


@pytest.fixture(params=sorted(BINARIES))
def adb_server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[AdbServer]:
    """Debian's adb 29, then the adb 36 that adbutils brings."""
    server = AdbServer(BINARIES[request.param], tmp_path / "adb-home")
    server.start()
    yield server
    server.stop()


@pytest.fixture
def remote_bench(tmp_path: Path) -> Iterator[StartBench]:
    """Start a bench from a document or a file; all are stopped at the end."""
    started: list[RemoteBench] = []

    def start(scenario: Scenario | Path) -> RemoteBench:
        started.append(RemoteBench.start(scenario, lifetime_s=300, log=tmp_path / "bench.log"))
        return started[-1]

    yield start
    for bench in started:
        bench.stop()
    trouble = (tmp_path / "bench.log").read_text() if started else ""
    assert trouble == "", trouble
