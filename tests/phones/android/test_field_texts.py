# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers of real phones, from public bug reports, through our own shell line to the grade.

Sources: dumps of a Galaxy Tab S9, A35, S9 and S7 (blogs, bug reports), google/clusterfuzz 4327 (overheated), emulator
notes and test farms (updates stopped), appium/appium 7389 (Genymotion), a blog about a television box, bug reports of
Qualcomm phones without a thermal HAL, a test text of a Xiaomi 13T Pro, `df` of a Pixel and a Xiaomi.
"""

from collections.abc import Mapping
from pathlib import Path

import pytest

from grading.grade import grade
from grading.report import CheckOutcome, Grade
from grading.schemes import load
from phones.allowed import allowed
from phones.android.inspection import inspection_questions
from phones.port import Platform
from phones.verdict import Verdict
from tests.grading.samples import evidence_of
from tests.phones.toolbox import SERIAL, ask, install

TEXTS = Path(__file__).parent / "field_texts"
PASS, FAIL, UNCLEAR = CheckOutcome.PASS, CheckOutcome.FAIL, CheckOutcome.INDETERMINATE


def inspected(
    folder: Path, prints: Mapping[str, str], *, properties: Mapping[str, str] | None = None
) -> dict[str, str]:
    """What an inspection keeps. `prints`: command line → what it prints instead."""
    tools = install(folder / "bin", properties=properties, prints=prints)
    draws = iter(f"{number:032x}" for number in range(1, 9))
    values: dict[str, str] = {}
    for question in inspection_questions(lambda: next(draws), timeout_s=10):
        values |= {name: allowed(name).admit(text) for name, text in ask(question, tools)[1].items()}
    return values


def field(name: str) -> str:
    return (TEXTS / f"{name}.txt").read_text()


def graded(values: Mapping[str, str]) -> Grade:
    return grade([evidence_of(values)], platform=Platform.ANDROID, verdict=Verdict.PASSED, scheme=load("basic"))


def outcome(values: Mapping[str, str], check: str) -> CheckOutcome:
    return next(each.outcome for each in graded(values).checks if each.name == check)


def test_a_samsung_that_prints_its_wear_only_in_the_log_has_96_percent_and_161_cycles(tmp_path: Path) -> None:
    values = inspected(
        tmp_path, {"dumpsys battery": field("battery-samsung-tab-s9"), "dumpsys activity broadcasts": ""}
    )
    assert (values["battery.health_percent"], values["battery.cycles"]) == ("96", "161")


def test_the_first_use_of_a_samsungs_battery_is_read_and_its_missing_chip_is_not_held_against_it(
    tmp_path: Path,
) -> None:
    values = inspected(tmp_path, {"dumpsys battery": field("battery-samsung-a35"), "dumpsys activity broadcasts": ""})
    assert values["battery.first_used_epoch"] == "1719705600"
    assert values["battery.ic_authentication"] == "no"
    assert "battery.part_status" not in values


def test_a_samsung_without_a_health_figure_fails_by_its_cycles(tmp_path: Path) -> None:
    values = inspected(tmp_path, {"dumpsys battery": field("battery-samsung-s9"), "dumpsys activity broadcasts": ""})
    assert "battery.health_percent" not in values
    assert values["battery.cycles"] == "1030"
    assert outcome(values, "battery_cycles") is FAIL
    assert graded(values).battery_band == "not_measured"


@pytest.mark.parametrize("name", ["battery-set-by-hand", "battery-genymotion", "battery-television-box"])
def test_a_battery_service_that_does_not_measure_neither_passes_nor_fails(tmp_path: Path, name: str) -> None:
    values = inspected(tmp_path, {"dumpsys battery": field(name)})
    assert not {"battery.level", "battery.health_code", "battery.temperature_dc"} & set(values)
    assert outcome(values, "battery_state") is outcome(values, "battery_temperature") is UNCLEAR


def test_an_overheated_battery_fails_though_it_is_cold_now(tmp_path: Path) -> None:
    values = inspected(tmp_path, {"dumpsys battery": field("battery-overheated")})
    assert outcome(values, "battery_state") is FAIL
    assert values["battery.temperature_dc"] == "180"


def test_a_health_code_that_says_unknown_neither_passes_nor_fails(tmp_path: Path) -> None:
    text = field("battery-overheated")
    for code in ("1", "11"):
        values = inspected(tmp_path / code, {"dumpsys battery": text.replace("health: 3", f"health: {code}")})
        assert outcome(values, "battery_state") is UNCLEAR


def test_capacities_with_decimals_are_read_and_the_power_tables_own_line_is_not(tmp_path: Path) -> None:
    values = inspected(tmp_path, {"dumpsys batterystats": field("batterystats-decimals")})
    assert (values["battery.design_mah"], values["battery.full_mah"]) == ("4680", "4612")


@pytest.mark.parametrize(
    ("change", "sign"),
    [
        (("", ""), "hal_not_ready"),
        (("HAL Ready: false", "HAL Ready: true"), "hal_not_ready"),
        (("HAL Ready: false\n", ""), "cut"),
        (("IsStatusOverride: false", "IsStatusOverride: true"), "overridden"),
        (("IsStatusOverride: false\n", ""), "cut"),
        (("HAL:\nCurrent cooling", "HAL:\n\tTemperature{mValue=NaN, mType=3}\nCurrent cooling"), "hal_not_ready"),
    ],
)
def test_a_thermal_service_without_a_temperature_neither_passes_nor_fails(
    tmp_path: Path, change: tuple[str, str], sign: str
) -> None:
    values = inspected(tmp_path, {"dumpsys thermalservice": field("thermal-without-hal").replace(*change)})
    assert values["not_measured.thermal.status"] == sign
    assert outcome(values, "thermal") is UNCLEAR


def test_a_thermal_service_with_temperatures_is_read(tmp_path: Path) -> None:
    text = field("thermal-xiaomi-13t")
    assert outcome(inspected(tmp_path / "cool", {"dumpsys thermalservice": text}), "thermal") is PASS
    hot = text.replace("Thermal Status: 0", "Thermal Status: 3")
    assert outcome(inspected(tmp_path / "hot", {"dumpsys thermalservice": hot}), "thermal") is FAIL
    by_hand = text.replace("Override: false", "Override: true")
    assert outcome(inspected(tmp_path / "by hand", {"dumpsys thermalservice": by_hand}), "thermal") is UNCLEAR


@pytest.mark.parametrize(
    ("name", "total", "free"),
    [
        ("df-pixel", 115249236, 93707820),
        ("df-xiaomi", 485636064, 313535476),
        ("df-wrapped", 51912708, 39649224),
    ],
)
def test_the_data_partition_is_found_where_real_phones_mount_it(
    tmp_path: Path, name: str, total: int, free: int
) -> None:
    values = inspected(tmp_path, {"df -k /data": field(name)})
    assert (values["storage.total_bytes"], values["storage.free_bytes"]) == (str(total * 1024), str(free * 1024))


def test_a_reset_in_the_middle_of_a_history_of_several_lines_counts(tmp_path: Path) -> None:
    history = "reboot,factory_reset,1699990000\r\nreboot,1699990500\r\nkernel_panic,modem,1700000000"
    values = inspected(
        tmp_path, {}, properties={"persist.sys.boot.reason.history": history, "ro.product.model": "Redmi Note 9 Pro"}
    )
    assert values["boot.reset_entries"] == "1699990000"
    assert values["product.model"] == "Redmi Note 9 Pro"
    assert values["identity.serial"] == SERIAL


@pytest.mark.parametrize(
    ("line", "said", "check"),
    [
        ("wm size", "Physical size: 1080x2400\nOverride size: 720x1600", "display_mode"),
        (
            "df -k /data",
            "Filesystem 1K-blocks Used Available Use% Mounted on\ntmpfs 3910000 0 3910000 0% /data",
            "storage",
        ),
        ("dumpsys sensorservice", "No Sensors on the device\ndevInitCheck : -19", "sensors"),
        (
            "dumpsys sensorservice",
            "".join(
                f"0x{number}) {name} | {vendor} | ver: 1 | type: android.sensor.{kind}({number}) | perm: n/a\n"
                for number, name, vendor, kind in (
                    (1, "BMA4xy Accelerometer", "Bosch", "accelerometer"),
                    (4, "Virtual Gyroscope", "MTK", "gyroscope"),
                    (5, "STK3x1x Light", "SensorTek", "light"),
                    (8, "STK3x1x Proximity", "SensorTek", "proximity"),
                )
            ),
            "sensors",
        ),
        ("dumpsys media.camera", "== Service global info: ==\n\nNumber of camera devices: 0\n", "cameras_present"),
        ("dumpsys bluetooth_manager", "  enabled: false\n  state: OFF\nBluetooth crashed 3 times\n", "bluetooth"),
        ("dumpsys nfc", "mState=turning on", "nfc"),
    ],
)
def test_what_a_service_did_not_measure_neither_passes_nor_fails(
    tmp_path: Path, line: str, said: str, check: str
) -> None:
    assert outcome(inspected(tmp_path / "as said", {line: said}), check) is UNCLEAR


def test_a_modem_version_that_says_unknown_is_no_modem_and_no_missing_one(tmp_path: Path) -> None:
    values = inspected(tmp_path, {}, properties={"gsm.version.baseband": "unknown,unknown"})
    assert outcome(values, "modem_android") is UNCLEAR
