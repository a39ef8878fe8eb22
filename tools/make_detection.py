# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes docs/detection.md: which seeded faults the page's checks find, which they miss, and false alarms.

python -m tools.make_detection [--faults 200] [--healthy 2000] [--seed 1]

The rules of the page (`grading/phone_checks/*_rules.js`) run in node on simulated phones (`tools/detection`), held
against the limits of the scheme.
"""

import argparse
import json
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import cast

from grading.schemes import load
from phones.frozen import dataclass

ROOT = Path(__file__).parents[1]
TARGET = ROOT / "docs" / "detection.md"
SCHEME = "basic-2"
FAULT_RUNS = 200
HEALTHY_RUNS = 2000
LONGEST_S = 7200.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One fault or one surrounding, and how its runs ended. `claimed`: the check says that it sees this fault."""

    check: str
    what: str
    claimed: bool
    runs: int
    passed: int
    failed: int
    inconclusive: int


def simulate(faults: int, healthy: int, seed: int, only: str = "") -> tuple[Sequence[Row], Sequence[Row]]:
    """Rows of faults and of healthy phones; `only`: of checks that begin so.

    Raises: OSError without node; CalledProcessError.
    """
    limits = {
        check.value: {"operator": check.operator, "limit": check.limit}
        for check in load(SCHEME).checks
        if check.value.startswith("browser.")
    }
    line = ["node", str(ROOT / "tools" / "detection" / "table.mjs"), str(faults), str(healthy), str(seed), only]
    given = json.dumps(limits)
    run = subprocess.run(line, input=given, stdout=subprocess.PIPE, text=True, check=True, timeout=LONGEST_S)
    found = json.loads(run.stdout)
    return _rows(found["faults"]), _rows(found["healthy"])


def _rows(found: Iterable[Mapping[str, object]]) -> Sequence[Row]:
    return tuple(
        Row(
            check=str(each["check"]),
            what=str(each["what"]),
            claimed=bool(each["claimed"]),
            runs=cast("int", each["runs"]),
            passed=cast("int", each["pass"]),
            failed=cast("int", each["fail"]),
            inconclusive=cast("int", each["inconclusive"]),
        )
        for each in found
    )


_HEAD = """\
# What the page's checks find

The rules of the page in the phone's own browser, on simulated phones: an ideal digitiser, room, lens and sensor, with
one fault each. Nothing here was tried on a phone.
*Detected*: the check failed. *Inconclusive*: it said that it could not measure, which is no pass. *Missed*: it passed.
A fault below what a check claims to see says so; a claimed fault is never missed.
A dead stripe is at least 2 mm from the rim, for a finger need not begin at the very edge; a dead rim is seen from 6 mm.
Noise is drawn from a minute of each kind, two stretches of it at once.
{head}
Written by `python -m tools.make_detection --faults {faults} --healthy {healthy} --seed {seed}`; do not edit it by hand.
"""


def document(faults: Sequence[Row], healthy: Sequence[Row], seed: int) -> str:
    """The whole page."""
    sums = f"""
{sum(row.runs for row in faults):,} runs with a fault, {sum(row.passed for row in faults if row.claimed)} claimed ones \
missed; {sum(row.runs for row in healthy):,} healthy runs, {sum(row.failed for row in healthy)} false alarms.
"""
    return "\n".join(
        [
            _HEAD.format(head=sums, faults=faults[0].runs, healthy=healthy[0].runs, seed=seed),
            "## Seeded faults\n",
            "| check | fault | claimed | detected | missed | inconclusive |",
            "|---|---|---|---|---|---|",
            *(
                f"| {row.check} | {row.what} | {'yes' if row.claimed else 'no'} "
                f"| {row.failed} | {row.passed} | {row.inconclusive} |"
                for row in faults
            ),
            "\n## Healthy phones\n",
            "| check | surroundings | passed | false alarms | inconclusive |",
            "|---|---|---|---|---|",
            *(f"| {row.check} | {row.what} | {row.passed} | {row.failed} | {row.inconclusive} |" for row in healthy),
            "",
        ]
    )


def main() -> None:
    """Writes the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--faults", type=int, default=FAULT_RUNS)
    parser.add_argument("--healthy", type=int, default=HEALTHY_RUNS)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    TARGET.write_text(document(*simulate(asked.faults, asked.healthy, asked.seed), asked.seed), "utf-8")


if __name__ == "__main__":
    main()
