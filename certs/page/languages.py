# SPDX-License-Identifier: GPL-3.0-or-later
"""Which part of a line is Chinese and which English, so that a screen reader speaks each in its own tongue."""

import re
from functools import lru_cache

_CHINESE = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]")
_LATIN = re.compile(r"[A-Za-z]{2}")
_BOTH = re.compile(r"(.*[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef][^A-Za-z]*\s)([^\u2e80-\u9fff\uf900-\uffef]*)")


@lru_cache(maxsize=4096)
def runs(text: str) -> tuple[tuple[str, str], ...]:
    """The line in one or two pieces, each with "zh" or "en". The paper itself is in Chinese; English is marked."""
    if not _CHINESE.search(text):
        return (("en" if _LATIN.search(text) else "zh", text),)
    both = _BOTH.fullmatch(text)
    if both is not None and _LATIN.search(both[2]):
        return (("zh", both[1]), ("en", both[2]))
    return (("zh", text),)
