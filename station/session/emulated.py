# SPDX-License-Identifier: GPL-3.0-or-later
"""A bench whose phones are virtual: what `demo` runs on, and what the setting `emulated_bench` opens.

The phones live in another process (`python -m virtual_phones.bench.bench`), whose first line of output, its hello,
says how to reach them. No real phone is touched: our adb server has USB off, pyusb sees only the virtual bus,
and usbmux is the bench's own socket or none. Everything found here is `emulated`; station keys refuse it.
"""

import contextlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from phones.adb.server import AdbServer
from phones.apple.driver import AppleLibraryDriver
from phones.bench.bench import Bench
from phones.given_files import read_given
from phones.usb.watch import UsbWatch
from station.errors import ConfigError
from station.setup.home import Home
from station.text.language import text
from virtual_phones.bench.control import ControlClient, ControlError
from virtual_phones.usb.backend import backend

LARGEST_HELLO = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Hello:
    """Where a virtual bench is reached: control port on loopback, usbmux address or "", adb address → port path."""

    control: int
    usbmux: str
    transports: Mapping[str, str]


@contextmanager
def open_emulated(hello: Hello, home: Home, *, adb_port: int = 0) -> Iterator[Bench]:
    """The bench behind `hello`, its phones plugged into our adb server. Raises: BenchError, ConfigError."""
    adb = AdbServer(home.adb, port=adb_port or None, usb=False)
    adb.start()
    control = ControlClient(("127.0.0.1", hello.control))
    bench: Bench | None = None
    try:
        try:
            control.call("adb_server", host="127.0.0.1", port=adb.port)
        except ControlError as error:
            raise ConfigError(
                subject="emulated_bench",
                step="control",
                expected=text("expected.running_bench"),
                got=str(hello.control),
            ) from error
        bench = Bench(
            adb=adb,
            usb=UsbWatch(backend=backend(("127.0.0.1", hello.control))),
            apple=AppleLibraryDriver(hello.usbmux, home.pairing) if hello.usbmux else None,
            transports=hello.transports,
            emulated=True,
        )
        yield bench
    finally:
        if bench is not None:
            bench.close()
        with contextlib.suppress(ControlError):  # the bench may have ended first
            control.call("adb_server", host=None)
        control.close()
        adb.stop()


def read_hello(path: Path) -> Hello:
    """The hello kept in a file. Shape: see `virtual_phones.bench.bench`. Raises: ConfigError."""
    try:
        document = json.loads(read_given(path, LARGEST_HELLO))
        usbmux, transports = document["usbmux"], document["transports"]
        if usbmux is not None and not (isinstance(usbmux, str) and usbmux.startswith("127.0.0.1:")):
            raise ValueError("usbmux")
        return Hello(
            control=int(document["control"]),
            usbmux=usbmux or "",
            transports={str(address): str(port) for address, port in transports.items()},
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ConfigError(
            subject="emulated_bench", step=str(path), expected=text("expected.hello"), got=type(error).__name__
        ) from error
