# SPDX-License-Identifier: GPL-3.0-or-later
"""The three answers a check may give, and where an answer comes from."""

from collections.abc import Iterable
from enum import StrEnum


class Verdict(StrEnum):
    """Never a bool, never None: *could not look* has a word of its own."""

    PASSED = "passed"
    FAILED = "failed"
    INDETERMINATE = "indeterminate"


class Source(StrEnum):
    """Where an answer comes from: the phone, a rule, a person, nobody."""

    OBSERVED = "observed"
    INFERRED = "inferred"
    STATED = "stated"
    NOT_CHECKED = "not_checked"


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """The worst of several verdicts; the worst of none is INDETERMINATE, because nobody looked."""
    found = set(verdicts)
    if Verdict.FAILED in found:
        return Verdict.FAILED
    if found == {Verdict.PASSED}:
        return Verdict.PASSED
    return Verdict.INDETERMINATE
