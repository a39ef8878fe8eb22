# SPDX-License-Identifier: GPL-3.0-or-later
"""Is what hangs on the port still the phone that the job began with?"""

from phones.evidence import Moment, Outcome
from phones.identity import compare_all
from phones.witness import Answer
from wipe.method import StepContext, StepFailed


def require_same_phone(context: StepContext, answer: Answer) -> None:
    """Nothing more is done to, or asked of a person about, another phone than the job began with.

    Raises: StepFailed another_phone when an identifier differs from what was read before.
    """
    before = [
        piece.values
        for piece in context.evidence
        if piece.moment is Moment.BEFORE and piece.outcome is Outcome.ANSWERED
    ]
    if compare_all(before, [answer.evidence.values]).differing:
        raise StepFailed("another_phone")
