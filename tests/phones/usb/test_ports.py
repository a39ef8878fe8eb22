# SPDX-License-Identifier: GPL-3.0-or-later
"""Port paths, hubs and controllers in sysfs trees; iPhones to ports by serial, never by guess."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phones.apple.ports import ports_of
from phones.usb.ports import companion, controller_of, is_port_path, is_virtual_bus, order, places
from phones.usb.watch import UsbDevice
from tests.phones.usb.sysfs_tree import TREES, lay, written_down

UDID = "00008110-0006185C09539A04"
SERIAL = "000081100006185C09539A04"


def iphone(path: str, serial: str) -> UsbDevice:
    return UsbDevice(path=path, vendor_id=0x05AC, product_id=0x12A8, serial=serial)


@pytest.mark.parametrize("tree", sorted(TREES.glob("*.txt")), ids=lambda tree: tree.stem)
def test_a_tree_says_where_it_is_from_and_is_written_down_again_as_it_was(tree: Path, tmp_path: Path) -> None:
    lines = tree.read_text("utf-8").splitlines()
    head = [line for line in lines if line.startswith("#")]
    assert any(line.startswith(("# Written from the documented layout", "# Written down by")) for line in head)
    lay(tree.stem, tmp_path)
    assert sorted(written_down(tmp_path)) == sorted(lines[len(head) :])


def test_phones_behind_nested_hubs_keep_their_whole_path(tmp_path: Path) -> None:
    found = {place.path: place for place in places(lay("nested-hubs", tmp_path))}
    assert list(found) == ["usb1", "usb2", "1-4", "1-4.1", "1-4.2", "1-4.2.3", "2-4"]
    assert [path for path, place in found.items() if place.is_hub] == ["usb1", "usb2", "1-4", "1-4.2", "2-4"]
    assert found["1-4.2.3"].interfaces == ("06/01/01", "ff/42/01")
    assert found["1-4.2.3"].endpoints == 6
    assert found["1-4.2.3"].node == (1, 5)


def test_two_buses_of_one_controller_are_one_controller_and_two_controllers_are_two(tmp_path: Path) -> None:
    one, two = lay("nested-hubs", tmp_path / "one"), lay("two-controllers", tmp_path / "two")
    assert controller_of("1-4.2.3", one) == controller_of("2-4", one) != ""
    assert controller_of("1-1.2", two) != controller_of("3-1.2", two)
    assert controller_of("1-1.2", two).endswith("0000:00:14.0")


def test_the_two_paths_of_one_socket_are_known_to_each_other(tmp_path: Path) -> None:
    root = lay("nested-hubs", tmp_path)
    assert (companion("1-4", root), companion("2-4", root)) == ("2-4", "1-4")
    assert (companion("1-4.1", root), companion("2-4.1", root)) == ("2-4.1", "1-4.1")
    assert companion("1-4.2.3", root) == ""
    assert companion("nonsense", root) == ""


def test_a_phone_on_the_kernels_virtual_controller_hangs_on_no_cable(tmp_path: Path) -> None:
    root = lay("vhci", tmp_path)
    assert is_virtual_bus("2-5", root) is True
    assert is_virtual_bus("1-1", root) is False
    assert {place.path: place.virtual for place in places(root)} == {"usb1": False, "usb2": True, "2-5": True}


def test_a_tree_that_a_kernel_showed_is_read_as_one_of_the_documented_layout(tmp_path: Path) -> None:
    root = lay("rig", tmp_path)
    found = {place.path: place for place in places(root)}
    phones = {path: place.interfaces for path, place in found.items() if not place.is_hub}
    assert phones == {
        "1-1": ("06/01/01", "ff/42/01"),
        "3-1": ("06/01/01",),
        "5-1": ("06/01/01", "ff/fe/02"),
    }
    assert all(place.virtual for place in found.values())
    assert controller_of("1-1", root) != controller_of("3-1", root)
    assert (companion("1-1", root), companion("2-1", root)) == ("2-1", "1-1")


def test_a_bus_that_cannot_be_looked_at_is_never_called_a_cable(tmp_path: Path) -> None:
    (tmp_path / "usb1").symlink_to(tmp_path / "usb1")  # leads to itself
    assert is_virtual_bus("1-1", tmp_path) is True
    assert controller_of("1-1", tmp_path) == ""


def test_a_bus_that_is_not_there_is_never_called_a_cable(tmp_path: Path) -> None:
    root = lay("vhci", tmp_path)
    (root / "usb1").unlink()
    assert is_virtual_bus("1-1", root) is True
    (root / "usb1").symlink_to(tmp_path / "gone")
    assert is_virtual_bus("1-1", root) is True
    assert is_virtual_bus("1-1", tmp_path / "nowhere") is True
    assert is_virtual_bus("nonsense", root) is True


def test_a_device_whose_controller_nobody_can_tell_hangs_on_no_cable(tmp_path: Path) -> None:
    root = lay("two-controllers", tmp_path)
    (root / "usb1").unlink()
    virtual = {place.path: place.virtual for place in places(root)}
    assert (virtual["1-1.2"], virtual["3-1.2"]) == (True, False)


def test_a_phone_that_leaves_while_the_tree_is_read_is_left_out(tmp_path: Path) -> None:
    root = lay("two-controllers", tmp_path)
    (root / "1-1.2" / "busnum").unlink()
    assert "1-1.2" not in [place.path for place in places(root)]
    assert "1-1.3" in [place.path for place in places(root)]


def test_a_tree_that_is_not_there_is_an_error_and_not_an_empty_bench(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="nowhere"):
        places(tmp_path / "nowhere")


@pytest.mark.parametrize("path", ["1-1", "3-1.4", "12-4.2.3.1.7", "1-15.2.3.4.5.6"])
def test_port_paths_are_told_from_other_names(path: str) -> None:
    assert is_port_path(path)


@pytest.mark.parametrize(
    "name", ["usb1", "1-0:1.0", "1-4:1.0", "0-1", "1-0", "1-1.", "1-1.2.3.4.5.6.7", "1-1\n", "１-1"]
)
def test_what_is_no_port_path_is_none(name: str) -> None:
    assert not is_port_path(name)


def test_ports_are_sorted_as_people_count() -> None:
    assert sorted(["1-10", "1-2.10", "2-1", "1-2", "1-2.9"], key=order) == ["1-2", "1-2.9", "1-2.10", "1-10", "2-1"]


@given(st.text(max_size=40))
def test_no_text_makes_the_path_reader_stumble(text: str) -> None:
    assert is_port_path(text) is bool(order(text))
    assert companion(text, Path("nowhere")) == ""


# iPhones to ports -------------------------------------------------------------------------------------------


def test_an_iphone_of_usbmuxd_hangs_where_its_serial_hangs() -> None:
    assert ports_of([UDID], [iphone("1-4.1", SERIAL), iphone("1-4.2", "000081100006185C09539A05")]) == {"1-4.1": UDID}
    assert ports_of([UDID.lower()], [iphone("1-4.1", SERIAL)]) == {"1-4.1": UDID.lower()}


def test_an_old_udid_of_forty_digits_gets_no_hyphen() -> None:
    old = "fa4e" + "0" * 35 + "1"
    assert ports_of([old], [iphone("2-1", old)]) == {"2-1": old}


def test_two_iphones_with_one_serial_have_no_port_either_of_them() -> None:
    assert ports_of([UDID], [iphone("1-1", SERIAL), iphone("1-2", SERIAL.lower())]) == {}


def test_an_iphone_that_usb_does_not_show_has_no_port() -> None:
    assert ports_of([UDID], []) == {}
    assert ports_of([UDID], [iphone("1-1", "")]) == {}


def test_an_android_that_bears_an_iphones_serial_gets_no_iphone() -> None:
    liar = UsbDevice(path="1-1", vendor_id=0x18D1, product_id=0x4EE7, serial=SERIAL)
    assert ports_of([UDID], [liar]) == {}
    assert ports_of([UDID], [liar, iphone("1-2", SERIAL)]) == {"1-2": UDID}


def test_a_hyphen_elsewhere_makes_another_phone() -> None:
    assert ports_of(["0000-81100006185C09539A04"], [iphone("1-1", SERIAL)]) == {}
