# SPDX-License-Identifier: GPL-3.0-or-later
"""The system log of a virtual iPhone: chatter full of its owner's life, and between it what hands do.

Words by version: those of iOS 18 as somebody published them from a phone; another version says the same in other words,
for nobody has shown us its own.
"""

import random
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from virtual_phones.iphone.phone import IPhone

LOG_VARIATIONS: dict[str, str] = {
    "dead_volume_up": "the volume up key does nothing",
    "dead_power": "the side key does nothing",
    "stuck_volume_down": "the volume down key goes down and never comes up",
    "endless_log": "the log says more than anybody can read",
    "log_breaks_off": "the log ends in the middle of a line",
    "says_it_in_a_name": "the owner has called the phone what a pressed key is called in the log",
}
"""What a person's keys and the log can be like."""
_HID = {"power": ("Power", "30"), "volume_up": ("VolumeIncrement", "E9"), "volume_down": ("VolumeDecrement", "EA")}
_CHATTER_S = 0.35


class SystemLog:
    """Everything said since somebody first listened."""

    def __init__(self, phone: "IPhone") -> None:
        self._phone = phone
        self._draw = random.Random(phone.serial)
        self._said: list[tuple[float, str, str]] = []

    def press(self, key: str, now_s: float) -> None:
        """A person presses a key once, and lets go."""
        variation = self._phone.variation
        if f"dead_{key}" in variation:
            return
        name, usage = _HID[key]
        new = self._phone.major() != 18
        down = now_s + self._draw.uniform(0.2, 0.6)
        for at_s, flag, word in ((down, 1, "down"), (down + self._draw.uniform(0.06, 0.3), 0, "up")):
            if not flag and f"stuck_{key}" in variation:
                continue
            if new:
                text = f"button {name.lower()} is {word} for <private>"
            else:
                text = f"{name} page:0xC usage:0x{usage} downEvent:{flag} {word}"
            self._said.append((at_s, "backboardd", text))

    def between(self, since_s: float, now_s: float) -> bytes:
        """What is said in that time, as syslog_relay sends it."""
        lines = [(at_s, process, text) for at_s, process, text in self._said if since_s < at_s <= now_s]
        first = int(since_s / _CHATTER_S) + 1
        lines += [(turn * _CHATTER_S, *self._chatter(turn)) for turn in range(first, int(now_s / _CHATTER_S) + 1)]
        lines.sort()
        data = b"".join(self._line(*line) for line in lines)
        if "endless_log" in self._phone.variation:
            data += self._line(now_s, "backboardd", "VolumeIncrement page:0xC usage:0xE8 downEvent:1 down") * 60_000
        return data

    def _chatter(self, turn: int) -> tuple[str, str]:
        secrets = self._phone.secrets()
        names = sorted(secrets)
        name = names[turn % len(names)]
        return (
            ("SpringBoard(UserNotifications)", f"Notification from {secrets[name]}: are you coming?"),
            ("wifid", f"WiFi joined {secrets[name]} rssi=-51"),
            ("CommCenter", f"call to {secrets[name]} page:0xC usage:0xE9 downEvent:1"),
            ("backboardd", f"touch in window of {secrets[name]}"),
        )[turn % 4]

    def _line(self, at_s: float, process: str, text: str) -> bytes:
        head, _, library = process.partition("(")
        name = self._phone.strata.device_name
        if "says_it_in_a_name" in self._phone.variation:
            name = "Nov  1 08:00:00 x backboardd[67] <Notice>: VolumeIncrement page:0xC usage:0xE9 downEvent:1 down"
        when = datetime.fromtimestamp(1_790_000_000 + at_s, UTC).strftime("%b %e %H:%M:%S")
        library = f"({library}" if library else ""
        return f"{when} {name} {head}{library}[67] <Notice>: {text}\n\0".encode("utf-8", "surrogateescape")
