# SPDX-License-Identifier: GPL-3.0-or-later
"""Where everything stands on the pages of a paper: two, and what was measured behind them (layout_checks.py).

Page one is for people and can be understood without page two: the limits and the way to check stand at its foot,
and what does not fit above them moves to page two. Page two's last two lists give way when room is short; whatever
is left out is counted there, and stands in the attached record. A measured phone's paper has as many pages as it needs,
and none of its lists gives way. A report has another title, colour and layout.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from certs.editions.e2027_02.certs.page import fonts, layout_checks, parts, qr
from certs.editions.e2027_02.certs.page import layout_back as back
from certs.editions.e2027_02.certs.page import layout_front as front
from certs.page.errors import PaperTooLongError
from certs.editions.e2027_02.certs.page.labels import label
from certs.editions.e2027_02.certs.page.parts import CERTIFICATE_COLOUR, LEFT, Look, REPORT_COLOUR, RIGHT
from certs.editions.e2027_02.certs.page.sheet import HEIGHT, MILLIMETRE, MUTED, Part, Sheet, WHITE, WIDTH
from certs.editions.e2027_02.certs.record.schema import RecordDocument
from certs.editions.e2027_02.phones.verdict import Verdict

FOOT = HEIGHT - 27.0
SPACE = 6.0
LEAST_SPACE = 2.5  # between the sections of a page one that has much to say
PAGES = 2  # of a phone that was not measured
DETAILS = 56.0  # below the head of every page but the first
SITE_MIDDLE, SITE_BOTTOM = 320.0, 67.0  # between the title and the paper's number
_SITE = re.compile(r"https://([a-z0-9](?:[a-z0-9.-]{1,24}[a-z0-9]))(?![a-z0-9.-])")
"""So long a host fits a symbol of version 2."""
SPECIMEN_COLOUR = "#f8ddd5"
STAMP_COLOUR = "#b3261e"


def title(document: RecordDocument) -> str:
    """The title as the file's metadata carry it: kind of paper in both languages, and its number."""
    kind = "title.report" if document.is_report else "title.certificate"
    return f"{label(kind).both} {document.id}"


def draw(sheet: Sheet, document: RecordDocument, *, symbol: tuple[bytes, ...], record_digest: str) -> None:
    """Draw all pages. Raises: GlyphMissingError, UnknownCodeError, PaperTooLongError."""
    look = Look(accent=REPORT_COLOUR if document.is_report else CERTIFICATE_COLOUR, is_report=document.is_report)
    module = qr.module_size(symbol) * MILLIMETRE
    look = replace(look, measured=layout_checks.is_measured(document))

    check = sheet.part(lambda top: front.check(sheet, look, document, top, symbol=symbol, module=module))
    limits = sheet.part(lambda top: front.limits(sheet, look, top))
    people = sheet.part(lambda top: front.people(sheet, look, document, top))
    check_top = FOOT - 8 - check.height
    limits_top = check_top - SPACE - limits.height
    people_top = limits_top - SPACE - people.height
    _specimen(sheet, document)
    top = (_report_head if document.is_report else _certificate_head)(sheet, look, document)
    widest = 26.0 if document.is_report else 12.0  # a report has less to say, and says it over the whole page
    late = _flow(sheet, _front_parts(sheet, look, document), top, people_top - LEAST_SPACE, widest)
    sheet.place(people, people_top)
    sheet.place(limits, limits_top)
    sheet.place(check, check_top)
    if look.measured:
        _draw_all(sheet, look, document, _in_full(sheet, look, document, late, record_digest))
    else:
        _draw_page_two(sheet, look, document, late, record_digest)


def _draw_all(sheet: Sheet, look: Look, document: RecordDocument, pages: list[list[Part]]) -> None:
    """The pages behind page one of a measured phone."""
    count = 1 + len(pages)
    _foot(sheet, document, count)
    for page in pages:
        sheet.next_page()
        _specimen(sheet, document)
        top = _head_of_details(sheet, look, document)
        for part in page:
            top = sheet.place(part, top)
        _foot(sheet, document, count)


def _in_full(
    sheet: Sheet, look: Look, document: RecordDocument, late: list[Part], record_digest: str
) -> list[list[Part]]:
    """What else stands on page two, at length and with every finding, then every check: on as many pages as needed."""
    sections = [part for part in (*late, *_back_parts(sheet, look, document, record_digest)) if part.height]
    spaced = [Part(part.height + SPACE + 2, part.steps) for part in sections]
    room = FOOT - 8 - DETAILS
    found = back.findings_in_full(sheet, look, document)
    rest = [Part(part.height + (SPACE + 2 if part is found[-1] else 0), part.steps) for part in found]
    return layout_checks.pages(sheet, look, document, parts.paged([*spaced, *rest], room), room)


def _draw_page_two(sheet: Sheet, look: Look, document: RecordDocument, late: list[Part], record_digest: str) -> None:
    """The one page behind page one of a phone that was not measured: what has no room there is counted there."""
    _foot(sheet, document, PAGES)
    sheet.next_page()
    _specimen(sheet, document)
    top = _head_of_details(sheet, look, document)
    behind = _back_parts(sheet, look, document, record_digest)
    lists = _lists(sheet, look, document, 10_000)
    if not _fits(sheet, look, document, [*late, *behind], lists, top):
        look = replace(look, tight=True)
        behind = _back_parts(sheet, look, document, record_digest)
        lists = _lists(sheet, look, document, 10_000)
    top = _flow_all(sheet, [*late, *behind], top)
    _share(sheet, look, document, lists, top)
    _foot(sheet, document, PAGES)


def _front_parts(sheet: Sheet, look: Look, document: RecordDocument) -> list[Part]:
    """The sections of page one from top to bottom, with the grade last."""
    head = (front.reasons, front.phone) if look.is_report else (front.phone, front.result)
    claimed = (front.claims,) if document.erase.verdict is Verdict.PASSED else ()
    sections = (*head, front.erase, *claimed, front.residues, front.card, front.grade, front.disclosed)
    return [sheet.part(partial(section, sheet, look, document)) for section in sections]


def _back_parts(sheet: Sheet, look: Look, document: RecordDocument, record_digest: str) -> list[Part]:
    return [
        sheet.part(partial(back.disclosures, sheet, look, document)),
        sheet.part(partial(back.conditions, sheet, look, document)),
        sheet.part(partial(back.trace, sheet, look, document, record_digest)),
    ]


def _flow(sheet: Sheet, sections: list[Part], top: float, bottom: float, widest: float) -> list[Part]:
    """Draw what fits, in order and spread over the room by up to `widest` points; the rest is given back.

    What comes first is kept first: how far the erase is claimed is never news on page two.
    """
    heights = [section.height for section in sections]
    wanted = [index for index in range(len(sections)) if heights[index]]
    shown: list[int] = []
    for index in wanted:
        if top + _stacked([heights[other] for other in (*shown, index)], LEAST_SPACE) <= bottom:
            shown.append(index)
    spare = bottom - top - _stacked([heights[index] for index in shown], LEAST_SPACE)
    space = LEAST_SPACE + min(widest, spare / max(1, len(shown)))
    for index in sorted(shown):
        top = sheet.place(sections[index], top) + space
    return [section for index, section in enumerate(sections) if index not in shown]


def _fits(
    sheet: Sheet, look: Look, document: RecordDocument, sections: list[Part], lists: Sequence[Part], top: float
) -> bool:
    """Is there room on page two for everything at length, with the lists as short as they can be?"""
    heights = [section.height for section in sections]
    room = FOOT - 12 - top - 2 * len(heights)
    if _stacked([*heights, *(one.height for one in lists)]) <= room:
        return True
    return _stacked([*heights, *(one.height for one in _lists(sheet, look, document, 0))]) <= room


def _flow_all(sheet: Sheet, sections: list[Part], top: float) -> float:
    for section in sections:
        bottom = top + section.height
        if bottom > FOOT - 8:
            raise PaperTooLongError(step="page 2", got=f"{bottom:.0f} of {FOOT - 8:.0f} points")
        if section.height:
            top = sheet.place(section, top) + SPACE + 2
    return top


def _lists(sheet: Sheet, look: Look, document: RecordDocument, room: float) -> tuple[Part, Part]:
    """Checks and findings, in so much room each."""
    return (
        sheet.part(lambda top: back.checks(sheet, look, document, top, room)),
        sheet.part(lambda top: back.findings(sheet, look, document, top, room)),
    )


def _share(sheet: Sheet, look: Look, document: RecordDocument, lists: tuple[Part, Part], top: float) -> None:
    """Checks and findings share what is left of page two; the shorter one leaves its share to the other.

    `lists`: both at full length, which is how they are drawn if there is room for it.
    """
    room = FOOT - 12 - top
    checks, findings = lists
    gap = SPACE if checks.height and findings.height else 0.0
    first = min(checks.height, max((room - gap) / 2, room - gap - findings.height))
    if checks.height:
        whole = checks.height <= first
        top = (sheet.place(checks, top) if whole else back.checks(sheet, look, document, top, first)) + gap
    if findings.height:
        left = FOOT - 12 - top
        top = sheet.place(findings, top) if findings.height <= left else back.findings(sheet, look, document, top, left)
    if top > FOOT - 8:
        raise PaperTooLongError(step="page 2", got=f"{top:.0f} of {FOOT - 8:.0f} points")


def _stacked(heights: list[float], space: float = SPACE) -> float:
    drawn = [height for height in heights if height]
    return sum(drawn) + space * max(0, len(drawn) - 1)


def _certificate_head(sheet: Sheet, look: Look, document: RecordDocument) -> float:
    sheet.block(0, 0, WIDTH, 9, fill=look.accent)
    name = label("title.certificate")
    with sheet.element("H1"):
        sheet.text(LEFT, 49, name.zh, 26, bold=True, colour=look.accent)
        sheet.text(LEFT + 1, 67, name.en, 14, colour=look.accent)
    _identity(sheet, document, 31)
    _site(sheet, document)
    sheet.rule(LEFT, 74, RIGHT, colour=look.accent, weight=1.2)
    return 80


def _report_head(sheet: Sheet, look: Look, document: RecordDocument) -> float:
    sheet.block(0, 0, 26, HEIGHT, fill=look.accent)
    name = label("title.report")
    with sheet.element("H1"):
        sheet.text(LEFT, 50, name.zh, 20, bold=True, colour=look.accent)
        sheet.text(LEFT, 67, name.en, 11.5, bold=True, colour=look.accent)
    note = label("head.report_note")
    sheet.text(LEFT, 80, note.both, 7.4, colour=MUTED)
    _identity(sheet, document, 32)
    _site(sheet, document)
    return 94


def _identity(sheet: Sheet, document: RecordDocument, top: float) -> None:
    room = 190.0
    number, issued = label("head.number"), label("head.issued")
    issuer = parts.one_line(document.issuer.name, 7, room)
    with sheet.element("P"):
        sheet.text(RIGHT, top + 6, number.both, 6.3, colour=MUTED, align="right")
        sheet.text(RIGHT, top + 17, document.id, 10, bold=True, align="right")
        sheet.text(RIGHT, top + 27, f"{issued.both} {parts.clock_time(document.issued_at)}", 7, align="right")
        sheet.text(RIGHT, top + 36.5, issuer, 7, colour=MUTED, align="right")


def site_of(contact: str) -> str:
    """The issuer's own site as a phone's camera opens it, in capitals (a host has no case); "" if it gave none."""
    found = _SITE.search(contact)
    return f"HTTPS://{found[1].upper()}" if found else ""


def _site(sheet: Sheet, document: RecordDocument) -> None:
    """A second, small symbol: the one with the statement means nothing to a phone's camera."""
    address = site_of(document.issuer.contact)
    if not address:
        return
    symbol = qr.modules(address)
    module = qr.MINIMUM_MODULE * MILLIMETRE
    side = (len(symbol) + 2 * qr.QUIET) * module
    sheet.symbol(SITE_MIDDLE - side / 2, SITE_BOTTOM - side, symbol, module, label("head.site").both)
    sheet.text(SITE_MIDDLE, SITE_BOTTOM + 5, label("head.site").both, 5.6, colour=MUTED, align="center")


def _head_of_details(sheet: Sheet, look: Look, document: RecordDocument) -> float:
    name = label("title.report" if look.is_report else "title.certificate")
    if look.is_report:
        sheet.block(0, 0, 26, HEIGHT, fill=look.accent)
    else:
        sheet.block(0, 0, WIDTH, 9, fill=look.accent)
    with sheet.element("H1"):
        sheet.text(LEFT, 36, label("title.details").both, 13, bold=True, colour=look.accent)
    phone = parts.one_line(f"{document.id} · {front.phone_name(document)}", 7.4, 320)
    with sheet.artifact():
        sheet.text(RIGHT, 30, name.both, 7.4, colour=look.accent, align="right")
        sheet.text(RIGHT, 40, phone, 7.4, colour=MUTED, align="right")
    sheet.rule(LEFT, 46, RIGHT, colour=look.accent, weight=1.2)
    return DETAILS


def _foot(sheet: Sheet, document: RecordDocument, pages: int) -> None:
    counted = label("head.page", page=sheet.page + 1, pages=pages)
    sheet.rule(LEFT, FOOT, RIGHT, weight=0.4)
    note = label("head.specimen_note" if document.emulated else "head.cut_note")
    with sheet.artifact():
        sheet.text(LEFT, FOOT + 9, note.both, 6, colour=MUTED)
        sheet.text(RIGHT, FOOT + 9, f"{document.id} · {counted.both}", 6, colour=MUTED, align="right")


def _specimen(sheet: Sheet, document: RecordDocument) -> None:
    if document.emulated:
        words = label("title.specimen")
        sheet.across(words.en, 112, (WIDTH / 2 - 10, HEIGHT / 2 - 90), colour=SPECIMEN_COLOUR)
        sheet.across(words.zh, 150, (WIDTH / 2 + 70, HEIGHT / 2 + 130), colour=SPECIMEN_COLOUR)
        wide = fonts.width(words.both, 11) + 20
        middle = WIDTH / 2 if sheet.page == 0 else WIDTH * 0.4
        sheet.block(middle - wide / 2, 12, wide, 17, fill=STAMP_COLOUR)
        sheet.text(middle, 24.5, words.both, 11, bold=True, colour=WHITE, align="center")
