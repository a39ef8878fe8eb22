# SPDX-License-Identifier: GPL-3.0-or-later
"""Stations in temporary folders, and benches of virtual phones for them."""

import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from tests.support.cli_station import CommandLine, Starter, scenario
from virtual_phones.bench.remote import RemoteBench


@pytest.fixture
def line(tmp_path: Path) -> CommandLine:
    """A command line whose station folder does not exist yet."""
    return CommandLine(tmp_path / "station")


@pytest.fixture(scope="session")
def keys_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[bool], Path]:
    """The keys folder of a station, made once by `proofwipe init`; True for a specimen station."""
    made: dict[bool, Path] = {}

    def keys(specimen: bool) -> Path:
        if specimen not in made:
            line = CommandLine(tmp_path_factory.mktemp("template"))
            line.init(*(["--specimen"] if specimen else []))
            made[specimen] = line.home / "keys"
        return made[specimen]

    return keys


def install_keys(line: CommandLine, keys: Path) -> None:
    """Keys and the empty log that belongs to them, as `proofwipe init` made both."""
    shutil.copytree(keys, line.home / "keys")
    shutil.copy(keys.parent / "log.sqlite3", line.home / "log.sqlite3")


@pytest.fixture
def station(line: CommandLine, keys_of: Callable[[bool], Path]) -> CommandLine:
    """The command line of an initialised, real station."""
    line.configure()
    install_keys(line, keys_of(False))
    return line


@pytest.fixture
def specimen(tmp_path: Path, keys_of: Callable[[bool], Path]) -> Iterator[Starter]:
    """Start an initialised specimen station with phones of the demo on its bench."""
    started: list[RemoteBench] = []

    def start(
        *names: str, config: str = "", init: bool = True, **changes: Mapping[str, object]
    ) -> tuple[CommandLine, RemoteBench]:
        bench = RemoteBench.start(scenario(*names, **changes), lifetime_s=300, die_with_us=True)
        started.append(bench)
        line = CommandLine(tmp_path / "station")
        line.configure(config, bench=bench)
        if init:
            install_keys(line, keys_of(True))
        return line, bench

    yield start
    for bench in started:
        bench.stop()
