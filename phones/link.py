# SPDX-License-Identifier: GPL-3.0-or-later
"""One way of talking: a request goes out, a reply comes back, within a timeout.

A link has one method, so that a fake, a recording or a fault injector is one function. What may be
asked is a closed set of frozen requests; drivers answer those they know.
Apple replies are XML property lists (bytes), so that both platforms look alike to a recording.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Protocol

MAXIMUM_REPLY_BYTES = 4 * 1024 * 1024
"""A phone that sends more than this is flooding us; the driver raises ReplyMalformedError."""


class Effect(StrEnum):
    """What a question does to the phone; `wipe --plan` may ask only those that read."""

    READS = "reads"
    WRITES = "writes"
    ERASES = "erases"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShellLine:
    """One line for `adb shell` (shell v2). Reply: status = exit code, body = stdout, error = stderr."""

    line: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeInLine:
    """One command of Android's trade-in foyer, without the word `tradeinmode`: `getstatus --challenge N`,
    `evaluate`. Characters outside `[A-Za-z0-9_- ]` are refused by the phone. Reply as ShellLine.
    """

    command: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reboot:
    """adb `reboot:` service; the reply is empty and says only that the request was taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplePart:
    """One question within an Apple batch. `kind` is one of the `APPLE_*` names in phones.apple.parts."""

    name: str
    kind: str
    arguments: Mapping[str, str | bytes] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True, kw_only=True)
class AppleBatch:
    """Several questions over one paired connection.
    Reply body: plist `{name: {"status": "ok" | "refused" | "absent" | "failed", "code": str, "value": ...}}`.
    """

    parts: tuple[ApplePart, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AppleTrustTest:
    """Is the pair record of this job (made before the erase) still accepted? Never pairs.
    Reply body: plist `{"trust": "accepted" | "refused_host" | "refused_tls"}`; anything else raises.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplePair:
    """Pair anew (after the erase, at the set-up screen).
    Reply body: plist `{"paired": "yes", "dialog": "no"|"yes"}`.
    """


class AppleEraseRoute(StrEnum):
    """Which service carries the EraseDevice request."""

    MCINSTALL = "mcinstall"
    MOBILEBACKUP2 = "mobilebackup2"


@dataclass(frozen=True, slots=True, kw_only=True)
class AppleErase:
    """Ask the phone to erase itself. A returned reply is no proof: a pulled cable returns too.
    Reply body: plist `{"returned": "link_dropped" | "acknowledged"}`; a typed no raises PhoneRefusedError.
    """

    route: AppleEraseRoute


Request = ShellLine | TradeInLine | Reboot | AppleBatch | AppleTrustTest | ApplePair | AppleErase


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What came back, unredacted: it lives only until the reader has taken the allow-listed values."""

    status: int = 0
    body: bytes = b""
    error: bytes = b""


Reader = Callable[[Reply], Mapping[str, str]]
"""Takes allow-listed values (phones.allowed) out of a reply.
Raises: ReplyMalformedError when the reply has not the documented shape."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One exchange, planned: a stable name for the evidence, the request, its reader and its timeout."""

    name: str
    effect: Effect
    request: Request
    read: Reader
    timeout_s: float


class Link(Protocol):
    """An open way of talking to whatever hangs on a port now."""

    name: str
    """adb, trade_in or usbmux."""

    def exchange(self, request: Request, *, timeout_s: float) -> Reply:
        """Send `request`, wait for the reply.

        Raises: PhoneLostError, PhoneSilentError, PhoneRefusedError, ReplyMalformedError; BenchError when
        the host side (adb server, usbmuxd) is gone.
        """

    def close(self) -> None:
        """Let go; never raises."""
