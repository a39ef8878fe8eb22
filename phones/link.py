# SPDX-License-Identifier: GPL-3.0-or-later
"""One way of talking: a request goes out, a reply comes back, within a timeout.

A link has one method, so that a fake, a recording or a fault injector is one function. What may be
asked is a closed set of frozen requests; drivers answer those they know.
Apple replies are XML property lists (bytes), so that both platforms look alike to a recording.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Protocol

MAXIMUM_REPLY_BYTES = 4 * 1024 * 1024
"""A phone that sends more than this is flooding us; the driver raises ReplyMalformedError."""


MAXIMUM_ERROR_BYTES = 4096
"""So much of what a long act says on its standard error is looked at; the rest is let go."""


class Effect(StrEnum):
    """What a question does to the phone; `wipe --plan` may ask only those that read."""

    READS = "reads"
    WRITES = "writes"
    ERASES = "erases"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShellLine:
    """One line for `adb shell` (shell v2). Reply: status = exit code, body = stdout, error = stderr."""

    line: str


def nothing() -> Iterable[bytes]:
    """No standard input."""
    return ()


def let_go(_piece: bytes) -> None:
    """Standard output that nobody looks at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShellStream:
    """One shell line of minutes (`phones.long_act.begin`, never `exchange`): `source` makes the pieces of its standard
    input, `sink` hears its standard output in pieces, in the link's thread. Neither is kept anywhere.
    Reply: status = exit code, error = the first MAXIMUM_ERROR_BYTES of stderr; no body.
    """

    line: str
    source: Callable[[], Iterable[bytes]] = nothing
    sink: Callable[[bytes], None] = let_go


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeInLine:
    """One command of Android's trade-in foyer, without the word `tradeinmode`: `getstatus --challenge N`,
    `evaluate`. Characters outside `[A-Za-z0-9_- ]` are refused by the phone. Reply as ShellLine.
    """

    command: str


class RebootTarget(StrEnum):
    """Where a phone is sent. Which of them a phone knows depends on the mode it is in (research android.md 6.3)."""

    SYSTEM = ""
    BOOTLOADER = "bootloader"
    RECOVERY = "recovery"
    SIDELOAD = "sideload"
    RESCUE = "rescue"
    FASTBOOT = "fastboot"  # the one in user space


@dataclass(frozen=True, slots=True, kw_only=True)
class Reboot:
    """adb `reboot:` service, or fastboot's `reboot`; the reply is empty and says only that the request was taken."""

    target: RebootTarget = RebootTarget.SYSTEM


@dataclass(frozen=True, slots=True, kw_only=True)
class ReversePort:
    """`adb reverse tcp:PORT tcp:PORT`: a port of the phone's own loopback leads to the same port of ours, or, with
    `is_open` false, no longer does. The reply is empty. The adb server lets the phone come to this port alone.
    """

    port: int
    is_open: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class RescueProperty:
    """`rescue-getprop:NAME` of Android's rescue mode. Reply body: one line, empty for what it does not tell."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RescueWipe:
    """`rescue-wipe:userdata:8` of Android's rescue mode. Reply body: its eight bytes, DONEDONE or anything else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FastbootVariables:
    """Variables of a boot loader by name, `getvar:NAME` each, in one exchange.
    Reply body: JSON `{name: text}`, a character a byte; names that it refuses or answers with nothing are left out.
    """

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FastbootEverything:
    """`getvar:all`. Reply: status 0 or, when it is refused, 1; body = the lines it tells, a line end behind each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FastbootErase:
    """`erase:PARTITION`. Reply body: what it tells meanwhile. That it says OKAY is no proof; a no raises
    PhoneRefusedError.
    """

    partition: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MtpDeviceInfo:
    """GetDeviceInfo of a phone's file transfer, without a session. Reply body: its data set."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModemIdentity:
    """`AT+DEVCONINFO` of a Samsung phone's modem, the one command that is ever sent to it. Reply body: all it said."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class AppleLog:
    """Listen to the system's log (`phones.long_act.begin`, never `exchange`) for what it says of these `parts`
    (`phones.apple.log_shapes`) on a system of this `version`. `hear` is told the name of a shape for each message of
    that shape, in the link's thread; no text of the log leaves the driver. `opened` is called there once, when the log
    is open: what was said before is never told. Ends only when it is cancelled.
    """

    parts: tuple[str, ...]
    version: str
    hear: Callable[[str], None]
    opened: Callable[[], None] = lambda: None


Request = (
    ShellLine
    | ShellStream
    | TradeInLine
    | Reboot
    | ReversePort
    | RescueProperty
    | RescueWipe
    | FastbootVariables
    | FastbootEverything
    | FastbootErase
    | MtpDeviceInfo
    | ModemIdentity
    | AppleBatch
    | AppleTrustTest
    | ApplePair
    | AppleErase
    | AppleLog
)


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
    """adb, trade_in, recovery, fastboot, mtp or usbmux."""

    def exchange(self, request: Request, *, timeout_s: float) -> Reply:
        """Send `request`, wait for the reply.

        Raises: PhoneLostError, PhoneSilentError, PhoneRefusedError, ReplyMalformedError; BenchError when
        the host side (adb server, usbmuxd) is gone.
        """

    def close(self) -> None:
        """Let go; never raises."""
