# SPDX-License-Identifier: GPL-3.0-or-later
"""An erase of a virtual Android clears what a real one clears; `truth()` is read from the data itself."""

import pytest

from tests.virtual_phones.android.android_life import BENCH_KEY, IMEIS, PIXEL_6, Life
from virtual_phones.android.behaviour import (
    KEEPS,
    LIMITS,
    MISBEHAVIOURS,
    MISBEHAVIOURS_IN_FOYER,
    MISBEHAVIOURS_IN_HARNESS,
    MISBEHAVIOURS_IN_REOPEN,
    VARIATIONS,
)
from virtual_phones.android.phone import AndroidPhone

ALL_STRATA = ["app_data", "encryption_key", "packages", "sdcard", "settings", "telephony", "tmp", "users", "wifi"]
KEEPS_EVERYTHING = [
    "says_done_keeps_data",
    "says_done_stays",
    "reboots_without_wipe",
    "returns_into_recovery",
    "battery_low",
    "boots_other_image",
]


def test_a_sellers_phone_holds_his_data_in_every_stratum() -> None:
    life = Life()
    assert life.left() == ALL_STRATA
    assert not life.erased()
    assert Life(condition="signed_in").left() == sorted([*ALL_STRATA, "accounts"])


def test_a_harness_reset_clears_everything_and_brings_adb_back_authorised() -> None:
    life = Life()
    android_id = life.sh("settings get secure android_id")
    life.sh("settings put global pw_x nonce; echo n > /data/local/tmp/.pw; echo n > /sdcard/.pw")
    assert life.harness() == 0
    assert life.erased()
    assert life.left() == []
    assert life.phone.adb_mode() == "device"
    assert life.sh("getprop persist.sys.test_harness; settings get global pw_x") == "1\nnull\n"
    assert life.sh("ls -A /data/local/tmp; cat /sdcard/.pw") == ""
    assert life.sh("settings get secure android_id") != android_id
    assert life.sh("settings get global boot_count; getprop sys.boot.reason") == "1\nreboot,factory_reset\n"
    assert life.sh("settings get global device_provisioned; pm list packages -3") == "1\n"


def test_boot_history_gains_a_reset_line_only_by_a_reset() -> None:
    life = Life()
    before = life.sh("getprop persist.sys.boot.reason.history")
    assert before.count("factory_reset") == 1
    life.phone.run("reboot:", now_s=life.now_s)
    life.wait(120)
    again = life.sh("getprop persist.sys.boot.reason.history")
    assert again.splitlines()[0].startswith("reboot,userrequested,")
    life.harness()
    after = life.sh("getprop persist.sys.boot.reason.history").splitlines()
    assert [line for line in after if "factory_reset" in line] != [
        line for line in before.splitlines() if "factory" in line
    ]


def test_a_restart_by_the_name_of_a_reset_leaves_the_line_of_a_reset_and_all_data() -> None:
    life = Life()
    life.phone.run("reboot:factory_reset", now_s=life.now_s)
    life.wait(120)
    history = life.sh("getprop persist.sys.boot.reason.history").splitlines()
    assert history[0].startswith("reboot,factory_reset,")
    assert life.left() == ALL_STRATA


def test_a_shell_that_is_not_told_of_the_harness_reads_nothing() -> None:
    life = Life(variation=["no_harness_property"])
    life.harness()
    assert life.erased()
    assert life.sh("getprop persist.sys.test_harness") == "\n"


def test_exit_code_0_is_said_before_anything_happened() -> None:
    life = Life()
    assert life.code("cmd testharness enable") == 0
    assert life.left() == ALL_STRATA
    life.wait(1)
    assert life.phone.usb() is not None
    life.wait(10)
    assert life.phone.usb() is None
    assert life.phone.run("shell,v2,raw:true", now_s=life.now_s) is None


def test_before_the_boot_is_completed_services_do_not_answer() -> None:
    life = Life()
    life.phone.run("reboot:", now_s=life.now_s)
    while life.phone.usb() is not None:
        life.wait(0.5)
    while life.phone.usb() is None:
        life.wait(0.5)
    assert life.sh("getprop sys.boot_completed") == "\n"
    assert life.code("settings get secure android_id") == 20
    life.wait(20)
    assert life.sh("getprop sys.boot_completed") == "1\n"


def test_serial_imei_sim_and_sd_outlive_every_erase() -> None:
    life = Life()
    imei = life.sh("service call iphonesubinfo 1 s16 com.android.shell")
    life.phone.lives.hardware.sd_inserted = True
    life.harness()
    assert life.sh("service call iphonesubinfo 1 s16 com.android.shell") == imei
    assert life.sh("getprop ro.serialno") == "1A2B3C4D5E6F70\n"
    assert "public:" in life.sh("sm list-volumes all")


def test_a_lock_screen_or_no_key_storage_refuses_the_harness() -> None:
    assert Life(misbehaviour=["lock_screen"]).harness() == 2
    refused = Life(misbehaviour=["harness_refused"])
    assert refused.harness() == 1
    assert not refused.erased()


def test_erasing_in_settings_ends_in_the_set_up_screen_without_adb() -> None:
    life = Life()
    life.press("erase_in_settings")
    life.wait(200)
    assert life.erased()
    assert life.phone.adb_mode() == "none"
    usb = life.phone.usb()
    assert usb is not None
    assert usb.interfaces == ((6, 1, 1),)
    assert not life.phone.knows_key(BENCH_KEY)
    life.press("enable_adb")
    assert life.phone.adb_mode() == "none"


def test_an_android_16_phone_erased_in_settings_opens_the_foyer() -> None:
    life = Life(trade_in=True, condition="debugging")
    life.press("erase_in_settings")
    life.wait(200)
    assert life.phone.adb_mode() == "foyer"


def test_settings_reset_clears_reset_protection_and_a_harness_reset_does_not() -> None:
    by_hand, by_harness = Life(condition="signed_in"), Life(condition="signed_in")
    by_hand.press("erase_in_settings")
    by_hand.wait(200)
    by_harness.harness()
    assert by_hand.phone.truth()["frp"] is False
    assert by_harness.phone.truth()["frp"] is True
    assert (by_hand.phone.screen(), by_harness.phone.screen()) == ("new", "set_up")
    by_harness.press("erase_in_settings")
    by_harness.wait(200)
    assert by_harness.phone.screen() == "new"


def test_protection_that_outlives_the_erase_shows_where_the_phone_is_set_up_again() -> None:
    life = Life(misbehaviour=["frp_armed"])
    assert life.phone.screen() == "set_up"
    life.press("erase_in_settings")
    life.wait(200)
    assert life.phone.screen() == "owner_wanted"


def test_an_android_16_says_before_that_protection_would_hold_and_after_that_it_holds() -> None:
    life = Life(trade_in=True, condition="signed_in")
    life.phone.accept_key(BENCH_KEY)
    before = life.sh(
        "dumpsys persistent_data_block; cmd persistent_data_block status; settings get global secure_frp_mode"
    )
    assert "FRP state: false" in before
    assert "Has FRP credential handle: true" in before
    assert before.endswith("\n0\n")
    life.harness()
    after = life.sh(
        "dumpsys persistent_data_block; cmd persistent_data_block status; settings get global secure_frp_mode"
    )
    assert after.count("FRP state: true") == 2
    assert after.endswith("\n1\n")


@pytest.mark.parametrize(("name", "stratum"), sorted(KEEPS.items()))
def test_a_wipe_that_keeps_one_stratum_leaves_exactly_that(name: str, stratum: str) -> None:
    life = Life(misbehaviour=[name])
    life.sh("echo n > /sdcard/.pw; echo n > /data/local/tmp/.pw; settings put global pw_x n")
    life.harness()
    assert life.left() == [stratum]
    assert not life.erased()
    seen = life.sh(
        "cat /sdcard/.pw /data/local/tmp/.pw; settings get global pw_x; pm list packages -3; dumpsys account"
    )
    assert ("n\n" in seen.replace("Accounts: 0", "")) == (stratum in ("sdcard", "tmp", "settings")) or stratum in seen
    assert ("package:" in seen) == (stratum == "packages")
    assert ("Accounts: 1" in seen or "Accounts: 2" in seen) == (stratum == "accounts")


@pytest.mark.parametrize("name", KEEPS_EVERYTHING)
def test_a_liar_that_keeps_everything_leaves_everything(name: str) -> None:
    life = Life(misbehaviour=[name])
    life.harness()
    assert set(ALL_STRATA) <= set(life.left())
    assert not life.erased()


def test_another_system_image_looks_fresh_while_the_old_data_exists_beside_it() -> None:
    life = Life(misbehaviour=["boots_other_image"])
    life.sh("echo n > /sdcard/.pw")
    life.harness()
    assert life.sh("cat /sdcard/.pw; getprop persist.sys.test_harness; gsi_tool status") == "1\nrunning\n"
    assert life.left() == ALL_STRATA


def test_a_user_forges_what_a_shell_can_write_and_nothing_else() -> None:
    life = Life(misbehaviour=["user_forged"])
    before = life.sh("getprop persist.sys.boot.reason.history; settings get secure android_id")
    life.sh("settings put global pw_x n; echo n > /data/local/tmp/.pw; echo n > /sdcard/.pw")
    life.harness()
    assert life.sh("ls -A /data/local/tmp; cat /sdcard/.pw; settings get global pw_x") == "null\n"
    assert life.sh("settings get global boot_count; pm list packages -3") == "1\n"
    assert life.sh("settings get secure android_id") not in before
    assert life.sh("getprop persist.sys.test_harness") == "\n"
    assert set(life.sh("getprop persist.sys.boot.reason.history").splitlines()[1:]) <= set(before.splitlines())
    assert "app_data" in life.left()


def test_another_phone_answers_after_the_erase() -> None:
    serial, imei = Life(misbehaviour=["returns_with_other_serial"]), Life(misbehaviour=["returns_with_other_imei"])
    serial.harness()
    imei.harness()
    usb = serial.phone.usb()
    assert usb is not None
    assert usb.iserial != "1A2B3C4D5E6F70"
    assert serial.sh("getprop ro.serialno").strip() == usb.iserial
    assert imei.phone.lives.hardware.imeis[0] not in IMEIS
    assert (
        sum(
            int(d) * (2 if i % 2 else 1) // 10 + int(d) * (2 if i % 2 else 1) % 10
            for i, d in enumerate(imei.phone.lives.hardware.imeis[0])
        )
        % 10
        == 0
    )


def test_some_never_come_back_stay_in_recovery_or_ask_for_a_key() -> None:
    never, recovery = Life(misbehaviour=["never_returns"]), Life(misbehaviour=["returns_into_recovery"])
    unauthorised, account = Life(misbehaviour=["returns_unauthorised"]), Life(misbehaviour=["account_added"])
    for life in (never, recovery, unauthorised, account):
        life.harness()
    assert never.phone.usb() is None
    usb = recovery.phone.usb()
    assert usb is not None
    assert (recovery.phone.adb_mode(), usb.product_id) == ("none", 0xD001)
    assert unauthorised.phone.adb_mode() == "unauthorized"
    assert "Accounts: 1" in account.sh("dumpsys account")


def test_two_reboots_a_slow_boot_and_a_wrong_clock_are_still_an_honest_erase() -> None:
    life = Life(variation=["double_reboot", "slow_boot", "clock_1970"])
    absences, present = 0, True
    life.code("cmd testharness enable")
    for _ in range(800):
        life.wait(0.5)
        now = life.phone.usb() is not None
        absences += present and not now
        present = now
    assert absences == 2
    assert life.erased()
    assert life.sh("date +%Y") == "1970\n"


@pytest.mark.parametrize("name", sorted({*VARIATIONS, *LIMITS}))
def test_every_variation_erases_honestly(name: str) -> None:
    life = Life(variation=[name])
    life.harness()
    assert life.erased()
    foyer = Life(trade_in=True, variation=[name])
    foyer.trade_in()
    assert foyer.erased()


@pytest.mark.parametrize("name", sorted(MISBEHAVIOURS_IN_HARNESS))
def test_every_misbehaviour_shows_in_truth_in_answers_or_in_the_way_it_behaves(name: str) -> None:
    honest, liar = Life(), Life(misbehaviour=[name])
    assert observed(liar) != observed(honest)


def observed(life: Life) -> list[object]:
    """What a bench could see around a harness reset, and the truth behind it."""
    looks = (
        "getprop; dumpsys battery; dumpsys account; dumpsys user; dumpsys device_policy; sm list-volumes all; "
        "dumpsys persistent_data_block; pm list packages -3; service call iphonesubinfo 1 s16 com.android.shell"
    )
    seen: list[object] = []

    def look() -> None:
        seen.append(life.phone.run(f"shell,v2,raw:{looks}", now_s=life.now_s))

    look()
    seen.append(life.code("cmd testharness enable") if life.phone.adb_mode() == "device" else None)
    for _ in range(60):
        life.wait(5)
        seen.append((life.phone.usb() is not None, life.phone.adb_mode()))
    look()
    return [*seen, life.phone.truth()]


def test_a_misspelt_misbehaviour_never_makes_an_honest_phone() -> None:
    for wrong in ({"misbehaviour": ["keeps_sdcards"]}, {"variation": ["slow"]}, {"condition": "new"}):
        with pytest.raises(ValueError, match="unknown"):
            AndroidPhone(PIXEL_6, serial="1", imeis=IMEIS, **wrong)


def test_every_misbehaviour_belongs_to_a_route() -> None:
    routes = (MISBEHAVIOURS_IN_FOYER, MISBEHAVIOURS_IN_HARNESS, MISBEHAVIOURS_IN_REOPEN)
    assert {name for route in routes for name in route} == set(MISBEHAVIOURS)
    assert not set(MISBEHAVIOURS) & (set(VARIATIONS) | set(LIMITS))
