# SPDX-License-Identifier: GPL-3.0-or-later
"""`adb reverse` on the device's side: which of the phone's own ports lead to the host, and who has come to them.

Wire [read: adb.cpp, handle_forward_request and format_listeners]: `reverse:forward:[norebind:]tcp:N;PLACE`,
`reverse:killforward:tcp:N`, `reverse:killforward-all`, `reverse:list-forward`. Answers stand in the stream as the
server's own do: OKAY, for a forward with the port behind it as a block; FAIL and a block; a list is a block alone.
"""

import re

from virtual_phones.adb.services import Service

MOST = 64
_PORT = re.compile(r"tcp:([0-9]{1,5})")


def _block(text: str) -> bytes:
    data = text.encode()[:0xFFFF]
    return b"%04x" % len(data) + data


class Reverses:
    """The reversed ports of one connection: they end with it."""

    def __init__(self) -> None:
        self.places: dict[int, str] = {}
        """The phone's port → the host's place."""

    def ask(self, command: str) -> bytes:
        """One command, and what adbd says to it."""
        verb, _, rest = command.partition(":")
        if verb == "list-forward":
            lines = (f"host-{number} tcp:{port} {place}\n" for number, (port, place) in enumerate(self.places.items()))
            return _block("".join(lines))
        if verb == "killforward-all":
            self.places.clear()
            return b"OKAY"
        if verb == "killforward":
            found = _PORT.fullmatch(rest)
            if found is None or self.places.pop(int(found[1]), None) is None:
                return b"FAIL" + _block(f"listener '{rest[:100]}' not found")
            return b"OKAY"
        return self._forward(rest) if verb == "forward" else b"FAIL" + _block("unknown reverse command")

    def _forward(self, rest: str) -> bytes:
        bound = rest.removeprefix("norebind:")
        local, _, place = bound.partition(";")
        found = _PORT.fullmatch(local)
        if found is None or not place:
            return b"FAIL" + _block(f"cannot bind listener: unknown socket specification '{local[:100]}'")
        port = int(found[1])
        if bound != rest and port in self.places:
            return b"FAIL" + _block("cannot rebind existing socket")
        if not 1024 <= port <= 65535 or len(self.places) >= MOST:
            return b"FAIL" + _block("cannot bind listener: Permission denied")
        self.places[port] = place
        return b"OKAY" + _block(str(port))


class Dialled(Service):
    """A stream that the phone has opened, for somebody at a reversed port. `heard`: what the host has sent."""

    def __init__(self, *, local: int) -> None:
        super().__init__()
        self.local = local
        self.heard = bytearray()
        self.is_over = False
        """The host has closed it, or never took it."""

    @property
    def waits_for_host(self) -> bool:
        """It waits for somebody at the port instead."""
        return False

    def say(self, data: bytes) -> None:
        """For the host."""
        self._out += data

    def receive(self, data: bytes, now_s: float) -> None:
        """From the host."""
        self.heard += data

    def host_closed(self, now_s: float) -> None:
        """The host has closed the stream."""
        self.is_over = True
