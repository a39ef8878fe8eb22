# SPDX-License-Identifier: GPL-3.0-or-later
"""What hangs on which USB port: port path, serial string and interfaces, without talking to the phone.

By polling: one enumeration is shared by all workers, and strings are read once per plugging-in, because
reading them is an exchange with the device and an open handle.
"""

import threading
import time
from dataclasses import dataclass
from typing import Any

import usb.core
import usb.util

from phones.cleaning import clean_serial, is_plain_serial
from phones.errors import UsbAccessError

APPLE_VENDOR = 0x05AC
ADB_INTERFACE = "ff/42/01"
FASTBOOT_INTERFACE = "ff/42/03"
_PHONE_CLASSES = (0x06, 0xFF)
"""Still image (MTP, PTP) and vendor specific; hubs, keyboards and disks have neither."""
_APPLE_PHONES = range(0x1290, 0x12B0)
_APPLE_RECOVERY = range(0x1280, 0x1284)
_APPLE_DFU = (0x1222, 0x1227)
_STRING_ATTEMPTS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class UsbDevice:
    """One device. `serial` is cleaned; `odd` = it is not a plain serial number."""

    path: str
    vendor_id: int
    product_id: int
    serial: str = ""
    odd: bool = False
    interfaces: tuple[str, ...] = ()

    @property
    def is_apple_recovery(self) -> bool:
        """Recovery or DFU, by product id; never seen by usbmuxd."""
        return self.vendor_id == APPLE_VENDOR and (self.product_id in _APPLE_RECOVERY or self.product_id in _APPLE_DFU)

    @property
    def looks_like_phone(self) -> bool:
        """Is this worth a place in the list of phones?"""
        if self.vendor_id == APPLE_VENDOR:
            return self.product_id in _APPLE_PHONES or self.is_apple_recovery
        return any(int(triple[:2], 16) in _PHONE_CLASSES for triple in self.interfaces)


class UsbWatch:
    """Looks at the bus through pyusb. `backend` None = libusb; a given backend is a virtual bus. Thread safe."""

    def __init__(self, backend: Any = None, *, maximum_age_s: float = 0.2) -> None:
        self.virtual = backend is not None
        self._backend = backend
        self._maximum_age_s = maximum_age_s
        self._lock = threading.Lock()
        self._seen: tuple[UsbDevice, ...] = ()
        self._seen_at = float("-inf")
        self._known: dict[tuple[int, int, int, int], tuple[UsbDevice, int]] = {}

    def devices(self, *, maximum_age_s: float | None = None) -> tuple[UsbDevice, ...]:
        """Phones on the bus, at most `maximum_age_s` old, sorted by port path. Raises: UsbAccessError."""
        age = self._maximum_age_s if maximum_age_s is None else maximum_age_s
        with self._lock:
            if time.monotonic() - self._seen_at > age:
                self._seen = self._enumerate()
                self._seen_at = time.monotonic()
            return self._seen

    def _enumerate(self) -> tuple[UsbDevice, ...]:
        try:
            raw = list(usb.core.find(find_all=True, backend=self._backend))
        except usb.core.NoBackendError as error:
            raise UsbAccessError(step="usb", expected="libusb", got="not installed") from error
        except (usb.core.USBError, OSError) as error:
            raise UsbAccessError(step="usb", expected="a list of devices", got=type(error).__name__) from error
        known: dict[tuple[int, int, int, int], tuple[UsbDevice, int]] = {}
        for device in raw:
            path = _port_path(device)
            if not path:
                continue
            # The kernel gives a new address at every plugging-in: the same key is the same plugging-in.
            key = (int(device.bus), int(device.address), int(device.idVendor), int(device.idProduct))
            entry = self._known.get(key)
            if entry is None or entry[0].path != path or (not entry[0].serial and entry[1] < _STRING_ATTEMPTS):
                attempts = entry[1] + 1 if entry is not None and entry[0].path == path else 1
                entry = (self._describe(device, path), attempts)
            known[key] = entry
        self._known = known
        return tuple(sorted((seen for seen, _ in known.values() if seen.looks_like_phone), key=_by_path))

    def _describe(self, device: Any, path: str) -> UsbDevice:
        interfaces = _interfaces(device)
        found = UsbDevice(
            path=path, vendor_id=int(device.idVendor), product_id=int(device.idProduct), interfaces=interfaces
        )
        if not found.looks_like_phone:
            return found
        text = _serial_text(device)
        serial = clean_serial(text)
        return UsbDevice(
            path=path,
            vendor_id=found.vendor_id,
            product_id=found.product_id,
            interfaces=interfaces,
            serial=serial,
            odd=bool(serial) and not is_plain_serial(serial),
        )


def _by_path(device: UsbDevice) -> tuple[int, ...]:
    return tuple(int(number) for number in device.path.replace("-", ".").split("."))


def _port_path(device: Any) -> str:
    """The path, such as 3-1.4; empty for root hubs, which hang on nothing."""
    numbers = device.port_numbers
    if device.bus is None or not numbers or device.address is None:
        return ""
    return f"{int(device.bus)}-" + ".".join(str(int(number)) for number in numbers)


def _interfaces(device: Any) -> tuple[str, ...]:
    """Class/subclass/protocol of every interface in every configuration, sorted, bounded."""
    found: set[str] = set()
    try:
        for configuration in device:
            for interface in configuration:
                found.add(
                    f"{interface.bInterfaceClass:02x}/{interface.bInterfaceSubClass:02x}"
                    f"/{interface.bInterfaceProtocol:02x}"
                )
    except (usb.core.USBError, OSError, ValueError, IndexError, NotImplementedError):
        return tuple(sorted(found))[:32]
    return tuple(sorted(found))[:32]


def _serial_text(device: Any) -> str:
    """ISerial as the device gives it; "" when it has none, may not be read, or is no UTF-16."""
    try:
        text = usb.util.get_string(device, device.iSerialNumber)
    except (usb.core.USBError, OSError, ValueError, IndexError, NotImplementedError):
        return ""
    finally:
        usb.util.dispose_resources(device)
    return str(text) if text else ""
