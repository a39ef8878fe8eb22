# SPDX-License-Identifier: GPL-3.0-or-later
"""The suite never skips what it cannot run: it stops and says what to install."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize(("path", "code"), [("", 4), (os.environ["PATH"], 0)])
def test_missing_programs_stop_the_run_with_the_command_that_installs_them(path: str, code: int) -> None:
    said = run(path, code, "--collect-only")
    assert ("sudo apt-get install --no-install-recommends adb lib" in said) == (code == 4)


def test_with_several_workers_each_test_that_misses_a_program_says_so_and_none_is_skipped() -> None:
    said = run("", 1, "-n", "1", "-k", "devices")
    assert "sudo apt-get install --no-install-recommends adb lib" in said
    assert "INTERNALERROR" not in said
    assert "skipped" not in said


def run(path: str, code: int, *more: str) -> str:
    """What pytest says of tests that drive adb, with this PATH; it must end with `code`."""
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-p",
            "no:cacheprovider",
            *more,
            "tests/virtual_phones/adb/test_real_tools_adb.py",
        ],
        cwd=ROOT,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr
