# SPDX-License-Identifier: GPL-3.0-or-later
"""Shapes of an iPhone's log messages that tell of a person's hands: who says it, how it begins, and what that means.

The log is full of its owner's life. So a message is held against these shapes where it arrives, within the driver; what
leaves the driver is the name of a shape, and the text is forgotten. No real phone was listened to: every shape is
`unconfirmed`. A version without a row is not listened to.
"""

from dataclasses import dataclass, field

from phones.signs import not_measured


@dataclass(frozen=True, slots=True, kw_only=True)
class LogShape:
    """A message of `process` that begins with `begins` shows `state` of `part`, on systems `since` to `until`, major
    versions.
    """

    part: str
    state: str
    process: str
    begins: bytes
    since: int
    until: int

    @property
    def name(self) -> str:
        """`part.state`, all that leaves the driver."""
        return f"{self.part}.{self.state}"


_KEY_CODES = {
    "power": b"Power page:0xC usage:0x30",
    "volume_up": b"VolumeIncrement page:0xC usage:0xE9",
    "volume_down": b"VolumeDecrement page:0xC usage:0xEA",
}
"""Part → how backboardd names it, by page and usage of the USB HID usage tables. The volume keys were published from an
iPhone [read: thesisfriday.com, Thesis Friday #8, log of March 2025: iOS 18 by its date]; the power key is concluded
from them. Of the ringer switch and nearness no shape was found. Of Face ID one was [read: thesisfriday.com, Thesis
Friday #1, the same log: kernel, `PearlCamFrameReceived - isFaceDetected=1`]: it tells that the infrared camera sees a
face, not that Face ID has judged one, and is not taken."""

SHAPES: tuple[LogShape, ...] = tuple(
    LogShape(part=part, state=state, process="backboardd", begins=code + b" downEvent:" + flag, since=18, until=18)
    for part, code in _KEY_CODES.items()
    for state, flag in (("down", b"1"), ("up", b"0"))
)

STATES = {
    "power": frozenset({"down", "up"}),
    "volume_up": frozenset({"down", "up"}),
    "volume_down": frozenset({"down", "up"}),
    "ringer": frozenset({"on", "off"}),
    "proximity": frozenset({"near", "far"}),
    "face_id": frozenset({"judged"}),
}
"""Part → the states that must all be seen."""
KEYS = ("power", "volume_up", "volume_down")
VALUES = {
    "ringer": ("watched.ringer", "on_and_off"),
    "proximity": ("watched.proximity", "near_and_far"),
    "face_id": ("watched.face_id", "answers"),
}
"""Part → the value that tells of it, and what it says when all states were seen."""
MOST_COUNTED = 100_000


def major(version: str) -> int | None:
    """The first number of a system version; None for what is none."""
    head = version.partition(".")[0]
    return int(head) if head.isascii() and head.isdigit() and len(head) <= 3 else None


def shapes_for(version: str, *parts: str) -> tuple[LogShape, ...]:
    """Those of these parts for this version; empty unless each state of each part has one."""
    number = major(version)
    found = tuple(
        shape for shape in SHAPES if number is not None and shape.since <= number <= shape.until and shape.part in parts
    )
    wanted = {(part, state) for part in parts for state in STATES[part]}
    return found if wanted <= {(shape.part, shape.state) for shape in found} else ()


@dataclass(slots=True)
class LogTally:
    """How often each shape was met, by name."""

    counts: dict[str, int] = field(default_factory=dict)

    def hear(self, name: str) -> None:
        """A message of this shape came."""
        self.counts[name] = min(self.counts.get(name, 0) + 1, MOST_COUNTED)

    def is_whole(self, part: str) -> bool:
        """Every state of this part was seen."""
        return all(f"{part}.{state}" in self.counts for state in STATES[part])

    def has_begun(self, part: str) -> bool:
        """Some state of it was seen."""
        return any(f"{part}.{state}" in self.counts for state in STATES[part])

    def values(self, part: str) -> dict[str, str]:
        """Of `ringer`, `proximity` or `face_id`."""
        value, word = VALUES[part]
        if self.is_whole(part):
            return {value: word}
        return not_measured("one_state" if self.has_begun(part) else "not_seen", value)

    def buttons(self) -> dict[str, str]:
        """Of the keys."""
        seen = [key for key in KEYS if self.is_whole(key)]
        values = {"watched.buttons_seen": ",".join(sorted(seen)) or "none"}
        if len(seen) == len(KEYS):
            return values | {"watched.buttons": "all"}
        sign = "one_state" if any(self.has_begun(key) and not self.is_whole(key) for key in KEYS) else "not_seen"
        return values | not_measured(sign, "watched.buttons")


def not_known(*values: str) -> dict[str, str]:
    """For a version without shapes."""
    return not_measured("unknown_version", *values)
