# SPDX-License-Identifier: GPL-3.0-or-later
"""Says in words what capped a grade."""

from phones.words import keys, say


def cap_sentence(code: str, language: str) -> str:
    """The sentence for a `capped_by` code: `cap.<code>`, or `<weight>.<check>.<outcome>`.

    Raises: KeyError for a code this version does not know.
    """
    weight, _, rest = code.partition(".")
    if rest and f"cap.{weight}" in keys("cap."):
        check, _, outcome = rest.rpartition(".")
        return say(
            f"cap.{weight}",
            language,
            check=say(f"check.{check}", language),
            outcome=say(f"outcome.{outcome}", language),
        )
    return say(f"cap.{code}", language)
