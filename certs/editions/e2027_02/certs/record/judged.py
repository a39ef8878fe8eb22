# SPDX-License-Identifier: GPL-3.0-or-later
"""The verdict on a job's evidence, computed once for those who ask one after the other: the worker, then the draft."""

from functools import lru_cache

from certs.record.canonical import canonical_bytes
from certs.editions.e2027_02.phones.evidence import Evidence
from certs.editions.e2027_02.wipe import rules
from certs.editions.e2027_02.wipe.judge import judge
from certs.editions.e2027_02.wipe.report import EraseReport


class _Question:
    """Evidence, method and rule file; the same question is one with the same bytes."""

    __slots__ = ("_asked", "evidence", "method", "rule_file")

    def __init__(self, evidence: tuple[Evidence, ...], method: str, rule_file: rules.Rules) -> None:
        self.evidence, self.method, self.rule_file = evidence, method, rule_file
        pieces = [piece.to_json() for piece in evidence]
        self._asked = canonical_bytes({"evidence": pieces, "method": method, "rules": rule_file.sha256})

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Question) and self._asked == other._asked

    def __hash__(self) -> int:
        return hash(self._asked)


def report_on(evidence: tuple[Evidence, ...], method: str) -> EraseReport:
    """What the newest rule file says of it. Raises: RulesError."""
    return _answer(_Question(evidence, method, rules.load()))


@lru_cache(maxsize=64)  # more than one bench has ports
def _answer(question: _Question) -> EraseReport:
    return judge(question.evidence, method=question.method, rules=question.rule_file)
