# SPDX-License-Identifier: GPL-3.0-or-later
"""Serial numbers that a phone tells of its parts, and what two readings of them say of each other.

Equal numbers are the same part; nothing here can say that a part is original, because what the maker built in stands in
no place that a cable reaches. A number of zeros or slashes is what a phone tells of a part that was changed without
being programmed, or that is gone; no number at all tells nothing.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum

from phones.allowed import MALFORMED, allowed
from phones.cleaning import spelled_serial
from phones.commitment import commit
from phones.frozen import dataclass
from phones.identifiers import PARTS
from phones.shared_numbers import is_shared

Values = dict[str, str]

BLANK = "parts.blank"
_FILLED_WITH = frozenset("0/.- ")
_PREFIX = "parts."


def part_values(told: Mapping[str, str]) -> Values:
    """`parts.<name>` in clear of each part that tells a number of its own, and `parts.blank`: those that tell zeros or
    slashes, "" for none. Placeholders that many phones share are left out: they tell nothing.

    `told`: name of `phones.identifiers.PART_MEANINGS` → text as the phone told it; a part that it does not name has no
    entry. Nothing at all of an empty `told`.
    """
    values: Values = {}
    blank: list[str] = []
    for each in PARTS:
        part = _part(each.value)
        text = spelled_serial(told.get(part, ""))
        if part not in told or not text:
            continue
        if set(text) <= _FILLED_WITH:
            blank.append(part)
        elif not is_shared("serial", text):  # makers fill those of parts with the same placeholders
            values[each.value] = text
    return values | {BLANK: ",".join(blank)} if values or blank else values


class SamePart(StrEnum):
    """What two readings say of one part."""

    SAME = "same"
    OTHER = "other"
    UNKNOWN = "unknown"  # told on one side only, or in a shape that cannot be compared


@dataclass(frozen=True, slots=True, kw_only=True)
class PartComparison:
    """`parts`: name of each part that either side told → same, other or unknown, in the order of the table."""

    parts: Mapping[str, SamePart]

    def named(self, answer: SamePart) -> tuple[str, ...]:
        """The parts of which this is said."""
        return tuple(name for name, said in self.parts.items() if said is answer)


def compare_parts(before: Iterable[Mapping[str, str]], after: Iterable[Mapping[str, str]]) -> PartComparison:
    """Two sets of readings of a phone's parts, as commitments with one salt (or both in clear).

    Every reading is held against every other: one that differs is another part, whatever else agrees. What stands on
    one side only is unknown, never the same; so is a part that tells zeros, because zeros are no number, however often
    they are told.
    """
    befores, afters = tuple(before), tuple(after)
    parts: dict[str, SamePart] = {}
    for each in PARTS:
        olds, news = _texts(each.value, befores), _texts(each.value, afters)
        blank_before, blank_after = _is_blank(each.value, befores), _is_blank(each.value, afters)
        if not (olds or news or blank_before or blank_after):
            continue
        told = (olds | news) - {MALFORMED}
        gone = (blank_after and olds - {MALFORMED}) or (blank_before and news - {MALFORMED})
        if gone or len(told) > 1:
            answer = SamePart.OTHER
        elif olds and news and MALFORMED not in olds | news:
            answer = SamePart.SAME
        else:
            answer = SamePart.UNKNOWN
        parts[_part(each.value)] = answer
    return PartComparison(parts=parts)


def committed_parts(values: Mapping[str, str], salt: bytes) -> Values:
    """What these values, in clear, say of the parts, with each number as a commitment with that salt."""
    kept = {}
    for each in PARTS:
        text = values.get(each.value, "")
        if text:
            fits = text != MALFORMED and allowed(each.value).admit(text) != MALFORMED
            kept[each.value] = commit(each.label, text, salt) if fits else MALFORMED
    return kept | ({BLANK: values[BLANK]} if BLANK in values else {})


def _texts(name: str, readings: Iterable[Mapping[str, str]]) -> frozenset[str]:
    return frozenset(text for reading in readings if (text := reading.get(name, "")))


def _is_blank(name: str, readings: Iterable[Mapping[str, str]]) -> bool:
    return any(_part(name) in reading.get(BLANK, "").split(",") for reading in readings)


def _part(value: str) -> str:
    return value.removeprefix(_PREFIX)
