# SPDX-License-Identifier: GPL-3.0-or-later
"""Trade-In Mode: what the foyer lets in, what ends it, and what evaluation and the forced wipe do."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.virtual_phones.android.android_life import IMEIS, Life
from virtual_phones.android.behaviour import MISBEHAVIOURS_IN_FOYER
from virtual_phones.android.foyer import EVALUATION


def status(life: Life, line: str = "tradeinmode getstatus") -> dict[str, object]:
    text = life.sh(line)
    document = json.loads(text[text.index("{") :])
    assert isinstance(document, dict)
    return document


def test_the_foyer_opens_trade_in_commands_and_nothing_else() -> None:
    life = Life(trade_in=True)
    assert life.phone.adb_mode() == "foyer"
    assert not life.phone.needs_key()
    for line in (
        "true",
        "echo X4EXIT:$?",
        "tradeinmode getstatus; id",
        "tradeinmode getstatus --challenge a+b=",
        "tradeinmodes",
        "tradeinmode 'x'",
        "getprop",
    ):
        assert life.closed(line), line
    for service in ("sync:", "exec:tradeinmode getstatus", "reboot:recovery", "shell:id", "remount:"):
        assert not life.phone.accepts(service)
    assert life.phone.accepts("shell:tradeinmode getstatus")
    assert life.phone.accepts("shell,v2,raw:tradeinmode wait-until-ready getstatus --challenge aB_9-")


@given(st.text(max_size=40))
def test_no_line_with_a_shell_metacharacter_enters_the_foyer(text: str) -> None:
    life = FOYER
    reply = life.phone.run(f"shell,v2,raw:tradeinmode {text}", now_s=life.now_s)
    if reply is not None:
        assert not set(text) & set(";|&`$()<>'\"\\=+/*")


FOYER = Life(trade_in=True)


def test_status_names_the_phone_and_carries_the_challenge() -> None:
    life = Life(trade_in=True)
    plain = status(life)
    assert plain["serial"] == "1A2B3C4D5E6F70"
    assert plain["imeis"] == list(IMEIS)
    assert plain["locks"] == {"factory_reset_protection": False}
    assert "attestation" not in plain
    one, two = (status(life, f"tradeinmode getstatus --challenge {nonce}") for nonce in ("abc", "abd"))
    assert one["attestation"] != two["attestation"]


def test_with_reset_protection_only_the_lock_is_told_and_evaluation_is_refused() -> None:
    life = Life(trade_in=True, misbehaviour=["frp_armed"])
    assert status(life) == {"locks": {"factory_reset_protection": True}}
    assert life.code("tradeinmode evaluate") == 255
    life.wait(10)
    assert life.phone.adb_mode() == "foyer"


def test_noise_may_stand_before_the_document() -> None:
    life = Life(trade_in=True, variation=["noise_before_json", "crlf_output", "chinese_locale"])
    assert not life.sh("tradeinmode getstatus").startswith("{")
    assert status(life)["serial"] == "1A2B3C4D5E6F70"


def test_evaluation_opens_a_full_shell_and_the_next_boot_wipes() -> None:
    life = Life(trade_in=True)
    android_id = life.phone.system.setting("secure", "android_id")
    generation = life.phone.generation
    assert life.code("tradeinmode evaluate") == 0
    life.wait(1.5)
    assert life.phone.adb_mode() == "none"
    life.wait(5)
    assert life.phone.generation > generation
    assert life.phone.adb_mode() == "device"
    assert not life.phone.needs_key()
    assert life.sh("getprop persist.adb.tradeinmode; settings get global device_provisioned") == "\n1\n"
    assert life.phone.system.trade_in() == EVALUATION
    life.sh("echo n > /data/local/tmp/.pw")
    life.phone.run("reboot:", now_s=life.now_s)
    life.wait(200)
    assert life.phone.adb_mode() == "foyer"
    assert life.erased()
    assert life.phone.truth()["resets"] == 1
    assert not life.phone.files.exists("/data/local/tmp/.pw")
    assert life.phone.system.setting("secure", "android_id") != android_id
    assert status(life)["serial"] == "1A2B3C4D5E6F70"


def test_the_foyer_survives_a_plain_reboot() -> None:
    life = Life(trade_in=True)
    life.press("reboot_system")
    life.wait(100)
    assert life.phone.adb_mode() == "foyer"
    assert life.phone.truth()["resets"] == 0


@pytest.mark.parametrize("action", ["connect_wifi", "add_account", "finish_setup", "insert_sim"])
def test_a_network_an_account_or_a_finished_set_up_ends_the_foyer_until_the_next_wipe(action: str) -> None:
    life = Life(trade_in=True)
    life.press(action)
    assert life.phone.adb_mode() == "none"
    life.press("reboot_system")
    life.wait(100)
    assert life.phone.adb_mode() == "none"
    assert life.phone.system.trade_in() == "-1"


@pytest.mark.parametrize("name", ["says_done_keeps_data", "reboots_without_wipe", "staged_foyer", "battery_low"])
def test_a_wipe_mark_that_is_ignored_leaves_the_phone_in_evaluation(name: str) -> None:
    life = Life(trade_in=True, misbehaviour=[name])
    assert life.trade_in() == 0
    assert life.phone.adb_mode() == "device"
    assert not life.erased()


def test_a_staged_foyer_hides_a_sellers_data() -> None:
    life = Life(trade_in=True, misbehaviour=["staged_foyer"])
    assert life.phone.adb_mode() == "foyer"
    assert {"accounts", "app_data", "sdcard"} <= set(life.left())


@pytest.mark.parametrize("name", sorted(MISBEHAVIOURS_IN_FOYER))
def test_no_misbehaviour_in_the_foyer_looks_like_an_honest_trade_in(name: str) -> None:
    assert story(Life(trade_in=True, misbehaviour=[name])) != story(Life(trade_in=True))


def story(life: Life) -> list[object]:
    """What a bench sees of evaluate, reboot and return."""
    seen: list[object] = [life.phone.run("shell,v2,raw:tradeinmode getstatus", now_s=life.now_s)]
    seen.append(life.phone.run("shell,v2,raw:tradeinmode evaluate", now_s=life.now_s))
    life.wait(10)
    seen.append(life.phone.run("shell,v2,raw:dumpsys battery; getprop", now_s=life.now_s))
    life.phone.run("reboot:", now_s=life.now_s)
    for _ in range(50):
        life.wait(5)
        seen.append((life.phone.usb(), life.phone.adb_mode()))
    seen.append(life.phone.run("shell,v2,raw:tradeinmode getstatus", now_s=life.now_s))
    return seen
