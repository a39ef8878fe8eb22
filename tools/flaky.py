# SPDX-License-Identifier: GPL-3.0-or-later
"""What failed and was run again, over all steps of one run of CI, and how much of that is allowed."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

FILE = Path(__file__).parent.parent / "out" / "flaky.json"
RERUNS = 2
"""Reruns in one run of CI: of tests that wait for other programs, of the page and of the rig. Pure tests have none."""
RUN_VARIABLE = "PROOFWIPE_CI_RUN"
"""Names the run of CI that a step belongs to; without it each call is a run of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rerun:
    """A test that was run a second time. `then`: "passed" or "failed"."""

    step: str
    test: str
    seed: int
    first_traceback: str
    then: str


class Flaky:
    """out/flaky.json: the reruns of one run of CI."""

    @classmethod
    def of_this_run(cls) -> "Flaky":
        """The file of this run of CI, or of this call alone."""
        return cls(FILE, os.environ.get(RUN_VARIABLE) or f"process {os.getpid()}")

    def __init__(self, path: Path, run: str) -> None:
        self._path = path
        self._run = run
        self.reruns: list[Rerun] = []
        if path.exists():
            document = json.loads(path.read_text(encoding="utf-8"))
            if document["run"] == run:
                self.reruns = [Rerun(**each) for each in document["reruns"]]

    @property
    def left(self) -> int:
        """How many more tests may be run again."""
        return RERUNS - len(self.reruns)

    def add(self, rerun: Rerun) -> None:
        """Write and print one."""
        self.reruns.append(rerun)
        self._path.parent.mkdir(parents=True, exist_ok=True)
        document = {"run": self._run, "reruns": [asdict(each) for each in self.reruns]}
        self._path.write_text(json.dumps(document, indent=1), encoding="utf-8")
        print(f"flaky: {rerun.test} failed, then {rerun.then} alone with the same seed {rerun.seed}", flush=True)
        print(f"       first traceback in {self._path}; {self.left} more may be run again", flush=True)
