# SPDX-License-Identifier: GPL-3.0-or-later
"""A memory card under the real station: in the way without a wish, overwritten with one, and survived by the phone."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from station.ledger.job import Job
from station.ledger.stages import Stage
from station.setup.settings import Overwrite, from_document
from tests.station.work.test_killed_stations import job_of
from tests.support import lives
from tests.support.killable_station import World
from tests.support.sampling import parts
from wipe.judge import judge
from wipe.report import EraseReport
from wipe.rules import load

WITH_CARD: Mapping[str, Any] = {**lives.PIXEL_13, "set": {"card": {"bytes": 3 * 1024**2}}}
SETTINGS = replace(lives.SETTINGS, overwrite=Overwrite(card=True))
_EVERY = 23


def report_of(job: Job) -> EraseReport:
    return judge(tuple(job.evidence), method=job.method, rules=load())


def sd_of(job: Job) -> tuple[str, bool | None]:
    """The word of the card on the paper, and whether it is called overwritten; None without a pass."""
    report = report_of(job)
    return report.residues["sd"], None if report.card is None else not report.card.reasons


def test_a_card_is_in_the_way_until_somebody_takes_it_out_or_wishes_it_overwritten() -> None:
    life = lives.live(WITH_CARD)
    assert (life.job.failure, life.job.problems) == ("blocked", ("sd_card_present",))
    assert not life.job.steps_begun


def test_a_card_is_overwritten_first_and_then_the_phone_is_erased_and_certified() -> None:
    life = lives.live(WITH_CARD, settings=SETTINGS)
    assert life.certified, (life.job.failure, life.progress)
    assert (life.job.method, life.truly_erased) == ("android_harness", True)
    assert sd_of(life.job) == ("cleared", True)
    told = list(dict.fromkeys(key for key in life.progress if key.startswith("card_") or key == "commanding"))
    assert told == [
        "card_measuring",
        "card_clearing",
        "card_overwriting",
        "card_remounting",
        "card_reading",
        "card_removing",
        "commanding",
    ]


def test_a_card_beside_the_phones_own_overwriting_is_a_carrier_of_its_own() -> None:
    phone = {**WITH_CARD, "set": {**WITH_CARD["set"], "storage": {"bytes": 7 * 1024**2, "data_kib": 6144}}}
    life = lives.live(phone, settings=replace(lives.SETTINGS, overwrite=Overwrite(passes=1, card=True)))
    report = report_of(life.job)
    assert life.certified, (life.job.failure, life.progress)
    assert (report.claims.gb_status, sd_of(life.job)) == ("method_overwrite", ("cleared", True))
    assert report.claims.overwriting is not None
    assert report.card is not None
    assert report.claims.overwriting.capacity_bytes != report.card.capacity_bytes


@pytest.mark.parametrize("lie", ["card_keeps_nothing", "card_read_only", "card_vanishes", "card_exchanged_later"])
def test_a_card_that_lies_takes_nothing_from_the_phone_and_is_named_on_its_paper(lie: str) -> None:
    life = lives.live({**WITH_CARD, "misbehaviour": [lie]}, settings=SETTINGS)
    assert life.certified, (life.job.failure, life.progress)
    assert sd_of(life.job) == ("present", False)


@pytest.mark.parametrize(
    "phone", [lives.PIXEL_13, lives.PIXEL_16, lives.IPHONE], ids=["no card in it", "foyer", "iphone"]
)
def test_a_bench_that_wishes_for_cards_erases_phones_without_one_as_ever(phone: Mapping[str, Any]) -> None:
    life = lives.live(phone, settings=SETTINGS)
    assert life.certified, (life.job.failure, life.progress)
    assert report_of(life.job).card is None


def test_the_wish_stands_in_the_settings_and_the_command_line_goes_before_it() -> None:
    settings = from_document({"overwrite": {"card": True}}, "config.toml")
    assert settings.overwrite.card
    assert settings.with_card(card=None).overwrite.card
    assert not settings.with_card(card=False).overwrite.card
    assert not lives.SETTINGS.overwrite.card
    assert lives.SETTINGS.with_card(card=True).overwrite.card


@pytest.mark.repeats
@pytest.mark.parametrize("first", parts(_EVERY, tried=1))
def test_a_station_killed_over_a_card_never_calls_it_overwritten_without_having_read_it_back(
    first: int, tmp_path: Path
) -> None:
    whole = tmp_path / "whole"
    whole.mkdir()
    World(dict(WITH_CARD), whole, SETTINGS).run_station(die_at=None, before=False)
    job, writes = job_of(whole)
    assert (job.stage, sd_of(job)) == (Stage.CERTIFIED, ("cleared", True))
    for number in range(1 + first, writes + 1, _EVERY):
        folder = tmp_path / str(number)
        folder.mkdir()
        world = World(dict(WITH_CARD), folder, SETTINGS)
        assert world.run_station(die_at=number, before=bool(number % 2)) == -9
        assert world.run_station(die_at=None, before=False) == 0
        job, _ = job_of(folder)
        where = f"killed at write {number}: {job.stage} {job.failure}"
        if job.stage is Stage.CERTIFIED:
            assert sd_of(job) == ("cleared", True), where
            assert world.slot.first.truth()["erased"], where
        else:
            assert job.certificate is None, where
