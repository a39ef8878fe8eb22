# SPDX-License-Identifier: GPL-3.0-or-later
"""The guest's own furniture: udevd, usbmuxd, adb servers, and the bench of virtual phones on its root ports."""

import contextlib
import os
import plistlib
import signal
import socket
import struct
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from virtual_phones.bench.control import ControlError
from virtual_phones.bench.remote import RemoteBench

PACKAGING = Path(__file__).resolve().parents[1] / "packaging"
RULES = "70-proofwipe.rules"
UDEVD = ("/usr/lib/systemd/systemd-udevd", "/lib/systemd/systemd-udevd")
USBMUXD_SOCKET = Path("/run/usbmuxd")
_START_S = 240.0
"""Only what will never start is given up: on a machine that did much else the bench needed more than a minute."""
_LOOK_EACH_S = 3.0
_HANGS_AFTER_S = 15.0


class BenchSessionError(Exception):
    """Something of the guest did not start."""


def start_udevd() -> None:
    """Hot-plug for libusb: without udevd it sees no phone that comes later. With the rules of packaging/, and their
    group. Raises: BenchSessionError.
    """
    for command in (
        ["addgroup", "--quiet", "--system", "proofwipe"],  # as the Debian package does
        ["install", "-D", "-m", "0644", str(PACKAGING / "udev" / RULES), f"/etc/udev/rules.d/{RULES}"],
    ):
        done = subprocess.run(command, check=False, capture_output=True, timeout=_START_S)
        if done.returncode:
            raise BenchSessionError(f"{command[0]}: {done.stderr.decode('utf-8', 'replace')}")
    program = next((path for path in UDEVD if Path(path).exists()), None)
    if program is None:
        raise BenchSessionError("no udevd")
    subprocess.run([program, "--daemon"], check=True, timeout=_START_S, stderr=subprocess.DEVNULL)


class Usbmuxd:
    """Debian's usbmuxd without preflight, kept alive as a technician would: one that answers nobody is restarted.

    Version 1.1.1 can wait for ever for a transfer of a device that is gone (libimobiledevice/usbmuxd #114).
    """

    def __init__(self, log: Path, say: Callable[[str], None]) -> None:
        self._log = log
        self._say = say
        self._over = threading.Event()
        self._child = self._started()
        self.restarts = 0
        self.meant = 0
        threading.Thread(target=self._keep, name="usbmuxd", daemon=True).start()

    def hang(self) -> None:
        """Let it hang, on purpose; the next look finds it so."""
        self.meant += 1
        self._child.send_signal(signal.SIGSTOP)

    def stop(self) -> None:
        """End it."""
        self._over.set()
        _end(self._child)

    def _started(self) -> "subprocess.Popen[bytes]":
        USBMUXD_SOCKET.unlink(missing_ok=True)
        with self._log.open("ab") as out:
            child = subprocess.Popen(["usbmuxd", "-f", "-p", "-v"], stdout=out, stderr=out)
        give_up = time.monotonic() + _START_S
        while not USBMUXD_SOCKET.exists():
            if child.poll() is not None or time.monotonic() > give_up:
                raise BenchSessionError("usbmuxd does not start")
            time.sleep(0.05)
        return child

    def _keep(self) -> None:
        while not self._over.wait(_LOOK_EACH_S):
            if answers(USBMUXD_SOCKET, timeout_s=_HANGS_AFTER_S) or self._over.is_set():
                continue
            self._say(f"usbmuxd does not answer within {_HANGS_AFTER_S:g} s; it is restarted")
            self.restarts += 1
            self._child.kill()
            self._child.wait()
            self._child = self._started()


def answers(path: Path, *, timeout_s: float) -> bool:
    """Does usbmuxd answer a ReadBUID? Header: length, version 1, message 8 (plist), tag, little-endian."""
    body = plistlib.dumps({"MessageType": "ReadBUID"})
    try:
        with socket.socket(socket.AF_UNIX) as link:
            link.settimeout(timeout_s)
            link.connect(str(path))
            link.sendall(struct.pack("<4I", 16 + len(body), 1, 8, 1) + body)
            return bool(link.recv(16))
    except OSError:
        return False


@contextmanager
def usbmuxd(log: Path, say: Callable[[str], None]) -> Iterator[Usbmuxd]:
    """A usbmuxd for as long as this lasts. Raises: BenchSessionError."""
    kept = Usbmuxd(log, say)
    try:
        yield kept
    finally:
        kept.stop()


@contextmanager
def adb_server(binary: str, port: int, home: Path) -> Iterator[Mapping[str, str]]:
    """An adb server of our own for tools; what its clients need in their environment. Raises: BenchSessionError."""
    home.mkdir(parents=True, exist_ok=True)
    environment = {
        **os.environ,
        "HOME": str(home),
        "TMPDIR": str(home),
        "ADB_MDNS": "0",
        "ADB_EMU": "0",
        "ANDROID_ADB_SERVER_PORT": str(port),
    }
    with (home / "server.log").open("ab") as out:
        child = subprocess.Popen([binary, "nodaemon", "server"], env=environment, stdout=out, stderr=out)
    give_up = time.monotonic() + _START_S
    while subprocess.run([binary, "devices"], env=environment, capture_output=True, check=False).returncode:
        if child.poll() is not None or time.monotonic() > give_up:
            raise BenchSessionError(f"{binary}: its server does not start")
        time.sleep(0.2)
    try:
        yield environment
    finally:
        _end(child)


@contextmanager
def phones(log: Path) -> Iterator[RemoteBench]:
    """A bench process on USB, with one phone that is not plugged in. Raises: BenchSessionError."""
    from virtual_phones.usb import vhci

    first = vhci.spread(list(vhci.slots()))[0]
    empty = {
        "name": "empty",
        "phone": [
            {"name": "none", "model": "pixel-9-android-16", "port": first, "serial": "NOTPLUGGED", "plugged": False}
        ],
    }
    try:
        bench = RemoteBench.start(empty, "--usb", die_with_us=True, log=log, timeout_s=_START_S)
    except ControlError as broken:
        raise BenchSessionError(f"no bench: {broken}") from broken
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
