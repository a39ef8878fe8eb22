# SPDX-License-Identifier: GPL-3.0-or-later
"""A paper's id: 80 random bits in Crockford's base 32, in groups people can read out: PW-XXXX-XXXX-XXXX-XXXX."""

import re

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_SHAPE = re.compile(r"PW(-[0-9A-HJKMNP-TV-Z]{4}){4}")
ID_BYTES = 10


def id_text(random: bytes) -> str:
    """The id of 10 bytes. Raises: ValueError for another length."""
    if len(random) != ID_BYTES:
        raise ValueError("an id has 10 bytes")
    number = int.from_bytes(random, "big")
    letters = "".join(_ALPHABET[number >> shift & 31] for shift in range(75, -1, -5))
    return "PW-" + "-".join(letters[start : start + 4] for start in range(0, 16, 4))


def id_bytes(text: str) -> bytes:
    """The 10 bytes of an id. Raises: ValueError for another shape."""
    if not _SHAPE.fullmatch(text):
        raise ValueError("not an id")
    number = 0
    for letter in text[2:].replace("-", ""):
        number = number << 5 | _ALPHABET.index(letter)
    return number.to_bytes(ID_BYTES, "big")
