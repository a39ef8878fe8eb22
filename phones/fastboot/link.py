# SPDX-License-Identifier: GPL-3.0-or-later
"""The link to a boot loader: variables, erases and reboots, over whatever carries packets.

An answer has no number that says which command it belongs to. So a link over which one exchange has failed is not used
again, and whoever opens a new one throws away what still waits there; an answer that comes later than that would be
taken for another's. Nothing that a boot loader says is more than its word, and nobody concludes an erase from it.
"""

import json
from math import inf
from typing import Protocol

from phones.cleaning import clean_bytes
from phones.clock import Clock, SystemClock
from phones.errors import PhoneError, PhoneLostError, PhoneRefusedError, PhoneSilentError, ReplyMalformedError
from phones.fastboot.wire import ENDS, Kind, command, packet
from phones.link import (
    FastbootErase,
    FastbootEverything,
    FastbootVariables,
    Reboot,
    RebootTarget,
    Reply,
    Request,
)
from phones.refusals import find, kept

MOST_PACKETS = 4096
"""INFO and TEXT before the end of one answer. `getvar all` of real phones has some hundreds [public listings]."""
MOST_VARIABLES = 64
_REBOOTS = {
    RebootTarget.SYSTEM: "reboot",
    RebootTarget.BOOTLOADER: "reboot-bootloader",
    RebootTarget.RECOVERY: "reboot-recovery",
    RebootTarget.FASTBOOT: "reboot-fastboot",
}


class Transport(Protocol):
    """Carries whole packets. Everything raises PhoneLostError when the phone has gone."""

    def write(self, data: bytes, *, timeout_s: float) -> None:
        """Send one command. Raises: PhoneLostError, PhoneSilentError."""

    def read(self, *, timeout_s: float) -> bytes:
        """The next packet. Raises: PhoneLostError, PhoneSilentError."""

    def close(self) -> None:
        """Let go; never raises."""


class FastbootLink:
    """A link to one boot loader, or to fastboot in user space."""

    name = "fastboot"

    def __init__(self, transport: Transport, *, clock: Clock | None = None) -> None:
        self._transport = transport
        self._clock = clock or SystemClock()
        self._until = -inf
        self._spoiled = False

    def exchange(self, request: Request, *, timeout_s: float) -> Reply:
        """See Link.exchange. Answers the Fastboot requests and Reboot; refuses the rest as `unsupported`."""
        if self._spoiled:
            raise PhoneLostError(step="send", expected="a link in order", got="one that has failed before")
        self._until = self._clock.monotonic() + timeout_s
        try:
            return self._exchange(request)
        except PhoneRefusedError:
            raise  # a no is a whole answer
        except PhoneError:
            self._spoiled = True
            raise

    def close(self) -> None:
        """See Link.close."""
        self._transport.close()

    def _exchange(self, request: Request) -> Reply:
        match request:
            case FastbootVariables():
                return self._variables(request.names)
            case FastbootEverything():
                kind, _, told = self._ask("getvar:all")
                return Reply(status=0 if kind is Kind.OKAY else 1, body=told)
            case FastbootErase():
                return Reply(body=self._must(f"erase:{request.partition}"))
            case Reboot() if request.target in _REBOOTS:
                self._must(_REBOOTS[request.target])
                return Reply()
        raise PhoneRefusedError(
            reason_code="unsupported", step="send", expected="a request for fastboot", got=type(request).__name__
        )

    def _variables(self, names: tuple[str, ...]) -> Reply:
        if len(names) > MOST_VARIABLES:
            raise ValueError(f"more than {MOST_VARIABLES} variables in one exchange")
        found = {}
        for name in names:
            kind, text, _ = self._ask(f"getvar:{name}")
            if kind is Kind.OKAY and text:  # older boot loaders say OKAY and nothing where newer ones say FAIL
                found[name] = text.decode("latin-1")
        return Reply(body=json.dumps(found).encode())

    def _must(self, line: str) -> bytes:
        """What was told on the way to OKAY. Raises: PhoneRefusedError on FAIL."""
        kind, text, told = self._ask(line)
        if kind is Kind.OKAY:
            return told
        said = text.decode("utf-8", "backslashreplace")
        known = find("fastboot", said)
        raise PhoneRefusedError(
            reason_code=known.code if known is not None else "refused",
            step=line.partition(":")[0],
            expected="OKAY",
            got=clean_bytes(text),
            word=kept("fastboot", said),
        )

    def _ask(self, line: str) -> tuple[Kind, bytes, bytes]:
        """One command: OKAY or FAIL, its text, and what was told before. Nothing of ours sends data."""
        self._transport.write(command(line), timeout_s=self._left())
        told = bytearray()
        for _ in range(MOST_PACKETS):
            answer = packet(self._transport.read(timeout_s=self._left()))
            if answer.kind is Kind.DATA:
                raise ReplyMalformedError(step="fastboot", expected="OKAY or FAIL", got="DATA")
            if answer.kind in ENDS:
                return answer.kind, answer.text, bytes(told)
            told += answer.text + (b"\n" if answer.kind is Kind.INFO else b"")
        raise ReplyMalformedError(step="fastboot", expected=f"at most {MOST_PACKETS} packets", got="more")

    def _left(self) -> float:
        left = self._until - self._clock.monotonic()
        if left <= 0:
            raise PhoneSilentError(step="fastboot", expected="an answer in time", got="none")
        return left
