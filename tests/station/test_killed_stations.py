# SPDX-License-Identifier: GPL-3.0-or-later
"""kill -9 of the station's process at every ledger write; the phone lives on; a second station takes up the job."""

from pathlib import Path
from typing import Any

import lives
import pytest
from direct_bench import VirtualClock
from mortal_station import World

from station.job import Job
from station.ledger import Ledger
from station.stages import Stage

_PHONES: dict[str, Any] = {"iphone": lives.IPHONE, "android-16": lives.PIXEL_16, "android-13": lives.PIXEL_13}
_SHARDS = 4


def job_of(folder: Path) -> tuple[Job, int]:
    ledger = Ledger(folder / "ledger.sqlite3", clock=VirtualClock())
    number, _ = ledger.verify()
    job = Job.load(ledger, ledger.jobs()[0]) if ledger.jobs() else None
    ledger.close()
    assert job is not None
    return job, number


@pytest.mark.parametrize("name", list(_PHONES))
@pytest.mark.parametrize("shard", range(_SHARDS))
def test_a_station_killed_at_any_ledger_write_comes_to_a_truthful_end(name: str, shard: int, tmp_path: Path) -> None:
    whole = tmp_path / "whole"
    whole.mkdir()
    World(dict(_PHONES[name]), whole).run_station(die_at=None, before=False)
    job, writes = job_of(whole)
    assert job.stage is Stage.CERTIFIED
    acts = sum(1 for entry in job._kinds.values() if entry.value == "about_to_erase")
    certified = 0
    for number in range(1 + shard, writes + 1, _SHARDS):
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
    assert certified > writes // _SHARDS, "most interrupted jobs of an honest phone still earn their certificate"
