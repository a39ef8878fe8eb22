# SPDX-License-Identifier: GPL-3.0-or-later
"""Which part of a long run `make test` tries: another one with each commit. The other parts are in `make slow`.

With PROOFWIPE_ONE_IN=10, as CI has it, `make slow` tries one in ten of them, again others with each commit.
"""

import os
import subprocess
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ONE_IN = int(os.environ.get("PROOFWIPE_ONE_IN", "1"))


def parts(total: int, *, tried: int, first: int | None = None, one_in: int = ONE_IN) -> list[object]:
    """The parts 0 … total-1 for `parametrize`: `tried` of them as they are, chosen by the commit, and of the others one
    in `one_in`, but one at least, `slow`."""
    begin = commit_number() if first is None else first
    turn = [(begin + place) % total for place in range(total)]
    slow = turn[tried : tried + fewer(total - tried, one_in=one_in)]
    return [
        pytest.param(part, marks=pytest.mark.slow if part in slow else ()) for part in sorted([*turn[:tried], *slow])
    ]


def fewer(number: int, *, one_in: int = ONE_IN) -> int:
    """How many of so many repetitions a long run tries: one in `one_in`, rounded up."""
    return -(-number // one_in)


def every(length: int, *, first: int | None = None, one_in: int = ONE_IN) -> range:
    """Which of 0 … length-1 a long run tries: each `one_in`-th, from a place that the commit chooses."""
    return range((commit_number() if first is None else first) % one_in, length, one_in)


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
