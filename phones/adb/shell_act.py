# SPDX-License-Identifier: GPL-3.0-or-later
"""One shell line as a long act: bytes go to its standard input and come from its standard output at the same time.

Only the exit packet of shell v2 says that the line has ended; a stream that stops without it is a lost phone, whatever
was said before. One thread an act: it writes while there is room and reads whatever is there.
"""

import select
import struct
import threading
import time
from collections.abc import Callable, Iterator
from typing import Final

from phones.adb.wire import AdbStream
from phones.errors import PhoneError, PhoneLostError, PhoneSilentError, ReplyMalformedError
from phones.link import MAXIMUM_ERROR_BYTES, Reply, ShellStream
from phones.long_act import ActEnd, ActOutcome, Meter

_PACKET = struct.Struct("<BI")
_STDIN, _STDOUT, _STDERR, _EXIT, _CLOSE_STDIN = 0, 1, 2, 3, 4
CLOSE_STDIN: Final = _PACKET.pack(_CLOSE_STDIN, 0)
_READ_BYTES = 256 * 1024
_TURN_S = 0.25
_LOOK_EACH_S = 2.0


class ShellAct:
    """A running line (`phones.long_act.RunningAct`). `is_attached`: is the phone's transport still listed?"""

    def __init__(
        self, stream: AdbStream, request: ShellStream, *, timeout_s: float, is_attached: Callable[[], bool]
    ) -> None:
        self.meter = Meter()
        self._stream = stream  # which closes its socket when nobody holds it any more
        self._connection = stream.raw_socket()
        self._source = iter(request.source())
        self._parser = _Parser(request.sink, self.meter)
        self._is_attached = is_attached
        self._give_up = time.monotonic() + timeout_s
        self._cancelled = False
        self._ended = threading.Event()
        self._outcome: ActOutcome | None = None
        self._broken: Exception | None = None
        threading.Thread(target=self._run, name="adb-act", daemon=True).start()

    def wait(self, timeout_s: float) -> ActOutcome | None:
        """See RunningAct. What broke on our side is raised again here."""
        self._ended.wait(timeout_s)
        if self._broken is not None:
            raise self._broken
        return self._outcome

    def cancel(self) -> None:
        """See RunningAct: the line is left alone at the next turn, and its stream closed."""
        self._cancelled = True

    def _run(self) -> None:
        try:
            self._outcome = ActOutcome(end=ActEnd.DONE, reply=self._carry())
        except PhoneError as error:
            self._outcome = ActOutcome.of_error(error)
        except Exception as error:  # noqa: BLE001 - the edge of this thread: whoever waits gets it, also a mistake of ours
            self._broken = error
        finally:
            self._stream.close()
            self._ended.set()

    def _carry(self) -> Reply:
        """Both directions until the exit packet. Raises: PhoneLostError, PhoneSilentError, ReplyMalformedError."""
        self._connection.settimeout(0)
        poll = select.poll()
        poll.register(self._connection, select.POLLIN | select.POLLOUT)
        outgoing: Iterator[memoryview] | None = self._packets()
        pending = memoryview(b"")
        changed_at = time.monotonic()
        while True:
            now = time.monotonic()
            if self._cancelled or now >= self._give_up:
                raise PhoneSilentError(step="act", expected="an end in time", got="none")
            if now - changed_at >= _LOOK_EACH_S:
                changed_at = now
                if not self._is_attached():
                    raise PhoneLostError(step="act", expected="an open link", got="the phone left")
            for _, events in poll.poll(_TURN_S * 1000):
                if events & ~select.POLLOUT:
                    changed_at = now
                    if self._read():
                        return self._parser.reply()
                if outgoing is not None and events & select.POLLOUT:
                    pending = pending or next(outgoing, memoryview(b""))
                    if not pending:
                        outgoing = None
                        poll.modify(self._connection, select.POLLIN)
                        continue
                    sent = self._send(pending)
                    if sent is None:  # nobody takes more: what it says of that is still to be read
                        outgoing = None
                        poll.modify(self._connection, select.POLLIN)
                    else:
                        pending = pending[sent:]
                        changed_at = now if sent else changed_at

    def _packets(self) -> Iterator[memoryview]:
        for piece in self._source:
            yield memoryview(_PACKET.pack(_STDIN, len(piece)) + piece)
        yield memoryview(CLOSE_STDIN)

    def _send(self, data: memoryview) -> int | None:
        """How many bytes went; None when the other side has closed."""
        try:
            sent = self._connection.send(data)
        except BlockingIOError:
            return 0
        except OSError:
            return None
        self.meter.carry(sent)
        return sent

    def _read(self) -> bool:
        """Has the line ended? Raises: PhoneLostError, ReplyMalformedError."""
        try:
            data = self._connection.recv(_READ_BYTES)
        except BlockingIOError:
            return False
        except OSError as error:
            raise PhoneLostError(step="act", expected="an open link", got=type(error).__name__) from error
        if not data:
            raise PhoneLostError(step="act", expected="an exit code", got="the link ended")
        return self._parser.take(data)


class _Parser:
    """Packets of shell v2 out of a stream cut anywhere."""

    def __init__(self, sink: Callable[[bytes], None], meter: Meter) -> None:
        self._sink = sink
        self._meter = meter
        self._head = bytearray()
        self._kind = 0
        self._left = 0
        self._error = bytearray()
        self._status: int | None = None

    def take(self, data: bytes) -> bool:
        """Has the exit packet come? Raises: ReplyMalformedError."""
        place = 0
        while place < len(data):
            if not self._left:
                need = _PACKET.size - len(self._head)
                self._head += data[place : place + need]
                place += need
                if len(self._head) < _PACKET.size:
                    return False
                self._begin(*_PACKET.unpack(bytes(self._head)))
                continue
            piece = data[place : place + self._left]
            place += len(piece)
            self._left -= len(piece)
            if self._kind == _STDOUT:
                self._meter.carry(len(piece))
                self._sink(piece)
            elif self._kind == _STDERR:
                self._error += piece[: MAXIMUM_ERROR_BYTES - len(self._error)]
            else:
                self._status = piece[0]
                return True
        return False

    def _begin(self, kind: int, length: int) -> None:
        self._head.clear()
        if kind not in (_STDOUT, _STDERR, _EXIT) or (kind == _EXIT and length != 1):
            raise ReplyMalformedError(step="act", expected="a shell packet", got=f"kind {kind}")
        self._kind, self._left = kind, length

    def reply(self) -> Reply:
        """After the exit packet."""
        return Reply(status=self._status or 0, error=bytes(self._error))
