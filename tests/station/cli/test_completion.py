# SPDX-License-Identifier: GPL-3.0-or-later
"""The Tab key: what `completion` prints is what a shell can read."""

import subprocess
import sys
from pathlib import Path

import pytest

from station.cli.commands.completion import SHELLS
from tests.support.cli_station import ROOT, CommandLine


@pytest.mark.parametrize("shell", SHELLS)
def test_each_shell_gets_a_script_that_asks_this_program(tmp_path: Path, shell: str) -> None:
    done = CommandLine(tmp_path / "none").run("completion", shell)
    assert (done.code, done.err) == (0, "")
    assert f"_PROOFWIPE_COMPLETE={shell}_complete" in done.out
    assert not (tmp_path / "none").exists()


def test_another_shell_is_refused_with_those_there_are(tmp_path: Path) -> None:
    done = CommandLine(tmp_path).run("completion", "tcsh")
    assert done.code == 2
    assert all(shell in done.err for shell in SHELLS)


@pytest.mark.parametrize(("typed", "offered"), [("proofwipe withd", {"withdraw"}), ("proofwipe keys rene", {"renew"})])
def test_bash_completes_a_command(tmp_path: Path, typed: str, offered: set[str]) -> None:
    program = tmp_path / "proofwipe"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m station.cli.main "$@"\n')
    program.chmod(0o755)
    words = typed.split()
    script = (
        f'PATH="{tmp_path}:$PATH"; eval "$(proofwipe completion bash)"; COMP_WORDS=({typed}); '
        f'COMP_CWORD={len(words) - 1}; _proofwipe_completion proofwipe; printf "%s\\n" "${{COMPREPLY[@]}}"'
    )
    done = subprocess.run(
        ["bash", "--norc", "-c", script], capture_output=True, text=True, cwd=ROOT, timeout=60, check=False
    )
    assert set(done.stdout.split()) == offered, done.stderr
