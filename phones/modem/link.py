# SPDX-License-Identifier: GPL-3.0-or-later
"""The link to a Samsung phone's modem, which is asked one thing; and the terminal the kernel gives it."""

import contextlib
import os
import select
import termios
import tty
from pathlib import Path
from typing import Protocol

from phones.clock import Clock, SystemClock
from phones.errors import PhoneLostError, PhoneRefusedError, PhoneSilentError, ReplyMalformedError
from phones.link import ModemIdentity, Reply, Request
from phones.modem.identity import COMMAND, LARGEST, is_over
from phones.usb.ports import SYSFS

_ROOM = 1024
_MOST_TRANSFERS = 256
_DEVICES = Path("/dev")


class Pipe(Protocol):
    """Carries bytes (phones.usb.bulk.BulkPipe, Terminal)."""

    def write(self, data: bytes, *, timeout_s: float) -> None:
        """Send all of it."""

    def read(self, *, timeout_s: float, room: int) -> bytes:
        """What comes next."""

    def close(self) -> None:
        """Let go; never raises."""


class ModemLink:
    """A link to a modem."""

    name = "modem"

    def __init__(self, pipe: Pipe, *, clock: Clock | None = None) -> None:
        self._pipe = pipe
        self._clock = clock or SystemClock()

    def exchange(self, request: Request, *, timeout_s: float) -> Reply:
        """See Link.exchange. Answers ModemIdentity; refuses the rest as a phone with debugging off."""
        if not isinstance(request, ModemIdentity):
            raise PhoneRefusedError(
                reason_code="no_debugging", step="send", expected="the modem's identity", got=type(request).__name__
            )
        until = self._clock.monotonic() + timeout_s
        self._pipe.write(COMMAND, timeout_s=timeout_s)
        taken = b""
        for _ in range(_MOST_TRANSFERS):
            if is_over(taken):
                return Reply(body=taken)
            left = until - self._clock.monotonic()
            if left <= 0:
                raise PhoneSilentError(step="modem", expected="an answer in time", got="none")
            taken += self._pipe.read(timeout_s=left, room=_ROOM)
            if len(taken) > LARGEST:
                break
        raise ReplyMalformedError(step="modem", expected=f"an end within {LARGEST} bytes", got="none")

    def close(self) -> None:
        """See Link.close."""
        self._pipe.close()


class Terminal:
    """A modem as the kernel's cdc_acm shows it: `/dev/ttyACM…`, raw, without becoming anybody's terminal."""

    def __init__(self, path: Path) -> None:
        """Raises: PhoneLostError when it cannot be opened, whyever."""
        try:
            self._file = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        except OSError as error:
            raise PhoneLostError(step="open", expected="an open modem", got=type(error).__name__) from error
        try:
            tty.setraw(self._file)
            termios.tcflush(self._file, termios.TCIOFLUSH)  # what an earlier command has left there
        except (OSError, termios.error) as error:
            self.close()
            raise PhoneLostError(step="open", expected="a terminal", got=type(error).__name__) from error

    def write(self, data: bytes, *, timeout_s: float) -> None:
        """Send it, in one write. Raises: PhoneLostError, PhoneSilentError."""
        _, ready, _ = select.select((), (self._file,), (), timeout_s)
        if not ready:
            raise PhoneSilentError(step="send", expected="room to write", got="none")
        try:
            sent = os.write(self._file, data)
        except OSError as error:
            raise PhoneLostError(step="send", expected="an open modem", got=type(error).__name__) from error
        if sent != len(data):
            raise PhoneLostError(step="send", expected=f"{len(data)} bytes taken", got=str(sent))

    def read(self, *, timeout_s: float, room: int) -> bytes:
        """What comes next, `room` at most. Raises: PhoneLostError, PhoneSilentError."""
        ready, _, _ = select.select((self._file,), (), (), timeout_s)
        if not ready:
            raise PhoneSilentError(step="read", expected="an answer in time", got="none")
        try:
            data = os.read(self._file, room)
        except OSError as error:
            raise PhoneLostError(step="read", expected="an open modem", got=type(error).__name__) from error
        if not data:
            raise PhoneLostError(step="read", expected="an open modem", got="its end")
        return data

    def close(self) -> None:
        """Let go; never raises."""
        with contextlib.suppress(OSError):
            os.close(self._file)


def terminal_of(port: str, sysfs: Path = SYSFS, devices: Path = _DEVICES) -> Path | None:
    """The kernel's terminal for the modem of the device on this port, if there is exactly one."""
    try:
        found = sorted(entry.name for entry in sysfs.glob(f"{port}:*/tty/ttyACM*"))
    except OSError:
        return None
    return devices / found[0] if len(found) == 1 else None
