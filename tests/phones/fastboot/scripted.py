# SPDX-License-Identifier: GPL-3.0-or-later
"""A boot loader that says what it is told to say, and the clock that passes while it says nothing."""

from collections.abc import Callable, Iterator, Sequence

from phones.errors import PhoneLostError, PhoneSilentError
from phones.fastboot.link import FastbootLink
from tests.support.direct_bench import VirtualClock

Answers = Callable[[bytes], Iterator[bytes] | Sequence[bytes]]


class Scripted:
    """phones.fastboot.link.Transport; `answers` gives the packets for one command."""

    def __init__(self, answers: Answers) -> None:
        self._answers = answers
        self._waiting: Iterator[bytes] = iter(())
        self.clock = VirtualClock()
        self.sent: list[bytes] = []
        self.gone = False
        self.closed = False

    def write(self, data: bytes, *, timeout_s: float) -> None:
        if self.gone:
            raise PhoneLostError(step="send")
        self.sent.append(data)
        self._waiting = iter(self._answers(data))

    def read(self, *, timeout_s: float) -> bytes:
        self.clock.sleep(0.001)
        try:
            return next(self._waiting)
        except StopIteration as end:
            self.clock.sleep(timeout_s)
            raise PhoneSilentError(step="read") from end

    def close(self) -> None:
        self.closed = True


def link(answers: Answers) -> tuple[FastbootLink, Scripted]:
    """A link to such a boot loader."""
    transport = Scripted(answers)
    return FastbootLink(transport, clock=transport.clock), transport
