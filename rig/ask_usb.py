# SPDX-License-Identifier: GPL-3.0-or-later
"""Asks one device over libusb or the kernel's serial driver, as a person with a terminal would.

python -m rig.ask_usb mtp SERIAL       GetDeviceInfo
python -m rig.ask_usb modem SERIAL     AT+DEVCONINFO on the ttyACM the kernel made of it
python -m rig.ask_usb fastboot PORT    getvar all, through proofwipe's own client and libusb
python -m rig.ask_usb erase PORT       erase:userdata by the same
python -m rig.ask_usb node PORT        owner, group and mode of its device node, as udev has set them
"""

import grp
import os
import pwd
import struct
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import usb.core
import usb.util

if TYPE_CHECKING:
    from phones.link import Request

DEVICES = Path("/sys/bus/usb/devices")


def mtp(serial: str) -> str:
    """The texts of the phone's DeviceInfo. Raises: LookupError without such a device; usb.core.USBError."""
    device = usb.core.find(custom_match=lambda found: _serial(found) == serial)
    if device is None:
        raise LookupError(serial)
    interface = next(each for each in device.get_active_configuration() if each.bInterfaceClass == 6)
    bulk_in, bulk_out = (
        usb.util.find_descriptor(
            interface,
            custom_match=lambda each, way=way: (
                usb.util.endpoint_direction(each.bEndpointAddress) == way and each.bmAttributes == 2
            ),
        )
        for way in (usb.util.ENDPOINT_IN, usb.util.ENDPOINT_OUT)
    )
    bulk_out.write(struct.pack("<IHHI", 12, 1, 0x1001, 1), timeout=5000)
    data = bytes(bulk_in.read(16384, timeout=5000))
    response = bytes(bulk_in.read(16384, timeout=5000))
    if struct.unpack_from("<HH", response, 4) != (3, 0x2001):
        raise LookupError("no OK")
    return data[12:].decode("utf-16-le", "ignore") + data[13:].decode("utf-16-le", "ignore")


def modem(serial: str) -> str:
    """What the modem answers. Raises: LookupError when the kernel has made no serial device of it."""
    for node in Path("/sys/class/tty").glob("ttyACM*"):
        holder = (node / "device").resolve().parent
        if (holder / "serial").exists() and (holder / "serial").read_text().strip() == serial:
            return _typed(f"/dev/{node.name}", b"AT+DEVCONINFO\r")
    raise LookupError(serial)


def fastboot(port: str) -> str:
    """What the boot loader on that port tells of itself, line by line. Raises: PhoneError."""
    from phones.link import FastbootEverything  # the others of these programs start in a guest without it

    return _asked_by_ours(port, FastbootEverything())


def erase(port: str) -> str:
    """`OKAY` when it says that it has erased userdata, else its refusal. Raises: PhoneError."""
    from phones.errors import PhoneRefusedError
    from phones.link import FastbootErase

    try:
        return _asked_by_ours(port, FastbootErase(partition="userdata")) + "OKAY"
    except PhoneRefusedError as refused:
        return f"FAILED {refused.got}"


def _asked_by_ours(port: str, request: "Request") -> str:
    from phones.fastboot.link import FastbootLink
    from phones.fastboot.usb_transport import UsbTransport
    from phones.usb.watch import UsbWatch

    link = FastbootLink(UsbTransport(UsbWatch().device_at(port)))
    try:
        return link.exchange(request, timeout_s=60.0).body.decode("utf-8", "replace")
    finally:
        link.close()


def node(port: str) -> str:
    """As `stat -c %U:%G:%a` of the node below the USB bus folder. Raises: OSError when nothing hangs there."""
    device = DEVICES / port
    bus, number = (int((device / name).read_text()) for name in ("busnum", "devnum"))
    found = Path(f"/dev/bus/usb/{bus:03d}/{number:03d}").stat()
    return f"{pwd.getpwuid(found.st_uid).pw_name}:{grp.getgrgid(found.st_gid).gr_name}:{found.st_mode & 0o777:o}"


def _typed(path: str, line: bytes) -> str:
    handle = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    try:
        os.write(handle, line)
        said = b""
        give_up = time.monotonic() + 5.0
        while b"OK\r\n" not in said and b"OK\n" not in said and time.monotonic() < give_up:
            try:
                said += os.read(handle, 4096)
            except BlockingIOError:
                time.sleep(0.05)
        return said.decode("ascii", "replace")
    finally:
        os.close(handle)


def _serial(device: usb.core.Device) -> str:
    try:
        return str(usb.util.get_string(device, device.iSerialNumber))
    except (usb.core.USBError, ValueError):
        return ""


def main() -> int:
    """Print the answer."""
    ask = {"mtp": mtp, "modem": modem, "node": node, "fastboot": fastboot, "erase": erase}[sys.argv[1]]
    sys.stdout.write(ask(sys.argv[2]) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
