# SPDX-License-Identifier: GPL-3.0-or-later
"""A full inspection, its lines run by a real shell on tools full of a seller's data."""

import secrets
from pathlib import Path

import pytest

from phones.allowed import MALFORMED, allowed
from phones.android.inspection import inspection_questions, state_question
from phones.errors import ReplyMalformedError
from phones.link import Effect, Reply, ShellLine
from tests.phones.toolbox import IMEI, IMEI2, SELLER, SERIAL, ask, install


def mark() -> str:
    return secrets.token_hex(16)


@pytest.fixture
def tools(tmp_path: Path) -> Path:
    return install(tmp_path / "bin")


def test_an_inspection_costs_three_round_trips_and_writes_nothing() -> None:
    questions = inspection_questions(mark, timeout_s=10)
    assert [question.name for question in questions] == ["android.identity", "android.state", "android.checks"]
    assert {question.effect for question in questions} == {Effect.READS}
    for question in questions:
        assert isinstance(question.request, ShellLine)
        assert len(question.request.line.encode()) < 32 * 1024


def test_every_call_has_marks_of_its_own() -> None:
    first, second = (inspection_questions(mark, timeout_s=10) for _ in range(2))
    lines = {question.request.line for question in (*first, *second) if isinstance(question.request, ShellLine)}
    assert len(lines) == 6


def test_the_state_holds_everything_an_erase_is_judged_by(tools: Path) -> None:
    _, values = ask(state_question(mark(), timeout_s=10), tools)
    parts = {name: text for name, text in values.items() if name.startswith("part.")}
    assert {name for name, text in parts.items() if text != "ok"} == {"part.kiosk"}, "only asked from Android 14 on"
    clock = values.pop("system.clock_epoch")
    assert clock.isdecimal()
    assert {name: text for name, text in values.items() if name not in parts} == {
        "identity.serial": SERIAL,
        "identity.imei1": IMEI,
        "identity.imei2": IMEI2,
        "imei.luhn": "valid",
        "product.maker": "Google",
        "product.brand": "google",
        "product.model": "Pixel 6",
        "product.device": "oriole",
        "system.version": "13",
        "system.build": "TQ3A.230901.001",
        "system.sdk": "33",
        "system.fingerprint": "google/oriole/oriole:13/TQ3A.230901.001/10750268:user/release-keys",
        "system.security_patch": "2023-09-05",
        "system.first_api_level": "31",
        "system.build_type": "user",
        "system.build_tags": "release-keys",
        "system.debuggable": "0",
        "boot.verified_state": "green",
        "boot.flash_locked": "1",
        "boot.device_state": "locked",
        "boot.reason": "reboot",
        "boot.completed": "1",
        "boot.reset_entries": "1600000000",
        "boot.count": "57",
        "boot.system_image_running": "no",
        "crypto.state": "encrypted",
        "crypto.type": "file",
        "crypto.metadata": "true",
        "setup.provisioned": "1",
        "setup.complete": "1",
        "setup.test_harness": "0",
        "setup.trade_in": "0",
        "setup.full_shell": "yes",
        "data.android_id": "0123456789abcdef",
        "data.packages": "2",
        "data.user0": "unlocked",
        "data.users": "1",
        "locks.accounts": "1",
        "locks.system_accounts": "0",
        "locks.account_types": "com.google",
        "locks.device_owner": "no",
        "locks.profile_owner": "no",
        "locks.reset_forbidden": "no",
        "locks.lock_screen": "no",
        "locks.frp": "armed",
        "locks.oem_unlock_allowed": "0",
        "locks.knox_guard": "not_applicable",
        "locks.finance_app": "cleared",
        "locks.maker_account": "not_applicable",
        "locks.find_hub": "unknown",
        "media.sim": "absent",
        "media.sd": "present",
        "battery.level": "84",
    }


def test_the_checks_measure_what_a_cable_can_measure(tools: Path) -> None:
    _, values = ask(inspection_questions(mark, timeout_s=10)[2], tools)
    kept = {
        name: text
        for name, text in values.items()
        if name.split(".")[0] in ("battery", "storage", "display", "sensors", "cameras", "radio", "thermal", "tamper")
    }
    assert kept == {
        "battery.health_code": "2",
        "battery.temperature_dc": "301",
        "battery.health_percent": "93",
        "battery.source": "asoc",
        "battery.cycles": "139",
        "battery.design_mah": "4600",
        "storage.total_bytes": str(112000000 * 1024),
        "storage.free_bytes": str(110000000 * 1024),
        "display.width_px": "1080",
        "display.height_px": "2400",
        "display.override": "no",
        "sensors.types": "accelerometer",
        "cameras.count": "2",
        "cameras.facing": "back,front",
        "radio.wifi": "on",
        "radio.bluetooth": "on",
        "radio.nfc": "on",
        "radio.baseband": "present",
        "thermal.status": "0",
        "tamper.signs": "",
    }
    assert int(values["memory.total_kib"]) > 0


def test_every_value_fits_its_documented_shape(tools: Path) -> None:
    for question in inspection_questions(mark, timeout_s=10):
        for name, text in ask(question, tools)[1].items():
            assert allowed(name).admit(text) != MALFORMED, name


def test_no_name_of_the_seller_reaches_the_values(tools: Path) -> None:
    for question in inspection_questions(mark, timeout_s=10):
        kept = repr(ask(question, tools)[1])
        assert [name for name, text in SELLER.items() if text in kept] == []


def test_names_do_not_even_cross_the_cable(tools: Path) -> None:
    # The volume id and the cell's serial stand in answers no tool of the phone can shorten; they stop at the reader.
    for question in inspection_questions(mark, timeout_s=10):
        reply, _ = ask(question, tools)
        crossed = [name for name, text in SELLER.items() if text.encode() in reply.body + reply.error]
        assert set(crossed) <= {"volume", "cell"}


def test_an_imsi_answered_for_an_imei_is_dropped(tmp_path: Path) -> None:
    tools = install(tmp_path / "bin")
    program = tools / "service"
    text = program.read_text()
    digits = "".join(f"{ord(character):02x}" for character in SELLER["imsi"])
    assert digits
    words = "0000000f " + " ".join(
        f"{ord(b):04x}{ord(a):04x}" for a, b in zip(SELLER["imsi"][::2], SELLER["imsi"][1::2] + "\0", strict=True)
    )
    program.write_text(f"#!/bin/sh\necho \"Result: Parcel(00000000 {words} '...')\"\n")
    _, values = ask(state_question(mark(), timeout_s=10), tools)
    assert "identity.imei1" not in values
    assert "imei.luhn" not in values
    program.write_text(text)


def test_an_older_android_is_not_asked_for_numbers_by_guesswork(tmp_path: Path) -> None:
    tools = install(tmp_path / "bin", properties={"ro.build.version.sdk": "29"})
    reply, values = ask(state_question(mark(), timeout_s=10), tools)
    assert not {"identity.imei1", "imei.luhn"} & set(values)
    assert b"Parcel" not in reply.body


def test_wifi_of_an_android_10_is_read_from_its_dump(tmp_path: Path) -> None:
    tools = install(tmp_path / "bin", without=("cmd",))
    reply, values = ask(inspection_questions(mark, timeout_s=20)[2], tools)
    assert values["radio.wifi"] == "on"
    assert SELLER["wifi"].encode() not in reply.body


def test_a_tablet_without_a_modem_has_no_card_and_no_imei_to_show(tmp_path: Path) -> None:
    tools = install(
        tmp_path / "bin", properties={"gsm.sim.state": "", "gsm.version.baseband": ""}, without=("service",)
    )
    program = tools / "pm"
    program.write_text(program.read_text().replace("feature:android.hardware.telephony\n", ""))
    for place in (1, 2):
        _, values = ask(inspection_questions(mark, timeout_s=20)[place], tools)
        assert (values["radio.baseband"], values["media.sim"]) == ("no_modem", "absent")
    _, values = ask(state_question(mark(), timeout_s=10), tools)
    assert values["imei.luhn"] == "absent"
    program.unlink()
    _, values = ask(state_question(mark(), timeout_s=10), tools)
    assert values["media.sim"] == "unknown"


@pytest.mark.parametrize("version", ["unknown", "unknown,unknown", ""])
def test_a_tablet_without_a_modem_is_not_asked_for_its_version(tmp_path: Path, version: str) -> None:
    tools = install(tmp_path / "bin", properties={"gsm.version.baseband": version})
    program = tools / "pm"
    program.write_text(program.read_text().replace("feature:android.hardware.telephony\n", ""))
    _, values = ask(inspection_questions(mark, timeout_s=20)[2], tools)
    assert values["radio.baseband"] == "no_modem"
    assert "not_measured.radio.baseband" not in values


def test_missing_tools_leave_gaps_and_not_good_answers(tmp_path: Path) -> None:
    tools = install(tmp_path / "bin", without=("dumpsys", "settings", "pm", "sm", "dpm"))
    _, values = ask(state_question(mark(), timeout_s=10), tools)
    for name in (
        "locks.accounts",
        "locks.device_owner",
        "locks.lock_screen",
        "data.packages",
        "data.user0",
        "setup.provisioned",
        "battery.level",
        "media.sd",
    ):
        assert name not in values
    assert values["part.owners"] == "missing"
    assert values["identity.serial"] == SERIAL
    assert "locks.frp" not in values or values["locks.frp"] == "unknown"


def test_a_getprop_that_says_nothing_says_nothing_about_the_phone(tmp_path: Path) -> None:
    tools = install(tmp_path / "bin", without=("getprop", "gsi_tool"))
    _, values = ask(inspection_questions(mark, timeout_s=20)[2], tools)
    assert values["part.properties"] == "failed"
    assert not [
        name for name in values if name.startswith(("identity.", "boot.", "system.", "radio.baseband", "tamper."))
    ]


def test_a_property_cannot_forge_another_one(tmp_path: Path) -> None:
    forged = "x]\n[ro.boot.verifiedbootstate]: [green"
    tools = install(tmp_path / "bin", properties={"sys.boot.reason": forged, "ro.boot.verifiedbootstate": "orange"})
    _, values = ask(state_question(mark(), timeout_s=10), tools)
    assert values["boot.verified_state"] == "orange"
    assert allowed("boot.reason").admit(values["boot.reason"]) == MALFORMED


def test_the_answer_to_one_call_is_no_answer_to_the_next(tools: Path) -> None:
    reply, _ = ask(state_question(mark(), timeout_s=10), tools)
    with pytest.raises(ReplyMalformedError):
        state_question(mark(), timeout_s=10).read(reply)


def test_half_an_answer_is_no_answer(tools: Path) -> None:
    question = state_question(mark(), timeout_s=10)
    reply, _ = ask(question, tools)
    with pytest.raises(ReplyMalformedError):
        question.read(Reply(body=reply.body[: len(reply.body) // 2]))
