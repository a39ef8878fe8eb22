# SPDX-License-Identifier: GPL-3.0-or-later
"""What a bench machine must be like, looked at from outside: udev rules, usbmuxd, other adb servers, controllers.

Each look answers `works`, `broken`, `absent` (not there, and not everybody needs it) or `unknown`: it could not
look, which is never fine. Nothing is started, ended or changed; no phone is touched.
"""

import os
import re
import shutil
import socket
import stat
import subprocess
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from phones.cleaning import clean
from phones.usb_ports import SYSFS, UsbPlace, places

PHONE_INTERFACES = ("ff/42/01", "ff/42/03")
APPLE_VENDOR_ID = "05ac"
RULES_NAME = "70-proofwipe.rules"
GROUP = "proofwipe"
ADB_PORT = 5037
MOST_ENDPOINTS = 96
"""Of one xHCI controller: common Intel ones [read: Microchip FAQ on "Not enough USB controller resources"]."""
FEWEST_ENDPOINTS = 64
"""At which some firmware already stops [same source]."""
MOST_DEVICES = 32
"""`Max number of devices this xHCI host supports is 32` [read: Merlin, 2018]; others say 64 or 127."""
_MOST_PROCESSES = 20_000
_VERSION = re.compile(r"usbmuxd ([0-9][0-9A-Za-z.~+-]{0,24})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """`state`: works, broken, absent or unknown. `detail` is short and of no language."""

    state: str
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """Where to look; tests look elsewhere."""

    usb: Path = SYSFS
    usb_nodes: Path = Path("/dev/bus/usb")
    processes: Path = Path("/proc")
    usbmux_socket: Path = Path("/var/run/usbmuxd")
    rules: tuple[Path, ...] = field(
        default=tuple(Path(each) for each in ("/etc/udev/rules.d", "/run/udev/rules.d", "/usr/lib/udev/rules.d"))
    )
    adb_port: int = ADB_PORT
    usbmuxd: str = "usbmuxd"

    def udev(self) -> Found:
        """May this user open the phones that are plugged in, and are our rules installed for the next ones?"""
        shut = []
        try:
            plugged = [place for place in places(self.usb) if not place.is_hub and _is_phone(place)]
        except OSError:
            plugged = None
        for place in plugged or ():
            node = self.usb_nodes / f"{place.node[0]:03d}" / f"{place.node[1]:03d}"
            if not os.access(node, os.R_OK | os.W_OK):
                shut.append(place.path)
        if shut:
            return Found(state="broken", detail=", ".join(shut))
        installed = [folder / RULES_NAME for folder in self.rules if (folder / RULES_NAME).is_file()]
        if not installed:
            return Found(state="absent", detail=RULES_NAME)
        if not _group_exists():
            return Found(state="broken", detail=f"{installed[0]}: {GROUP}?")
        return Found(state="works" if plugged is not None else "unknown", detail=str(installed[0]))

    def usbmuxd_runs(self) -> Found:
        """Does usbmuxd run, without preflight, with a socket that answers? With its version."""
        version = self._usbmuxd_version()
        if version is None:
            return Found(state="absent")
        lines = self._command_lines()
        if lines is None:
            return Found(state="unknown", detail=version)
        running = [line for line in lines if Path(line[0]).name == "usbmuxd"]
        if not running:
            # Debian starts it with the first iPhone and ends it with the last: not running is no fault.
            return Found(state="absent" if not self.usbmux_socket.exists() else "broken", detail=version)
        if not _answers(self.usbmux_socket):
            return Found(state="broken", detail=f"{version} {self.usbmux_socket}?")
        if not all({"-p", "--no-preflight"} & set(line) for line in running):
            return Found(state="broken", detail=f"{version} --no-preflight?")
        return Found(state="works", detail=version)

    def other_adb(self) -> Found:
        """Another adb server would hold the phones; one that could be started by a slip of the finger is named."""
        with socket.socket() as probe:
            probe.settimeout(0.3)
            listens = probe.connect_ex(("127.0.0.1", self.adb_port)) == 0
        lines = self._command_lines()
        servers = [line for line in lines or () if _is_adb_server(line) and f"{self.adb_port}" in " ".join(line)]
        if listens or servers:
            return Found(state="broken", detail=f"127.0.0.1:{self.adb_port}")
        if lines is None:
            return Found(state="unknown")
        return Found(state="works", detail=shutil.which("adb") or "")

    def controllers(self) -> Found:
        """Devices and endpoints of each controller against ceilings that are known; none tells its own."""
        try:
            found = places(self.usb)
        except OSError:
            return Found(state="unknown", detail="sysfs?")
        by_controller: dict[str, list[UsbPlace]] = defaultdict(list)
        for place in found:
            if not place.virtual or not place.controller:
                by_controller[place.controller].append(place)
        if not by_controller:
            return Found(state="unknown", detail="0")
        told, near = [], False
        for controller, hanging in sorted(by_controller.items()):
            devices = [place for place in hanging if not place.path.startswith("usb")]
            endpoints = sum(place.endpoints for place in devices)
            near = near or not controller or endpoints > FEWEST_ENDPOINTS or len(devices) >= MOST_DEVICES
            name = clean(Path(controller).name) or "?"
            told.append(f"{name}: {len(devices)}/{MOST_DEVICES}, {endpoints}/{FEWEST_ENDPOINTS}–{MOST_ENDPOINTS}")
        return Found(state="unknown" if near else "works", detail="; ".join(told))

    def _usbmuxd_version(self) -> str | None:
        """None when there is no such program."""
        program = shutil.which(self.usbmuxd) or shutil.which(self.usbmuxd, path="/usr/sbin:/sbin:/usr/local/sbin")
        if program is None:
            return None
        try:
            done = subprocess.run(
                [program, "--version"], capture_output=True, timeout=5, check=False, stdin=subprocess.DEVNULL
            )
        except (OSError, subprocess.TimeoutExpired):
            return "?"
        match = _VERSION.search((done.stdout + done.stderr)[:4096].decode("utf-8", "replace"))
        return match[1] if match else "?"

    def _command_lines(self) -> list[list[str]] | None:
        """Of every process that may be read; None when the list itself may not."""
        try:
            folders = [each for each in self.processes.iterdir() if each.name.isdecimal()][:_MOST_PROCESSES]
        except OSError:
            return None
        return list(_lines(folders)) if folders else None


def _lines(folders: list[Path]) -> Iterator[list[str]]:
    for folder in folders:
        try:
            with (folder / "cmdline").open("rb") as file:
                data = file.read(65536)
        except OSError:
            continue  # gone, or another user's behind hidepid
        words = [word.decode("utf-8", "replace") for word in data.split(b"\0") if word]
        if words:
            yield words


def _is_phone(place: UsbPlace) -> bool:
    apple = place.vendor_id == APPLE_VENDOR_ID and "ff/fe/02" in place.interfaces
    return apple or any(each in PHONE_INTERFACES for each in place.interfaces)


def _is_adb_server(line: list[str]) -> bool:
    """`adb -L tcp:5037 fork-server server`, or one that was started in the foreground."""
    return Path(line[0]).name == "adb" and bool({"fork-server", "nodaemon", "server"} & set(line))


def _answers(path: Path) -> bool:
    try:
        if not stat.S_ISSOCK(path.stat().st_mode):
            return False
        with socket.socket(socket.AF_UNIX) as probe:
            probe.settimeout(2)
            probe.connect(str(path))
            return True
    except OSError:
        return False


def _group_exists() -> bool:
    import grp

    try:
        grp.getgrnam(GROUP)
    except KeyError:
        return False
    return True
