# SPDX-License-Identifier: GPL-3.0-or-later
"""adbd, the device's end of one adb connection, as a machine without sockets, threads or clock.

In: bytes from the host and the time. Out: bytes for the host, the time of the next timer, and whether
the link is dead. Message layout and rules: research/virtual-phones.md 6.1 to 6.4 [read: adb
protocol.txt; measured with adb 29 and adb 36].
"""

import secrets
import struct
from collections.abc import Callable
from dataclasses import dataclass, field

from virtual_phones.adb.auth import TOKEN_BYTES, HostKey, HostKeyError, parse_host_key
from virtual_phones.adb.reverse import Dialled, Reverses
from virtual_phones.adb.services import AdbPhone, Answer, Service, open_service
from virtual_phones.faults import Exchanges, Fault, distorted

VERSION = 0x01000001
"""From this version on neither side checks data_check, but the first CNXN still carries it."""
MAXIMUM_DATA = 0x100000
FEATURES = "shell_v2,cmd,stat_v2"
"""Enough for both adb versions; each further feature would have to be implemented [measured]."""

A_CNXN, A_AUTH, A_OPEN, A_OKAY, A_WRTE, A_CLSE = (
    int.from_bytes(word, "little") for word in (b"CNXN", b"AUTH", b"OPEN", b"OKAY", b"WRTE", b"CLSE")
)
AUTH_TOKEN, AUTH_SIGNATURE, AUTH_PUBLIC_KEY = 1, 2, 3
_HEADER = struct.Struct("<6I")


def message(command: int, arg0: int, arg1: int, payload: bytes = b"", *, checked: bool = True) -> bytes:
    """One adb message. data_check is the sum of the payload bytes, whatever the source calls it; 0 when not checked."""
    check = sum(payload) & 0xFFFFFFFF if checked else 0
    return _HEADER.pack(command, arg0, arg1, len(payload), check, command ^ 0xFFFFFFFF) + payload


@dataclass(slots=True, kw_only=True)
class _Stream:
    """One opened service: what it still has to send, and whether the host is ready for more."""

    local: int
    remote: int
    service: Service
    fault: Fault | None
    waiting: bytearray = field(default_factory=bytearray)
    host_ready: bool = True
    due_s: float = 0.0
    again_s: float = 0.0


class Adbd:
    """One connection: `receive` bytes from the host, `advance` when `next_due` has come, then send `take()`.

    `dead` says close now, after everything in `take()` is sent; `killed` is the fault that cut the link.
    """

    def __init__(
        self,
        phone: AdbPhone,
        exchanges: Exchanges,
        *,
        keys: dict[str, HostKey],
        draw: Callable[[int], bytes] = secrets.token_bytes,
    ) -> None:
        self._phone = phone
        self._exchanges = exchanges
        self._keys = keys
        self._draw = draw
        self._inbox = bytearray()
        self._outbox = bytearray()
        self._streams: dict[int, _Stream] = {}
        self._next_id = 1
        self._maximum = 4096
        self._host_checks = True
        self._token = b""
        self._offered: HostKey | None = None
        self.reverses = Reverses()
        self.online = False
        self.dead = False
        self.killed: Fault | None = None

    def take(self) -> bytes:
        """Bytes to send now; they are handed out once."""
        out = bytes(self._outbox)
        self._outbox.clear()
        return out

    def next_due(self) -> float | None:
        """When to call `advance`, in the phone's seconds; None = only bytes can change anything.

        0 means: poll, a person may press Allow any moment.
        """
        if self._offered is not None:
            return 0.0
        dues = [due for stream in self._streams.values() for due in (stream.due_s, stream.again_s) if due]
        return min(dues) if dues else None

    def receive(self, data: bytes, *, now_s: float) -> None:
        """Bytes from the host. A header no adb host sends (bad magic, more than maxdata) kills the link."""
        self._inbox += data
        while not self.dead and len(self._inbox) >= _HEADER.size:
            command, arg0, arg1, length, _check, magic = _HEADER.unpack_from(self._inbox)
            if magic != command ^ 0xFFFFFFFF or length > MAXIMUM_DATA:
                self.dead = True
                return
            if len(self._inbox) < _HEADER.size + length:
                return
            with memoryview(self._inbox) as inbox:
                payload = bytes(inbox[_HEADER.size : _HEADER.size + length])
            del self._inbox[: _HEADER.size + length]
            self._handle(command, arg0, arg1, payload, now_s)

    def _again(self, now_s: float) -> None:
        """Services that tell of what happens are asked again."""
        for stream in list(self._streams.values()):
            if stream.again_s and stream.again_s <= now_s:
                stream.again_s = stream.service.again_s(now_s) or 0.0
                self._after(stream, now_s)

    def advance(self, *, now_s: float) -> None:
        """Time has passed: an accepted key brings the phone online, late answers leave."""
        if self._offered is not None and self._phone.knows_key(self._offered.fingerprint):
            self._offered = None
            self._connect()
        for stream in list(self._streams.values()):
            if stream.due_s and stream.due_s <= now_s:
                stream.due_s = 0.0
                self._pump(stream)
        self._again(now_s)

    def dial(self, place: str) -> Dialled:
        """Open a stream to a place of the host's, as for somebody who has come to a reversed port."""
        dialled = Dialled(local=self._next_id)
        self._next_id += 1
        stream = _Stream(local=dialled.local, remote=0, service=dialled, fault=None, host_ready=False)
        self._streams[stream.local] = stream
        self._outbox += message(A_OPEN, stream.local, 0, place.encode() + b"\0", checked=self._host_checks)
        return dialled

    def push(self, dialled: Dialled, data: bytes | None) -> None:
        """What somebody at a reversed port sends; None: they have gone."""
        stream = self._streams.get(dialled.local)
        if stream is None:
            return
        if data is None:
            dialled.ended = True
        else:
            dialled.say(data)
        stream.waiting += dialled.take()
        self._pump(stream)

    def _handle(self, command: int, arg0: int, arg1: int, payload: bytes, now_s: float) -> None:
        if command == A_CNXN:
            self._greet(arg0, arg1)
        elif command == A_AUTH:
            self._authorise(arg0, payload, now_s)
        elif not self.online:
            return
        elif command == A_OPEN:
            self._open(arg0, payload, now_s)
        elif (stream := self._streams.get(arg1)) is not None and self._is_of(stream, command, arg0):
            self._continue(stream, command, payload, now_s)

    def _is_of(self, stream: _Stream, command: int, remote: int) -> bool:
        """Does the host mean this stream? Of one that we opened it tells its own number with the first OKAY."""
        if stream.remote == 0 and command == A_OKAY:
            stream.remote = remote
        return stream.remote == remote

    def _greet(self, version: int, maximum: int) -> None:
        """CNXN resets everything; then either the banner or a token to sign."""
        self._streams.clear()
        self.reverses = Reverses()
        self.online = False
        self._host_checks = version < VERSION
        self._maximum = max(1, min(maximum, MAXIMUM_DATA))
        if self._phone.needs_key():
            self._challenge()
        else:
            self._connect()

    def _challenge(self) -> None:
        self._token = self._draw(TOKEN_BYTES)
        self._outbox += message(A_AUTH, AUTH_TOKEN, 0, self._token)

    def _connect(self) -> None:
        self.online = True
        banner = f"{self._phone.banner()}features={FEATURES}".encode()
        self._outbox += message(A_CNXN, VERSION, MAXIMUM_DATA, banner)

    def _authorise(self, kind: int, payload: bytes, now_s: float) -> None:
        """A good signature connects, a wrong one gets a new token, a new key opens the dialog."""
        if self.online or not self._token:
            return
        if kind == AUTH_SIGNATURE:
            token, self._token = self._token, b""
            known = (key for key in list(self._keys.values()) if self._phone.knows_key(key.fingerprint))
            if any(key.signed(token, payload) for key in known):
                self._connect()
            else:
                self._challenge()
        elif kind == AUTH_PUBLIC_KEY:
            try:
                key = parse_host_key(payload)
            except HostKeyError:
                self.dead = True
                return
            self._keys[key.fingerprint] = key
            self._offered = key
            self._phone.offer_key(key.fingerprint, now_s, key.comment[:200])

    def _open(self, remote: int, payload: bytes, now_s: float) -> None:
        name = payload.rstrip(b"\0").decode("utf-8", "replace")
        exchange = self._exchanges.begin()
        fault = exchange.fault
        if fault is not None and not fault.reaches_phone:
            self._cut(fault)
            return
        service: Service | None
        if name.startswith("reverse:") and self._phone.takes_reverses():
            said = self.reverses.ask(name.removeprefix("reverse:"))
            self._exchanges.answered(said)
            service = Answer(said if fault is None else distorted(fault, said, exchange.previous))
        else:
            service = open_service(self._phone, name, exchange, self._exchanges.answered, now_s)
        if service is None:  # a refusal is an answer too: it can be lost, and the cable cut behind it
            if fault is None or fault.answers:
                self._outbox += message(A_CLSE, 0, remote)
            if fault is not None:
                self._cut(fault)
            return
        stream = _Stream(local=self._next_id, remote=remote, service=service, fault=fault)
        stream.again_s = service.again_s(now_s) or 0.0
        self._next_id += 1
        if fault is None or fault.answers or service.waits_for_host:  # without OKAY the host would send no input
            self._streams[stream.local] = stream
            self._outbox += message(A_OKAY, stream.local, remote)
        self._after(stream, now_s)

    def _continue(self, stream: _Stream, command: int, payload: bytes, now_s: float) -> None:
        if command == A_OKAY:
            stream.host_ready = True
            self._pump(stream)
        elif command == A_WRTE:
            self._outbox += message(A_OKAY, stream.local, stream.remote)
            stream.service.receive(payload, now_s)
            self._after(stream, now_s)
        elif command == A_CLSE:
            self._streams.pop(stream.local, None)
            stream.service.host_closed(now_s)

    def _after(self, stream: _Stream, now_s: float) -> None:
        """Fetch what the service has to say and send what may be sent."""
        if stream.fault is not None and not stream.fault.answers:
            if stream.service.ended or not stream.service.waits_for_host:
                self._cut(stream.fault)
            return
        stream.waiting += stream.service.take()
        late = stream.service.delay_s
        if late and not stream.due_s:
            stream.due_s = now_s + late
            stream.service.delay_s = 0.0
        self._pump(stream)

    def _pump(self, stream: _Stream) -> None:
        """One WRTE per OKAY; CLSE when all is said. A cut answer ends in a dead link instead."""
        if stream.due_s:
            return
        if stream.host_ready and len(stream.waiting) < self._maximum:
            stream.waiting += stream.service.take()
        if stream.host_ready and stream.waiting:
            piece = bytes(stream.waiting[: self._maximum])
            del stream.waiting[: self._maximum]
            stream.host_ready = False
            self._outbox += message(A_WRTE, stream.local, stream.remote, piece, checked=self._host_checks)
        if stream.waiting or not stream.service.ended:
            return
        if stream.fault is not None and stream.fault.kills_link:
            self._cut(stream.fault)
        elif stream.host_ready:
            self._streams.pop(stream.local, None)
            self._outbox += message(A_CLSE, stream.local, stream.remote)

    def _cut(self, fault: Fault) -> None:
        if fault.kills_link:
            self.killed = fault
            self.dead = True
