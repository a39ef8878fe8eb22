# SPDX-License-Identifier: GPL-3.0-or-later
"""The USB watch, on a bus that answers pyusb as libusb would."""

import threading
from collections.abc import Iterator

import pytest
import usb.core
from usb_bus import Gadget, UsbBus

from phones.errors import UsbAccessError
from phones.usb_watch import UsbDevice, UsbWatch

PIXEL = Gadget(
    bus=3,
    ports=(1, 4),
    address=7,
    vendor=0x18D1,
    product=0x4EE7,
    serial="R58N12",
    interfaces=((0xFF, 0x42, 0x01), (6, 1, 1)),
)


def watch(*gadgets: Gadget) -> tuple[UsbWatch, UsbBus]:
    bus = UsbBus(list(gadgets))
    return UsbWatch(bus, maximum_age_s=0.0), bus


def test_a_phone_is_named_by_its_port_path_serial_and_interfaces() -> None:
    seen, _ = watch(PIXEL)
    assert seen.devices() == (
        UsbDevice(
            path="3-1.4", vendor_id=0x18D1, product_id=0x4EE7, serial="R58N12", interfaces=("06/01/01", "ff/42/01")
        ),
    )


def test_interfaces_of_every_configuration_are_seen() -> None:
    iphone = Gadget(
        bus=1,
        ports=(2,),
        address=3,
        vendor=0x05AC,
        product=0x12A8,
        serial="00008101000A",
        interfaces=((6, 1, 1),),
        more=(((6, 1, 1), (0xFF, 0xFE, 2)),),
    )
    seen, _ = watch(iphone)
    assert seen.devices()[0].interfaces == ("06/01/01", "ff/fe/02")


def test_hubs_keyboards_and_disks_are_no_phones() -> None:
    hub = Gadget(bus=1, ports=(), address=1, vendor=0x1D6B, product=2, interfaces=((9, 0, 0),))
    keyboard = Gadget(bus=1, ports=(3,), address=4, vendor=0x046D, product=1, interfaces=((3, 1, 1),))
    disk = Gadget(bus=1, ports=(4,), address=5, vendor=0x04E8, product=0x61F5, interfaces=((8, 6, 0x50),))
    seen, _ = watch(hub, keyboard, disk)
    assert seen.devices() == ()


def test_strings_are_read_once_for_each_plugging_in() -> None:
    seen, bus = watch(PIXEL)
    for _ in range(5):
        seen.devices()
    assert bus.serial_reads == 1
    bus.gadgets = []
    seen.devices()
    bus.gadgets = [PIXEL.but(address=8, serial="OTHER1")]
    assert seen.devices()[0].serial == "OTHER1"
    assert bus.serial_reads == 2


def test_another_phone_at_the_same_address_of_the_next_look_is_read_anew() -> None:
    seen, bus = watch(PIXEL)
    seen.devices()
    bus.gadgets = [PIXEL.but(product=0x4EE0, serial="OTHER1")]
    assert seen.devices()[0].serial == "OTHER1"


def test_a_serial_that_may_not_be_read_yet_is_empty_and_tried_again() -> None:
    seen, bus = watch(PIXEL)
    bus.refuse_strings = True
    assert seen.devices()[0].serial == ""
    bus.refuse_strings = False
    assert seen.devices()[0].serial == "R58N12"


def test_a_serial_that_can_never_be_read_is_not_tried_for_ever() -> None:
    seen, bus = watch(PIXEL)
    bus.refuse_strings = True
    for _ in range(20):
        seen.devices()
    assert bus.refused_reads < 20


def test_a_hostile_serial_is_cleaned_bounded_and_marked() -> None:
    seen, _ = watch(PIXEL.but(serial="E\tV\nIL\x1b[2J" + "x" * 90))
    device = seen.devices()[0]
    assert device.odd
    assert len(device.serial) <= 64
    assert device.serial.isprintable()


def test_forty_workers_share_one_look_at_the_bus() -> None:
    bus = UsbBus([PIXEL])
    seen = UsbWatch(bus, maximum_age_s=5.0)
    threads = [threading.Thread(target=seen.devices) for _ in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(5)
    assert bus.enumerations == 1


class BrokenBus(UsbBus):
    def enumerate_devices(self) -> Iterator[Gadget]:
        raise usb.core.USBError("Access denied", 13)


def test_a_bus_that_cannot_be_read_is_a_bench_error_with_a_next_step() -> None:
    with pytest.raises(UsbAccessError) as caught:
        UsbWatch(BrokenBus([])).devices()
    assert "libusb" in caught.value.hint("en")


def test_a_missing_libusb_is_a_bench_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("usb.backend.libusb1.get_backend", lambda find_library=None: None)
    monkeypatch.setattr("usb.backend.libusb0.get_backend", lambda find_library=None: None)
    monkeypatch.setattr("usb.backend.openusb.get_backend", lambda find_library=None: None)
    with pytest.raises(UsbAccessError):
        UsbWatch().devices()


@pytest.mark.parametrize(("product", "recovery"), [(0x1281, True), (0x1227, True), (0x12A8, False)])
def test_an_iphone_in_recovery_or_dfu_is_told_by_its_product_id(product: int, recovery: bool) -> None:
    seen, _ = watch(Gadget(bus=1, ports=(1,), address=2, vendor=0x05AC, product=product, interfaces=((0xFF, 0xFE, 2),)))
    assert seen.devices()[0].is_apple_recovery is recovery
