# SPDX-License-Identifier: GPL-3.0-or-later
"""Do two people who looked at one phone say the same of it? Question by question, and beyond chance where that can be
said.
"""

from collections import Counter
from collections.abc import Mapping, Sequence

from grading.checks import CLAIMING_LINK, NOT_LOOKED
from phones.allowed import MALFORMED
from phones.evidence import Evidence, Outcome
from phones.frozen import dataclass

ANSWER = "statement."
LEAST_ANSWERED = 10
"""So many questions both must have answered before agreement beyond chance says anything of one phone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One question. `agree`: None where only one of them answered it."""

    question: str
    one: str
    other: str
    agree: bool | None


def answers_of(evidence: Sequence[Evidence]) -> Mapping[str, str]:
    """Question → the newest answer of a person; one who did not look has said nothing."""
    found: dict[str, str] = {}
    for piece in evidence:
        if piece.outcome is Outcome.ANSWERED and piece.link != CLAIMING_LINK:
            found |= {
                name.removeprefix(ANSWER): text
                for name, text in piece.values.items()
                if name.startswith(ANSWER) and text not in (NOT_LOOKED, MALFORMED, "")
            }
    return found


def compared(one: Mapping[str, str], other: Mapping[str, str]) -> tuple[Compared, ...]:
    """Every question that either answered, by name."""
    return tuple(
        Compared(
            question=name,
            one=one.get(name, ""),
            other=other.get(name, ""),
            agree=one[name] == other[name] if name in one and name in other else None,
        )
        for name in sorted(one.keys() | other.keys())
    )


def kappa_permille(rows: Sequence[Compared]) -> int | None:
    """Cohen's kappa over the questions that both answered, in thousandths; None where it would mean nothing.

    (p_o - p_e) / (1 - p_e), p_e from how often each of them gave each answer. With few questions, or where both said
    one and the same to all, chance cannot be told from skill.
    """
    both = [row for row in rows if row.agree is not None]
    if len(both) < LEAST_ANSWERED:
        return None
    ones, others = Counter(row.one for row in both), Counter(row.other for row in both)
    by_chance = sum(ones[answer] * others[answer] for answer in ones)  # of len(both) squared
    whole = len(both) ** 2
    if by_chance == whole:
        return None
    agreeing = sum(bool(row.agree) for row in both) * len(both)
    return round(1000 * (agreeing - by_chance) / (whole - by_chance))
