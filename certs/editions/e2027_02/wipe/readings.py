# SPDX-License-Identifier: GPL-3.0-or-later
"""Kept evidence as the rules read it: answered pieces only, in order of their numbers."""

import math
from collections.abc import Iterable

from certs.editions.e2027_02.phones.allowed import MALFORMED
from certs.editions.e2027_02.phones.evidence import Evidence, Moment, Outcome
from phones.frozen import dataclass
from certs.editions.e2027_02.wipe.operators import LOOKS_BACK, OPERATORS
from certs.editions.e2027_02.wipe.rules import Guard, Test

UNTOLD = "unknown"
"""The word of every reader for a question that was answered without an answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One text from one piece of evidence; `holds` is what the operator says of it."""

    number: int
    text: str
    holds: bool | None


class Readings:
    """The evidence of one job. Malformed values were seen, but say nothing."""

    def __init__(self, evidence: Iterable[Evidence]) -> None:
        every = tuple(evidence)
        answered = [piece for piece in every if piece.outcome is Outcome.ANSWERED]
        self._pieces = sorted(answered, key=lambda piece: piece.number)
        begun = [piece.number for piece in every if piece.moment is not Moment.BEFORE]
        self._begun: float = min(begun, default=math.inf)

    def pieces(self, moment: Moment) -> tuple[Evidence, ...]:
        """Answered pieces of one moment."""
        return tuple(piece for piece in self._pieces if piece.moment is moment)

    def at(self, test: Test) -> tuple[Reading, ...]:
        """Every reading the test is about, in order, each with its answer."""
        pieces = [
            piece
            for piece in self._pieces
            if piece.moment in test.moments
            and (not test.asked or piece.asked == test.asked)
            and (not test.link or piece.link == test.link)
        ]
        operator, others = OPERATORS[test.operator], self._others(test)
        if test.operator == "answered":
            return tuple(Reading(number=piece.number, text="", holds=True) for piece in pieces)
        return tuple(
            Reading(
                number=piece.number,
                text=piece.values[test.value],
                holds=None
                if piece.values[test.value] == MALFORMED
                else operator(piece.values[test.value], test.argument, others),
            )
            for piece in pieces
            if test.value in piece.values
        )

    def counted(self, test: Test) -> tuple[Reading, ...]:
        """The readings that count at any time: each that was made since the erase began, and of those before it the
        last that told anything. What an owner lifted before the erase is past; what was read later cannot be unread.
        """
        found = self.at(test)
        told = [each for each in found if each.number < self._begun and each.text not in (UNTOLD, MALFORMED)]
        return (*told[-1:], *(each for each in found if each.number >= self._begun))

    def holds(self, test: Test) -> bool:
        """Does the last reading hold, or, at any time, one that counts? False when there is none."""
        if test.any_time:
            return any(reading.holds is True for reading in self.counted(test))
        found = self.at(test)
        return bool(found) and found[-1].holds is True

    def guarded(self, guard: Guard) -> bool:
        """Was the value read at that moment, and was every reading the guard's text?"""
        texts = self._texts((guard.moment,), guard.value)
        return bool(texts) and all(text == guard.equals for text in texts)

    def _others(self, test: Test) -> tuple[str, ...]:
        if test.operator in LOOKS_BACK:
            return self._texts((Moment.BEFORE,), test.than or test.value)
        return self._texts(test.moments, test.than) if test.than else ()

    def _texts(self, moments: tuple[Moment, ...], name: str) -> tuple[str, ...]:
        return tuple(
            piece.values[name]
            for piece in self._pieces
            if piece.moment in moments and name in piece.values and piece.values[name] != MALFORMED
        )
