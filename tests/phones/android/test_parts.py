# SPDX-License-Identifier: GPL-3.0-or-later
"""What an Android names of its parts: strictly read, makers from our own table, numbers only where they are numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phones.allowed import MALFORMED, allowed
from phones.android import parts
from phones.errors import ReplyMalformedError
from phones.link import Reply, ShellLine

SUPPLY = "/sys/class/power_supply/{}/uevent:POWER_SUPPLY_"
MARKER = "0123456789abcdef"


def supply(name: str, *fields: str) -> str:
    return "".join(f"{SUPPLY.format(name)}{field}\n" for field in fields)


def test_the_battery_of_the_phone_tells_its_number_and_that_of_a_pen_is_not_read() -> None:
    own = supply("battery", "TYPE=Battery", "PRESENT=1", "SERIAL_NUMBER=FAKECELL0042")
    pen = supply("pen", "TYPE=Battery", "SCOPE=Device", "SERIAL_NUMBER=FAKEPEN0001")
    assert parts.battery_serial(own + pen) == {"parts.battery": "FAKECELL0042", "parts.blank": ""}
    assert parts.battery_serial(pen) == {}


@pytest.mark.parametrize("number", ["", "0001", "1", "unknown", "123456789"])
def test_a_placeholder_for_a_number_tells_nothing(number: str) -> None:
    found = parts.battery_serial(supply("battery", "TYPE=Battery", f"SERIAL_NUMBER={number}"))
    assert "parts.battery" not in found


def test_a_number_of_zeros_is_told_as_such() -> None:
    assert parts.battery_serial(supply("battery", "SERIAL_NUMBER=00000000")) == {"parts.blank": "battery"}


def test_two_batteries_with_two_numbers_tell_none() -> None:
    text = supply("battery", "SERIAL_NUMBER=FAKECELL0042") + supply("bms", "SERIAL_NUMBER=FAKECELL0043")
    assert parts.battery_serial(text) == {}


def test_makers_of_sensors_are_words_of_our_table_and_a_strange_one_is_other() -> None:
    lines = "| STMicro | ver: 1\n| TDK-InvenSense  | ver: 2\n| AMS | ver: 1\n| Anna's workshop | ver: 1\n"
    assert parts.sensor_makers(lines) == {"parts.sensor_makers": "ams,other,stm,tdk"}
    assert parts.sensor_makers("no sensors") == {}


def test_cameras_are_counted_by_their_ids_of_the_service_or_of_the_layer_below() -> None:
    assert parts.camera_ids("  Device 0 maps to\n  Device 1 maps to\n") == {"parts.camera_ids": "0,1"}
    assert parts.camera_ids("device@3.5/internal/1\ndevice@3.5/internal/0\n") == {"parts.camera_ids": "0,1"}
    assert parts.camera_ids("") == {}


def test_the_panel_of_the_inner_display_is_named_and_the_worst_word_of_all_displays_counts() -> None:
    text = (
        "Display 1 (HWC display 3): port=131 pnpId=QCM screenPartStatus=REPLACED "
        'displayName="outer"\n'
        "Display 2 (HWC display 0): port=130 pnpId=QCM screenPartStatus=ORIGINAL "
        'displayName="boe nt37701 amoled"\n'
    )
    assert parts.panel(text) == {
        "parts.panel_name": "boe_nt37701_amoled",
        "parts.panel_maker": "boe",
        "display.part_status": "replaced",
    }


def test_a_panel_that_is_not_named_or_whose_chip_cannot_say_is_not_original() -> None:
    text = 'Display 1 (HWC display 0): port=0 pnpId=GGL screenPartStatus=UNSUPPORTED displayName=""\n'
    assert parts.panel(text) == {"display.part_status": "unsupported"}
    assert parts.panel("Display 1 (HWC display 0): port=129 pnpId=QCM") == {}


@given(st.text(max_size=300))
def test_no_text_makes_a_reader_raise_or_keep_what_is_not_allowed(text: str) -> None:
    framed = [
        text,
        f"| {text} | ver: 1",
        f"device@3.5/internal/{text}",
        f'Display 1 (HWC display 0): displayName="{text}"',
    ]
    for reader in (parts.battery_serial, parts.sensor_makers, parts.camera_ids, parts.panel):
        for each in (*framed, supply("battery", f"SERIAL_NUMBER={text}")):
            for name, value in reader(each).items():
                assert allowed(name).admit(value) in (value, MALFORMED)


@given(st.binary(max_size=400))
def test_an_answer_in_another_shape_is_malformed_and_tells_nothing(body: bytes) -> None:
    question = parts.parts_question(MARKER, timeout_s=1.0)
    assert isinstance(question.request, ShellLine)
    with pytest.raises(ReplyMalformedError):
        question.read(Reply(body=body))
