# SPDX-License-Identifier: GPL-3.0-or-later
"""The pages of a measured phone: every check with its limit, what was measured and by whom, its parts, its battery.

They follow what else stands on page two, on as many pages as the rows need. A phone that nobody measured has none.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache, partial

from certs.editions.e2027_02.certs.page import fonts, parts
from certs.editions.e2027_02.certs.page.labels import Pair, label, phrase, phrase_if_any
from certs.editions.e2027_02.certs.page.layout_battery import battery
from certs.editions.e2027_02.certs.page.measured_words import is_unmeasured, limit_in_words, measured_in_words
from certs.editions.e2027_02.certs.page.parts import LEFT, Look, ROOM, coded, coded_or_plain, heading, table
from certs.editions.e2027_02.certs.page.sheet import LINE, MUTED, Part, Sheet
from certs.editions.e2027_02.certs.record.schema import RecordDocument
from certs.editions.e2027_02.grading import schemes
from certs.editions.e2027_02.grading.checks import CLAIMING_LINK
from certs.editions.e2027_02.grading.choice import profile_of
from certs.editions.e2027_02.grading.derived import compared_parts
from grading.errors import SchemeError
from certs.editions.e2027_02.grading.report import CheckOutcome, CheckResult
from certs.editions.e2027_02.phones.evidence import Evidence, Outcome

SIZE = 6.2
COLUMNS = (66.0, 158.0, 84.0, 88.0, ROOM - 396.0)
"""Result, check, who measured, limit, measured."""
PART_COLUMNS = (150.0, ROOM - 150.0)
MOST_LINES = 14  # of a cell: more than any text that a check of ours can have at these widths needs
GAP = 6.0
_OUTCOMES = tuple(CheckOutcome)


def is_measured(document: RecordDocument) -> bool:
    """Was the phone to be measured, and is there anything to tell of it?"""
    return document.grade is not None and bool(document.grade.checks) and bool(profile_of(document.evidence))


def pages(
    sheet: Sheet, look: Look, document: RecordDocument, begun: Sequence[Sequence[Part]], room: float
) -> list[list[Part]]:
    """What stands on each page, from top to bottom, none higher than `room` points: behind what stands already on the
    pages that were begun.
    """
    checks = document.grade.checks if document.grade is not None else ()
    applying = [check for check in checks if check.outcome is not CheckOutcome.NOT_APPLICABLE]
    head = sheet.part(partial(_head, sheet, look, document, len(checks) - len(applying)))
    sections = [head, *battery(sheet, look, document.evidence), *_parts(sheet, look, document)]
    rows = [sheet.part(partial(_row, sheet, look, document, check, titled=not at)) for at, check in enumerate(applying)]
    begun = parts.paged([*sections, *rows[:1]], room, begun=begun)
    return parts.paged(rows[1:], room, begun=begun, titles=lambda: sheet.part(partial(_titles, sheet, look)))


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
    scheme = f"{given.scheme} {given.scheme_version}" if given is not None else "—"
    told = label("measured.profile", zh=profile.zh, en=profile.en, scheme=scheme, without=not_applicable)
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


def _row(sheet: Sheet, look: Look, document: RecordDocument, check: CheckResult, top: float, *, titled: bool) -> float:
    """`titled`: below the titles of the columns, which stay with it."""
    top = _titles(sheet, look, top) if titled else top
    cells = (
        coded("check", check.outcome).both,
        phrase("check", check.name).both,
        _who(document, check),
        limit_in_words(check.limit),
        measured_in_words(check) or (label("measured.none").both if check.evidence else "—"),
    )
    fine = check.outcome is CheckOutcome.PASS
    bottom = table(sheet, top, [cells], COLUMNS, size=SIZE, bold=() if fine else (0,), most=MOST_LINES)
    sheet.rule(LEFT, bottom, LEFT + ROOM, colour=LINE, weight=0.3)
    return bottom + 0.2


def _who(document: RecordDocument, check: CheckResult) -> str:
    """Who measured: as the evidence shows it; of what was not measured, who would have, in brackets."""
    was_measured = bool(check.evidence) and not is_unmeasured(check)
    if was_measured and check.source == "stated":
        return coded("measurer", "stated").both
    links = {piece.link for piece in document.evidence if piece.number in check.evidence}
    if was_measured and CLAIMING_LINK in links:
        return coded("measurer", "claimed").both
    given = document.grade
    measurer = _measurers(given.scheme, given.scheme_sha256).get(check.name, "") if given is not None else ""
    told = coded("measurer", measurer).both if measurer else "—"
    return told if was_measured else f"({told})"


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


def _answered(document: RecordDocument) -> list[Evidence]:
    return [piece for piece in document.evidence if piece.outcome is Outcome.ANSWERED]
