# SPDX-License-Identifier: GPL-3.0-or-later
"""Page one, for people: what phone, what was done, how far it is proven, in what state it is, who answers for it."""

import base64
from collections import Counter
from collections.abc import Callable

from certs.formats.x509_facts import read_certificate
from certs.editions.e2027_02.certs.page import fonts, parts
from certs.editions.e2027_02.certs.page.labels import Pair, capped_by, label, phrase, phrase_if_any
from certs.editions.e2027_02.certs.page.parts import LEFT, Look, RIGHT, ROOM, coded, heading, pair, row, value
from certs.editions.e2027_02.certs.page.sheet import INK, LINE, MUTED, Sheet, TINT
from certs.editions.e2027_02.certs.record.schema import LogPlace, RecordDocument, ValidationPart
from certs.editions.e2027_02.grading.report import CheckOutcome, Grade
from certs.editions.e2027_02.phones.evidence import Outcome
from certs.editions.e2027_02.phones.identifiers import SHOWN, Shape
from certs.editions.e2027_02.phones.verdict import Verdict
from certs.editions.e2027_02.wipe.report import Attestation, CardOverwriting, EraseReport, EvidenceLevel, Overwriting

GB_IN_FORCE = "2027-01-01"
DISCLOSED = ("repairs", "replaced_parts", "warranty")  # what the law wants said of used goods
LONGEST_ORIGIN = 48
MOST_REASONS = 8
FEW_REASONS = 3  # so few are said large
_CELLS = 6  # facts about the phone in one line
MOST_RESIDUES = 16
_WARNINGS = ("awaiting_validation", "blocked", "rejected")
_GENERAL = frozenset({"blocked", "interrupted", "station_failed", "stage_not_reached", "erase_not_verified"})
_LOUD = ("present", "unknown", "not_covered")
# What a buyer must see comes first.
_STATES = ("present", "unknown", "not_covered", "stated_absent", "cleared", "absent")


def phone_name(document: RecordDocument) -> str:
    """What a person calls the phone."""
    device = document.device
    name = device.marketing_name or f"{device.maker} {device.model}".strip()
    return fonts.spelled(name) if name else label("phone.unknown_phone").both


def phone(sheet: Sheet, look: Look, document: RecordDocument, top: float) -> float:
    """The phone's name, large, and how to recognise it."""
    device, facts = document.device, document.device_facts
    stamp = label("head.second_hand").both
    stamp_room = 0.0
    if not look.is_report:
        stamp_room = fonts.width(stamp, 8) + 16
        sheet.block(RIGHT - stamp_room, top + 1, stamp_room, 16, stroke=look.accent, weight=0.8)
        sheet.text(RIGHT - stamp_room / 2, top + 12, stamp, 8, bold=True, colour=look.accent, align="center")
    name = phone_name(document)
    room = ROOM - stamp_room - 12
    size = parts.fitting_size(name, 17, room, 11)
    with sheet.element("H2"):
        top = sheet.paragraph(LEFT, top - 1, name, size, room, bold=True, most=2, leading=1.2) + 5
    after = facts.system_after.version
    cells = [
        *_model(document),
        ("phone.storage", parts.storage(facts.storage_total_bytes)),
        (
            "phone.system" if after else "phone.system_before",
            _system(document, after or facts.system_before.version),
        ),
        *(
            (f"phone.{each.name}", parts.last_four(device.last_four(each)))
            for each in SHOWN
            if each.missed or device.last_four(each)
        ),
    ]
    wide = ROOM / _CELLS
    for first in range(0, len(cells), _CELLS):
        with sheet.element("P"):
            top = max(
                value(sheet, LEFT + index * wide, top, label(caption), text, room=wide - 8, size=8.4, most=2)
                for index, (caption, text) in enumerate(cells[first : first + _CELLS])
            )
    return top


def _model(document: RecordDocument) -> list[tuple[str, str]]:
    """What the phone calls itself. Beside a name that people know it is called the maker's own code: iPhone13,2 is no
    iPhone 13.
    """
    device = document.device
    if device.marketing_name and device.model and device.model not in device.marketing_name:
        return [("phone.code", fonts.spelled(device.model))]
    return [("phone.model", fonts.spelled(" ".join(text for text in (device.maker, device.model) if text)) or "—")]


def _system(document: RecordDocument, version: str) -> str:
    if not version:
        return f"— {label('phone.not_read').both}"
    family = {"android": "Android", "apple": "iOS"}[document.device.platform]
    return f"{family} {fonts.spelled(version)}"


def result(sheet: Sheet, look: Look, _document: RecordDocument, top: float) -> float:
    """The one sentence of a certificate."""
    words, high = label("result.verified"), 36.0
    sheet.block(LEFT, top, ROOM, high, fill=TINT)
    sheet.block(LEFT, top, 3, high, fill=look.accent)
    sheet.tick(LEFT + 16, top + 9, 18, colour=look.accent)
    room = ROOM - 62
    with sheet.element("P"):
        sheet.paragraph(
            LEFT + 50, top + 3, words.zh, parts.fitting_size(words.zh, 12, room, 8), room, bold=True, most=2
        )
        sheet.paragraph(LEFT + 50, top + 20, words.en, 8.6, room, most=2)
    return top + high


def reasons(sheet: Sheet, look: Look, document: RecordDocument, top: float) -> float:
    """The first thing a report says, large: in plain words, why it is no certificate.

    What a technician can do about it stands on the bench's screen: whoever reads the paper cannot do it.
    """
    outcome = document.outcome
    warning = f"result.{outcome.title}" if outcome.title in _WARNINGS else "result.not_verified"
    codes = _reason_codes(document)
    inside = sheet.part(_reason_rows(sheet, look, outcome.title, label(warning), codes))
    high = inside.height + 14
    sheet.block(LEFT, top, ROOM, high, stroke=look.accent, weight=1.2)
    sheet.place(inside, top + 8)
    return top + high


def _reason_codes(document: RecordDocument) -> list[str]:
    """What really stands in the way comes first; that the erase is then not verified goes without saying."""
    job, found, outcome = document.job, document.erase, document.outcome
    if outcome.title == "blocked":
        causes = list(job.problems)
    else:
        failure = [job.failure] if phrase_if_any("reason", job.failure or "-") else []
        causes = [*failure, *found.reasons, *(code for code in outcome.reasons if code not in _GENERAL)]
    return list(dict.fromkeys(causes)) or list(outcome.reasons)


def _reason_rows(sheet: Sheet, look: Look, title: str, warning: Pair, codes: list[str]) -> Callable[[float], float]:
    left, room = LEFT + 12, ROOM - 24

    def draw(top: float) -> float:
        words = coded("outcome", title)
        sheet.cross(left, top + 3, 12, colour=look.accent)
        with sheet.element("H2"):
            wide = sheet.text(left + 20, top + 13, words.zh, 13, bold=True, colour=look.accent)
            sheet.text(left + 28 + wide, top + 13, words.en, 10.5, colour=look.accent)
        size = 11.0 if len(codes) <= FEW_REASONS else 9.0
        top = pair(sheet, top + 21, warning, left=left, room=room, bold=True, size=size) + 5
        for code in codes[:MOST_REASONS]:
            sheet.rule(left, top, left + room, colour=LINE)
            top = pair(sheet, top + 5, phrase("reason", code), left=left, room=room, size=size) + 4
        if len(codes) > MOST_REASONS:
            top = sheet.paragraph(left, top, parts.more(len(codes) - MOST_REASONS), 7, room, colour=MUTED)
        return top

    return draw


def erase(sheet: Sheet, look: Look, document: RecordDocument, top: float) -> float:
    """What, how and how it was proven, in plain words."""
    found = document.erase
    verified = found.verdict is Verdict.PASSED
    top = heading(sheet, look, top, label("section.erase"))
    top = (
        row(sheet, top, label("erase.what"), label("erase.scope_verified" if verified else "erase.scope_unproven")) + 1
    )
    top = row(sheet, top, label("erase.how"), _how(found)) + 1
    return row(sheet, top, label("erase.proof"), _proof(found))


def _how(found: EraseReport) -> Pair:
    if not found.method:
        return label("erase.no_method")
    told = [phrase("method", found.method)]
    if found.claims.technique not in ("", "none"):
        told.append(phrase("technique", found.claims.technique))
    zh, en = "：".join(words.zh for words in told), ": ".join(words.en for words in told)
    return Pair(_stopped(zh, "。"), _stopped(en, "."))


def _proof(found: EraseReport) -> Pair:
    told = [coded("level", found.level), coded("same_phone", found.same_phone)]
    if found.verdict is Verdict.PASSED:
        told.insert(1, label("erase.origins"))
    if found.final_reset in ("stated", "missing") and found.level is not EvidenceLevel.NONE:
        told.append(coded("final_reset", found.final_reset))
    if found.level is not EvidenceLevel.NONE:
        level = label("erase.level_of", level=found.level.value)
        told.append(Pair(f"{level.zh}。", f"{level.en}."))
    if found.attestation is not None and found.attestation.holds:
        told.append(_attested(found.attestation))
    if found.verdict is not Verdict.PASSED and found.claims.overwriting is not None:  # no claims stand below
        told.append(_overwriting(found.claims.overwriting, found.claims.gb_status))
    return Pair("".join(words.zh for words in told), " ".join(words.en for words in told))


def _attested(found: Attestation) -> Pair:
    """Level A, and how little it says."""
    patch = str(found.patch_level) if found.patch_level is not None else ""
    told = label("erase.attested_patch", patch=f"{patch[:4]}-{patch[4:]}") if patch else Pair("", "")
    words = label("erase.attested")
    return Pair(words.zh.format(patch=told.zh), words.en.format(patch=told.en))


def _stopped(text: str, stop: str) -> str:
    return text if text.endswith((".", "。", "！", "!")) else text + stop


def claims(sheet: Sheet, look: Look, document: RecordDocument, top: float) -> float:
    """Three claims side by side, each with its limit; never one word for all three."""
    found = document.erase.claims
    early = label("gb.early") if document.issued_at[:10] < GB_IN_FORCE else Pair("", "")
    columns = [("nist", found.nist_method), ("gb", found.gb_status), ("r2", found.r2_status)]
    caption = "section.claims_report" if look.is_report else "section.claims"
    top = heading(sheet, look, top, label(caption))
    wide = (ROOM - 2 * 12) / 3
    bottom = top
    for index, (name, status) in enumerate(columns):
        left = LEFT + index * (wide + 12)
        said, limit = coded(name, status), _limit(document.erase, name, status)
        if name == "gb":
            limit = Pair(limit.zh + early.zh, f"{limit.en} {early.en}".strip())
        with sheet.element("P"):
            sheet.text(left, top + 6.4, parts.one_line(coded(name, "name").both, 6.6, wide), 6.6, colour=MUTED)
            strong = sheet.text(left, top + 18.5, said.zh, 10.5, bold=True)
            sheet.text(left + strong + 5, top + 18.5, said.en, 8.6, bold=True)
            at = sheet.paragraph(left, top + 23, limit.zh, 6.8, wide, colour=INK, leading=1.3)
            bottom = max(bottom, sheet.paragraph(left, at + 1, limit.en, 6.5, wide, colour=MUTED, leading=1.28))
        if index:
            sheet.rule(left - 6, top, left - 6)
    return bottom


def _limit(found: EraseReport, name: str, status: str) -> Pair:
    """What a claim does not say. Purge counts the conditions it rests on by what is known of them."""
    if name == "gb" and found.claims.overwriting is not None:
        return _overwriting(found.claims.overwriting, status)
    if (name, status) != ("nist", "purge"):
        return coded(name, f"{status}_limit")
    counted = Counter(str(condition.state) for condition in found.claims.conditions.values())
    told = [label(f"nist.{state}", count=counted[state]) for state in ("met", "not_met", "unknown") if counted[state]]
    limit, every = label("nist.purge_limit"), counted.total()
    return Pair(
        limit.zh.format(all=every, told="，".join(words.zh for words in told)),
        limit.en.format(all=every, told=", ".join(words.en for words in told)),
    )


def _overwriting(found: Overwriting, status: str) -> Pair:
    """How much of the phone was overwritten and read back, rounded to the worse; or why that is not claimed."""
    if found.reasons:
        why = phrase("reason", found.reasons[0])
        words = label("gb.overwriting_not_claimed")
        return Pair(words.zh.format(reason=why.zh), words.en.format(reason=why.en))
    return label(
        "gb.method_overwrite_limit" if status == "method_overwrite" else "gb.overwriting_without_erase",
        coverage=_percent(found.written_bytes, found.capacity_bytes),
        passes=found.passes,
        read=_percent(found.chunks_matching, found.chunks_total),
        most=f"{-(-found.at_most_ppm // 100) / 100:.2f}",
    )


def _percent(part: int, whole: int) -> str:
    """Tenths of a percent, rounded down."""
    tenths = part * 1000 // whole if whole else 0
    return f"{tenths // 10}.{tenths % 10}"


def residues(sheet: Sheet, look: Look, document: RecordDocument, top: float) -> float:
    """What locks and media were found or left, worst first."""
    found = sorted(document.erase.residues.items(), key=lambda item: (_STATES.index(item[1]), item[0]))
    if not found:
        return top
    top = heading(sheet, look, top, label("section.residues"))
    columns, wide, high = 4, ROOM / 4, 18.6
    shown = found[:MOST_RESIDUES]
    with sheet.element("P"):
        for index, (name, state) in enumerate(shown):
            left, at = LEFT + (index % columns) * wide, top + (index // columns) * high
            _residue(sheet, look, phrase("residue", name), state, left, at, wide - 18)
    top += -(-len(shown) // columns) * high
    if len(found) > len(shown):
        top = sheet.paragraph(LEFT, top, parts.more(len(found) - len(shown)), 6.6, ROOM, colour=MUTED)
    return top


CARD_CAPTION = 72.0


def card(sheet: Sheet, look: Look, document: RecordDocument, top: float) -> float:
    """The memory card, a carrier of its own: what was overwritten and read back, or that it was not and why."""
    found = document.erase.card
    if found is None:
        return top
    state, told = label("card.not_overwritten" if found.reasons else "card.overwritten"), _card(found)
    caption, left = label("card.name"), LEFT + CARD_CAPTION
    with sheet.element("P"):
        sheet.text(LEFT, top + 7, caption.zh, 7.4, bold=True, colour=look.accent)
        sheet.text(LEFT, top + 15, caption.en, 6, colour=MUTED)
    words = Pair(f"{state.zh}：{told.zh}", f"{state.en}: {told.en}")
    return max(
        top + 17, pair(sheet, top, words, left=left, room=ROOM - CARD_CAPTION, size=6.6, bold=bool(found.reasons))
    )


def _card(found: CardOverwriting) -> Pair:
    size = label("card.size", size=_gigabytes(found.capacity_bytes), system=found.file_system or "?")
    if found.reasons:
        why = phrase("reason", found.reasons[0])
        words = label("card.why_not")
        told = Pair(words.zh.format(reason=why.zh), words.en.format(reason=why.en))
    else:
        told = label(
            "card.how",
            coverage=_percent(found.written_bytes, found.capacity_bytes),
            passes=found.passes,
            read=_percent(found.chunks_matching, found.chunks_total),
            most=f"{-(-found.at_most_ppm // 100) / 100:.2f}",
        )
    if not found.capacity_bytes:
        return told
    return Pair(f"{size.zh}{told.zh}", f"{size.en} {told.en}")


def _gigabytes(size: int) -> str:
    """As cards are sold, in units of a thousand, rounded down; small ones exactly enough to be told apart."""
    if size >= 10**9:
        return f"{size // 10**8 / 10:.1f} GB"
    return f"{size // 10**5 / 10:.1f} MB"


def _residue(sheet: Sheet, look: Look, name: Pair, state: str, left: float, at: float, room: float) -> None:
    if state in ("cleared", "absent", "stated_absent"):
        sheet.tick(left, at + 1.5, 6, colour=look.accent)
    elif state == "present":
        sheet.cross(left, at + 1.5, 6, colour=INK)
    else:
        sheet.text(left + 1, at + 7, "?", 8, bold=True)
    loud, words = state in _LOUD, coded("state", state)
    zh = f"{name.zh}：{words.zh}"
    size = parts.fitting_size(zh, 7, room, 5.4)
    sheet.text(left + 10, at + 7, parts.one_line(zh, size, room), size, bold=loud)
    en = f"{name.en}: {words.en}"
    size = parts.fitting_size(en, 6.4, room, 5.2)
    sheet.text(left + 10, at + 15, parts.one_line(en, size, room), size, colour=INK if loud else MUTED)


def grade(sheet: Sheet, look: Look, document: RecordDocument, top: float) -> float:
    """The usability grade, what it is made of, and what limited it."""
    given = document.grade
    if given is None or not given.usability:
        return top
    top = heading(sheet, look, top, label("section.grade"))
    box = 50.0
    sheet.block(LEFT, top, box, 50, stroke=look.accent, weight=1.2)
    left, room = LEFT + box + 12, ROOM - box - 12
    words, scale = coded("usability", given.usability), label("grade.scale")
    with sheet.element("P"):
        sheet.text(LEFT + box / 2, top + 32, given.usability, 27, bold=True, colour=look.accent, align="center")
        sheet.text(LEFT + box / 2, top + 40.6, scale.zh, 5.6, colour=MUTED, align="center")
        sheet.text(LEFT + box / 2, top + 46.8, scale.en, 5.4, colour=MUTED, align="center")
        wide = sheet.text(left, top + 9.6, words.zh, 10, bold=True)
        sheet.text(left + wide + 6, top + 9.6, words.en, 8.4)
    tiles = [
        ("grade.functional", coded("functional", given.functional or "none").both),
        ("grade.battery", _battery(document, given)),
        ("grade.cosmetic", coded("cosmetic", given.cosmetic).both),
    ]
    column = room / 3
    low = max(
        value(sheet, left + index * column, top + 15, label(caption), text, room=column - 8, size=8, most=2, bold=True)
        for index, (caption, text) in enumerate(tiles)
    )
    return max(top + 50, _capped(sheet, given, left, low + 2, room))


def _battery(document: RecordDocument, given: Grade) -> str:
    """The band, and the worst readings of the job."""
    told = [coded("battery", given.battery_band).both]
    health, cycles = _readings(document, "battery.health_percent"), _readings(document, "battery.cycles")
    told += [f"{min(health)}%"] if health else []
    told += [f"{max(cycles)} {label('battery.cycles').both}"] if cycles else []
    return " · ".join(told)


def _readings(document: RecordDocument, name: str) -> list[int]:
    texts = (piece.values.get(name, "") for piece in document.evidence if piece.outcome is Outcome.ANSWERED)
    return [int(text) for text in texts if text.isascii() and text.isdigit()]


def _capped(sheet: Sheet, given: Grade, left: float, top: float, room: float) -> float:
    codes = given.capped_by
    if not codes:
        open_ones = sum(each.outcome in (CheckOutcome.NOT_TESTED, CheckOutcome.INDETERMINATE) for each in given.checks)
        told = label("grade.not_capped_by_measured", count=open_ones) if open_ones else label("grade.not_capped")
        return pair(sheet, top, told, size=7.4, left=left, room=room)
    name = label("grade.capped")
    named = [capped_by(code) for code in codes[:3]]
    rest = label("more.items", count=len(codes) - 3) if len(codes) > 3 else Pair("", "")
    zh = "；".join((*(words.zh.rstrip("。") for words in named), *filter(None, (rest.zh,))))
    en = "; ".join((*(words.en.rstrip(".") for words in named), *filter(None, (rest.en,))))
    return pair(sheet, top, Pair(f"{name.zh}：{zh}。", f"{name.en}: {en}."), size=7.4, left=left, room=room)


def disclosed(sheet: Sheet, look: Look, document: RecordDocument, top: float) -> float:
    """What a seller must say of repairs, replaced parts and warranty, also where nothing was said."""
    if look.is_report:
        return top
    top = heading(sheet, look, top, label("section.disclosures"))
    wide = (ROOM - 2 * 12) / 3
    bottom = top
    for index, name in enumerate(DISCLOSED):
        text = document.disclosures.get(name) or label("disclosure.none").both
        left, caption = LEFT + index * (wide + 12), label(f"disclosure.{name}")
        bottom = max(bottom, value(sheet, left, top, caption, text, room=wide, size=7.6, most=2))
    return bottom


def people(sheet: Sheet, look: Look, document: RecordDocument, top: float) -> float:
    """Who did it, who accepted it, the company that answers, and where the log has it."""
    top = heading(sheet, look, top, label("section.people"))
    wide = (ROOM - 2 * 12) / 3
    issuer, performed = document.issuer, document.performed_by
    done = f"{parts.clock_time(document.job.finished_at)} · {document.station.name}"
    columns = [
        (label("people.performed"), performed.name, [performed.role, done]),
        _validated(document.validation),
        (label("people.issuer"), issuer.name, [issuer.address, issuer.contact]),
    ]
    bottom = top
    for index, (caption, name, lines) in enumerate(columns):
        left = LEFT + index * (wide + 12)
        with sheet.element("P"):
            nobody = caption == label("people.validated") and not document.validation.by
            ink = MUTED if nobody else INK  # what is missing is not shown like a name
            at = value(sheet, left, top, caption, name, room=wide, size=9, most=2, bold=not nobody, colour=ink)
            for line in lines:
                at = sheet.paragraph(left, at, line, 6.9, wide, colour=MUTED, most=2, leading=1.28)
        bottom = max(bottom, at)
    return pair(sheet, bottom + 1, _logged(document), size=6.2)


def _logged(document: RecordDocument) -> Pair:
    """Which attempt this is, and where the transparency log has it."""
    log = document.log
    if not isinstance(log, LogPlace):
        return label("log.none", attempt=document.job.attempt)
    origin = fonts.spelled(log.origin)
    return label("log.entered", attempt=log.attempt, origin=_short(origin), start=log.start)


def anchor_size(log: LogPlace) -> str:
    """How many entries the log had when the job opened, as its checkpoint says; "" where there is none."""
    anchor = log.anchor
    return anchor[1] if len(anchor) > 1 and anchor[1].isascii() and anchor[1].isdigit() else ""


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_ORIGIN else f"{text[:LONGEST_ORIGIN]}…"


def _validated(validation: ValidationPart) -> tuple[Pair, str, list[str]]:
    decision, caption = validation.decision, label("people.validated")
    if decision in ("awaiting", "not_required"):
        return caption, coded("people", decision).both, []
    told = f"{coded('people', decision).both} · {validation.role}"  # the decision first: a long role is cut
    at = parts.clock_time(validation.at)
    return caption, validation.by, [told, f"{at} · {_own_key(validation)}", validation.grounds]


def _own_key(validation: ValidationPart) -> str:
    """Whether the decision carries a signature of the person's own, and by which key."""
    if not validation.signature:
        return label("people.entered").both
    try:
        key = read_certificate(base64.b64decode(validation.certificate)).key_id
    except ValueError:
        key = "?"  # what it is worth is the verifier's to say (E_VALIDATION); a page is drawn all the same
    return label("people.signed", by=key).both


def limits(sheet: Sheet, look: Look, top: float) -> float:
    """The sentence every paper carries."""
    top = heading(sheet, look, top, label("section.limits"))
    return pair(sheet, top, label("limits.sentence"), size=7.4)


def check(
    sheet: Sheet, look: Look, document: RecordDocument, top: float, *, symbol: tuple[bytes, ...], module: float
) -> float:
    """The QR code, and how a stranger checks the paper."""
    top = heading(sheet, look, top, label("section.check"))
    side = (len(symbol) + 8) * module
    left, room = LEFT + side + 10, ROOM - side - 10
    sheet.symbol(LEFT, top, symbol, module, label("check_how.alternative").both)
    device = document.device
    has_imei = any(each.shape is Shape.IMEI and device.last_four(each) for each in SHOWN)
    first = "check_how.dial" if has_imei else "check_how.serial"
    at = _step(sheet, look, top, "1", label(first), left=left, room=room)
    at = _step(sheet, look, at, "2", label("check_how.command"), left=left, room=room)
    kind = "report" if look.is_report else "certificate"
    command = f"proofwipe verify {document.id}-{kind}.pdf --trust ROOT.pem" + (" --imei IMEI" if has_imei else "")
    sheet.block(left + 12, at - 2, room - 12, 12, fill=TINT)
    sheet.text(left + 17, at + 6.4, command, parts.fitting_size(command, 7.4, room - 22, 5))
    at = _step(sheet, look, at + 13, "3", label("check_how.qr"), left=left, room=room)
    at = _step(sheet, look, at, "4", _from_the_issuer(document), left=left, room=room)
    return max(top + side, at)


def _from_the_issuer(document: RecordDocument) -> Pair:
    """Where to get what one checks with; the issuer's contact, if it gave one."""
    contact = fonts.spelled(_short(document.issuer.contact))
    words = label("check_how.issuer")
    return Pair(
        words.zh.format(contact=f"（{contact}）" if contact else ""),
        words.en.format(contact=f" ({contact})" if contact else ""),
    )


def _step(sheet: Sheet, look: Look, top: float, mark: str, words: Pair, *, left: float, room: float) -> float:
    with sheet.element("P"):
        sheet.text(left + 4, top + 7.2, mark, 7.6, bold=True, colour=look.accent, align="center")
        return pair(sheet, top, words, left=left + 12, room=room - 12, size=7) + 1.2
