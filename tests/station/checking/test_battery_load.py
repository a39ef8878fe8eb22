# SPDX-License-Identifier: GPL-3.0-or-later
"""The load test on virtual phones: a sound cell, a worn one, and all that keeps a bench from concluding anything."""

from pathlib import Path

import pytest

from grading.checks import run_check
from grading.report import CheckOutcome
from grading.schemes import load
from phones.evidence import Evidence
from phones.port import Platform
from phones.signs import NOT_MEASURED
from station.checking.battery_load import measure
from tests.support import lives
from tests.support.watched_scene import watch

CHECK = next(check for check in load("basic-2").checks if check.name == "battery_under_load")
READABLE = ("power_supply_told", "unpowered_port")
SAG = NOT_MEASURED + "battery.sag_mv"


def loaded(folder: Path, *variation: str, seed: int = 1) -> tuple[dict[str, str], list[Evidence]]:
    found = watch(measure, {**lives.PIXEL_13, "variation": list(variation)}, folder, seed=seed)
    return dict(found.kept("battery_load").values), found.evidence


def outcome(evidence: list[Evidence]) -> CheckOutcome:
    return run_check(CHECK, evidence, Platform.ANDROID).outcome


@pytest.mark.parametrize("unit", [(), ("milliamperes",), ("current_counts_up",), ("milliamperes", "current_counts_up")])
def test_a_sound_cell_sags_a_little_in_whatever_unit_its_current_is_told(unit: tuple[str, ...], tmp_path: Path) -> None:
    values, evidence = loaded(tmp_path, *READABLE, *unit)
    assert outcome(evidence) is CheckOutcome.PASS
    assert 60 <= int(values["battery.resistance_mohm"]) <= 200
    curve = [int(each) for each in values["battery.load_curve"].split(",")]
    assert len(curve) == int(values["battery.load_s"]) == 10
    assert int(values["battery.rest_mv"]) - int(values["battery.sag_mv"]) == pytest.approx(curve[-1], abs=20)
    assert 1500 <= int(values["battery.load_current_ma"]) <= 2600


def test_a_worn_cell_fails_whatever_its_gauge_says(tmp_path: Path) -> None:
    values, evidence = loaded(tmp_path, *READABLE, "cell_worn")
    assert outcome(evidence) is CheckOutcome.FAIL
    assert int(values["battery.resistance_mohm"]) > 500


@pytest.mark.parametrize(
    ("variation", "sign"),
    [
        (("power_supply_told",), "charging"),
        (("power_supply_told", "cell_worn"), "charging"),
        ((), "charging"),
        (("unpowered_port",), "no_load"),  # the service tells no current
        (("unpowered_port", "cell_worn"), "no_load"),
        ((*READABLE, "current_not_told"), "no_load"),
        ((*READABLE, "load_refused"), "no_load"),
        ((*READABLE, "load_idle"), "no_load"),
        ((*READABLE, "supply_frozen", "cell_worn"), "no_load"),
    ],
)
def test_what_cannot_be_concluded_has_its_sign_and_is_neither_a_pass_nor_a_failure(
    variation: tuple[str, ...], sign: str, tmp_path: Path
) -> None:
    values, evidence = loaded(tmp_path, *variation)
    assert values[SAG] == sign
    assert "battery.resistance_mohm" not in values
    assert outcome(evidence) is CheckOutcome.INDETERMINATE


def test_an_iphone_cannot_be_loaded_over_a_cable_and_says_so(tmp_path: Path) -> None:
    found = watch(measure, lives.IPHONE, tmp_path)
    assert found.kept("battery_load").values[SAG] == "no_load"
    assert run_check(CHECK, found.evidence, Platform.APPLE).outcome is CheckOutcome.INDETERMINATE


def test_a_person_who_skips_it_leaves_it_unmeasured_within_a_second(tmp_path: Path) -> None:
    phone = {**lives.PIXEL_13, "variation": list(READABLE)}
    found = watch(measure, phone, tmp_path, is_over=lambda clock: clock.seconds > 5)
    assert found.kept("battery_load").values[SAG] == "skipped"
    assert found.seconds < 8


def test_the_load_ends_by_itself(tmp_path: Path) -> None:
    found = watch(measure, {**lives.PIXEL_13, "variation": list(READABLE)}, tmp_path)
    there = found.slot.phone
    assert there is not None
    idle = there.lives.cell.drawn_ma()  # type: ignore[attr-defined]  # an Android phone
    assert idle > 1000, "it still runs: the host looks for less time than the load lasts"
    found.slot.tick(1_000_000.0)
    assert there.lives.cell.drawn_ma() < 300  # type: ignore[attr-defined]  # an Android phone


def test_neither_samples_nor_anything_of_the_owner_stands_in_the_evidence_but_the_curve(tmp_path: Path) -> None:
    _, evidence = loaded(tmp_path, *READABLE)
    kept = {name for piece in evidence if piece.asked.startswith("check.") for name in piece.values}
    assert all(name.startswith(("battery.", "not_measured.battery.", "command.exit_code")) for name in kept)
    assert len(evidence) < 8


def test_healthy_phones_never_fail_and_worn_ones_never_pass(tmp_path: Path) -> None:
    for seed in range(1, 11):
        assert outcome(loaded(tmp_path / f"a{seed}", *READABLE, seed=seed)[1]) is CheckOutcome.PASS
        assert outcome(loaded(tmp_path / f"b{seed}", *READABLE, "cell_worn", seed=seed)[1]) is CheckOutcome.FAIL
