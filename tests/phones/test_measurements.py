# SPDX-License-Identifier: GPL-3.0-or-later
"""Each value taken from a phone has a row that says what would show that nobody measured it, and each sign is shown."""

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from phones import android, apple
from phones.allowed import ALLOWED
from phones.android import readers_checks as checks
from phones.android.battery import battery, battery_level
from phones.android.battery_load import Sample, load_values, without_load
from phones.android.input_events import HEADSET, Axis, InputDevice, InputEvent
from phones.android.trade_in import read_status
from phones.android.watched_keys import HeadsetTally, KeyTally
from phones.android.watched_sensors import FingerTally, SensorTally
from phones.android.watched_touch import TouchTally
from phones.apple.log_shapes import LogTally, not_known
from phones.apple.parts import PartAnswer, encode
from phones.apple.readers import read_batch
from phones.apple.readers_silent import read_silent
from phones.link import Reply
from phones.signs import NOT_MEASURED, SIGNS, SKIPPED, not_measured
from station.checking.browser.act import signs_of
from station.checking.browser.ends import SIGNS as ENDS_WITH_SIGNS
from station.checking.browser.plan import CHECKS as PAGE_CHECKS
from station.checking.watched import buttons
from station.checking.watched.table import WATCHED
from tests.phones.android import silent_answers
from tests.phones.toolbox import BATTERY, THERMAL
from tools import make_checks
from tools.measurements import MEASUREMENTS, PAGE_VALUES, row_of


def heard(tally: Any, *said: tuple[str, int]) -> Any:
    """After these events of a key or switch."""
    for at_us, (code, value) in enumerate(said):
        tally.hear(InputEvent(at_us=at_us, device=0, code=code, value=value))
    return tally


DF = "Filesystem 1K-blocks Used Available Use% Mounted on\n"
SAMSUNG = BATTERY + "  mSavedBatteryAsoc: [93]\n  mSavedBatteryUsage: [61919]\n  battery FirstUseDate: [20240630]\n"
DUMPS = [
    ("state:\n", "state:\n  (UPDATES STOPPED -- use 'reset' to restart)\n"),
    ("state:\n", "state:\n  (更新已停止)\n"),
    ("AC powered", "USE_FAKE_BATTERY: true\n  AC powered"),
    ("AC powered", "mBootCompleted: false\n  AC powered"),
    ("present: true", "present: false"),
    ("  status: 2\n", ""),
    ("voltage: 4110", "voltage: 0"),
    ("voltage: 4110", "voltage: 13"),
    ("level: 84", "level: 84\n  level: 12"),
    ("health: 2", "health: 2\n  health: 3"),
    ("temperature: 301", "temperature: 301\n  temperature: 250"),
    *[("health: 2", f"health: {code}") for code in ("0", "1", "8", "11", "12")],
    *[("[93]", text) for text in ("[-1]", "[0]", "[101]", "[93]\n  mSavedBatteryAsoc: 94")],
    *[("[61919]", text) for text in ("[-1]", "[0]", "[9999999]", "[61919]\n  mSavedBatteryUsage: 4")],
    *[("[20240630]", text) for text in ("[-1]", "[20249999]", "[19700101]", "[20240630]\n  battery FirstUseDate: []")],
    ("[20240630]", "[20240630]\n10-04 21:48:23.173  [SS][BattInfo]FirstUseDateData efsValue:20210630"),
    ("[93]", "[93]\n10-04 21:48:23.174  [SS][BattInfo]AsocData efsValue:60"),
    ("[93]", "[93]\n  battery IcAuthenticationResults: [true]\n  battery IcAuthenticationResults: [false]"),
    (
        "[93]",
        "[93]\n  battery IcAuthenticationResults: [true]\n10-04 21:48:23.174  Final IcAuthenticationResults:[false]",
    ),
]
_UNDER_LOAD = Sample(millivolts=3900, current=-900, charging=False)
OTHERS = [
    battery({"battery": SAMSUNG, "cycles": "android.os.extra.CYCLE_COUNT=9"}),
    *[
        battery({"capacity": f"Estimated battery capacity: {mah} mAh\nLast learned battery capacity: {mah} mAh"})
        for mah in ("0", "-1", "1000", "4600000")
    ],
    *[
        battery(
            {
                "capacity": "Estimated battery capacity: 4000 mAh\nLast learned battery capacity: 4000 mAh",
                "power_supply": f"/sys/class/power_supply/battery/uevent:POWER_SUPPLY_CHARGE_FULL={full}\n"
                f"/sys/class/power_supply/battery/uevent:POWER_SUPPLY_CHARGE_FULL_DESIGN={design}\n",
            }
        )
        for full, design in ((2000000, 3000000), (3000000, 3000000))
    ],
    checks.data_partition(DF + "tmpfs 1 0 1 0% /data"),
    checks.data_partition(DF + "/dev/block/dm-5 100 0 200 0% /data"),
    checks.data_partition(DF + "/dev/block/dm-5 300 0 200 0% /data\n/dev/block/dm-5 400 0 200 0% /data"),
    checks.memory("MemTotal: 0 kB"),
    checks.memory("MemTotal: 1 kB\nMemTotal: 2 kB"),
    checks.display_size("Physical size: 1080x2400\nOverride size: 720x1600"),
    checks.display_size("Physical size: 1080x2400\nPhysical size: 720x1600"),
    checks.sensors("No Sensors on the device"),
    checks.sensors("Mode : DATA_INJECTION"),
    checks.sensors("0x1) Virtual Gyroscope | MTK | ver: 1 | type: android.sensor.gyroscope(4)"),
    checks.cameras("Number of camera devices: 0"),
    checks.cameras("Number of camera devices: 2\nNumber of camera devices: 3"),
    checks.wifi("Wifi is enabled\nWifi is disabled"),
    checks.bluetooth("enabled: true\nenabled: false"),
    checks.bluetooth("enabled: false\nstate: TURNING_ON"),
    checks.bluetooth("enabled: false\nBluetooth crashed 1 time"),
    checks.nfc("mState=turning on"),
    checks.nfc("mState=on\nmState=off"),
    checks.nfc("mState=unknown"),
    checks.baseband("unknown"),
    checks.thermal(THERMAL.replace("IsStatusOverride: false\n", "")),
    checks.thermal(THERMAL.replace("Ready: true", "Ready: false")),
    checks.thermal(THERMAL.replace("Override: false", "Override: true")),
    checks.thermal(THERMAL + "\nThermal Status: 3"),
    *silent_answers.ALL,
    *[signs_of(end, PAGE_CHECKS) for end in ENDS_WITH_SIGNS],
    without_load("no_load"),
    without_load(SKIPPED),
    heard(heard(KeyTally(), ("KEY_POWER", 1), ("KEY_POWER", 0)), ("KEY_POWER", 1)).values(),
    not_measured("cut", "watched.button_bounces", "watched.touch_ghosts"),
    not_measured(SKIPPED, *buttons.MEASURED, *(name for act in WATCHED if act.name != "buttons" for name in act.gives)),
    load_values([], []),
    load_values([_UNDER_LOAD], [_UNDER_LOAD] * 5),
    load_values([_UNDER_LOAD], [Sample(millivolts=4100, current=0, charging=True)] * 5),
    read_status({"battery": {"cycle_count": 0, "health": 0, "state": 1}}, nonce=""),
    *[
        read_batch(Reply(body=encode({name: PartAnswer(status="ok", value=value)})))
        for name, value in (
            ("battery", {"CycleCount": 0, "DesignCapacity": 3227, "NominalChargeCapacity": 3227, "Temperature": 0}),
            ("battery", {"CycleCount": 65535, "DesignCapacity": 1000, "NominalChargeCapacity": 3227}),
            ("battery", {"DesignCapacity": 3227, "NominalChargeCapacity": 3227, "AppleRawMaxCapacity": 1500}),
            ("BasebandStatus", "BBNotReady"),
        )
    ],
    KeyTally().values(),
    heard(KeyTally(), ("KEY_POWER", 1)).values(),
    HeadsetTally().values(has_socket=True),
    heard(HeadsetTally(), (HEADSET, 1)).values(has_socket=True),
    TouchTally(InputDevice(number=2, axes={"X": Axis(least=0, most=1079), "Y": Axis(least=0, most=2399)})).values(),
    SensorTally("light").values(),
    SensorTally("light", figures={500}).values(),
    SensorTally("proximity").values(),
    SensorTally("proximity", figures={0}).values(),
    FingerTally().values(),
    LogTally().values("ringer"),
    LogTally({"ringer.on": 1}).values("ringer"),
    LogTally().values("face_id"),
    not_known("watched.buttons", "watched.proximity", "watched.ringer", "watched.face_id"),
    *[
        read_silent(Reply(body=encode({name: PartAnswer(status="ok", value=value) for name, value in parts.items()})))
        for parts in (
            {"product": {"raw-panel-serial-number": "PANEL-A"}, "display": {"Panel_ID": "PANEL-B"}},
            {"camera": {"CmClValidationStatus": "Invalid", "FCClValidationStatus": "?"}},
            {"SIMTrayStatus": "kCTSIMSupportSIMTrayStatusUnknown", "SIMStatus": "kCTSIMSupportSIMStatusMemoryFailure"},
            {"touch": {"Sensor Rows": 0, "Sensor Columns": 0, "ScanRate": 0}},
            {"touch": {"Sensor Rows": 4000, "Sensor Columns": 1, "ScanRate": 99999}},
            {"files_speed": {"bytes": 8_388_608, "write_ms": 0, "read_ms": 1}},
            {"ExternalConnected": True, "battery_node": {"ExternalConnected": False}},
            {"battery_node": {"Voltage": 0, "InstantAmperage": 20_000}},
            {"battery_node": {"Voltage": 9_000}},
            {"SIMStatus": "kCTSIMSupportSIMStatusNotInserted"},
            {"SIMStatus": "kCTSIMSupportSIMStatusReady", "SIMTrayStatus": "kCTSIMSupportSIMTrayInsertedNoSIM"},
            {"battery_node": {"IsCharging": False, "InstantAmperage": -40}, "BatteryCurrentCapacity": 80},
        )
    ],
]
"""One answer for each sign and value."""


def shown() -> set[tuple[str, str]]:
    dumps = [SAMSUNG.replace(*change) for change in DUMPS]
    answers: list[Mapping[str, str]] = [*OTHERS, *map(battery_level, dumps), *(battery({"battery": e}) for e in dumps)]
    of_the_page = {
        (f"browser.{name}", sign) for each in PAGE_VALUES.values() for name, signs in each.items() for sign in signs
    }  # tests/grading/phone_checks lets the page say them
    return of_the_page | {
        (name.removeprefix(NOT_MEASURED), sign)
        for values in answers
        for name, sign in values.items()
        if name.startswith(NOT_MEASURED)
    }


def named_by_readers() -> Iterator[tuple[str, str]]:
    """Each allowed name that stands as a text in a module of the drivers: only those take values from a phone."""
    for package in (android, apple):
        for file in sorted(Path(str(package.__file__)).parent.glob("*.py")):
            for node in ast.walk(ast.parse(file.read_text("utf-8"))):
                if isinstance(node, ast.Constant) and node.value in ALLOWED:
                    yield node.value, file.name


def test_no_value_of_a_reader_is_without_a_row() -> None:
    rows = {name for row in MEASUREMENTS for name in row.values}
    assert sorted({found for found in named_by_readers() if found[0] not in rows}) == []
    assert rows <= set(ALLOWED)
    assert len(rows) == sum(len(row.values) for row in MEASUREMENTS)


def test_a_row_says_what_shows_that_nothing_was_measured_or_why_nothing_can() -> None:
    for row in MEASUREMENTS:
        assert row.signs or row.without, row.values
        assert list(row.signs) == sorted(set(row.signs)), row.values
        assert set(row.signs) <= set(SIGNS)


def test_each_sign_of_a_row_is_shown_by_an_answer_and_each_answers_sign_stands_in_its_row() -> None:
    found = shown()
    assert sorted((name, sign) for name, sign in found if sign not in row_of(name).signs) == []
    hollow = [
        (row.values, sign)
        for row in MEASUREMENTS
        for sign in row.signs
        if not found & {(name, sign) for name in row.values}
    ]
    assert hollow == []


def test_each_sign_is_used() -> None:
    assert {sign for row in MEASUREMENTS for sign in row.signs} == set(SIGNS)


def test_the_page_of_checks_is_what_its_tables_say() -> None:
    assert make_checks.TARGET.read_text("utf-8") == make_checks.document(), "run: python -m tools.make_checks"
