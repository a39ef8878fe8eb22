# SPDX-License-Identifier: GPL-3.0-or-later
"""Why something is so: a code that stays, and the sentence and next step of it in the language in use."""

import difflib
from dataclasses import dataclass
from typing import Self

from phones.errors import ProofwipeError
from phones.problem import Problem
from phones.words import catalogue, has
from station.documents.document import known
from station.text.language import current, text

REASONS = (
    "reason.{code}",
    "problem.{code}.reason",
    "error.{code}.reason",
    "verify.{code}",
    "cap.{code}",
    "withdrawal.{code}",
    "choice.{code}",
)
_MOST_NEAR = 5
NEXT_STEPS = ("next.{code}", "problem.{code}.next", "error.{code}.hint")


@dataclass(frozen=True, kw_only=True)
class Reason:
    """Why something is not as it should be. The code is stable; the sentences are for people and may be reworded."""

    code: str
    sentence: str | None
    next_step: str | None

    @classmethod
    def of_code(cls, code: str) -> Self:
        """From the ledger or a paper, where only the code is kept; one of a later version has no sentence here."""
        return cls(code=code, sentence=_said(REASONS, code), next_step=_said(NEXT_STEPS, code))

    @classmethod
    def of_problem(cls, problem: Problem) -> Self:
        """What stands in the way of an erase."""
        return cls(
            code=problem.code.value, sentence=problem.reason(current()), next_step=known(problem.next_step(current()))
        )

    @classmethod
    def of_error(cls, error: ProofwipeError) -> Self:
        """What the work goes on without, or ended by."""
        return cls(code=error.code, sentence=error.reason(current()), next_step=known(error.hint(current())))


def codes_like(code: str) -> tuple[str, ...]:
    """Codes that have a sentence here and are spelt nearly so, the nearest first."""
    ends = [place.partition("{code}")[::2] for place in REASONS]
    known_codes = {
        key.removeprefix(before).removesuffix(after)
        for key in catalogue()
        for before, after in ends
        if key.startswith(before) and key.endswith(after)
    }
    return tuple(difflib.get_close_matches(code.lower(), sorted(known_codes), n=_MOST_NEAR))


def _said(places: tuple[str, ...], code: str) -> str | None:
    for place in places:
        key = place.format(code=code)
        if code and has(key):
            return text(key)
    return None
