# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults in a real browser: Debian's Chromium on our page, served by the bench's own listener, seeded hands and parts.

Driven by `tools/detection/browser.mjs`; what the page tells is kept and judged as the bench keeps and judges it.
"""

import json
import secrets
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack

from grading.checks import run_check
from grading.report import CheckOutcome
from grading.schemes import load
from phones.clock import SystemClock
from phones.evidence import Evidence, Moment, Outcome
from phones.frozen import dataclass
from phones.port import Platform
from phones.witness import BROWSER, Witness
from station.checking.browser.listener import Listener
from station.checking.browser.page_files import page_files
from station.checking.browser.plan import CHECKS, plan_of
from station.checking.browser.visit import Visit
from tools.make_detection import ROOT, SCHEME, Row

PROGRAM = "chromium"
DRIVER = ROOT / "tools" / "detection" / "browser.mjs"
AT_ONCE = 6
"""Visits at a time: each is mostly waiting."""
MOST_ATTEMPTS = 3
"""A visit that the browser or a busy machine lost says nothing of a check; it is made anew."""


class LostError(Exception):
    """A run that ended in no result, again and again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Job:
    fault: int
    run: int
    attempt: int
    visit: Visit
    stack: ExitStack


class _Driver:
    """Chromium, told what to do a line at a time."""

    def __init__(self) -> None:
        program = shutil.which(PROGRAM)
        if program is None:
            raise OSError(f"no {PROGRAM}: packaging/set-up.sh install page")
        line = ["node", str(DRIVER), program]
        self._process = subprocess.Popen(line, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.table = self.heard()

    def heard(self) -> object:
        """What it says next. Raises: OSError when it has ended."""
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line:
            raise OSError("the browser's driver ended")
        return json.loads(line)

    def tell(self, **facts: object) -> None:
        """One thing to do."""
        assert self._process.stdin
        self._process.stdin.write(json.dumps(facts) + "\n")
        self._process.stdin.flush()

    def close(self) -> None:
        """The end."""
        assert self._process.stdin
        self._process.stdin.close()
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        assert self._process.stdout
        self._process.stdout.close()


def in_browser(runs: int, seed: int, only: str = "") -> tuple[Sequence[Row], Sequence[Row]]:
    """Rows of faults and of healthy phones; `only`: of checks that begin so.

    Raises: OSError without node, Playwright or Chromium; LostError.
    """
    driver = _Driver()
    try:
        table: list[Mapping[str, object]] = driver.table  # type: ignore[assignment]  # its first line
        wanted = [at for at, row in enumerate(table) if str(row["check"]).startswith(only)]
        ended = _ended(driver, table, [(fault, run) for run in range(runs) for fault in wanted], seed)
    finally:
        driver.close()
    rows = [(_row(table[fault], ended[fault]), table[fault]["claimed"] is not None) for fault in wanted]
    return tuple(row for row, is_fault in rows if is_fault), tuple(row for row, is_fault in rows if not is_fault)


def _row(fault: Mapping[str, object], ends: Sequence[CheckOutcome]) -> Row:
    return Row(
        check=str(fault["check"]),
        what=str(fault["what"]),
        claimed=fault["claimed"] is True,
        runs=len(ends),
        passed=ends.count(CheckOutcome.PASS),
        failed=ends.count(CheckOutcome.FAIL),
        inconclusive=ends.count(CheckOutcome.INDETERMINATE),
    )


def _ended(
    driver: _Driver, table: Sequence[Mapping[str, object]], left: list[tuple[int, int]], seed: int
) -> dict[int, list[CheckOutcome]]:
    """How every run of every fault ended."""
    waiting = [(fault, run, 1) for fault, run in reversed(left)]
    jobs: dict[str, _Job] = {}
    ended: dict[int, list[CheckOutcome]] = {fault: [] for fault, _ in left}
    while waiting or jobs:
        while waiting and len(jobs) < AT_ONCE:
            fault, run, attempt = waiting.pop()
            job = _begun(str(table[fault]["page"]), fault, run, attempt)
            name = f"{fault}.{run}.{attempt}"
            jobs[name] = job
            driver.tell(job=name, fault=fault, seed=seed * 1000 + run, address=job.visit.address)
        said: Mapping[str, str] = driver.heard()  # type: ignore[assignment]  # {job, error}
        job = jobs.pop(said["job"])
        job.stack.close()
        if said["error"] and job.attempt == MOST_ATTEMPTS:
            raise LostError(f"{table[job.fault]['check']}, {table[job.fault]['what']}: {said['error']}")
        if said["error"]:
            waiting.append((job.fault, job.run, job.attempt + 1))
        else:
            ended[job.fault].append(_outcome(job.visit, table[job.fault]["names"]))  # type: ignore[arg-type]  # names
    return ended


def _begun(check: str, fault: int, run: int, attempt: int) -> _Job:
    """A page of this check alone, served at a port of its own."""
    stack = ExitStack()
    listener = stack.enter_context(Listener())
    nonce = secrets.token_hex(16)
    known = {"display.touch_fingers": "10"}
    visit = Visit(
        token=secrets.token_hex(16),
        nonce=nonce,
        origin=f"http://localhost:{listener.port}",
        plan=plan_of((check,), language="en", code="TEST", nonce=nonce, platform=Platform.ANDROID, known=known),
        checks={check: CHECKS[check]},
        files=page_files(),
        draw=lambda: secrets.token_hex(16),
    )
    listener.open(visit)
    return _Job(fault=fault, run=run, attempt=attempt, visit=visit, stack=stack)


def _outcome(visit: Visit, names: Sequence[str]) -> CheckOutcome:
    """What the scheme makes of what the page told: the worst of its checks of these values."""
    pieces: list[Evidence] = []
    witness = Witness(clock=SystemClock(), journal=pieces.append, salt=bytes(16))
    for result in _told(visit):
        witness.record(
            moment=Moment.BEFORE,
            port="1-1",
            link="browser",
            asked=f"check.browser.{result[0]}",
            outcome=Outcome.ANSWERED,
            values=result[1],
        )
    values = {BROWSER + name for name in names}
    found = {
        run_check(check, pieces, Platform.ANDROID).outcome for check in load(SCHEME).checks if check.value in values
    }
    if CheckOutcome.FAIL in found:
        return CheckOutcome.FAIL
    return CheckOutcome.PASS if found == {CheckOutcome.PASS} else CheckOutcome.INDETERMINATE


def _told(visit: Visit) -> Iterator[tuple[str, Mapping[str, str]]]:
    while (result := visit.take()) is not None:
        yield result.check, result.as_claim()
