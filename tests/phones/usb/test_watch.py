# SPDX-License-Identifier: GPL-3.0-or-later
"""The USB watch, on a bus that answers pyusb as libusb would."""

import shutil
import threading
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import usb.core

from phones.clock import SystemClock
from phones.errors import UsbAccessError
from phones.usb.watch import RETRIED_FOR_S, UsbDevice, UsbWatch
from tests.phones.usb.usb_bus import Gadget, UsbBus

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


class Ticking(SystemClock):
    """A clock that the test moves."""

    seconds = 0.0

    def monotonic(self) -> float:
        return self.seconds


def patient(*gadgets: Gadget) -> tuple[UsbWatch, UsbBus, Ticking]:
    bus, clock = UsbBus(list(gadgets)), Ticking()
    return UsbWatch(bus, maximum_age_s=-1.0, clock=clock), bus, clock


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
    seen, bus = watch(hub, keyboard, disk)
    assert seen.phones() == ()
    assert [device.path for device in seen.devices()] == ["1-3", "1-4"], "but their ports are not empty"
    assert bus.serial_reads == 0


@pytest.mark.parametrize(
    "interfaces", [((0xE0, 1, 3), (0x0A, 0, 0)), ((2, 2, 1), (0x0A, 0, 0)), ((1, 1, 0), (1, 3, 0)), ()]
)
def test_a_phone_that_shows_only_its_network_or_nothing_still_occupies_its_port(
    interfaces: tuple[tuple[int, int, int], ...],
) -> None:
    seen, _ = watch(PIXEL.but(interfaces=interfaces))
    assert [device.path for device in seen.devices()] == ["3-1.4"]
    assert seen.phones() == ()


def test_interfaces_that_could_not_be_read_are_said_and_read_again() -> None:
    seen, bus, clock = patient(PIXEL)
    bus.refuse_descriptors = True
    assert (seen.devices()[0].interfaces, seen.devices()[0].unread) == ((), True)
    bus.refuse_descriptors = False
    clock.seconds += 1
    device = seen.devices()[0]
    assert (device.interfaces, device.unread, device.serial) == (("06/01/01", "ff/42/01"), False, "R58N12")


def test_one_interface_that_cannot_be_read_does_not_take_the_others_away() -> None:
    seen, bus = watch(PIXEL)
    bus.refuse_interface = 0
    device = seen.devices()[0]
    assert (device.interfaces, device.unread) == (("06/01/01",), True)


def test_more_interfaces_than_are_kept_are_said() -> None:
    seen, _ = watch(PIXEL.but(interfaces=tuple((8, number, 0) for number in range(40))))
    assert (len(seen.devices()[0].interfaces), seen.devices()[0].unread) == (32, True)


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
    seen, bus, clock = patient(PIXEL)
    bus.refuse_strings = True
    assert seen.devices()[0].serial == ""
    bus.refuse_strings = False
    clock.seconds += 1
    assert seen.devices()[0].serial == "R58N12"


def test_thirty_two_phones_that_keep_the_bench_looking_use_up_nobodys_attempts() -> None:
    seen, bus, clock = patient(*(PIXEL.but(ports=(number,), address=number) for number in range(1, 33)))
    bus.refuse_strings = True
    for _ in range(40):
        seen.devices()
        clock.seconds += 0.02
    bus.refuse_strings = False  # udev is done with its rules
    clock.seconds += 1
    assert {device.serial for device in seen.devices()} == {"R58N12"}


def test_a_serial_is_tried_for_a_minute_with_growing_pauses_and_not_for_ever() -> None:
    seen, bus, clock = patient(PIXEL)
    bus.refuse_strings = True
    tried = []
    for _ in range(2000):
        before = bus.refused_reads
        seen.devices()
        if bus.refused_reads > before:
            tried.append(clock.seconds)
        clock.seconds += 0.1
    pauses = [later - earlier for earlier, later in pairwise(tried)]
    assert pauses == sorted(pauses)
    assert len(tried) < 12
    assert tried[-1] - tried[0] >= RETRIED_FOR_S


def test_a_mute_phone_is_given_up_soon_and_a_look_asks_no_second_one_again() -> None:
    class Mute(UsbBus):
        def ctrl_transfer(
            self, dev_handle: Gadget, bm: int, request: int, value: int, index: int, data: Any, timeout: int
        ) -> int:
            clock.seconds += timeout / 1000
            self.refused_reads += 1
            raise usb.core.USBTimeoutError("Operation timed out", -7, 110)

    clock = Ticking()
    bus = Mute([PIXEL.but(ports=(number,), address=number) for number in range(1, 9)])
    seen = UsbWatch(bus, maximum_age_s=-1.0, clock=clock)
    seen.devices()
    assert bus.refused_reads == 8
    clock.seconds += 10
    before = clock.seconds
    seen.devices()
    assert bus.refused_reads == 9
    assert clock.seconds - before <= 0.5


# what the kernel read at the plugging-in ----------------------------------------------------------------------


def kernel(root: Path, path: str, address: int, serial: bytes | None) -> None:
    (root / path).mkdir(parents=True, exist_ok=True)
    (root / path / "devnum").write_text(f"{address}\n")
    if serial is not None:
        (root / path / "serial").write_bytes(serial + b"\n")


@pytest.fixture
def real(monkeypatch: pytest.MonkeyPatch) -> UsbBus:
    """The bus that pyusb finds when it is given none."""
    bus = UsbBus([PIXEL])
    monkeypatch.setattr("usb.backend.libusb1.get_backend", lambda find_library=None: bus)
    return bus


def test_on_a_real_bench_the_serial_comes_from_the_kernel_and_no_phone_is_asked(real: UsbBus, tmp_path: Path) -> None:
    kernel(tmp_path, "3-1.4", PIXEL.address, b"R58N12")
    real.refuse_strings = True  # what a technician without rights gets
    assert UsbWatch(sysfs=tmp_path).devices()[0].serial == "R58N12"
    assert real.timeouts_ms == []


def test_a_port_is_empty_as_soon_as_the_kernel_says_so(real: UsbBus, tmp_path: Path) -> None:
    kernel(tmp_path, "3-1.4", PIXEL.address, b"R58N12")
    kernel(tmp_path, "usb3", 1, None)
    seen = UsbWatch(sysfs=tmp_path)
    assert seen.is_plugged_in("3-1.4")
    shutil.rmtree(tmp_path / "3-1.4")
    assert not seen.is_plugged_in("3-1.4")
    assert seen.devices(), "libusb has not heard of it yet"


def test_a_tree_that_does_not_show_the_bus_says_nothing_of_its_ports(real: UsbBus, tmp_path: Path) -> None:
    assert UsbWatch(sysfs=tmp_path).is_plugged_in("3-1.4")
    assert UsbWatch(sysfs=tmp_path / "nowhere").is_plugged_in("3-1.4")
    kernel(tmp_path, "usb1", 1, None)
    assert UsbWatch(sysfs=tmp_path).is_plugged_in("3-1.4")
    assert not UsbWatch(sysfs=tmp_path).is_plugged_in("3-2")


def test_the_kernels_serial_of_another_plugging_in_is_not_taken(real: UsbBus, tmp_path: Path) -> None:
    kernel(tmp_path, "3-1.4", PIXEL.address + 1, b"OTHER1")
    assert UsbWatch(sysfs=tmp_path).devices()[0].serial == "R58N12"


@pytest.mark.parametrize("there", [True, False])
def test_where_the_kernel_has_no_serial_the_phone_is_asked(real: UsbBus, there: bool, tmp_path: Path) -> None:
    if there:
        kernel(tmp_path, "3-1.4", PIXEL.address, None)
    assert UsbWatch(sysfs=tmp_path).devices()[0].serial == "R58N12"
    assert set(real.timeouts_ms) == {500}


def test_a_phone_that_shares_its_network_keeps_its_serial(real: UsbBus, tmp_path: Path) -> None:
    real.gadgets = [PIXEL.but(interfaces=((0xE0, 1, 3),))]
    kernel(tmp_path, "3-1.4", PIXEL.address, b"R58N12")
    assert UsbWatch(sysfs=tmp_path).devices()[0].serial == "R58N12"


HOSTILE = [
    "E\tV\nIL\x1b[2J" + "x" * 90,
    "R58N12\n",
    "\nR58N12",
    " R58N12 ",
    "R\u202e58",
    "序列号一二三",
    "a\\x41",
    "x" * 126,
]


@pytest.mark.parametrize("serial", HOSTILE)
def test_a_hostile_serial_is_the_same_whether_the_kernel_or_the_phone_tells_it(
    serial: str, real: UsbBus, tmp_path: Path
) -> None:
    real.gadgets = [PIXEL.but(serial=serial)]
    asked = UsbWatch(sysfs=tmp_path / "nowhere").devices()[0]
    real.gadgets = [PIXEL.but(serial="ASKED")]
    kernel(tmp_path, "3-1.4", PIXEL.address, serial.encode())
    assert UsbWatch(sysfs=tmp_path).devices()[0] == asked
    assert asked.serial.isprintable()


@pytest.mark.parametrize("data", [b"\xff\xfeR58", b"x" * 100_000, b"\n" * 10])
def test_what_no_kernel_writes_is_bounded_and_odd(data: bytes, real: UsbBus, tmp_path: Path) -> None:
    kernel(tmp_path, "3-1.4", PIXEL.address, data)
    device = UsbWatch(sysfs=tmp_path).devices()[0]
    assert device.odd
    assert len(device.serial) <= 64
    assert device.serial.isprintable()


def test_a_hostile_serial_is_cleaned_bounded_and_marked() -> None:
    seen, _ = watch(PIXEL.but(serial="E\tV\nIL\x1b[2J" + "x" * 90))
    device = seen.devices()[0]
    assert device.odd
    assert len(device.serial) <= 64
    assert device.serial.isprintable()


def test_forty_workers_share_one_look_at_the_bus() -> None:
    bus = UsbBus([PIXEL])
    seen = UsbWatch(bus, maximum_age_s=3600.0)
    threads = [threading.Thread(target=seen.devices) for _ in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
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
