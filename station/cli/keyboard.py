# SPDX-License-Identifier: GPL-3.0-or-later
"""Lines that a person types, waited for only as long as somebody wants them."""

import os
import select
import sys
from collections.abc import Callable
from dataclasses import dataclass, field

_LOOK_S = 0.2
_MOST = 4096


@dataclass(frozen=True, slots=True)
class Line:
    """A line was typed."""

    typed: str


@dataclass(frozen=True, slots=True)
class EndOfInput:
    """Ctrl-D, or the terminal is gone."""


@dataclass(frozen=True, slots=True)
class NotWanted:
    """Nobody waits for it any more."""


@dataclass(slots=True)
class Keyboard:
    """Standard input, one line at a time."""

    _read: bytearray = field(default_factory=bytearray)

    def line(self, wanted: Callable[[], bool]) -> Line | EndOfInput | NotWanted:
        """The next line, as long as `wanted` holds."""
        while b"\n" not in self._read and len(self._read) < _MOST:
            if not wanted():
                return NotWanted()
            source = sys.stdin.fileno()
            if not select.select([source], [], [], _LOOK_S)[0]:
                continue
            try:
                more = os.read(source, _MOST)
            except OSError:  # a terminal that was hung up
                more = b""
            if not more:
                if not self._read:
                    return EndOfInput()
                more = b"\n"
            self._read += more
        whole, _, rest = self._read.partition(b"\n")
        self._read = bytearray(rest)
        return Line(whole.decode("utf-8", "replace").strip()[:_MOST])
