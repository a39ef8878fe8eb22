# SPDX-License-Identifier: GPL-3.0-or-later
"""Limits and measured values as they stand on a page: numbers once, every word in both languages.

Records have them as `grading.checks` writes them, in its own short words. A text of which no word is known here (a
serial number, a name that a later phone made up) stands as it is.
"""

import re
from collections.abc import Sequence

from certs.editions.e2027_02.certs.page import fonts
from certs.page.errors import UnknownCodeError
from certs.editions.e2027_02.certs.page.labels import Pair, label, phrase_if_any
from certs.editions.e2027_02.grading.report import CheckResult

CONTRADICTING = ("consistent_identity", "battery_truth")
PARTS = "parts_same"
_SIGNS = "≥≤=∈"
_NONE, _ALL_OF = "none", "⊇"  # as `grading.checks.limit_in_words` has them
_NUMBER = re.compile(r"(-?[0-9]+(?:\.[0-9]+)?) (.+)")
_NOT_MEASURED = re.compile(r"not measured: ([a-z_]+)(?: \((.*?)\)?)?")  # a long one was cut, and its bracket with it


def limit_in_words(text: str) -> str:
    """A limit as it was declared: `= yes`, `≤ 15 degrees`, `∈ on, off`."""
    sign, _, declared = text.partition(" ")
    if text == _NONE:
        return label("measured.none").both
    if sign == _ALL_OF:
        return f"{label('measured.all_of').both} {_told(declared)}"
    return f"{sign} {_told(declared)}" if len(sign) == 1 and sign in _SIGNS else _told(text)


def measured_in_words(check: CheckResult) -> str:
    """What was measured, or the sign that it was not; in what a phone contradicts itself; how many parts answered."""
    text = check.measured
    if check.name in CONTRADICTING:
        return _contradictions(text)
    if check.name == PARTS:
        return _counted_parts(text)
    sign = _NOT_MEASURED.fullmatch(text)
    if sign is None:
        return _told(text)
    said = f" ({fonts.spelled(sign[2])})" if sign[2] else ""
    unmeasured, why = label("measured.not_measured"), sign_in_words(sign[1])
    return f"{unmeasured.zh}：{why.zh}{said} {unmeasured.en}: {why.en}"


def is_unmeasured(check: CheckResult) -> bool:
    """Does it tell a sign that nothing was measured?"""
    return _NOT_MEASURED.fullmatch(check.measured) is not None


def sign_in_words(sign: str) -> Pair:
    """Why a value was not measured; "" where nobody said."""
    return _word("sign", sign or "none_told")


def _told(text: str) -> str:
    """A number and its unit, one word, or a list of words."""
    number = _NUMBER.fullmatch(text)
    if number:
        return f"{number[1]} {_word('unit', number[2]).both}"
    return _in_both([_word("measured_word", part.strip()) for part in text.split(",")]) if text else ""


def _contradictions(text: str) -> str:
    if not text:
        return ""
    found = [(code, phrase_if_any("contradiction", code)) for code in text.split(",")]
    return " · ".join((pair or _word("measured_word", code)).both for code, pair in found)


def _counted_parts(text: str) -> str:
    """How many parts got which answer; their names stand in a list of their own."""
    told = []
    for group in text.split("; ") if text else ():
        answer, _, names = group.partition(": ")
        told.append(f"{_word('same_part', answer).both}: {len(names.split(', '))}" if names else _told(group))
    return " · ".join(told)


def _in_both(pairs: Sequence[Pair]) -> str:
    """A list in Chinese, then in English; once where they are the same."""
    chinese, english = "、".join(pair.zh for pair in pairs), ", ".join(pair.en for pair in pairs)
    return Pair(chinese, english).both if any(pair.zh != pair.en for pair in pairs) else english


def _word(section: str, code: str) -> Pair:
    try:
        return label(f"{section}.{code}")
    except UnknownCodeError:
        plain = fonts.spelled(code)
        return Pair(plain, plain)
