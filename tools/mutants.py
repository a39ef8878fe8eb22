# SPDX-License-Identifier: GPL-3.0-or-later
"""Removes each evidence rule and each verifier check in turn and demands that the suite fails.

A rule is removed where it is judged by (the file, its version and hash stay as they are), a check by ignoring
what it finds, warnings too. A mutant that no test notices is a promise nobody tests. `python -m tools.mutants [--only
TEXT]`.
"""

import argparse
import os
import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

VARIABLE = "PROOFWIPE_MUTANT"
WORKERS = 2
TIMEOUT_S = 600
RULE_TESTS = ("tests/wipe/test_judge_rows.py", "tests/wipe/test_judge.py", "tests/wipe/methods/test_lives.py")
CHECK_TESTS = ("tests/certs/verify/test_verify.py", "tests/certs/verify/test_golden.py")
_FAILED = re.compile(r"^FAILED (\S+?)(?:\[| - |$)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Result:
    """One mutant and the test that noticed it, or "" when none did."""

    mutant: str
    noticed_by: str
    seconds: float


def main() -> int:
    """Print one line a mutant and a last line that counts; exit 1 when one survived."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="mutants whose name holds this text")
    wanted = [name for name in mutants() if parser.parse_args().only in name]
    healthy = run("none", (*RULE_TESTS, *CHECK_TESTS))
    if healthy.noticed_by:
        print(f"the suite fails without any mutant: {healthy.noticed_by}")
        return 1
    results = []
    with ThreadPoolExecutor(WORKERS) as pool:
        for result in pool.map(lambda name: run(name, _tests_for(name)), wanted):
            results.append(result)
            verdict = f"killed by {result.noticed_by}" if result.noticed_by else "SURVIVED"
            print(f"{result.mutant:42} {result.seconds:6.1f} s  {verdict}", flush=True)
    survived = [result for result in results if not result.noticed_by]
    print(f"mutants: {len(results) - len(survived)} passed, {len(survived)} failed")
    return 1 if survived else 0


def mutants() -> tuple[str, ...]:
    """Every rule row of the newest file and every check of the verifier."""
    from certs.verify.verifier import CHECKS
    from wipe.rules import load

    return (*(f"rule:{row.name}" for row in load().rows), *(f"check:{name}" for name, _ in CHECKS))


def run(mutant: str, tests: tuple[str, ...]) -> Result:
    """The suite's word on one mutant."""
    began = time.monotonic()
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-x",
            "-q",
            "-p",
            "tools.mutants",
            "-p",
            "no:randomly",
            "-m",
            "not slow and not wire",
            "--no-header",
            "--tb=no",
            "-rf",
            *tests,
        ],
        env={**os.environ, VARIABLE: mutant},
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
        cwd=Path(__file__).parent.parent,
    )
    found = _FAILED.search(done.stdout)
    noticed = found[1] if found else ("" if done.returncode == 0 else f"exit {done.returncode}")
    if done.returncode > 1:
        print(done.stdout[-2000:], done.stderr[-2000:])
        raise SystemExit(f"{mutant}: pytest itself failed")
    return Result(mutant, noticed, time.monotonic() - began)


def _tests_for(mutant: str) -> tuple[str, ...]:
    return RULE_TESTS if mutant.startswith("rule:") else CHECK_TESTS


def pytest_configure(config: object) -> None:
    """As a pytest plugin: become the mutant before any test is imported."""
    del config
    kind, _, name = os.environ.get(VARIABLE, "none").partition(":")
    if kind == "rule":
        _without_rule(name)
    elif kind == "check":
        _without_check(name)


def _without_rule(name: str) -> None:
    import wipe.judge

    original = wipe.judge.judge

    def judge(evidence: Any, *, method: str, rules: Any) -> Any:
        rows = tuple(
            replace(row, supports_with=_without(row.supports_with, name)) for row in rules.rows if row.name != name
        )
        return original(evidence, method=method, rules=replace(rules, rows=rows))

    wipe.judge.judge = judge


def _without(groups: tuple[tuple[str, ...], ...], name: str) -> tuple[tuple[str, ...], ...]:
    """The companions a row asks for, less the removed one; a group that held nothing else is gone."""
    left = (tuple(each for each in group if each != name) for group in groups)
    return tuple(group for group in left if group)


def _without_check(name: str) -> None:
    from certs.verify import verifier
    from certs.verify.case import Failed

    def ignoring(check: Any) -> Any:
        def ignored(case: Any) -> None:
            warnings = len(case.warnings)
            try:
                check(case)
            except Failed:
                return
            finally:
                del case.warnings[warnings:]

        return ignored

    if name not in dict(verifier.CHECKS):
        raise SystemExit(f"no check {name}")
    verifier.CHECKS = tuple((each, ignoring(check) if each == name else check) for each, check in verifier.CHECKS)


if __name__ == "__main__":
    sys.exit(main())
