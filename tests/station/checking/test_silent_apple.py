# SPDX-License-Identifier: GPL-3.0-or-later
"""The silent checks of an iPhone: what a healthy one passes, what each fault fails, what stays unknown."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from grading.checks import run_check
from grading.report import CheckOutcome
from grading.schemes import load
from phones.apple.inspection import inspection_question
from phones.evidence import Evidence, Moment, Outcome
from phones.identifiers import PART_MEANINGS
from phones.port import Platform
from phones.signs import NOT_MEASURED
from phones.witness import Witness, WitnessedPort
from station.checking.act import Scene
from station.checking.silent_apple import GIVES, run
from station.checking.table import ACTS
from tests.support.direct_bench import DirectPort, VirtualClock
from virtual_phones.iphone.behaviour import FAULTS
from virtual_phones.iphone.phone import IPhone
from virtual_phones.iphone.trust import Dialog
from virtual_phones.phone import load_model, section
from virtual_phones.port import VirtualPort

SALT = b"salt" * 8
HEALTHY = "iphone-17-pro-ios-26"
MODELS = (HEALTHY, "iphone-13-ios-18", "iphone-se-ios-26")
SCHEME = "basic-2"
GIVEN_TO = {value for act in ACTS if act.name == "silent_apple" for value in act.gives}

FAILED_BY: Mapping[str, Sequence[str]] = {
    "blank_panel_serial": ("part_panel",),
    "swapped_panel": ("panel_proves_itself",),
    "blank_face_id_serial": ("part_face_id",),
    "nand_not_ready": ("storage_state",),
    "face_id_fails": ("face_id_self_test",),
    "no_charge": ("charge_begins", "charge_current"),
    "no_power": ("power_at_port", "charge_begins", "charge_current"),
    "sensor_panics": ("panics", "panics_of_parts"),
    "wifi_dead": ("wifi_address", "wifi_chip"),
    "bluetooth_dead": ("bluetooth_address", "bluetooth_chip"),
    "touch_controller_dead": (),
    "true_tone_lost": ("true_tone",),
    "camera_uncalibrated": ("camera_back_calibration",),
    "battery_not_proven": ("battery_proves_itself",),
    "battery_sagging": ("battery_voltage",),
    "tray_missing": ("sim_tray_in",),
    "files_slow": ("storage_write",),
    "files_spoilt": ("storage_read_back",),
    "prototype": ("production_chip",),
    "smaller_storage": ("consistent_identity",),
}
NO_ANSWER = {"sim_reader", "charge_full"}
"""Rows that a healthy one without a card, whose battery is not full, cannot answer."""
UNKNOWN_BY: Mapping[str, Sequence[str]] = {
    "touch_controller_dead": ("touch_controller", "touch_rate"),
    "files_slow": ("storage_read", "storage_read_back"),
}


def measured(
    folder: Path,
    *,
    model: str = HEALTHY,
    variation: Sequence[str] = (),
    misbehaviour: Sequence[str] = (),
    changed: Mapping[str, str] | None = None,
) -> list[Evidence]:
    """The inspection and the act, in virtual time; `changed`: in the identity of the model."""
    document = dict(load_model(model))
    document["identity"] = {**section(document, "identity"), **(changed or {})}
    phone = IPhone(document, variation=variation, misbehaviour=misbehaviour)
    phone.dialog.state = Dialog.ACCEPTED
    port, clock, kept = VirtualPort("1-1", "phone", phone), VirtualClock(), list[Evidence]()
    clock.attach(port)
    witness = Witness(clock=clock, journal=kept.append, salt=SALT)
    witnessed = WitnessedPort(DirectPort(port, clock, folder), witness)
    witnessed.ask(inspection_question(timeout_s=60), Moment.BEFORE)
    scene = Scene(
        phone=witnessed,
        platform=Platform.APPLE,
        known={},
        clock=clock,
        operator=None,  # type: ignore[arg-type]  # nobody is needed
        draw=lambda: "ab" * 16,
        person_s=1.0,
        tell=lambda _name: None,
    )
    run(scene)
    assert not [name for name in phone.strata.media.names("/") if name.startswith("proofwipe")]
    return kept


def outcomes(evidence: Sequence[Evidence]) -> dict[str, CheckOutcome]:
    """Of each check of the scheme that such a phone can have over the cable."""
    by_people = ("statement.", "photo.", "browser.", "watched.")
    checks = [check for check in load(SCHEME).checks if "apple" in check.platforms]
    return {
        check.name: run_check(check, evidence, Platform.APPLE).outcome
        for check in checks
        if not check.value.startswith(by_people)
    }


@pytest.fixture(scope="module")
def healthy(tmp_path_factory: pytest.TempPathFactory) -> dict[str, CheckOutcome]:
    return outcomes(measured(tmp_path_factory.mktemp("healthy"), variation=("no_crash_reports",)))


def test_a_healthy_iphone_passes_at_least_35_silent_checks_and_fails_none(
    healthy: Mapping[str, CheckOutcome],
) -> None:
    assert {healthy[name] for name in NO_ANSWER} == {CheckOutcome.INDETERMINATE}
    told = [healthy[name] for name in healthy.keys() - NO_ANSWER if healthy[name] is not CheckOutcome.NOT_TESTED]
    assert set(told) <= {CheckOutcome.PASS, CheckOutcome.NOT_APPLICABLE}
    assert told.count(CheckOutcome.PASS) >= 35


def test_every_row_that_the_act_serves_is_passed_by_the_healthy_model(healthy: Mapping[str, CheckOutcome]) -> None:
    served = {check.name for check in load(SCHEME).checks if check.value in GIVES and "apple" in check.platforms}
    assert served > NO_ANSWER
    served -= NO_ANSWER
    assert len(served) >= 40
    assert {name: healthy[name] for name in served if healthy[name] is not CheckOutcome.PASS} == {}


@pytest.mark.parametrize("model", MODELS)
def test_no_model_fails_anything_when_nothing_is_wrong_with_it(model: str, tmp_path: Path) -> None:
    found = outcomes(measured(tmp_path, model=model, variation=("no_crash_reports",)))
    untested = {  # known after the erase, with a card of another carrier in it, and by an act of its own
        "parts_same",
        "sim_lock",
        "battery_truth",
        "battery_under_load",
    } | NO_ANSWER
    sound = (CheckOutcome.PASS, CheckOutcome.NOT_APPLICABLE)
    assert {name for name, outcome in found.items() if outcome not in sound} <= untested
    assert sum(outcome is CheckOutcome.PASS for outcome in found.values()) >= 35


def test_every_fault_of_the_virtual_phones_is_held_against_the_checks() -> None:
    assert set(FAILED_BY) == set(FAULTS)
    assert all(FAILED_BY[fault] or UNKNOWN_BY[fault] for fault in FAULTS)


@pytest.mark.parametrize("fault", sorted(FAULTS))
def test_a_fault_fails_what_claims_to_see_it_and_nothing_else_becomes_worse(
    fault: str, tmp_path: Path, healthy: Mapping[str, CheckOutcome]
) -> None:
    crashed = () if fault == "sensor_panics" else ("no_crash_reports",)
    found = outcomes(measured(tmp_path, variation=(fault, *crashed)))
    assert {name for name, outcome in found.items() if outcome is CheckOutcome.FAIL} == set(FAILED_BY[fault])
    unknown = {name for name in found if found[name] is not healthy[name]} - set(FAILED_BY[fault])
    assert unknown == set(UNKNOWN_BY.get(fault, ()))
    assert all(found[name] is not CheckOutcome.PASS for name in unknown)


@pytest.mark.parametrize("version", ["12.5.7", "15.8.4", "18.7.1", "26.1", "27.0"])
def test_old_and_new_systems_lay_it_out_otherwise_and_are_read_alike(version: str, tmp_path: Path) -> None:
    builds = {"12": "16H81", "15": "19H390", "18": "22H31", "26": "23B85", "27": "24A100"}
    changed = {"version": version, "build": builds[version.partition(".")[0]]}
    kept = measured(tmp_path, variation=("no_crash_reports",), changed=changed)
    found = outcomes(kept)
    assert [name for name, outcome in found.items() if outcome is CheckOutcome.FAIL] in ([], ["system_support"])
    for name in ("part_panel", "part_battery", "wifi_address", "storage_state", "battery_voltage", "charge_current"):
        assert found[name] is CheckOutcome.PASS, name
    support = {"12": CheckOutcome.FAIL, "27": CheckOutcome.INDETERMINATE}
    assert found["system_support"] is support.get(version.partition(".")[0], CheckOutcome.PASS)


def test_all_that_the_act_kept_is_what_it_says_that_it_gives(tmp_path: Path) -> None:
    (piece,) = [each for each in measured(tmp_path) if each.asked == "check.silent_apple"]
    assert piece.outcome is Outcome.ANSWERED
    told = {name.removeprefix(NOT_MEASURED) for name in piece.values}
    assert {name for name in GIVES if name not in told} <= {"parts.panel_auth", "parts.battery_auth"}
    assert set(GIVES) == GIVEN_TO


def test_serial_numbers_of_parts_are_kept_as_commitments_only(tmp_path: Path) -> None:
    (piece,) = [each for each in measured(tmp_path) if each.asked == "check.silent_apple"]
    told = {name: piece.values[f"parts.{name}"] for name in PART_MEANINGS}
    assert all(text.startswith("#") for text in told.values())
    (again,) = [each for each in measured(tmp_path) if each.asked == "check.silent_apple"]
    assert told == {name: again.values[f"parts.{name}"] for name in PART_MEANINGS}


def test_a_swapped_panel_is_another_panel_and_every_other_part_stays(tmp_path: Path) -> None:
    before, after = (
        next(each for each in measured(tmp_path, variation=variation) if each.asked == "check.silent_apple")
        for variation in ((), ("swapped_panel",))
    )
    differing = [name for name in PART_MEANINGS if before.values[f"parts.{name}"] != after.values[f"parts.{name}"]]
    assert differing == ["panel"]


@pytest.mark.parametrize("misbehaviour", ["services_missing", "lockdownd_silent"])
def test_a_phone_that_does_not_answer_passes_nothing(misbehaviour: str, tmp_path: Path) -> None:
    found = outcomes(measured(tmp_path, misbehaviour=(misbehaviour,)))
    registry = [name for name in found if name.startswith(("part_", "storage_", "camera_", "panics", "face_id"))]
    assert registry
    assert not [name for name in registry if found[name] is CheckOutcome.PASS and name not in ("storage",)]
