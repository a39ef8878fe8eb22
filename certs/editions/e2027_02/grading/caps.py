# SPDX-License-Identifier: GPL-3.0-or-later
"""Which sentences say what capped a grade; whoever says them brings the sentences."""

from collections.abc import Callable
from typing import Protocol


class Say(Protocol):
    """The sentence for a key, with facts filled in. Raises: KeyError."""

    def __call__(self, key: str, **facts: object) -> str:
        """The sentence."""


def cap_sentence_of(code: str, say: Say, has: Callable[[str], bool]) -> str:
    """The sentence for a `capped_by` code: `cap.<code>`, or `<weight>.<check>.<outcome>`.

    Raises: KeyError for a code without a sentence.
    """
    weight, _, rest = code.partition(".")
    if rest and has(f"cap.{weight}"):
        check, _, outcome = rest.rpartition(".")
        return say(f"cap.{weight}", check=say(f"check.{check}"), outcome=say(f"outcome.{outcome}"))
    return say(f"cap.{code}")
