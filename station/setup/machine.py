# SPDX-License-Identifier: GPL-3.0-or-later
"""What a bench machine must be like, looked at from outside: udev rules, usbmuxd, other adb servers, controllers.

Each look answers `works`, `caution` (works, and something lies about that can come in its way), `broken`, `absent`
(not there, and not everybody needs it) or `unknown`: it could not look, which is never fine. Nothing is started,
ended or changed; no phone is touched.
"""

import hashlib
import os
import re
import shutil
import socket
import stat
import subprocess
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from phones.adb.processes import Process, all_processes, listens_on
from phones.cleaning import clean
from phones.modes import DEBUGGING_INTERFACES
from phones.usb.ports import SYSFS, UsbPlace, places

APPLE_VENDOR_ID = "05ac"
RULES_NAME = "70-proofwipe.rules"
SHIPPED_RULES = "57bec90a75fa6405bd0428ddf8d4682a5079705182bf779b4daaad5924e1615b"
"""`essence` of the rules that are shipped (packaging/udev), which an installed program does not have beside it."""
GROUP = "proofwipe"
ADB_PORT = 5037
MOST_ENDPOINTS = 96
"""Of one xHCI controller: common Intel ones [read: Microchip FAQ on "Not enough USB controller resources"]."""
FEWEST_ENDPOINTS = 64
"""At which some firmware already stops [same source]."""
MOST_DEVICES = 32
"""`Max number of devices this xHCI host supports is 32` [read: Merlin, 2018]; others say 64 or 127."""
_MOST_RULES = 65536
_VERSION = re.compile(r"usbmuxd ([0-9][0-9A-Za-z.~+-]{0,24})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """`state`: works, caution, broken, absent or unknown. `detail` is short and of no language."""

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
        default=tuple(Path(each) / "udev/rules.d" for each in ("/etc", "/run", "/usr/local/lib", "/usr/lib"))
    )
    """A file hides those of its name in later folders [read: udev(7)]."""
    adb_port: int = ADB_PORT
    usbmuxd: str = "usbmuxd"
    is_root: bool = field(default_factory=lambda: os.geteuid() == 0)

    def udev(self) -> Found:
        """May this user open the phones that are plugged in, and are our rules installed for the next ones?

        Root may open everything, so for root it is asked whether the group may.
        """
        try:
            plugged = [place for place in places(self.usb) if not place.is_hub and _is_phone(place)]
        except OSError:
            plugged = None
        shut = [place.path for place in plugged or () if not self._may_open(place)]
        if shut:
            return Found(state="broken", detail=", ".join(shut))
        rules = self._rules()
        if plugged is None and rules.state != "broken":
            return Found(state="unknown", detail=rules.detail)
        return rules

    def _may_open(self, place: UsbPlace) -> bool:
        node = self.usb_nodes / f"{place.node[0]:03d}" / f"{place.node[1]:03d}"
        if not self.is_root:
            return os.access(node, os.R_OK | os.W_OK)
        try:
            facts = node.stat()
        except OSError:
            return False
        wanted = stat.S_IRGRP | stat.S_IWGRP
        return facts.st_gid == _group() and facts.st_mode & wanted == wanted

    def _rules(self) -> Found:
        """The rules file that counts, against ours. One that is a link to nothing or empty hides the others too."""
        for folder in self.rules:
            path = folder / RULES_NAME
            try:
                path.lstat()
            except (FileNotFoundError, NotADirectoryError):
                continue
            except OSError:
                return Found(state="unknown", detail=str(path))
            return _judged(path)
        return Found(state="absent", detail=RULES_NAME)

    def usbmuxd_runs(self) -> Found:
        """Does usbmuxd run, without preflight, with a socket that answers? With its version."""
        version = self._usbmuxd_version()
        if version is None:
            # A socket without a usbmuxd of which we know: some other program that may pair, or may not.
            return Found(state="unknown" if self.usbmux_socket.exists() else "absent")
        seen = all_processes(self.processes)
        daemons = [each for each in seen.processes if each.program == "usbmuxd"]
        if not daemons and not seen.whole:
            return Found(state="unknown", detail=version)
        if not daemons:
            # Debian starts it with the first iPhone and ends it with the last: not running is no fault.
            return Found(state="absent" if not self.usbmux_socket.exists() else "broken", detail=version)
        if not _answers(self.usbmux_socket):
            return Found(state="broken", detail=f"{version} {self.usbmux_socket}?")
        if not all({"-p", "--no-preflight"} & set(each.words) for each in daemons):
            return Found(state="broken", detail=f"{version} --no-preflight?")
        return Found(state="works", detail=version)

    def other_adb(self, ours: int | None = None) -> Found:
        """Another adb server, on whatever port, would hold the phones. `ours`: the process id of our own."""
        with socket.socket() as probe:
            probe.settimeout(0.3)
            listens = probe.connect_ex(("127.0.0.1", self.adb_port)) == 0
        seen = all_processes(self.processes)
        others = [each for each in seen.processes if each.is_adb_server and each.pid != ours]
        if others:
            return Found(state="broken", detail="; ".join(_named(each) for each in others[:4]))
        if listens and (ours is None or not listens_on(ours, self.adb_port)):
            return Found(state="broken", detail=f"127.0.0.1:{self.adb_port}")
        return Found(state="works" if seen.whole else "unknown")

    def installed_adb(self) -> Found:
        """An adb that one word starts: it would start a server of its own. The bundled one is on no PATH."""
        found = shutil.which("adb")
        return Found(state="works") if found is None else Found(state="caution", detail=found)

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


def effective_rules(rules: str) -> str:
    """SHA-256, in hex, of the lines udev reads: comments, empty lines and indents make no difference."""
    lines = [line.strip() for line in rules.splitlines()]
    return hashlib.sha256("\n".join(line for line in lines if line and not line.startswith("#")).encode()).hexdigest()


def _is_phone(place: UsbPlace) -> bool:
    apple = place.vendor_id == APPLE_VENDOR_ID and "ff/fe/02" in place.interfaces
    return apple or any(each in DEBUGGING_INTERFACES for each in place.interfaces)


def _judged(rules: Path) -> Found:
    try:
        with rules.open("rb") as file:
            text = file.read(_MOST_RULES).decode("utf-8", "replace")
    except OSError:
        return Found(state="unknown", detail=str(rules))
    if effective_rules(text) != SHIPPED_RULES:
        return Found(state="broken", detail=f"{rules} ≠ {RULES_NAME}")
    if _group() is None:
        return Found(state="broken", detail=f"{rules}: {GROUP}?")
    return Found(state="works", detail=str(rules))


def _named(process: Process) -> str:
    return f"{process.pid} {clean(' '.join(process.words), most=90)}"


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


def _group() -> int | None:
    """The number of our group; None when there is none."""
    import grp

    try:
        return grp.getgrnam(GROUP).gr_gid
    except KeyError:
        return None
