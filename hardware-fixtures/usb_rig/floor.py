# SPDX-License-Identifier: GPL-3.0-or-later
"""The guest's own furniture: udevd, usbmuxd, adb servers, and the bench of virtual phones on its root ports."""

import contextlib
import os
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from virtual_phones.control import ControlError
from virtual_phones.remote import RemoteBench

UDEVD = ("/usr/lib/systemd/systemd-udevd", "/lib/systemd/systemd-udevd")
USBMUXD_SOCKET = Path("/run/usbmuxd")
_START_S = 60.0


class FloorError(Exception):
    """Something of the guest did not start."""


def start_udevd() -> None:
    """Hot-plug for libusb: without udevd it sees no phone that comes later. Raises: FloorError."""
    program = next((path for path in UDEVD if Path(path).exists()), None)
    if program is None:
        raise FloorError("no udevd")
    subprocess.run([program, "--daemon"], check=True, timeout=_START_S, stderr=subprocess.DEVNULL)


@contextmanager
def usbmuxd(log: Path) -> Iterator[int]:
    """Debian's usbmuxd without preflight; its process id. Raises: FloorError."""
    USBMUXD_SOCKET.unlink(missing_ok=True)
    with log.open("ab") as out:
        child = subprocess.Popen(["usbmuxd", "-f", "-p", "-v"], stdout=out, stderr=out)
    give_up = time.monotonic() + _START_S
    while not USBMUXD_SOCKET.exists():
        if child.poll() is not None or time.monotonic() > give_up:
            raise FloorError("usbmuxd does not start")
        time.sleep(0.05)
    try:
        yield child.pid
    finally:
        _end(child)


@contextmanager
def adb_server(binary: str, port: int, home: Path) -> Iterator[Mapping[str, str]]:
    """An adb server of our own for tools; what its clients need in their environment. Raises: FloorError."""
    home.mkdir(parents=True, exist_ok=True)
    environment = {
        **os.environ, "HOME": str(home), "TMPDIR": str(home), "ADB_MDNS": "0", "ADB_EMU": "0",
        "ANDROID_ADB_SERVER_PORT": str(port),
    }
    with (home / "server.log").open("ab") as out:
        child = subprocess.Popen([binary, "nodaemon", "server"], env=environment, stdout=out, stderr=out)
    give_up = time.monotonic() + _START_S
    while subprocess.run([binary, "devices"], env=environment, capture_output=True, check=False).returncode:
        if child.poll() is not None or time.monotonic() > give_up:
            raise FloorError(f"{binary}: its server does not start")
        time.sleep(0.2)
    try:
        yield environment
    finally:
        _end(child)


@contextmanager
def phones(log: Path) -> Iterator[RemoteBench]:
    """A bench process on USB, with one phone that is not plugged in. Raises: FloorError."""
    from virtual_phones import vhci

    first = vhci.spread(list(vhci.slots()))[0]
    empty = {"name": "empty", "phone": [
        {"name": "none", "model": "pixel-9-android-16", "port": first, "serial": "NOTPLUGGED", "plugged": False}
    ]}
    try:
        bench = RemoteBench.start(empty, "--usb", die_with_us=True, log=log, timeout_s=_START_S)
    except ControlError as broken:
        raise FloorError(f"no bench: {broken}") from broken
    try:
        yield bench
    finally:
        bench.stop()


def _end(child: "subprocess.Popen[bytes]") -> None:
    child.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        child.wait(timeout=10.0)
        return
    child.kill()
    child.wait()
