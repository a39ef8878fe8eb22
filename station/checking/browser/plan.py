# SPDX-License-Identifier: GPL-3.0-or-later
"""Which checks the page has, what each of them tells, and what the page is told of this phone."""

import json
from collections.abc import Mapping
from types import MappingProxyType

from phones.port import Platform
from station.checking.act import Profile
from station.checking.browser.page_files import page_files


def _read() -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    found: dict[str, dict[str, list[str]]] = json.loads(page_files()["values.json"].body)
    return MappingProxyType(
        {
            check: MappingProxyType({name: tuple(signs) for name, signs in values.items()})
            for check, values in found.items()
        }
    )


CHECKS: Mapping[str, Mapping[str, tuple[str, ...]]] = _read()
"""Check of the page → its values, without `browser.` → signs by which the page says that it was not measured."""

_NOT_IN_SAFARI = ("torch", "vibration", "nfc", "charging", "compass")
"""A page on an iPhone has no means for them [read: MDN's browser table, first versions]: not part of its plan."""
_QUICK = ("touch", "screen", "camera_front", "camera_back", "sound")


def checks_of(platform: Platform, profile: Profile = Profile.FULL) -> tuple[str, ...]:
    """The checks that a page on such a phone does, in order."""
    able = (name for name in CHECKS if platform is Platform.ANDROID or name not in _NOT_IN_SAFARI)
    return tuple(name for name in able if profile is not Profile.QUICK or name in _QUICK)


_FACTS: Mapping[str, str] = MappingProxyType(
    {"touch_fingers": "display.touch_fingers", "width_px": "display.width_px", "height_px": "display.height_px"}
)


def plan_of(
    checks: tuple[str, ...], *, language: str, code: str, nonce: str, platform: Platform, known: Mapping[str, str]
) -> bytes:
    """What `GET plan` answers: JSON. Of `known` only numbers of the screen go out, no number of the phone."""
    facts = {name: int(known[value]) for name, value in _FACTS.items() if known.get(value, "").isdecimal()}
    document = {
        "checks": list(checks),
        "code": code,
        "facts": facts,
        "language": "zh" if language == "zh" else "en",
        "limits": {},
        "nonce": nonce,
        "platform": platform.value,
    }
    return json.dumps(document, ensure_ascii=True, sort_keys=True).encode()
