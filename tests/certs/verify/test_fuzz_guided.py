# SPDX-License-Identifier: GPL-3.0-or-later
"""Coverage-guided fuzzing of everything that reads bytes in a verifier, ten minutes of it (`tools/fuzz.py`)."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
SECONDS = int(os.environ.get("PROOFWIPE_FUZZ_SECONDS", "600"))


@pytest.mark.slow
@pytest.mark.timeout(SECONDS + 300)
@pytest.mark.skipif(sys.platform != "linux", reason="atheris is built for Linux only")
def test_nothing_but_its_own_error_leaves_a_reader(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tools.fuzz", "--seconds", str(SECONDS), "--corpus", str(tmp_path / "corpus")],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        timeout=SECONDS + 240,
        check=False,
        env={**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'hardware-fixtures'}"},
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-5000:]
    assert "Done " in done.stderr
    assert not list(tmp_path.glob("crash-*"))
