# SPDX-License-Identifier: GPL-3.0-or-later
"""Asks one device over libusb or the kernel's serial driver: our own drivers, and as a person with a terminal would.

In a scenario's `run` lines `ours`, in this process; from a shell in the guest `python -m rig.ask_usb`:

    mtp PORT         GetDeviceInfo, by proofwipe's own link and reader
    modem SERIAL     AT+DEVCONINFO on the ttyACM the kernel made of it
    fastboot PORT    getvar all, through proofwipe's own client and libusb
    erase PORT       erase:userdata by the same
    same PORT NAME ...  the same questions, and erases of these partitions, by ours and by Debian's fastboot
    node PORT        owner, group and mode of its device node, as udev has set them
"""

import grp
import os
import pwd
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from phones.fastboot.link import FastbootLink

DEVICES = Path("/sys/bus/usb/devices")
MTP_INTERFACE = (0x06, 0x01, 0x01)
_WITHIN_S = 60.0


def mtp(port: str) -> str:
    """What is kept of the phone's DeviceInfo, line by line, and then its texts. Raises: PhoneError."""
    from phones.mtp.device_info import question
    from phones.mtp.link import MtpLink
    from phones.usb.bulk import BulkPipe
    from phones.usb.watch import UsbWatch

    link = MtpLink(BulkPipe(UsbWatch().device_at(port), MTP_INTERFACE))
    try:
        asked = question()
        reply = link.exchange(asked.request, timeout_s=_WITHIN_S)
    finally:
        link.close()
    kept = "".join(f"{name}: {text}\n" for name, text in asked.read(reply).items())
    return kept + reply.body.decode("utf-16-le", "ignore") + reply.body[1:].decode("utf-16-le", "ignore")


def modem(serial: str) -> str:
    """What the modem answers. Raises: LookupError when the kernel has made no serial device of it."""
    for node in Path("/sys/class/tty").glob("ttyACM*"):
        holder = (node / "device").resolve().parent
        if (holder / "serial").exists() and (holder / "serial").read_text().strip() == serial:
            return _typed(f"/dev/{node.name}", b"AT+DEVCONINFO\r")
    raise LookupError(serial)


def fastboot(port: str) -> str:
    """What the boot loader on that port tells of itself, line by line. Raises: PhoneError."""
    from phones.link import FastbootEverything  # the others of these asks begin in a guest without it

    with _boot_loader(port) as link:
        return link.exchange(FastbootEverything(), timeout_s=_WITHIN_S).body.decode("utf-8", "replace")


def erase(port: str) -> str:
    """`OKAY` when it says that it has erased userdata, else its refusal. Raises: PhoneError."""
    from phones.errors import PhoneRefusedError
    from phones.link import FastbootErase

    with _boot_loader(port) as link:
        try:
            reply = link.exchange(FastbootErase(partition="userdata"), timeout_s=_WITHIN_S)
        except PhoneRefusedError as refused:
            return f"FAILED {refused.got}"
    return reply.body.decode("utf-8", "replace") + "OKAY"


def same(port: str, *erases: str) -> str:
    """What Debian's fastboot and ours are told differently. Raises: PhoneError; OSError of the program."""
    from rig.same_fastboot import told_both

    said, differences = told_both(port, partial(_boot_loader, port), erases)
    return "\n".join([*said, *differences, f"{len(differences)} differences"])


@contextmanager
def _boot_loader(port: str) -> "Iterator[FastbootLink]":
    from phones.fastboot.link import FastbootLink
    from phones.fastboot.usb_transport import UsbTransport
    from phones.usb.watch import UsbWatch

    link = FastbootLink(UsbTransport(UsbWatch().device_at(port)))
    try:
        yield link
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


ASKS: Mapping[str, Callable[..., str]] = {
    "mtp": mtp,
    "modem": modem,
    "node": node,
    "fastboot": fastboot,
    "erase": erase,
    "same": same,
}


def asked(words: Sequence[str]) -> tuple[int, str]:
    """Exit status and what was answered, or what kept it from being."""
    from phones.errors import BenchError, PhoneError

    try:
        return 0, ASKS[words[0]](*words[1:])
    except (PhoneError, BenchError, LookupError, OSError, subprocess.SubprocessError) as broken:
        return 1, f"{type(broken).__name__}: {broken}"


def main() -> int:
    """Print the answer."""
    status, answer = asked(sys.argv[1:])
    sys.stdout.write(answer + "\n")
    return status


if __name__ == "__main__":
    sys.exit(main())
