# SPDX-License-Identifier: GPL-3.0-or-later
"""Acts of checking one after the other: what is done is not done again, what is skipped stays untested."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from types import MappingProxyType

from phones.evidence import Evidence, Outcome
from phones.port import Presence, Sighting
from phones.signs import NOT_MEASURED, SKIPPED
from station.checking.act import CheckAct, Measurer, Scene
from station.checking.browser.earlier import is_nobodys
from station.checking.browser.ends import NAME

ASKED = "check."
"""Evidence of an act is asked for under this and its name."""
FAULT = ".fault"
"""Behind that: what was heard of a fault before somebody skipped the act."""
_PAGE = "host.page"
PATIENCE_S: Mapping[Measurer, float] = MappingProxyType(
    {Measurer.CABLE: 120.0, Measurer.WATCHED: 90.0, Measurer.BROWSER: 600.0, Measurer.PERSON: 300.0}
)
"""So long one act waits for a person at most: an erase is not held up for hours by what nobody does."""
CAN_BE_CHECKED = frozenset({Presence.ADB_DEVICE, Presence.APPLE})
"""Everywhere else a phone has no shell and no services that could tell of its parts."""


class Hanging(Enum):
    """Who hangs on the port once acts have run."""

    SAME = "same"  # or nobody, or who does not say
    ANOTHER = "another"  # of which nothing was asked
    PERHAPS_ASKED = "perhaps_asked"  # another, and the act that had just run asks the phone


@dataclass(frozen=True, slots=True, kw_only=True)
class Skips:
    """`skipped`: how many acts a person has skipped so far; `rest_skipped`: nobody does any further one."""

    skipped: Callable[[], int] = lambda: 0
    rest_skipped: Callable[[], bool] = lambda: False


def done(evidence: Iterable[Evidence]) -> frozenset[str]:
    """Names of acts that the phone, or a person, has answered already; not those that were skipped."""
    return frozenset(_name(piece) for piece in evidence if _is_of_an_act(piece) and not _is_skipped(piece))


def whole(acts: Iterable[CheckAct], evidence: Sequence[Evidence]) -> frozenset[str]:
    """Names of those of these acts of which nothing is left to be asked."""
    did = done(evidence)
    return frozenset(act.name for act in acts if act.name in did and not act.is_open(evidence))


def skipped(evidence: Iterable[Evidence]) -> frozenset[str]:
    """Names of acts that a person has skipped."""
    return frozenset(_name(piece) for piece in evidence if _is_of_an_act(piece) and _is_skipped(piece))


def _name(piece: Evidence) -> str:
    return piece.asked.removeprefix(ASKED)


def _is_of_an_act(piece: Evidence) -> bool:
    return piece.asked.startswith(ASKED) and piece.outcome is Outcome.ANSWERED


def _is_skipped(piece: Evidence) -> bool:
    """Does it say so of any of its values, or of the phone's page?"""
    return any(text == SKIPPED for name, text in piece.values.items() if name.startswith((NOT_MEASURED, _PAGE)))


def stuck(evidence: Sequence[Evidence]) -> tuple[str, ...]:
    """Names of acts of which something stays whatever a further try shows, in order: a fault that was heard before
    somebody skipped, a page of which nobody knows who measured in it.
    """
    of_faults = (_name(piece).removesuffix(FAULT) for piece in evidence if _is_fault(piece))
    return tuple(dict.fromkeys((*of_faults, *((NAME,) if is_nobodys(evidence) else ()))))


def _is_fault(piece: Evidence) -> bool:
    return piece.asked.startswith(ASKED) and piece.asked.endswith(FAULT)


def run_acts(
    acts: Sequence[CheckAct], scene: Scene, *, but: Collection[str] = (), skips: Skips, meant: str = ""
) -> Hanging:
    """Every act that is not among `but`, in order. A phone that left or cannot be asked now is not asked: what only it
    could tell stays untested. Nothing further is done once another phone hangs on the port than the one
    with the USB serial number `meant`, or, where that is not known, than the first that shows one: what one phone tells
    may not count for another.

    Raises: BenchError.
    """
    for act in acts:
        if act.name in but:
            continue
        if scene.is_over() or skips.rest_skipped():
            break
        now = scene.phone.peek()
        meant = meant or now.usb_serial
        if _is_another(now, meant):
            return Hanging.ANOTHER
        if act.measurer is not Measurer.PERSON and now.presence not in CAN_BE_CHECKED:
            continue
        before = skips.skipped()

        def is_over(before: int = before) -> bool:
            return scene.is_over() or skips.rest_skipped() or skips.skipped() > before

        scene.tell(act.name)
        act.run(replace(scene, is_over=is_over, person_s=min(scene.person_s, PATIENCE_S[act.measurer])))
        if _is_another(scene.phone.peek(), meant):
            return Hanging.ANOTHER if act.measurer is Measurer.PERSON else Hanging.PERHAPS_ASKED
    return Hanging.ANOTHER if _is_another(scene.phone.peek(), meant) else Hanging.SAME


def _is_another(now: Sighting, meant: str) -> bool:
    """Do both say who they are, and not the same?"""
    return bool(now.usb_serial and meant) and now.usb_serial != meant
