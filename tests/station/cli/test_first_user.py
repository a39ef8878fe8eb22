# SPDX-License-Identifier: GPL-3.0-or-later
"""What the first users stumbled over, each once."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from phones.clock import SystemClock
from station.cli.main import run
from station.ledger.job_events import JobResumed
from station.ledger.ledger import Ledger
from station.ledger.stages import Stage

ROOT = Path(__file__).parents[3]
GOLDEN = ROOT / "tests" / "golden"


def test_leaving_the_decision_out_decides_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--home", str(tmp_path), "validate", "ANYJOB01"]) == 2
    assert not (tmp_path / "ledger.sqlite3").exists()
    assert "--accept" in capsys.readouterr().err


def test_a_second_phone_on_the_line_is_refused_and_not_taken_for_the_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["--home", str(tmp_path), "process", "-s", "1-1", "-s", "1-2"]) == 2
    assert "-s is given twice: 1-1, 1-2" in capsys.readouterr().err


def test_a_backup_never_replaces_an_older_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ledger = Ledger(tmp_path / "ledger.sqlite3", clock=SystemClock())
    ledger.append(JobResumed(stage=Stage.SEEN), "J")
    ledger.close()
    older = tmp_path / "older.sqlite3"
    older.write_bytes(b"an older copy")
    assert run(["--home", str(tmp_path), "ledger", "backup", str(older)]) == 2
    assert older.read_bytes() == b"an older copy"
    assert str(older) in capsys.readouterr().err


def test_a_backup_that_cannot_be_written_does_not_blame_the_ledger(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Ledger(tmp_path / "ledger.sqlite3", clock=SystemClock()).close()
    target = tmp_path / "nowhere" / "copy.sqlite3"
    assert run(["--home", str(tmp_path), "ledger", "backup", str(target)]) == 1
    said = capsys.readouterr().err
    assert str(target) in said
    assert "broken" not in said


@pytest.mark.parametrize("typed", ["", "abc", "1", "0005", "35912011234567", "359120112345678"])
def test_a_slip_of_the_finger_is_no_accusation_and_no_valid_answer(
    typed: str, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["verify", str(GOLDEN / "valid.pdf"), "--trust", str(GOLDEN / "root.pem"), "--imei", typed]
    assert run(arguments) == 2
    assert capsys.readouterr().out == ""


def test_a_specimen_report_says_that_it_is_one(capsys: pytest.CaptureFixture[str]) -> None:
    run(["verify", str(GOLDEN / "specimen.pdf")])
    assert "a specimen from a demonstration" in capsys.readouterr().out


@pytest.mark.parametrize("command", ["process", "bench", "wipe"])
def test_every_command_that_erases_or_plans_takes_a_challenge(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([command, "--help"]) == 0
    assert "--challenge" in capsys.readouterr().out


def test_without_arguments_the_program_explains_itself(capsys: pytest.CaptureFixture[str]) -> None:
    assert run([]) == 2
    assert "process" in capsys.readouterr().err


def test_a_closed_stdout_is_no_mistake_of_the_program(tmp_path: Path) -> None:
    paths = os.pathsep.join((str(ROOT), str(ROOT / "hardware-fixtures")))
    line = f"exec {sys.executable} -m station.cli.main --home {tmp_path} jobs >&-"
    done = subprocess.run(
        ["bash", "-c", line],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, "PYTHONPATH": paths},
    )
    assert "Traceback" not in done.stderr
    assert "mistake" not in done.stderr


def test_a_full_stdout_ends_in_one_line(tmp_path: Path) -> None:
    paths = os.pathsep.join((str(ROOT), str(ROOT / "hardware-fixtures")))
    line = f"exec {sys.executable} -m station.cli.main --home {tmp_path} jobs --json > /dev/full"
    done = subprocess.run(
        ["bash", "-c", line],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, "PYTHONPATH": paths},
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert len(done.stderr.splitlines()) == 2
