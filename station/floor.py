# SPDX-License-Identifier: GPL-3.0-or-later
"""Opens the real bench: our private adb server, the USB bus, usbmuxd if there is one."""

from collections.abc import Iterator
from contextlib import contextmanager

from phones.adb_server import AdbServer
from phones.apple import AppleIsland
from phones.bench import Bench
from phones.port import Presence, Sighting
from phones.usb_watch import UsbWatch
from station.errors import AmbiguousPhoneError, PhoneNotFoundError
from station.home import Home
from station.settings import Settings


@contextmanager
def open_bench(home: Home, settings: Settings) -> Iterator[Bench]:
    """The bench of this machine, closed again at the end. Raises: BenchError."""
    home.make()
    adb = AdbServer(home.adb)
    adb.start()
    bench: Bench | None = None
    try:
        apple = AppleIsland(settings.usbmux_address or None, home.pairing)
        bench = Bench(adb=adb, usb=UsbWatch(), apple=apple, transports={}, emulated=bool(settings.usbmux_address))
        yield bench
    finally:
        if bench is not None:
            bench.close()
        adb.stop()


def present(bench: Bench) -> tuple[Sighting, ...]:
    """Everything plugged in that may be a phone."""
    return tuple(sighting for sighting in bench.sightings() if sighting.presence is not Presence.ABSENT)


def select(sightings: tuple[Sighting, ...], wanted: str | None, settings: Settings) -> Sighting:
    """The one phone meant: by serial, UDID, slot or port; the only one when nothing was given.

    Callers that destroy demand a selector themselves.
    Raises: PhoneNotFoundError, AmbiguousPhoneError.
    """
    if wanted is None:
        found = sightings
    else:
        plain = wanted.replace("-", "").lower()
        found = tuple(
            sighting
            for sighting in sightings
            if wanted in (sighting.port, settings.slot(sighting.port))
            or (sighting.usb_serial and plain == sighting.usb_serial.replace("-", "").lower())
        )
    if not found:
        raise PhoneNotFoundError(phone=wanted or "", got=_listing(sightings, settings))
    if len(found) > 1:
        raise AmbiguousPhoneError(phone=wanted or "", got=_listing(found, settings))
    return found[0]


def _listing(sightings: tuple[Sighting, ...], settings: Settings) -> str:
    return ", ".join(f"{settings.slot(item.port)}={item.usb_serial or '?'}" for item in sightings) or "0"
