# SPDX-License-Identifier: GPL-3.0-or-later
"""Values that no phone tells and nobody keeps: computed from the evidence of a job, again by every verifier.

A check names one of them as its value like any other. What evidence itself says under such a name is not looked at.
"""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from certs.editions.e2027_02.phones.evidence import Evidence, Moment
from phones.frozen import dataclass
from certs.editions.e2027_02.phones.identifiers import PARTS
from certs.editions.e2027_02.phones.same_parts import BLANK, PartComparison, SamePart, compare_parts

_BEFORE = (Moment.BEFORE,)
_AFTER = (Moment.RETURN, Moment.AFTER, Moment.FINAL)
_TELLS_OF_PARTS = frozenset({BLANK, *(each.value for each in PARTS)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Derived:
    """`text`: what the check compares; `measured`: what is shown of it; `pieces`: what it rests on, the last of them
    the newest.
    """

    text: str
    measured: str
    pieces: tuple[Evidence, ...]


def parts_same(answered: Sequence[Evidence]) -> Derived | None:
    """`parts.same`: did the same parts answer before the erase and after it? `no` when one differs, `yes` only when
    every part that was told on either side was told on both, else `unknown`. None where one side told nothing.
    """
    found = compared_parts(answered)
    if found is None:
        return None
    said = {answer: found.named(answer) for answer in SamePart}
    every_one = said[SamePart.SAME] and not said[SamePart.UNKNOWN]
    text = "no" if said[SamePart.OTHER] else "yes" if every_one else "unknown"
    shown = "; ".join(f"{answer.value}: {', '.join(names)}" for answer, names in said.items() if names)
    return Derived(text=text, measured=shown, pieces=sum(_telling(answered), ()))


def compared_parts(answered: Sequence[Evidence]) -> PartComparison | None:
    """What the numbers told before the erase and after it say of each part. None where one side told nothing."""
    before, after = _telling(answered)
    if not before or not after:
        return None
    return compare_parts([piece.values for piece in before], [piece.values for piece in after])


def _telling(answered: Sequence[Evidence]) -> tuple[tuple[Evidence, ...], tuple[Evidence, ...]]:
    """The pieces that tell of parts, before the erase and after it."""
    telling = [piece for piece in answered if piece.link not in _PEOPLE and _TELLS_OF_PARTS & piece.values.keys()]
    before = tuple(piece for piece in telling if piece.moment in _BEFORE)
    return before, tuple(piece for piece in telling if piece.moment in _AFTER)


_PEOPLE = ("operator", "browser")
DERIVED: Mapping[str, Callable[[Sequence[Evidence]], Derived | None]] = MappingProxyType({"parts.same": parts_same})
"""Name of the value → how it is computed from the answered pieces; None: there is nothing to compute it from."""
