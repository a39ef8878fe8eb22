# SPDX-License-Identifier: GPL-3.0-or-later
"""Every answer that changed between two Androids, held against the form its version is known to print.

The forms stand here a second time and as text, so that a row of `virtual_phones.android.versions` that is wrong and a
phone that follows it are not both right. Sources are named beside the rows there.
"""

import re
from collections.abc import Mapping
from typing import Any

import pytest

from tests.virtual_phones.android.android_life import BENCH_KEY, IMEIS, PIXEL_6, PIXEL_9
from virtual_phones.android.phone import AndroidPhone
from virtual_phones.android.versions import FORMS, form_of

MODELS = {"pixel-6-android-13": PIXEL_6, "pixel-9-android-16": PIXEL_9}
OLDEST, NEWEST = 28, 36
RELEASES = {28: "9", 29: "10", 30: "11", 31: "12", 32: "12", 33: "13", 34: "14", 35: "15", 36: "16"}

_FIELDS = (
    r"mDataBlockFile: /dev/block/by-name/frp\n{second}: false\n"
    r"mInitDoneSignal: java\.util\.concurrent\.CountDownLatch@[0-9a-f]+\[Count = 0\]\n"
    r"mAllowedUid: [0-9]+\nmBlockDeviceSize: [0-9]+\nmIsWritable: true\n"
)
_REFUSED = (
    r"\nException occurred while dumping:\njava\.lang\.SecurityException: uid 2000 is not allowed to access PDB\n.*"
)
_STATUS = (
    r"FRP state\n=========\nEnforcement enabled: true\nFRP state: false\n(?:FRP secret [^\n]*\n)*"
    r"Verified boot state: green\nHas FRP credential handle: false\nFRP challenge block size: 0\n"
)
_MANAGER = r"==== Primary ClientModeManager instance ====\n"
_WIFI = r"Wifi is enabled\nWifi scanning [^\n]*\n{manager}Wifi is connected to \"[^\n]*\"\nWifiInfo: .*"
_CONNECTED = r"  Dock powered: false\n"
_CHARGING = r"  Charging state: 1\n  Charging policy: 1\n"
_BATTERY = (
    r"Current Battery Service state:\n  AC powered: false\n  USB powered: true\n  Wireless powered: false\n{dock}"
    r"  Max charging current: .*  technology: Li-ion\n{last}"
)
_USERS = r"Users:\n\tUserInfo\{{0:[^\n]*:{flags}\}} running\n"
_THERE = r"(?!.*find service).*"
_MISSING = r".*Can't find service.*"

KNOWN: tuple[tuple[str, str, int, int, str], ...] = (
    # row of FORMS, shell line, first and last API level, the whole of what is printed (stdout, then stderr)
    ("dumpsys persistent_data_block", "dumpsys persistent_data_block", 28, 33, ""),
    ("dumpsys persistent_data_block", "dumpsys persistent_data_block", 34, 34, _FIELDS.format(second="mIsRunningDSU")),
    (
        "dumpsys persistent_data_block",
        "dumpsys persistent_data_block",
        35,
        35,
        _FIELDS.format(second="mIsFileBacked") + _REFUSED,
    ),
    (
        "dumpsys persistent_data_block",
        "dumpsys persistent_data_block",
        36,
        36,
        _FIELDS.format(second="mIsFileBacked") + _STATUS,
    ),
    (
        "cmd persistent_data_block status",
        "cmd persistent_data_block status",
        28,
        34,
        r"No shell command implementation\.\n",
    ),
    (
        "cmd persistent_data_block status",
        "cmd persistent_data_block status",
        35,
        36,
        r"\nException occurred while executing 'status':\njava\.lang\.SecurityException: uid 2000 .*",
    ),
    ("secure_frp_mode", "settings get global secure_frp_mode", 28, 34, r"null\n"),
    ("secure_frp_mode", "settings get global secure_frp_mode", 35, 36, r"0\n"),
    ("getprop ro.gsid.image_running", "getprop ro.gsid.image_running; getprop gsid.image_installed", 28, 36, r"\n\n"),
    ("getprop persist.adb.tradeinmode", "getprop persist.adb.tradeinmode", 28, 36, r"\n"),
    ("getprop ro.oem_unlock_supported", "getprop ro.oem_unlock_supported; getprop | grep -c gsid", 28, 36, r"\n0\n"),
    ("cat /proc/partitions", "cat /proc/partitions", 28, 36, r"cat: /proc/partitions: Permission denied\n"),
    ("gsi_tool", "gsi_tool status", 28, 28, r".*not found.*"),
    ("gsi_tool", "gsi_tool status", 29, 36, r"normal\n"),
    ("UserInfo", "pm list users", 28, 29, _USERS.format(flags="13")),
    ("UserInfo", "pm list users", 30, 33, _USERS.format(flags="c13")),
    ("UserInfo", "pm list users", 34, 36, _USERS.format(flags="4c13")),
    (
        "UserInfo",
        "dumpsys user | grep -E 'UserInfo|Flags|Type'",
        28,
        29,
        r"  UserInfo\{0:[^\n]*:13\} serialNo=0 [^\n]*\n",
    ),
    (
        "UserInfo",
        "dumpsys user | grep -E 'UserInfo|Flags|Type'",
        30,
        33,
        r"  UserInfo\{0:[^\n]*:c13\} serialNo=0 [^\n]*\n    Type: android\.os\.usertype\.full\.SYSTEM\n"
        r"    Flags: 3091 \(ADMIN\|FULL\|INITIALIZED\|PRIMARY\|SYSTEM\)\n",
    ),
    (
        "UserInfo",
        "dumpsys user | grep -E 'UserInfo|Flags|Type'",
        34,
        36,
        r"  UserInfo\{0:[^\n]*:4c13\} serialNo=0 [^\n]*\n    Type: android\.os\.usertype\.full\.SYSTEM\n"
        r"    Flags: 19475 \(ADMIN\|FULL\|INITIALIZED\|MAIN\|PRIMARY\|SYSTEM\)\n",
    ),
    (
        "dumpsys lock_settings",
        "dumpsys lock_settings",
        28,
        33,
        r"Current lock settings service state:\n.*SP Handle: [0-9a-f]+\n.*CredentialType: None\n.*",
    ),
    (
        "dumpsys lock_settings",
        "dumpsys lock_settings",
        34,
        36,
        r"Current lock settings service state:\n.*LSKF-based SP protector ID: [0-9a-f]{16}\n.*CredentialType: NONE\n.*",
    ),
    ("dpm list-owners", "dpm list-owners", 28, 30, r".*unknown command 'list-owners'.*"),
    ("dpm list-owners", "dpm list-owners", 31, 36, r"no owners\n"),
    ("dumpsys battery", "dumpsys battery", 28, 32, _BATTERY.format(dock="", last="")),
    ("dumpsys battery", "dumpsys battery", 33, 33, _BATTERY.format(dock=_CONNECTED, last="")),
    ("dumpsys battery", "dumpsys battery", 34, 35, _BATTERY.format(dock=_CONNECTED, last=_CHARGING)),
    (
        "dumpsys battery",
        "dumpsys battery",
        36,
        36,
        _BATTERY.format(dock=_CONNECTED, last=_CHARGING + r"  Capacity level: -1\n"),
    ),
    ("CYCLE_COUNT", "dumpsys activity broadcasts | grep -c CYCLE_COUNT", 28, 33, r"0\n"),
    ("CYCLE_COUNT", "dumpsys activity broadcasts | grep -c CYCLE_COUNT", 34, 36, r"1\n"),
    ("dumpsys thermalservice", "dumpsys thermalservice", 28, 28, ""),
    ("dumpsys thermalservice", "dumpsys thermalservice", 29, 36, r"IsStatusOverride: false\n.*HAL Ready: true\n.*"),
    ("dumpsys display", "dumpsys display | grep -c mActiveSfDisplayMode", 28, 30, r"0\n"),
    ("dumpsys display", "dumpsys display | grep -c mActiveSfDisplayMode", 31, 36, r"1\n"),
    (
        "camera HAL",
        "dumpsys media.camera | grep -m1 HAL",
        28,
        32,
        r"== Camera HAL device device@3\.5/internal/0 [^\n]*\n",
    ),
    (
        "camera HAL",
        "dumpsys media.camera | grep -m1 HAL",
        33,
        36,
        r"== Camera HAL device device@1\.1/internal/0 [^\n]*\n",
    ),
    ("cmd vibrator_manager", "cmd vibrator_manager synced oneshot 500", 28, 30, _MISSING),
    ("cmd vibrator_manager", "cmd vibrator_manager synced oneshot 500", 31, 36, _THERE),
    ("cmd wifi status", "cmd wifi status", 28, 29, r"Unknown command: status\n"),
    ("cmd wifi status", "cmd wifi status", 30, 30, _WIFI.format(manager="")),
    ("cmd wifi status", "cmd wifi status", 31, 36, _WIFI.format(manager=_MANAGER)),
    ("dumpsys wifi", "dumpsys wifi", 28, 29, r"Wi-Fi is enabled\n.*Latest scan results:\n    BSSID .*"),
    ("dumpsys wifi", "dumpsys wifi", 30, 36, r"Wi-Fi is enabled\n(?!.*Latest scan results).*"),
    ("dumpsys isub", "dumpsys isub", 28, 33, r"SubscriptionController:\n.* AllSubInfoList:\n.*"),
    ("dumpsys isub", "dumpsys isub", 34, 36, r"SubscriptionManagerService:\n.*  All subscriptions:\n.*"),
    (
        "service call iphonesubinfo",
        "service call iphonesubinfo 1 s16 com.android.shell",
        28,
        30,
        r"Result: Parcel\(ffffffff [^\n]*\n",
    ),
    (
        "service call iphonesubinfo",
        "service call iphonesubinfo 1 s16 com.android.shell",
        31,
        36,
        r"Result: Parcel\(\n  0x00000000: 00000000 0000000f .*",
    ),
    ("cmd testharness", "cmd testharness", 28, 28, _MISSING),
    ("cmd testharness", "cmd testharness", 29, 36, r"About:\n  Test Harness Mode .*"),
    ("tradeinmode", "tradeinmode", 28, 35, r".*not found.*"),
    ("boot.reason.history", "getprop persist.sys.boot.reason.history", 28, 29, r"\n"),
    ("boot.reason.history", "getprop persist.sys.boot.reason.history", 30, 36, r"reboot,.*\n"),
)


def phone_of(name: str, sdk: int) -> AndroidPhone:
    """The model with another Android on it; both models stand for phones of any."""
    phone = AndroidPhone(
        {**MODELS[name], "sdk": sdk}, serial="1A2B3C4D5E6F70", imeis=IMEIS, seed=1, condition="debugging"
    )
    phone.accept_key(BENCH_KEY)
    return phone


def said(phone: AndroidPhone, line: str) -> str:
    reply = phone.run(f"shell,v2,raw:{line}", now_s=10.0)
    assert reply is not None
    return (reply.stdout + reply.stderr).decode()


@pytest.mark.parametrize("sdk", range(OLDEST, NEWEST + 1))
@pytest.mark.parametrize("name", sorted(MODELS))
def test_each_answer_has_the_form_of_its_version(name: str, sdk: int) -> None:
    phone = phone_of(name, sdk)
    for _, line, first, last, form in KNOWN:
        if first <= sdk <= last:
            text = said(phone, line)
            assert re.fullmatch(form, text, re.DOTALL), f"{line} on Android {RELEASES[sdk]}:\n{text}"


def test_trade_in_mode_is_a_word_of_the_newest_android_where_the_maker_ships_it() -> None:
    for sdk in range(OLDEST, NEWEST + 1):
        found = said(phone_of("pixel-9-android-16", sdk), "tradeinmode getstatus")
        assert found.startswith("{") is (sdk >= 36), RELEASES[sdk]
        assert "not found" in said(phone_of("pixel-6-android-13", sdk), "tradeinmode getstatus")


def test_every_row_has_a_source_and_its_answer_is_tried_in_every_version() -> None:
    assert all(row.source and row.form for row in FORMS)
    for command in {row.command for row in FORMS}:
        since = [row.since for row in FORMS if row.command == command]
        assert since == sorted(set(since))
        assert since[0] == OLDEST
        if command == "tradeinmode":
            continue  # a test of its own, above
        tried = {sdk for name, _, first, last, _ in KNOWN if name == command for sdk in range(first, last + 1)}
        assert tried == set(range(OLDEST, NEWEST + 1)), command
    assert {name for name, *_ in KNOWN} <= {row.command for row in FORMS}


def test_the_table_goes_back_to_the_oldest_android_and_no_further() -> None:
    assert form_of("UserInfo", 21) == form_of("UserInfo", OLDEST)
    with pytest.raises(KeyError):
        form_of("dumpsys nosuch", 33)


@pytest.mark.parametrize("name", sorted(MODELS))
def test_what_a_model_says_of_itself_is_of_one_version(name: str) -> None:
    """Name, API level, build and kernel: no kernel branch is newer than the Android it runs."""
    model: Mapping[str, Any] = MODELS[name]
    properties, sdk = model["properties"], model["sdk"]
    release = RELEASES[sdk]
    assert properties["ro.build.version.sdk"] == str(sdk)
    assert properties["ro.build.version.release"] == release
    assert f":{release}/{properties['ro.build.id']}/" in properties["ro.build.fingerprint"]
    assert int(properties["ro.product.first_api_level"]) <= sdk
    branch = re.search(r"-android([0-9]{2})-", model["kernel"]["release"])
    assert branch is not None
    assert int(branch[1]) <= int(release)
    phone = phone_of(name, sdk)
    assert said(phone, "uname -r") == model["kernel"]["release"] + "\n"
    assert model["kernel"]["release"] in said(phone, "cat /proc/version")
    assert model["trade_in"] is False or sdk >= 36
