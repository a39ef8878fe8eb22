# SPDX-License-Identifier: GPL-3.0-or-later
"""Holds what was measured against the limit that was declared before. Nothing measured is never a pass."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from grading.derived import DERIVED
from grading.report import CheckOutcome, CheckResult
from grading.schemes import BROWSER, Check, whole_number
from phones.allowed import MALFORMED
from phones.evidence import Evidence, Outcome
from phones.port import Platform
from phones.signs import NOT_MEASURED, SKIPPED, SOURCES
from phones.verdict import Source

CLAIMING_LINK = "browser"
"""The link of evidence that a page in the phone's own browser claims."""
NOT_LOOKED = "not_looked"
"""What a person answers who has not looked."""
NEVER_STATED = frozenset(
    {
        "frozen",
        "one_state",
        "overridden",
        "placeholder",
        "replayed",
        "set_by_hand",
        "simulated",
        "sources_disagree",
    }
)
"""Signs that a part was seen to be stuck, or that a value was put in place of the measured one. Where a scheme says
who measures, no person's word stands in for such a reading.
"""
MOST_TOLD = 200
"""Letters of what was measured; a list that is longer ends in a sign that says so, and stands whole in the evidence."""
_WORST_FIRST = (
    CheckOutcome.FAIL,
    CheckOutcome.INDETERMINATE,
    CheckOutcome.NOT_TESTED,
    CheckOutcome.PASS,
    CheckOutcome.NOT_APPLICABLE,
)


def run_check(check: Check, evidence: Sequence[Evidence], platform: Platform) -> CheckResult:
    """One check over all evidence of the job: its worst reading counts, whenever it was taken. What a person skipped is
    none; it is told where there is no other.
    """
    limit = limit_in_words(check)
    if platform.value not in check.platforms:
        return _result(check, CheckOutcome.NOT_APPLICABLE, limit, "", None)
    answered = [piece for piece in evidence if piece.outcome is Outcome.ANSWERED and may_say(piece, check.value)]
    if check.value in DERIVED:
        return _derived(check, answered, limit)
    readings = [
        (_read(check, piece.values), _measured(check, piece.values), piece)
        for piece in answered
        if _says(check.value, piece.values) and not _is_skipped(check, piece)
    ]
    if stated := _stated(check, evidence):
        kept = [reading for reading in readings if not _stands_back(check, *reading)]
        rests_on_a_person = bool(check.measurer) and len(kept) < len(readings)
        readings = stated + kept if rests_on_a_person else kept + stated  # of two that say the same, the first is told
    if not readings:
        skipped = any(_is_skipped(check, piece) for piece in answered)
        told = f"not measured: {SKIPPED}" if skipped else ""
        return _result(check, CheckOutcome.NOT_TESTED, limit, told, None)
    outcome, measured, piece = min(readings, key=lambda reading: _WORST_FIRST.index(reading[0]))
    return _result(check, outcome, limit, measured, piece)


def _derived(check: Check, answered: Sequence[Evidence], limit: str) -> CheckResult:
    """A check of a value that is computed from all of the evidence together."""
    found = DERIVED[check.value](answered)
    if found is None:
        return _result(check, CheckOutcome.NOT_TESTED, limit, "", None)
    newest = _result(check, _compare(check, found.text), limit, found.measured, found.pieces[-1])
    return replace(newest, evidence=tuple(piece.number for piece in found.pieces))


def limit_in_words(check: Check) -> str:
    """The limit as it was declared, `≤ 44.9 °C`."""
    declared = ", ".join(in_words(text, check.unit) for text in check.limit)
    return " ".join(part for part in (_sign(check), declared) if part)


def may_say(piece: Evidence, name: str) -> bool:
    """A page in the phone's own browser claims `browser.*` and nothing else; nobody else claims that."""
    return (piece.link == CLAIMING_LINK) == name.startswith(BROWSER)


def _stands_back(check: Check, outcome: CheckOutcome, _measured: str, piece: Evidence) -> bool:
    """Does a person's word stand in for this reading? Never for one that failed, or that somebody has put there."""
    falsified = bool(check.measurer) and piece.values.get(NOT_MEASURED + check.value) in NEVER_STATED
    return outcome is CheckOutcome.INDETERMINATE and not falsified


def _stated(check: Check, evidence: Sequence[Evidence]) -> list[tuple[CheckOutcome, str, Evidence]]:
    """What a person said where the phone tells nothing; one who says that he did not look has said nothing."""
    said = [
        (piece.values[check.stated], piece)
        for piece in evidence
        if piece.outcome is Outcome.ANSWERED and check.stated in piece.values and may_say(piece, check.stated)
    ]
    return [
        (CheckOutcome.PASS if word in check.stated_limit else CheckOutcome.FAIL, word, piece)
        for word, piece in said
        if word not in {NOT_LOOKED, MALFORMED}
    ]


_GIGABYTE = {"bytes": 1_000_000_000, "KiB": 976_562.5}


def in_words(text: str, unit: str) -> str:
    """A whole number in its unit as people write it: 449 of "0.1 °C" is "44.9 °C", bytes and KiB are decimal GB.

    A text that is no number is left as it is.
    """
    number = whole_number(text)
    if number is None or not unit:
        return f"{text} {unit}".strip()
    if unit.startswith("0.1 "):
        return f"{'-' if number < 0 else ''}{abs(number) // 10}.{abs(number) % 10} {unit.removeprefix('0.1 ')}"
    if unit in _GIGABYTE:
        return f"{int(number / _GIGABYTE[unit] * 10) / 10:g} GB"
    return f"{text} {unit}"


def _says(name: str, values: Mapping[str, str]) -> bool:
    return name in values or NOT_MEASURED + name in values


def _is_skipped(check: Check, piece: Evidence) -> bool:
    return piece.values.get(NOT_MEASURED + check.value) == SKIPPED


def _read(check: Check, values: Mapping[str, str]) -> CheckOutcome:
    """What shows its sign of not having been measured is neither a pass nor a failure, whatever it says."""
    return CheckOutcome.INDETERMINATE if NOT_MEASURED + check.value in values else _compare(check, values[check.value])


def _measured(check: Check, values: Mapping[str, str]) -> str:
    sign = values.get(NOT_MEASURED + check.value)
    if sign is None:
        return in_words(values[check.value], check.unit)
    said = values.get(SOURCES + check.value) or values.get(check.value, "")
    return f"not measured: {sign}" + (f" ({said})" if said else "")


def _result(check: Check, outcome: CheckOutcome, limit: str, measured: str, piece: Evidence | None) -> CheckResult:
    source = Source.NOT_CHECKED
    if piece is not None:
        source = Source.STATED if piece.link == "operator" else Source.OBSERVED
    return CheckResult(
        name=check.name,
        weight=check.weight,
        outcome=outcome,
        limit=limit,
        measured=measured if len(measured) <= MOST_TOLD else f"{measured[: MOST_TOLD - 1]}…",
        source=source.value,
        moment=piece.moment.value if piece else "",
        evidence=(piece.number,) if piece else (),
    )


def _sign(check: Check) -> str:
    return {
        "at_least": "≥",
        "at_most": "≤",
        "equals": "=",
        "contains_all": "⊇",
        "is_empty": "none",
        "present": "present",
    }.get(check.operator, "∈")


def _compare(check: Check, text: str) -> CheckOutcome:
    if text in {MALFORMED, "unknown"}:
        return CheckOutcome.INDETERMINATE
    if text in check.not_applicable:
        return CheckOutcome.NOT_APPLICABLE
    passed = _passes(check, text)
    if passed is None:
        return CheckOutcome.INDETERMINATE
    return CheckOutcome.PASS if passed else CheckOutcome.FAIL


def _passes(check: Check, text: str) -> bool | None:  # None: the text cannot be compared
    match check.operator:
        case "equals" | "one_of":
            return text in check.limit
        case "contains_all":
            return set(check.limit) <= {part.strip() for part in text.split(",")}
        case "is_empty":
            return text == ""
        case "present":
            return bool(text)
    measured, limit = whole_number(text), whole_number(check.limit[0])
    if measured is None or limit is None:
        return None
    return measured >= limit if check.operator == "at_least" else measured <= limit
