# SPDX-License-Identifier: GPL-3.0-or-later
"""Are the parts of the phone in hand those of a paper? A pure answer over the paper's evidence and one reading.

The same, another, or unknown: never more. That a part is original only its maker can say, and where the phone passes
such a word on it is told as the phone's, beside the comparison.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from phones.identifiers import PARTS
from phones.same_parts import BLANK, PartComparison, SamePart, committed_parts, compare_parts
from phones.verdict import Verdict

_OF_PEOPLE = ("operator", "browser")
_MAKERS_WORD = {"battery": "battery.part_status", "panel": "display.part_status"}
_SAYS_SOMETHING = ("original", "replaced")


@dataclass(frozen=True, slots=True, kw_only=True)
class PartsRecheck:
    """`found`: part → same, other or unknown, of every part that the paper or the phone tells of.
    `makers_word`: part → original or replaced, where the phone itself passes on such a word now.
    """

    found: PartComparison
    makers_word: Mapping[str, str]

    @property
    def verdict(self) -> Verdict:
        """FAILED: one part is another. PASSED: every part that was told is the same, and one was. Else nobody knows."""
        if self.found.named(SamePart.OTHER):
            return Verdict.FAILED
        if not self.found.named(SamePart.SAME) or self.found.named(SamePart.UNKNOWN):
            return Verdict.INDETERMINATE
        return Verdict.PASSED


def recheck_parts(record: Mapping[str, object], salt: str, values: Mapping[str, str]) -> PartsRecheck:
    """Compare the parts of a record (plain JSON types) with what a phone says of its own now, in clear."""
    now = committed_parts(values, bytes.fromhex(salt))
    return PartsRecheck(
        found=compare_parts([_on_paper(record)], [now]),
        makers_word={
            part: word for part, name in _MAKERS_WORD.items() if (word := values.get(name, "")) in _SAYS_SOMETHING
        },
    )


def _on_paper(record: Mapping[str, object]) -> dict[str, str]:
    """What the record's evidence says last of each part: as the phone left the bench."""
    told: dict[str, str] = {}
    blank: set[str] = set()
    evidence = record.get("evidence")
    for piece in evidence if isinstance(evidence, list | tuple) else ():
        values = piece.get("values") if isinstance(piece, Mapping) else None
        if not isinstance(values, Mapping) or piece.get("outcome") != "answered" or piece.get("link") in _OF_PEOPLE:
            continue
        if BLANK in values:
            blank = {part for part in str(values[BLANK]).split(",") if part}
        for each in PARTS:
            part = each.value.removeprefix("parts.")
            if each.value in values:
                told[each.value] = str(values[each.value])
                blank.discard(part)
            elif part in blank:
                told.pop(each.value, None)
    return told | {BLANK: ",".join(sorted(blank))}
