# SPDX-License-Identifier: GPL-3.0-or-later
"""The overwriting pass under the real station: asked for, told of, survived, refused where there is no way to do it."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from phones.evidence import Moment
from phones.port import Presence, Sighting
from phones.problem import Problem, ProblemCode
from station.ledger.job import Job
from station.ledger.stages import Stage
from station.setup.settings import GB_46864, Overwrite
from station.work import getting_ready
from tests.station.work.test_killed_stations import job_of
from tests.support import lives
from tests.support.killable_station import World
from tests.support.sampling import parts

SMALL = {**lives.PIXEL_13, "set": {"storage": {"bytes": 7 * 1024**2, "data_kib": 6144}}}
SETTINGS = replace(lives.SETTINGS, overwrite=Overwrite(passes=1))
METHOD = "android_harness_overwrite"
_EVERY = 31


def said(job: Job, asked: str) -> Mapping[str, str]:
    found = [piece.values for piece in job.evidence if piece.asked == asked and piece.moment is Moment.BETWEEN]
    return found[-1] if found else {}


def is_read_back(job: Job) -> bool:
    read = said(job, "overwrite.read_back")
    return bool(read) and read["overwrite.chunks_matching"] == read["overwrite.chunks_drawn"] != "0"


@pytest.mark.parametrize(
    "settings", [SETTINGS, replace(lives.SETTINGS, profile=GB_46864)], ids=["asked for", "by profile"]
)
def test_a_phone_is_overwritten_where_it_is_asked_for(settings: Any) -> None:
    life = lives.live(SMALL, settings=settings)
    assert life.certified, (life.job.failure, life.progress)
    assert (life.job.method, life.truly_erased) == (METHOD, True)
    assert is_read_back(life.job)
    told = [key for key in life.progress if key.startswith("overwrit")]
    assert list(dict.fromkeys(told)) == [
        "overwrite_measuring",
        "overwriting",
        "overwrite_restarting",
        "overwrite_reading",
        "overwrite_removing",
    ]


def test_a_phone_that_is_opened_again_is_overwritten_for_a_report_that_has_the_figures() -> None:
    life = lives.live(SMALL, settings=SETTINGS, method="android_reopen")
    assert (life.job.method, life.certified, life.truly_erased) == ("android_reopen_overwrite", False, True)
    assert is_read_back(life.job)
    claims = dict(life.job.summary.claims)
    assert (claims["gb_status"], claims["nist_method"]) == ("none", "none")


def test_without_a_wish_nothing_is_overwritten() -> None:
    life = lives.live(SMALL)
    assert (life.job.method, life.certified) == ("android_harness", True)
    assert said(life.job, "overwrite.measure") == {}


def test_none_on_the_command_line_goes_before_the_profile() -> None:
    assert replace(lives.SETTINGS, profile=GB_46864).with_passes(0).passes == 0
    assert replace(lives.SETTINGS, profile=GB_46864).with_passes(None).passes == 1
    assert lives.SETTINGS.with_passes(3).passes == 3


@pytest.mark.parametrize("phone", [lives.PIXEL_16, lives.IPHONE], ids=["foyer", "iphone"])
def test_a_route_that_cannot_overwrite_says_so_before_anything_is_done(phone: Mapping[str, Any]) -> None:
    life = lives.live(phone, settings=SETTINGS)
    assert (life.job.stage, life.job.failure) == (Stage.FAILED, "blocked")
    assert life.job.problems == ("overwrite_not_possible",)
    assert not life.job.steps_begun
    assert life.progress.count("blocked") <= 2, (
        "nothing that is done at the phone would help: nobody is waited for but to let the bench in"
    )


@pytest.mark.parametrize(
    ("seen", "sdk", "is_vain"),
    [
        (Presence.ADB_DEVICE, "36", True),
        (Presence.ADB_DEVICE, "", False),
        (Presence.ADB_FOYER, "", True),
        (Presence.ADB_RESCUE, "", False),
        (Presence.FASTBOOT, "", False),
    ],
)
def test_a_wish_is_vain_only_where_the_phone_has_started_and_said_what_it_is(
    seen: Presence, sdk: str, is_vain: bool
) -> None:
    sighting = Sighting(port="1-1", presence=seen)
    problem = Problem(code=ProblemCode.OVERWRITE_NOT_POSSIBLE)
    assert getting_ready._is_vain(problem, sighting, {"system.sdk": sdk}) is is_vain
    assert not getting_ready._is_vain(Problem(code=ProblemCode.BATTERY_LOW), sighting, {"system.sdk": sdk})


@pytest.mark.repeats
@pytest.mark.parametrize("first", parts(_EVERY, tried=1))
def test_a_station_killed_while_it_overwrites_goes_on_and_reads_everything_back(first: int, tmp_path: Path) -> None:
    whole = tmp_path / "whole"
    whole.mkdir()
    World(dict(SMALL), whole, SETTINGS).run_station(die_at=None, before=False)
    job, writes = job_of(whole)
    assert (job.stage, is_read_back(job)) == (Stage.CERTIFIED, True)
    for number in range(1 + first, writes + 1, _EVERY):
        folder = tmp_path / str(number)
        folder.mkdir()
        world = World(dict(SMALL), folder, SETTINGS)
        assert world.run_station(die_at=number, before=bool(number % 2)) == -9
        assert world.run_station(die_at=None, before=False) == 0
        job, _ = job_of(folder)
        where = f"killed at write {number}: {job.stage} {job.failure}"
        if job.stage is Stage.CERTIFIED:
            assert is_read_back(job), where
            assert said(job, "overwrite.removed").get("overwrite.removed") == "yes", where
            assert world.slot.first.truth()["erased"], where
        else:
            assert job.certificate is None, where
