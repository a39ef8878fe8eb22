# SPDX-License-Identifier: GPL-3.0-or-later
"""pyusb, unchanged, on the virtual bus."""

import errno

import pytest
import usb.core
import usb.util

from tests.virtual_phones.benches import StartBench
from virtual_phones.bench.remote import RemoteBench
from virtual_phones.usb.backend import backend

BENCH = {
    "name": "bench",
    "phone": [
        {"name": "one", "model": "iphone-13-ios-18", "port": "1-1"},
        {
            "name": "two",
            "model": "pixel-6-android-13",
            "port": "2-2.4",
            "serial": "VP0002",
            "imeis": ["356938035643809"],
        },
    ],
}


@pytest.fixture
def bench(remote_bench: StartBench) -> RemoteBench:
    return remote_bench(BENCH)


def found(bench: RemoteBench, **match: int) -> dict[tuple[int, ...], usb.core.Device]:
    devices = usb.core.find(find_all=True, backend=backend(bench.control), **match)
    return {device.port_numbers: device for device in devices}


def test_pyusb_sees_path_address_and_strings_of_each_phone(bench: RemoteBench) -> None:
    devices = found(bench)
    assert set(devices) == {(1,), (2, 4)}
    pixel = devices[2, 4]
    assert (pixel.bus, pixel.idVendor, pixel.bNumConfigurations) == (2, 0x18D1, 1)
    assert usb.util.get_string(pixel, pixel.iSerialNumber) == "VP0002"
    assert pixel.manufacturer
    assert pixel.product
    assert 1 <= pixel.address <= 127


def test_pyusb_sees_the_interfaces_that_tell_adb_from_usbmux(bench: RemoteBench) -> None:
    kinds = {
        path: {(i.bInterfaceClass, i.bInterfaceSubClass, i.bInterfaceProtocol) for config in device for i in config}
        for path, device in found(bench).items()
    }
    assert (0xFF, 0x42, 0x01) in kinds[2, 4]
    assert (0xFF, 0xFE, 0x02) in kinds[1,]


def test_find_matches_by_vendor_and_prints_a_whole_device(bench: RemoteBench) -> None:
    (apple,) = found(bench, idVendor=0x05AC).values()
    assert "Apple" in str(apple)


def test_a_phone_that_has_left_answers_no_such_device(bench: RemoteBench) -> None:
    pixel = found(bench)[2, 4]
    bench.unplug("two")
    with pytest.raises(usb.core.USBError) as gone:
        usb.util.get_string(pixel, 3, 0x0409)
    assert gone.value.errno == errno.ENODEV
    assert set(found(bench)) == {(1,)}
    bench.plug("two")
    assert found(bench)[2, 4].address != pixel.address


def test_requests_the_bus_does_not_know_stall(bench: RemoteBench) -> None:
    pixel = found(bench)[2, 4]
    with pytest.raises(usb.core.USBError) as stalled:
        pixel.ctrl_transfer(0xC0, 0x45, 0, 0, 4)
    assert stalled.value.errno == errno.EPIPE
    with pytest.raises(usb.core.USBError):
        usb.util.get_string(pixel, 9, 0x0409)


def test_a_bench_that_died_is_an_error_not_an_empty_bus(bench: RemoteBench) -> None:
    bus = backend(bench.control)
    bench.stop()
    with pytest.raises(usb.core.USBError):
        list(usb.core.find(find_all=True, backend=bus))
