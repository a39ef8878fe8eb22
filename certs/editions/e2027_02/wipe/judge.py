# SPDX-License-Identifier: GPL-3.0-or-later
"""What a job's evidence says of its erase: a pure function of kept values and one rule file.

Reads nothing but kept evidence, never raises, and answers the same years later. Missing, malformed or
unanswered is INDETERMINATE; one reading against the erase is FAILED; PASSED (= VERIFIED) needs every
requirement, the same phone before and after, two independent writers, and level E2 or better.
"""

from collections.abc import Sequence

from certs.editions.e2027_02.phones.evidence import Evidence, Moment
from certs.editions.e2027_02.phones.identity import Reading, compare_all, contradict, identifying
from certs.editions.e2027_02.phones.verdict import Verdict, worst
from certs.editions.e2027_02.wipe import claims as claim
from certs.editions.e2027_02.wipe.attested import attestation_of, speaks_against
from certs.editions.e2027_02.wipe.carded import card
from certs.editions.e2027_02.wipe.readings import Readings
from certs.editions.e2027_02.wipe.report import EraseReport, EvidenceLevel, Finding
from certs.editions.e2027_02.wipe.rules import MethodRule, Row, Rules, WEAK_WRITERS

WRITERS_NEEDED = 2
_NOT_INDEPENDENT = frozenset({"host", "operator"})
"""Our own cable and a person are no stratum of the phone."""


def judge(evidence: Sequence[Evidence], *, method: str, rules: Rules) -> EraseReport:
    """The report on `evidence` (any order; numbers decide) of a job that used `method`."""
    readings = Readings(evidence)
    about = rules.methods.get(method)
    if about is None:
        return _nothing_to_say(method, rules)
    attested = attestation_of(evidence, method=method)
    against = speaks_against(attested, readings)
    findings = _find_all(readings, method, rules)
    same_phone = _same_phone(readings, about)
    level = _level(readings, findings, same_phone, about, rules, against=against)
    writers = _writers(findings, rules)
    verdict = _verdict(findings, same_phone, level, writers, rules, against=against)
    residues = claim.residues(readings, method=method, rules=rules, verdict=verdict)
    return EraseReport(
        method=method,
        rules_version=rules.version,
        rules_sha256=rules.sha256,
        verdict=verdict,
        level=level,
        final_reset=_final_reset(findings, level, about, rules),
        same_phone=same_phone,
        findings=findings,
        claims=claim.claims(readings, residues, method=about, rules=rules, verdict=verdict),
        attestation=attested,
        residues=residues,
        reasons=()
        if verdict is Verdict.PASSED
        else _reasons(
            readings, findings, same_phone=same_phone, level=level, writers=writers, rules=rules, against=against
        ),
        card=card(readings, rules.card),
    )


def _nothing_to_say(method: str, rules: Rules) -> EraseReport:
    return EraseReport(
        method=method,
        rules_version=rules.version,
        rules_sha256=rules.sha256,
        verdict=Verdict.INDETERMINATE,
        level=EvidenceLevel.NONE,
        final_reset="missing",
        same_phone=Verdict.INDETERMINATE,
        findings=(),
        claims=claim.no_claims(),
        attestation=None,
        residues={},
        reasons=("unknown_method" if method else "erase_not_begun",),
    )


# findings -----------------------------------------------------------------------------------------


def _find_all(readings: Readings, method: str, rules: Rules) -> tuple[Finding, ...]:
    rows = [row for row in rules.rows if method in row.methods]
    return tuple(_find(row, readings) for row in rows if _applies(row, readings))


def _applies(row: Row, readings: Readings) -> bool:
    """What may not have been read at any time says nothing where it was never read."""
    if row.test.any_time and not readings.counted(row.test):
        return False
    return row.unless is None or not readings.guarded(row.unless)


def _find(row: Row, readings: Readings) -> Finding:
    """One row over every reading it is about. What speaks against the erase needs one reading only, so
    that asking twice never helps a phone; what speaks for it must hold in the last, or in each that counts.
    """
    found = readings.counted(row.test) if row.test.any_time else readings.at(row.test)
    answers = [reading.holds for reading in found]
    if not found:
        verdict = Verdict.INDETERMINATE
    elif row.kind == "contradiction":
        verdict = _contradicted(answers)
    elif row.against:
        verdict = worst(_AS_VERDICT[answer] for answer in answers)
    elif row.test.any_time:
        verdict = Verdict.PASSED if all(answer is True for answer in answers) else Verdict.INDETERMINATE
    else:
        verdict = Verdict.PASSED if answers[-1] is True else Verdict.INDETERMINATE
    numbers = tuple(reading.number for reading in found)
    return Finding(rule=row.name, kind=row.kind, verdict=verdict, writer=row.writer, evidence=numbers)


_AS_VERDICT = {True: Verdict.PASSED, False: Verdict.FAILED, None: Verdict.INDETERMINATE}


def _contradicted(answers: list[bool | None]) -> Verdict:
    if True in answers:
        return Verdict.FAILED
    return Verdict.INDETERMINATE if None in answers else Verdict.PASSED


def _passed(findings: tuple[Finding, ...]) -> frozenset[str]:
    return frozenset(finding.rule for finding in findings if finding.verdict is Verdict.PASSED)


def _by_name(rules: Rules) -> dict[str, Row]:
    return {row.name: row for row in rules.rows}


# identity -----------------------------------------------------------------------------------------


def _same_phone(readings: Readings, about: MethodRule) -> Verdict:
    """Two readings that contradict each other, whenever they were made, are of two phones."""
    told = {moment: _readings(readings, moment) for moment in Moment}
    if contradict(reading for readings_then in told.values() for reading in readings_then):
        return Verdict.FAILED
    return worst(compare_all(told[Moment.BEFORE], told[moment]).verdict for moment in about.identity)


def _readings(readings: Readings, moment: Moment) -> list[Reading]:
    """What each piece of evidence says of who the phone is, each different reading once."""
    found: dict[frozenset[tuple[str, str]], Reading] = {}
    for piece in readings.pieces(moment):
        reading = identifying(piece.values)
        if reading:
            found.setdefault(frozenset(reading.items()), reading)
    return list(found.values())


# level, writers, verdict --------------------------------------------------------------------------


def _level(
    readings: Readings,
    findings: tuple[Finding, ...],
    same_phone: Verdict,
    about: MethodRule,
    rules: Rules,
    *,
    against: tuple[str, ...],
) -> EvidenceLevel:
    commanded = bool(readings.pieces(Moment.COMMAND))
    level = EvidenceLevel.E0 if commanded else EvidenceLevel.NONE
    if against or same_phone is Verdict.FAILED or any(finding.verdict is Verdict.FAILED for finding in findings):
        return level  # what was seen is not this phone, or not this erase
    passed, rows, applied = _passed(findings), _by_name(rules), {finding.rule for finding in findings}
    for name in passed:
        row = rows[name]
        supported = row.level
        if row.kind == "contradiction" or not _required_rows_hold(row, passed, applied):
            continue
        weak = row.writer in WEAK_WRITERS or same_phone is not Verdict.PASSED
        if weak and supported.reaches(EvidenceLevel.E2):
            supported = EvidenceLevel.E1
        level = supported if supported.reaches(level) else level
    found = claim.conditions(readings, method=about.name, rules=rules)
    if level is EvidenceLevel.E2 and claim.keys_destroyed(found, method=about.name, rules=rules):
        return EvidenceLevel.E3
    return level


def _required_rows_hold(row: Row, passed: frozenset[str], applied: set[str]) -> bool:
    """Every row it leans on holds; a row that does not apply (`unless`) is no hindrance."""
    return all(
        any(name in passed or name not in applied for name in alternatives) for alternatives in row.supports_with
    )


def _writers(findings: tuple[Finding, ...], rules: Rules) -> frozenset[str]:
    """Who wrote what speaks for the erase; all signals of one writer count as one."""
    rows = _by_name(rules)
    speaking = [rows[name] for name in _passed(findings)]
    return frozenset(
        row.writer
        for row in speaking
        if row.kind != "contradiction" and row.level is not EvidenceLevel.NONE and row.writer not in _NOT_INDEPENDENT
    )


def _verdict(
    findings: tuple[Finding, ...],
    same_phone: Verdict,
    level: EvidenceLevel,
    writers: frozenset[str],
    rules: Rules,
    *,
    against: tuple[str, ...],
) -> Verdict:
    if against or same_phone is Verdict.FAILED or any(finding.verdict is Verdict.FAILED for finding in findings):
        return Verdict.FAILED
    complete = not _unmet(findings, rules)
    enough = level.reaches(EvidenceLevel.E2) and len(writers) >= WRITERS_NEEDED
    if complete and enough and same_phone is Verdict.PASSED:
        return Verdict.PASSED
    return Verdict.INDETERMINATE


def _unmet(findings: tuple[Finding, ...], rules: Rules) -> tuple[Finding, ...]:
    """Requirements that do not hold (of a group, only if none of it holds), and contradictions nobody could
    look for.
    """
    rows, passed = _by_name(rules), _passed(findings)
    groups = {rows[name].group for name in passed if rows[name].group}
    return tuple(
        finding
        for finding in findings
        if finding.kind != "signal" and finding.rule not in passed and rows[finding.rule].group not in groups
    )


def _final_reset(findings: tuple[Finding, ...], level: EvidenceLevel, about: MethodRule, rules: Rules) -> str:
    """`missing` also when no reset was proven at all: then none can be the last."""
    rows = _by_name(rules)
    of_it = [
        finding
        for finding in findings
        if finding.kind == "requirement" and rows[finding.rule].test.moments == (Moment.FINAL,)
    ]
    # One of a group has others to stand in for it, and is about what the reset left, not about the reset.
    seen = all(finding.verdict is Verdict.PASSED for finding in of_it if not rows[finding.rule].group)
    return about.final if seen and level.reaches(EvidenceLevel.E2) else "missing"


def _reasons(
    readings: Readings,
    findings: tuple[Finding, ...],
    *,
    same_phone: Verdict,
    level: EvidenceLevel,
    writers: frozenset[str],
    rules: Rules,
    against: tuple[str, ...],
) -> tuple[str, ...]:
    """Why it is not VERIFIED: what speaks against it; if nothing does, what is missing."""
    rows = _by_name(rules)
    reasons = ["another_phone"] if same_phone is Verdict.FAILED else []
    reasons += against
    reasons += [rows[finding.rule].reason for finding in findings if finding.verdict is Verdict.FAILED]
    if reasons:
        return tuple(dict.fromkeys(reasons))
    # A contradiction rule whose value was never read is not reported as a contradiction.
    unlooked = [finding for finding in _unmet(findings, rules) if rows[finding.rule].kind == "contradiction"]
    unmet = [finding for finding in _unmet(findings, rules) if finding not in unlooked]
    if not readings.pieces(Moment.AFTER):
        reasons.append("nothing_read_after")
    elif unlooked:
        reasons.append("not_looked_for_everything")
    if not readings.pieces(Moment.AFTER):
        unmet = [finding for finding in unmet if rows[finding.rule].test.moments != (Moment.AFTER,)]
    if same_phone is Verdict.INDETERMINATE:
        reasons.append("identity_too_thin")
    reasons += [rows[finding.rule].reason for finding in unmet]
    if not level.reaches(EvidenceLevel.E2):
        reasons.append("factory_state_only" if level is EvidenceLevel.E1 else "reset_not_proven")
    if len(writers) < WRITERS_NEEDED:
        reasons.append("one_writer_only")
    return tuple(dict.fromkeys(reasons))
