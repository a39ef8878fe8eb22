# SPDX-License-Identifier: GPL-3.0-or-later
"""What a phone in a slot is as a USB device now: descriptors from its UsbView, a function behind each interface.

Nothing here is a phone: every function asks the one model. A model's `[usb]` table may add to it:
`serial` (an iSerial that is not the phone's own), `modem = true` (a CDC-ACM modem), `trouble` (see USB_TROUBLES).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from virtual_phones.adb.auth import HostKey
from virtual_phones.android.phone import AndroidPhone
from virtual_phones.iphone.phone import IPhone
from virtual_phones.iphone.usb_view import USBMUX_INTERFACE
from virtual_phones.phone import (
    ACM_INTERFACES,
    ADB_INTERFACE,
    FASTBOOT_INTERFACE,
    MTP_INTERFACE,
    UsbView,
    VirtualPhone,
    section,
)
from virtual_phones.port import VirtualPort
from virtual_phones.usb.acm import CONTROL_TRIPLE, DATA_TRIPLE, AcmFunction, Modem, descriptors, facts_of
from virtual_phones.usb.adb import AdbFunction
from virtual_phones.usb.apple import MuxFunction
from virtual_phones.usb.descriptors import INTERRUPT, Configuration, Endpoint, Identity, Interface
from virtual_phones.usb.device import UsbDevice
from virtual_phones.usb.fastboot import FastbootFunction
from virtual_phones.usb.function import Function, Stall
from virtual_phones.usb.mtp import Mtp, MtpFunction

USB_TROUBLES: dict[str, str] = {
    "stall": "every bulk transfer to the phone is refused (STALL)",
    "short_reads": "every adb payload comes in two transfers",
    "bad_header": "adb headers carry a wrong magic once the phone is online",
    "huge_header": "adb headers announce 2 MiB once the phone is online",
    "late_strings": "every string descriptor is given later than libusb waits for one",
    "silent_mux": "an Apple device that never answers the usbmux version packet",
}
LATE_STRINGS_S = 1.5
"""libusb waits for a second [read: libusb descriptor.c, libusb_get_string_descriptor], the kernel for five."""
APPLE_CONFIGURATIONS = 4
"""1 = PTP only, 2 to 4 = PTP and usbmux; usbmuxd takes the highest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """A device, and the function of it that reads sockets of its own, if any."""

    device: UsbDevice
    mux: MuxFunction | None = None


def build(
    port: VirtualPort,
    phone: VirtualPhone,
    view: UsbView,
    now_s: Callable[[], float],
    keys: dict[str, HostKey],
) -> Built:
    """The USB device that `phone` is while it shows `view`."""
    table = _usb(phone)
    trouble = str(table.get("trouble", ""))
    identity = Identity(
        vendor_id=view.vendor_id,
        product_id=view.product_id,
        manufacturer=view.manufacturer,
        product=view.product,
        serial=serial_of(phone, view),
    )
    if isinstance(phone, IPhone):
        return _apple(port, phone, view, now_s, identity, trouble)
    functions: dict[tuple[int, int], Function] = {}
    interfaces: list[Interface] = []
    for triple in view.interfaces:
        if triple in ACM_INTERFACES:
            continue  # both at once, below
        number = len(interfaces)
        interface, function = _android(port, phone, triple, number, keys, trouble)
        interfaces.append(interface)
        functions[1, number] = _Stalling() if trouble == "stall" and triple != MTP_INTERFACE else function
    if CONTROL_TRIPLE in view.interfaces:
        _add_modem(phone, interfaces, functions)
    late_s = LATE_STRINGS_S if trouble == "late_strings" else 0.0
    return Built(
        device=UsbDevice(identity, [Configuration(interfaces=tuple(interfaces))], functions, strings_after_s=late_s)
    )


class _Stalling(Function):
    """Refuses whatever it is sent."""

    def host_sent(self, address: int, data: bytes, now_s: float) -> None:
        """Raises: Stall."""
        raise Stall


def serial_of(phone: VirtualPhone, view: UsbView) -> str:
    """The iSerial: the view's, unless the model gives it another one."""
    return str(_usb(phone).get("serial", view.iserial))


def _usb(phone: VirtualPhone) -> Mapping[str, object]:
    model = getattr(phone, "model", {})
    return section(model, "usb")


def _bulk(number: int) -> tuple[Endpoint, Endpoint]:
    return Endpoint(address=0x80 | (2 * number + 1)), Endpoint(address=2 * number + 1)


def _android(
    port: VirtualPort,
    phone: VirtualPhone,
    triple: tuple[int, int, int],
    number: int,
    keys: dict[str, HostKey],
    trouble: str,
) -> tuple[Interface, Function]:
    bulk_in, bulk_out = _bulk(number)
    function: Function = Function()
    endpoints: tuple[Endpoint, ...] = (bulk_in, bulk_out)
    name = ""
    if triple == ADB_INTERFACE and isinstance(phone, AndroidPhone):
        function, name = AdbFunction(port, phone, keys, trouble=trouble), "ADB Interface"
    elif triple == FASTBOOT_INTERFACE and isinstance(phone, AndroidPhone):
        function, name = FastbootFunction(port, phone), "fastboot"
    elif triple == MTP_INTERFACE:
        function, name = MtpFunction(Mtp(lambda: _names(port)), bulk_in=bulk_in.address), "MTP"
        endpoints = (*endpoints, Endpoint(address=0x80 | (2 * number + 2), kind=INTERRUPT, packet=28))
    return Interface(triple=triple, endpoints=endpoints, name=name), function


def _names(port: VirtualPort) -> tuple[str, str, str]:
    shown = port.usb()
    return (shown.manufacturer, shown.product, shown.iserial) if shown is not None else ("", "", "")


def _add_modem(phone: VirtualPhone, interfaces: list[Interface], functions: dict[tuple[int, int], Function]) -> None:
    control = len(interfaces)
    bulk_in, bulk_out = _bulk(control + 1)
    modem = AcmFunction(Modem(lambda: facts_of(phone)), bulk_in=bulk_in.address)
    interfaces.append(
        Interface(
            triple=CONTROL_TRIPLE,
            extra=descriptors(control, control + 1),
            endpoints=(Endpoint(address=0x80 | (2 * control + 2), kind=INTERRUPT, packet=16),),
        )
    )
    interfaces.append(Interface(triple=DATA_TRIPLE, endpoints=(bulk_in, bulk_out)))
    functions[1, control] = functions[1, control + 1] = modem


def _apple(
    port: VirtualPort, phone: IPhone, view: UsbView, now_s: Callable[[], float], identity: Identity, trouble: str
) -> Built:
    if USBMUX_INTERFACE not in view.interfaces:  # recovery or DFU: iBoot, which speaks to other software than ours
        plain = tuple(Interface(triple=triple, endpoints=()) for triple in view.interfaces)
        return Built(device=UsbDevice(identity, [Configuration(interfaces=plain)], {}))
    ptp = Interface(
        triple=MTP_INTERFACE,
        name="PTP",
        endpoints=(Endpoint(address=0x02), Endpoint(address=0x81), Endpoint(address=0x83, kind=INTERRUPT, packet=64)),
    )
    usbmux = Interface(
        triple=USBMUX_INTERFACE,
        name="Apple USB Multiplexor",
        endpoints=(Endpoint(address=0x85), Endpoint(address=0x04)),
    )
    camera = MtpFunction(Mtp(lambda: _names(port), is_apple=True), bulk_in=0x81)
    mux = MuxFunction(port, phone, now_s, silent=trouble == "silent_mux")
    functions: dict[tuple[int, int], Function] = {(1, 0): camera}
    configurations = [Configuration(interfaces=(ptp,), name="PTP")]
    for value in range(2, APPLE_CONFIGURATIONS + 1):
        configurations.append(Configuration(interfaces=(ptp, usbmux), name="PTP + Apple Mobile Device"))
        functions |= {(value, 0): camera, (value, 1): mux}
    return Built(device=UsbDevice(identity, configurations, functions, vendor=mux), mux=mux)
