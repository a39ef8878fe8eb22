# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes docs/detection-watched.md: which seeded faults the watched acts find, which they miss, and false alarms.

python -m tools.make_detection_watched [--faults 200] [--healthy 2000] [--seed 1] [--workers 2]

`--faults`: runs of each fault; `--healthy`: runs of each act, shared among its hands (`tools/watched_faults`).
"""

import argparse
import tempfile
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tools.watched_faults.run import ACTS, Phone
from tools.watched_faults.table import FAULTS, HEALTHY, Ended, Fault, Healthy, run_fault, run_healthy, shares

ROOT = Path(__file__).parents[1]
TARGET = ROOT / "docs" / "detection-watched.md"
FAULT_RUNS = 200
HEALTHY_RUNS = 2000
_FAR = 1_000_000
"""Between the seeds of two rows."""

_HEAD = """\
# What the watched acts find

The real acts (`station/checking/watched`) on a virtual Android in virtual time, with one fault each and hands of
several kinds; judged by scheme `basic-2`. Nothing here was tried on a phone.
*Detected*: the check failed. *Inconclusive*: not measured or not tested, which is no pass. *Missed*: it passed.
A dead key is never *detected*: nobody can tell it from a key that nobody pressed.
A dead stripe is claimed from 5 mm; the scheme's limits are 3.6 mm along the height and 4.2 mm along the width of a
screen of 150 by 70 mm.
An iPhone's keys, heard through its log, are not in this table.

{sums}

Written by `python -m tools.make_detection_watched --faults {faults} --healthy {healthy} --seed {seed}`; do not edit it
by hand.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Task:
    row: Fault | Healthy
    runs: int
    seed: int


def _done(task: _Task) -> Ended:
    with tempfile.TemporaryDirectory() as folder:
        phone = Phone(Path(folder))
        if isinstance(task.row, Fault):
            return run_fault(phone, task.row, task.runs, task.seed)
        return run_healthy(phone, task.row, task.runs, task.seed)


def simulate(
    faults: int, healthy: int, seed: int, workers: int
) -> tuple[Sequence[tuple[Fault, Ended]], Sequence[tuple[Healthy, Ended]]]:
    """Every row of faults, and of sound phones."""
    acts = dict.fromkeys(row.act for row in HEALTHY if row.act in ACTS)
    sound = [share for act in acts for share in shares(healthy, act)]
    given: list[tuple[Fault | Healthy, int]] = [*((row, faults) for row in FAULTS), *sound]
    tasks = [_Task(row=row, runs=runs, seed=seed + place * _FAR) for place, (row, runs) in enumerate(given)]
    with ProcessPoolExecutor(workers) as pool:
        ends = list(pool.map(_done, tasks))
    ended = ends[len(FAULTS) :]
    return list(zip(FAULTS, ends, strict=False)), [(row, end) for (row, _), end in zip(sound, ended, strict=True)]


def document(
    faults: Sequence[tuple[Fault, Ended]],
    sound: Sequence[tuple[Healthy, Ended]],
    *,
    healthy: int,
    seed: int,
) -> str:
    """The whole page."""
    sums = (
        f"{sum(end.runs for _, end in faults):,} runs with a fault, "
        f"{sum(end.passed for row, end in faults if row.is_claimed)} claimed ones missed; "
        f"{sum(end.runs for _, end in sound):,} healthy runs, {sum(end.failed for _, end in sound)} false alarms."
    )
    return "\n".join(
        [
            _HEAD.format(sums=sums, faults=faults[0][1].runs, healthy=healthy, seed=seed),
            "## Seeded faults\n",
            "| check | fault | claimed | detected | missed | inconclusive |",
            "|---|---|---|---|---|---|",
            *(
                f"| `{row.check}` | {row.what} | {'yes' if row.is_claimed else 'no'} "
                f"| {end.failed} | {end.passed} | {end.inconclusive} |"
                for row, end in faults
            ),
            "\n## Healthy phones\n",
            "All checks of the act together: passed if all of them did.\n",
            "| act | hands | passed | false alarms | inconclusive |",
            "|---|---|---|---|---|",
            *(f"| {row.act} | {row.what} | {end.passed} | {end.failed} | {end.inconclusive} |" for row, end in sound),
            "",
        ]
    )


def main() -> None:
    """Writes the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--faults", type=int, default=FAULT_RUNS)
    parser.add_argument("--healthy", type=int, default=HEALTHY_RUNS)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2)
    asked = parser.parse_args()
    faults, sound = simulate(asked.faults, asked.healthy, asked.seed, asked.workers)
    TARGET.write_text(document(faults, sound, healthy=asked.healthy, seed=asked.seed), "utf-8")


if __name__ == "__main__":
    main()
