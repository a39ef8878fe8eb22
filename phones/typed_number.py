# SPDX-License-Identifier: GPL-3.0-or-later
"""A number of a phone as a person types, pastes or scans it: the whole text is the number, or it is none.

Digits that stand somewhere in another text are not taken out of it: two numbers pasted at once, or an IMEI with its
software version behind it, would name a phone that nobody meant. `offline_page/src/numbers.js` has the same rule.
"""

import re
import unicodedata

from phones.cleaning import spelled_serial
from phones.identifiers import SHAPES, Shape, normalise
from phones.imei import luhn_holds

IMEI_DIGITS = 15
SHORTEST_SERIAL = 8
LONGEST = 64
_SEPARATORS = {"Zs": " ", "Pd": "-"}
"""What people write between groups of digits: blanks and hyphens of every alphabet, and what makers write."""
_LIKE_AN_IMEI = re.compile(r"\d{14,64}")
_PUNCTUATION = re.compile(r"[._:/#+()\\]")
"""What a serial number may hold beside letters, digits and separators (`phones.identifiers`)."""
_SPELLED = re.compile(r"\\u[0-9a-f]{4}|\\U[0-9a-f]{8}")
"""A letter as `phones.cleaning.spelled_serial` writes it."""
_LABELLED = re.compile(r"s/n|(?:sn|serial|imei)[a-z./]{0,12}[:#]", re.IGNORECASE)
"""A number copied with the word before it, which is no part of it."""
_A_WORD = re.compile(r"imei|meid|serial|phone|number|^(?:sn|no|id|tel)$", re.IGNORECASE)
"""Letters beside many digits that call them something, and are no maker's."""


def folded(typed: str) -> str:
    """Without separators; letters and digits of full width, as a Chinese keyboard writes them, are the usual ones."""
    shown = unicodedata.normalize("NFKC", typed[: 4 * LONGEST].strip())
    return "".join(character for character in shown if unicodedata.category(character) not in _SEPARATORS)


def is_a_number_of_a_phone(typed: str) -> bool:
    """An IMEI whose check digit fits, or what can be a serial number: a slip of the finger accuses nobody."""
    number = folded(typed)
    letters = _PUNCTUATION.sub("", _SPELLED.sub("x", number))
    if letters.isdecimal() and len(letters) >= IMEI_DIGITS - 2:
        return number == letters and number.isascii() and len(number) == IMEI_DIGITS and luhn_holds(number)
    many = _LIKE_AN_IMEI.search(letters)
    if _LABELLED.match(number) or (many and not _is_a_makers(many[0], letters.replace(many[0], "", 1))):
        return False
    # A file name or a sentence holds punctuation too, but hardly ever a digit.
    is_one = letters.isalnum() and (number == letters or any(map(str.isdecimal, letters)))
    return is_one and SHORTEST_SERIAL <= len(number) <= LONGEST


def _is_a_makers(digits: str, beside: str) -> bool:
    """Can it be one serial number, of many digits and a few letters of its maker, and is no IMEI with something beside?

    An IMEI with a letter that slipped in is refused: it would name a phone that nobody meant.
    """
    if not (digits.isascii() and beside.isascii() and beside.isalpha()) or _A_WORD.search(beside):
        return False
    return len(digits) < IMEI_DIGITS or not (luhn_holds(digits[:IMEI_DIGITS]) or luhn_holds(digits[-IMEI_DIGITS:]))


def spellings(label: str, typed: str) -> tuple[str, ...]:
    """In what spellings `typed` may be a phone's number of this kind; () when as a whole it is none."""
    if SHAPES.get(label) is Shape.IMEI:
        number = folded(typed)
        return (number,) if number.isascii() and number.isdecimal() else ()
    usual = unicodedata.normalize("NFKC", typed.strip())
    written = [typed.strip(), usual]
    if SHAPES.get(label) is Shape.TEXT:
        # Also with a keyboard's blanks and hyphens, or none, in capitals or without: people read it from a label.
        written += ["".join(_SEPARATORS.get(unicodedata.category(letter), letter) for letter in usual), folded(typed)]
        written += [each for text in written for each in (text.upper(), text.lower())]
        written += [spelled_serial(text) for text in written]  # as it is kept
    numbers = (normalise(label, text) for text in written)
    return tuple(dict.fromkeys(number for number in numbers if number))
