# SPDX-License-Identifier: GPL-3.0-or-later
"""Two readings of the serial numbers of a phone's parts, and what they say of each other.

Equal numbers are the same part; nothing here can say that a part is original.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum

from certs.editions.e2027_02.phones.allowed import MALFORMED, allowed
from certs.editions.e2027_02.phones.commitment import commit
from phones.frozen import dataclass
from certs.editions.e2027_02.phones.identifiers import PARTS

Values = dict[str, str]

BLANK = "parts.blank"
"""The value that names parts which tell zeros or slashes for a number."""
_PREFIX = "parts."


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
