# SPDX-License-Identifier: GPL-3.0-or-later
"""Eyes with a ruler: a person is asked what they measure on each face; what they did not look at stays untested."""

from collections.abc import Iterable, Mapping, Sequence

from grading.eyes import ASKED, UNSEEN, Asked, measured_faces, worst_answers
from phones.evidence import Evidence, Moment
from phones.port import Platform
from station.checking.act import CheckAct, Measurer, Profile, Scene


def look(scene: Scene) -> None:
    """First whether there is a mark on each face and what the body shows, then how bad the marks are; a face without a
    mark is asked nothing more, and nobody what the evidence has an answer to. Nothing answered keeps nothing.
    """
    until = scene.clock.monotonic() + scene.person_s
    earlier = _answered(scene.evidence)
    answers = dict(_ask(scene, [each for each in _unanswered(earlier) if not each.needs], until))
    marked = [each for each in _unanswered({**earlier, **answers}) if each.needs]
    if marked and not scene.is_over():
        answers |= _ask(scene, marked, until)
    if answers:
        kept = {each.question.value_name: answers[each.key] for each in ASKED if each.key in answers}
        scene.phone.keep_statement("check.eyes", kept, scene.moment)


def is_open(evidence: Sequence[Evidence]) -> bool:
    """Is there a question that nobody has answered, and that has to be asked?"""
    return bool(_unanswered(_answered(evidence)))


def _answered(evidence: Iterable[Evidence]) -> Mapping[str, str]:
    """Key of a question → its answer; of a face the worst that was given."""
    kept = tuple(evidence)
    told = {each.key: each.question.value_name for each in ASKED}
    given = {key: piece.values[name] for piece in kept for key, name in told.items() if name in piece.values}
    return {**given, **worst_answers(kept)}


def _unanswered(answers: Mapping[str, str]) -> list[Asked]:
    """What is left to ask: how bad a mark is only where there is one."""
    return [
        each
        for each in ASKED
        if each.key not in answers and (not each.needs or answers.get(each.needs, UNSEEN) != UNSEEN)
    ]


def settled(evidence: Iterable[Evidence]) -> frozenset[str]:
    """Questions of the sheet that nobody need be asked after that: their measured counterparts were answered."""
    kept = tuple(evidence)
    letters = {"cosmetic_front", "cosmetic_back", "cosmetic_frame"} if measured_faces(kept) else set()
    lifting = any("statement.eyes_lifting" in piece.values for piece in kept)
    return frozenset(letters | ({"battery_swollen"} if lifting else set()))


def _ask(scene: Scene, asked: list[Asked], until: float) -> Mapping[str, str]:
    left_s = until - scene.clock.monotonic()
    if left_s <= 0 or not asked:
        return {}
    return scene.operator.ask_together(
        {each.key: each.choices for each in asked}, port=scene.phone.path, timeout_s=left_s
    )


EYES = CheckAct(
    name="eyes",
    measurer=Measurer.PERSON,
    platforms=(Platform.ANDROID, Platform.APPLE),
    profiles=(Profile.QUICK, Profile.FULL),
    gives=tuple(each.question.value_name for each in ASKED),
    run=look,
    is_open=is_open,
    seconds=30,
    hand_acts=sum(1 for each in ASKED if not each.needs),
    moment=Moment.BEFORE,
)
"""Seconds and acts of a phone without marks, one key an answer; a marked face has two or three answers more."""
