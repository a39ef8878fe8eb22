# SPDX-License-Identifier: GPL-3.0-or-later
"""The bench of this machine, opened and closed again: real phones, or the virtual ones that the settings name."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from phones.port import Port, Sighting
from station.errors import NoPhoneError
from station.setup.home import Home
from station.setup.settings import Settings

if TYPE_CHECKING:
    from phones.bench.bench import Bench


class PhoneBench(Protocol):
    """What a session needs of a bench (`phones.bench.bench.Bench`; in tests one of virtual phones without a wire)."""

    def sightings(self) -> tuple[Sighting, ...]:
        """Every phone, in port order. Raises: BenchError."""

    def port(self, path: str) -> Port:
        """The port with this path, whether or not something hangs on it."""

    def duplicated_serials(self) -> tuple[str, ...]:
        """Serial numbers that two ports show at once."""

    def is_emulated(self, path: str) -> bool:
        """Is this port anything else than a real USB cable?"""

    def notes(self) -> Mapping[str, str]:
        """What of the bench cannot be seen at the moment, a sentence a driver."""


def nothing_plugged_in(settings: Settings) -> bool:
    """Does USB show no phone at all? Then no driver need be loaded. Raises: UsbAccessError."""
    from phones.usb.watch import UsbWatch

    return not settings.emulated_bench and not UsbWatch().phones()


@contextmanager
def open_bench(home: Home, settings: Settings, *, fixed: bool = False) -> "Iterator[Bench]":
    """The real bench: our private adb server, the USB bus, usbmuxd if there is one; closed again at the end.

    `fixed`: only what is plugged in now counts, so drivers that nothing there needs are not started.
    With the setting `emulated_bench` it is the virtual bench named there, and nothing real.
    Raises: NoPhoneError (only if `fixed`), BenchError, ConfigError.
    """
    if fixed and nothing_plugged_in(settings):
        raise NoPhoneError
    home.make()
    if settings.emulated_bench:
        from station.session.emulated import open_emulated, read_hello

        hello = read_hello(home.path / settings.emulated_bench)
        with open_emulated(hello, home, adb_port=settings.adb_port) as emulated:
            yield emulated
        return
    from phones.adb.server import AdbServer
    from phones.apple.driver import AppleLibraryDriver
    from phones.bench.bench import Bench
    from phones.usb.watch import UsbWatch

    adb = AdbServer(home.adb, port=settings.adb_port or None)
    adb.start()
    bench: Bench | None = None
    try:
        apple = AppleLibraryDriver(settings.usbmux_address or None, home.pairing)
        bench = Bench(adb=adb, usb=UsbWatch(), apple=apple, transports={}, emulated=bool(settings.usbmux_address))
        yield bench
    finally:
        if bench is not None:
            bench.close()
        adb.stop()
