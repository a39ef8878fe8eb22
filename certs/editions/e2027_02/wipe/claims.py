# SPDX-License-Identifier: GPL-3.0-or-later
"""What a verified erase may be called: three separate claims, and what may still be in or on the phone."""

from collections.abc import Mapping
from dataclasses import replace

from certs.editions.e2027_02.phones.verdict import Source, Verdict
from certs.editions.e2027_02.wipe.carded import card
from certs.editions.e2027_02.wipe.overwritten import overwriting
from certs.editions.e2027_02.wipe.readings import Readings
from certs.editions.e2027_02.wipe.report import Claims, Condition
from certs.editions.e2027_02.wipe.rules import EVERY_METHOD, MethodRule, ResidueCase, Rules, Test

CONDITIONS = ("C1", "C2", "C3", "C4", "C5", "C6")
NOTHING = "none"

_MUST_BE_MET = ("C1", "C2", "C3", "C6")
_NOT_CLAIMED = Condition(state="unknown", source=Source.NOT_CHECKED, reason="not_claimed")
_UNKNOWN_REASONS = {"C4": "no_statement_on_escrow", "C5": "no_module_list"}
_OPEN_RESIDUES = ("present", "unknown")


def conditions(readings: Readings, *, method: str, rules: Rules) -> Mapping[str, Condition]:
    """C1-C6, each met, not_met or unknown, with who says so."""
    found = {}
    for name in CONDITIONS:
        reason = _UNKNOWN_REASONS.get(name, "not_read")
        found[name] = Condition(state="unknown", source=Source.NOT_CHECKED, reason=reason)
        for case in rules.conditions:
            if case.name == name and method in case.methods and _all_hold(readings, case.needs):
                found[name] = Condition(state=case.state, source=case.source, reason=case.reason)
                break
    return found


def allow_purge(found: Mapping[str, Condition]) -> bool:
    """Purge by cryptographic erase only if C1, C2, C3, C6 are met and C4 is not known to fail."""
    return all(found[name].state == "met" for name in _MUST_BE_MET) and found["C4"].state != "not_met"


def keys_destroyed(found: Mapping[str, Condition], *, method: str, rules: Rules) -> bool:
    """E3: the conditions hold, and C3 rests on a case that carries E3."""
    carrying = {
        case.reason for case in rules.conditions if case.name == "C3" and case.carries_e3 and method in case.methods
    }
    return allow_purge(found) and found["C3"].reason in carrying


def claims(
    readings: Readings, residues: Mapping[str, str], *, method: MethodRule, rules: Rules, verdict: Verdict
) -> Claims:
    """The claims of a job: none at all unless the erase is verified. What was overwritten is told of any phone that has
    not failed.
    """
    found = conditions(readings, method=method.name, rules=rules)
    if verdict is Verdict.FAILED:
        return no_claims(found)
    overwritten = overwriting(readings, rules.overwrite)
    if verdict is not Verdict.PASSED:
        return replace(no_claims(found), overwriting=overwritten)  # what was done is said, and nothing is claimed
    is_overwritten = overwritten is not None and not overwritten.reasons
    if allow_purge(found):
        nist, technique = "purge", method.purge
    elif _may_be_called_clear(readings, method=method.name, rules=rules, is_overwritten=is_overwritten):
        nist, technique = "clear", method.clear
    else:
        nist, technique = NOTHING, method.clear
    # Without overwriting or a block erase GB 46864 gets supporting evidence only, whatever the keys.
    without = NOTHING if nist == NOTHING else "supporting_only"
    gb = "method_overwrite" if is_overwritten else without
    return Claims(
        nist_method=nist,
        technique=technique,
        conditions=found,
        gb_status=gb,
        r2_status=_r2(residues, method=method, rules=rules),
        overwriting=overwritten,
    )


def no_claims(found: Mapping[str, Condition] | None = None) -> Claims:
    """What may be said of an erase that is not verified."""
    everything = found or dict.fromkeys(CONDITIONS, _NOT_CLAIMED)
    return Claims(nist_method=NOTHING, technique=NOTHING, conditions=everything, gb_status=NOTHING, r2_status="fail")


def residues(readings: Readings, *, method: str, rules: Rules, verdict: Verdict) -> Mapping[str, str]:
    """The scope checklist: what was cleared, is absent, is still there, was not covered, or is unknown."""
    found: dict[str, str] = {}
    for case in rules.residues:
        if not _is_about(case, method):
            continue
        found.setdefault(case.name, "unknown")
        fits = (verdict is Verdict.PASSED or not case.verified) and _all_hold(readings, case.needs)
        if found[case.name] == "unknown" and fits:
            found[case.name] = case.state
    treated = card(readings, rules.card)
    if treated is not None:  # its own evidence decides, whatever became of the phone
        found["sd"] = "present" if treated.reasons else "cleared"
    return found


def _is_about(case: ResidueCase, method: str) -> bool:
    return method in case.methods or EVERY_METHOD in case.methods


def _may_be_called_clear(readings: Readings, *, method: str, rules: Rules, is_overwritten: bool) -> bool:
    return any(
        method in case.methods and (is_overwritten or not case.overwritten) and _all_hold(readings, case.needs)
        for case in rules.clears
    )


def _r2(residues: Mapping[str, str], *, method: MethodRule, rules: Rules) -> str:
    blocking = {case.name for case in rules.residues if case.blocks_r2 and _is_about(case, method.name)}
    return "fail" if any(residues.get(name) in _OPEN_RESIDUES for name in blocking) else method.r2


def _all_hold(readings: Readings, needs: tuple[Test, ...]) -> bool:
    return all(readings.holds(need) for need in needs)
