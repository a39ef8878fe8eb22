# SPDX-License-Identifier: GPL-3.0-or-later
"""What is a measurement of a battery, and what a service only repeats, defaults to or leaves at 0."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from phones.allowed import MALFORMED, allowed
from phones.android.battery import battery, battery_level
from phones.android.battery_layouts import FIGURES
from phones.signs import NOT_MEASURED, SIGNS
from tests.phones.toolbox import BATTERY

TEXTS = Path(__file__).parent / "field_texts"
NO_WEAR = {"battery.health_code": "2", "battery.temperature_dc": "301"}


def text(name: str) -> str:
    return (TEXTS / f"{name}.txt").read_text()


def signs(values: Mapping[str, str]) -> dict[str, str]:
    return {name.removeprefix(NOT_MEASURED): sign for name, sign in values.items() if name.startswith(NOT_MEASURED)}


@pytest.mark.parametrize(
    ("change", "sign"),
    [
        (("state:\n", "state:\n  (UPDATES STOPPED -- use 'reset' to restart)\n"), "set_by_hand"),
        (("state:\n", "state:\n  (updates stopped)\n"), "set_by_hand"),
        (("state:\n", "state:\n  (更新已停止)\n"), "remark"),
        (("AC powered", "mUpdatesStopped: true\n  AC powered"), "set_by_hand"),
        (("AC powered", "USE_FAKE_BATTERY: true\n  AC powered"), "simulated"),
        (("AC powered", "SEC_FEATURE_BATTERY_SIMULATION: true\n  AC powered"), "simulated"),
        (("AC powered", "mBootCompleted: false\n  AC powered"), "starting"),
        (("present: true", "present: false"), "not_present"),
        (("  present: true\n", ""), "cut"),
        (("  status: 2\n", ""), "cut"),
        (("voltage: 4110", "voltage: 0"), "left_at_zero"),
        (("voltage: 4110", "voltage: 13"), "out_of_range"),
        (("voltage: 4110", "voltage: 1000"), "out_of_range"),
        (
            (
                "level: 84\n  scale: 100\n  voltage: 4110\n  temperature: 301",
                "level: 42\n  scale: 100\n  voltage: 4110\n  temperature: 424",
            ),
            "simulated",
        ),
    ],
)
def test_a_service_that_says_it_does_not_measure_is_not_read(change: tuple[str, str], sign: str) -> None:
    said = BATTERY.replace(*change)
    assert said != BATTERY
    assert battery_level(said) == {"not_measured.battery.level": sign}
    found = battery({"battery": said})
    assert {"battery.health_code", "battery.temperature_dc"} <= set(signs(found))
    assert set(signs(found).values()) == {sign}
    assert not {"battery.health_code", "battery.temperature_dc"} & set(found)


@pytest.mark.parametrize("voltage", ["3704", "8600", "4110000"])
def test_volts_are_those_of_one_cell_or_two_in_either_unit_that_phones_print(voltage: str) -> None:
    assert battery({"battery": BATTERY.replace("4110", voltage)}) == NO_WEAR


@pytest.mark.parametrize(
    ("level", "scale", "values"),
    [
        ("84", "100", {"battery.level": "84"}),
        ("42", "50", {"battery.level": "84"}),
        ("0", "100", {"battery.level": "0"}),
        ("101", "100", {"not_measured.battery.level": "out_of_range"}),
        ("4", "0", {"not_measured.battery.level": "out_of_range"}),
        ("-1", "100", {"not_measured.battery.level": "out_of_range"}),
        ("84\n  level: 12", "100", {"not_measured.battery.level": "said_twice"}),
        ("84\n  level: 84", "100", {"battery.level": "84"}),
    ],
)
def test_the_level_is_a_share_of_its_own_scale(level: str, scale: str, values: dict[str, str]) -> None:
    said = BATTERY.replace("level: 84\n  scale: 100", f"level: {level}\n  scale: {scale}")
    assert battery_level(said) == values


@pytest.mark.parametrize("other", ["", "  level: 84\n  scale: 100", "Can't find service: battery", "level: 100\n" * 9])
def test_what_is_not_the_whole_service_is_no_answer(other: str) -> None:
    assert battery_level(other) == {}
    assert battery({"battery": other}) == {}


@pytest.mark.parametrize(
    ("code", "values"),
    [
        *[(code, {"battery.health_code": code}) for code in "234567"],
        ("0", {"not_measured.battery.health_code": "left_at_zero"}),
        ("1", {"not_measured.battery.health_code": "unknown_word"}),
        ("8", {"not_measured.battery.health_code": "code_not_known"}),
        ("11", {"not_measured.battery.health_code": "not_available"}),
        ("12", {"not_measured.battery.health_code": "sources_disagree"}),
        ("99", {"not_measured.battery.health_code": "code_not_known"}),
        ("good", {}),
        ("2\n  health: 3", {"not_measured.battery.health_code": "said_twice"}),
    ],
)
def test_a_health_code_is_one_of_a_closed_list(code: str, values: dict[str, str]) -> None:
    found = battery({"battery": BATTERY.replace("health: 2", f"health: {code}")})
    assert found == {"battery.temperature_dc": "301"} | values


@pytest.mark.parametrize(
    ("tenths", "sign"),
    [("0", "left_at_zero"), ("-400", "out_of_range"), ("-2731", "out_of_range"), ("2982", "out_of_range")],
)
def test_a_temperature_no_phone_has_was_not_measured(tenths: str, sign: str) -> None:
    found = battery({"battery": BATTERY.replace("temperature: 301", f"temperature: {tenths}")})
    assert found == {"battery.health_code": "2", "not_measured.battery.temperature_dc": sign}


@pytest.mark.parametrize(
    ("name", "values"),
    [
        (
            "battery-samsung-tab-s9",
            {
                "battery.health_percent": "96",
                "battery.cycles": "161",
                "battery.source": "battery_log",
                "battery.first_used_epoch": "1716336000",
            },
        ),
        (
            "battery-samsung-a35",
            {
                "battery.health_percent": "86",
                "battery.cycles": "619",
                "battery.source": "asoc",
                "battery.first_used_epoch": "1719705600",
                "battery.ic_authentication": "no",
            },
        ),
        (
            "battery-samsung-s9",
            {
                "battery.cycles": "1030",
                "battery.source": "asoc",
                "not_measured.battery.health_percent": "not_available",
            },
        ),
        ("battery-samsung-s7", {"battery.health_percent": "77", "battery.cycles": "1764", "battery.source": "asoc"}),
    ],
)
def test_what_samsung_prints_of_wear_is_read_in_each_of_its_layouts(name: str, values: dict[str, str]) -> None:
    found = battery({"battery": text(name)})
    assert {
        each: said for each, said in found.items() if each.split(".")[-1] not in ("health_code", "temperature_dc")
    } == values


@pytest.mark.parametrize(
    ("name", "sign"),
    [
        ("battery-set-by-hand", "set_by_hand"),
        ("battery-genymotion", "left_at_zero"),
        ("battery-television-box", "out_of_range"),
    ],
)
def test_a_frozen_simulated_or_foreign_battery_is_no_measurement(name: str, sign: str) -> None:
    assert battery_level(text(name)) == {"not_measured.battery.level": sign}
    found = signs(battery({"battery": text(name)}))
    assert found["battery.health_code"] == found["battery.temperature_dc"] == sign


def test_overheated_is_what_the_phone_says_of_itself() -> None:
    found = battery({"battery": text("battery-overheated")})
    assert (found["battery.health_code"], found["battery.temperature_dc"]) == ("3", "180")


def test_a_measure_by_impedance_is_never_taken_for_the_capacity() -> None:
    said = BATTERY + "  mSavedBatteryAsoc: -1\n  mSavedBatteryBsoh: 88\n"
    assert battery({"battery": said}) == NO_WEAR | {"not_measured.battery.health_percent": "not_available"}


def test_setting_the_level_by_hand_does_not_touch_what_the_maker_saved() -> None:
    said = text("battery-samsung-s7").replace("state:\n", "state:\n  (UPDATES STOPPED -- use 'reset' to restart)\n")
    found = battery({"battery": said})
    assert found["battery.health_percent"] == "77"
    assert signs(found)["battery.health_code"] == "set_by_hand"


@pytest.mark.parametrize("sign", ["SEC_FEATURE_BATTERY_SIMULATION: true", "USE_FAKE_BATTERY: true", "  (reset me)"])
def test_a_simulated_battery_has_no_wear_either(sign: str) -> None:
    found = battery({"battery": text("battery-samsung-s7") + sign})
    assert not {"battery.health_percent", "battery.cycles"} & set(found)
    assert {"battery.health_percent", "battery.cycles"} <= set(signs(found))


@pytest.mark.parametrize(
    ("part", "said", "values"),
    [
        ("cycles", "android.os.extra.CYCLE_COUNT=139", {"battery.cycles": "139", "battery.source": "broadcast"}),
        (
            "cycles",
            "android.os.extra.CYCLE_COUNT=12\nandroid.os.extra.CYCLE_COUNT=139\nandroid.os.extra.CYCLE_COUNT=0",
            {"battery.cycles": "139", "battery.source": "broadcast"},
        ),
        ("cycles", "android.os.extra.CYCLE_COUNT=0", {"not_measured.battery.cycles": "left_at_zero"}),
        ("cycles", "android.os.extra.CYCLE_COUNT=-1", {"not_measured.battery.cycles": "not_available"}),
        ("cycles", "android.os.extra.CYCLE_COUNT=65535", {"not_measured.battery.cycles": "out_of_range"}),
        (
            "capacity",
            "  Estimated battery capacity: 4212 mAh\n  Last learned battery capacity: 3900 mAh",
            {"battery.design_mah": "4212", "battery.full_mah": "3900"},
        ),
        ("capacity", text("batterystats-decimals"), {"battery.design_mah": "4680", "battery.full_mah": "4612"}),
        ("capacity", "  Estimated battery capacity: 1000 mAh", {"not_measured.battery.design_mah": "placeholder"}),
        ("capacity", "  Estimated battery capacity: 0 mAh", {"not_measured.battery.design_mah": "left_at_zero"}),
        ("capacity", "  Estimated battery capacity: 4212000 mAh", {"not_measured.battery.design_mah": "unit_unknown"}),
        ("capacity", "  Last learned battery capacity: 4 mAh", {"not_measured.battery.full_mah": "unit_unknown"}),
    ],
)
def test_figures_that_every_maker_has_are_read_where_they_are_figures(
    part: str, said: str, values: dict[str, str]
) -> None:
    assert battery({part: said}) == values


def supply(*fields: str, name: str = "battery") -> str:
    return "".join(f"/sys/class/power_supply/{name}/uevent:POWER_SUPPLY_{field}\n" for field in fields)


@pytest.mark.parametrize(
    ("said", "values"),
    [
        (
            supply("TYPE=Battery", "CYCLE_COUNT=412", "CHARGE_FULL=3600000", "CHARGE_FULL_DESIGN=4000000"),
            {
                "battery.cycles": "412",
                "battery.health_percent": "90",
                "battery.source": "power_supply",
                "battery.design_mah": "4000",
                "battery.full_mah": "3600",
            },
        ),
        (
            supply("TYPE=Battery", "CYCLE_COUNT=0", "CHARGE_FULL=4000000", "CHARGE_FULL_DESIGN=4000000"),
            {
                "battery.design_mah": "4000",
                "battery.full_mah": "4000",
                "not_measured.battery.cycles": "left_at_zero",
                "not_measured.battery.health_percent": "placeholder",
            },
        ),
        (
            supply("CHARGE_FULL=3600", "CHARGE_FULL_DESIGN=4000"),
            {"not_measured.battery.design_mah": "unit_unknown", "not_measured.battery.full_mah": "unit_unknown"},
        ),
        (supply("TYPE=Battery", "CYCLE_COUNT=-22"), {"not_measured.battery.cycles": "not_available"}),
        (supply("TYPE=Battery", "SCOPE=Device", "CYCLE_COUNT=12", name="pen"), {}),
        (supply("TYPE=Mains", "CYCLE_COUNT=12", name="ac"), {}),
        (supply("TYPE=Battery", "PRESENT=0", "CYCLE_COUNT=12", name="dock"), {}),
        ("grep: /sys/class/power_supply/*/uevent: Permission denied", {}),
        (
            text("power-supply-oneplus-7"),
            {
                "battery.design_mah": "3588",
                "not_measured.battery.full_mah": "sources_disagree",
                "sources.battery.full_mah": "power_supply:3492,maker_gauge:2123",
                "not_measured.battery.health_percent": "sources_disagree",
                "sources.battery.health_percent": "power_supply:97,maker_gauge:59",
            },
        ),
    ],
)
def test_the_kernels_figures_are_read_in_the_kernels_units(said: str, values: dict[str, str]) -> None:
    assert battery({"power_supply": said}) == values


def test_two_sources_that_disagree_are_both_kept_and_neither_is_believed() -> None:
    found = battery(
        {
            "battery": BATTERY + "  mSavedBatteryUsage: 61919\n  mSavedBatteryAsoc: [93]\n"
            "08-14 02:44:19.336  [SS][BattInfo]AsocData efsValue:60\n",
            "cycles": "android.os.extra.CYCLE_COUNT=139",
        }
    )
    assert found["sources.battery.cycles"] == "asoc:619,broadcast:139"
    assert found["sources.battery.health_percent"] == "asoc:93,battery_log:60"
    assert signs(found) == {"battery.cycles": "sources_disagree", "battery.health_percent": "sources_disagree"}


def test_of_two_sources_that_agree_the_worse_one_counts() -> None:
    found = battery(
        {
            "battery": BATTERY + "  mSavedBatteryUsage: 61919\n  mSavedBatteryAsoc: [93]\n"
            "08-14 02:44:19.336  [SS][BattInfo]AsocData efsValue:92\n",
            "cycles": "android.os.extra.CYCLE_COUNT=631",
        }
    )
    assert (found["battery.cycles"], found["battery.health_percent"]) == ("631", "92")
    assert signs(found) == {}


def test_one_source_that_measures_outweighs_another_that_does_not() -> None:
    found = battery({"battery": BATTERY + "  mSavedBatteryUsage: 61919\n", "cycles": "android.os.extra.CYCLE_COUNT=0"})
    assert found["battery.cycles"] == "619"
    assert signs(found) == {}


@pytest.mark.parametrize(
    ("day", "sign"),
    [("19700101", "placeholder"), ("00000000", "placeholder"), ("20241399", "out_of_range"), ("-1", "not_available")],
)
def test_a_day_that_is_none_is_not_a_first_use(day: str, sign: str) -> None:
    found = battery({"battery": BATTERY + f"  battery FirstUseDate: [{day}]\n"})
    assert found == NO_WEAR | {"not_measured.battery.first_used_epoch": sign}


def test_every_figure_is_kept_under_an_allowed_name_and_source() -> None:
    for figure in FIGURES:
        assert allowed(figure.value).name == figure.value
        assert allowed("battery.source").admit(figure.source) != MALFORMED
        assert allowed(NOT_MEASURED + figure.value).admit("not_available") == "not_available"


def test_every_sign_has_its_word_and_no_other_is_admitted() -> None:
    name = NOT_MEASURED + "battery.level"
    assert {allowed(name).admit(sign) for sign in SIGNS} == set(SIGNS)
    assert allowed(name).admit("pass") == MALFORMED
    with pytest.raises(KeyError):
        allowed(NOT_MEASURED + "battery.name_of_owner")
