# SPDX-License-Identifier: GPL-3.0-or-later
"""Stations in temporary folders, and benches of virtual phones for them."""

import fcntl
import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from station.cli.main import run
from station.papers.keys import open_paper_issuer
from station.setup.home import Home
from station.setup.people import load
from station.setup.settings import Settings
from tests.support import lives
from tests.support.cli_station import PASSPHRASE, Call, CommandLine, Starter, scenario
from tests.support.schemas import check
from virtual_phones.bench.remote import RemoteBench


@pytest.fixture
def line(tmp_path: Path) -> CommandLine:
    """A command line whose station folder does not exist yet."""
    return CommandLine(tmp_path / "station")


@pytest.fixture(scope="session")
def keys_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[bool], Path]:
    """The keys folder of a station, made once by `proofwipe init`; True for a specimen station.

    Once for all workers of a run: its keys cost five seconds of processor, as they must.
    """
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent

    def keys(specimen: bool) -> Path:
        template = shared / f"station-template-{'specimen' if specimen else 'real'}"
        whole = template / "whole"
        with (shared / "station-templates.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not whole.exists():
                shutil.rmtree(template, ignore_errors=True)
                template.mkdir()
                line = CommandLine(template)
                line.init(*(["--specimen"] if specimen else []))
                line.cheapen_keys()
                whole.touch()
        return template / "keys"

    return keys


@pytest.fixture
def station(line: CommandLine, keys_of: Callable[[bool], Path]) -> CommandLine:
    """The command line of an initialised, real station."""
    line.configure()
    line.install_keys(keys_of(False))
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
            line.install_keys(keys_of(True))
        return line, bench

    yield start
    for bench in started:
        bench.stop()


@pytest.fixture
def home(line: CommandLine, keys_of: Callable[[bool], Path], monkeypatch: pytest.MonkeyPatch) -> Home:
    """A specimen station whose one iPhone has just been verified and waits for a person."""
    line.configure()
    line.install_keys(keys_of(True))
    for name in [name for name in os.environ if name.startswith("PROOFWIPE")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PROOFWIPE_PASSPHRASE", PASSPHRASE)
    monkeypatch.setenv("PROOFWIPE_VALIDATOR_PASSPHRASE", "her own words")
    home = Home(line.home).make()
    with open_paper_issuer(home, Settings(), load(home.keys).issuer, PASSPHRASE) as paper_issuer:
        lives.live(
            lives.IPHONE, folder=home.path, settings=lives.VALIDATED, papers=paper_issuer, acquisition=lives.ACQUISITION
        )
    return home


@pytest.fixture
def call(home: Home, capsys: pytest.CaptureFixture[str]) -> Call:
    """Runs a command of that station in this process; its exit code, and its JSON or its text."""

    def called(*arguments: object) -> tuple[int, Any]:
        capsys.readouterr()
        code = run(["--home", str(home.path), *map(str, arguments)])
        shown = capsys.readouterr()
        if not shown.out.startswith("{"):
            return code, shown.out + shown.err
        found = json.loads(shown.out)
        check(found)
        return code, found

    return called
