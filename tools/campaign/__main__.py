# SPDX-License-Identifier: GPL-3.0-or-later
"""Lives drawn by seed and number, in several processes; what is counted is written to docs/campaign.md.

    python -m tools.campaign --lives 1000000 --seed 1 --workers 2

It goes on where an earlier run of the same commit and seed was stopped, with Ctrl-C or kill -9, or from what
docs/campaign.md holds, when the code that lives are lived with has not been changed since (`tools.campaign.carry`).
The document is written now and then, so that a lost machine costs little. Progress goes to
standard output, with --json as one object a line. Exit code: 0, 1 when a life ended as none may (docs/campaign.md is
written all the same), 2 when it cannot begin.
"""

import argparse
import json
import multiprocessing
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tools.campaign import block, carry, page
from tools.campaign.state import CHANGED, AnotherCampaignError, Campaign, State

ROOT = Path(__file__).parents[2]
OUT = ROOT / "out" / "campaign"
TELL_EACH_S = 5.0
AHEAD = 2
"""Blocks that wait for each process, so that a stop loses little."""
WRITE_EACH = 40
"""Blocks between two writings of the document."""
BLOCKS_A_PROCESS = 800
"""Then it is replaced by a fresh one."""


def main(arguments: Sequence[str] | None = None) -> int:
    """The command. See above."""
    parser = argparse.ArgumentParser(prog="python -m tools.campaign", description=__doc__)
    parser.add_argument("--lives", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--minutes", type=float, default=0.0, help="stop after so long; 0: when all lives are lived")
    parser.add_argument("--out", type=Path, default=OUT, help="folder of the state file")
    parser.add_argument("--page", type=Path, default=page.TARGET, help="the document that is written")
    parser.add_argument("--no-methods", action="store_true", help="leave the sentence of docs/methods.md as it is")
    parser.add_argument("--json", action="store_true", help="progress as JSON, one object a line")
    given = parser.parse_args(arguments)
    blocks = -(-max(1, given.lives) // block.LIVES)
    campaign = Campaign(seed=given.seed, commit=commit())
    name = f"seed-{campaign.seed}-{campaign.short}.jsonl"
    try:
        state = State(given.out / name, campaign)
    except (AnotherCampaignError, OSError, ValueError) as error:
        print(f"cannot begin: {error}", file=sys.stderr)
        return 2
    code = carry.ids() if campaign.may_go_on else {}
    sums = Sums(state, campaign, blocks, given, code, carry.told_before(given.page, campaign, code, blocks))
    with state:
        _lead(sums, given)
        told = sums.told()
    if not told.lives:
        print("no block was finished: nothing is written", file=sys.stderr)
        return 2
    sums.write(told)
    print(json.dumps({"page": str(given.page), **told.plain()}) if given.json else page.sentence(told))
    wrongs = [*told.wrongs, *(wrong for each in sums.stray(told) for wrong in each.wrongs)]
    for wrong in wrongs:
        print(wrong, file=sys.stderr)
    return 1 if told.false or told.wrong or wrongs else 0


@dataclass(frozen=True, slots=True)
class Sums:
    """A campaign under way: what is kept, how many blocks it shall have, and what an earlier one has told."""

    state: State
    campaign: Campaign
    blocks: int
    given: argparse.Namespace
    code: Mapping[str, str]
    before: page.Told | None

    @property
    def first(self) -> int:
        """The first block that the earlier one has not told of."""
        return self.before.blocks if self.before else 0

    def told(self) -> page.Told:
        """The sums, as far as no block is missing."""
        done = self.state.in_a_row(self.blocks, self.first)
        return page.Told.of(self.campaign, done, self.given.workers, before=self.before, code=self.code)

    def stray(self, told: page.Told) -> Sequence[block.Block]:
        """What is done already beyond the first block that is missing: no sum has it yet."""
        return [each for number, each in self.state.blocks.items() if told.blocks <= number < self.blocks]

    def write(self, told: page.Told) -> None:
        """Write the documents."""
        page.write(told, self.given.page, methods=None if self.given.no_methods else page.METHODS)


def commit() -> str:
    """The commit that is checked out, with `-changed` where files differ from it; "" without git."""
    try:
        head = _git("rev-parse", "HEAD")
        changed = _git("status", "--porcelain", "--", ".", ":!docs/campaign.md", ":!docs/methods.md")
    except (OSError, subprocess.CalledProcessError):
        return ""
    return head + (CHANGED if changed else "")


def _git(*words: str) -> str:
    done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60)
    return done.stdout.strip()


def _lead(sums: Sums, given: argparse.Namespace) -> None:
    """Live what is missing, until it is done, the time is over or somebody stops it."""
    state, campaign = sums.state, sums.campaign
    begun, told_at, lived, written = time.monotonic(), 0.0, 0, sums.first
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(
        given.workers, mp_context=context, initializer=block.begin_process, max_tasks_per_child=BLOCKS_A_PROCESS
    )
    waiting: set[Future[block.Block]] = set()
    todo = state.missing(sums.blocks, sums.first)
    with suppress(KeyboardInterrupt):
        try:
            while True:
                is_over = 0 < given.minutes * 60 <= time.monotonic() - begun
                if not is_over:
                    waiting |= set(_more(pool, campaign, todo, given.workers * AHEAD - len(waiting)))
                if not waiting:
                    break
                done, waiting = wait(waiting, timeout=TELL_EACH_S, return_when=FIRST_COMPLETED)
                if is_over:
                    waiting = {each for each in waiting if not each.cancel()}
                for each in done:
                    state.add(each.result())
                    lived += block.LIVES
                if time.monotonic() - told_at >= TELL_EACH_S:
                    told_at = time.monotonic()
                    told = sums.told()
                    _tell(told, sums.blocks, lived / (told_at - begun), as_json=given.json)
                    if told.blocks - written >= WRITE_EACH:
                        written = told.blocks
                        sums.write(told)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _more(
    pool: ProcessPoolExecutor, campaign: Campaign, todo: Iterator[int], most: int
) -> Iterator["Future[block.Block]"]:
    for _ in range(most):
        number = next(todo, None)
        if number is None:
            return
        yield pool.submit(block.run, campaign.seed, number)


def _tell(told: page.Told, blocks: int, rate: float, *, as_json: bool) -> None:
    left_s = (blocks * block.LIVES - told.lives) / rate if rate else 0.0
    if as_json:
        line = {"lives": told.lives, "of": blocks * block.LIVES, "rate": round(rate, 1), "false": told.false}
        print(json.dumps(line | {"wrong": told.wrong, "left_s": round(left_s)}), flush=True)
        return
    print(
        f"{told.lives:,} of {blocks * block.LIVES:,} lives, {rate:.0f} a second, {told.certificates:,} certificates, "
        f"{told.false} false, {told.wrong} other faults, about {left_s / 60:.0f} min left",
        flush=True,
    )


if __name__ == "__main__":
    sys.exit(main())
