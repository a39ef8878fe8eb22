# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes docs/detection.md: which seeded faults the page's checks find, which they miss, and false alarms.

python -m tools.make_detection [--faults 200] [--healthy 2000] [--seed 1] [--only motion]
python -m tools.make_detection --browser [--runs 20] [--seed 1] [--only motion]

The rules of the page (`grading/phone_checks/*_rules.js`) run in node on simulated phones (`tools/detection`), held
against the limits of the scheme. `--browser`: the whole page in Debian's Chromium (`tools.detection_in_browser`). Each
writes its own half of the document and leaves the other; with `--only`, rows of the checks that begin so, too.
"""

import argparse
import json
import re
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
BROWSER_RUNS = 20
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
The numbers of a row add up to its runs. Written by `python -m tools.make_detection`, whole or a check at a time
(`--only`); do not edit it by hand.
"""


def rules_half(faults: Sequence[Row], healthy: Sequence[Row]) -> str:
    """What the rules find, as Markdown."""
    sums = f"""
{sum(row.runs for row in faults):,} runs with a fault, {sum(row.passed for row in faults if row.claimed)} claimed ones \
missed; {sum(row.runs for row in healthy):,} healthy runs, {sum(row.failed for row in healthy)} false alarms.
"""
    return "\n".join(
        [
            _HEAD.format(head=sums),
            "## Seeded faults\n",
            *_of_faults(faults),
            "\n## Healthy phones\n",
            *_of_healthy(healthy),
            "",
        ]
    )


_FAULT_HEAD = ("| check | fault | claimed | detected | missed | inconclusive |", "|---|---|---|---|---|---|")
_HEALTHY_HEAD = ("| check | surroundings | passed | false alarms | inconclusive |", "|---|---|---|---|---|")


def _of_faults(rows: Sequence[Row]) -> Sequence[str]:
    return (
        *_FAULT_HEAD,
        *(
            f"| {row.check} | {row.what} | {'yes' if row.claimed else 'no'} "
            f"| {row.failed} | {row.passed} | {row.inconclusive} |"
            for row in rows
        ),
    )


def _of_healthy(rows: Sequence[Row]) -> Sequence[str]:
    return (
        *_HEALTHY_HEAD,
        *(f"| {row.check} | {row.what} | {row.passed} | {row.failed} | {row.inconclusive} |" for row in rows),
    )


BROWSER_HALF = "# In a real browser\n"
_BROWSER_HEAD = """\
# In a real browser

The whole page in Debian's Chromium, served by the bench's own listener, its results kept and judged as a phone's are:
{faults:,} runs with a fault, {missed} claimed ones missed; {healthy:,} healthy runs, {alarms} false alarms.
Fingers are touches of the DevTools protocol; motion, turns and headings are events of the simulated sensors above,
with their times; `navigator.vibrate` starts a simulated motor; the microphone hears what the page plays through a
simulated loudspeaker (Web Audio), and the noise above. The camera is a canvas as a stream: what the lenses above make
of card, dark and white; its torch brightens that. No phone, no real sensor, no lens and no air were in it.
A row of a camera judges the values that it is about; its other steps are those of a good phone, or passed over.
Not tried in the browser, for there is nothing to put in its place: NFC (`NDEFReader` is missing), position, Wi-Fi and
charging (no fault to seed), pixels and colours of the screen (a person counts them){not_tried}.

Written by `python -m tools.make_detection --browser`, whole or a check at a time (`--only`); do not edit it by hand.
"""
_COULD_BE = {
    "touch": "fingers on the screen",
    "sound": "sound",
    "camera": "the cameras",
    "torch": "the torch",
    "motion": "motion",
    "compass": "the compass",
    "vibration": "the motor",
}


def browser_half(faults: Sequence[Row], healthy: Sequence[Row]) -> str:
    """What the page finds in a browser, as Markdown."""
    tried = {_part(row) for row in faults}
    left = [what for check, what in _COULD_BE.items() if check not in tried]
    head = _BROWSER_HEAD.format(
        faults=sum(row.runs for row in faults),
        missed=sum(row.passed for row in faults if row.claimed),
        healthy=sum(row.runs for row in healthy),
        alarms=sum(row.failed for row in healthy),
        not_tried=f"; and, not run yet: {', '.join(left)}" if left else "",
    )
    return "\n".join([head, *_of_faults(faults), "", *_of_healthy(healthy), ""])


_FAULT_ROW = re.compile(r"\| ([^|]+) \| ([^|]+) \| (yes|no) \| (\d+) \| (\d+) \| (\d+) \|")
_HEALTHY_ROW = re.compile(r"\| ([^|]+) \| ([^|]+) \| (\d+) \| (\d+) \| (\d+) \|")


def rows_of(half: str) -> tuple[Sequence[Row], Sequence[Row]]:
    """Rows of faults and of healthy phones as they stand in a half."""
    faults, healthy = list[Row](), list[Row]()
    for line in half.splitlines():
        if found := _FAULT_ROW.fullmatch(line):
            check, what, claimed, failed, passed, inconclusive = found.groups()
            faults.append(_made(check, what, claimed, (passed, failed, inconclusive)))
        elif found := _HEALTHY_ROW.fullmatch(line):
            check, what, passed, failed, inconclusive = found.groups()
            healthy.append(_made(check, what, "no", (passed, failed, inconclusive)))
    return faults, healthy


def _made(check: str, what: str, claimed: str, counts: tuple[str, str, str]) -> Row:
    passed, failed, inconclusive = map(int, counts)
    return Row(
        check=check,
        what=what,
        claimed=claimed == "yes",
        runs=passed + failed + inconclusive,
        passed=passed,
        failed=failed,
        inconclusive=inconclusive,
    )


def anew(old: Sequence[Row], new: Sequence[Row], only: str) -> Sequence[Row]:
    """The rows of checks that begin so from `new`, the others as they were."""
    rows = [*(row for row in old if not row.check.startswith(only)), *new]
    order = list(_COULD_BE)
    return sorted(rows, key=lambda row: order.index(_part(row)))


def _part(row: Row) -> str:
    """The part of the phone that a check is about: its name without what it looks at there."""
    return row.check.partition(",")[0]


def halves(document: str) -> tuple[str, str]:
    """The two halves of the document as it stands; the second may be empty."""
    first, mark, second = document.partition(BROWSER_HALF)
    return first, mark + second


def main() -> None:
    """Writes one half of the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--faults", type=int, default=FAULT_RUNS)
    parser.add_argument("--healthy", type=int, default=HEALTHY_RUNS)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--browser", action="store_true")
    parser.add_argument("--runs", type=int, default=BROWSER_RUNS, help="of each row, in the browser")
    parser.add_argument("--only", default="", help="checks that begin so; the other rows stay")
    asked = parser.parse_args()
    if asked.browser:
        from tools.detection_in_browser import in_browser

        write(*in_browser(asked.runs, asked.seed, asked.only), only=asked.only, is_browser=True)
    else:
        write(*simulate(asked.faults, asked.healthy, asked.seed, asked.only), only=asked.only, is_browser=False)


def write(faults: Sequence[Row], healthy: Sequence[Row], *, only: str, is_browser: bool) -> None:
    """Into the document: these rows, the others as they stand there."""
    rules, browser = halves(TARGET.read_text("utf-8"))
    old_faults, old_healthy = rows_of(browser if is_browser else rules)
    rows = anew(old_faults, faults, only), anew(old_healthy, healthy, only)
    if is_browser:
        browser = browser_half(*rows)
    else:
        rules = rules_half(*rows)
    TARGET.write_text(f"{rules.rstrip()}\n\n{browser}".rstrip() + "\n", "utf-8")


if __name__ == "__main__":
    main()
