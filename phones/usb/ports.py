# SPDX-License-Identifier: GPL-3.0-or-later
"""Where things hang, as the kernel tells it in sysfs: port paths, hubs, controllers. No device is touched.

A port path such as `1-4.2` is bus 1, root port 4, port 2 of the hub there; it stays while the machine is not
rewired. A bus number may change at a boot, and one socket has two paths: a phone that talks SuperSpeed shows
on the other bus of its controller (`peer` in sysfs). Layout: Linux Documentation/ABI/testing/sysfs-bus-usb.
"""

import re
from dataclasses import dataclass
from pathlib import Path

SYSFS = Path("/sys/bus/usb/devices")
HUB_CLASS = "09"
_PATH = re.compile(r"([1-9][0-9]{0,2})-([1-9][0-9]{0,2}(?:\.[1-9][0-9]{0,2}){0,5})")
"""At most seven tiers: a root port and five hubs behind one another."""
_ROOT_HUB = re.compile(r"usb([1-9][0-9]{0,2})")
_PEER = re.compile(r"(?:usb([1-9][0-9]{0,2})|([1-9][0-9]{0,2}-[0-9.]+))-port([1-9][0-9]{0,2})")
_MOST_TEXT = 256
_MOST_SERIAL = 1024
"""Bytes; the kernel keeps 126 UTF-16 units, at most 381 bytes of UTF-8 (MAX_USB_STRING_SIZE)."""
_VIRTUAL = ("vhci_hcd", "dummy_hcd")


@dataclass(frozen=True, slots=True, kw_only=True)
class UsbPlace:
    """One device in the tree, hubs and root hubs too. `controller`: the folder of its host controller.

    `endpoints`: those of the interfaces in use and the control endpoint. `node`: bus and device number,
    under which the device file lies. `interfaces` as "ff/42/01".
    """

    path: str
    controller: str
    is_hub: bool
    vendor_id: str = ""
    endpoints: int = 1
    interfaces: tuple[str, ...] = ()
    node: tuple[int, int] = (0, 0)

    @property
    def virtual(self) -> bool:
        """On one of the kernel's virtual controllers, or on one that nobody can tell: no cable."""
        return not self.controller or any(name in self.controller for name in _VIRTUAL)


def is_port_path(text: str) -> bool:
    """Has it the shape of a port path: bus, root port, at most five hubs behind it?"""
    return _PATH.fullmatch(text) is not None


def order(path: str) -> tuple[int, ...]:
    """For sorting port paths as people count; anything else comes first."""
    return tuple(int(number) for number in re.split(r"[-.]", path)) if is_port_path(path) else ()


def places(root: Path = SYSFS) -> tuple[UsbPlace, ...]:
    """Every device and root hub, in the order of ports; what goes away meanwhile is left out.

    Raises: OSError when the tree itself cannot be read.
    """
    found = []
    for entry in sorted(root.iterdir()):
        if _ROOT_HUB.fullmatch(entry.name) or is_port_path(entry.name):
            try:
                found.append(_place(entry))
            except (OSError, ValueError):
                continue
    return tuple(sorted(found, key=lambda place: (order(place.path), place.path)))


def controller_of(path: str, root: Path = SYSFS) -> str:
    """The folder of the host controller that a port path or root hub hangs on; "" when nobody can tell."""
    bus = path.removeprefix("usb").partition("-")[0]
    try:
        place = (root / f"usb{bus}").resolve(strict=True)
    except (OSError, RuntimeError):
        return ""
    return str(place.parent)


def is_virtual_bus(path: str, root: Path = SYSFS) -> bool:
    """Does this port hang on one of the kernel's virtual host controllers (USB/IP, dummy)? That is no cable.

    A bus that is not there or cannot be looked at counts as one: nobody may call that a cable.
    """
    controller = controller_of(path, root) if is_port_path(path) else ""
    return not controller or any(name in controller for name in _VIRTUAL)


def is_empty(path: str, root: Path = SYSFS) -> bool:
    """Does the kernel show this port's bus, and nothing on the port? False whenever that cannot be looked at."""
    if not is_port_path(path):
        return False
    try:
        (root / f"usb{path.partition('-')[0]}").stat()
    except OSError:
        return False
    try:
        (root / path).lstat()
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return False


def serial_of(path: str, address: int, root: Path = SYSFS) -> str | None:
    r"""The serial string as the kernel read it when this very device (path and number) was plugged in, uncleaned.

    Costs no exchange with the device and needs no permission. None when sysfs has none for that device: it
    gave none, another one hangs there by now, or there is no sysfs. The kernel ends the text at the first
    U+0000 and leaves lone surrogates out; bad UTF-8 becomes `\xNN`.
    """
    entry = root / path
    try:
        if _text(entry / "devnum") != str(address):
            return None
        with (entry / "serial").open("rb") as file:
            data = file.read(_MOST_SERIAL)
        # Looked at again: between the two reads another device may have come to this path.
        if _text(entry / "devnum") != str(address):
            return None
    except OSError:
        return None
    return data.removesuffix(b"\n").decode("utf-8", "backslashreplace")  # that one line end is the kernel's


def companion(path: str, root: Path = SYSFS) -> str:
    """The other path of the same socket, on the controller's other bus; "" when there is none."""
    if not is_port_path(path):
        return ""
    hub, _, number = path.rpartition("." if "." in path else "-")
    folder = f"{hub}-0:1.0/usb{hub}-port{number}" if "-" not in hub else f"{hub}:1.0/{hub}-port{number}"
    top = f"usb{hub}" if "-" not in hub else hub
    try:
        peer = (root / top / folder / "peer").resolve(strict=True).name
    except (OSError, RuntimeError):
        return ""
    match = _PEER.fullmatch(peer)
    if match is None:
        return ""
    other = f"{match[1]}-{match[3]}" if match[1] else f"{match[2]}.{match[3]}"
    return other if is_port_path(other) else ""


def _place(entry: Path) -> UsbPlace:
    interfaces, endpoints = [], 1
    for interface in sorted(entry.glob("*:*")):
        if (triple := _triple(interface)) is not None:
            interfaces.append(triple)
            endpoints += int(_text(interface / "bNumEndpoints"), 16)
    return UsbPlace(
        path=entry.name,
        controller=controller_of(entry.name, entry.parent),
        is_hub=_text(entry / "bDeviceClass") == HUB_CLASS,
        vendor_id=_text(entry / "idVendor"),
        endpoints=endpoints,
        interfaces=tuple(interfaces),
        node=(int(_text(entry / "busnum")), int(_text(entry / "devnum"))),
    )


def _triple(interface: Path) -> str | None:
    names = ("bInterfaceClass", "bInterfaceSubClass", "bInterfaceProtocol")
    try:
        return "/".join(_text(interface / name) for name in names)
    except OSError:
        return None


def _text(path: Path) -> str:
    with path.open("rb") as file:
        return file.read(_MOST_TEXT).decode("ascii", "replace").strip()
