# SPDX-License-Identifier: GPL-3.0-or-later
"""The battery under the load that the bench made: its voltage second by second, drawn, and what followed from it.

A curve that was taken while the phone charged, or under no load, looks like that of a sound battery: then the sign
stands beside it in the place of the sag.
"""

from collections.abc import Sequence

from certs.editions.e2027_02.certs.page.labels import Pair, label
from certs.editions.e2027_02.certs.page.measured_words import sign_in_words
from certs.editions.e2027_02.certs.page.parts import LEFT, Look, ROOM, heading
from certs.editions.e2027_02.certs.page.sheet import INK, LINE, MUTED, Part, Sheet
from certs.editions.e2027_02.grading.checks import CLAIMING_LINK
from certs.editions.e2027_02.grading.schemes import whole_number
from certs.editions.e2027_02.phones.evidence import Evidence, Outcome
from phones.frozen import dataclass
from certs.editions.e2027_02.phones.signs import NOT_MEASURED

CURVE, REST, SAG = "battery.load_curve", "battery.rest_mv", "battery.sag_mv"
MOST_POINTS = 60
WIDE, HIGH = 300.0, 58.0
LEAST_SPAN_MV = 100  # a flat curve is drawn flat, and not as noise over the whole height
_MOST_MV = 100_000
_LINES = 7  # of the words beside it, in each language


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadTest:
    """`curve`: millivolts, one a second. `rest`: before the load, `sag`: what followed; None where that was not told or
    not measured, and `sign` is the word why, "" without one.
    """

    curve: tuple[int, ...]
    rest: int | None
    sag: int | None
    sign: str

    @property
    def words(self) -> Pair:
        """What stands beside the curve."""
        seconds, least = len(self.curve), min(self.curve)
        if self.sag is not None and self.rest is not None:
            return label("measured.load", rest=self.rest, least=least, sag=self.sag, seconds=seconds)
        why = sign_in_words(self.sign)
        return label("measured.load_only", least=least, seconds=seconds, zh=why.zh, en=why.en)


def load_test(evidence: Sequence[Evidence]) -> LoadTest | None:
    """The newest load test; None without one, or where its curve has another shape than documented."""
    for piece in reversed(evidence):
        told = piece.outcome is Outcome.ANSWERED and piece.link not in (CLAIMING_LINK, "operator")
        curve = [_millivolts(text) for text in piece.values.get(CURVE, "").split(",")[:MOST_POINTS]] if told else []
        points = tuple(point for point in curve if point is not None)
        if len(points) < 2 or len(points) < len(curve):
            continue
        sign = piece.values.get(NOT_MEASURED + SAG, "")
        sag = None if sign else _millivolts(piece.values.get(SAG, ""))
        return LoadTest(curve=points, rest=_millivolts(piece.values.get(REST, "")), sag=sag, sign=sign)
    return None


def _millivolts(text: str) -> int | None:
    number = whole_number(text)
    return number if number is not None and 0 <= number < _MOST_MV else None


def battery(sheet: Sheet, look: Look, evidence: Sequence[Evidence]) -> list[Part]:
    """The section; nothing for a phone that was not loaded."""
    found = load_test(evidence)
    if found is None:
        return []

    def section(top: float) -> float:
        top = heading(sheet, look, top, label("section.load"))
        _draw(sheet, look, found, LEFT + 34, top + 4)
        left = LEFT + 34 + WIDE + 16
        room = LEFT + ROOM - left
        middle = sheet.paragraph(left, top + 4, found.words.zh, 6.6, room, most=_LINES)
        bottom = sheet.paragraph(left, middle + 3, found.words.en, 6.2, room, colour=MUTED, most=_LINES)
        return max(top + HIGH + 18, bottom + 6)

    return [sheet.part(section)]


def _draw(sheet: Sheet, look: Look, found: LoadTest, left: float, top: float) -> None:
    """The curve over its seconds; a thin line where the battery stood at rest."""
    rest = [] if found.rest is None else [found.rest]
    high = max(*found.curve, *rest)
    low = min(high - LEAST_SPAN_MV, *found.curve, *rest)
    span, step = high - low, WIDE / (len(found.curve) - 1)
    sheet.block(left, top, WIDE, HIGH, stroke=LINE, weight=0.5)
    for level in rest:
        sheet.rule(left, top + HIGH * (high - level) / span, left + WIDE, colour=MUTED, weight=0.4)
    points = [(left + step * at, top + HIGH * (high - volts) / span) for at, volts in enumerate(found.curve)]
    sheet.path(points, colour=look.accent, weight=1.1)
    with sheet.artifact():
        for text, down in ((f"{high} mV", 5.0), (f"{low} mV", HIGH)):
            sheet.text(left - 3, top + down, text, 5.6, colour=MUTED, align="right")
        sheet.text(left, top + HIGH + 7, "1 s", 5.6, colour=INK)
        sheet.text(left + WIDE, top + HIGH + 7, f"{len(found.curve)} s", 5.6, colour=INK, align="right")
