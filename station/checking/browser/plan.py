# SPDX-License-Identifier: GPL-3.0-or-later
"""Which checks the page has, what each of them tells, and what the page is told of this phone."""

import json
from collections.abc import Mapping
from types import MappingProxyType

from phones.port import Platform
from station.checking.act import Profile

CHECKS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "touch": (
            "touch_coverage_permille",
            "touch_gap_y_um",
            "touch_gap_x_um",
            "touch_gap_allowed_um",
            "touch_ghosts",
            "touch_fingers",
            "touch_rate_hz",
        ),
        "screen": ("screen_pixels_missing", "screen_burn_in", "screen_brightness_steps", "screen_colours"),
        "camera_front": tuple(f"camera_front_{what}" for what in ("edge_dpx", "focus", "hot_pixels", "dust", "light")),
        "camera_back": tuple(f"camera_back_{what}" for what in ("edge_dpx", "focus", "hot_pixels", "dust", "light")),
        "torch": ("torch_rise_permille",),
        "sound": ("sound_slots_right", "sound_slots", "sound_tone_db", "sound_processing"),
        "motion": ("motion_faces", "motion_worst_permille", "motion_turn_degrees"),
        "compass": ("compass_turn_degrees",),
        "vibration": ("vibration_rise_permille", "vibration_felt"),
        "nfc": ("nfc_tag",),
        "gnss": ("gnss_fix_ms",),
        "wifi": ("wifi_fetch", "wifi_kbit_s"),
        "charging": ("charging",),
    }
)
"""Check of the page → names of its values, without `browser.`."""

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
