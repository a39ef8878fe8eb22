# SPDX-License-Identifier: GPL-3.0-or-later
"""A phone in a slot as the USB device that it is now: one model, another transport."""

import struct

import pytest

from virtual_phones.adb.adbd import A_CNXN, A_OPEN, message
from virtual_phones.bench.scenario import add_phones, read_scenario
from virtual_phones.port import VirtualPort
from virtual_phones.usb.device import EPIPE, Completion, Urb, UsbDevice
from virtual_phones.usb.function import Setup
from virtual_phones.usb.phone import build

IN, OUT = 0x83, 0x03  # adb is the second interface, behind MTP
FOYER = {"model": "pixel-9-android-16", "condition": "reset", "serial": "USBPHONE16"}


def slot(**phone: object) -> VirtualPort:
    (port,) = add_phones(
        read_scenario({"name": "one", "phone": [{"name": "p", "port": "1-1", **phone}]}), epoch_at_zero=0.0
    )
    port.tick(1.0)
    return port


def device(port: VirtualPort) -> UsbDevice:
    view = port.usb()
    assert view is not None
    return build(port, port.phone, view, lambda: 1.0, {}).device


class Host:
    """A kernel with one URB at a time."""

    def __init__(self, plugged: UsbDevice, configuration: int = 1) -> None:
        self.device = plugged
        self.number = 0
        self.control(0x00, 9, value=configuration)

    def done(self, urb: Urb) -> Completion | None:
        self.device.submit(urb, 1.0)
        self.device.advance(1.0)
        return next((found for found in self.device.take() if found.number == urb.number), None)

    def control(self, request_type: int, request: int, *, value: int = 0, index: int = 0, length: int = 0) -> bytes:
        self.number += 1
        setup = Setup(request_type=request_type, request=request, value=value, index=index, length=length)
        found = self.done(Urb(number=self.number, address=request_type & 0x80, length=length, setup=setup))
        assert found is not None
        return found.data

    def write(self, data: bytes) -> int:
        self.number += 1
        found = self.done(Urb(number=self.number, address=OUT, length=len(data), data=data))
        assert found is not None
        return found.status

    def read(self, length: int) -> Completion | None:
        self.number += 1
        return self.done(Urb(number=self.number, address=IN, length=length))

    def connect(self) -> bytes:
        """CNXN; the banner."""
        greeting = message(A_CNXN, 0x01000001, 0x100000, b"host::features=shell_v2")
        self.write(greeting[:24])
        self.write(greeting[24:])
        header = self.read(24)
        assert header is not None
        (length,) = struct.unpack_from("<I", header.data, 12)
        payload = self.read(length)
        assert payload is not None
        return payload.data


def test_the_foyer_answers_over_usb_in_two_transfers() -> None:
    host = Host(device(slot(**FOYER)))
    assert host.connect().startswith(b"device::ro.product.name=tokay;")
    opened = message(A_OPEN, 1, 0, b"shell,v2:tradeinmode getstatus\0")
    host.write(opened[:24])
    host.write(opened[24:])
    answer = host.read(24)
    assert answer is not None
    assert answer.data[:4] == b"OKAY"


def test_a_cut_cable_lets_half_the_answer_through_and_then_dies() -> None:
    port = slot(**FOYER, fault=[{"at": 1, "kind": "truncate", "seconds": 5.0}])
    plugged = device(port)
    host = Host(plugged)
    host.connect()
    opened = message(A_OPEN, 1, 0, b"shell,v2:tradeinmode getstatus\0")
    host.write(opened[:24])
    host.write(opened[24:])
    assert plugged.dead
    assert not plugged.drained
    said = b""
    while not plugged.drained and (piece := host.read(512)) is not None:
        said += piece.data
    assert b"OKAY" in said
    plugged.closed()
    port.tick(2.0)
    assert port.usb() is None, "the cable is out"
    port.tick(8.0)
    assert port.usb() is not None


@pytest.mark.parametrize("trouble", ["bad_header", "huge_header"])
def test_broken_headers_are_broken_on_the_wire(trouble: str) -> None:
    host = Host(device(slot(**FOYER, set={"usb": {"trouble": trouble}})))
    greeting = message(A_CNXN, 0x01000001, 0x100000, b"host::")
    host.write(greeting[:24])
    host.write(greeting[24:])
    header = host.read(24)
    assert header is not None
    command, _, _, length, _, magic = struct.unpack("<6I", header.data)
    assert (magic != command ^ 0xFFFFFFFF) or length == 2 * 1024 * 1024


def test_a_stalling_phone_stalls() -> None:
    host = Host(device(slot(**FOYER, set={"usb": {"trouble": "stall"}})))
    assert host.write(b"x" * 24) == EPIPE


def test_a_hostile_serial_is_shown_as_it_is() -> None:
    host = Host(device(slot(**FOYER, set={"usb": {"serial": "EVIL\tdevice\nFAKE"}})))
    index = host.control(0x80, 6, value=0x0100, length=18)[16]
    assert host.control(0x80, 6, value=0x0300 | index, length=255)[2:].decode("utf-16-le") == "EVIL\tdevice\nFAKE"


def test_an_iphone_has_four_configurations_and_usbmux_in_three() -> None:
    port = slot(model="iphone-13-ios-18")
    host = Host(device(port), configuration=4)
    assert host.control(0x80, 6, value=0x0100, length=18)[17] == 4
    described = [host.control(0x80, 6, value=0x0200 | place, length=255) for place in range(4)]
    assert [b"\xff\xfe\x02" in found for found in described] == [False, True, True, True]
    assert host.control(0xC0, 0x45, length=4) == b"\x03\x03\x03\x00"


@pytest.mark.parametrize(("action", "product"), [("enter_recovery", 0x1281), ("enter_dfu", 0x1227)])
def test_an_iphone_can_come_back_as_iboot_or_boot_rom(action: str, product: int) -> None:
    port = slot(model="iphone-13-ios-18", timing={"scale": 0.02})
    port.press(action, 2.0)
    port.tick(60.0)
    host = Host(device(port))
    described = host.control(0x80, 6, value=0x0100, length=18)
    assert struct.unpack_from("<HH", described, 8) == (0x05AC, product)
    assert host.control(0x80, 6, value=0x0300 | described[16], length=255)[2:].decode("utf-16-le").startswith("CPID:")
    port.press("restart", 61.0)
    port.tick(120.0)
    shown = port.usb()
    assert shown is not None
    assert shown.product_id == 0x12A8


def test_a_modem_is_two_interfaces_more() -> None:
    host = Host(device(slot(model="pixel-6-android-13", serial="R5X", condition="used", set={"usb": {"modem": True}})))
    described = host.control(0x80, 6, value=0x0200, length=255)
    assert described[4] == 3
    assert bytes([9, 4, 1, 0, 1, 2, 2, 1]) in described
