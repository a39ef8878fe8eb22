# SPDX-License-Identifier: GPL-3.0-or-later
"""Which phones come to the demo's bench, and what each of them is like: most are honest, some stand in the way."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count
from types import MappingProxyType
from typing import Any

ANDROID, APPLE = "android", "apple"
SLOTS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "1-1": ("A1", ANDROID),
        "1-2": ("A2", ANDROID),
        "1-3": ("A3", ANDROID),
        "1-4": ("A4", ANDROID),
        "2-1": ("B1", APPLE),
        "2-2": ("B2", APPLE),
        "2-3": ("B3", APPLE),
        "2-4": ("B4", ANDROID),
    }
)
"""Port → its label on the bench, and what is plugged in there; a virtual port takes phones of one kind."""
TIMING = {"leave_s": 2.0, "absent_s": 6.0, "wipe_s": 14.0, "boot_s": 4.0, "dialog_s": 1.0, "ready_s": 2.0}
"""Seconds: about a fifth of real ones, so that a person can follow them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """What a phone is like. `presses`: problem code → what somebody does on the phone about it; nobody does anything
    about others, and the phone is taken away again.
    """

    model: str
    serial: str
    more: Mapping[str, Any] = field(default_factory=dict)


ROUND: Mapping[str, tuple[Visitor, ...]] = MappingProxyType(
    {
        ANDROID: (
            Visitor(model="pixel-9-android-16", serial="4A231FDAQ", more={"condition": "reset"}),
            Visitor(model="pixel-6-android-13", serial="1B081FDF6", more={"condition": "debugging"}),
            Visitor(model="samsung-galaxy-s24-android-15", serial="R5CX20D", more={"condition": "debugging"}),
            Visitor(model="xiaomi-13-android-14", serial="5e1f0c8", more={"condition": "used"}),
            Visitor(model="pixel-10-android-16", serial="5A110DLCH", more={"condition": "reset"}),
            Visitor(
                model="pixel-6-android-13",
                serial="1B081FDF7",
                more={"condition": "debugging", "misbehaviour": ["says_done_keeps_data"]},
            ),
            Visitor(model="samsung-galaxy-a52-android-13", serial="R58R30M", more={"condition": "signed_in"}),
            Visitor(
                model="pixel-6-android-13",
                serial="1B081FDF8",
                more={"condition": "debugging", "misbehaviour": ["sim_inserted"]},
            ),
            Visitor(model="pixel-3a-android-12", serial="94AAY0Q", more={"condition": "debugging"}),
        ),
        APPLE: (
            Visitor(model="iphone-13-ios-18", serial="F2LDEMO", more={"variation": ["no_crash_reports"]}),
            Visitor(model="iphone-se-ios-26", serial="F2MDEMO"),
            Visitor(model="iphone-13-ios-18", serial="F2NDEMO", more={"misbehaviour": ["activation_locked"]}),
            Visitor(model="iphone-se-ios-26", serial="F2PDEMO", more={"variation": ["trust_slow"]}),
            Visitor(model="iphone-13-ios-18", serial="F2QDEMO", more={"misbehaviour": ["erase_drops_link"]}),
        ),
    }
)


class Visitors:
    """Phones one after the other, no two with the same numbers."""

    def __init__(self, first: int = 1) -> None:
        """`first`: what the numbers begin at; another one each time the demo is started, so that none returns."""
        self._numbers = count(first)
        self._turn = dict.fromkeys(ROUND, 0)

    def next(self, kind: str) -> dict[str, Any]:
        """The keys of a phone in a scenario, but for port and name."""
        visitor = ROUND[kind][self._turn[kind] % len(ROUND[kind])]
        self._turn[kind] += 1
        number = next(self._numbers)
        found: dict[str, Any] = {
            "model": visitor.model,
            "serial": f"{visitor.serial}{number:05d}",
            "imeis": [imei(2 * number), imei(2 * number + 1)],
            "timing": dict(TIMING),
            **visitor.more,
        }
        return found | ({"ecid": 0x1A2B3C0000 + number} if kind == APPLE else {})


def imei(number: int) -> str:
    """A well-formed IMEI as no phone on sale has: they never begin with 00."""
    digits = f"0049990{number % 10_000_000:07d}"
    doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(digits)]
    return digits + str(-sum(value // 10 + value % 10 for value in doubled) % 10)
