# SPDX-License-Identifier: GPL-3.0-or-later
"""What a command does not need it does not load."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.cli_station import CommandLine

HARDWARE = {"adbutils", "pymobiledevice3", "usb"}
HEAVY = {"sqlite3", "reportlab", "pydantic", "cryptography", "pypdfium2", "segno", "requests", "asyncio"}
NEVER = {"fastapi", "pyhanko", "pytest", "virtual_phones"}

PROBE = """
import json, sys
from station.cli import main
code = main.run(json.loads(sys.argv[1]))
print("loaded " + json.dumps(sorted({name.split(".")[0] for name in sys.modules})))
"""


def loaded(line: CommandLine, *arguments: object) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", PROBE, json.dumps([str(each) for each in arguments])],
        env=line.environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    last = done.stdout.splitlines()[-1]
    assert last.startswith("loaded ")
    return set(json.loads(last.removeprefix("loaded ")))


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["destroy"]])
def test_help_loads_nothing_heavy(line: CommandLine, arguments: list[str]) -> None:
    assert not loaded(line, *arguments) & (HARDWARE | HEAVY | NEVER)


def test_an_empty_bench_is_listed_without_any_driver(line: CommandLine) -> None:
    assert not loaded(line, "list") & (NEVER | HEAVY | {"adbutils", "pymobiledevice3"})


def test_a_stranger_who_verifies_loads_no_hardware_no_database_nothing_of_a_bench(
    line: CommandLine, tmp_path: Path
) -> None:
    golden = Path(__file__).parents[2] / "golden" / "valid.pdf"
    for paper in (golden, tmp_path / "none.pdf"):
        assert not loaded(line, "verify", paper) & (HARDWARE | NEVER | {"sqlite3", "requests", "pydantic", "rich"})


def test_of_the_station_a_stranger_who_verifies_loads_only_the_command_line_and_its_words(line: CommandLine) -> None:
    golden = Path(__file__).parents[2] / "golden"
    program = (
        "import sys; from station.cli.main import run\n"
        "run(sys.argv[1:])\n"
        "print(*sorted({'.'.join(name.split('.')[:2]) for name in sys.modules if name.startswith('station.')}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, "verify", str(golden / "valid.pdf"), "--trust", str(golden / "root.pem")],
        env=line.environment, capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    assert done.stdout.splitlines()[-1].split() == ["station.cli", "station.errors", "station.text"]


@pytest.mark.parametrize("command", [["jobs"], ["keys", "show"], ["ledger", "verify"], ["regrade", "none.pdf"]])
def test_what_reads_the_past_loads_no_driver(station: CommandLine, command: list[str]) -> None:
    assert not loaded(station, *command) & (HARDWARE | NEVER)
