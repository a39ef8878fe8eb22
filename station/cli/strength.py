# SPDX-License-Identifier: GPL-3.0-or-later
"""Is a new passphrase good enough for keys that may be stolen as files, to be guessed at elsewhere?

Not how long an attacker would need, which nobody knows: only that it is none of what is tried first. Every guess costs
half a second of scrypt, so that twelve characters nobody else would choose are enough.
"""

import unicodedata
from collections.abc import Collection
from itertools import pairwise

LEAST = 12
"""Characters, or half as many Chinese ones, of which there are thousands to choose from."""
FEWEST_DIFFERENT = 5
LONGEST_LOOKED_AT = 256
KNOWN = (
    "passphrase",
    "password",
    "passwort",
    "proofwipe",
    "qwertyuiop",
    "qwertzuiop",
    "asdfghjkl",
    "qwerty",
    "letmein",
    "admin",
    "welcome",
    "iloveyou",
    "12345",
    "11111",
    "00000",
    "口令",
    "密码",
)
"""Each counts as one character, wherever it stands."""


def weakness(passphrase: str, also_known: Collection[str] = ()) -> str | None:
    """Why it is not good enough: "short", "few" (different characters), "row" (like abcdef, or one piece repeated) or
    "known" (not much beside well-known words); None when nothing speaks against it. `also_known`: names that anybody
    would try at this station.
    """
    looked_at = passphrase[:LONGEST_LOOKED_AT]
    if _length(looked_at) < LEAST:
        return "short"
    if len(set(looked_at)) < FEWEST_DIFFERENT and not _is_wide(looked_at):
        return "few"
    if _is_row(looked_at):
        return "row"
    rest = looked_at.casefold()
    for known in sorted({*KNOWN, *(each.casefold().strip() for each in also_known)}, key=len, reverse=True):
        if known:
            rest = rest.replace(known, "\0")
    return "known" if _length(rest) < LEAST else None


def _length(text: str) -> int:
    return sum(2 if _is_wide(letter) else 1 for letter in text)


def _is_wide(text: str) -> bool:
    return all(unicodedata.east_asian_width(letter) in "WF" for letter in text)


def _is_row(text: str) -> bool:
    """Like abcdefghijkl or 2468…, or the same few characters over and over."""
    steps = {ord(after) - ord(before) for before, after in pairwise(text)}
    repeated = any(text == (text[:size] * len(text))[: len(text)] for size in range(1, min(LEAST, len(text)) // 2 + 1))
    return len(steps) <= 2 or repeated
