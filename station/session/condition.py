# SPDX-License-Identifier: GPL-3.0-or-later
"""The condition of one phone as a person states it: every question on one sheet, none answered by accident.

Three states for each question, never two: answered, said to be not looked at, and still open.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from grading.questions import QUESTIONS

FINE: Mapping[str, str] = MappingProxyType(
    {
        each.key: each.choices[0]
        for each in QUESTIONS
        if each.key != "parts"  # nobody sees at a glance that parts are original: that is said, not assumed
    }
)
KEYS = frozenset(each.key for each in QUESTIONS)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionSheet:
    """`answers`: question key → choice. `not_looked`: keys a person said that they did not look at."""

    answers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    not_looked: frozenset[str] = frozenset()

    @property
    def open(self) -> tuple[str, ...]:
        """Keys that nothing was said about, in the order of the sheet."""
        return tuple(each.key for each in QUESTIONS if each.key not in self.answers and each.key not in self.not_looked)

    def said(self, key: str, choice: str | None) -> "ConditionSheet":
        """The sheet with one answer, or with the word that nobody looked (None)."""
        others = {name: given for name, given in self.answers.items() if name != key}
        if choice is None:
            return ConditionSheet(answers=MappingProxyType(others), not_looked=self.not_looked | {key})
        return ConditionSheet(answers=MappingProxyType({**others, key: choice}), not_looked=self.not_looked - {key})

    def rest_fine(self, *, but: frozenset[str] = frozenset()) -> "ConditionSheet":
        """All that is open and can be seen at a glance is fine; what was said stays as it was said."""
        fine = {key: FINE[key] for key in self.open if key in FINE and key not in but}
        return ConditionSheet(answers=MappingProxyType({**self.answers, **fine}), not_looked=self.not_looked)

    def rest_not_looked(self, *, but: frozenset[str] = frozenset()) -> "ConditionSheet":
        """Nobody looked at what is open."""
        return ConditionSheet(answers=self.answers, not_looked=self.not_looked | (set(self.open) - but))
