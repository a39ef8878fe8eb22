# SPDX-License-Identifier: GPL-3.0-or-later
"""Which part of a long run `make test` tries: another one with each commit. The other parts are in `make slow`."""

import subprocess
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def parts(total: int, *, tried: int) -> list[object]:
    """The parts 0 … total-1 for `parametrize`: `tried` of them as they are, chosen by the commit, the others `slow`."""
    chosen = {(commit_number() + place) % total for place in range(tried)}
    return [pytest.param(part, marks=() if part in chosen else pytest.mark.slow) for part in range(total)]


@cache
def commit_number() -> int:
    """A number that the checked-out commit stands for; 0 without git."""
    try:
        done = subprocess.run(
            ["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, timeout=30, check=False
        )
    except FileNotFoundError:  # a bare machine has no git at all
        return 0
    return int(done.stdout.strip() or "0", 16) if done.returncode == 0 else 0
