# SPDX-License-Identifier: GPL-3.0-or-later
"""What every virtual phone is, whatever its maker: a thing on a USB port that time and people act on.

Sans-IO: no socket, no thread, no clock. Whoever owns a phone passes the time in (`now_s`, any monotonic
seconds, virtual or wall) and delivers what comes out.
"""

import tomllib
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Protocol

from virtual_phones.storage.stored import Part

Interface = tuple[int, int, int]
"""USB class, subclass, protocol."""

ADB_INTERFACE: Interface = (0xFF, 0x42, 0x01)
FASTBOOT_INTERFACE: Interface = (0xFF, 0x42, 0x03)
MTP_INTERFACE: Interface = (0x06, 0x01, 0x01)
ACM_INTERFACES: tuple[Interface, Interface] = ((0x02, 0x02, 0x01), (0x0A, 0x00, 0x00))
"""Control and data of a CDC-ACM modem."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UsbView:
    """What USB shows of a phone, in one configuration, without talking to it."""

    vendor_id: int
    product_id: int
    iserial: str
    manufacturer: str
    product: str
    interfaces: tuple[Interface, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """Seconds. Defaults are middling values of real phones (`unconfirmed`, research android.md §13).

    `leave_s`: from the command until the phone leaves the bus. `absent_s`: off the bus in a plain reboot.
    `wipe_s`: off the bus while it wipes and formats. `boot_s`: from its return until the boot is completed.
    `dialog_s`: how long a dialog takes to open. `ready_s`: adbd restarting after trade-in evaluation.
    """

    leave_s: float = 3.0
    absent_s: float = 24.0
    wipe_s: float = 75.0
    boot_s: float = 12.0
    dialog_s: float = 0.0
    ready_s: float = 3.0

    def scaled(self, factor: float) -> "Timing":
        """All times multiplied: benches on the wire use fractions of real ones."""
        return replace(
            self,
            leave_s=self.leave_s * factor,
            absent_s=self.absent_s * factor,
            wipe_s=self.wipe_s * factor,
            boot_s=self.boot_s * factor,
            dialog_s=self.dialog_s * factor,
            ready_s=self.ready_s * factor,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceReply:
    """What a service answered. The transport delivers it `delay_s` after the request, not before."""

    stdout: bytes = b""
    stderr: bytes = b""
    exit_code: int = 0
    delay_s: float = 0.0
    pieces: tuple[bytes | Part, ...] = ()
    """Standard output that is read from the storage as it is sent; then `stdout` is empty."""


class Fed(Protocol):
    """A service that takes its standard input as it comes."""

    @property
    def ended(self) -> bool:
        """It waits for no more input."""

    def feed(self, data: bytes) -> None:
        """A piece of its input."""

    def finish(self) -> ServiceReply:
        """The input has ended, or the service."""


class Live(Protocol):
    """A line that tells of what happens, until somebody lets go of it."""

    def take(self, now_s: float) -> bytes:
        """What it has said since the last time."""


class Agenda:
    """What will happen to a phone, in order of time. `run` does what has become due."""

    def __init__(self) -> None:
        self._due: list[tuple[float, int, Callable[[float], None]]] = []
        self._count = 0

    def at(self, when_s: float, what: Callable[[float], None]) -> None:
        """Do `what(when_s)` when the time has come."""
        self._count += 1
        self._due.append((when_s, self._count, what))
        self._due.sort(key=lambda entry: entry[:2])

    def clear(self) -> None:
        """Forget everything planned: the power went, or a reboot began."""
        self._due.clear()

    def run(self, now_s: float) -> None:
        """Everything due by `now_s`, each at its own time, including what it plans itself."""
        while self._due and self._due[0][0] <= now_s:
            when_s, _, what = self._due.pop(0)
            what(when_s)

    def next_s(self) -> float | None:
        """When the next thing happens, or None."""
        return self._due[0][0] if self._due else None


class VirtualPhone(ABC):
    """One phone. `platform` is "android" or "apple"."""

    platform: str
    serial: str
    misbehaviour: frozenset[str]
    variation: frozenset[str]

    @abstractmethod
    def tick(self, now_s: float) -> None:
        """Let time pass until `now_s`. Time never runs backwards: an earlier `now_s` changes nothing."""

    @abstractmethod
    def next_event_s(self) -> float | None:
        """When the phone will next change by itself, or None: lets virtual time jump."""

    def is_on_bus(self) -> bool:
        """Does anything hang on the port? As `usb`, for who wants to know no more."""
        return self.usb() is not None

    @abstractmethod
    def usb(self) -> UsbView | None:
        """What hangs on the port; None while the phone is off the bus."""

    @abstractmethod
    def press(self, action: str, now_s: float) -> None:
        """A person does something on the phone. What the phone does not offer now has no effect.

        Raises: ValueError for an action no such phone has.
        """

    @abstractmethod
    def screen(self) -> str:
        """What a person sees who wakes the phone that is there and, at its first set-up screen, goes on: `set_up` (no
        set-up screen), `new` (set up as anybody's), or `owner_wanted` (a former owner's account, PIN or pattern).
        """

    @abstractmethod
    def truth(self) -> dict[str, object]:
        """Ground truth for tests, from the state itself: at least `serial`, `erased` (bool), `left` (strata
        that still hold the first owner's data, sorted) and `resets` (data sets made since the start).
        """

    @abstractmethod
    def secrets(self) -> dict[str, str]:
        """The seller's data in the model: what must never be found on disk, log or paper."""


def models_folder() -> Path:
    """Where the models lie: beside the package in a checkout, inside it in a wheel."""
    inside = Path(__file__).parent / "models"
    return inside if inside.is_dir() else Path(__file__).parent.parent / "models"


def load_model(name: str) -> dict[str, object]:
    """The model called `name`: its phone.toml, and its reply files as `replies` (path without suffix → text).
    It is the caller's own, to change as they like.

    Raises: FileNotFoundError for a name without a folder; tomllib.TOMLDecodeError.
    """
    return {key: _own(value) for key, value in _read_model(name).items()}


def _own(value: object) -> object:
    """A copy of what TOML gives: tables and lists anew, everything in them cannot change."""
    if isinstance(value, dict):
        return {key: _own(inner) for key, inner in value.items()}
    return [_own(inner) for inner in value] if isinstance(value, list) else value


@cache  # a folder of files that nobody changes while a program runs
def _read_model(name: str) -> Mapping[str, object]:
    folder = models_folder() / name
    model: dict[str, object] = tomllib.loads((folder / "phone.toml").read_text(encoding="utf-8"))
    replies = folder / "replies"
    model["replies"] = {
        path.relative_to(replies).with_suffix("").as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(replies.rglob("*.txt"))
    }
    return model


def section(model: Mapping[str, object], name: str) -> Mapping[str, object]:
    """A table of a model; empty when it has none. Raises: TypeError when it is no table."""
    found = model.get(name, {})
    if type(found) is dict:  # as nearly always, and asked thousands of times a life
        return found
    if not isinstance(found, Mapping):
        raise TypeError(f"model: {name} is not a table")
    return found
