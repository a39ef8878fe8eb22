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
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "--collect-only",
            "-p",
            "no:cacheprovider",
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
    assert ("sudo apt-get install --no-install-recommends adb lib" in done.stdout + done.stderr) == (code == 4)
