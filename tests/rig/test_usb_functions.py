# SPDX-License-Identifier: GPL-3.0-or-later
"""Fastboot, MTP, modem and adb framing, without a cable."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from virtual_phones.adb.adbd import A_CNXN, A_WRTE, message
from virtual_phones.android.phone import AndroidPhone
from virtual_phones.phone import Timing, load_model
from virtual_phones.usb.acm import Modem
from virtual_phones.usb.adb import messages
from virtual_phones.usb.fastboot import Fastboot
from virtual_phones.usb.function import Stall
from virtual_phones.usb.mtp import Mtp


def phone(*variation: str, misbehaviour: tuple[str, ...] = ()) -> AndroidPhone:
    return AndroidPhone(
        load_model("pixel-6-android-13"),
        serial="FAST0001",
        imeis=("353918110000011",),
        timing=Timing(),
        variation=variation,
        misbehaviour=misbehaviour,
    )


def test_a_locked_bootloader_erases_nothing() -> None:
    locked = phone()
    assert Fastboot(locked).answer(b"erase:userdata") == [b"FAILErase is not allowed in Lock State"]
    assert locked.truth()["erased"] is False


def test_an_unlocked_bootloader_erases() -> None:
    unlocked = phone("unlocked_bootloader")
    assert Fastboot(unlocked).answer(b"erase:userdata")[-1] == b"OKAY"
    assert unlocked.truth()["erased"] is True


def test_a_lying_bootloader_says_okay_and_keeps_the_data() -> None:
    liar = phone("unlocked_bootloader", misbehaviour=("says_done_keeps_data",))
    assert Fastboot(liar).answer(b"erase:userdata")[-1] == b"OKAY"
    assert liar.truth()["erased"] is False


def test_a_download_takes_as_many_bytes_as_were_said() -> None:
    fastboot = Fastboot(phone())
    assert fastboot.answer(b"download:00000400") == [b"DATA00000400"]
    assert fastboot.answer(bytes(1000)) == []
    assert fastboot.answer(bytes(24)) == [b"OKAY"]
    assert fastboot.answer(b"getvar:product") == [b"OKAYoriole"]


@given(st.binary(max_size=5000))
def test_every_fastboot_command_gets_an_answer_of_known_kind(command: bytes) -> None:
    for reply in Fastboot(phone()).answer(command):
        assert reply[:4] in (b"OKAY", b"FAIL", b"INFO", b"DATA")


def test_adb_header_and_payload_are_transfers_of_their_own() -> None:
    stream = message(A_CNXN, 1, 2, b"device::") + message(A_WRTE, 1, 2, b"x" * 600)
    assert [len(piece) for piece in messages(stream)] == [24, 8, 24, 600]
    assert b"".join(messages(stream)) == stream


@pytest.mark.parametrize("cut", [10, 24, 30])
def test_half_an_adb_message_is_no_message(cut: int) -> None:
    with pytest.raises(ValueError, match="half"):
        messages(message(A_WRTE, 1, 2, b"x" * 600)[:cut])


def mtp() -> Mtp:
    return Mtp(lambda: ("Maker", "Phone", "SERIAL1"))


def test_device_info_names_the_phone() -> None:
    data, response = mtp().answer(struct.pack("<IHHI", 12, 1, 0x1001, 7))
    assert "Phone".encode("utf-16-le") in data
    assert struct.unpack_from("<IHHI", response) == (12, 3, 0x2001, 7)


def test_nothing_is_listed_without_a_session() -> None:
    (response,) = mtp().answer(struct.pack("<IHHI", 12, 1, 0x1004, 1))
    assert struct.unpack_from("<H", response, 6) == (0x2003,)


@given(st.binary(max_size=64))
def test_what_is_no_command_container_stalls_or_is_answered(container: bytes) -> None:
    try:
        answers = mtp().answer(container)
    except Stall:
        return
    assert answers


def test_a_modem_answers_line_by_line() -> None:
    modem = Modem(lambda: {"serial": "R5X", "imei": "1", "model": "M"})
    assert modem.receive(b"AT+DEV") == b"AT+DEV"
    assert b"SN(R5X);IMEI(1)" in modem.receive(b"CONINFO\r")
    assert modem.receive(b"hello\r").endswith(b"ERROR\r\n")


@given(st.binary(max_size=4096))
def test_a_modem_survives_whatever_is_typed(typed: bytes) -> None:
    Modem(dict).receive(typed)
