# SPDX-License-Identifier: GPL-3.0-or-later
"""Android's own tools on a virtual phone: shapes, permissions, authorisation, and the seller's data in them."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.virtual_phones.android.android_life import BENCH_KEY, IMEIS, PIXEL_6, Life
from virtual_phones.android.dumpsys import DUMPS
from virtual_phones.android.phone import ACTIONS, AndroidPhone


def test_getprop_lists_keys_in_brackets_and_values_may_span_lines() -> None:
    text = Life().sh("getprop")
    assert "[ro.serialno]: [1A2B3C4D5E6F70]\n" in text
    assert re.search(r"\[persist\.sys\.boot\.reason\.history\]: \[[^\]\n]+\n[^\]]+\]\n", text)
    assert Life().sh("getprop ro.nope; getprop ro.nope default") == "\ndefault\n"


def test_the_shell_may_set_debug_properties_and_no_others() -> None:
    life = Life()
    assert life.code("setprop debug.x 1") == 0
    for name in (
        "persist.sys.test_harness",
        "ro.serialno",
        "persist.adb.tradeinmode",
        "sys.boot.reason",
        "persist.sys.boot.reason.history",
    ):
        assert life.code(f"setprop {name} 1") == 1
    assert life.sh("getprop debug.x; getprop ro.serialno") == "1\n1A2B3C4D5E6F70\n"


def test_settings_are_put_read_listed_and_deleted() -> None:
    life = Life()
    assert (
        life.sh(
            "settings put global pw_a 'b c'; settings get global pw_a; settings delete global pw_a; "
            "settings get global pw_a; settings list secure | grep -c android_id"
        )
        == "b c\nDeleted 1 rows\nnull\n1\n"
    )
    assert life.code("settings get nowhere x") == 255


def test_a_broadcast_resets_nothing_on_a_user_build() -> None:
    life = Life()
    for action in ("android.intent.action.FACTORY_RESET", "android.intent.action.MASTER_CLEAR"):
        assert life.code(f"am broadcast -a {action} -p android") == 255
    life.code("echo boot-recovery > /cache/recovery/command; recovery --wipe_data; rm -rf /data /system 2>/dev/null")
    life.wait(300)
    assert "app_data" in life.left()
    assert life.phone.truth()["resets"] == 0


def test_the_imei_comes_as_a_parcel_of_utf_16() -> None:
    life = Life()
    for line, imei in (
        ("service call iphonesubinfo 1 s16 com.android.shell", IMEIS[0]),
        ("service call iphonesubinfo 4 i32 1 s16 com.android.shell", IMEIS[1]),
    ):
        text = life.sh(line)
        assert text.startswith("Result: Parcel(\n  0x00000000: 00000000 0000000f ")
        assert "".join(re.findall(r"[0-9]", "".join(re.findall(r"'(.*?)'", text)))) == imei


def test_a_missing_tool_and_a_missing_service_answer_like_android() -> None:
    life = Life()
    assert life.code("su -c id") == 127
    assert life.code("bootstat -p") == 126
    assert life.code("cmd nosuch") == 20
    assert life.code("tradeinmode getstatus") == 127


def test_the_seller_shows_in_the_answers_where_real_phones_show_him() -> None:
    life = Life(condition="signed_in")
    secrets = life.phone.secrets()
    answers = {
        "account": "dumpsys account",
        "device_name": "settings list global",
        "wifi": "cmd wifi status",
        "name": "dumpsys user",
        "phone_number": "content query --uri content://telephony/siminfo",
        "iccid": "dumpsys isub",
        "hostname": "dumpsys adb",
        "photo": "ls -R /sdcard/",
    }
    for name, line in answers.items():
        assert secrets[name] in life.sh(line), name
    assert secrets["device_name"] in life.sh("getprop")
    life.harness()
    for name, line in answers.items():
        if name != "hostname":  # the harness keeps adb keys by design
            assert secrets[name] not in life.sh(line), name


def test_counts_of_personal_records_vanish_with_the_erase() -> None:
    life = Life()
    assert life.sh("content query --uri content://sms | wc -l") == "412\n"
    life.harness()
    assert life.sh("content query --uri content://sms") == "No result found.\n"


@pytest.mark.parametrize("service", sorted(DUMPS.keys() - {"persistent_data_block"}))
def test_every_service_dumps_something_on_both_models(service: str) -> None:
    for life in (Life(), Life(trade_in=True, condition="debugging")):
        life.phone.accept_key(BENCH_KEY)
        assert life.sh(f"dumpsys {service}").strip()


def test_battery_dumps_differ_by_vendor() -> None:
    plain = Life().sh("dumpsys battery")
    assert re.search(r"^  level: 84$", plain, re.MULTILINE)
    assert "mSavedBatteryAsoc: [89]" in Life(variation=["samsung_battery"]).sh("dumpsys battery")
    vendor = Life(variation=["vendor_battery_keys"]).sh("dumpsys battery")
    assert "Charge counter:" in vendor
    assert "charge counter:" in vendor


def test_getprop_may_print_nothing_once_and_then_does() -> None:
    life = Life(variation=["getprop_empty_once"])
    answers = [life.sh("getprop ro.serialno") for _ in range(6)]
    assert sorted(answers)[0] == ""
    assert answers.count("") == 1
    never = Life(misbehaviour=["empty_getprop"])
    assert never.sh("getprop; getprop ro.serialno") == ""


def test_adb_asks_a_person_and_remembers_the_answer() -> None:
    life = Life()
    life.phone.keys.pop(BENCH_KEY)
    assert life.phone.adb_mode() == "unauthorized"
    assert life.closed("true")
    life.phone.offer_key("cd" * 16, life.now_s, "me@bench")
    life.press("deny_adb")
    life.press("accept_adb")
    assert not life.phone.knows_key("cd" * 16)
    life.phone.offer_key("cd" * 16, life.now_s, "me@bench")
    life.press("accept_adb")
    assert life.phone.knows_key("cd" * 16)
    assert life.sh("dumpsys adb | grep -c me@bench") != "0\n"


def test_debugging_off_means_no_adb_interface() -> None:
    life = Life(condition="used")
    assert life.phone.adb_mode() == "none"
    life.press("enable_adb")
    assert life.phone.adb_mode() == "device"
    life.press("disable_adb")
    usb = life.phone.usb()
    assert usb is not None
    assert (255, 66, 1) not in usb.interfaces


def test_every_way_to_reboot_goes_where_it_says() -> None:
    for target, mode in (
        ("recovery", "recovery"),
        ("bootloader", "fastboot"),
        ("sideload", "sideload"),
        ("", "system"),
    ):
        life = Life()
        life.phone.run(f"reboot:{target}", now_s=life.now_s)
        life.wait(60)
        assert life.phone.mode == mode
        life.press("reboot_system")
        life.wait(100)
        assert life.phone.adb_mode() == "device"
    recovery = Life()
    recovery.sh("reboot recovery")
    recovery.wait(60)
    recovery.press("wipe_in_recovery")
    recovery.wait(200)
    assert recovery.erased()


def test_half_late_and_hostile_answers() -> None:
    whole = Life().sh("dumpsys account")
    half = Life(misbehaviour=["half_answers"]).sh("dumpsys account")
    assert whole.startswith(half)
    assert len(half) < len(whole)
    late = Life(misbehaviour=["late_answers"])
    reply = late.phone.run("shell:true", now_s=late.now_s)
    assert reply is not None
    assert reply.delay_s >= 600
    kinds = {
        Life(misbehaviour=["hostile_strings"], seed=seed).sh("getprop ro.product.model")[:40] for seed in range(60)
    }
    assert len(kinds) >= 6


@pytest.mark.parametrize("action", sorted(ACTIONS))
def test_a_person_may_press_anything_at_any_time(action: str) -> None:
    for life in (Life(), Life(trade_in=True), Life(condition="used")):
        for _ in range(3):
            life.press(action)
            life.wait(60)
        assert life.phone.truth()["serial"] == "1A2B3C4D5E6F70"
    with pytest.raises(ValueError, match="nobody"):
        Life().press("juggle")


def test_the_same_seed_tells_the_same_story() -> None:
    def story(seed: int) -> list[str]:
        life = Life(seed=seed)
        life.harness()
        return [life.sh("getprop; settings list secure; settings list global; dumpsys user")]

    assert story(3) == story(3)
    assert story(3) != story(4)


TOOLS = [
    "getprop",
    "setprop",
    "settings",
    "pm",
    "cmd",
    "dumpsys",
    "am",
    "wm",
    "service",
    "dpm",
    "sm",
    "content",
    "svc",
    "getevent",
    "df",
    "uname",
    "locksettings",
    "bootstat",
    "input",
    "tradeinmode",
    "sh",
    "ls",
    "cat",
]


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(TOOLS),
    st.lists(
        st.sampled_from(
            [
                "get",
                "put",
                "list",
                "global",
                "secure",
                "packages",
                "-3",
                "-1",
                "call",
                "iphonesubinfo",
                "1",
                "99",
                "i32",
                "s16",
                "status",
                "wifi",
                "testharness",
                "x",
                "--uri",
                "query",
                "content://sms",
                "size",
                "-a",
                "''",
                "battery",
                "--user",
                "0",
                "getstatus",
                "evaluate",
                "--challenge",
                "density",
                "999x999",
                "\udcff",
                "-w",
                "-l",
                "-t",
                "enable ",
            ]
        ),
        max_size=6,
    ),
)
def test_no_words_make_a_tool_raise(tool: str, words: list[str]) -> None:
    phone = AndroidPhone(PIXEL_6, serial="S1", imeis=IMEIS)
    phone.accept_key(BENCH_KEY)
    reply = phone.run(f"shell,v2,raw:{tool} {' '.join(words)}", now_s=1.0)
    assert reply is not None
    assert 0 <= reply.exit_code <= 255
