# SPDX-License-Identifier: GPL-3.0-or-later
"""The pages of a measured phone: every check with its limit, what was measured and by whom, its parts, its battery.

They follow page two, as many as the rows need. A phone that nobody measured has none of them.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial

from certs.page import fonts, parts
from certs.page.labels import Pair, label, phrase, phrase_if_any
from certs.page.layout_back import measured_in_words
from certs.page.parts import LEFT, ROOM, Look, coded, coded_or_plain, heading, table
from certs.page.sheet import INK, LINE, MUTED, Part, Sheet
from certs.record.schema import RecordDocument
from grading import schemes
from grading.checks import CLAIMING_LINK
from grading.choice import profile_of
from grading.derived import compared_parts
from grading.errors import SchemeError
from grading.report import CheckOutcome, CheckResult
from phones.evidence import Evidence, Outcome

SIZE = 6.2
COLUMNS = (66.0, 168.0, 66.0, 90.0, ROOM - 390.0)
"""Result, check, who measured, limit, measured."""
PART_COLUMNS = (150.0, ROOM - 150.0)
MOST_LINES = 2  # of a cell
GAP = 6.0
CURVE = "battery.load_curve"
MOST_POINTS = 60
CURVE_WIDE, CURVE_HIGH = 300.0, 58.0
LEAST_SPAN_MV = 100  # a flat curve is drawn flat, and not as noise over the whole height
_NONE, _ALL_OF = "none", "⊇ "  # as `grading.checks.limit_in_words` has them
_OUTCOMES = tuple(CheckOutcome)


def pages(sheet: Sheet, look: Look, document: RecordDocument, room: float) -> list[list[Part]]:
    """What stands on each page, from top to bottom, none higher than `room` points. [] without a measurement."""
    given = document.grade
    if given is None or not given.checks or not profile_of(document.evidence):
        return []
    applying = [check for check in given.checks if check.outcome is not CheckOutcome.NOT_APPLICABLE]
    head = sheet.part(partial(_head, sheet, look, document, len(given.checks) - len(applying)))
    sections = [head, *_battery(sheet, look, document), *_parts(sheet, look, document)]
    rows = [sheet.part(partial(_row, sheet, document, check)) for check in applying]
    titles = partial(_titles, sheet, look)
    return _filled([*sections, sheet.part(titles)], rows, lambda: sheet.part(titles), room)


def _filled(first: list[Part], rows: list[Part], titles: Callable[[], Part], room: float) -> list[list[Part]]:
    """The rows behind what stands first, on as many pages as they need, each with the titles of the columns."""
    found, left = [first], room - sum(part.height for part in first)
    for row in rows:
        if row.height > left:
            found.append([titles()])
            left = room - found[-1][0].height
        found[-1].append(row)
        left -= row.height
    return found


def _head(sheet: Sheet, look: Look, document: RecordDocument, not_applicable: int, top: float) -> float:
    """How the phone was measured, and how many checks ended how."""
    given = document.grade
    counted = Counter(check.outcome for check in given.checks) if given is not None else Counter()
    top = heading(sheet, look, top, label("section.measured"))
    left = LEFT
    with sheet.element("P"):
        for outcome in _OUTCOMES[:-1]:
            wide = sheet.text(left, top + 10, str(counted[outcome]), 12, bold=True)
            wide += 4 + sheet.text(left + wide + 4, top + 10, coded("check", outcome).both, 7, colour=MUTED)
            left += wide + 16
    profile = coded_or_plain("profile", profile_of(document.evidence))
    told = label("measured.profile", zh=profile.zh, en=profile.en, without=not_applicable)
    top = sheet.paragraph(LEFT, top + 17, told.both, SIZE, ROOM, colour=MUTED)
    return sheet.paragraph(LEFT, top + 1, label("measured.claimed").both, SIZE, ROOM, colour=MUTED) + GAP


def _titles(sheet: Sheet, look: Look, top: float) -> float:
    """The titles of the columns."""
    names = ("result", "check", "who", "limit", "value")
    at = LEFT
    with sheet.element("P"):
        for name, room in zip(names, COLUMNS, strict=True):
            told = parts.one_line(label(f"measured.{name}").both, SIZE, room - 6)
            sheet.text(at, top + SIZE + 1, told, SIZE, bold=True, colour=look.accent)
            at += room
    sheet.rule(LEFT, top + SIZE + 4, LEFT + ROOM, colour=look.accent, weight=0.7)
    return top + SIZE + 4.6


def _row(sheet: Sheet, document: RecordDocument, check: CheckResult, top: float) -> float:
    cells = (
        coded("check", check.outcome).both,
        phrase("check", check.name).both,
        _who(document, check).both,
        _limit(check.limit),
        measured_in_words(check) or (label("measured.none").both if check.evidence else "—"),
    )
    fine = check.outcome is CheckOutcome.PASS
    bottom = table(sheet, top, [cells], COLUMNS, size=SIZE, bold=() if fine else (0,), most=MOST_LINES)
    sheet.rule(LEFT, bottom, LEFT + ROOM, colour=LINE, weight=0.3)
    return bottom + 0.2


def _limit(text: str) -> str:
    """As the scheme declared it; what is said there in a sign without a letter, or in one English word, in words."""
    if text == _NONE:
        return label("measured.none").both
    if text.startswith(_ALL_OF):
        return f"{label('measured.all_of').both} {fonts.spelled(text.removeprefix(_ALL_OF))}"
    return fonts.spelled(text)


def _who(document: RecordDocument, check: CheckResult) -> Pair:
    """Who measured: as the evidence shows it; of what nobody measured, who should have."""
    if check.source == "stated":
        return coded("measurer", "person")
    links = {piece.link for piece in document.evidence if piece.number in check.evidence}
    if CLAIMING_LINK in links:
        return coded("measurer", "browser")
    given = document.grade
    measurer = _measurers(given.scheme, given.scheme_sha256).get(check.name, "") if given is not None else ""
    return coded("measurer", measurer) if measurer else Pair("—", "—")


@cache
def _measurers(name: str, sha256: str) -> Mapping[str, str]:
    """Check → who measures it, by the scheme the record names; none where that is not here."""
    try:
        scheme = schemes.load(name) if name in schemes.shipped() else None
    except SchemeError:
        scheme = None
    if scheme is None or scheme.sha256 != sha256:
        return {}
    return {check.name: check.measurer for check in scheme.checks}


def _parts(sheet: Sheet, look: Look, document: RecordDocument) -> list[Part]:
    """The same parts before and after the erase? One line for each answer that some part got."""
    found = compared_parts(_answered(document))
    if found is None:
        return []
    rows = []
    for answer in sorted(set(found.parts.values()), key=["other", "unknown", "same"].index):
        names = [_part_name(name).both for name in found.named(answer)]
        rows.append((coded("same_part", answer).both, " · ".join(names)))

    def section(top: float) -> float:
        top = heading(sheet, look, top, label("section.parts"))
        return table(sheet, top, rows, PART_COLUMNS, size=SIZE, bold=(0,), most=4) + GAP

    return [sheet.part(section)]


def _part_name(name: str) -> Pair:
    plain = fonts.spelled(name)
    return phrase_if_any("part", name) or Pair(plain, plain)


def _battery(sheet: Sheet, look: Look, document: RecordDocument) -> list[Part]:
    """The battery's voltage while it was loaded; nothing where it was not, or in another shape than documented."""
    curve = load_curve(_answered(document))
    if len(curve) < 2:
        return []

    def section(top: float) -> float:
        top = heading(sheet, look, top, label("section.load"))
        _draw_curve(sheet, look, curve, LEFT + 34, top + 4)
        told = label(
            "measured.load", first=curve[0], least=min(curve), sag=max(0, curve[0] - min(curve)), seconds=len(curve) - 1
        )
        beside = LEFT + 34 + CURVE_WIDE + 16
        sheet.paragraph(beside, top + 8, told.zh, 7, ROOM - (beside - LEFT))
        sheet.paragraph(beside, top + 34, told.en, 6.4, ROOM - (beside - LEFT), colour=MUTED)
        return top + CURVE_HIGH + 18

    return [sheet.part(section)]


def load_curve(evidence: Sequence[Evidence]) -> tuple[int, ...]:
    """Millivolts, one a second, of the newest load test; () without one. Each within what the allow-list admits."""
    for piece in reversed(evidence):
        texts = piece.values.get(CURVE, "").split(",") if piece.link not in (CLAIMING_LINK, "operator") else [""]
        numbers = [schemes.whole_number(text) for text in texts[:MOST_POINTS]]
        if all(number is not None and 0 <= number < 100_000 for number in numbers):
            return tuple(number for number in numbers if number is not None)
    return ()


def _draw_curve(sheet: Sheet, look: Look, curve: Sequence[int], left: float, top: float) -> None:
    high, low = max(curve), min(curve)
    span = max(LEAST_SPAN_MV, high - low)
    low = high - span
    sheet.block(left, top, CURVE_WIDE, CURVE_HIGH, stroke=LINE, weight=0.5)
    step = CURVE_WIDE / (len(curve) - 1)
    points = [(left + step * at, top + CURVE_HIGH * (high - volts) / span) for at, volts in enumerate(curve)]
    sheet.path(points, colour=look.accent, weight=1.1)
    with sheet.artifact():
        for text, down in ((f"{high} mV", 5.0), (f"{low} mV", CURVE_HIGH)):
            sheet.text(left - 3, top + down, text, 5.6, colour=MUTED, align="right")
        sheet.text(left, top + CURVE_HIGH + 7, "0 s", 5.6, colour=INK)
        sheet.text(left + CURVE_WIDE, top + CURVE_HIGH + 7, f"{len(curve) - 1} s", 5.6, colour=INK, align="right")


def _answered(document: RecordDocument) -> list[Evidence]:
    return [piece for piece in document.evidence if piece.outcome is Outcome.ANSWERED]
