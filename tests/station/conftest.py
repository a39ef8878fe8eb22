# SPDX-License-Identifier: GPL-3.0-or-later
"""Stations in temporary folders, and benches of virtual phones for them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hidden_bench import CommandLine, Starter, scenario

from virtual_phones.remote import RemoteBench


@pytest.fixture
def line(tmp_path: Path) -> CommandLine:
    """A command line whose station folder does not exist yet."""
    return CommandLine(tmp_path / "station")


@pytest.fixture
def specimen(tmp_path: Path) -> Iterator[Starter]:
    """Start an initialised specimen station with phones of the demo on its bench."""
    started: list[RemoteBench] = []

    def start(*names: str, config: str = "", init: bool = True, **changes: object) -> tuple[CommandLine, RemoteBench]:
        bench = RemoteBench.start(scenario(*names, **changes), lifetime_s=300, die_with_us=True)  # type: ignore[arg-type]
        started.append(bench)
        line = CommandLine(tmp_path / "station")
        line.configure(config, bench=bench)
        if init:
            line.init("--specimen")
        return line, bench

    yield start
    for bench in started:
        bench.stop()
