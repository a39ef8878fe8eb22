# SPDX-License-Identifier: GPL-3.0-or-later
"""What systemd wants to hear of a service of Type=notify [read: sd_notify(3)]; silence where nobody listens."""

import os
import socket
from collections.abc import Mapping
from contextlib import suppress

_LONGEST_WATCHDOG_S = 3600.0


class Notifier:
    """`place`: the socket's name, "" for nobody. `watchdog_s`: how often a sign of life is wanted, 0 for never."""

    def __init__(self, place: str, *, watchdog_s: float = 0.0) -> None:
        self._place = place
        self.watchdog_s = watchdog_s

    @classmethod
    def of(cls, environment: Mapping[str, str] = os.environ) -> "Notifier":
        """As systemd tells it; a watchdog for another process is none."""
        given, for_us = environment.get("WATCHDOG_USEC", ""), environment.get("WATCHDOG_PID", str(os.getpid()))
        seconds = int(given[:12]) / 1e6 if given.isdecimal() and for_us == str(os.getpid()) else 0.0
        return cls(environment.get("NOTIFY_SOCKET", ""), watchdog_s=min(seconds, _LONGEST_WATCHDOG_S))

    def tell(self, line: str) -> None:
        """One line; who cannot be told is not told."""
        if not self._place:
            return
        place = f"\0{self._place[1:]}" if self._place.startswith("@") else self._place
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as out:
            out.settimeout(1.0)
            out.sendto(line.encode(), place)
