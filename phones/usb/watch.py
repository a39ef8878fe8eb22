# SPDX-License-Identifier: GPL-3.0-or-later
"""What hangs on which USB port: port path, serial string and interfaces, without talking to the phone.

By polling: one enumeration is shared by all workers. On a real bench the kernel has read the serial string
already. Where only the device itself can tell it (a virtual bus, no sysfs), it is asked once per plugging-in,
because that is an exchange; what it did not tell is asked again for a minute, with growing pauses.
"""

import threading
from dataclasses import dataclass, replace
from math import inf
from pathlib import Path
from typing import Any

import usb.core
import usb.util

from phones.cleaning import clean_serial, is_plain_serial
from phones.clock import Clock, SystemClock
from phones.errors import PhoneLostError, UsbAccessError
from phones.modes import APPLE_PHONES, APPLE_RECOVERY
from phones.port import APPLE_VENDOR
from phones.usb.ports import SYSFS, is_empty, serial_of

_PHONE_CLASSES = (0x06, 0xFF)
"""Still image (MTP, PTP) and vendor specific; hubs, keyboards and disks have neither."""
RETRIED_FOR_S = 60.0
"""udev gives a phone to its group a moment after it shows, and a phone that boots may be mute for longer."""
FIRST_PAUSE_S = 0.2
LOOK_PATIENCE_S = 0.3
"""After that long, a look at the bus asks no device a second time: everybody waits for the look."""
STRING_TIMEOUT_MS = 500
"""A device must answer a standard request within 500 ms [USB 2.0, 9.2.6.4]."""
_MOST_INTERFACES = 32
_UNREADABLE = (usb.core.USBError, OSError, ValueError, IndexError, NotImplementedError)


@dataclass(frozen=True, slots=True, kw_only=True)
class UsbDevice:
    """One device. `serial` is cleaned; `odd` = it is not a plain serial number.

    `unread`: not every descriptor could be read, so it may have more interfaces than are told here.
    """

    path: str
    vendor_id: int
    product_id: int
    serial: str = ""
    odd: bool = False
    interfaces: tuple[str, ...] = ()
    unread: bool = False

    @property
    def looks_like_phone(self) -> bool:
        """Is this worth a place in the list of phones? It says nothing of whether a port is empty: a phone
        that only shares its network, or whose descriptors could not be read, does not look like one.
        """
        if self.vendor_id == APPLE_VENDOR:
            return self.product_id in APPLE_PHONES or self.product_id in APPLE_RECOVERY
        return any(int(triple[:2], 16) in _PHONE_CLASSES for triple in self.interfaces)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plugged:
    """One plugging-in: what was read, since when it hangs there, when to try again (monotonic; inf = no more)."""

    device: UsbDevice
    since: float
    again_at: float


class UsbWatch:
    """Looks at the bus through pyusb. Thread safe.

    `backend` None = libusb, with `sysfs` beside it; a given backend is a virtual bus, of which sysfs knows nothing.
    """

    def __init__(
        self, backend: Any = None, *, maximum_age_s: float = 0.2, sysfs: Path = SYSFS, clock: Clock | None = None
    ) -> None:
        self.virtual = backend is not None
        self._backend = backend
        self._maximum_age_s = maximum_age_s
        self._sysfs = sysfs
        self._clock = clock or SystemClock()
        self._lock = threading.Lock()
        self._seen: tuple[UsbDevice, ...] = ()
        self._seen_at = -inf
        self._known: dict[tuple[str, int, int, int], _Plugged] = {}

    def devices(self, *, maximum_age_s: float | None = None) -> tuple[UsbDevice, ...]:
        """Whatever hangs on the bus, phone or not, at most `maximum_age_s` old, sorted by port path.

        Raises: UsbAccessError.
        """
        age = self._maximum_age_s if maximum_age_s is None else maximum_age_s
        with self._lock:
            if self._clock.monotonic() - self._seen_at > age:
                self._seen = self._enumerate()
                self._seen_at = self._clock.monotonic()
            return self._seen

    def is_plugged_in(self, path: str) -> bool:
        """Does anything hang on this port now? Raises: UsbAccessError.

        libusb learns of a pulled cable from udev, the kernel's own tree has it at once: what is gone there is gone.
        """
        if not self.virtual and is_empty(path, self._sysfs):
            return False
        return any(device.path == path for device in self.devices())

    def device_at(self, path: str) -> Any:
        """What hangs on this port now, as pyusb has it, for a driver of its own.

        Raises: PhoneLostError when nothing does; UsbAccessError.
        """
        found = next((device for device in self._listed() if _port_path(device) == path), None)
        if found is None:
            raise PhoneLostError(subject=path, step="open", expected="a phone", got="none")
        return found

    def phones(self) -> tuple[UsbDevice, ...]:
        """Those of `devices` that look like phones. Raises: UsbAccessError."""
        return tuple(device for device in self.devices() if device.looks_like_phone)

    def _listed(self) -> list[Any]:
        try:
            return list(usb.core.find(find_all=True, backend=self._backend))
        except usb.core.NoBackendError as error:
            raise UsbAccessError(step="usb", expected="libusb", got="not installed") from error
        except (usb.core.USBError, OSError) as error:
            raise UsbAccessError(step="usb", expected="a list of devices", got=type(error).__name__) from error

    def _enumerate(self) -> tuple[UsbDevice, ...]:
        raw = self._listed()
        known: dict[tuple[str, int, int, int], _Plugged] = {}
        started = self._clock.monotonic()
        for device in raw:
            if path := _port_path(device):
                # The kernel gives a new address at every plugging-in: the same key is the same plugging-in.
                key = (path, int(device.address), int(device.idVendor), int(device.idProduct))
                known[key] = self._plugged(device, path, self._known.get(key), started)
        self._known = known
        return tuple(sorted((plugged.device for plugged in known.values()), key=_by_path))

    def _plugged(self, device: Any, path: str, before: _Plugged | None, started: float) -> _Plugged:
        """What is known of a device: as `before`, unless something is lacking and it is time to try again."""
        now = self._clock.monotonic()
        if before is not None and (now < before.again_at or now - started > LOOK_PATIENCE_S):
            return before
        found, lacking = self._describe(device, path)
        since = now if before is None else before.since
        tried_s = now - since
        again_at = now + max(tried_s, FIRST_PAUSE_S) if lacking and tried_s < RETRIED_FOR_S else inf
        return _Plugged(device=found, since=since, again_at=again_at)

    def _describe(self, device: Any, path: str) -> tuple[UsbDevice, bool]:
        """The device as it can be read now, and whether something of it is still lacking."""
        interfaces, unread = _interfaces(device)
        bare = UsbDevice(
            path=path,
            vendor_id=int(device.idVendor),
            product_id=int(device.idProduct),
            interfaces=interfaces,
            unread=unread,
        )
        text = None if self.virtual else serial_of(path, int(device.address), self._sysfs)
        if text is None and bare.looks_like_phone:
            text = _asked_serial(device)
        serial = clean_serial(text or "")
        found = replace(bare, serial=serial, odd=bool(serial) and not is_plain_serial(serial))
        return found, unread or (text is None and bare.looks_like_phone)


def _by_path(device: UsbDevice) -> tuple[int, ...]:
    return tuple(int(number) for number in device.path.replace("-", ".").split("."))


def _port_path(device: Any) -> str:
    """The path, such as 3-1.4; empty for root hubs, which hang on nothing."""
    numbers = device.port_numbers
    if device.bus is None or not numbers or device.address is None:
        return ""
    return f"{int(device.bus)}-" + ".".join(str(int(number)) for number in numbers)


def _interfaces(device: Any) -> tuple[tuple[str, ...], bool]:
    """Class/subclass/protocol of every interface in every configuration, sorted, bounded; and whether some
    may be missing.
    """
    found: set[str] = set()
    unread = False
    try:
        for configuration in device:
            places: set[int] = set()
            for interface in configuration:
                places.add(int(interface.index))
                found.add(
                    f"{interface.bInterfaceClass:02x}/{interface.bInterfaceSubClass:02x}"
                    f"/{interface.bInterfaceProtocol:02x}"
                )
            # pyusb passes over an interface whose descriptor cannot be read.
            unread = unread or len(places) < int(configuration.bNumInterfaces)
    except _UNREADABLE:
        unread = True
    return tuple(sorted(found))[:_MOST_INTERFACES], unread or not found or len(found) > _MOST_INTERFACES


def _asked_serial(device: Any) -> str | None:
    """ISerial as the device itself gives it; "" when it has none, None when it may not be read or is no UTF-16."""
    device.default_timeout = STRING_TIMEOUT_MS
    try:
        text = usb.util.get_string(device, device.iSerialNumber)
    except _UNREADABLE:
        return None
    finally:
        usb.util.dispose_resources(device)
    return str(text) if text else ""
