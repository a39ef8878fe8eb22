# SPDX-License-Identifier: GPL-3.0-or-later
"""What a phone names of its parts, read silently before the erase and again once it is erased.

The numbers are kept as commitments with the job's salt: enough to say that the same parts answered, or others, now or
with a paper in hand. The battery's number in a trade-in status is kept with that status.
"""

from phones.android.parts import parts_question
from phones.apple.silent import parts_question as parts_of_an_iphone
from phones.evidence import Moment
from phones.identifiers import PARTS
from phones.link import Question
from phones.modes import APPLE_TIMEOUT_S, SHELL_TIMEOUT_S
from phones.port import Platform
from phones.same_parts import BLANK
from station.checking.act import CheckAct, Measurer, Profile, Scene

_GIVES = (
    *(each.value for each in PARTS),
    BLANK,
    "parts.sensor_makers",
    "parts.camera_ids",
    "parts.panel_name",
    "parts.panel_maker",
)


def question_of_parts(platform: Platform, marker: str, *, name: str) -> Question:
    """What such a phone is asked of its parts. Reads only."""
    if platform is Platform.ANDROID:
        return parts_question(marker, name=name, timeout_s=SHELL_TIMEOUT_S)
    return parts_of_an_iphone(name=name, timeout_s=APPLE_TIMEOUT_S)


def _read(name: str, scene: Scene) -> None:
    scene.phone.ask(question_of_parts(scene.platform, scene.draw(), name=name), scene.moment)


def _act(name: str, moment: Moment, *platforms: Platform) -> CheckAct:
    return CheckAct(
        name=name,
        measurer=Measurer.CABLE,
        platforms=platforms,
        profiles=tuple(Profile),
        gives=_GIVES,
        run=lambda scene: _read(f"check.{name}", scene),
        moment=moment,
    )


PARTS_ACT = _act("parts", Moment.BEFORE, Platform.ANDROID)  # an iPhone's are among its silent checks
PARTS_AGAIN_ACT = _act("parts_again", Moment.FINAL, Platform.ANDROID, Platform.APPLE)
