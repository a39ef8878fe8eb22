# SPDX-License-Identifier: GPL-3.0-or-later
"""Bulk transfers to phones on a loopback bench: what lies behind their interfaces, without a kernel in between.

The same functions that the rig puts behind vhci. Interface i has endpoint 1 + i each way, as `usb.backend` shows them.
adb is not here: on loopback it has its own listener.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from virtual_phones.android.phone import AndroidPhone
from virtual_phones.phone import FASTBOOT_INTERFACE, MTP_INTERFACE
from virtual_phones.port import VirtualPort
from virtual_phones.usb.acm import DATA_TRIPLE, AcmFunction, Modem, facts_of
from virtual_phones.usb.fastboot import FastbootFunction
from virtual_phones.usb.function import Function, Stall
from virtual_phones.usb.mtp import Mtp, MtpFunction

IN = 0x80


class Gone(Exception):
    """That plugging-in is over."""


@dataclass(slots=True)
class _Plugged:
    """The functions of one plugging-in, and what they still have to say, by interface."""

    life: tuple[object, ...]
    functions: dict[int, Function]
    waiting: dict[int, deque[bytes]] = field(default_factory=dict)


class Pipes:
    """All bulk endpoints of the phones of a bench. Each call holds its port's lock."""

    def __init__(self, now_s: Callable[[], float]) -> None:
        self._now_s = now_s
        self._plugged: dict[str, _Plugged] = {}

    def write(self, port: VirtualPort, address: int, interface: int, data: bytes) -> None:
        """An OUT transfer to the phone with that USB address. Raises: Gone, Stall."""
        with port.lock:
            plugged = self._of(port, address)
            function = self._function(plugged, interface)
            function.host_sent(1 + interface, data, self._now_s())
            waiting = plugged.waiting.setdefault(interface, deque())
            waiting.extend(transfer.data for transfer in function.take(IN | 1 + interface))

    def read(self, port: VirtualPort, address: int, interface: int) -> bytes | None:
        """The next IN transfer, or None while there is nothing. Raises: Gone, Stall."""
        with port.lock:
            plugged = self._of(port, address)
            function = self._function(plugged, interface)
            waiting = plugged.waiting.setdefault(interface, deque())
            if waiting:
                return waiting.popleft()
            if function.dead:
                del self._plugged[port.path]
                function.closed()
                raise Gone
            return None

    def _function(self, plugged: _Plugged, interface: int) -> Function:
        if interface not in plugged.functions:
            raise Stall
        return plugged.functions[interface]

    def _of(self, port: VirtualPort, address: int) -> _Plugged:
        port.tick(self._now_s())
        view = port.usb()
        if view is None or port.address != address:
            raise Gone
        phone = port.phone
        generation = phone.generation if isinstance(phone, AndroidPhone) else 0
        life = (*port.occupant(), generation, view.interfaces)
        known = self._plugged.get(port.path)
        if known is None or known.life != life:
            known = self._plugged[port.path] = _Plugged(life, _functions(port))
        return known


def _functions(port: VirtualPort) -> dict[int, Function]:
    view, phone = port.usb(), port.phone
    found: dict[int, Function] = {}
    for number, triple in enumerate(view.interfaces if view is not None else ()):
        if triple == FASTBOOT_INTERFACE and isinstance(phone, AndroidPhone):
            found[number] = FastbootFunction(port, phone)
        elif triple == MTP_INTERFACE and isinstance(phone, AndroidPhone):
            found[number] = MtpFunction(Mtp(lambda: _names(port)), bulk_in=IN | 1 + number)
        elif triple == DATA_TRIPLE and isinstance(phone, AndroidPhone):
            found[number] = AcmFunction(Modem(lambda: facts_of(port.phone)), bulk_in=IN | 1 + number)
    return found


def _names(port: VirtualPort) -> tuple[str, str, str]:
    shown = port.usb()
    return (shown.manufacturer, shown.product, shown.iserial) if shown is not None else ("", "", "")
