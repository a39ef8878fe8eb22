# SPDX-License-Identifier: GPL-3.0-or-later
"""Every act of checking, in the order in which a bench does them: the cable first, then hands, the phone's own page,
eyes.

A further act is one row here, its module beside this one, its values in `phones.allowed`, and rows of a grading scheme.
"""

from collections.abc import Mapping
from types import MappingProxyType

from phones.evidence import Moment
from phones.port import Platform
from station.checking.act import CheckAct, Profile
from station.checking.battery_load import BATTERY_LOAD
from station.checking.browser.act import BROWSER_ANDROID
from station.checking.browser.page_host import BROWSER_APPLE
from station.checking.eyes import EYES
from station.checking.flow import PATIENCE_S
from station.checking.maker_page import MAKER_PAGE
from station.checking.parts import PARTS_ACT, PARTS_AGAIN_ACT
from station.checking.photos.act import PHOTOS
from station.checking.silent_android import SILENT_ANDROID_ACT, SPEED_ANDROID_ACT
from station.checking.silent_apple import SILENT_APPLE_ACT
from station.checking.watched.table import WATCHED

ACTS: tuple[CheckAct, ...] = (
    SILENT_ANDROID_ACT,
    SPEED_ANDROID_ACT,
    SILENT_APPLE_ACT,
    PARTS_ACT,
    BATTERY_LOAD,
    *WATCHED,
    BROWSER_ANDROID,
    BROWSER_APPLE,
    PARTS_AGAIN_ACT,
    MAKER_PAGE,
    EYES,
    PHOTOS,
)


_PATIENCE_S: Mapping[str, float] = MappingProxyType({act.name: PATIENCE_S[act.measurer] for act in ACTS})


def patience_s(name: str, person_s: float) -> float:
    """How long the act of that name waits for a person at most, who has `person_s` for anything; seconds."""
    return min(person_s, _PATIENCE_S.get(name, person_s))


def acts_of(
    profile: Profile,
    platform: Platform,
    moment: Moment,
    *,
    only: frozenset[str] = frozenset(),
    table: tuple[CheckAct, ...] = ACTS,
) -> tuple[CheckAct, ...]:
    """What a profile does with such a phone at that moment; `only`: no others than these, whatever the profile."""
    return tuple(
        act
        for act in table
        if platform in act.platforms
        and act.moment is moment
        and (act.name in only if only else profile in act.profiles)
    )
