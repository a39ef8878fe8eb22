# SPDX-License-Identifier: GPL-3.0-or-later
"""What a ledger costs that has grown: 250, 2,500 and 20,000 jobs, made of the entries of whole virtual jobs.

Each job of the big ledger is one that a worker led to its certificate, with another id, other numbers of the phone and
other paper ids, in a chain of its own. Measured is what a station does: at a start (open, walk from the last signed
checkpoint, find unfinished jobs), for each phone (was it here before, which tag, how long will it take) and on demand.
"""

import json
import resource
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path

from benchmarks.measure import Row, Table
from phones.clock import SystemClock
from station.ledger.checkpoints import sign_first, sign_if_due, unfinished_jobs, verify_since_checkpoint
from station.ledger.entry import GENESIS, StoredEntry, entry_hash
from station.ledger.job import Job
from station.ledger.job_events import PhoneIdentified
from station.ledger.ledger import Ledger
from station.ledger.paper_events import CheckpointSigned
from station.ledger.same_phone import jobs_of
from station.papers.job_log import _earlier_tags
from tests.support import lives

SIZES = (250, 2_500, 20_000)
START_LIMIT_S, PHONE_LIMIT_S = 1.0, 0.005
SINCE = 15
"""Jobs that were begun and finished since the last checkpoint."""
ROUNDS = 7
PHONES = 50
"""Phones asked about; the figure is that of one."""


def measure() -> tuple[Table, ...]:
    """Start and work a phone, by size; and what is done on demand."""
    return tables(SIZES)


def tables(sizes: tuple[int, ...]) -> tuple[Table, ...]:
    """Both tables."""
    measured = [_sized(size) for size in sizes]
    return (
        Table(
            name="ledger",
            title="Ledger: start, and work a phone",
            rows=tuple(row for each in measured for row in each[0]),
            notes=(
                f"Limits at any size: a start in {START_LIMIT_S:g} s, {PHONE_LIMIT_S * 1000:g} ms a phone. "
                "Ratio: to the smallest ledger. A phone: was it here before, its tag, its usual time, its share of a "
                f"checkpoint every {SINCE} jobs, in processor time; without the appends, whose price is the disk's. "
                f"A start: {SINCE} jobs since the last checkpoint.",
            ),
        ),
        Table(
            name="ledger_whole",
            title="Ledger: on demand, and the price of an append",
            rows=tuple(row for each in measured for row in each[1]),
            notes=("Whole walk and lists made anew: once after an update or a new key, else on demand.",),
        ),
    )


_first: dict[str, float] = {}


def _row(what: str, size: int, times: Sequence[float], limit_s: float = 0.0, **more: object) -> Row:
    seconds = statistics.median(times)
    first = _first.setdefault(what, seconds)
    limit = {"limit": "holds" if seconds <= limit_s else "EXCEEDED"} if limit_s else {}
    return Row(
        what=f"{what}, {size:,} jobs",
        seconds=seconds,
        spread=(min(times), max(times)),
        ratio=seconds / first,
        more={**limit, **more},
    )


def _sized(size: int) -> tuple[list[Row], list[Row]]:
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "ledger.sqlite3"
        with closing(Ledger(path, clock=SystemClock())) as ledger:
            entries = _fill(path, size)
            whole = _timed(ledger.verify)
            rebuilt = _timed(ledger.view.rebuild)
            sign_first(ledger, lives.signer())
            appends = _append(ledger, SINCE)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        start = _timed(lambda: _start(path), rounds=ROUNDS)
        with closing(Ledger(path, clock=SystemClock())) as ledger:
            jobs = _jobs(ledger, size)
            phone = [each / PHONES for each in _timed(lambda: _phones(jobs), rounds=ROUNDS, clock=time.process_time)]
            searched = _timed(lambda: ledger.view.find(_number(size // 2)[-6:]), rounds=ROUNDS)
            (signed,) = _timed(lambda: sign_if_due(ledger, lives.signer()), clock=time.process_time)
            assert len(list(ledger.all_of(CheckpointSigned))) == 2, "a checkpoint was due"
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
        stored = path.stat().st_size / 1e6
        return (
            [
                _row("start", size, start, START_LIMIT_S, entries=f"{entries:,}", memory=f"+{grown:.0f} MB"),
                _row("a phone", size, [each + signed / SINCE for each in phone], PHONE_LIMIT_S),
            ],
            [
                _row("whole walk", size, whole, file=f"{stored:,.0f} MB"),
                _row("lists made anew", size, rebuilt),
                _row("a search", size, searched),
                _row("one append", size, appends),
            ],
        )


def _start(path: Path) -> None:
    """What a station does before the first phone."""
    with closing(Ledger(path, clock=SystemClock())) as ledger:
        verified = verify_since_checkpoint(ledger, lives.signer().station)
        assert verified.since, "a start must not walk everything"
        assert unfinished_jobs(ledger, verified) == ()


def _jobs(ledger: Ledger, size: int) -> list[Job]:
    """Some of the jobs, from all over the ledger."""
    ids = ledger.jobs()
    found = (Job.load(ledger, ids[each * size // PHONES]) for each in range(PHONES))
    return [job for job in found if job is not None]


def _phones(jobs: list[Job]) -> None:
    """What a worker asks of other jobs."""
    for job in jobs:
        assert job.identity is not None
        assert job.log_anchor is not None
        assert jobs_of(job.ledger, job.identity, but=job.id) == ()
        _earlier_tags(job, job.identity, job.log_anchor.origin)
        assert job.ledger.view.usual_s(job.identity.display_name) is not None


def _fill(path: Path, size: int) -> int:
    """So many jobs, written past the ledger in one transaction; returns the number of entries."""
    with closing(sqlite3.connect(path, isolation_level=None)) as raw:
        raw.execute("PRAGMA cache_size=-262144")
        raw.execute("BEGIN")
        raw.executemany("INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?, ?)", _entries(size))
        raw.execute("COMMIT")
        return int(raw.execute("SELECT max(number) FROM entry").fetchone()[0])


def _entries(size: int) -> Iterator[tuple[int, str, str, str, str, str, str]]:
    number, previous = 0, GENESIS
    patterns = _patterns()
    for count in range(size):
        for at, kind, payload in patterns[count % len(patterns)]:
            number += 1
            text = payload.replace("@NUMBER@", _number(count)).replace("@PAPER@", _paper(count))
            job = f"J{count:07d}"
            digest = entry_hash(number, at, job, kind, text, previous)
            yield number, at, job, kind, text, previous, digest
            previous = digest


def _append(ledger: Ledger, jobs: int) -> list[float]:
    """Some jobs as a worker writes them; returns the seconds of each append."""
    events = [row.read().event for row in _life(lives.IPHONE)]
    return [
        seconds
        for count in range(jobs)
        for event in events
        for seconds in _timed(lambda event=event, count=count: ledger.append(event, f"NEW{count:05d}"))  # type: ignore[misc]  # bound now
    ]


def _patterns() -> list[list[tuple[str, str, str]]]:
    """Entries of whole jobs, with marks where numbers and paper ids stood."""
    found = []
    for phone in (lives.IPHONE, lives.PIXEL_16):
        rows = _life(phone)
        numbers = [
            number
            for row in rows
            if isinstance(event := row.read().event, PhoneIdentified)
            for number in event.phone.numbers.values()
        ]
        papers = [json.loads(row.payload)["id"] for row in rows if row.kind == "certificate"]
        pattern = []
        for row in rows:
            text = row.payload
            for number in sorted(set(numbers), key=len, reverse=True):
                text = text.replace(number, "@NUMBER@")
            for paper in papers:
                text = text.replace(paper, "@PAPER@")
            pattern.append((row.at, row.kind, text))
        found.append(pattern)
    return found


def _life(phone: Mapping[str, object]) -> list[StoredEntry]:
    """The entries of a job that a worker led to its certificate."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        log = lives.job_log(folder)
        assert lives.live(phone, folder=folder, log=log).certified
        log.log.close()
        with closing(Ledger(folder / "ledger.sqlite3", clock=SystemClock())) as ledger:
            return [row for row in ledger.stored() if row.job]


def _number(count: int) -> str:
    return f"{350_000_000_000_000 + count}"


def _paper(count: int) -> str:
    return f"PW-0000-0000-{count // 10_000:04d}-{count % 10_000:04d}"


def _timed(
    work: Callable[[], object], *, rounds: int = 1, clock: Callable[[], float] = time.perf_counter
) -> list[float]:
    times = []
    for _ in range(rounds):
        start = clock()
        work()
        times.append(clock() - start)
    return times
