# SPDX-License-Identifier: GPL-3.0-or-later
"""Turns the results of checks into a grade: a total function of evidence, erase verdict and scheme.

Axes are kept apart (function, battery, cosmetic) and never averaged; the usability class is the worst of
what they allow, and `capped_by` says what kept it from being better.
"""

from collections.abc import Mapping, Sequence

from certs.editions.e2027_02.grading.checks import CLAIMING_LINK, NOT_LOOKED, run_check
from certs.editions.e2027_02.grading.eyes import measured_faces
from certs.editions.e2027_02.grading.maker_page import names_a_foreign_part
from certs.editions.e2027_02.grading.questions import COSMETIC
from certs.editions.e2027_02.grading.report import CheckOutcome, CheckResult, Grade
from certs.editions.e2027_02.grading.schemes import Scheme, USABILITY, whole_number
from certs.editions.e2027_02.phones.evidence import Evidence, Outcome
from certs.editions.e2027_02.phones.port import Platform
from certs.editions.e2027_02.phones.signs import NOT_MEASURED
from certs.editions.e2027_02.phones.verdict import Verdict

_FACES = ("statement.cosmetic_front", "statement.cosmetic_back", "statement.cosmetic_frame")
_PARTS_STATED = "statement.parts"
_TELLS_NOTHING = frozenset({"unsupported", "unknown"})
ANSWERING_LOCKS = frozenset({"knox_guard", "device_lock", "other_lock"})
"""Locks whose own service answers, so that an answer other than clear is one. The others are concluded from what is
installed or signed in, and are often unknown on phones that nobody has locked.
"""
WITHOUT_GRADE = "no class without a grade"
_SECONDARY = ("secondary", "seldom")
_SOUND = (CheckOutcome.PASS, CheckOutcome.NOT_APPLICABLE)


def grade(evidence: Sequence[Evidence], *, platform: Platform, verdict: Verdict, scheme: Scheme) -> Grade:
    """The grade. Without a verified erase there are results of checks, but no grade (usability "")."""
    checks = tuple(run_check(check, evidence, platform) for check in scheme.checks)
    evidence = [piece for piece in evidence if piece.link != CLAIMING_LINK]  # no page speaks of battery, wear or parts
    health = _worst_number(evidence, "battery.health_percent", scheme)
    band = battery_band(health, scheme)
    cosmetic = cosmetic_grade(evidence, scheme)
    functional, reasons = functional_class(checks, parts_original=_parts_original(evidence), health=health)
    usability, capped_by = usability_class(
        functional=functional, cosmetic=cosmetic, band=band, checks=checks, verdict=verdict, scheme=scheme
    )
    return Grade(
        scheme=scheme.name,
        scheme_version=scheme.version,
        scheme_sha256=scheme.sha256,
        usability=usability,
        functional=functional,
        battery_band=band,
        cosmetic=cosmetic,
        capped_by=tuple(dict.fromkeys((*capped_by, *reasons))),
        checks=checks,
        mappings=mappings(functional, cosmetic, band, scheme, usability=usability),
    )


def battery_band(health: int | None, scheme: Scheme) -> str:
    """excellent, good, service or fail by percent of design capacity; not_measured without one."""
    if health is None:
        return "not_measured"
    for band, at_least in scheme.battery_bands:
        if health >= at_least:
            return band
    return "fail"


def cosmetic_grade(evidence: Sequence[Evidence], scheme: Scheme) -> str:
    """The worst face; not_tested unless every face was looked at.

    Where the scheme takes measured answers, the letters that a person gave outright stand in only for a phone of which
    nothing was measured, and can only make a measured one worse.
    """
    measured = measured_faces(evidence) if scheme.cosmetic == "measured" else {}
    if not measured:
        return _stated_faces(evidence)
    stated = [piece.values[name] for name in _FACES for piece in evidence if name in piece.values]
    faces = [*measured.values(), *(letter for letter in stated if letter in COSMETIC)]
    return "not_tested" if "not_tested" in faces else max(faces)


def _stated_faces(evidence: Sequence[Evidence]) -> str:
    faces = []
    for name in _FACES:
        answers = [piece.values[name] for piece in evidence if name in piece.values]
        if not answers or any(answer not in COSMETIC for answer in answers):
            return "not_tested"
        faces.append(max(answers))
    return max(faces)


def functional_class(
    checks: Sequence[CheckResult], *, parts_original: bool, health: int | None
) -> tuple[str, tuple[str, ...]]:
    """F6, F5, F3 or none, with the checks that kept it from being better, as `check_<name>` codes."""
    key = [check for check in checks if check.weight in ("key", "safety") and check.outcome not in _SOUND]
    if key:
        return "none", tuple(f"key.{check.name}.{check.outcome.value}" for check in key)
    secondary = [check for check in checks if _is_missed(check)]
    if secondary:
        return "F3", tuple(f"secondary.{check.name}.{check.outcome.value}" for check in secondary)
    if not parts_original:
        return "F5", ("parts_not_known_original",)
    if health is None or health < 90:
        return "F5", ("battery_below_90",)
    return "F6", ()


def usability_class(
    *, functional: str, cosmetic: str, band: str, checks: Sequence[CheckResult], verdict: Verdict, scheme: Scheme
) -> tuple[str, tuple[str, ...]]:
    """1 to 5, U (a lock, or unknown whether there is one), H (safety), "" (erase not verified)."""
    if verdict is not Verdict.PASSED:
        return "", ("erase_not_verified",)
    if any(check.weight == "safety" and check.outcome is CheckOutcome.FAIL for check in checks):
        return "H", ("safety_hold",)
    gates = [check for check in checks if check.weight == "gate" and check.outcome not in _SOUND]
    gates += [check for check in checks if check.weight == "lock" and _may_be_shut(check)]
    if gates:
        return "U", tuple(f"gate.{check.name}.{check.outcome.value}" for check in gates)
    best = scheme.usability[functional][cosmetic]
    limits = {f"battery_{band}": scheme.battery_caps[band]}
    failed = [check for check in checks if check.weight in _SECONDARY and check.outcome is CheckOutcome.FAIL]
    if len(failed) >= scheme.several_secondary:
        limits["several_secondary_failed"] = "4"
    if cosmetic != "A":
        limits[f"cosmetic_{cosmetic}"] = scheme.usability["F6"][cosmetic]
    result = max([best, *limits.values()], key=USABILITY.index)
    capped = tuple(name for name, cap in limits.items() if cap == result and cap != "1")
    return result, capped


def _may_be_shut(check: CheckResult) -> bool:
    answered = check.name in ANSWERING_LOCKS and check.outcome is CheckOutcome.INDETERMINATE
    return answered or check.outcome is CheckOutcome.FAIL


def _is_missed(check: CheckResult) -> bool:
    """Does a check that is no main function keep the phone from being fully functional?"""
    if check.weight == "seldom":  # of most phones nobody can know it: a class that needed it would be nobody's
        return check.outcome is CheckOutcome.FAIL
    return check.weight == "secondary" and check.outcome not in _SOUND


def mappings(functional: str, cosmetic: str, band: str, scheme: Scheme, *, usability: str) -> Mapping[str, str]:
    """What the grade would be called elsewhere; a text that is not in hand stays so.

    Without a grade of ours (not verified, locked, held) there is none elsewhere: both tables are about
    processed phones only.
    """
    columns = {}
    for column, table in scheme.mappings.items():
        if "text" in table:
            columns[column] = table["text"]
        elif usability not in USABILITY:
            columns[column] = WITHOUT_GRADE
        elif f"battery_{band}" in table:
            columns[column] = table[f"battery_{band}"]
        else:
            columns[column] = table.get(f"{functional}.{cosmetic}", table["otherwise"])
    return columns


def _worst_number(evidence: Sequence[Evidence], name: str, scheme: Scheme) -> int | None:
    """The worst reading. One that was not measured leaves none, unless another is as bad as it can be."""
    answered = [piece.values for piece in evidence if piece.outcome is Outcome.ANSWERED]
    found = [int(values[name]) for values in answered if whole_number(values.get(name, "")) is not None]
    worst = min(found) if found else None
    doubtful = any(NOT_MEASURED + name in values for values in answered)
    return None if doubtful and battery_band(worst, scheme) != "fail" else worst


def _parts_original(evidence: Sequence[Evidence]) -> bool:
    """True only if the phone itself called battery and screen original, or, of what it tells nothing, a person did.

    Silence is not 'genuine', and a phone that calls a part replaced is believed before any person. So is the maker's
    own page, of which a person read that a part came from elsewhere.
    """
    if names_a_foreign_part(evidence):
        return False
    stated = {piece.values[_PARTS_STATED] for piece in evidence if _PARTS_STATED in piece.values} - {NOT_LOOKED}
    by_a_person = stated == {"original"}
    for name in ("battery.part_status", "display.part_status"):
        said = {piece.values[name] for piece in evidence if name in piece.values} - _TELLS_NOTHING
        if said != {"original"} and (said or not by_a_person):
            return False
    return "replaced" not in stated
