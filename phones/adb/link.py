# SPDX-License-Identifier: GPL-3.0-or-later
"""The link over adb: one shell line, one trade-in command or one reboot request per exchange.

A cut cable can look like an exit code 0 (adb 29) or a short answer without error (adbutils): an exchange
counts only with the exit packet of shell v2, and scripts carry an end marker besides
[measured, research virtual-phones.md §11].
"""

import re
import struct

from phones.adb.devices import read_devices
from phones.adb.wire import AdbEndpoint, AdbStream, Deadline
from phones.errors import AdbServerError, PhoneError, PhoneLostError, PhoneRefusedError, ReplyMalformedError
from phones.link import MAXIMUM_REPLY_BYTES, Reboot, Reply, Request, ShellLine, TradeInLine

_PACKET = struct.Struct("<BI")
_STDOUT, _STDERR, _EXIT, _CLOSE_STDIN = 1, 2, 3, 4
_LIST_TIMEOUT_S = 3.0
_TRADE_IN_COMMAND = re.compile(r"[A-Za-z0-9_\- ]{1,512}")


class AdbLink:
    """A link to one adb transport. `name` is "adb", or "trade_in" for the foyer.

    A transport id belongs to one life of the server: after a restart the phone has another one, and this
    link says PhoneLostError.
    """

    def __init__(self, server: AdbEndpoint, transport_id: int, *, name: str = "adb") -> None:
        self.name = name
        self._server = server
        self._transport_id = transport_id
        self._generation = server.generation

    def exchange(self, request: Request, *, timeout_s: float) -> Reply:
        """See Link.exchange. Answers ShellLine, TradeInLine and Reboot; refuses the rest as `unsupported`."""
        deadline = Deadline(timeout_s)
        if isinstance(request, ShellLine):
            return self._shell(f"shell,v2,raw:{request.line}", deadline)
        if isinstance(request, TradeInLine):
            if not _TRADE_IN_COMMAND.fullmatch(request.command):
                raise PhoneRefusedError(
                    reason_code="closed", step="trade-in", expected="letters, digits, blank, _ and -", got="others"
                )
            return self._shell(f"shell,v2,raw:tradeinmode {request.command}", deadline)
        if isinstance(request, Reboot):
            return self._reboot(deadline)
        raise PhoneRefusedError(
            reason_code="unsupported", step="send", expected="a request for adb", got=type(request).__name__
        )

    def is_foyer(self, *, timeout_s: float) -> bool:
        """Is this the trade-in foyer: an ordinary shell is closed, the trade-in one opens?

        Both halves are needed: a phone that is just going down closes everything. Nothing is asked of the
        foyer beyond opening it [read: adb daemon/tradeinmode.cpp]. Raises: PhoneError, AdbServerError.
        """
        deadline = Deadline(timeout_s)
        return not self._opens("true", deadline) and self._opens("tradeinmode", deadline)

    def _opens(self, line: str, deadline: Deadline) -> bool:
        with self._open(deadline) as stream:
            try:
                stream.request(f"shell,v2,raw:{line}")
            except PhoneRefusedError as error:
                if error.reason_code != "closed":
                    raise
                return False
            return True

    def close(self) -> None:
        """Nothing is held between exchanges."""

    def _open(self, deadline: Deadline) -> AdbStream:
        stream = self._server.connect(deadline)
        try:
            if self._server.generation != self._generation:
                raise PhoneLostError(step="open", expected="the same adb server", got="it was restarted")
            stream.request(f"host:transport-id:{self._transport_id}")
            stream.watch(self._is_listed)
        except BaseException:
            stream.close()
            raise
        return stream

    def _is_listed(self) -> bool:
        """Does the server still have this transport? True, too, when it cannot be asked: then the deadline ends it."""
        try:
            text = self._server.ask("host:devices-l", timeout_s=_LIST_TIMEOUT_S).decode("utf-8", "surrogateescape")
        except (AdbServerError, PhoneError):
            return True
        return any(device.transport_id == self._transport_id for device in read_devices(text))

    def _shell(self, service: str, deadline: Deadline) -> Reply:
        with self._open(deadline) as stream:
            stream.request(service)
            stream.send(_PACKET.pack(_CLOSE_STDIN, 0))
            return _read_shell(stream)

    def _reboot(self, deadline: Deadline) -> Reply:
        with self._open(deadline) as stream:
            stream.request("reboot:")
            # The phone says no more; the stream ends when it goes down, which the port shows anyway.
            return Reply()


def _read_shell(stream: AdbStream) -> Reply:
    """Packets until the exit packet. Without one the phone was lost, whatever it said before."""
    streams = {_STDOUT: bytearray(), _STDERR: bytearray()}
    while True:
        kind, length = _PACKET.unpack(stream.read_exactly(_PACKET.size))
        taken = sum(len(data) for data in streams.values())
        if length > MAXIMUM_REPLY_BYTES - taken:
            raise ReplyMalformedError(step="read", expected=f"at most {MAXIMUM_REPLY_BYTES} bytes", got="more")
        data = stream.read_exactly(length)
        if kind in streams:
            streams[kind] += data
        elif kind == _EXIT and length == 1:
            return Reply(status=data[0], body=bytes(streams[_STDOUT]), error=bytes(streams[_STDERR]))
        else:
            raise ReplyMalformedError(step="read", expected="a shell packet", got=f"kind {kind}")
