# SPDX-License-Identifier: GPL-3.0-or-later
"""The device end of a USB 2.0 cable, sans-IO: configurations, control and bulk requests.

It is as strict as the wire: a transfer ends with a short packet, what does not fit a URB that is no multiple of the
packet size is an overflow, a halted endpoint stalls until the host clears it. A lenient device hides bugs of the
host software (research/virtual-phones.md 3.2, 6.5).
"""

import struct
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from virtual_phones.usb.descriptors import HIGH_SPEED_PACKET, Configuration, Descriptors, Identity
from virtual_phones.usb.function import Function, Setup, Stall, Transfer

EPIPE, EOVERFLOW, ECONNRESET = -32, -75, -104
MAXIMUM_TRANSFER = 16 * 1024 * 1024

_GET_STATUS, _CLEAR_FEATURE, _SET_FEATURE, _GET_DESCRIPTOR = 0, 1, 3, 6
_GET_CONFIGURATION, _SET_CONFIGURATION, _GET_INTERFACE, _SET_INTERFACE = 8, 9, 10, 11
_ENDPOINT_HALT = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Urb:
    """One request of the host's kernel. `address` with direction bit; `length` is the IN buffer's."""

    number: int
    address: int
    length: int = 0
    data: bytes = b""
    setup: Setup | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """The answer to one URB. `actual`: bytes accepted (OUT) or given (IN)."""

    number: int
    status: int = 0
    actual: int = 0
    data: bytes = b""


@dataclass(slots=True)
class _Waiting:
    urb: Urb
    data: bytearray = field(default_factory=bytearray)


@dataclass(slots=True)
class _Queue:
    """An IN endpoint: URBs of the host, packets of the device."""

    waiting: deque[_Waiting] = field(default_factory=deque)
    transfers: deque[Transfer] = field(default_factory=deque)
    halted: bool = False


class UsbDevice:
    """A device with its functions: `submit` and `unlink` requests, `advance` time, `take` completions.

    `functions` maps (configuration value, interface number) to what lies there; one function may lie behind several.
    `first_configuration` 0: unconfigured until the host says otherwise. `strings_after_s`: how long it thinks before
    it gives a string descriptor. Not thread safe.
    """

    def __init__(
        self,
        identity: Identity,
        configurations: Sequence[Configuration],
        functions: dict[tuple[int, int], Function],
        *,
        vendor: Function | None = None,
        strings_after_s: float = 0.0,
    ) -> None:
        self._descriptors = Descriptors(identity, configurations)
        self._strings_after_s = strings_after_s
        self._late: list[tuple[float, Urb, Setup]] = []
        self._functions = functions
        self._vendor = vendor
        self.configuration = 0
        self._queues: dict[int, _Queue] = {}
        self._halted_out: set[int] = set()
        self._done: list[Completion] = []

    # -- what the cable does -----------------------------------------------------------------------

    def submit(self, urb: Urb, now_s: float) -> None:
        """One URB. Its completion comes from `take`, now or later."""
        if urb.setup is not None and self._strings_after_s and urb.setup.asks_for_a_string:
            self._late.append((now_s + self._strings_after_s, urb, urb.setup))
        elif urb.setup is not None:
            self._control(urb, urb.setup, now_s)
        elif urb.address & 0x80:
            self._queue(urb.address).waiting.append(_Waiting(urb))
            self._collect(now_s)
        else:
            self._receive(urb, now_s)

    def unlink(self, number: int) -> bool:
        """The host takes a URB back. True: it was still waiting and will never complete."""
        for late in self._late:
            if late[1].number == number:
                self._late.remove(late)
                return True
        for queue in self._queues.values():
            for waiting in queue.waiting:
                if waiting.urb.number == number:
                    queue.waiting.remove(waiting)
                    if waiting.data:  # what was on its way is lost with the URB
                        waiting.data.clear()
                    return True
        return False

    def take(self) -> list[Completion]:
        """What has been completed since the last call."""
        done, self._done = self._done, []
        return done

    def next_due(self, now_s: float) -> float | None:
        """When to call `advance`, or None."""
        dues = [due for function in self._active() if (due := function.next_due(now_s)) is not None]
        return min((*dues, *(due for due, _, _ in self._late)), default=None)

    def advance(self, now_s: float) -> None:
        """Let the functions act, and hand over what they have to say."""
        for late in [each for each in self._late if each[0] <= now_s]:
            self._late.remove(late)
            self._control(*late[1:], now_s)
        for function in self._active():
            function.advance(now_s)
        self._collect(now_s)

    @property
    def dead(self) -> bool:
        """Does a function want to be off the bus?"""
        return any(function.dead for function in self._active())

    @property
    def drained(self) -> bool:
        """Has the host fetched everything that was said?"""
        return not any(queue.transfers for queue in self._queues.values())

    def closed(self) -> None:
        """The cable is out."""
        for function in {id(found): found for found in self._functions.values()}.values():
            function.closed()

    def halt(self, address: int) -> None:
        """Stall an endpoint until the host clears it."""
        if address & 0x80:
            queue = self._queue(address)
            queue.halted = True
            queue.transfers.clear()
            while queue.waiting:
                self._done.append(Completion(number=queue.waiting.popleft().urb.number, status=EPIPE))
        else:
            self._halted_out.add(address)

    # -- bulk --------------------------------------------------------------------------------------

    def _receive(self, urb: Urb, now_s: float) -> None:
        function = self._behind(urb.address)
        if function is None or urb.address in self._halted_out:
            self._done.append(Completion(number=urb.number, status=EPIPE))
            return
        try:
            function.host_sent(urb.address, urb.data, now_s)
        except Stall:
            self.halt(urb.address)
            self._done.append(Completion(number=urb.number, status=EPIPE))
            return
        self._done.append(Completion(number=urb.number, actual=len(urb.data)))
        self._collect(now_s)

    def _collect(self, now_s: float) -> None:
        for address, queue in list(self._queues.items()):
            function = self._behind(address)
            if function is None:
                self.halt(address)
                continue
            try:
                queue.transfers.extend(function.take(address))
            except Stall:
                self.halt(address)
            if queue.halted:
                self.halt(address)
            self._match(queue, self._packet(address))

    def _match(self, queue: _Queue, packet: int) -> None:
        """Fill waiting URBs with packets; see the module."""
        while queue.waiting and queue.transfers:
            waiting, transfer = queue.waiting[0], queue.transfers.popleft()
            room = waiting.urb.length - len(waiting.data)
            if len(transfer.data) > room and room % packet:
                # A whole packet arrives where less than a packet fits: the host controller calls that babble.
                queue.waiting.popleft()
                self._done.append(Completion(number=waiting.urb.number, status=EOVERFLOW))
                continue
            piece, rest = transfer.data[:room], transfer.data[room:]
            waiting.data += piece
            short = (not rest and len(piece) % packet != 0) or not transfer.data
            if rest:
                queue.transfers.appendleft(Transfer(rest, transfer.zero))
            elif not short and transfer.zero:
                queue.transfers.appendleft(Transfer(b""))
            if short or len(waiting.data) == waiting.urb.length:
                queue.waiting.popleft()
                data = bytes(waiting.data)
                self._done.append(Completion(number=waiting.urb.number, actual=len(data), data=data))

    def flush(self, address: int) -> None:
        """Forget what was to be sent: the host begins anew."""
        self._queue(address).transfers.clear()

    # -- control -----------------------------------------------------------------------------------

    def _control(self, urb: Urb, setup: Setup, now_s: float) -> None:
        try:
            answer = self._answer(setup, urb.data, now_s)
        except Stall:
            self._done.append(Completion(number=urb.number, status=EPIPE))
            return
        if setup.to_host:
            data = answer[: min(setup.length, urb.length)]
            self._done.append(Completion(number=urb.number, actual=len(data), data=data))
        else:
            self._done.append(Completion(number=urb.number, actual=len(urb.data)))
        self._collect(now_s)

    def _answer(self, setup: Setup, data: bytes, now_s: float) -> bytes:
        if setup.kind == 0:
            return self._standard(setup)
        if setup.request_type & 0x1F == 1:  # to an interface
            function = self._functions.get((self.configuration, setup.index & 0xFF))
            if function is not None:
                return function.control(setup, data, now_s)
        if self._vendor is not None:
            return self._vendor.control(setup, data, now_s)
        raise Stall

    def _standard(self, setup: Setup) -> bytes:
        match setup.request:
            case 6:
                return self._descriptors.read(setup.value >> 8, setup.value & 0xFF)
            case 9:
                self._configure(setup.value & 0xFF)
                return b""
            case 8:
                return bytes([self.configuration])
            case 0:
                halted = setup.request_type & 0x1F == 2 and self._is_halted(setup.index & 0xFF)
                return struct.pack("<H", int(halted))
            case 1 if setup.request_type & 0x1F == 2 and setup.value == _ENDPOINT_HALT:
                self._queue(setup.index & 0xFF).halted = False
                self._halted_out.discard(setup.index & 0xFF)
                return b""
            case 1 | 3:
                return b""
            case 10:
                return b"\0"
            case 11 if setup.value == 0:
                return b""
        raise Stall

    def _configure(self, value: int) -> None:
        if value > len(self._descriptors.configurations):
            raise Stall
        self.configuration = value
        self._queues.clear()
        self._halted_out.clear()

    def _is_halted(self, address: int) -> bool:
        return address in self._halted_out or (address in self._queues and self._queues[address].halted)

    # -- who lies where ----------------------------------------------------------------------------

    def _queue(self, address: int) -> _Queue:
        return self._queues.setdefault(address, _Queue())

    def _behind(self, address: int) -> Function | None:
        return self._endpoint(address)[0]

    def _packet(self, address: int) -> int:
        return self._endpoint(address)[1]

    def _endpoint(self, address: int) -> tuple[Function | None, int]:
        if not 1 <= self.configuration <= len(self._descriptors.configurations):
            return None, HIGH_SPEED_PACKET
        for number, interface in enumerate(self._descriptors.configurations[self.configuration - 1].interfaces):
            for endpoint in interface.endpoints:
                if endpoint.address == address:
                    return self._functions.get((self.configuration, number)), endpoint.packet
        return None, HIGH_SPEED_PACKET

    def _active(self) -> list[Function]:
        found = {
            id(function): function
            for (configuration, _), function in self._functions.items()
            if configuration == self.configuration
        }
        return list(found.values())
