# SPDX-License-Identifier: GPL-3.0-or-later
"""Lives drawn by seed and number, in several processes; what is counted is written to docs/campaign.md.

    python -m tools.campaign --lives 1000000 --seed 1 --workers 2

It goes on where an earlier run of the same commit and seed was stopped, with Ctrl-C or kill -9. Progress goes to
standard output, with --json as one object a line. Exit code: 0, 1 when a life ended as none may (docs/campaign.md is
written all the same), 2 when it cannot begin.
"""

import argparse
import json
import multiprocessing
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from tools.campaign import block, page
from tools.campaign.state import CHANGED, AnotherCampaignError, Campaign, State

ROOT = Path(__file__).parents[2]
OUT = ROOT / "out" / "campaign"
TELL_EACH_S = 5.0
AHEAD = 2
"""Blocks that wait for each process, so that a stop loses little."""
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
    with state:
        _lead(state, campaign, blocks, given)
        told = page.Told.of(
            campaign, [found for number, found in state.blocks.items() if number < blocks], given.workers
        )
    if not told.lives:
        print("no block was finished: nothing is written", file=sys.stderr)
        return 2
    page.write(told, given.page, methods=None if given.no_methods else page.METHODS)
    print(json.dumps({"page": str(given.page), **told.plain()}) if given.json else page.sentence(told))
    for wrong in told.wrongs:
        print(wrong, file=sys.stderr)
    return 1 if told.false or told.wrong else 0


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


def _lead(state: State, campaign: Campaign, blocks: int, given: argparse.Namespace) -> None:
    """Live what is missing, until it is done, the time is over or somebody stops it."""
    begun, told_at, lived = time.monotonic(), 0.0, 0
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(
        given.workers, mp_context=context, initializer=block.begin_process, max_tasks_per_child=BLOCKS_A_PROCESS
    )
    waiting: set[Future[block.Block]] = set()
    todo = state.missing(blocks)
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
                    _tell(state, blocks, lived / (told_at - begun), given)
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


def _tell(state: State, blocks: int, rate: float, given: argparse.Namespace) -> None:
    done = [found for number, found in state.blocks.items() if number < blocks]
    told = page.Told.of(Campaign(seed=given.seed, commit=""), done, given.workers)
    left_s = (blocks * block.LIVES - told.lives) / rate if rate else 0.0
    if given.json:
        line = {"lives": told.lives, "of": blocks * block.LIVES, "rate": round(rate, 1), "false": told.false}
        print(json.dumps(line | {"wrong": told.wrong, "left_s": round(left_s)}), flush=True)
        return
    told = replace(told, wrongs=())
    print(
        f"{told.lives:,} of {blocks * block.LIVES:,} lives, {rate:.0f} a second, {told.certificates:,} certificates, "
        f"{told.false} false, {told.wrong} other faults, about {left_s / 60:.0f} min left",
        flush=True,
    )


if __name__ == "__main__":
    sys.exit(main())
