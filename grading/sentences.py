# SPDX-License-Identifier: GPL-3.0-or-later
"""Says in words what capped a grade."""

from functools import partial

from grading.caps import cap_sentence_of
from phones.words import has, say


def cap_sentence(code: str, language: str) -> str:
    """The sentence for a `capped_by` code. Raises: KeyError for a code this version does not know."""
    return cap_sentence_of(code, partial(say, language=language), has)
