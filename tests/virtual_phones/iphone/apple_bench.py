# SPDX-License-Identifier: GPL-3.0-or-later
"""Virtual iPhones on slots behind a usbmuxd of their own, for the tests of this folder."""

import contextlib
import os
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.support.waiting import PATIENCE_S
from virtual_phones.iphone.phone import IPhone, LockdownRefusal
from virtual_phones.phone import Timing, load_model
from virtual_phones.port import VirtualPort
from virtual_phones.usbmux.usbmux import UsbmuxServer

FAST = Timing().scaled(0.004)  # a wipe of 0.3 s
HOST = "11111111-2222-3333-4444-555555555555"
MODELS = ("iphone-13-ios-18", "iphone-se-ios-26")


def make_iphone(
    *,
    misbehaviour: Iterable[str] = (),
    variation: Iterable[str] = (),
    seed: int = 0,
    timing: Timing | None = None,
    model: str = MODELS[0],
) -> IPhone:
    return IPhone(load_model(model), misbehaviour=misbehaviour, variation=variation, seed=seed, timing=timing)


def paired(phone: IPhone, *, now_s: float = 1.0) -> IPhone:
    """The owner taps Trust until HOST is in."""
    for _ in range(6):
        with contextlib.suppress(LockdownRefusal):
            phone.pair({"HostID": HOST}, now_s=now_s)
            return phone
        phone.press("trust", now_s)
    raise AssertionError("the phone does not pair")


@dataclass(frozen=True, kw_only=True)
class WiredBench:
    ports: tuple[VirtualPort, ...]
    server: UsbmuxServer
    now_s: Callable[[], float]
    folder: Path

    @property
    def phone(self) -> IPhone:
        return self.phones[0]

    @property
    def phones(self) -> tuple[IPhone, ...]:
        return tuple(port.phone for port in self.ports if isinstance(port.phone, IPhone))

    def press(self, action: str, *, phone: int = 0) -> None:
        self.ports[phone].press(action, self.now_s())

    def environment(self) -> dict[str, str]:
        return {**os.environ, "USBMUXD_SOCKET_ADDRESS": self.server.address, "HOME": str(self.folder)}

    def tool(self, *command: str, timeout_s: float = PATIENCE_S) -> subprocess.CompletedProcess[str]:
        """Run one of Debian's tools against this bench."""
        return subprocess.run(
            command, env=self.environment(), capture_output=True, text=True, timeout=timeout_s, check=False
        )

    def wait(self, what: Callable[[], bool], *, seconds: float = PATIENCE_S) -> None:
        deadline = time.monotonic() + seconds
        while not what():
            assert time.monotonic() < deadline, "it never happened"
            time.sleep(0.02)

    def trust_next(self, *, phone: int = 0) -> None:
        """The dialog was opened by another host a moment ago and is answered with Trust: the next pairing
        goes through at once. Spares the tests that are not about the dialog a second pair of RSA keys.
        """
        with contextlib.suppress(LockdownRefusal):
            self.phones[phone].pair({"HostID": "another host"})
        self.press("trust", phone=phone)


@contextlib.contextmanager
def wired(folder: Path, *phones: IPhone) -> Iterator[WiredBench]:
    """The phones on slots 1-1, 1-2 ... of a bench that speaks usbmux."""
    start = time.monotonic()

    def now_s() -> float:
        return time.monotonic() - start

    ports = tuple(VirtualPort(f"1-{n}", f"phone-{n}", phone) for n, phone in enumerate(phones, start=1))
    server = UsbmuxServer(ports, now_s)
    server.start()
    try:
        yield WiredBench(ports=ports, server=server, now_s=now_s, folder=folder)
    finally:
        server.stop()
