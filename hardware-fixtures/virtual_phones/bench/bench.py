# SPDX-License-Identifier: GPL-3.0-or-later
"""The virtual bench: all phones of a scenario, in a process of their own that outlives the station.

    python -m virtual_phones.bench.bench SCENARIO.toml [--die-with-stdin] [--lifetime SECONDS] [--usb]

The first line on stdout is the hello, JSON: {"control": PORT, "usbmux": "127.0.0.1:P" or null,
"transports": {"127.0.0.1:P": "1-1"}, "phones": [{"name", "port", "platform", "model", "serial"}]}.
"""

import argparse
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from virtual_phones.adb.listener import AdbListener
from virtual_phones.adb.plug import AdbPlug
from virtual_phones.android.phone import AndroidPhone
from virtual_phones.bench.control import ControlError, ControlServer
from virtual_phones.bench.scenario import (
    Scenario,
    ScenarioError,
    add_phones,
    load_scenario,
    make_swap,
    read_fault,
    read_scenario,
    read_swap,
)
from virtual_phones.port import VirtualPort
from virtual_phones.usb.bus import UsbBus
from virtual_phones.usb.function import Stall
from virtual_phones.usb.phone import serial_of
from virtual_phones.usb.pipes import Gone, Pipes
from virtual_phones.usb.vhci import VhciError, slots
from virtual_phones.usbmux.usbmux import UsbmuxServer

TICK_S = 0.04
DIALOG_OPENS_S = 20.0
TICK_ON_USB_S = 0.15
"""The rig's guest computes slowly; what hands do is followed at once all the same."""


class VirtualBench:
    """Slots, listeners, the clock that drives them, and the acts of the control socket.

    `usb`: the phones hang on the kernel's virtual root ports instead of loopback sockets (the rig's guest only).
    """

    def __init__(self, scenario: Scenario, *, usb: bool = False) -> None:
        self._scenario = scenario
        self._start = time.monotonic()
        self._epoch_at_zero = time.time()
        self.stopped = threading.Event()
        self._wakes: dict[VirtualPort, threading.Event] = {}
        self.ports = {port.path: port for port in add_phones(scenario, epoch_at_zero=self._epoch_at_zero)}
        self._bus = UsbBus(self.now_s, slots()) if usb else None
        self.listeners = (
            ()
            if usb
            else tuple(
                AdbListener(port, self.now_s) for port in self.ports.values() if port.phone.platform == "android"
            )
        )
        self._plug = AdbPlug(self.listeners)
        apples = [port for port in self.ports.values() if port.phone.platform == "apple" and not usb]
        self._pipes = Pipes(self.now_s)
        self._usbmux = UsbmuxServer(apples, self.now_s) if apples else None
        self.control = ControlServer(
            {
                "list": lambda _: [self._card(port) for port in self.ports.values()],
                "adb_server": self._adb_server,
                "press": self._press,
                "screen": self._screen,
                "browser": self._browser,
                "plug": self._put_in,
                "unplug": self._unplug,
                "move": self._move,
                "add_phones": self._add_phones,
                "swap": self._swap,
                "fault": self._fault,
                "usb_write": self._usb_write,
                "usb_read": self._usb_read,
                "usb": lambda _: [shown for port in self.ports.values() if (shown := usb_card(port)) is not None],
                "truth": lambda _: {port.name: truth_of(port) for port in self.ports.values()},
                "secrets": lambda _: {port.name: port.first.secrets() for port in self.ports.values()},
                "counters": lambda _: {port.path: port.exchanges.count for port in self.ports.values()},
                "stop": lambda _: self.stopped.set(),
            }
        )

    def now_s(self) -> float:
        """Seconds since the bench began: the time of all its phones."""
        return time.monotonic() - self._start

    def start(self) -> None:
        """Put power on everything."""
        if self._bus is None:
            self._tick()
        self.control.start()
        self._plug.start()
        if self._usbmux is not None:
            self._usbmux.start()
        if self._bus is None:
            threading.Thread(target=self._run, name="time", daemon=True).start()
        else:
            self._attend()

    def hello(self) -> dict[str, object]:
        """What a client needs to find everything."""
        return {
            "slots": self._bus.paths if self._bus is not None else [],
            "control": self.control.port,
            "usbmux": None if self._usbmux is None else self._usbmux.address,
            "transports": {listener.address: listener.port.path for listener in self.listeners},
            "phones": [self._card(port) for port in self.ports.values()],
        }

    def _run(self) -> None:
        while not self.stopped.wait(TICK_S):
            self._tick()

    def _tick(self) -> None:
        now_s = self.now_s()
        for port in self.ports.values():
            port.tick(now_s)
        for listener in self.listeners:
            listener.follow()

    def _attend(self) -> None:
        """On USB each phone has a time of its own: one that is busy must not hold up the others' cables."""
        for port in self.ports.values():
            self._wakes[port] = threading.Event()
            threading.Thread(target=self._keep, args=(port,), name="time", daemon=True).start()

    def _keep(self, port: VirtualPort) -> None:
        wake, bus = self._wakes[port], self._bus
        if bus is None:
            return
        while not self.stopped.is_set() and port in self.ports.values():
            port.tick(self.now_s())
            bus.keep(port)
            wake.wait(TICK_ON_USB_S)
            wake.clear()
        bus.leave(port)
        del self._wakes[port]

    def _wake(self, port: VirtualPort) -> None:
        if (wake := self._wakes.get(port)) is not None:
            wake.set()

    def _card(self, port: VirtualPort) -> dict[str, object]:
        with port.lock:
            return {
                "name": port.name,
                "port": port.path,
                "platform": port.phone.platform,
                "serial": port.phone.serial,
                "on_bus": port.usb() is not None,
                "plugged": port.plugged,
            }

    def _port(self, request: Mapping[str, object]) -> VirtualPort:
        """The slot a request means, by path or by the phone's name in the scenario. Raises: ControlError."""
        wanted = request.get("port")
        for port in self.ports.values():
            if wanted in (port.path, port.name):
                return port
        raise ControlError(f"no slot {wanted!r}")

    def _adb_server(self, request: Mapping[str, object]) -> None:
        host, port = request.get("host"), request.get("port")
        if host is None:
            self._plug.use(None)
        elif isinstance(host, str) and isinstance(port, int):
            self._plug.use((host, port))
        else:
            raise ControlError("adb_server: host and port")

    def _press(self, request: Mapping[str, object]) -> None:
        """Who is to tap Allow waits for the dialog: an adb server says `unauthorized` before it has sent its key."""
        port, action = self._port(request), str(request.get("action"))
        give_up = time.monotonic() + DIALOG_OPENS_S
        while action == "accept_adb" and time.monotonic() < give_up and self._dialog_is_to_come(port):
            time.sleep(TICK_S)
        port.press(action, self.now_s())

    def _dialog_is_to_come(self, port: VirtualPort) -> bool:
        with port.lock:
            phone = port.phone
            if not isinstance(phone, AndroidPhone) or phone.adb_mode() != "unauthorized":
                return False
            return phone.offered is None or phone.offered[2] > self.now_s()

    def _screen(self, request: Mapping[str, object]) -> str:
        port = self._port(request)
        with port.lock:
            return port.phone.screen()

    def _browser(self, request: Mapping[str, object]) -> dict[str, object]:
        """For whoever gives the phone a browser: what `localhost` is there, and the addresses it was sent to."""
        port = self._port(request)
        loopbacks = [listener.loopback for listener in self.listeners if listener.port is port]
        with port.lock:
            opened = list(port.phone.system.opened) if isinstance(port.phone, AndroidPhone) else []
        return {"loopback": loopbacks[0] if loopbacks else "", "opened": opened}

    def _unplug(self, request: Mapping[str, object]) -> None:
        seconds = request.get("seconds")
        if seconds is not None and not isinstance(seconds, int | float):
            raise ControlError("unplug: seconds is a number")
        port = self._port(request)
        if self._bus is not None:
            port.plugged = False  # before its lock, which a busy phone holds: nobody waits for a phone to pull a cable
            self._bus.cut(port)
        port.unplug(self.now_s(), seconds=seconds)
        self._wake(port)

    def _put_in(self, request: Mapping[str, object]) -> None:
        port = self._port(request)
        port.plug(self.now_s())
        self._wake(port)

    def _move(self, request: Mapping[str, object]) -> None:
        """Put a cable into another port, `to`; pulled ones stay pulled."""
        port, path = self._port(request), str(request.get("to"))
        if self._bus is None or path not in self._bus.slots or path in self.ports:
            raise ControlError("move: to is a free root port of a bench on USB")
        with port.lock:
            plugged = port.plugged
            port.unplug(self.now_s())
            port.move(path)
            if plugged:
                port.plug(self.now_s())
        self.ports = {found.path: found for found in self.ports.values()}

    def _add_phones(self, request: Mapping[str, object]) -> list[dict[str, object]]:
        """Take all phones away and put those of another scenario in; on USB only."""
        document = request.get("scenario")
        if self._bus is None or not isinstance(document, Mapping):
            raise ControlError("add_phones: scenario is a table, the bench on USB")
        self._scenario = read_scenario(document)
        epoch_at_zero = self._epoch_at_zero
        self.ports = {port.path: port for port in add_phones(self._scenario, epoch_at_zero=epoch_at_zero)}
        for leaving in tuple(self._wakes):
            self._wake(leaving)
        self._attend()
        return [self._card(port) for port in self.ports.values()]

    def _swap(self, request: Mapping[str, object]) -> None:
        port, document = self._port(request), request.get("with")
        if not isinstance(document, Mapping):
            raise ControlError("swap: with is a table")
        swap = make_swap(read_swap(document), seed=self._scenario.seed, epoch_at_zero=self._epoch_at_zero)
        with port.lock:
            port.swap = swap

    def _usb_write(self, request: Mapping[str, object]) -> dict[str, object]:
        """A bulk transfer to a phone, for the pyusb backend: {"ok": true}, {"stall": true} or {"gone": true}."""
        return self._piped(
            request,
            lambda port, address, interface: self._pipes.write(
                port, address, interface, bytes.fromhex(str(request.get("data", "")))
            ),
        )

    def _usb_read(self, request: Mapping[str, object]) -> dict[str, object]:
        """The same from a phone: {"ok": hex digits, or null while there is nothing}."""
        return self._piped(request, self._pipes.read)

    def _piped(
        self, request: Mapping[str, object], act: Callable[[VirtualPort, int, int], bytes | None]
    ) -> dict[str, object]:
        port = self.ports.get(str(request.get("port")))
        if port is None:
            return {"gone": True}
        try:
            data = act(port, int(str(request.get("address"))), int(str(request.get("interface"))))
        except Gone:
            return {"gone": True}
        except Stall:
            return {"stall": True}
        return {"ok": None if data is None else data.hex()}

    def _fault(self, request: Mapping[str, object]) -> None:
        document = request.get("fault")
        if not isinstance(document, Mapping):
            raise ControlError("fault: fault is a table")
        self._port(request).exchanges.strike(read_fault(document))


def truth_of(port: VirtualPort) -> dict[str, object]:
    """Ground truth of the phone that first hung here; `now` is the serial of whatever hangs here now, `cuts` how
    often a fault has cut the link.
    """
    with port.lock:
        return {
            **port.first.truth(),
            "now": port.phone.serial,
            "swapped": port.phone is not port.first,
            "cuts": port.cuts,
        }


def usb_card(port: VirtualPort) -> dict[str, object] | None:
    """One slot for the pyusb backend; None when USB sees nothing there."""
    with port.lock:
        shown = port.usb()
        if shown is None:
            return None
        return {
            "bus": port.bus,
            "address": port.address,
            "ports": list(port.port_numbers),
            "vendor_id": shown.vendor_id,
            "product_id": shown.product_id,
            "serial": serial_of(port.phone, shown),
            "manufacturer": shown.manufacturer,
            "product": shown.product,
            "interfaces": [list(interface) for interface in shown.interfaces],
        }


def main(arguments: list[str] | None = None) -> int:
    """Run a bench until told to stop. Exit 2 when the scenario is wrong."""
    parser = argparse.ArgumentParser(prog="python -m virtual_phones.bench.bench")
    parser.add_argument("scenario", type=Path)
    parser.add_argument("--die-with-stdin", action="store_true", help="stop when standard input is closed")
    parser.add_argument("--usb", action="store_true", help="on the kernel's virtual root ports, as root")
    parser.add_argument("--lifetime", type=float, metavar="SECONDS", help="stop by itself after that time")
    options = parser.parse_args(arguments)
    try:
        bench = VirtualBench(load_scenario(options.scenario), usb=options.usb)
    except (ScenarioError, VhciError) as wrong:
        sys.stderr.write(f"{wrong}\n")
        return 2
    threading.excepthook = _complain
    signal.signal(signal.SIGTERM, lambda *_: bench.stopped.set())
    signal.signal(signal.SIGINT, lambda *_: bench.stopped.set())
    bench.start()
    sys.stdout.write(json.dumps(bench.hello()) + "\n")
    sys.stdout.flush()
    if options.die_with_stdin:
        threading.Thread(target=_watch_stdin, args=(bench.stopped,), daemon=True).start()
    bench.stopped.wait(options.lifetime)
    sys.stdout.flush()
    os._exit(0)  # daemon threads may sit in sockets; nothing here needs an orderly end


def _complain(trouble: threading.ExceptHookArgs) -> None:
    """A mistake in a phone model: always said; without time no phone lives, so then the bench ends."""
    threading.__excepthook__(trouble)
    if trouble.thread is not None and trouble.thread.name == "time":
        os._exit(3)


def _watch_stdin(stopped: threading.Event) -> None:
    while sys.stdin.buffer.read(4096):
        pass
    stopped.set()


if __name__ == "__main__":
    sys.exit(main())
