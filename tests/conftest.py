# SPDX-License-Identifier: GPL-3.0-or-later
"""What the whole suite needs: programs of other people, without which its promises would be untested.

A missing program stops the run with the command that installs it; it never skips a test.
"""

import gc
import os
import shutil
import signal
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tools.debian_packages import missing_programs

# How long an example takes says something about the machine, not about the product.
# CI draws the same examples each time, so that a change is judged by what it changes; everybody else draws new ones.
settings.register_profile("untimed", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("untimed")

# A shell starts what runs in its background with Ctrl-C ignored, and children inherit that; they are to feel it here.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# The ledger and every paper are written durably, thousands of times a run, and a disk takes its time over each. What
# must hold when a disk fills or a process dies is tested with limits and signals, which are the same in memory.
MEMORY = Path("/dev/shm")
MEMORY_WANTED_BYTES = 2 * 1024**3
_TEMPORARY = "PYTEST_DEBUG_TEMPROOT"  # pytest's own name for the folder that holds `tmp_path`
if _TEMPORARY not in os.environ and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > MEMORY_WANTED_BYTES:
    os.environ[_TEMPORARY] = str(MEMORY)

LONGEST_ID = 80
"""A parameter's own text is part of its test's name up to here; the suite has one of 100 MB, and every worker tells the
names of all tests to the process that started it."""

_MISSING = missing_programs("test")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "tools: runs programs of packaging/debian-packages.txt on files of ours")


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """What is too long for a name is named by its length and its sum, in every process the same."""
    if not isinstance(val, str | bytes) or len(val) <= LONGEST_ID:
        return None
    data = val.encode("utf-8", "surrogatepass") if isinstance(val, str) else val
    return f"{argname}-{len(val)}-{zlib.crc32(data):08x}"


@pytest.hookimpl(wrapper=True)
def pytest_collection(session: pytest.Session) -> Iterator[None]:
    """Of some million objects that are made here none is garbage, and all stay to the end: nothing to look through."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.collect()
        gc.freeze()
        gc.enable()


def pytest_collection_finish(session: pytest.Session) -> None:
    """Nothing begins without them; a worker of xdist cannot end the whole run, so there each such test fails."""
    if _MISSING and not hasattr(session.config, "workerinput") and any(map(_drives_programs, session.items)):
        pytest.exit(_sentence(), returncode=pytest.ExitCode.USAGE_ERROR)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    if _MISSING and _drives_programs(item):
        pytest.fail(_sentence(), pytrace=False)


def _drives_programs(item: pytest.Item) -> bool:
    return any(item.get_closest_marker(name) for name in ("wire", "tools"))


def _sentence() -> str:
    return (
        "these tests drive programs that are not installed. Install them, then run again:\n"
        f"    sudo apt-get install --no-install-recommends {' '.join(_MISSING)}"
    )
