# SPDX-License-Identifier: GPL-3.0-or-later
"""Silent checks of virtual Android phones: a healthy one passes every row, a broken one never the row of its fault."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from grading import schemes
from grading.checks import run_check
from grading.report import CheckOutcome
from phones.android.silent import SPEED_FILE
from phones.evidence import Evidence, Outcome
from phones.link import Effect, Question, ShellLine
from phones.port import Platform
from station.checking.scratch import may_be_left
from station.checking.silent_android import CLEARING_ASKED, GIVES, SPEED_ASKED, SPEED_GIVES, run, run_speed
from tests.support.watched_scene import Watched, watch
from virtual_phones.android.phone import AndroidPhone

PIXEL = {"model": "pixel-9-android-16", "serial": "TEST1FDJH0013A", "condition": "debugging"}
OPEN = {"alive": {"readable": ["health", "current"]}}
WITHOUT_A_CARD = {"sim_slots"}
"""Nobody can tell of a reader into which no card was put."""
NOT_FULL = {"cable_full"}
SCHEME = schemes.load("basic-2")
CHECKS = {check.name: check for check in SCHEME.checks if check.value in (*GIVES, *SPEED_GIVES)}
MODELS = (
    "huawei-p20-lite-android-9",
    "motorola-moto-g-power-android-11",
    "noname-mt6580-android-8",
    "pixel-3a-android-12",
    "pixel-6-android-13",
    "pixel-9-android-16",
    "samsung-galaxy-a52-android-13",
    "samsung-galaxy-s24-android-15",
    "samsung-galaxy-s7-android-8",
    "samsung-galaxy-s9-android-10",
    "xiaomi-13-android-14",
    "xiaomi-redmi-note-8-android-11",
)
AGE = {"patch_age", "launch_age"}
"""Rows that an old phone fails honestly."""
FAULTS: tuple[tuple[str, Mapping[str, Any], str], ...] = (
    ("frozen sensor", {"alive": {"accelerometer": "frozen"}}, "accelerometer"),
    ("frozen sensor", {"alive": {"accelerometer": "frozen"}}, "gravity"),
    ("sensor nobody listens to", {"alive": {"accelerometer": "asleep"}}, "accelerometer"),
    ("sensor that feels half of gravity", {"alive": {"gravity": 4.9}}, "gravity"),
    ("deaf Wi-Fi", {"alive": {"access_points": 0}}, "wifi_heard"),
    ("Bluetooth that crashes", {"alive": {"bluetooth_crashes": 4}}, "bluetooth_crashes"),
    ("Bluetooth without an address", {"alive": {"bluetooth_address": "00:00:00:00:00:00"}}, "bluetooth_number"),
    ("no satellite receiver", {"alive": {"gnss": "null"}}, "gnss_receiver"),
    ("deaf satellite receiver", {"alive": {"gnss_reports": 0}}, "gnss_signal"),
    ("ultra wideband off", {"alive": {"uwb": False, "features": ["uwb"]}}, "uwb_works"),
    ("deaf modem", {"alive": {"network": "none"}}, "network"),
    ("worn storage", {"alive": {"life": "0x08"}}, "storage_life"),
    ("storage at its end", {"alive": {"end_of_life": "0x03"}}, "storage_end_of_life"),
    ("storage that does not tell", {"alive": {"life": "0x00", "readable": []}}, "storage_life"),
    ("slow writes", {"alive": {"write_mb_s": 4}}, "flash_write"),
    ("slow reads", {"alive": {"read_mb_s": 9}}, "flash_read"),
    ("lying memory", {"memory": {"total_kib": 2900000}}, "memory_claim"),
    ("invented memory", {"memory": {"total_kib": 29000000}}, "consistent_identity"),
    ("no power", {"alive": {"power": False}}, "cable_power"),
    ("no charge", {"alive": {"power": False}}, "cable_charging"),
    ("no charging current", {"alive": {"power": False}}, "cable_current"),
    ("hardly any current", {"alive": {"current_ua": 21000}}, "cable_current"),
    ("no vibrator", {"alive": {"vibrators": 0}}, "vibrator"),
    ("no flash", {"alive": {"flash": False}}, "flash"),
    ("no microphone", {"alive": {"sound": ["OUT_SPEAKER"]}}, "audio_devices"),
    ("crashing system", {"alive": {"crashes": ["system_server_crash"] * 3}}, "crashes_system"),
    ("crashing programs", {"alive": {"crashes": ["SYSTEM_TOMBSTONE"] * 30}}, "crashes_native"),
    ("no fingerprint sensor", {"alive": {"modalities": [8]}}, "fingerprint_built"),
    ("no face sensor", {"alive": {"modalities": [2]}}, "face_built"),
    ("old patch", {"properties": {"ro.build.version.security_patch": "2023-01-05"}}, "patch_age"),
    ("old model", {"properties": {"ro.product.first_api_level": "25"}}, "launch_age"),
    ("unguarded kernel", {"alive": {"selinux": "Permissive"}}, "selinux"),
    ("USB that is not configured", {"alive": {"usb": "CONNECTED"}}, "usb_data"),
)


def measure(folder: Path, phone: Mapping[str, Any]) -> Watched:
    def both(scene: Any) -> None:
        run(scene)
        run_speed(scene)

    return watch(both, phone, folder)


def merged(*tables: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for table in tables:
        for name, value in table.items():
            found[name] = {**found.get(name, {}), **value}
    return found


def outcomes(evidence: list[Evidence]) -> dict[str, CheckOutcome]:
    return {name: run_check(check, evidence, Platform.ANDROID).outcome for name, check in CHECKS.items()}


def test_every_value_of_the_acts_has_a_row_in_the_scheme() -> None:
    graded = {check.value for check in CHECKS.values()}
    assert set(GIVES) - graded == set()
    assert set(SPEED_GIVES) - graded == {"storage.scratch_gone"}


def test_a_healthy_phone_passes_every_row(tmp_path: Path) -> None:
    found = outcomes(measure(tmp_path, {**PIXEL, "set": OPEN}).evidence)
    fine = {CheckOutcome.PASS, CheckOutcome.NOT_APPLICABLE}
    assert found.pop("consistent_identity") is CheckOutcome.NOT_TESTED  # told by the inspection, or of a forgery
    unanswered = {name: outcome for name, outcome in found.items() if outcome not in fine}
    assert unanswered == dict.fromkeys(WITHOUT_A_CARD | NOT_FULL, CheckOutcome.INDETERMINATE)
    assert sum(outcome is CheckOutcome.PASS for outcome in found.values()) >= 35


@pytest.mark.parametrize("model", MODELS)
def test_no_model_fails_a_row_but_by_its_age(tmp_path: Path, model: str) -> None:
    found = outcomes(measure(tmp_path, {"model": model, "serial": "TEST1FDJH0013A", "condition": "debugging"}).evidence)
    assert {name for name, outcome in found.items() if outcome is CheckOutcome.FAIL} <= AGE
    assert sum(outcome is CheckOutcome.PASS for outcome in found.values()) >= 20


@pytest.mark.parametrize(("fault", "broken", "check"), FAULTS, ids=[f"{row[0]}: {row[2]}" for row in FAULTS])
def test_a_broken_phone_never_passes_the_row_of_its_fault(
    tmp_path: Path, fault: str, broken: Mapping[str, Any], check: str
) -> None:
    found = outcomes(measure(tmp_path, {**PIXEL, "set": merged(OPEN, broken)}).evidence)
    assert found[check] not in (CheckOutcome.PASS, CheckOutcome.NOT_APPLICABLE), fault


@pytest.mark.parametrize("misbehaviour", ["half_answers", "hostile_strings", "empty_getprop", "late_answers"])
def test_a_phone_that_answers_badly_passes_no_more_than_a_healthy_one(tmp_path: Path, misbehaviour: str) -> None:
    found = outcomes(measure(tmp_path, {**PIXEL, "set": OPEN, "misbehaviour": [misbehaviour]}).evidence)
    if misbehaviour in ("half_answers", "late_answers"):
        assert set(found.values()) == {CheckOutcome.NOT_TESTED}
    assert CheckOutcome.FAIL not in found.values()


def test_a_card_that_answers_proves_its_reader_unless_it_may_be_built_in(tmp_path: Path) -> None:
    inserted = {**PIXEL, "misbehaviour": ["sim_inserted"]}
    assert outcomes(measure(tmp_path / "card", inserted).evidence)["sim_slots"] is CheckOutcome.PASS
    built_in = {**inserted, "set": {"alive": {"features": ["telephony.euicc"]}}}
    assert outcomes(measure(tmp_path / "both", built_in).evidence)["sim_slots"] is CheckOutcome.INDETERMINATE


@pytest.mark.parametrize(("current_ua", "outcome"), [(120_000, CheckOutcome.PASS), (900_000, CheckOutcome.FAIL)])
def test_when_full_the_current_has_fallen(tmp_path: Path, current_ua: int, outcome: CheckOutcome) -> None:
    full = {"alive": {"full": True, "current_ua": current_ua}}
    found = outcomes(measure(tmp_path, {**PIXEL, "set": merged(OPEN, full)}).evidence)
    assert found["cable_full"] is outcome
    assert found["cable_charging"] is CheckOutcome.PASS
    assert found["cable_current"] is CheckOutcome.NOT_APPLICABLE


@pytest.mark.parametrize(("points", "outcome"), [(3, CheckOutcome.PASS), (0, CheckOutcome.NOT_TESTED)])
def test_below_android_11_what_it_heard_by_itself_counts_and_silence_says_nothing(
    tmp_path: Path, points: int, outcome: CheckOutcome
) -> None:
    old = {"model": "samsung-galaxy-s9-android-10", "serial": "TEST1FDJH0013A", "condition": "debugging"}
    found = outcomes(measure(tmp_path, {**old, "set": {"alive": {"access_points": points}}}).evidence)
    assert found["wifi_heard"] is outcome
    assert found["wifi"] is CheckOutcome.PASS


def test_carriage_returns_change_nothing(tmp_path: Path) -> None:
    plain = measure(tmp_path / "plain", {**PIXEL, "set": OPEN}).evidence
    returned = measure(tmp_path / "returned", {**PIXEL, "set": OPEN, "variation": ["crlf_output"]}).evidence
    assert outcomes(plain) == outcomes(returned)


def test_two_round_trips_and_no_file_is_left(tmp_path: Path) -> None:
    done = measure(tmp_path, PIXEL)
    assert [piece.asked for piece in done.evidence] == ["check.silent_android", "check.speed_android"]
    assert done.evidence[-1].values["storage.scratch_gone"] == "yes"
    assert isinstance(done.slot.phone, AndroidPhone)
    reply = done.slot.phone.run(f"shell,v2,raw:ls -a {SPEED_FILE}", now_s=100.0)
    assert reply is not None
    assert reply.exit_code != 0


def test_a_file_that_cannot_be_removed_is_tried_again_and_told_of(tmp_path: Path) -> None:
    def with_a_folder_in_its_place(scene: Any) -> None:
        line = ShellLine(line=f"mkdir {SPEED_FILE}")
        question = Question(name="x", effect=Effect.WRITES, request=line, read=lambda _reply: {}, timeout_s=5)
        scene.phone.ask(question, scene.moment)
        run_speed(scene)

    left = watch(with_a_folder_in_its_place, PIXEL, tmp_path / "left").evidence
    assert [piece.asked for piece in left[-2:]] == [SPEED_ASKED, CLEARING_ASKED]
    assert {piece.values["storage.scratch_gone"] for piece in left[-2:]} == {"no"}
    assert may_be_left(left)
    assert not may_be_left(watch(run_speed, PIXEL, tmp_path / "gone").evidence)


def test_a_phone_that_broke_off_may_have_it_until_it_says_otherwise(tmp_path: Path) -> None:
    (said,) = watch(run_speed, PIXEL, tmp_path).evidence
    broken = replace(said, outcome=Outcome.LOST, values={})
    assert may_be_left([broken])
    assert not may_be_left([broken, replace(said, asked=CLEARING_ASKED)])
    assert not may_be_left([])


def test_no_name_of_the_seller_is_kept(tmp_path: Path) -> None:
    done = measure(tmp_path, {**PIXEL, "condition": "signed_in", "set": OPEN})
    assert done.slot.phone is not None
    kept = repr([piece.values for piece in done.evidence])
    assert [name for name, secret in done.slot.phone.secrets().items() if secret in kept] == []
