# SPDX-License-Identifier: GPL-3.0-or-later
"""Serial numbers that a phone tells of its parts, as they are kept.

What the maker built in stands in no place that a cable reaches, so nothing here can say that a part is original. A
number of zeros or slashes is what a phone tells of a part that was changed without being programmed, or that is gone;
no number at all tells nothing.
"""

from collections.abc import Mapping

from phones.cleaning import spelled_serial
from phones.identifiers import PARTS
from phones.same_parts import BLANK
from phones.shared_numbers import is_shared

Values = dict[str, str]

_FILLED_WITH = frozenset("0/.- ")
_SHORTEST = 6
"""Shorter ones are counters of a model's parts, told by many, and guessed in no time."""


def part_values(told: Mapping[str, str]) -> Values:
    """`parts.<name>` in clear of each part that tells a number of its own, and `parts.blank`: those that tell zeros or
    slashes, "" for none. Placeholders that many phones share are left out: they tell nothing.

    `told`: name of `phones.identifiers.PART_MEANINGS` → text as the phone told it; a part that it does not name has no
    entry. Nothing at all of an empty `told`.
    """
    values: Values = {}
    blank: list[str] = []
    for each in PARTS:
        part = each.value.removeprefix("parts.")
        text = spelled_serial(told.get(part, ""))
        if part not in told or not text:
            continue
        if set(text) <= _FILLED_WITH:
            blank.append(part)
        elif sum(map(str.isalnum, text)) >= _SHORTEST and not is_shared(
            "serial", text
        ):  # makers fill those of parts with the same placeholders
            values[each.value] = text
    return values | {BLANK: ",".join(blank)} if values or blank else values
