# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of moves against the ledger: what is not in it, or can show nothing, does not happen."""

from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phones.clock import SystemClock
from station.errors import OutOfOrderError
from station.ledger.job import Job
from station.ledger.job_events import JobMoved, JobOpened
from station.ledger.ledger import Ledger
from station.ledger.stages import MOVES, EntryKind, Stage
from tests.support.ledger_payloads import an_event

_OPENED = cast(JobOpened, an_event(EntryKind.JOB_OPENED))
_CITABLE = [kind for kind in EntryKind if kind not in (EntryKind.MOVE, EntryKind.EVIDENCE, EntryKind.JOB_OPENED)]


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    opened = Ledger(tmp_path / "ledger.sqlite3", clock=SystemClock())
    yield opened
    opened.close()


def job_at(ledger: Ledger, stage: Stage) -> Job:
    """A job that went to `stage` by the shortest allowed way."""
    job = Job.open(ledger, job_id=f"JOB{len(ledger.jobs()):05d}", opened=_OPENED)
    ways: dict[Stage, list[Stage]] = {Stage.SEEN: []}
    queue = [Stage.SEEN]
    while queue:
        here = queue.pop(0)
        for start, end in MOVES:
            if start is here and end not in ways:
                ways[end] = [*ways[here], end]
                queue.append(end)
    for step in ways[stage]:
        go(job, step)
    return job


def go(job: Job, to: Stage) -> None:
    kind = MOVES[job.stage, to][0]
    job.move(to, because=[job.write(an_event(kind))])


@pytest.mark.parametrize("start", list(Stage))
@pytest.mark.parametrize("end", list(Stage))
def test_a_move_happens_only_if_the_table_has_it_and_then_stands_in_the_ledger(
    ledger: Ledger, start: Stage, end: Stage
) -> None:
    job = job_at(ledger, start)
    if (start, end) in MOVES:
        go(job, end)
        expected = end
    else:
        number = job.write(an_event(EntryKind.FAILURE))
        with pytest.raises(OutOfOrderError):
            job.move(end, because=[number])
        expected = start
    assert job.stage is expected
    again = Job.load(ledger, job.id)
    assert again is not None
    assert again.stage is expected


@pytest.mark.parametrize(("start", "end"), list(MOVES))
@pytest.mark.parametrize("kind", _CITABLE)
def test_a_move_that_cites_the_wrong_kind_of_entry_raises(
    ledger: Ledger, start: Stage, end: Stage, kind: EntryKind
) -> None:
    job = job_at(ledger, start)
    number = job.write(an_event(kind))
    if kind in MOVES[start, end]:
        job.move(end, because=[number])
        assert job.stage is end
    else:
        with pytest.raises(OutOfOrderError):
            job.move(end, because=[number])
        assert job.stage is start


def test_a_move_that_cites_nothing_or_an_entry_of_another_job_raises(ledger: Ledger) -> None:
    other = Job.open(ledger, job_id="OTHER001", opened=_OPENED)
    number = other.write(an_event(EntryKind.IDENTITY))
    job = Job.open(ledger, job_id="MINE0001", opened=_OPENED)
    for cited in ([], [number], [999]):
        with pytest.raises(OutOfOrderError):
            job.move(Stage.IDENTIFIED, because=cited)


def test_a_move_cannot_be_written_past_the_table(ledger: Ledger) -> None:
    job = Job.open(ledger, job_id="MINE0001", opened=_OPENED)
    with pytest.raises(OutOfOrderError):
        job.write(JobMoved(from_=Stage.SEEN, to=Stage.CERTIFIED, because=()))


def test_certified_is_reached_only_through_verified_and_a_certificate() -> None:
    into = {start for start, end in MOVES if end is Stage.CERTIFIED}
    assert into == {Stage.VERIFIED, Stage.VALIDATED}
    assert {start for start, end in MOVES if end is Stage.VERIFIED} == {Stage.RETURNED}
    assert all(kinds == (EntryKind.CERTIFICATE,) for (_, end), kinds in MOVES.items() if end is Stage.CERTIFIED)


def test_nothing_leads_out_of_a_final_stage() -> None:
    assert not [start for start, _ in MOVES if start.final]


@given(st.lists(st.sampled_from(list(Stage)), max_size=12))
def test_no_walk_reaches_certified_without_passing_verified(walk: list[Stage]) -> None:
    here, passed = Stage.SEEN, {Stage.SEEN}
    for step in walk:
        if (here, step) in MOVES:
            here = step
            passed.add(step)
    assert here is not Stage.CERTIFIED or {Stage.ERASING, Stage.RETURNED, Stage.VERIFIED} <= passed
