# SPDX-License-Identifier: GPL-3.0-or-later
"""A USB bus for pyusb, below our code: devices come, go, refuse their strings and lie in them."""

import array
from collections.abc import Iterator
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any

import usb.backend
import usb.core

Interface = tuple[int, int, int]


@dataclass(frozen=True)
class Gadget:
    bus: int
    ports: tuple[int, ...]
    address: int
    vendor: int
    product: int
    serial: str = ""
    interfaces: tuple[Interface, ...] = ()
    more: tuple[tuple[Interface, ...], ...] = ()

    def but(self, **changes: Any) -> "Gadget":
        return replace(self, **changes)


class UsbBus(usb.backend.IBackend):  # type: ignore[misc]  # pyusb has no types
    def __init__(self, gadgets: list[Gadget]) -> None:
        self.gadgets = gadgets
        self.enumerations = 0
        self.serial_reads = 0
        self.refused_reads = 0
        self.refuse_strings = False
        self.refuse_descriptors = False
        self.refuse_interface = -1
        self.timeouts_ms: list[int] = []

    def enumerate_devices(self) -> Iterator[Gadget]:
        self.enumerations += 1
        return iter(list(self.gadgets))

    def get_parent(self, dev: Gadget) -> None:
        return None

    def get_device_descriptor(self, dev: Gadget) -> SimpleNamespace:
        return SimpleNamespace(
            bLength=18,
            bDescriptorType=1,
            bcdUSB=0x200,
            bDeviceClass=0,
            bDeviceSubClass=0,
            bDeviceProtocol=0,
            bMaxPacketSize0=64,
            idVendor=dev.vendor,
            idProduct=dev.product,
            bcdDevice=1,
            iManufacturer=0,
            iProduct=0,
            iSerialNumber=3 if dev.serial else 0,
            bNumConfigurations=1 + len(dev.more),
            address=dev.address,
            bus=dev.bus,
            port_number=dev.ports[-1] if dev.ports else None,
            port_numbers=dev.ports or None,
            speed=3,
        )

    def get_configuration_descriptor(self, dev: Gadget, config: int) -> SimpleNamespace:
        if self.refuse_descriptors:
            raise usb.core.USBError("Entity not found", -5, 2)
        interfaces = (dev.interfaces, *dev.more)[config]
        return SimpleNamespace(
            bLength=9,
            bDescriptorType=2,
            wTotalLength=9,
            bNumInterfaces=len(interfaces),
            bConfigurationValue=config + 1,
            iConfiguration=0,
            bmAttributes=0x80,
            bMaxPower=250,
            extra_descriptors=[],
        )

    def get_interface_descriptor(self, dev: Gadget, intf: int, alt: int, config: int) -> SimpleNamespace:
        if intf == self.refuse_interface:
            raise usb.core.USBError("Entity not found", -5, 2)
        interfaces = (dev.interfaces, *dev.more)[config]
        if alt > 0 or intf >= len(interfaces):
            raise IndexError
        kind, sub, protocol = interfaces[intf]
        return SimpleNamespace(
            bLength=9,
            bDescriptorType=4,
            bInterfaceNumber=intf,
            bAlternateSetting=0,
            bNumEndpoints=0,
            bInterfaceClass=kind,
            bInterfaceSubClass=sub,
            bInterfaceProtocol=protocol,
            iInterface=0,
            extra_descriptors=[],
        )

    def open_device(self, dev: Gadget) -> Gadget:
        return dev

    def close_device(self, dev_handle: Gadget) -> None:
        return None

    def ctrl_transfer(
        self, dev_handle: Gadget, bm: int, request: int, value: int, index: int, data: Any, timeout: int
    ) -> int:
        self.timeouts_ms.append(timeout)
        if self.refuse_strings:
            self.refused_reads += 1
            raise usb.core.USBError("Access denied (insufficient permissions)", -3, 13)
        text = b"\x09\x04" if value & 0xFF == 0 else dev_handle.serial.encode("utf-16-le")[:252]
        if value & 0xFF:
            self.serial_reads += 1
        answer = array.array("B", bytes([2 + len(text), 3]) + text)
        data[: len(answer)] = answer
        return len(answer)
