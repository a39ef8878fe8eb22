# SPDX-License-Identifier: GPL-3.0-or-later
"""Which part of a line is Chinese and which English, so that a screen reader speaks each in its own tongue."""

import re
from functools import lru_cache

FIRST_CHINESE = "\u2e80"  # a letter of ours from here on is Chinese, or a sign of Chinese width
_LATIN = re.compile(r"[A-Za-z]{2}")
_UP_TO_LATIN = re.compile(r"[^A-Za-z]*\s")


@lru_cache(maxsize=4096)
def runs(text: str) -> tuple[tuple[str, str], ...]:
    """The line in one or two pieces, each with "zh" or "en". The paper itself is in Chinese; English is marked."""
    last = _last_chinese(text, len(text))
    if last < 0:
        return (("en" if _LATIN.search(text) else "zh", text),)
    chinese = _UP_TO_LATIN.match(text, last + 1)
    if chinese is None and text[last].isspace():  # the wide space is a Chinese sign and a space in one
        before = _last_chinese(text, last)
        chinese = _UP_TO_LATIN.fullmatch(text, before + 1, last + 1) if before >= 0 else None
    if chinese is not None and _LATIN.search(text, chinese.end()):
        return (("zh", text[: chinese.end()]), ("en", text[chinese.end() :]))
    return (("zh", text),)


def _last_chinese(text: str, end: int) -> int:
    if text.isascii():
        return -1
    return next((at for at in range(end - 1, -1, -1) if text[at] >= FIRST_CHINESE), -1)
