# SPDX-License-Identifier: GPL-3.0-or-later
"""The acts that are watched over the cable while a person acts, one row each.

Seconds: what a practised person needs in our own count of hand acts, half a second to two each (unconfirmed: nobody has
been timed).
"""

from phones.port import Platform
from station.checking.act import CheckAct, Measurer, Profile
from station.checking.watched import buttons, digitiser, headset, sensors
from station.checking.watched.log import watch_face_id, watch_ringer

_BOTH = (Platform.ANDROID, Platform.APPLE)
_ANDROID = (Platform.ANDROID,)
_APPLE = (Platform.APPLE,)
_ALL = (Profile.QUICK, Profile.FULL, Profile.KIOSK)
_FULL = (Profile.FULL,)

WATCHED: tuple[CheckAct, ...] = (
    CheckAct(
        name="buttons",
        measurer=Measurer.WATCHED,
        platforms=_BOTH,
        profiles=_ALL,
        gives=buttons.GIVES,
        run=buttons.watch_buttons,
        seconds=6,
        hand_acts=3,
    ),
    CheckAct(
        name="ringer",
        measurer=Measurer.WATCHED,
        platforms=_APPLE,
        profiles=_ALL,
        gives=("watched.ringer",),
        run=watch_ringer,
        seconds=4,
        hand_acts=2,
    ),
    CheckAct(
        name="proximity",
        measurer=Measurer.WATCHED,
        platforms=_BOTH,
        profiles=_FULL,
        gives=("watched.proximity",),
        run=sensors.watch_proximity,
        seconds=4,
        hand_acts=2,
    ),
    CheckAct(
        name="light",
        measurer=Measurer.WATCHED,
        platforms=_ANDROID,
        profiles=_FULL,
        gives=("watched.light_ratio_tenths",),
        run=sensors.watch_light,
        seconds=5,
        hand_acts=2,
    ),
    CheckAct(
        name="fingerprint",
        measurer=Measurer.WATCHED,
        platforms=_ANDROID,
        profiles=_FULL,
        gives=("watched.fingerprint",),
        run=sensors.watch_fingerprint,
        seconds=4,
        hand_acts=2,
    ),
    CheckAct(
        name="face_id",
        measurer=Measurer.WATCHED,
        platforms=_APPLE,
        profiles=_FULL,
        gives=("watched.face_id",),
        run=watch_face_id,
        seconds=5,
        hand_acts=2,
    ),
    CheckAct(
        name="headset",
        measurer=Measurer.WATCHED,
        platforms=_ANDROID,
        profiles=_FULL,
        gives=headset.GIVES,
        run=headset.watch_headset,
        seconds=5,
        hand_acts=2,
    ),
    CheckAct(
        name="digitiser",
        measurer=Measurer.WATCHED,
        platforms=_ANDROID,
        profiles=_FULL,
        gives=digitiser.GIVES,
        run=digitiser.watch_digitiser,
        seconds=30,
        hand_acts=31,
    ),
)
