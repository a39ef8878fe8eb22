# SPDX-License-Identifier: GPL-3.0-or-later
"""A phone that puts tabs and line breaks into its serial does not become two phones."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phones.adb.devices import AdbDevice, read_devices, read_devpath
from phones.port import Presence


@pytest.mark.parametrize(
    ("state", "presence"),
    [
        ("device", Presence.ADB_DEVICE),
        ("unauthorized", Presence.ADB_UNAUTHORIZED),
        ("authorizing", Presence.ADB_UNAUTHORIZED),
        ("offline", Presence.ADB_OFFLINE),
        ("connecting", Presence.ADB_OFFLINE),
        ("recovery", Presence.ADB_RECOVERY),
        ("sideload", Presence.ADB_SIDELOAD),
        ("rescue", Presence.ADB_RESCUE),
        ("bootloader", Presence.FASTBOOT),
        ("no permissions (user in plugdev group; are your udev rules wrong?); see [http://x]", Presence.ADB_OFFLINE),
    ],
)
def test_every_state_of_adb_has_a_presence(state: str, presence: Presence) -> None:
    line = f"R58N12               {state} usb:1-4.2 product:a model:b device:c transport_id:3\n"
    assert read_devices(line) == (AdbDevice(transport_id=3, serial="R58N12", presence=presence, usb_path="1-4.2"),)


def test_a_tcp_phone_has_no_usb_path() -> None:
    text = "127.0.0.1:43305        device product:tokay model:Pixel_9 device:tokay transport_id:1\n"
    assert read_devices(text)[0] == AdbDevice(
        transport_id=1, serial="127.0.0.1:43305", presence=Presence.ADB_DEVICE, usb_path=""
    )


def test_a_serial_with_tab_and_line_break_leaves_one_phone_and_no_borrowed_state() -> None:
    text = "EVIL\tdevice\nFAKE0001 unauthorized usb:1-1 transport_id:4\n"
    found = read_devices(text)
    assert [device.transport_id for device in found] == [4]
    assert found[0].presence is Presence.ADB_UNAUTHORIZED


def test_a_forged_line_for_a_neighbours_transport_speaks_for_neither() -> None:
    text = (
        "X device usb:1-2 transport_id:2\nTAIL unauthorized usb:1-1 transport_id:1\n"
        "HONEST offline usb:1-2 transport_id:2\n"
    )
    assert [device.transport_id for device in read_devices(text)] == [1]


def test_a_serial_with_blanks_is_marked_odd() -> None:
    found = read_devices("A B\x1b[2J device usb:1-1 transport_id:1\n")
    assert found[0].odd
    assert found[0].serial == r"A B\u001b[2J"


@given(st.text(max_size=500))
def test_no_list_of_devices_raises(text: str) -> None:
    for device in read_devices(text):
        assert device.serial.isprintable()


@given(st.text(alphabet="usb:-.1239 \n", max_size=30))
def test_a_devpath_is_a_port_path_or_nothing(text: str) -> None:
    assert set(read_devpath(text)) <= set("0123456789-.")
