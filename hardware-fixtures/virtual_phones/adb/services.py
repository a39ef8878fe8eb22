# SPDX-License-Identifier: GPL-3.0-or-later
"""The services an adb host opens on a phone: shell, exec, reboot and sync, as machines.

Which services a mode of the phone offers is the phone's business: it answers None and the service is
closed. Faults of the link are played here, on the answer, and in adbd.py, on the link.
"""

import re
import struct
from collections.abc import Callable
from typing import Protocol

from virtual_phones.adb.sync_service import SyncFiles, SyncSession
from virtual_phones.faults import Exchange, Fault, FaultKind, distorted
from virtual_phones.phone import Fed, Live, ServiceReply
from virtual_phones.storage.stored import Part, cut_to, length_of, whole

STDIN, STDOUT, STDERR, EXIT, CLOSE_STDIN = 0, 1, 2, 3, 4
_PACKET = struct.Struct("<BI")
_PACKET_BYTES = 64 * 1024
_LOOK_EACH_S = 0.05
_AT_ONCE_BYTES = 512 * 1024
"""So much of a long answer is read before the host asks for more."""
_MAXIMUM_STDIN = 64 * 1024 * 1024
_SHELL = re.compile(r"shell(?:,(?P<options>[^:]*))?:(?P<line>.*)", re.DOTALL)
_EXEC = re.compile(r"exec:(?P<line>.*)", re.DOTALL)
_FILTERS = frozenset({"cat", "dd", "md5sum", "read", "sh", "sha256sum", "sort", "tee", "wc"})

Answered = Callable[[bytes], None]


class AdbPhone(Protocol):
    """What adbd needs of the phone it runs on."""

    def needs_key(self) -> bool:
        """False in modes without RSA keys (trade-in foyer, recovery)."""

    def banner(self) -> str:
        """`device::ro.product.name=…;ro.product.model=…;ro.product.device=…;`, without features."""

    def knows_key(self, fingerprint: str) -> bool:
        """Has the owner allowed this host?"""

    def offer_key(self, fingerprint: str, now_s: float, comment: str) -> None:
        """Open the Allow dialog for this host; `comment` is what it calls itself, user@host."""

    def takes_reverses(self) -> bool:
        """May a port of the phone lead to the host, in this mode?"""

    def run(self, service: str, stdin: bytes, now_s: float) -> ServiceReply | None:
        """Carry a service out; None = closed in this mode."""

    def feed(self, service: str, now_s: float) -> Fed | None:
        """Open a service that takes its input as it comes; None = it is run whole."""

    def follow(self, service: str, now_s: float) -> Live | None:
        """Open a line that tells of what happens until the host closes it; None = it is run whole."""

    def files(self) -> SyncFiles | None:
        """The tree the sync service shows; None = no sync in this mode."""


def reads_stdin(line: str) -> bool:
    """Would this line wait for its standard input? (`cat > file`, `sh`, `tee file`; not `cat file`.)

    The machine must decide before it runs the line whether the host has more to send.
    """
    first = re.split(r"[|;&\n]", line, maxsplit=1)[0]
    if "<" in first:
        return False
    words = re.sub(r"\d?>+\s*\S+", " ", first).split()
    if not words or words[0] not in _FILTERS:
        return False
    operands = [word for word in words[1:] if not word.startswith("-")]
    if words[0] == "dd":
        return not any(word.startswith("if=") for word in operands)
    return words[0] in {"tee", "read"} or not operands


def _packets(stream: int, data: bytes) -> bytes:
    return b"".join(
        _PACKET.pack(stream, len(piece)) + piece
        for piece in (data[at : at + _PACKET_BYTES] for at in range(0, len(data), _PACKET_BYTES))
    )


class Service:
    """One opened service. `ended`: nothing more will come after what `take` hands out."""

    def __init__(self) -> None:
        self._out = bytearray()
        self.ended = False
        self.delay_s = 0.0

    @property
    def waits_for_host(self) -> bool:
        """True while the service can say nothing before the host has sent more."""
        return not self.ended

    def take(self) -> bytes:
        """What the service says now; while more is left it is asked again when the host wants more."""
        out = bytes(self._out)
        self._out.clear()
        return out

    def again_s(self, now_s: float) -> float | None:
        """When it is to be asked again although nobody has sent anything; None = never."""
        return None

    def receive(self, data: bytes, now_s: float) -> None:
        """Data from the host; a service that takes none ignores it."""

    def host_closed(self, now_s: float) -> None:
        """The host has closed the stream."""


class Command(Service):
    """`shell…:` and `exec:`. Runs at once, or when the host has closed the standard input it needs."""

    def __init__(self, phone: AdbPhone, name: str, exchange: Exchange, answered: Answered, *, framed: bool) -> None:
        super().__init__()
        self._phone = phone
        self._name = name
        self._exchange = exchange
        self._answered = answered
        self._framed = framed
        self._inbox = bytearray()
        self._stdin = bytearray()
        self._fed: Fed | None = None
        self._fed_bytes = 0
        self._pieces: list[bytes | Part] = []
        self._done = False
        """The line has run; perhaps not all of its answer is sent."""
        self._sent_of_piece = 0
        self._last_words = b""

    def open_fed(self, now_s: float) -> bool:
        """Open the line so that it takes its input as it comes, if it can."""
        self._fed = self._phone.feed(self._name, now_s)
        if self._fed is not None and self._fed.ended:
            self._finish(now_s)
        return self._fed is not None

    def run(self, now_s: float, *, script: bool = False) -> bool:
        """Run the line (or, for an empty line, the script read from stdin). False = the phone closed it."""
        name = self._name + self._stdin.decode("utf-8", "replace") if script else self._name
        reply = self._phone.run(name, b"" if script else bytes(self._stdin), now_s)
        if reply is None:
            return False
        self._answer(reply)
        return True

    def _answer(self, reply: ServiceReply) -> None:
        self._done = True
        fault = self._exchange.fault
        if reply.pieces and (fault is None or fault.kind is FaultKind.TRUNCATE):
            self._answer_in_pieces(reply, fault)
            return
        stdout = reply.stdout if not reply.pieces else whole(reply.pieces)
        stdout = stdout if self._framed else stdout + reply.stderr
        self._answered(stdout)
        exit_code = reply.exit_code & 0xFF
        self.delay_s = reply.delay_s
        if fault is not None:
            stdout = (
                stdout[: fault.after_bytes]
                if fault.kind is FaultKind.TRUNCATE and fault.after_bytes is not None
                else distorted(fault, stdout, self._exchange.previous)
            )
            if fault.kind is FaultKind.WRONG_EXIT:
                exit_code = 0 if exit_code else 1
            if fault.kind is FaultKind.DELAY:
                self.delay_s += fault.seconds
        self._say(stdout, reply.stderr, exit_code, cut=fault is not None and fault.kills_link)
        self.ended = True

    def _answer_in_pieces(self, reply: ServiceReply, fault: Fault | None) -> None:
        """What the storage holds is read when the host takes it; a cut strikes after some of it."""
        self.delay_s = reply.delay_s
        self._pieces = list(reply.pieces)
        if fault is not None:
            most = length_of(reply.pieces) // 2 if fault.after_bytes is None else fault.after_bytes
            self._pieces = list(cut_to(reply.pieces, most))
        elif self._framed:
            self._last_words = _packets(STDERR, reply.stderr) + _packets(EXIT, bytes([reply.exit_code & 0xFF]))
        else:
            self._last_words = reply.stderr
        self._pieces.reverse()

    def take(self) -> bytes:
        """See Service."""
        while self._pieces and len(self._out) < _AT_ONCE_BYTES:
            piece = self._pieces[-1]
            at = self._sent_of_piece
            data = piece.read(at, _PACKET_BYTES) if isinstance(piece, Part) else piece[at : at + _PACKET_BYTES]
            self._sent_of_piece += len(data)
            if not data or self._sent_of_piece >= (piece.count if isinstance(piece, Part) else len(piece)):
                self._pieces.pop()
                self._sent_of_piece = 0
            if self._framed:
                self._out += _PACKET.pack(STDOUT, len(data))
            self._out += data
        if self._done and not self._pieces:
            self._out += self._last_words
            self._last_words = b""
            self.ended = True
        return super().take()

    def _say(self, stdout: bytes, stderr: bytes, exit_code: int, *, cut: bool) -> None:
        if not self._framed:
            self._out += stdout
            return
        self._out += _packets(STDOUT, stdout)
        if not cut:
            self._out += _packets(STDERR, stderr) + _packets(EXIT, bytes([exit_code]))

    def receive(self, data: bytes, now_s: float) -> None:
        """Standard input, raw or in shell v2 packets."""
        if self.ended or self._done:
            return
        if not self._framed:
            self._input(data, now_s)
            return
        self._inbox += data
        while not (self.ended or self._done) and len(self._inbox) >= _PACKET.size:
            kind, length = _PACKET.unpack_from(self._inbox)
            if length > _MAXIMUM_STDIN:
                self.ended = True
                return
            if len(self._inbox) < _PACKET.size + length:
                return
            with memoryview(self._inbox) as inbox:
                piece = bytes(inbox[_PACKET.size : _PACKET.size + length])
            del self._inbox[: _PACKET.size + length]
            if kind == STDIN:
                self._input(piece, now_s)
            elif kind == CLOSE_STDIN:
                self._finish(now_s)

    def _input(self, data: bytes, now_s: float) -> None:
        if self._fed is None:
            self._stdin += data[: _MAXIMUM_STDIN - len(self._stdin)]
            return
        fault = self._exchange.fault
        if fault is not None and fault.kind is FaultKind.TRUNCATE and fault.after_bytes is not None:
            data = data[: max(0, fault.after_bytes - self._fed_bytes)]
        self._fed_bytes += len(data)
        self._fed.feed(data)
        if self._fed.ended:
            self._finish(now_s)
        elif fault is not None and fault.after_bytes is not None and self._fed_bytes >= fault.after_bytes:
            self.ended = True  # the link dies here

    def host_closed(self, now_s: float) -> None:
        """`adb exec-in` ends its input by closing the stream; the line runs although nobody hears it."""
        if not (self.ended or self._done) and not self._framed:
            self._finish(now_s)

    def _finish(self, now_s: float) -> None:
        if self._fed is not None:
            self._answer(self._fed.finish())
        elif not self.run(now_s, script=self._name.endswith(":")):
            self.ended = True


class Following(Service):
    """`shell…:getevent -lt`: looked at a few times a second until the host closes it. A cut strikes what it says."""

    def __init__(self, live: Live, exchange: Exchange, now_s: float, *, framed: bool) -> None:
        super().__init__()
        self._live = live
        self._exchange = exchange
        self._framed = framed
        self._look(now_s)

    def _look(self, now_s: float) -> None:
        data = self._live.take(now_s)
        fault = self._exchange.fault
        if fault is not None and data:
            self.ended = fault.kills_link
            data = distorted(fault, data, self._exchange.previous)
        self._out += _packets(STDOUT, data) if self._framed else data

    def again_s(self, now_s: float) -> float | None:
        """See Service."""
        if not self.ended and len(self._out) < _AT_ONCE_BYTES:
            self._look(now_s)
        return now_s + _LOOK_EACH_S


class Sync(Service):
    """`sync:`: file transfer until QUIT. A fault strikes its first answer."""

    def __init__(self, files: SyncFiles, exchange: Exchange, answered: Answered) -> None:
        super().__init__()
        self._session = SyncSession(files)
        self._exchange = exchange
        self._answered = answered
        self._struck = False

    def receive(self, data: bytes, now_s: float) -> None:
        """Requests of the host."""
        if self.ended:
            return
        answer = self._session.receive(data)
        fault = self._exchange.fault
        if answer and fault is not None and not self._struck:
            self._struck = True
            self.ended = fault.kills_link
            if fault.kind is FaultKind.DELAY:
                self.delay_s = fault.seconds
            self._answered(answer)
            answer = distorted(fault, answer, self._exchange.previous)
        self._out += answer
        self.ended = self.ended or self._session.ended


class Answer(Service):
    """A service that has answered all it ever will (`reboot:`)."""

    def __init__(self, said: bytes = b"") -> None:
        super().__init__()
        self._out += said
        self.ended = True


def open_service(phone: AdbPhone, name: str, exchange: Exchange, answered: Answered, now_s: float) -> Service | None:
    """Open service `name`; a line that needs no input has run when this returns. None = closed."""
    shell = _SHELL.fullmatch(name)
    line = shell or _EXEC.fullmatch(name)
    if line is not None:
        framed = shell is not None and "v2" in (shell["options"] or "").split(",")
        live = phone.follow(name, now_s)
        if live is not None:
            return Following(live, exchange, now_s, framed=framed)
        command = Command(phone, name, exchange, answered, framed=framed)
        text = line["line"]
        if command.open_fed(now_s):
            return command
        if phone.files() is not None and (not text.strip() or reads_stdin(text)):
            return command
        return command if command.run(now_s) else None
    if name.startswith("sync:"):
        files = phone.files()
        return None if files is None else Sync(files, exchange, answered)
    reply = phone.run(name, b"", now_s)
    if reply is None:
        return None
    answered(reply.stdout)
    fault = exchange.fault
    answer = Answer(reply.stdout if fault is None else distorted(fault, reply.stdout, exchange.previous))
    answer.delay_s = reply.delay_s
    return answer
