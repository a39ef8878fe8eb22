# SPDX-License-Identifier: GPL-3.0-or-later
"""Who a phone is and how it booted, as real phones say it; serial numbers are invented, shapes are public."""

import secrets
from collections.abc import Mapping
from pathlib import Path

import pytest

from grading.checks import run_check
from grading.report import CheckOutcome
from grading.schemes import load
from phones.allowed import MALFORMED, allowed
from phones.android.inspection import inspection_questions
from phones.cleaning import clean_serial, is_plain_serial
from phones.port import Platform
from phones.usb.ports import serial_of
from tests.grading.samples import evidence_of
from tests.phones.toolbox import ask, install


def inspected(folder: Path, properties: Mapping[str, str]) -> dict[str, str]:
    tools = install(folder, properties=properties)
    values: dict[str, str] = {}
    for question in inspection_questions(lambda: secrets.token_hex(16), timeout_s=10):
        values |= ask(question, tools)[1]
    return values


# getprop of HUAWEI PRA-LX1 (P8 lite 2017) and its Kirin family, public dumps
KIRIN = {
    "ro.boot.verifiedbootstate": "GREEN",
    "ro.product.manufacturer": "HUAWEI",
    "ro.product.brand": "HUAWEI",
    "ro.product.model": "PRA-LX1",
    "ro.product.device": "HWPRA-H",
}


def test_green_in_capitals_is_green(tmp_path: Path) -> None:
    values = inspected(tmp_path / "bin", KIRIN)
    assert (values["boot.verified_state"], values["tamper.signs"]) == ("green", "")
    checks = {check.name: check for check in load("basic").checks}
    for name in ("integrity", "verified_boot", "consistent_identity"):
        assert run_check(checks[name], [evidence_of(values)], Platform.ANDROID).outcome is CheckOutcome.PASS


@pytest.mark.parametrize("word", ["ORANGE", "Orange", "YELLOW", "RED"])
def test_another_colour_in_capitals_is_no_green(tmp_path: Path, word: str) -> None:
    values = inspected(tmp_path / "bin", {**KIRIN, "ro.boot.verifiedbootstate": word})
    assert "not_green" in values["tamper.signs"].split(",")


def test_a_word_that_nobody_knows_is_neither_green_nor_an_accusation(tmp_path: Path) -> None:
    values = inspected(tmp_path / "bin", {**KIRIN, "ro.boot.verifiedbootstate": "verified"})
    assert allowed("boot.verified_state").admit(values["boot.verified_state"]) == MALFORMED
    assert "not_green" not in values["tamper.signs"]


# SoloX#195 (slash), dtmilano/AndroidViewClient#153 and Genymobile/scrcpy#3537 (blanks)
@pytest.mark.parametrize("serial", ["25416/B2QYFAKE6", "ZUG 5S", "GS101 FAKE 00611", "ABC+FAKE#1 (2)"])
def test_a_serial_number_with_a_slash_or_a_blank_is_kept(tmp_path: Path, serial: str) -> None:
    value = inspected(tmp_path / "bin", {"ro.serialno": serial})["identity.serial"]
    assert allowed("identity.serial").admit(value) == serial


# google/python-adb#47 (bytes 0xa1), and iSerials in other alphabets, as the kernel shows them
@pytest.mark.parametrize(
    ("raw", "plain"),
    [
        (b"\xa1\xa1\xa1", False),
        (b" GS101 FAKE ", False),
        ("серия-5".encode("cp1251"), False),
        ("设备01".encode("gbk"), False),
        ("\ufffd\ufffd1234".encode(), False),
        (b"\x1b[2Jfake", False),
        (b"R58M12FAKE0", True),
    ],
)
def test_an_odd_serial_number_on_usb_is_shown_escaped_and_never_taken_for_plain(
    tmp_path: Path, raw: bytes, plain: bool
) -> None:
    folder = tmp_path / "1-4"
    folder.mkdir()
    (folder / "devnum").write_text("7\n")
    (folder / "serial").write_bytes(raw + b"\n")
    shown = clean_serial(serial_of("1-4", 7, tmp_path) or "")
    assert shown.isprintable()
    assert is_plain_serial(shown) is plain
