# SPDX-License-Identifier: GPL-3.0-or-later
"""kill -9 of the station's process at every ledger write; the phone lives on; a second station takes up the job."""

import json
from pathlib import Path
from typing import Any

import pytest

from certs.log.entries import Close, Issue, Start, read_entry
from station.ledger.job import Job
from station.ledger.ledger import Ledger
from station.ledger.stages import Stage
from tests.support import lives
from tests.support.direct_bench import VirtualClock
from tests.support.killable_station import World
from tests.support.sampling import parts
from transparency.database import TransparencyLog

_PHONES: dict[str, Any] = {
    "iphone": lives.IPHONE,
    "android-16": lives.PIXEL_16,
    "android-13": lives.PIXEL_13,
    "by-hand": lives.PIXEL_16_IN_USE,
}
_REPORT_ONLY = frozenset({"by-hand"})
"""Their erase cannot be proven: a job that nothing interrupts ends in a report as well."""
_EVERY = 5
"""`make test` kills at every 5th write, beginning with another one at each commit; `make slow` at all others."""


def job_of(folder: Path) -> tuple[Job, int]:
    ledger = Ledger(folder / "ledger.sqlite3", clock=VirtualClock())
    number, _ = ledger.verify()
    assert list(ledger.view.differences()) == [], "lists and entries were written in one transaction"
    job = Job.load(ledger, ledger.jobs()[0]) if ledger.jobs() else None
    ledger.close()
    assert job is not None
    return job, number


def log_of(folder: Path) -> TransparencyLog:
    return lives.new_log(folder)


def check_log(folder: Path, job: Job, where: str) -> None:
    """One START for the job, one ISSUE for a certificate, and one CLOSE that names its paper."""
    log = log_of(folder)
    entries = [read_entry(leaf) for leaf in log.leaves()]
    log.close()
    starts = [number for number, entry in enumerate(entries) if isinstance(entry, Start)]
    issues = [entry for entry in entries if isinstance(entry, Issue)]
    closes = [entry for entry in entries if isinstance(entry, Close)]
    begun = any(kind.value == "about_to_erase" for kind in job._kinds.values())
    assert len(starts) <= 1, where
    assert not begun or starts, f"{where}: erased without a START"
    assert job.log is None or [job.log.start] == starts, where
    assert job.log is None or not job.log.anchor or int(job.log.anchor[1]) <= starts[0], where
    paper = job.certificate or job.report
    assert paper is not None, where
    assert [issue.id for issue in issues] == ([paper.id] if job.certificate else []), where
    if starts:
        assert [(close.id, close.outcome) for close in closes] == [(paper.id, paper.outcome)], where
        assert list(job.logged) == [paper.id], where
        record = json.loads(paper.record)
        assert (record["log"]["start"], record["log"]["attempt"]) == (starts[0], record["job"]["attempt"]), where


@pytest.mark.repeats
@pytest.mark.parametrize("name", list(_PHONES))
@pytest.mark.parametrize("first", parts(_EVERY, tried=1))
def test_a_station_killed_at_any_ledger_write_comes_to_a_truthful_end(name: str, first: int, tmp_path: Path) -> None:
    whole = tmp_path / "whole"
    whole.mkdir()
    World(dict(_PHONES[name]), whole).run_station(die_at=None, before=False)
    job, writes = job_of(whole)
    assert job.stage is (Stage.FAILED if name in _REPORT_ONLY else Stage.CERTIFIED)
    acts = sum(1 for entry in job._kinds.values() if entry.value == "about_to_erase")
    certified = 0
    for number in range(1 + first, writes + 1, _EVERY):
        for before in (True, False):
            folder = tmp_path / f"{number}-{before}"
            folder.mkdir()
            world = World(dict(_PHONES[name]), folder)
            assert world.run_station(die_at=number, before=before) == -9
            assert world.run_station(die_at=None, before=False) == 0
            job, _ = job_of(folder)
            truth = world.slot.first.truth()
            where = f"{name} killed {'before' if before else 'after'} write {number}: {job.stage} {job.failure}"
            assert job.stage in (Stage.CERTIFIED, Stage.FAILED), where
            assert (job.certificate is not None) == (job.stage is Stage.CERTIFIED), where
            assert job.certificate is not None or job.report is not None, where
            assert not list((folder / "pairing").iterdir()), f"{where}: pair records are left"
            if job.stage is Stage.CERTIFIED:
                assert truth["erased"], where
                certified += 1
            begun = [entry for entry in job._kinds.values() if entry.value == "about_to_erase"]
            assert len(begun) <= acts, f"{where}: an act was begun twice"
            check_log(folder, job, where)
    if name in _REPORT_ONLY:
        assert certified == 0
    else:
        assert certified > writes // _EVERY, "most interrupted jobs of an honest phone still earn their certificate"


@pytest.mark.repeats
@pytest.mark.parametrize("name", list(_PHONES))
@pytest.mark.parametrize("before", [True, False])
def test_a_station_killed_at_any_append_to_the_log_makes_one_start_and_one_issue(
    name: str, before: bool, tmp_path: Path
) -> None:
    appends = 0
    while True:
        appends += 1
        folder = tmp_path / str(appends)
        folder.mkdir()
        world = World(dict(_PHONES[name]), folder)
        if world.run_station(die_at=appends, before=before, in_log=True) == 0:
            break  # there is no such append
        assert world.run_station(die_at=None, before=False) == 0
        job, _ = job_of(folder)
        where = f"{name} killed {'before' if before else 'after'} append {appends}: {job.stage} {job.failure}"
        assert job.stage is (Stage.FAILED if name in _REPORT_ONLY else Stage.CERTIFIED), where
        check_log(folder, job, where)
    assert appends == 3, "a START, and a CLOSE, with an ISSUE where there is a certificate"
