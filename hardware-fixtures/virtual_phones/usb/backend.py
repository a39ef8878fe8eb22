# SPDX-License-Identifier: GPL-3.0-or-later
"""A pyusb backend whose bus is the virtual bench: paths, descriptors, strings and bulk transfers.

Use: `usb.core.find(find_all=True, backend=backend(("127.0.0.1", port)))`. No real USB is touched. Each
look costs one exchange with the bench process; a device that has left since raises ENODEV, as libusb does.
"""

import array
import errno
import time
from collections.abc import Iterator
from types import SimpleNamespace

import usb.backend
import usb.core

from virtual_phones.bench.control import ControlClient, ControlError

_LANGUAGE = 0x0409
_HIGH_SPEED = 3
_MANUFACTURER, _PRODUCT, _SERIAL = 1, 2, 3
_GET_DESCRIPTOR, _STRING = 0x06, 0x03
_LONGEST_STRING = 252
_ENDPOINTS = 2
_PAUSE_S = 0.01
_FOR_EVER_S = 3600.0

Card = dict[str, object]


def backend(control: tuple[str, int]) -> "VirtualBus":
    """The bus of the bench whose control socket is at `control`."""
    return VirtualBus(control)


class VirtualBus(usb.backend.IBackend):  # type: ignore[misc]  # pyusb has no types
    """See the module. Only the methods that looks and bulk transfers need; the rest is not implemented."""

    def __init__(self, control: tuple[str, int]) -> None:
        self._client = ControlClient(control)

    def enumerate_devices(self) -> Iterator[Card]:
        """What hangs on the bus now."""
        return iter(self._cards())

    def get_parent(self, dev: Card) -> None:
        """Hubs are not shown; the path is in `port_numbers`."""

    def get_device_descriptor(self, dev: Card) -> SimpleNamespace:
        """The device descriptor and where the device hangs."""
        ports = _numbers(dev["ports"])
        return SimpleNamespace(
            bLength=18,
            bDescriptorType=1,
            bcdUSB=0x0200,
            bDeviceClass=0,
            bDeviceSubClass=0,
            bDeviceProtocol=0,
            bMaxPacketSize0=64,
            idVendor=dev["vendor_id"],
            idProduct=dev["product_id"],
            bcdDevice=0x0510,
            iManufacturer=_MANUFACTURER if dev["manufacturer"] else 0,
            iProduct=_PRODUCT if dev["product"] else 0,
            iSerialNumber=_SERIAL if dev["serial"] else 0,
            bNumConfigurations=1,
            address=dev["address"],
            bus=dev["bus"],
            port_number=ports[-1],
            port_numbers=ports,
            speed=_HIGH_SPEED,
        )

    def get_configuration_descriptor(self, dev: Card, config: int) -> SimpleNamespace:
        """The only configuration. Raises: IndexError for another, as pyusb's own backends do."""
        if config != 0:
            raise IndexError("Invalid configuration index")
        interfaces = _interfaces(dev)
        total = 9 + sum(9 + 7 * _ENDPOINTS for _ in interfaces)
        return SimpleNamespace(
            bLength=9,
            bDescriptorType=2,
            wTotalLength=total,
            bNumInterfaces=len(interfaces),
            bConfigurationValue=1,
            iConfiguration=0,
            bmAttributes=0x80,
            bMaxPower=250,
            extra_descriptors=[],
        )

    def get_interface_descriptor(self, dev: Card, intf: int, alt: int, config: int) -> SimpleNamespace:
        """One interface. Raises: IndexError for one the phone does not have."""
        interfaces = _interfaces(dev)
        if alt != 0 or config != 0 or intf >= len(interfaces):
            raise IndexError("Invalid interface index")
        kind, sub, protocol = interfaces[intf]
        return SimpleNamespace(
            bLength=9,
            bDescriptorType=4,
            bInterfaceNumber=intf,
            bAlternateSetting=0,
            bNumEndpoints=_ENDPOINTS,
            iInterface=0,
            bInterfaceClass=kind,
            bInterfaceSubClass=sub,
            bInterfaceProtocol=protocol,
            extra_descriptors=[],
        )

    def get_endpoint_descriptor(self, dev: Card, ep: int, intf: int, alt: int, config: int) -> SimpleNamespace:
        """Two bulk endpoints an interface, IN then OUT. Raises: IndexError for another."""
        if ep >= _ENDPOINTS:
            raise IndexError("Invalid endpoint index")
        number = 1 + intf
        return SimpleNamespace(
            bLength=7,
            bDescriptorType=5,
            bEndpointAddress=number | (0x80 if ep == 0 else 0),
            bmAttributes=2,
            wMaxPacketSize=512,
            bInterval=0,
            bRefresh=0,
            bSynchAddress=0,
            extra_descriptors=[],
        )

    def open_device(self, dev: Card) -> Card:
        """Open; the handle is the card. Raises: usb.core.USBError ENODEV when it has left."""
        return self._here(dev)

    def close_device(self, dev_handle: Card) -> None:
        """Close."""

    def get_configuration(self, dev_handle: Card) -> int:
        """The active configuration."""
        return 1

    def set_configuration(self, dev_handle: Card, config_value: int) -> None:
        """There is only one; setting it changes nothing."""

    def claim_interface(self, dev_handle: Card, intf: int) -> None:
        """Nobody else claims anything on this bus."""

    def release_interface(self, dev_handle: Card, intf: int) -> None:
        """See claim_interface."""

    def bulk_write(self, dev_handle: Card, ep: int, intf: int, data: "array.array[int]", timeout: int) -> int:
        """All of it at once. Raises: usb.core.USBError."""
        self._pipe("usb_write", dev_handle, intf, data=data.tobytes().hex())
        return len(data)

    def bulk_read(self, dev_handle: Card, ep: int, intf: int, buff: "array.array[int]", timeout: int) -> int:
        """The next transfer. Raises: usb.core.USBError; USBTimeoutError when none comes in time."""
        give_up = time.monotonic() + (timeout / 1000 if timeout else _FOR_EVER_S)
        while (found := self._pipe("usb_read", dev_handle, intf)) is None:
            if time.monotonic() >= give_up:
                raise usb.core.USBTimeoutError("Operation timed out", error_code=-7, errno=errno.ETIMEDOUT)
            time.sleep(_PAUSE_S)
        answer = bytes.fromhex(str(found))
        if len(answer) > len(buff):
            raise usb.core.USBError("Overflow", error_code=-8, errno=errno.EOVERFLOW)
        buff[: len(answer)] = array.array("B", answer)
        return len(answer)

    def _pipe(self, act: str, dev: Card, interface: int, **more: str) -> object:
        path = f"{dev['bus']}-" + ".".join(str(number) for number in _numbers(dev["ports"]))
        try:
            found = self._client.call(act, port=path, address=dev["address"], interface=interface, **more)
        except ControlError as gone:
            raise usb.core.USBError(f"virtual bus: {gone}", errno=errno.EIO) from gone
        finally:
            self._client.close()
        answer = found if isinstance(found, dict) else {}
        if "ok" in answer:
            return answer["ok"]
        if "stall" in answer:
            raise usb.core.USBError("Pipe error", error_code=-9, errno=errno.EPIPE)
        raise usb.core.USBError("No such device", error_code=-4, errno=errno.ENODEV)

    def is_kernel_driver_active(self, dev_handle: Card, intf: int) -> bool:
        """No kernel knows this bus."""
        return False

    def ctrl_transfer(
        self,
        dev_handle: Card,
        bmRequestType: int,  # noqa: N803 - pyusb's names
        bRequest: int,  # noqa: N803 - pyusb's names
        wValue: int,  # noqa: N803 - pyusb's names
        wIndex: int,  # noqa: N803 - pyusb's names
        data: "array.array[int]",
        timeout: int,
    ) -> int:
        """GET_DESCRIPTOR for strings; any other request stalls (EPIPE). Raises: usb.core.USBError."""
        if bmRequestType != 0x80 or bRequest != _GET_DESCRIPTOR or wValue >> 8 != _STRING:
            raise usb.core.USBError("Pipe error", error_code=-9, errno=errno.EPIPE)
        found = self._here(dev_handle)
        index = wValue & 0xFF
        names = {_MANUFACTURER: "manufacturer", _PRODUCT: "product", _SERIAL: "serial"}
        if index == 0:
            body = _LANGUAGE.to_bytes(2, "little")
        elif index in names:
            body = str(found[names[index]]).encode("utf-16-le", "surrogatepass")[:_LONGEST_STRING]
        else:
            raise usb.core.USBError("Pipe error", error_code=-9, errno=errno.EPIPE)
        answer = (bytes([len(body) + 2, _STRING]) + body)[: len(data)]
        data[: len(answer)] = array.array("B", answer)
        return len(answer)

    def _here(self, dev: Card) -> Card:
        for card in self._cards():
            if (card["bus"], card["address"], card["ports"]) == (dev["bus"], dev["address"], dev["ports"]):
                return card
        raise usb.core.USBError("No such device", error_code=-4, errno=errno.ENODEV)

    def _cards(self) -> list[Card]:
        try:
            found = self._client.call("usb")
        except ControlError as gone:
            raise usb.core.USBError(f"virtual bus: {gone}", errno=errno.EIO) from gone
        finally:
            self._client.close()  # pyusb never says when it is done with a bus
        return list(found) if isinstance(found, list) else []


def _numbers(value: object) -> tuple[int, ...]:
    return tuple(int(str(number)) for number in value) if isinstance(value, list) else ()


def _interfaces(dev: Card) -> list[tuple[int, ...]]:
    found = dev["interfaces"]
    return [_numbers(entry) for entry in found] if isinstance(found, list) else []
