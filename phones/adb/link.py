# SPDX-License-Identifier: GPL-3.0-or-later
"""The link over adb: one shell line, one trade-in command or one reboot request per exchange.

A cut cable can look like an exit code 0 (adb 29) or a short answer without error (adbutils): an exchange
counts only with the exit packet of shell v2, and scripts carry an end marker besides
[measured, research virtual-phones.md §11].
"""

import re
import struct

from phones.adb.devices import read_devices
from phones.adb.shell_act import CLOSE_STDIN, ShellAct
from phones.adb.wire import AdbEndpoint, AdbStream, Deadline
from phones.errors import AdbServerError, PhoneError, PhoneLostError, PhoneRefusedError, ReplyMalformedError
from phones.link import (
    MAXIMUM_REPLY_BYTES,
    Reboot,
    RebootTarget,
    Reply,
    Request,
    RescueProperty,
    RescueWipe,
    ReversePort,
    ShellLine,
    ShellStream,
    TradeInLine,
)
from phones.long_act import RunningAct, begin_exchange

_PACKET = struct.Struct("<BI")
_STDOUT, _STDERR, _EXIT = 1, 2, 3
_LIST_TIMEOUT_S = 3.0
_OPEN_TIMEOUT_S = 30.0
_TRADE_IN_COMMAND = re.compile(r"[A-Za-z0-9_\- ]{1,512}")


_PROPERTY = re.compile(r"[a-z0-9_.]{1,64}")
_MOST_PROPERTY = 4096
WIPE_BYTES = 8
"""The answer of a wipe has as many bytes as were asked for, eight at least [read: minadbd_services.cpp]."""


class AdbLink:
    """A link to one adb transport. `name` is "adb", "trade_in" for the foyer, "recovery" for sideload and rescue.

    A transport id belongs to one life of the server: after a restart the phone has another one, and this
    link says PhoneLostError.
    """

    def __init__(self, server: AdbEndpoint, transport_id: int, *, name: str = "adb") -> None:
        self.name = name
        self._server = server
        self._transport_id = transport_id
        self._generation = server.generation

    def exchange(self, request: Request, *, timeout_s: float) -> Reply:
        """See Link.exchange. Answers ShellLine, TradeInLine, Reboot, ReversePort and the Rescue requests; refuses the
        rest as `unsupported`.
        """
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
            return self._reboot(request.target, deadline)
        if isinstance(request, ReversePort):
            return self._reverse(request, deadline)
        if isinstance(request, RescueProperty):
            return self._property(request.name, deadline)
        if isinstance(request, RescueWipe):
            with self._open(deadline) as stream:
                stream.request(f"rescue-wipe:userdata:{WIPE_BYTES}")
                return Reply(body=stream.read_exactly(WIPE_BYTES))
        raise PhoneRefusedError(
            reason_code="unsupported", step="send", expected="a request for adb", got=type(request).__name__
        )

    def begin(self, request: Request, *, timeout_s: float) -> RunningAct:
        """See ActingLink.begin: a ShellStream; anything else is one exchange."""
        if not isinstance(request, ShellStream):
            return begin_exchange(self, request, timeout_s=timeout_s)
        stream = self._open(Deadline(min(timeout_s, _OPEN_TIMEOUT_S)))
        try:
            stream.request(f"shell,v2,raw:{request.line}")
        except BaseException:
            stream.close()
            raise
        return ShellAct(stream, request, timeout_s=timeout_s, is_attached=self._is_listed)

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
            stream.send(CLOSE_STDIN)
            return _read_shell(stream)

    def _property(self, name: str, deadline: Deadline) -> Reply:
        """What it tells until it ends the stream; the end is the end of the answer, so a cut one may look whole."""
        if not _PROPERTY.fullmatch(name):
            raise ValueError(f"not a property: {name!r}")
        told = bytearray()
        with self._open(deadline) as stream:
            stream.request(f"rescue-getprop:{name}")
            while piece := stream.read_some(_MOST_PROPERTY + 1 - len(told)):
                told += piece
                if len(told) > _MOST_PROPERTY:
                    raise ReplyMalformedError(step="read", expected=f"at most {_MOST_PROPERTY} bytes", got="more")
        return Reply(body=bytes(told))

    def _reverse(self, request: ReversePort, deadline: Deadline) -> Reply:
        """The phone's adbd answers in the stream, as the server answers a request: OKAY (and, from newer ones, the port
        once more), or FAIL with a reason [read: adb.cpp, handle_forward_request; not seen on a phone: unconfirmed].
        """
        place = f"tcp:{_a_port(request.port)}"
        with self._open(deadline) as stream:
            stream.request(f"reverse:forward:{place};{place}" if request.is_open else f"reverse:killforward:{place}")
            stream.expect_okay()
        return Reply()

    def _reboot(self, target: RebootTarget, deadline: Deadline) -> Reply:
        with self._open(deadline) as stream:
            stream.request(f"reboot:{target.value}")
            # The phone says no more; the stream ends when it goes down, which the port shows anyway.
            return Reply()


def _a_port(number: int) -> int:
    if not 1024 <= number <= 65535:
        raise ValueError(f"not a port of ours: {number}")
    return number


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
