# SPDX-License-Identifier: GPL-3.0-or-later
"""Takes an iPhone's log apart where it arrives: a line is held against the known shapes, counted, and forgotten.

Lines as syslog_relay sends them [read: pymobiledevice3 services/syslog.py]: month, day, time, the phone's name as its
owner chose it, process, library and number, level, message; behind each a line feed and a zero. The owner's words stand
in nearly all of them, so that no line, no part of one and nothing about one leaves this module but a shape's name.
"""

import re
from collections.abc import Callable, Sequence

from phones.apple.log_shapes import LogShape
from phones.errors import ReplyMalformedError

MOST_LINE = 4096
MOST_BYTES = 32 * 1024 * 1024
"""Of one listening; a busy phone says some 100 kB a second (unconfirmed)."""
_ENDS = b"\n\x00"
_LEVEL = re.compile(rb"<(?:Notice|Info|Debug|Error|Fault|Warning|Critical)>: ")
_HEAD = re.compile(
    rb"[A-Z][a-z]{2} [ 0-3][0-9] [0-2][0-9]:[0-5][0-9]:[0-9]{2}(?:\.[0-9]{1,6})? .{1,256} "
    rb"([A-Za-z][A-Za-z0-9_.-]{0,63})(?:\([A-Za-z0-9_. -]{1,64}\))?\[[0-9]{1,7}\] <[A-Z][a-z]{2,10}>: ",
    re.DOTALL,
)


class LogLines:
    """A log in pieces cut anywhere."""

    def __init__(self, shapes: Sequence[LogShape], hear: Callable[[str], None]) -> None:
        self._shapes = tuple(shapes)
        self._hear = hear
        self._rest = b""
        self._is_too_long = False
        self._bytes = 0

    def take(self, data: bytes) -> None:
        """The next piece. Raises: ReplyMalformedError for more than any phone says."""
        self._bytes += len(data)
        if self._bytes > MOST_BYTES:
            raise ReplyMalformedError(step="log", expected=f"at most {MOST_BYTES} bytes", got="more")
        *lines, self._rest = (self._rest + data).split(_ENDS)
        for line in lines:
            if not self._is_too_long and len(line) <= MOST_LINE:
                self._line(line)
            self._is_too_long = False
        if len(self._rest) > MOST_LINE:
            self._rest, self._is_too_long = self._rest[-1:], True  # a zero may yet follow its line feed

    def _line(self, line: bytes) -> None:
        """A line that names a level twice is nobody's: what stands before the second one somebody has chosen."""
        if len(_LEVEL.findall(line)) != 1 or (head := _HEAD.match(line)) is None:
            return
        process, message = head[1].decode("ascii"), line[head.end() :]
        for shape in self._shapes:
            if shape.process == process and message.startswith(shape.begins):
                self._hear(shape.name)
                return
