# SPDX-License-Identifier: GPL-3.0-or-later
"""A method with the memory card's overwriting before its own steps: the card first, then the phone.

While the phone is still its owner's, its shell reaches the card; after the last reset nobody's does. The method keeps
its name and all that it proves: a card never lifts what is said of the phone, and never stands in its way.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace

from phones.port import Sighting
from phones.problem import Problem, ProblemCode
from wipe.method import EraseMethod, Limits
from wipe.steps.card.steps import BEFORE_THE_PHONE, LOOK_AGAIN

REACHING = (
    "android_harness",
    "android_harness_overwrite",
    "android_guided",
    "android_rescue",
    "android_reopen",
    "android_reopen_overwrite",
)
"""Methods that begin with a shell on a phone that has started, which shows the card."""
OVERWRITE = "overwrite"
"""What `card_state` says of a card that will be overwritten."""
_LAST = "final_reset"


def with_card(method: EraseMethod) -> EraseMethod:
    """The method with the card's steps. Raises: ValueError for one that reaches no card."""
    if method.name not in REACHING:
        raise ValueError(method.name)
    steps = method.steps
    names = [step.name for step in steps]
    if _LAST in names:  # the phone is open to us until then
        place = names.index(_LAST)
        steps = (*steps[:place], LOOK_AGAIN, *steps[place:])

    def problems(values: Mapping[str, str], sighting: Sighting, limits: Limits) -> tuple[Problem, ...]:
        found = method.problems(values, sighting, limits)
        return tuple(problem for problem in found if not is_lifted(problem, values))

    return replace(method, steps=(*BEFORE_THE_PHONE, *steps), problems=problems, overwrites_card=True)


def is_lifted(problem: Problem, values: Mapping[str, str]) -> bool:
    """Does the card that is to be overwritten no longer stand in the way? One that Android has adopted still does."""
    return problem.code is ProblemCode.SD_CARD_PRESENT and values.get("media.sd") == "present"


def card_state(method: EraseMethod, values: Mapping[str, str]) -> str:
    """What can be done for the card that was wished for: overwrite, absent, adopted, out_of_reach."""
    told = values.get("media.sd", "")
    if told in ("absent", "adopted"):
        return told
    return OVERWRITE if told == "present" and method.name in REACHING else "out_of_reach"


def as_begun(method: EraseMethod, steps_begun: Collection[str]) -> EraseMethod:
    """The method as a job began it."""
    has_card = any(step.name in steps_begun for step in BEFORE_THE_PHONE)
    return with_card(method) if has_card and method.name in REACHING else method
