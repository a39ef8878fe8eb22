# SPDX-License-Identifier: GPL-3.0-or-later
"""The maker's own page of parts, read by a person in the maker's four words.

An iPhone holds each part against what its maker wrote into it, and tells the answer on a page of its settings only
(Settings, General, About, Parts and Service History; iOS 15.2, "Used" and "Finish Repair" iOS 18): no cable reaches it
[support.apple.com 102658]. What a person reads there is a statement and no measurement: it proves nothing, and a good
word lifts no grade.
"""

from collections.abc import Iterable

from certs.editions.e2027_02.grading.questions import OperatorQuestion
from certs.editions.e2027_02.phones.evidence import Evidence

GENUINE, USED, UNKNOWN_PART, FINISH_REPAIR = "genuine", "used", "unknown_part", "finish_repair"
"""Genuine Apple Part; Used; Unknown Part; Finish Repair."""
NO_PAGE = "no_page"
"""No such page, or no such line on it: an iPhone without a repair, an older one, and a part that it never lists look
the same."""
NOT_ITS_OWN = frozenset({USED, UNKNOWN_PART, FINISH_REPAIR})
"""Words that say: this part came from elsewhere."""
ASKED: tuple[OperatorQuestion, ...] = tuple(
    OperatorQuestion(key=f"maker_{part}", choices=(GENUINE, USED, UNKNOWN_PART, FINISH_REPAIR, NO_PAGE))
    for part in ("battery", "display", "camera", "truedepth")
)
"""In the order of the page."""


def names_a_foreign_part(evidence: Iterable[Evidence]) -> bool:
    """Did a person, whenever, read of any part that it is not the one it was built with?"""
    names = {question.value_name for question in ASKED}
    return any(piece.values[name] in NOT_ITS_OWN for piece in evidence for name in names & piece.values.keys())
