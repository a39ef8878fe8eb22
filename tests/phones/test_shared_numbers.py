# SPDX-License-Identifier: GPL-3.0-or-later
"""Numbers that many phones share name none of them, in every way of talking; a phone's own number always stays."""

import json
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phones.allowed import allowed
from phones.android.inspection import state_question
from phones.android.rescue import inspection_questions
from phones.android.trade_in import getstatus_question
from phones.apple.inspection import inspection_question
from phones.apple.parts import PartAnswer, encode
from phones.cleaning import spelled_serial, unspelled
from phones.evidence import Evidence, Moment
from phones.fastboot.questions import variables_question
from phones.identifiers import SHAPES
from phones.link import Link, Reply, ShellLine
from phones.modes import MODES
from phones.port import Presence, Sighting
from phones.shared_numbers import NOTE, TABLE, TEST_EQUIPMENT, is_shared, set_aside
from phones.witness import Witness, WitnessedPort
from tests.phones.android.test_readers import parcel
from tests.support.direct_bench import VirtualClock

LISTED = [(label, number) for row in TABLE for label in row.labels for number in row.numbers]
OWN = [
    ("serial", "R58M12FAKE0"),
    ("serial", "9A1B2FAKE3"),
    ("serial", "25416FAKE"),
    ("serial", "0a388e93fake"),
    ("serial", "ZUG 5S FAKE"),
    ("serial", "00000FAKE0001"),
    ("serial", "000001A"),
    ("serial", "SN00000FAKE"),
    ("serial", "SNFAKE0000"),
    ("serial", "00000123"),
    ("imei", "004999006400005"),
    ("imei", "004999000000005"),  # the least that a virtual phone can have
    ("imei", "004999009999995"),
    ("udid", "00008110-0000000000001234"),
    ("ecid", "11111234"),
    ("udid", "00008101-000a1b2c3d4e001e"),
    ("ecid", "2842938490912798"),
    ("wifi_mac", "a8:7a:cf:c3:bd:ce"),
    ("android_id", "0123456789abcdef"),
]


@pytest.mark.parametrize(("label", "number"), LISTED)
def test_every_number_of_the_list_is_shared_however_it_is_written(label: str, number: str) -> None:
    assert is_shared(label, number)
    assert is_shared(label, number.upper())
    assert is_shared(label, f" {number} ")


@pytest.mark.parametrize("number", [number for label, number in LISTED if label == "imei"])
def test_the_check_digit_does_not_make_a_shared_imei_another(number: str) -> None:
    assert len(number) == 14
    assert all(is_shared("imei", number + digit) for digit in "0123456789")


@pytest.mark.parametrize("first", TEST_EQUIPMENT)
def test_an_imei_of_test_equipment_names_no_phone(first: str) -> None:
    assert is_shared("imei", (first + "7" * 15)[:15])


@pytest.mark.parametrize(
    ("label", "number"),
    [
        *(("serial", text) for text in ("1234567890", "123456789ABCDEF", "FFFFFFFFFFFFFFFF", "0" * 8, "-", "...")),
        *(("serial", text) for text in ("ABCDEFGH", "fedcba9876543210", "12121212", "abcabcabc", "emulator-5554")),
        *(("serial", text) for text in ("EMULATOR36X1X11X0", "X", "\ufffd" * 6, "0000-0000-0000", "Unknown")),
        *(("serial", text) for text in ("0" * 15 + "1", "00000001", "SN0000000001", "S/N 00000000", "1111111a")),
        *(("serial", text) for text in ("XXXXXXXX1", "ffffffff00", "sn-12345678", "SN" + "1" * 10)),
        *(("imei", text) for text in ("350000000000006", "355555555555558", "863333333333331", "350000000000014")),
        *(("imei", text) for text in ("35 121212 121212 7", "861234567890127", "350000000000220", "351999999999994")),
        *(("udid", "00008101-" + number) for number in ("0" * 15 + "1", "f" * 15 + "0")),
        *(("ecid", text) for text in ("1111111111111112", "99999999999999900")),
        *(("wifi_mac", text) for text in ("00:00:00:00:00:01", "ff:ff:ff:ff:ff:fe")),
        *(("imei", text) for text in ("0" * 15, "1" * 14 + "9", "12345678901234" + "7", "00-000000-000000-0")),
        *(("udid", text) for text in ("0" * 40, "f" * 40, "00000000-" + "0" * 16, "00008101-" + "0" * 16)),
        *(("ecid", text) for text in ("0", "1111111111111111", "1234567890123456")),
        *(("wifi_mac", text) for text in ("00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff", "02:00:00:00:00:00")),
        *(("android_id", text) for text in ("0" * 16, "f" * 16)),
    ],
)
def test_a_number_of_a_shape_that_no_maker_gives_to_one_phone_is_shared(label: str, number: str) -> None:
    assert is_shared(label, spelled_serial(number) if label == "serial" else number)


@pytest.mark.parametrize(("label", "number"), OWN)
def test_a_phones_own_number_stays(label: str, number: str) -> None:
    assert not is_shared(label, number)


def test_every_row_names_its_source_and_known_labels() -> None:
    assert all(row.source and row.labels and set(row.labels) <= set(SHAPES) for row in TABLE)
    assert all(number == number.lower() for row in TABLE for number in row.numbers)
    assert len(LISTED) == len(set(LISTED))


@given(st.text(max_size=40))
def test_a_serial_number_in_any_alphabet_is_kept_and_can_be_read_back(text: str) -> None:
    spelled = spelled_serial(text)
    assert unspelled(spelled) == text.strip(" \0")
    if spelled and len(spelled) <= 64:
        assert allowed("identity.serial").admit(spelled) == spelled
    is_shared("serial", spelled)


@given(st.dictionaries(st.sampled_from(["identity.serial", "identity.imei1", "boot.count"]), st.text(max_size=20)))
def test_setting_aside_twice_is_setting_aside_once(values: dict[str, str]) -> None:
    once = set_aside(values)
    assert set_aside(once) == once


def shell(serial: str, imei: str) -> dict[str, str]:
    properties = {"ro.serialno": serial, "ro.build.version.sdk": "33"}
    marker = "0123456789abcdef" * 2
    question = state_question(marker, timeout_s=1)
    assert isinstance(question.request, ShellLine)
    out = []
    for number, piece in enumerate(question.request.line.split(f";echo {marker}-e")[:-1]):
        command = piece.split(f"echo {marker}-b{number};", 1)[1]
        text = properties.get(command.removeprefix("getprop "), "")
        if "iphonesubinfo 1" in command:
            text = parcel(imei)
        out.append(f"{marker}-b{number}\n{text}\n{marker}-e{number}-0\n")
    out.append(f"{marker}-z{len(out)}\n")
    return dict(question.read(Reply(body="".join(out).encode())))


def foyer(serial: str, imei: str) -> dict[str, str]:
    document = {"serial": serial, "imeis": [imei], "locks": {"factory_reset_protection": False}}
    question = getstatus_question("0123456789abcdef", timeout_s=1)
    return dict(question.read(Reply(body=json.dumps(document).encode())))


def lockdown(serial: str, imei: str) -> dict[str, str]:
    answers = {"SerialNumber": serial, "InternationalMobileEquipmentIdentity": imei}
    body = encode({name: PartAnswer(status="ok", value=text) for name, text in answers.items()})
    return dict(inspection_question(timeout_s=1).read(Reply(body=body)))


def boot_loader(serial: str, imei: str) -> dict[str, str]:
    told = {"serialno": serial, "imei": imei}
    return dict(variables_question().read(Reply(body=json.dumps(told).encode())))


@pytest.mark.parametrize("ask", [shell, foyer, lockdown, boot_loader])
def test_a_shared_number_is_told_apart_in_every_way_of_talking(ask: Callable[[str, str], dict[str, str]]) -> None:
    own = ask("R58M12FAKE0", "004999006400005")
    assert own["identity.serial"] == "R58M12FAKE0"
    assert own["identity.imei1"] == "004999006400005"
    assert NOTE not in own
    shared = ask("0123456789ABCDEF", "0" * 15 if ask is lockdown else "004999010640000")
    assert "identity.serial" not in shared
    assert "identity.imei1" not in shared
    assert "serial" in shared[NOTE].split(",")
    assert "imei1" in shared[NOTE].split(",")


def test_every_mode_that_is_asked_something_is_among_the_ways_of_talking() -> None:
    known = {"adb", "trade_in", "usbmux", "fastboot"}
    names_nobody = {"recovery"}
    told = [question.read(Reply(body=b"R58M12FAKE0\n")) for question in inspection_questions()]
    assert told
    assert not any(value.startswith("identity.") for values in told for value in values)
    assert {mode.link for mode in MODES if mode.link} == known | names_nobody, "add the new one above"


class NoPort:
    path = "1-1"
    emulated = True

    def look(self) -> Sighting:
        raise NotImplementedError

    def open(self) -> Link:
        raise NotImplementedError

    def forget(self, udid: str) -> None:
        raise NotImplementedError


@pytest.mark.parametrize("presence", [Presence.FASTBOOT, Presence.USB_ONLY, Presence.ADB_DEVICE])
def test_what_usb_shows_in_fastboot_or_mtp_is_no_number_either_if_phones_share_it(presence: Presence) -> None:
    kept: list[Evidence] = []
    phone = WitnessedPort(NoPort(), Witness(clock=VirtualClock(), journal=kept.append, salt=b"s" * 16))
    for serial in ("0123456789ABCDEF", "R58M12FAKE0"):
        sighting = Sighting(port="1-1", presence=presence, usb_serial=serial)
        phone.record_sighting("port.look", sighting, Moment.RETURN)
    assert "port.usb_serial" not in kept[0].values
    assert kept[0].values[NOTE] == "usb_serial"
    assert "port.usb_serial" in kept[1].values
    assert NOTE not in kept[1].values
