# SPDX-License-Identifier: GPL-3.0-or-later
"""The bench: what USB, the adb server and usbmuxd each know, put together per port.

USB says what is plugged in where; adb and usbmuxd say in which state it talks. Where USB can be read it
decides presence: adb goes on listing a phone that has just been unplugged.
"""

import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Protocol

from phones.adb.devices import AdbDevice, read_devices, read_devpath
from phones.adb.link import AdbLink
from phones.adb.wire import AdbEndpoint
from phones.apple.ports import ports_of
from phones.bench.sightings import merged, refused
from phones.cleaning import clean_bytes
from phones.errors import (
    AdbServerError,
    BenchError,
    PhoneError,
    PhoneLostError,
    UsbmuxError,
)
from phones.link import Link
from phones.modes import BY_PRESENCE, Reach
from phones.port import Port, Presence, Sighting
from phones.usb.ports import SYSFS, is_virtual_bus
from phones.usb.watch import UsbDevice, UsbWatch

LOOK_AGE_S = 0.2
FOYER_AGE_S = 2.0
"""An emulated phone keeps its transport id over a reboot, so the answer to "foyer?" ages."""
FOYER_TIMEOUT_S = 4.0


class AppleDriver(Protocol):
    """What the bench needs of the Apple driver (phones.apple.driver.AppleLibraryDriver)."""

    def attached(self) -> tuple[str, ...]:
        """UDIDs as usbmux gives them. Raises: UsbmuxError."""

    def open(self, udid: str) -> Link:
        """A link to that iPhone. Raises: PhoneError, UsbmuxError."""

    def forget(self, udid: str) -> None:
        """Delete every pair record of that iPhone. Raises: PhoneError, BenchError."""

    def close(self) -> None:
        """Let go of everything."""


class BenchPort:
    """One physical slot (phones.port.Port)."""

    def __init__(self, bench: "Bench", path: str) -> None:
        self.path = path
        self.emulated = bench.is_emulated(path)
        self._bench = bench
        self._iphones: set[str] = set()

    def look(self) -> Sighting:
        """See Port.look. At most 0.2 s old."""
        return self._bench.sighting(self.path)

    def open(self) -> Link:
        """See Port.open."""
        self._note_iphone()
        return self._bench.open(self.path)

    def forget(self, udid: str) -> None:
        """See Port.forget."""
        failed: BenchError | None = None
        if udid:
            self._iphones.add(udid)
        try:
            self._note_iphone()
        except BenchError as error:
            failed = error
        for found in sorted(self._iphones):
            try:
                self._bench.forget(found)
            except BenchError as error:
                failed = error
        self._iphones.clear()
        if failed is not None:
            raise failed

    def _note_iphone(self) -> None:
        sighting = self.look()
        if sighting.presence is Presence.APPLE:
            self._iphones.add(sighting.transport)


class Bench:
    """All ports of a station.

    `transports` maps adb TCP addresses to port paths, for emulated benches; every port named there is
    emulated. `emulated=True` makes all ports so (a usbmux address of one's own, a recording, the demo).
    Any of `adb`, `usb`, `apple` may be None. `sysfs`: where the kernel tells of which controller a port is.
    Thread safe.
    """

    def __init__(
        self,
        *,
        adb: AdbEndpoint | None = None,
        usb: UsbWatch | None = None,
        apple: AppleDriver | None = None,
        transports: Mapping[str, str] = MappingProxyType({}),
        emulated: bool = False,
        sysfs: Path = SYSFS,
    ) -> None:
        self._adb = adb
        self._usb = usb
        self._apple = apple
        self._transports = dict(transports)
        self._emulated = emulated
        self._sysfs = sysfs
        self._lock = threading.Lock()
        self._scan = _Scan()
        self._scanned_at = float("-inf")
        self._adb_details: dict[tuple[int, int], tuple[str, str]] = {}
        self._foyer: dict[tuple[int, int], tuple[bool, float]] = {}
        self._notes: dict[str, str] = {}
        self._listen: Callable[[Port], Port] | None = None
        if adb is not None and self._transports:
            adb.on_restart(self._reconnect)

    # -- what is asked of a bench ----------------------------------------------------------------------

    def sightings(self) -> tuple[Sighting, ...]:
        """Every phone, in port order; hubs, keyboards and the like are left out. Raises: BenchError."""
        scan = self._look()
        listed = filter(scan.lists, scan.sightings)
        return tuple(self._told_apart(scan, path) for path in sorted(listed, key=_port_order))

    def sighting(self, path: str) -> Sighting:
        """What hangs on one port now, phone or not; ABSENT only when nothing does. Raises: BenchError."""
        if self._usb is not None and not self._usb.is_plugged_in(path):
            # Nothing adb or usbmux still list can change that: a pulled cable is seen without asking them.
            return Sighting(port=path, presence=Presence.ABSENT)
        return self._told_apart(self._look(), path)

    def port(self, path: str) -> Port:
        """The port with this path, whether or not something hangs on it."""
        port = BenchPort(self, path)
        return port if self._listen is None else self._listen(port)

    def wrap_ports(self, listen: Callable[[Port], Port] | None) -> None:
        """From now on every port goes through `listen` first, for recordings; None = no more."""
        self._listen = listen

    def duplicated_serials(self) -> tuple[str, ...]:
        """Serial numbers that two ports show at once: such phones must not be told apart by serial."""
        counted = Counter(
            serial
            for sighting in self._look().sightings.values()
            for serial in {sighting.usb_serial, self._own_serial(sighting)} - {""}
        )
        return tuple(sorted(serial for serial, times in counted.items() if times > 1))

    def notes(self) -> Mapping[str, str]:
        """What the bench works without at the moment: error code (`usbmux`) to the sentence why."""
        return MappingProxyType(dict(self._notes))

    def is_emulated(self, path: str) -> bool:
        """Is this port anything else than a real USB cable? The phone has no say in it."""
        return (
            self._emulated
            or path in self._transports.values()
            or (self._usb is not None and self._usb.virtual)
            or is_virtual_bus(path, self._sysfs)
        )

    def open(self, path: str) -> Link:
        """A link to what hangs on the port now. Raises: PhoneLostError, PhoneRefusedError, BenchError."""
        scan = self._look()
        device = scan.adb.get(path)
        # Evaluation turns a foyer into a shell under the same transport, without leaving `device`.
        sighting = self._told_apart(scan, path, recheck_foyer=True)
        mode = BY_PRESENCE[sighting.presence]
        transport_id = device.transport_id if device is not None else None
        link = mode.open(
            Reach(sighting=sighting, adb=self._adb, transport_id=transport_id, apple=self._apple, usb=self._usb)
        )
        if link is not None:
            return link
        if mode.refusal:
            raise refused(mode.refusal, path, sighting)
        raise PhoneLostError(subject=path, step="open", expected="a phone", got=sighting.presence.value)

    def forget(self, udid: str) -> None:
        """Delete all pair records of an iPhone, ours and usbmuxd's. Raises: BenchError."""
        if self._apple is not None:
            try:
                self._apple.forget(udid)
            except PhoneError:
                return  # no UDID, so no record can bear it

    def close(self) -> None:
        """Let go of drivers. The adb server is stopped by whoever started it."""
        if self._apple is not None:
            self._apple.close()

    # -- looking ---------------------------------------------------------------------------------------

    def _look(self) -> "_Scan":
        with self._lock:
            if time.monotonic() - self._scanned_at > LOOK_AGE_S:
                self._scan = self._scan_all()
                self._scanned_at = time.monotonic()
            return self._scan

    def _scan_all(self) -> "_Scan":
        scan = _Scan()
        if self._usb is not None:
            # A scan is kept for LOOK_AGE_S itself: an older list of devices under it would show a pulled cable later.
            scan.usb = {device.path: device for device in self._usb.devices(maximum_age_s=0.0)}
        scan.adb = self._adb_by_port(scan.usb)
        scan.apple = self._apple_by_port(scan.usb)
        for path in {*scan.usb, *scan.adb}:
            device = scan.usb.get(path)
            sighting = merged(path, device, scan.adb.get(path), scan.apple.get(path), usb_decides=self._usb is not None)
            if sighting.presence is not Presence.ABSENT:
                scan.sightings[path] = sighting
        return scan

    def _adb_by_port(self, usb: Mapping[str, UsbDevice]) -> dict[str, AdbDevice]:
        if self._adb is None:
            return {}
        listed = read_devices(self._adb.ask("host:devices-l").decode("utf-8", "surrogateescape"))
        generation = self._adb.generation
        serials = Counter(device.serial for device in usb.values() if device.serial)
        by_serial = {device.serial: device.path for device in usb.values() if serials[device.serial] == 1}
        known = {(generation, device.transport_id) for device in listed}
        talking = {(generation, device.transport_id) for device in listed if device.presence is Presence.ADB_DEVICE}
        # Whatever left the state `device` in between may come back as the other of the two.
        self._foyer = {key: value for key, value in self._foyer.items() if key in talking}
        self._adb_details = {key: value for key, value in self._adb_details.items() if key in known}
        found: dict[str, AdbDevice] = {}
        doubled: set[str] = set()
        for listing in listed:
            device = self._verified(generation, listing)
            if device is None:
                continue
            path = device.usb_path or self._transports.get(device.serial) or by_serial.get(device.serial, "")
            other = found.get(path)
            if not path or (other is not None and other.verified and not device.verified):
                continue
            if other is not None and other.verified == device.verified:
                doubled.add(path)
            found[path] = device
        # Two transports that claim one port with equal right: nobody can tell which is real.
        return {path: device for path, device in found.items() if path not in doubled}

    def _verified(self, generation: int, listing: AdbDevice) -> AdbDevice | None:
        """The serial and USB path as the server gives them for this transport alone, asked once per id.

        None: the list names a working transport that the server does not know, so the line was forged.
        """
        key = (generation, listing.transport_id)
        if key not in self._adb_details:
            serial, usb_path = listing.serial, listing.usb_path
            try:
                serial = clean_bytes(self._ask_about(listing, "get-serialno"), most=64)
                usb_path = read_devpath(clean_bytes(self._ask_about(listing, "get-devpath")))
            except PhoneError:
                # Unauthorized and offline transports do not answer; the list is what there is.
                return None if listing.presence is Presence.ADB_DEVICE else listing
            self._adb_details[key] = (serial, usb_path)
        serial, usb_path = self._adb_details[key]
        return AdbDevice(
            transport_id=listing.transport_id,
            serial=serial,
            presence=listing.presence,
            usb_path=usb_path,
            odd=listing.odd or serial != listing.serial,
            verified=True,
        )

    def _ask_about(self, device: AdbDevice, what: str) -> bytes:
        if self._adb is None:
            raise AdbServerError(step="ask", expected="an adb server", got="none")
        return self._adb.ask(f"host-transport-id:{device.transport_id}:{what}")

    def _apple_by_port(self, usb: Mapping[str, UsbDevice]) -> dict[str, str]:
        if self._apple is None:
            return {}
        try:
            udids = self._apple.attached()
        except UsbmuxError as error:
            self._notes["usbmux"] = error.reason()
            return {}
        self._notes.pop("usbmux", None)
        return dict(ports_of(udids, usb.values()))

    # -- telling the trade-in foyer from a shell -------------------------------------------------------

    def _told_apart(self, scan: "_Scan", path: str, *, recheck_foyer: bool = False) -> Sighting:
        sighting = scan.sightings.get(path) or Sighting(port=path, presence=Presence.ABSENT)
        device = scan.adb.get(path)
        if sighting.presence is not Presence.ADB_DEVICE or device is None or self._adb is None:
            return sighting
        if not self._is_foyer(self._adb, device, doubt=recheck_foyer):
            return sighting
        return Sighting(
            port=path,
            presence=Presence.ADB_FOYER,
            usb_serial=sighting.usb_serial,
            vendor_id=sighting.vendor_id,
            product_id=sighting.product_id,
            interfaces=sighting.interfaces,
            transport=sighting.transport,
        )

    def _is_foyer(self, adb: AdbEndpoint, device: AdbDevice, *, doubt: bool = False) -> bool:
        """Both show as `device`. Forgotten transports are dropped with the list. `doubt`: a foyer is asked again."""
        key = (adb.generation, device.transport_id)
        known = self._foyer.get(key)
        if known is not None and time.monotonic() - known[1] < FOYER_AGE_S and not (doubt and known[0]):
            return known[0]
        try:
            foyer = AdbLink(adb, device.transport_id).is_foyer(timeout_s=FOYER_TIMEOUT_S)
        except PhoneError:
            # Not known now; the next look asks again, the next exchange finds out by itself.
            return known[0] if known is not None else False
        with self._lock:
            self._foyer[key] = (foyer, time.monotonic())
        return foyer

    def _own_serial(self, sighting: Sighting) -> str:
        """Adb's serial, unless it is the made-up name of a TCP transport."""
        return "" if sighting.transport in self._transports else sighting.transport

    def _reconnect(self) -> None:
        """A restarted server has forgotten its TCP transports."""
        if self._adb is None:
            return
        for address in self._transports:
            try:
                self._adb.ask(f"host:connect:{address}", timeout_s=3.0)
            except (PhoneError, AdbServerError):
                continue


class _Scan:
    """One look at everything, by port path."""

    def __init__(self) -> None:
        self.usb: dict[str, UsbDevice] = {}
        self.adb: dict[str, AdbDevice] = {}
        self.apple: dict[str, str] = {}
        self.sightings: dict[str, Sighting] = {}

    def lists(self, path: str) -> bool:
        """Is what hangs there worth a place in the list of phones? Where USB cannot be read adb decides."""
        device = self.usb.get(path)
        return device is None or device.looks_like_phone


def _port_order(path: str) -> tuple[tuple[int, str], ...]:
    return tuple((int(piece), "") if piece.isdecimal() else (-1, piece) for piece in path.replace("-", ".").split("."))
