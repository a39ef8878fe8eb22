# SPDX-License-Identifier: GPL-3.0-or-later
"""The maker's own page of parts on an iPhone: a person reads it before the erase, for afterwards nobody gets there.

No photo is taken of it: before the erase none is taken in of any screen (`station.checking.photos`).
"""

from collections.abc import Sequence

from grading.maker_page import ASKED
from grading.questions import OperatorQuestion
from phones.evidence import Evidence
from phones.port import Platform
from station.checking.act import CheckAct, Measurer, Profile, Scene

NAME = "maker_page"
_TAPS = 4
"""Settings, General, About, Parts and Service History."""


def read_page(scene: Scene) -> None:
    """One question a part that nobody has read yet, each answered by one key. Nothing answered keeps nothing."""
    answers = scene.operator.ask_together(
        {each.key: each.choices for each in _unread(scene.evidence)}, port=scene.phone.path, timeout_s=scene.person_s
    )
    if answers:
        kept = {each.value_name: answers[each.key] for each in ASKED if each.key in answers}
        scene.phone.keep_statement(f"check.{NAME}", kept, scene.moment)


def is_open(evidence: Sequence[Evidence]) -> bool:
    """Is there a part of which nobody has read the line?"""
    return bool(_unread(evidence))


def _unread(evidence: Sequence[Evidence]) -> list[OperatorQuestion]:
    return [each for each in ASKED if not any(each.value_name in piece.values for piece in evidence)]


MAKER_PAGE = CheckAct(
    name=NAME,
    measurer=Measurer.PERSON,
    platforms=(Platform.APPLE,),
    profiles=(Profile.FULL,),
    gives=tuple(each.value_name for each in ASKED),
    run=read_page,
    is_open=is_open,
    seconds=15,
    hand_acts=_TAPS + len(ASKED),
)
"""Seconds: four taps, four lines, four keys (unconfirmed: nobody has been timed)."""
