# SPDX-License-Identifier: GPL-3.0-or-later
"""Tables of what phones print and what may be taken from it."""

# ruff: noqa: E501 - a line of a table is a line

import struct
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phones.allowed import MALFORMED, allowed
from phones.android import readers as state
from phones.android import readers_checks as checks
from tests.phones.toolbox import THERMAL

IMEI = "353918057901125"


def parcel(text: str, *, status: int = 0) -> str:
    data = struct.pack("<II", status, len(text)) + text.encode("utf-16-le") + b"\0\0"
    data += bytes(-len(data) % 4)
    words = [f"{word:08x}" for (word,) in struct.iter_unpack("<I", data)]
    lines = [
        f"  0x{place * 4:08x}: {' '.join(words[place : place + 4])} '................'"
        for place in range(0, len(words), 4)
    ]
    return "Result: Parcel(\n" + "\n".join(lines) + ")"


DF = "Filesystem 1K-blocks Used Available Use% Mounted on\n"
_NO_HANDLE = "Has FRP credential handle: false\nFRP challenge block size: 0"
STORAGE = ("storage.total_bytes", "storage.free_bytes")


def signs(sign: str, *names: str) -> dict[str, str]:
    return {f"not_measured.{name}": sign for name in names}


TABLE: list[tuple[Callable[[str], dict[str, str]], str, dict[str, str]]] = [
    (state.serial, "R58N12ABCDE", {"identity.serial": "R58N12ABCDE"}),
    (state.serial, "25416/B2QYFAKE6", {"identity.serial": "25416/B2QYFAKE6"}),
    (state.serial, " GS101 FAKE 00611", {"identity.serial": "GS101 FAKE 00611"}),
    (state.serial, "серия-5", {"identity.serial": r"\u0441\u0435\u0440\u0438\u044f-5"}),
    (state.serial, "a@b\\c", {"identity.serial": r"a\u0040b\u005cc"}),
    (state.serial, " ", {}),
    (state.kept_property("ro.boot.verifiedbootstate"), "GREEN", {"boot.verified_state": "green"}),
    (state.kept_property("ro.boot.verifiedbootstate"), "Orange", {"boot.verified_state": "orange"}),
    (state.kept_property("ro.boot.vbmeta.device_state"), "LOCKED", {"boot.device_state": "locked"}),
    (state.kept_property("ro.boot.flash.locked"), "true", {"boot.flash_locked": "1"}),
    (state.kept_property("ro.boot.warranty_bit"), "0x1", {"boot.warranty_bit": "1"}),
    (state.kept_property("ro.crypto.state"), "Encrypted", {"crypto.state": "encrypted"}),
    (state.kept_property("ro.crypto.metadata.enabled"), "TRUE", {"crypto.metadata": "true"}),
    (state.kept_property("ro.product.model"), "GREEN", {"product.model": "GREEN"}),
    (state.sim_state, "Absent,not_ready", {"media.sim": "absent"}),
    (state.imei_parcel("identity.imei1"), parcel(IMEI), {"identity.imei1": IMEI}),
    (state.imei_parcel("identity.imei1"), parcel("310260123456789"), {}),
    (state.imei_parcel("identity.imei1"), parcel("460001234567890"), {}),
    (state.imei_parcel("identity.imei1"), parcel("89860012345678901234"), {}),
    (state.imei_parcel("identity.imei1"), parcel(IMEI, status=0xFFFFFFFF), {}),
    (state.imei_parcel("identity.imei1"), "Result: Parcel(00000000 ffffffff '........')", {}),
    (state.imei_parcel("identity.imei1"), "Result: Parcel(Error: 0xffffffffffffffb6)", {}),
    (
        state.reset_history,
        "reboot,factory_reset,1700000000\nreboot,1699990000\nreboot,factory_reset,12",
        {"boot.reset_entries": "1700000000,12"},
    ),
    (state.reset_history, "reboot,1699990000\nshutdown,battery,1600000000", {"boot.reset_entries": "none"}),
    (state.reset_history, "xreboot,factory_reset,1700000000", {"boot.reset_entries": "none"}),
    (state.reset_history, "", {}),
    (state.system_image, "0", {"boot.system_image_running": "no"}),
    (state.system_image, "1", {"boot.system_image_running": "yes"}),
    (state.system_image, "", {}),
    (state.booted_image, "normal\n", {"boot.system_image_running": "no"}),
    (state.booted_image, "installed", {"boot.system_image_running": "no"}),
    (state.booted_image, "running\r\n[dsu]", {"boot.system_image_running": "yes"}),
    (state.booted_image, "error: Permission denied", {}),
    (state.booted_image, "", {}),
    (state.sim_state, "ABSENT,NOT_READY", {"media.sim": "absent"}),
    (state.sim_state, "ABSENT", {"media.sim": "absent"}),
    (state.sim_state, "LOADED,ABSENT", {"media.sim": "present"}),
    (state.sim_state, "NOT_READY,NOT_READY", {"media.sim": "unknown"}),
    (state.sim_state, "ABSENT,SOMETHING", {"media.sim": "unknown"}),
    (state.sim_state, "", {"media.sim": "unknown"}),
    (state.setting("setup.provisioned", "[01]"), "1", {"setup.provisioned": "1"}),
    (state.setting("setup.provisioned", "[01]"), "null", {}),
    (state.secure_frp_mode, "1", {"locks.frp": "armed"}),
    (state.secure_frp_mode, "0", {}),
    (
        state.users,
        "  UserInfo{0\n    State: RUNNING_UNLOCKED\n  UserInfo{10\n    State: RUNNING_LOCKED",
        {"data.users": "2", "data.user0": "unlocked", "locks.reset_forbidden": "no"},
    ),
    (
        state.users,
        "  UserInfo{0:Owner:c13} serialNo=0\n    State: RUNNING_LOCKED\n    Effective restrictions:\n      no_factory_reset",
        {"data.users": "1", "data.user0": "locked", "locks.reset_forbidden": "yes"},
    ),
    (
        state.users,
        "  UserInfo{0\n    State: RUNNING_UNLOCKED\n    State: RUNNING_LOCKED",
        {"data.users": "1", "data.user0": "unknown", "locks.reset_forbidden": "no"},
    ),
    (state.users, "Can't find service: user", {}),
    (state.accounts, "  Accounts: 0", {"locks.accounts": "0", "locks.system_accounts": "0", "locks.account_types": ""}),
    (
        state.accounts,
        "  Accounts: 2\n    Account {name=a@b, type=com.google}\n    Account {name=x, type=org.secret.sect}",
        {"locks.accounts": "2", "locks.system_accounts": "0", "locks.account_types": "com.google,other"},
    ),
    (
        state.accounts,
        "  Accounts: 1\n  Accounts: 2",
        {"locks.accounts": "3", "locks.system_accounts": "0", "locks.account_types": "unlisted"},
    ),
    (
        state.accounts,
        ", type=com.google}\n  Accounts: 0",
        {"locks.accounts": "1", "locks.system_accounts": "0", "locks.account_types": "com.google"},
    ),
    (
        state.accounts,  # a Quectel SC60, through the filter on the phone
        "  Accounts: 1\n, type=com.android.localphone}",
        {"locks.accounts": "0", "locks.system_accounts": "1", "locks.account_types": "com.android.localphone"},
    ),
    (
        state.accounts,  # a MediaTek phone with its owner still on it
        "  Accounts: 3\n, type=Local Phone Account}\n, type=USIM Account}\n, type=com.google}",
        {
            "locks.accounts": "1",
            "locks.system_accounts": "2",
            "locks.account_types": "Local Phone Account,USIM Account,com.google",
        },
    ),
    (
        state.accounts,  # one that was not listed, and one whose name forges a line
        "  Accounts: 2\n, type=com.android.localphone}",
        {"locks.accounts": "1", "locks.system_accounts": "1", "locks.account_types": "com.android.localphone,unlisted"},
    ),
    (
        state.accounts,
        "  Accounts: 1\n, type=com.android.localphone}\n, type=com.google}",
        {
            "locks.accounts": "1",
            "locks.system_accounts": "1",
            "locks.account_types": "com.android.localphone,com.google",
        },
    ),
    (
        state.accounts,
        "  Accounts: 1\n, type=x.com.android.localphone}",
        {"locks.accounts": "1", "locks.system_accounts": "0", "locks.account_types": "other"},
    ),
    (state.accounts, "Permission Denial: can't dump", {}),
    (state.owners, "no owners", {"locks.device_owner": "no", "locks.profile_owner": "no"}),
    (
        state.owners,
        "1 owner:\nUser  0: admin=com.a/.B,DeviceOwner,Affiliated",
        {"locks.device_owner": "yes", "locks.profile_owner": "no"},
    ),
    (
        state.owners,
        "1 owner:\nUser 10: admin=com.a/.B,ManagedProfileOwner(User 10)",
        {"locks.device_owner": "no", "locks.profile_owner": "yes"},
    ),
    (state.owners, "Unknown command: list-owners", {}),
    (
        state.device_policy,
        "Current Device Policy Manager state:\n  Device Owner:\n",
        {"locks.device_owner": "yes", "locks.profile_owner": "no"},
    ),
    (
        state.device_policy,
        "Current Device Policy Manager state:\n  Device Owner Type: -1",
        {"locks.device_owner": "no", "locks.profile_owner": "no"},
    ),
    (
        state.device_policy,
        "Current Device Policy Manager state:\n  Profile Owner (User 10):",
        {"locks.device_owner": "no", "locks.profile_owner": "yes"},
    ),
    (state.device_policy, "Device Owner:", {}),
    (state.frp_block, "Has FRP credential handle: true\nFRP challenge block size: 0", {"locks.frp": "armed"}),
    (state.frp_block, "Has FRP credential handle: false\nFRP challenge block size: 12", {"locks.frp": "armed"}),
    (
        state.frp_block,
        "FRP state: true\nHas FRP credential handle: false\nFRP challenge block size: 0",
        {"locks.frp": "armed"},
    ),
    (
        state.frp_block,
        "FRP state: false\nHas FRP credential handle: false\nFRP challenge block size: 0",
        {"locks.frp": "clear"},
    ),
    (state.frp_block, "", {"locks.frp": "unknown"}),
    (state.frp_block, "FRP state: false", {"locks.frp": "unknown"}),
    (state.frp_block, f"FRP state: false\n{_NO_HANDLE}\nFRP state: false", {"locks.frp": "clear"}),
    (state.frp_block, f"FRP state: active\n{_NO_HANDLE}", {"locks.frp": "armed"}),
    (state.frp_block, f"FRP state: ACTIVE\n{_NO_HANDLE}", {"locks.frp": "armed"}),
    (state.frp_block, f"FRP state: True\n{_NO_HANDLE}", {"locks.frp": "armed"}),
    (state.frp_block, f"FRP state: 1\n{_NO_HANDLE}", {"locks.frp": "armed"}),
    (state.frp_block, f"FRP state: enforced\n{_NO_HANDLE}", {"locks.frp": "unknown"}),
    (state.frp_block, f"FRP state: unknown\n{_NO_HANDLE}", {"locks.frp": "unknown"}),
    (state.frp_block, f"FRP state:\n{_NO_HANDLE}", {"locks.frp": "unknown"}),
    (state.frp_block, f"FRP state: false\n{_NO_HANDLE}\nHas FRP credential handle: true", {"locks.frp": "armed"}),
    (state.frp_block, f"FRP state: false\n{_NO_HANDLE}\nFRP challenge block size: 259", {"locks.frp": "armed"}),
    (state.frp_block, f"FRP state: false\n{_NO_HANDLE}\nFRP state: inactive", {"locks.frp": "unknown"}),
    (state.frp_block, f"FRP state: false\n{_NO_HANDLE}\nFRP state: true", {"locks.frp": "armed"}),
    (state.frp_block, f"FRP state: false\n{_NO_HANDLE}\nFRP challenge block size: 0x1", {"locks.frp": "unknown"}),
    (
        state.frp_block,  # a public dump of Android 15 by a phone that is protected, and says so only below
        "mIsWritable: true\nFRP state: false\nHas FRP credential handle: true\nFRP challenge block size: 259",
        {"locks.frp": "armed"},
    ),
    (checks.wifi, "Wi-Fi is disabled", {"radio.wifi": "off"}),
    (checks.wifi, "Wi-Fi is enabling", {}),
    (checks.wifi, "Wi-Fi is enabled by nobody", {}),
    (
        state.built_without_modem,
        "feature:android.hardware.touchscreen\nfeature:android.hardware.wifi",
        {"radio.baseband": "no_modem", "media.sim": "absent"},
    ),
    (state.built_without_modem, "feature:android.hardware.touchscreen\nfeature:android.hardware.telephony", {}),
    (state.built_without_modem, "feature:android.hardware.wifi", {}),
    (state.built_without_modem, "", {}),
    (state.credential_type, "CredentialType: NONE", {"locks.lock_screen": "no"}),
    (state.credential_type, "CredentialType: NONE\nCredentialType: PIN", {"locks.lock_screen": "yes"}),
    (state.credential_type, "", {}),
    (state.keyguard, "      secure=false", {"locks.lock_screen": "no"}),
    (state.keyguard, "      secure=true", {"locks.lock_screen": "yes"}),
    (state.volumes, "private mounted null\nemulated;0 mounted null", {"media.sd": "absent"}),
    (state.volumes, "private mounted null\npublic:179,1 mounted 1234-5678", {"media.sd": "present"}),
    (state.volumes, "private mounted null\nprivate:179,2 mounted aa-bb", {"media.sd": "adopted"}),
    (state.volumes, "Error: java.lang.SecurityException", {"media.sd": "unknown"}),
    (state.package_count, "12", {"data.packages": "12"}),
    (state.package_count, "Error", {}),
    (state.clock, "1700000000", {"system.clock_epoch": "1700000000"}),
    (state.clock, "%s", {}),
    (
        checks.data_partition,
        "Filesystem 1K-blocks Used Available Use% Mounted on\n/dev/block/dm-5 112000000 2000000 110000000 2% /data",
        {"storage.total_bytes": "114688000000", "storage.free_bytes": "112640000000"},
    ),
    (checks.data_partition, "df: /data: Permission denied", {}),
    (checks.memory, "MemTotal:        7654321 kB\nMemFree: 1 kB", {"memory.total_kib": "7654321"}),
    (
        checks.display_size,
        "Physical size: 1080x2400",
        {"display.width_px": "1080", "display.height_px": "2400", "display.override": "no"},
    ),
    (
        checks.display_size,
        "Physical size: 1080x2400\nOverride size: 720x1600",
        {"display.width_px": "1080", "display.height_px": "2400", "display.override": "yes"}
        | signs("overridden", "display.width_px", "display.height_px"),
    ),
    (
        checks.display_size,
        "Physical size: 1080x2400\nPhysical size: 720x1600",
        signs("said_twice", "display.width_px", "display.height_px"),
    ),
    (checks.data_partition, DF + "tmpfs 3910000 0 3910000 0% /data", signs("not_the_partition", *STORAGE)),
    (checks.data_partition, DF + "overlay 112000000 2000000 110000000 2% /", signs("not_the_partition", *STORAGE)),
    (checks.data_partition, DF + "/dev/root 4120000 4000000 120000 98% /", signs("not_the_partition", *STORAGE)),
    (checks.data_partition, DF + "/dev/block/dm-5 0 0 0 0% /data", signs("out_of_range", *STORAGE)),
    (checks.data_partition, DF + "/dev/block/dm-5 100 0 200 0% /data", signs("out_of_range", *STORAGE)),
    (
        checks.data_partition,
        DF + "/dev/block/dm-5 112000000 2000000 110000000 2% /data\n/dev/block/dm-5 55000000 2000000 110000 2% /data",
        signs("said_twice", *STORAGE),
    ),
    (checks.memory, "MemTotal:              0 kB", signs("left_at_zero", "memory.total_kib")),
    (checks.memory, "MemTotal: 1 kB\nMemTotal: 2 kB", signs("said_twice", "memory.total_kib")),
    (checks.memory, "MemTotal: 7654321", {}),
    (checks.sensors, "No Sensors on the device\ndevInitCheck : -19", signs("hal_not_ready", "sensors.types")),
    *[
        (
            checks.sensors,
            f"0x1) Accel | STMicro | ver: 1 | type: android.sensor.accelerometer(1)\n"
            f"0x2) {name} | {vendor} | ver: 1 | type: android.sensor.{kind}({number})",
            {"sensors.types": "accelerometer"} | signs("virtual", "sensors.types"),
        )
        for name, vendor, kind, number in (
            ("Virtual Gyroscope", "MTK", "gyroscope", 4),
            ("pseudo-gyro", "xiaomi", "gyroscope", 4),
            ("Software Gyroscope", "ROHM", "gyroscope", 4),
            ("Corrected Gyroscope Sensor", "AOSP", "gyroscope", 4),
            ("Goldfish 3-axis Gyroscope", "The Android Open Source Project", "gyroscope", 4),
            ("Elliptic Proximity", "Elliptic Labs", "proximity", 8),
            ("Ear Hover Proximity Sensor (ProToS)", "Samsung", "proximity", 8),
            ("NULL Light", "null", "light", 5),
        )
    ],
    (
        checks.sensors,
        "0x1) BMI160 Gyroscope | Bosch | ver: 1 | type: android.sensor.gyroscope(4)\n"
        "0x2) Virtual Gyroscope | MTK | ver: 1 | type: android.sensor.gyroscope(4)\n"
        "0x3) Gravity Sensor | AOSP | ver: 3 | type: android.sensor.gravity(9)",
        {"sensors.types": "gravity,gyroscope"},
    ),
    (
        checks.sensors,
        "0x1) Light | ams | ver: 1 | type: android.sensor.light(5)\nMode : DATA_INJECTION : com.example",
        {"sensors.types": "light"} | signs("simulated", "sensors.types"),
    ),
    (
        checks.sensors,
        "0x1) Light | ams | ver: 1 | type: android.sensor.light(5)\nMode : NORMAL",
        {"sensors.types": "light"},
    ),
    (checks.cameras, "Number of camera devices: 0", signs("hal_not_ready", "cameras.count")),
    (checks.cameras, "Number of camera devices: 1\n Facing: EXTERNAL", signs("hal_not_ready", "cameras.count")),
    (checks.cameras, "Number of camera devices: 1\nNumber of camera devices: 4", signs("said_twice", "cameras.count")),
    (
        checks.cameras,
        "Number of camera devices: 3\n Facing: Back\n Facing: Front\n Facing: External",
        {"cameras.count": "2", "cameras.facing": "back,external,front"},
    ),
    (checks.wifi, "Wifi is enabled\nWifi is disabled", signs("said_twice", "radio.wifi")),
    (checks.bluetooth, "  enabled: true\n  state: ON\nBluetooth crashed 2 times", {"radio.bluetooth": "on"}),
    (
        checks.bluetooth,
        "  enabled: false\n  state: OFF\nBluetooth crashed 2 times",
        signs("crashed", "radio.bluetooth"),
    ),
    (checks.bluetooth, "  enabled: false\n  state: OFF\nBluetooth crashed 0 times", {"radio.bluetooth": "off"}),
    (checks.bluetooth, "  enabled: true\n  state: OFF", signs("said_twice", "radio.bluetooth")),
    (checks.bluetooth, "  enabled: false\n  state: BLE_TURNING_ON", signs("changing", "radio.bluetooth")),
    (checks.nfc, "mState=turning on", signs("changing", "radio.nfc")),
    (checks.nfc, "mState=unknown", signs("unknown_word", "radio.nfc")),
    (checks.nfc, "mState=on\nmState=off", signs("said_twice", "radio.nfc")),
    (checks.baseband, "unknown,unknown", signs("unknown_word", "radio.baseband")),
    (checks.baseband, "N/A", signs("unknown_word", "radio.baseband")),
    (checks.baseband, "unknown,g5123b-1", {"radio.baseband": "present"}),
    (
        checks.sensors,
        "0x1) LSM6DSO Accelerometer | STMicro | ver: 1 | type: android.sensor.accelerometer(1)\n0x5) L | x | ver: 1 | type: android.sensor.light(5)",
        {"sensors.types": "accelerometer,light"},
    ),
    (
        checks.cameras,
        "Number of camera devices: 2\n Facing: BACK\n Facing: FRONT",
        {"cameras.count": "2", "cameras.facing": "back,front"},
    ),
    (checks.wifi, 'Wifi is enabled\nWifi is connected to "HomeNet"', {"radio.wifi": "on"}),
    (checks.bluetooth, "  enabled: false", {"radio.bluetooth": "off"}),
    (checks.nfc, "mState=on", {"radio.nfc": "on"}),
    (
        checks.features,
        "feature:android.hardware.touchscreen\nfeature:android.hardware.wifi\nfeature:android.hardware.bluetooth",
        {"radio.nfc": "absent"},
    ),
    (checks.features, "feature:android.hardware.wifi", {}),
    (checks.baseband, "g5123b-1234,g5123b-1234", {"radio.baseband": "present"}),
    (checks.baseband, ",", {"radio.baseband": "absent"}),
    (checks.thermal, THERMAL, {"thermal.status": "0"}),
    (checks.thermal, THERMAL.replace("Status: 0", "Status: 3"), {"thermal.status": "3"}),
    (checks.thermal, "mStatus=0\nmStatus=3", {}),
    (checks.thermal, THERMAL.replace("31.0", "0.0"), signs("hal_not_ready", "thermal.status")),
    (checks.thermal, THERMAL + "\nThermal Status: 4", signs("said_twice", "thermal.status")),
]


@pytest.mark.parametrize(("read", "text", "values"), TABLE)
def test_each_text_is_read_as_the_table_says(
    read: Callable[[str], dict[str, str]], text: str, values: dict[str, str]
) -> None:
    assert read(text) == values


@pytest.mark.parametrize(("read", "text", "values"), TABLE)
def test_what_a_reader_says_is_on_the_allow_list(
    read: Callable[[str], dict[str, str]], text: str, values: dict[str, str]
) -> None:
    for name, found in read(text).items():
        assert allowed(name).admit(found) != MALFORMED


READERS = sorted({read for read, _, _ in TABLE}, key=repr)
SNIPPETS = st.sampled_from([text for _, text, _ in TABLE])


@given(st.sampled_from(READERS), st.lists(st.one_of(st.text(max_size=60), SNIPPETS), max_size=4))
def test_no_text_makes_a_reader_raise(read: Callable[[str], dict[str, str]], pieces: list[str]) -> None:
    for name in read("\n".join(pieces)):
        assert allowed(name).name == name


def test_the_answer_that_speaks_against_the_phone_wins() -> None:
    values = {"locks.lock_screen": "no", "locks.frp": "unknown", "media.sd": "absent"}
    state.merge(values, {"locks.lock_screen": "yes", "locks.frp": "clear", "media.sd": "absent"})
    state.merge(values, {"locks.lock_screen": "no", "locks.frp": "armed"})
    assert values == {"locks.lock_screen": "yes", "locks.frp": "armed", "media.sd": "absent"}


HONEST = {
    "system.build_tags": "release-keys",
    "system.debuggable": "0",
    "boot.verified_state": "green",
    "boot.flash_locked": "1",
}


@pytest.mark.parametrize(
    ("change", "root", "signs"),
    [
        ({}, "", ""),
        ({"boot.verified_state": "orange", "boot.flash_locked": "0"}, "", "not_green,unlocked"),
        ({"system.build_tags": "test-keys", "system.debuggable": "1"}, "", "debuggable,test_keys"),
        ({"boot.warranty_bit": "1", "boot.system_image_running": "yes"}, "", "system_image,warranty_bit"),
        ({}, "/system/xbin/su\nsearched", "su"),
        ({}, "package:/data/app/com.topjohnwu.magisk/base.apk", "magisk"),
        ({}, "/data/adb/ksu", "kernelsu"),
    ],
)
def test_each_sign_of_tampering_is_named(change: dict[str, str], root: str, signs: str) -> None:
    assert checks.tamper({**HONEST, **change}, root) == {"tamper.signs": signs}


def test_nothing_is_said_of_tampering_when_nobody_could_look() -> None:
    assert checks.tamper(HONEST, None) == {}
    assert checks.tamper({}, "") == {}
