# SPDX-License-Identifier: GPL-3.0-or-later
"""Keeps the kernel's virtual root ports like the bench: each phone that shows itself attached, each other one gone.

The USB counterpart of `adb_listener` and `usbmux`: one more transport of the same phones.
"""

import errno
import socket
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from virtual_phones.adb.auth import HostKey
from virtual_phones.adb.on_port import adb_generation
from virtual_phones.iphone.phone import IPhone
from virtual_phones.phone import UsbView, VirtualPhone
from virtual_phones.port import VirtualPort
from virtual_phones.usb import vhci
from virtual_phones.usb.phone import build

GAP_S = 0.25
"""Between leaving a port and coming back to it: what a device needs to restart its USB controller."""
STUCK_S = 10.0
"""A port on which the kernel holds on to what left so long ago is told of, once."""

PlugIn = Callable[[int, socket.socket], None]
Showing = tuple[VirtualPhone, int, UsbView, tuple[int, int, int] | None]
"""Phone, plugging-in, what it shows, which adbd: when one of them changes, the device enumerates anew."""


@dataclass(slots=True, kw_only=True)
class _Plugged:
    path: str
    showing: Showing
    cable: vhci.VhciCable


class UsbBus:
    """All cables of a bench. `keep` and `leave` of a port are called by one thread, that of its time; `cut` by any."""

    def __init__(
        self,
        now_s: Callable[[], float],
        slots: Mapping[str, int],
        *,
        plug_in: PlugIn = vhci.attach,
        is_clear: Callable[[str], bool] = vhci.is_clear,
    ) -> None:
        """`slots`: root ports by path, with vhci's numbers. Without a kernel, tests give the other two."""
        self._now_s = now_s
        self.slots = slots
        self._plug_in = plug_in
        self._is_clear = is_clear
        self._plugged: dict[VirtualPort, _Plugged] = {}
        self._left: dict[str, tuple[vhci.VhciCable, float]] = {}
        self._stuck: set[str] = set()
        self._keys: dict[VirtualPort, dict[str, HostKey]] = {}

    @property
    def paths(self) -> list[str]:
        """Port paths, so ordered that neighbours hang on different root hubs."""
        return vhci.spread(list(self.slots))

    def keep(self, port: VirtualPort) -> None:
        """Compare what is plugged in with what the phone shows; pull and put in what differs."""
        showing = _showing(port)
        plugged = self._plugged.get(port)
        if plugged is not None and (
            plugged.cable.gone.is_set() or plugged.path != port.path or not _same(plugged.showing, showing)
        ):
            self._pull(port)
            plugged = None
        if plugged is None and showing is not None and self._is_free(port.path):
            self._put_in(port, showing)

    def leave(self, port: VirtualPort) -> None:
        """The phone is taken away for good."""
        if port in self._plugged:
            self._pull(port)
        self._keys.pop(port, None)

    def cut(self, port: VirtualPort) -> None:
        """A hand pulls the cable, whatever the phone is busy with."""
        plugged = self._plugged.get(port)
        if plugged is not None:
            plugged.cable.unplug()

    def _is_free(self, path: str) -> bool:
        before = self._left.get(path)
        if before is None:
            return self._is_clear(path)
        cable, left_s = before
        waited_s = self._now_s() - left_s
        if not cable.gone.is_set() or waited_s < GAP_S:
            return False
        if self._is_clear(path):
            self._stuck.discard(path)
            return True
        if waited_s > STUCK_S and path not in self._stuck:
            self._stuck.add(path)
            sys.stderr.write(f"usb: the kernel still lists what left {path} {waited_s:.0f} s ago\n")
        return False

    def _pull(self, port: VirtualPort) -> None:
        plugged = self._plugged.pop(port)
        plugged.cable.unplug()
        self._left[plugged.path] = (plugged.cable, self._now_s())

    def _put_in(self, port: VirtualPort, showing: Showing) -> None:
        phone, _, view, _ = showing
        if isinstance(phone, IPhone) and phone.mode == "system":
            phone.replugged()
        built = build(port, phone, view, self._now_s, self._keys.setdefault(port, {}))
        number = self.slots.get(port.path)
        if number is None:
            sys.stderr.write(f"usb: no root port {port.path}\n")
            return
        try:
            cable = vhci.VhciCable(
                number, built.device, self._now_s, name=port.path, sockets=built.mux, plug_in=self._plug_in
            )
        except vhci.VhciError as refused:
            if refused.errno != errno.EBUSY:  # whoever hung there before is still being cleared up: next time
                sys.stderr.write(f"usb: {refused}\n")
            return
        self._plugged[port] = _Plugged(path=port.path, showing=showing, cable=cable)


def _showing(port: VirtualPort) -> Showing | None:
    with port.lock:
        view = port.usb()
        return None if view is None else (port.phone, port.address, view, adb_generation(port))


def _same(before: Showing, now: Showing | None) -> bool:
    return now is not None and before[0] is now[0] and before[1:] == now[1:]
