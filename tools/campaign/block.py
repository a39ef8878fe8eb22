# SPDX-License-Identifier: GPL-3.0-or-later
"""A block of lives, lived in one process and counted. The same seed and block give the same counts anywhere."""

import gc
import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from tests.support.grid.case import Case, Draw
from tests.support.grid.life import Outcome, live
from tests.support.grid.routes import Route
from virtual_phones.storage.lies import LIES

LIVES = 250
"""Lives in a block."""
MOST_WRONGS = 20
"""Of a block; more are counted, not told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """`counts` as `count` names them; `wrongs`: a sentence for each life that ended as none may; seconds of processor
    and of wall clock.
    """

    number: int
    counts: Mapping[str, int]
    wrongs: tuple[str, ...]
    cpu_s: float
    wall_s: float


PARENT_EACH_S = 2.0


def begin_process() -> None:
    """For a process that does nothing else: it leaves stopping to the one that started it, ends when that one is gone,
    and does not look again and again for garbage in what is loaded.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 50)


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(PARENT_EACH_S)
    os._exit(1)


@cache
def _draw(seed: int) -> Draw:
    return Draw(seed)


def run(seed: int, number: int, lives: int = LIVES) -> Block:
    """Block `number`: lives number * LIVES and on."""
    draw, counts, wrongs = _draw(seed), Counter[str](), list[str]()
    cpu, wall = time.process_time(), time.monotonic()
    for place in range(number * LIVES, number * LIVES + lives):
        case = draw.case(place)
        route = draw.route(case)
        try:
            outcome = live(case, route)
        except Exception as error:  # a life that breaks is a finding, and the next one is lived all the same
            found: tuple[str, ...] = ("broken",)
            counts.update({"lives": 1, "wrong/broken": 1})
            note = f": {type(error).__name__}: {error}"
        else:
            count(counts, case, route, outcome)
            found, note = outcome.wrongs(case, route), ""
        wrongs += [f"{word} {case}{note}" for word in found]
    return Block(
        number=number,
        counts=dict(sorted(counts.items())),
        wrongs=tuple(wrongs[:MOST_WRONGS]),
        cpu_s=round(time.process_time() - cpu, 3),
        wall_s=round(time.monotonic() - wall, 3),
    )


def has_lied(case: Case, route: Route) -> bool:
    """Did the phone itself do something wrong that means something on this way?"""
    return bool(route.lies(case.misbehaviour)) or (route.method.overwrites and bool(set(case.misbehaviour) & set(LIES)))


def count(counts: Counter[str], case: Case, route: Route, outcome: Outcome) -> None:
    """Add one life."""
    names = ["lives", f"kind/{case.kind}", f"method/{case.method}", f"ended/{outcome.ended.lower()}"]
    names += [f"misbehaviour/{name}" for name in case.misbehaviour]
    names += ["station"] if case.by_station else []
    names += ["record"] if outcome.recorded else []
    names += ["lied"] if has_lied(case, route) else []
    names += ["holds_data"] if outcome.holds_data else []
    tried = outcome.ended not in ("blocked", "BLOCKED", "not_offered")
    names += ["lied_and_tried"] if tried and has_lied(case, route) else []
    names += ["lied_at_stake"] if tried and route.certifies and has_lied(case, route) else []
    names += [f"tried/{name}" for name in case.misbehaviour] if tried else []
    if outcome.certified:
        names += ["certificate", f"certified/{case.method}"]
        names += [f"certified_with/{name}" for name in case.misbehaviour]
    if case.is_honest and route.certifies:
        names += ["honest", f"honest/{case.method}"]
    names += [f"wrong/{word}" for word in outcome.wrongs(case, route)]
    counts.update(names)
