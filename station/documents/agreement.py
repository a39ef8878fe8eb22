# SPDX-License-Identifier: GPL-3.0-or-later
"""Two looks at one phone, held together."""

from dataclasses import dataclass
from typing import ClassVar

from station.documents.document import Document


@dataclass(frozen=True, kw_only=True)
class QuestionCompared:
    """One question. `agree` is null where only one of them answered."""

    question: str
    one: str | None
    other: str | None
    agree: bool | None


@dataclass(frozen=True, kw_only=True)
class AnswersCompared(Document):
    """`grade compare`: what two people say of one phone, and the grade that each of their records has by one scheme."""

    NAME: ClassVar[str] = "agreement"

    scheme: str
    same: str
    grades: tuple[str | None, ...]
    answered_by_both: int
    agreeing: int
    kappa_permille: int | None
    questions: tuple[QuestionCompared, ...]
