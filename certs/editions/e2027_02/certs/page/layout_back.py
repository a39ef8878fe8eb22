# SPDX-License-Identifier: GPL-3.0-or-later
"""Page two, for auditors and buyers who want to know: conditions, checks, repairs, versions, findings."""

from collections import Counter
from collections.abc import Sequence
from functools import partial

from certs.editions.e2027_02.certs.page import fonts, parts
from certs.editions.e2027_02.certs.page.labels import Pair, label, phrase, phrase_if_any
from certs.editions.e2027_02.certs.page.layout_front import DISCLOSED, anchor_size
from certs.editions.e2027_02.certs.page.measured_words import limit_in_words, measured_in_words
from certs.editions.e2027_02.certs.page.parts import LEFT, Look, ROOM, clock_time, coded, coded_or_plain, heading, row_height, table, value
from certs.editions.e2027_02.certs.page.sheet import LINE, MUTED, Part, Sheet
from certs.editions.e2027_02.certs.record.schema import LogPlace, RecordDocument
from certs.editions.e2027_02.grading.report import CheckOutcome, CheckResult
from certs.editions.e2027_02.phones.verdict import Verdict
from certs.editions.e2027_02.wipe.report import Attestation, Finding

MOST_DISCLOSURES = {False: 6, True: 1}  # by `Look.tight`
MOST_MAPPINGS = {False: 6, True: 1}
MOST_ROWS = 60  # more than any page holds
MOST_LINES = {False: 3, True: 1}  # of a cell, by `Look.tight`; three hold every sentence of ours at these widths
REST = 12.0  # points for the line that counts what was left out
FINDING_COLUMNS = (68.0, 122.0, 156.0, 68.0, 60.0, ROOM - 474)


def conditions(sheet: Sheet, look: Look, document: RecordDocument, top: float) -> float:
    """C1 to C6: state, who says so, why."""
    found = document.erase.claims.conditions
    if not found:
        return top
    top = heading(sheet, look, top, label("section.conditions"))
    rows = []
    for name, condition in sorted(found.items())[:6]:
        why = phrase_if_any("condition", condition.reason) if condition.reason else None
        state, source = coded("condition_state", condition.state), coded("source", condition.source)
        rows.append(
            (
                name,
                coded("condition_name", name).both,
                f"{state.both}（{source.both}）",
                why.both if why else "",
            )
        )
    return table(sheet, top, rows, (20, 136, 108, ROOM - 264), size=6.4, bold=(0,), most=2 if look.tight else 6)


def checks(sheet: Sheet, look: Look, document: RecordDocument, top: float, room: float) -> float:
    """How many checks passed, and by name every one that did not, as many as `room` points allow; nothing where every
    check has its line on a page behind this one.
    """
    given = document.grade
    if given is None or not given.checks or look.measured:
        return top
    found = given.checks
    start = top
    top = heading(sheet, look, top, label("section.checks"))
    counted = Counter(check.outcome for check in found)
    left = LEFT
    with sheet.element("P"):
        for outcome in CheckOutcome:
            wide = sheet.text(left, top + 10, str(counted[outcome]), 12, bold=True)
            wide += 4 + sheet.text(left + wide + 4, top + 10, coded("check", outcome).both, 7, colour=MUTED)
            left += wide + 16
    top += 16
    open_ones = [check for check in found if check.outcome not in (CheckOutcome.PASS, CheckOutcome.NOT_APPLICABLE)]
    worst_first = list(CheckOutcome)
    open_ones.sort(key=lambda check: (worst_first.index(check.outcome), check.name))
    if not open_ones:
        return sheet.paragraph(LEFT, top, label("check.all_passed").both, 7.4, ROOM)
    columns = (64.0, 170.0, 118.0, ROOM - 352)
    rows = [_check_row(check) for check in open_ones]
    return _as_many(sheet, top, rows, columns, room - (top - start), bold=0, most=MOST_LINES[look.tight])


def _as_many(
    sheet: Sheet,
    top: float,
    rows: Sequence[Sequence[str]],
    columns: Sequence[float],
    room: float,
    *,
    bold: int,
    most: int,
) -> float:
    """As many whole rows as `room` points hold, at least one, and how many more the record has."""
    shown, used = 0, 0.0
    for row in rows[:MOST_ROWS]:
        used += row_height(row, columns, size=6.5, most=most)
        if shown and used > room - (REST if shown + 1 < len(rows) else 0):
            break
        shown += 1
    top = table(sheet, top, rows[:shown], columns, size=6.5, bold=(bold,), most=most)
    if len(rows) > shown:
        top = sheet.paragraph(LEFT, top + 1, parts.more(len(rows) - shown), 6.6, ROOM, colour=MUTED)
    return top


def _check_row(check: CheckResult) -> tuple[str, str, str, str]:
    limit = f"{label('check.limit').zh} {limit_in_words(check.limit)}" if check.limit else ""
    measured = f"{label('check.measured').zh} {measured_in_words(check)}" if check.measured else ""
    return coded("check", check.outcome).both, phrase("check", check.name).both, limit, measured


def disclosures(sheet: Sheet, look: Look, document: RecordDocument, top: float) -> float:
    """What the issuer states of repairs, replaced parts and warranty; what other scales would say of the grade."""
    on_front = () if look.is_report else DISCLOSED
    told = sorted((name, text) for name, text in document.disclosures.items() if name not in on_front)
    if told or document.sealed:
        top = heading(sheet, look, top, label("disclosure.other"))
        rows = [(coded_or_plain("disclosure", name).both, text) for name, text in told[: MOST_DISCLOSURES[look.tight]]]
        if document.sealed:
            names = [coded_or_plain("disclosure", name).both for name in sorted(document.sealed)]
            rows.append((label("disclosure.sealed").both, " · ".join(names)))
        top = table(sheet, top, rows, (150, ROOM - 150), bold=(0,), most=1 if look.tight else 2)
        if len(told) > MOST_DISCLOSURES[look.tight]:
            top = sheet.paragraph(
                LEFT, top, parts.more(len(told) - MOST_DISCLOSURES[look.tight]), 6.6, ROOM, colour=MUTED
            )
        top += 7
    given = document.grade
    if given is None or not given.mappings:
        return top
    top = heading(sheet, look, top, label("grade.mappings"))
    columns = sorted(given.mappings.items())
    rows = [
        (coded_or_plain("mapping", name).both, coded_or_plain("mapping", fonts.spelled(text)).both)
        for name, text in columns[: MOST_MAPPINGS[look.tight]]
    ]
    top = table(sheet, top, rows, (150, ROOM - 150), bold=(0,), most=1 if look.tight else 2)
    if len(columns) > MOST_MAPPINGS[look.tight]:
        top = sheet.paragraph(LEFT, top, parts.more(len(columns) - MOST_MAPPINGS[look.tight]), 6.6, ROOM, colour=MUTED)
    return top + 7


def trace(sheet: Sheet, look: Look, document: RecordDocument, record_digest: str, top: float) -> float:
    """Times, versions and digests: what an auditor needs to compute the same answer again."""
    job, found, facts, grade = document.job, document.erase, document.device_facts, document.grade
    before = facts.system_before
    top = heading(sheet, look, top, label("section.trace"))
    system = _some(before.version, before.build)
    cells = [
        ("opened", clock_time(job.opened_at)),
        ("finished", clock_time(job.finished_at)),
        ("issued", clock_time(document.issued_at)),
        ("retention", document.retention_until),
        ("job", f"{job.id} / {job.attempt}"),
        ("port", _some(job.port, job.slot)),
        ("policy", f"{document.policy.name} ({coded('nist', document.policy.minimum_nist).both})"),
        ("stage", coded_or_plain("stage", job.stage.lower()).both if job.stage else "—"),
        ("phone.system_before", system),
        ("patch", _some(before.security_patch)),
        ("encryption", _some(facts.encryption)),
        ("boot", _some(facts.verified_boot)),
        ("tool", f"proofwipe · {document.edition}"),
        ("rules", f"{found.rules_version} / SHA-256 {found.rules_sha256[:12]}…"),
        ("scheme", f"{grade.scheme} {grade.scheme_version} / SHA-256 {grade.scheme_sha256[:8]}…" if grade else "—"),
        ("evidence", str(len(document.evidence))),
        ("key", document.station.key_id),
        *_log_cells(document),
        *_attested_cells(found.attestation),
    ]
    wide = ROOM / 4
    for start in range(0, len(cells), 4):
        with sheet.element("P"):
            top = 2.5 + max(
                value(
                    sheet,
                    LEFT + index * wide,
                    top,
                    _caption(name),
                    text,
                    room=wide - 10,
                    size=7.2,
                    most=1 if look.tight else 2,
                )
                for index, (name, text) in enumerate(cells[start : start + 4])
            )
    return 2 + value(sheet, LEFT, top, _caption("record"), record_digest, room=ROOM, size=7)


def _attested_cells(found: Attestation | None) -> list[tuple[str, str]]:
    """How the attestation was judged, and against which set of roots if it is good."""
    if found is None:
        return []
    told = coded("attestation", found.code).both
    if found.holds:
        origin = coded("attestation", found.roots_from)
        roots = label("attestation.roots", version=found.roots_version, date=found.roots_date)
        told += f" · {origin.both} {roots.both}"
    return [("attestation", told)]


def _log_cells(document: RecordDocument) -> list[tuple[str, str]]:
    log = document.log
    if not isinstance(log, LogPlace):
        return [("log", f"log: none · {label('trace.log_none').both}")]
    size = anchor_size(log)
    root = log.anchor[2] if size and len(log.anchor) > 2 else ""
    return [
        ("log", f"{fonts.spelled(log.origin)} #{log.start}"),
        ("anchor", f"{size} · {fonts.spelled(root[:16])}…" if root else "—"),
    ]


def _caption(name: str) -> Pair:
    return label(name) if "." in name else label(f"trace.{name}")


def _some(*texts: str) -> str:
    return fonts.spelled(" / ".join(text for text in texts if text)) or "—"


def findings(sheet: Sheet, look: Look, document: RecordDocument, top: float, room: float) -> float:
    """The rows of the rule file that led to the verdict, what speaks against the erase first."""
    found = document.erase.findings
    if not found:
        return top
    start = top
    top = heading(sheet, look, top, label("section.findings"))
    rows = _finding_rows(found)
    return _as_many(sheet, top, rows, FINDING_COLUMNS, room - (top - start), bold=3, most=MOST_LINES[look.tight])


def findings_in_full(sheet: Sheet, look: Look, document: RecordDocument) -> list[Part]:
    """The same, every row a part of its own; the name of the section stands with the first."""
    found = []
    for index, row in enumerate(_finding_rows(document.erase.findings)):
        found.append(sheet.part(partial(_finding_row, sheet, look, row, is_first=index == 0)))
    return found


def _finding_row(sheet: Sheet, look: Look, row: Sequence[str], top: float, *, is_first: bool) -> float:
    top = heading(sheet, look, top, label("section.findings")) if is_first else top
    bottom = table(sheet, top, [row], FINDING_COLUMNS, size=6.5, bold=(3,), most=MOST_LINES[False])
    sheet.rule(LEFT, bottom, LEFT + ROOM, colour=LINE, weight=0.3)
    return bottom


def _finding_rows(found: Sequence[Finding]) -> list[tuple[str, ...]]:
    """What speaks against the erase first."""
    order = {Verdict.FAILED: 0, Verdict.INDETERMINATE: 1, Verdict.PASSED: 2}
    listed = sorted(found, key=lambda finding: (order[finding.verdict], finding.rule))
    return [
        (
            coded("kind", finding.kind).both,
            *coded_or_plain("rule", finding.rule),
            _verdict(finding),
            _writer(finding.writer),
            _numbers(finding.evidence),
        )
        for finding in listed
    ]


def _verdict(finding: Finding) -> str:
    section = "against" if finding.kind == "contradiction" else "verdict"
    return coded(section, finding.verdict).both


def _writer(writer: str) -> str:
    return coded("writer", writer).both if writer else "—"


def _numbers(evidence: tuple[int, ...]) -> str:
    return parts.one_line("#" + ",".join(map(str, evidence)), 6.5, FINDING_COLUMNS[-1] - 6) if evidence else ""
