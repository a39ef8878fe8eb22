# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the suite in steps, and runs a failed test again only where the machine may be to blame.

    python -m tools.run_tests STEP ... [-- PYTEST ARGUMENTS]

A pure test that fails has failed: it is never run again. A test that waits for other programs (marked `wire` or
`page`) may have been starved on a busy machine, so it is run once more, alone, with the same random seed. Each rerun is
printed and written to out/flaky.json (tools/flaky.py), and there is a budget above which a run of CI fails.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from types import MappingProxyType

import pytest

from tools.flaky import Flaky, Rerun

ROOT = Path(__file__).parent.parent
WAIT_FOR_OTHERS = frozenset({"wire", "page"})
"""Markers of tests that wait for programs of other people; only these may be run again."""
FAILURES_VARIABLE = "PROOFWIPE_FAILURES_TO"
TRACEBACK_CHARACTERS = 8000
PASSED, FAILED, BROKEN, NOTHING_SELECTED = 0, 1, 2, 5
"""pytest's exit codes; BROKEN is also ours for a command line that is wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One call of pytest: which tests, in how many processes and how shared among them, further options, and whether
    lines are counted.
    """

    marks: str
    workers: int
    dist: str = "loadgroup"
    options: tuple[str, ...] = ()
    measured: bool = False


STEPS: Mapping[str, Step] = MappingProxyType(
    {
        "pure": Step(marks="not wire and not slow and not page", workers=2),
        # These wait for other programs more than they compute.
        "wire": Step(marks="wire and not slow and not page", workers=4),
        "slow": Step(marks="slow and not wire", workers=2, options=("--timeout", "1700")),
        "slow-wire": Step(marks="slow and wire", workers=3, options=("--timeout", "1700")),
        # A file's tests share one service or page, which is made once: each file stays with one browser.
        "page": Step(marks="page", workers=2, dist="loadfile", options=("--timeout", "900")),
        # The same tests as "pure" and "wire" together, while lines are counted or, where that would show nothing, not.
        "measured": Step(marks="not slow and not page and not repeats", workers=3, measured=True),
        "unmeasured": Step(marks="repeats and not slow and not page", workers=3),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A test that failed, its first traceback, and whether it may be run again."""

    test: str
    traceback: str
    may_run_again: bool


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the steps in order until one fails; 5 if no step selected a test."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    own, passed_on = (given[: given.index("--")], given[given.index("--") + 1 :]) if "--" in given else (given, [])
    parser = argparse.ArgumentParser(prog="python -m tools.run_tests")
    parser.add_argument("steps", nargs="+", choices=list(STEPS), metavar="STEP")
    flaky = Flaky.of_this_run()
    code = NOTHING_SELECTED
    for name in parser.parse_args(own).steps:
        this = run_step(name, STEPS[name], passed_on, flaky)
        if this not in (PASSED, NOTHING_SELECTED):
            return this
        code = min(code, this)
    if code == NOTHING_SELECTED:
        print("no test was selected", file=sys.stderr)
    return code


def run_step(name: str, step: Step, passed_on: Sequence[str], flaky: Flaky, *, root: Path = ROOT) -> int:
    """One step and, where that is allowed, its failed tests again; pytest's exit code."""
    seed = random.SystemRandom().randrange(2**32)
    code, failures = _pytest(_command(step, seed, passed_on), root)
    if code != FAILED:
        return code
    for failure in failures:
        if not failure.may_run_again:
            print(f"{failure.test} waits for no other program: it is not run again", flush=True)
            return FAILED
    if not failures or len(failures) > flaky.left:
        print(f"{len(failures)} tests failed and {flaky.left} may be run again: none is", flush=True)
        return FAILED
    result = PASSED
    for failure in failures:
        # Not measured again: that would begin the count anew.
        alone = Step(marks=step.marks, workers=0, options=step.options)
        again, _ = _pytest(_command(alone, seed, [failure.test]), root)
        then = "passed" if again == PASSED else "failed"
        flaky.add(
            Rerun(step=name, test=failure.test, seed=seed, first_traceback=failure.traceback, then=then),
        )
        result = max(result, again)
    return result


def _command(step: Step, seed: int, passed_on: Sequence[str]) -> list[str]:
    workers = ["-n", str(step.workers), *(["--dist", step.dist] if step.workers else [])]
    plugin = ["-p", "tools.run_tests"]
    count = ["--cov", "--cov-report=", "--cov-fail-under=0"] if step.measured else []  # the floor: `coverage report`
    return ["-m", step.marks, *workers, f"--randomly-seed={seed}", *plugin, *count, *step.options, *passed_on]


def _pytest(arguments: Sequence[str], root: Path) -> tuple[int, tuple[Failure, ...]]:
    """The exit code of pytest and the tests that failed."""
    with tempfile.TemporaryDirectory() as folder:
        failures_to = Path(folder) / "failures.json"
        environment = {**os.environ, FAILURES_VARIABLE: str(failures_to), "PYTHONPATH": str(ROOT)}
        done = subprocess.run([sys.executable, "-m", "pytest", *arguments], env=environment, cwd=root, check=False)
        if not failures_to.exists():
            return (done.returncode, ())
        failures = tuple(Failure(**each) for each in json.loads(failures_to.read_text(encoding="utf-8")))
    return (done.returncode, failures)


# as a pytest plugin, in the process that was started ------------------------------------------------------


def pytest_configure(config: pytest.Config) -> None:
    """Only the process that was started knows all results; xdist's workers report to it."""
    target = os.environ.pop(FAILURES_VARIABLE, "")
    if target and not hasattr(config, "workerinput"):
        config.pluginmanager.register(_Failures(Path(target)))


class _Failures:
    """Writes down which tests failed."""

    def __init__(self, target: Path) -> None:
        self._target = target
        self._found: dict[str, Failure] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Set-up, call and tear-down of each test, from whichever process."""
        if not report.failed:
            return
        test = _without_group(report.nodeid)
        traceback = report.longreprtext[-TRACEBACK_CHARACTERS:]
        may = bool(WAIT_FOR_OTHERS & report.keywords.keys())
        self._found.setdefault(test, Failure(test=test, traceback=traceback, may_run_again=may))

    def pytest_sessionfinish(self) -> None:
        """All is known."""
        self._target.write_text(json.dumps([asdict(each) for each in self._found.values()]), encoding="utf-8")


def _without_group(test: str) -> str:
    """What xdist appends, "@group" to the name of a test that belongs to one."""
    return test[: test.rfind("@")] if test.rfind("@") > test.rfind("]") and "@" in test else test


if __name__ == "__main__":
    sys.exit(main())
