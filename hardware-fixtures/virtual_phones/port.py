# SPDX-License-Identifier: GPL-3.0-or-later
"""A physical slot of the virtual bench: a path, whatever hangs there, and people who pull and swap.

The slot is independent of the phone, so that another phone can return where one left.
"""

import threading
from dataclasses import dataclass

from virtual_phones.faults import Exchanges, Fault
from virtual_phones.phone import UsbView, VirtualPhone

MAXIMUM_ADDRESS = 127
_MAXIMUM_EVENTS = 1000


class BusAddresses:
    """Hands out USB addresses: unique on a bus, and another one at each return."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._used: set[tuple[int, int]] = set()
        self._last: dict[int, int] = {}

    def take(self, bus: int) -> int:
        """The next free address of a bus. Raises: RuntimeError when 127 devices hang there."""
        with self._lock:
            for step in range(1, MAXIMUM_ADDRESS + 1):
                address = (self._last.get(bus, 0) + step - 1) % MAXIMUM_ADDRESS + 1
                if (bus, address) not in self._used:
                    self._used.add((bus, address))
                    self._last[bus] = address
                    return address
        raise RuntimeError(f"bus {bus} is full")

    def give_back(self, bus: int, address: int) -> None:
        """The device has left."""
        with self._lock:
            self._used.discard((bus, address))


@dataclass(frozen=True, slots=True, kw_only=True)
class Swap:
    """Another phone is put in while the first is off the bus for the `absence`-th time.

    It appears `gap_s` after the first has left, or, with None, the moment the first would have returned.
    """

    phone: VirtualPhone
    absence: int = 1
    gap_s: float | None = None


class VirtualPort:
    """One slot. Every method is safe from any thread; `lock` guards the phone, which is no thread's own.

    `path` as USB names it ("1-1", "1-2.4"); `address` is the USB address, new after each return.
    """

    def __init__(
        self,
        path: str,
        name: str,
        phone: VirtualPhone,
        *,
        exchanges: Exchanges | None = None,
        swap: Swap | None = None,
        plugged: bool = True,
        addresses: BusAddresses | None = None,
    ) -> None:
        self.name = name
        self.path = path
        self.bus, self.port_numbers = _read_path(path)
        self.lock = threading.RLock()
        self.exchanges = exchanges or Exchanges()
        self.phone = phone
        self.first = phone
        self.swap = swap
        self.plugged = plugged
        self.address = 0
        self.cuts = 0
        """How often a fault has cut the link."""
        self._addresses = addresses or BusAddresses()
        self._absences = 0
        self._present = False
        self._left_s = 0.0
        self._replug_s: float | None = None

    def tick(self, now_s: float) -> None:
        """Let time pass for the phone and for the hands around it."""
        with self.lock:
            for _ in range(_MAXIMUM_EVENTS):
                next_s = self.phone.next_event_s()
                if next_s is None or next_s >= now_s:
                    break
                self.phone.tick(next_s)
                self._notice(next_s)
            self.phone.tick(now_s)
            if self._replug_s is not None and now_s >= self._replug_s:
                self._replug_s = None
                self.plugged = True
            self._notice(now_s)

    def _notice(self, now_s: float) -> None:
        """Follow the phone off the bus and back: absences are counted, returns get a new address."""
        present = self.phone.is_on_bus()
        if present is self._present and self.swap is None and bool(self.address) is (present and self.plugged):
            return  # nothing has changed, as mostly
        if self._present and not present:
            self._absences += 1
            self._left_s = now_s
        self._present = present
        swap = self.swap
        if swap is not None and self._absences >= swap.absence:
            present = False
            if self._present if swap.gap_s is None else now_s >= self._left_s + swap.gap_s:
                self.phone, self.swap = swap.phone, None
                self.phone.tick(now_s)
                self._present = present = self.phone.is_on_bus()
        if not (present and self.plugged):
            if self.address:
                self._addresses.give_back(self.bus, self.address)
            self.address = 0
        elif self.address == 0:
            self.address = self._addresses.take(self.bus)

    def usb(self) -> UsbView | None:
        """What the host's USB sees on this slot now; None while nothing is there or a swap is under way."""
        with self.lock:
            return self.phone.usb() if self.address else None

    def occupant(self) -> tuple[int, int]:
        """Changes when another phone, or the same one replugged or returned, hangs here."""
        with self.lock:
            return id(self.phone), self.address

    def unplug(self, now_s: float, *, seconds: float | None = None) -> None:
        """Pull the cable; put it back after `seconds` if given. The phone runs on by itself."""
        with self.lock:
            self.plugged = False
            self._replug_s = None if seconds is None else now_s + seconds
            self._notice(now_s)

    def plug(self, now_s: float) -> None:
        """Put the cable back."""
        with self.lock:
            self.plugged = True
            self._replug_s = None
            self._notice(now_s)

    def move(self, path: str) -> None:
        """The unplugged cable leads to another port from now on."""
        with self.lock:
            self.path = path
            self.bus, self.port_numbers = _read_path(path)

    def press(self, action: str, now_s: float) -> None:
        """A person does something on the phone in this slot. Raises: ValueError, see VirtualPhone."""
        with self.lock:
            self.phone.press(action, now_s)

    def link_died(self, fault: Fault, now_s: float) -> None:
        """A fault cut the link; with `seconds` the cable is out for that long."""
        self.cuts += 1
        if fault.seconds > 0:
            self.unplug(now_s, seconds=fault.seconds)


def _read_path(path: str) -> tuple[int, tuple[int, ...]]:
    bus, _, ports = path.partition("-")
    return int(bus), tuple(int(number) for number in ports.split("."))
