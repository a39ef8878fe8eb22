# SPDX-License-Identifier: GPL-3.0-or-later
"""The grade is a total function that never turns "nobody looked" into praise."""

import itertools
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grading.grade import (
    WITHOUT_GRADE,
    battery_band,
    cosmetic_grade,
    functional_class,
    grade,
    mappings,
    usability_class,
)
from grading.questions import COSMETIC, QUESTIONS
from grading.report import CheckOutcome, CheckResult
from grading.schemes import BANDS, FUNCTIONAL, USABILITY, Check, load
from grading.sentences import cap_sentence
from phones.allowed import allowed
from phones.evidence import Evidence
from phones.port import Platform
from phones.verdict import Verdict
from tests.grading.samples import evidence_of

SCHEME = load("basic")
ALL_BANDS = (*BANDS, "fail", "not_measured")
ALL_COSMETIC = (*COSMETIC, "not_tested")


def result(name: str, weight: str, outcome: CheckOutcome) -> CheckResult:
    return CheckResult(
        name=name, weight=weight, outcome=outcome, limit="=", measured="", source="observed", moment="before"
    )


def good_values(platform: Platform) -> dict[str, str]:
    values = {
        check.value: {
            "at_least": check.limit[0] if check.limit else "",
            "at_most": check.limit[0] if check.limit else "",
            "contains_all": ",".join(check.limit),
            "is_empty": "",
            "present": "yes",
        }.get(check.operator, check.limit[0] if check.limit else "")
        for check in SCHEME.checks
        if platform.value in check.platforms
    }
    return {
        **values,
        "battery.health_percent": "95",
        "battery.part_status": "original",
        "display.part_status": "original",
        **{f"statement.cosmetic_{face}": "A" for face in ("front", "back", "frame")},
    }


def graded(
    values: dict[str, str], *, platform: Platform = Platform.ANDROID, verdict: Verdict = Verdict.PASSED
) -> tuple[str, tuple[str, ...]]:
    found = grade([evidence_of(values)], platform=platform, verdict=verdict, scheme=SCHEME)
    return found.usability, found.capped_by


@pytest.mark.parametrize("platform", list(Platform))
def test_a_phone_without_a_fault_is_graded_one(platform: Platform) -> None:
    found = grade([evidence_of(good_values(platform))], platform=platform, verdict=Verdict.PASSED, scheme=SCHEME)
    assert (found.usability, found.functional, found.battery_band, found.cosmetic) == ("1", "F6", "excellent", "A")
    assert found.capped_by == ()
    assert (found.scheme, found.scheme_sha256) == ("basic", SCHEME.sha256)


@pytest.mark.parametrize("platform", list(Platform))
@pytest.mark.parametrize("check", SCHEME.checks, ids=lambda check: check.name)
@pytest.mark.parametrize("fault", ["missing", "malformed"])
def test_a_check_nobody_could_make_always_costs_something(platform: Platform, check: Check, fault: str) -> None:
    name, weight = check.name, check.weight
    if platform.value not in check.platforms or weight == "lock":
        return
    values = good_values(platform)
    if fault == "missing":
        del values[check.value]
    else:
        values[check.value] = "malformed"
    usability, capped_by = graded(values, platform=platform)
    outcome = "not_tested" if fault == "missing" else "indeterminate"
    if weight == "gate":
        assert (usability, capped_by[0]) == ("U", f"gate.{name}.{outcome}")
    else:
        assert usability != "1"
        code = f"{'key' if weight == 'safety' else weight}.{name}.{outcome}"
        assert code in capped_by


ANSWERING = ("knox_guard", "device_lock", "other_lock")


@pytest.mark.parametrize("check", [each for each in SCHEME.checks if each.weight == "lock"], ids=lambda each: each.name)
@pytest.mark.parametrize("platform", list(Platform))
def test_a_lock_that_nobody_could_ask_is_told_of_and_one_that_is_shut_keeps_from_sale(
    platform: Platform, check: Check
) -> None:
    """Most phones cannot be asked: a grade that needed it would be nobody's. It never reads as cleared.

    A lock that was asked and answered something other than clear is another matter: nobody knows that it is open.
    """
    if platform.value not in check.platforms:
        return
    values = good_values(platform)
    for text, outcome, usability in (
        (None, "not_tested", "1"),
        ("unknown", "indeterminate", "U" if check.name in ANSWERING else "1"),
        ("malformed", "indeterminate", "U" if check.name in ANSWERING else "1"),
        ("locked", "fail", "U"),
    ):
        said = {
            **{name: had for name, had in values.items() if name != check.value},
            **({check.value: text} if text else {}),
        }
        found = grade([evidence_of(said)], platform=platform, verdict=Verdict.PASSED, scheme=SCHEME)
        assert [each.outcome.value for each in found.checks if each.name == check.name] == [outcome]
        assert found.usability == usability
        assert found.capped_by == ((f"gate.{check.name}.{outcome}",) if usability == "U" else ())


@pytest.mark.parametrize("verdict", [Verdict.FAILED, Verdict.INDETERMINATE])
def test_without_a_verified_erase_there_is_no_grade_here_or_elsewhere(verdict: Verdict) -> None:
    found = grade(
        [evidence_of(good_values(Platform.ANDROID))], platform=Platform.ANDROID, verdict=verdict, scheme=SCHEME
    )
    assert (found.usability, found.capped_by[0]) == ("", "erase_not_verified")
    assert found.mappings == {"ctia": WITHOUT_GRADE, "r2v3": WITHOUT_GRADE, "gbt45656": "text not available"}


def test_a_swollen_battery_is_held_before_anything_else_is_said() -> None:
    values = {**good_values(Platform.ANDROID), "statement.battery_swollen": "yes", "locks.frp": "set"}
    assert graded(values) == ("H", ("safety_hold", "key.battery_swollen.fail"))


@pytest.mark.parametrize(
    ("platform", "value", "text"),
    [
        (Platform.APPLE, "locks.activation_lock", "yes"),
        (Platform.APPLE, "locks.supervised", "yes"),
        (Platform.ANDROID, "locks.frp", "set"),
        (Platform.ANDROID, "locks.device_owner", "yes"),
        (Platform.ANDROID, "locks.accounts", "1"),
    ],
)
def test_a_lock_makes_a_phone_untradeable_however_fine_it_looks(platform: Platform, value: str, text: str) -> None:
    found = grade(
        [evidence_of({**good_values(platform), value: text})], platform=platform, verdict=Verdict.PASSED, scheme=SCHEME
    )
    assert found.usability == "U"
    assert found.mappings["r2v3"] == WITHOUT_GRADE


def test_an_unknown_battery_is_worth_no_more_than_the_worst_that_passes() -> None:
    values = good_values(Platform.ANDROID)
    del values["battery.health_percent"]
    usability, capped_by = graded(values)
    assert usability == "3"
    assert "battery_not_measured" in capped_by
    worst_that_passes, _ = graded({**values, "battery.health_percent": "70"})
    assert worst_that_passes == "3"


@pytest.mark.parametrize(
    ("health", "band"),
    [
        (100, "excellent"),
        (90, "excellent"),
        (89, "good"),
        (80, "good"),
        (79, "service"),
        (70, "service"),
        (69, "fail"),
        (0, "fail"),
        (None, "not_measured"),
    ],
)
def test_battery_bands_begin_where_the_scheme_says(health: int | None, band: str) -> None:
    assert battery_band(health, SCHEME) == band


def test_the_worst_health_reading_counts() -> None:
    values = good_values(Platform.ANDROID)
    pieces = [evidence_of(values), evidence_of({"battery.health_percent": "60"}, number=2)]
    found = grade(pieces, platform=Platform.ANDROID, verdict=Verdict.PASSED, scheme=SCHEME)
    assert (found.battery_band, found.usability) == ("fail", "5")


@given(st.lists(st.sampled_from([*COSMETIC, "malformed", "F", ""]), max_size=3))
def test_the_worst_face_counts_and_a_face_nobody_saw_leaves_none(faces: list[str]) -> None:
    names = ("statement.cosmetic_front", "statement.cosmetic_back", "statement.cosmetic_frame")
    found = cosmetic_grade([evidence_of(dict(zip(names, faces, strict=False)))], SCHEME)
    if len(faces) == 3 and set(faces) <= set(COSMETIC):
        assert found == max(faces)
    else:
        assert found == "not_tested"


def test_every_combination_has_a_grade_and_no_part_of_it_is_better_than_its_cap() -> None:
    outcomes = list(CheckOutcome)
    seen = set()
    for functional, cosmetic, band, verdict in itertools.product(FUNCTIONAL, ALL_COSMETIC, ALL_BANDS, Verdict):
        for gate, safety, failed in itertools.product(outcomes, outcomes, range(5)):
            checks = [
                result("activation_lock", "gate", gate),
                result("battery_swollen", "safety", safety),
                *(result(f"s{number}", "secondary", CheckOutcome.FAIL) for number in range(failed)),
            ]
            usability, capped_by = usability_class(
                functional=functional, cosmetic=cosmetic, band=band, checks=checks, verdict=verdict, scheme=SCHEME
            )
            seen.add(usability)
            assert usability in (*USABILITY, "U", "H", "")
            assert (usability == "") == (verdict is not Verdict.PASSED)
            if usability in USABILITY:
                assert gate in (CheckOutcome.PASS, CheckOutcome.NOT_APPLICABLE)
                assert safety is not CheckOutcome.FAIL
                worst = max(
                    SCHEME.usability[functional][cosmetic],
                    SCHEME.battery_caps[band],
                    "4" if failed >= SCHEME.several_secondary else "1",
                )
                assert usability == worst
                assert usability == "1" or capped_by or usability == SCHEME.usability[functional][cosmetic]
            column = mappings(functional, cosmetic, band, SCHEME, usability=usability)
            assert set(column) == {"ctia", "r2v3", "gbt45656"}
    assert seen == {*USABILITY, "U", "H", ""}


def test_more_wear_or_less_function_never_makes_a_better_grade() -> None:
    for functional in FUNCTIONAL:
        row = [SCHEME.usability[functional][cosmetic] for cosmetic in COSMETIC]
        assert row == sorted(row)
    for cosmetic in ALL_COSMETIC:
        column = [SCHEME.usability[functional][cosmetic] for functional in FUNCTIONAL]
        assert column == sorted(column)


SERI = {"0": ("A", 6, 7), "1": ("AB", 5, 6), "2": ("ABCD", 3, 6)}
"""CTIA functional → cosmetic letters, best F, best C (research standards CT-04)."""


def test_the_r2_column_is_never_better_than_seris_table_for_the_ctia_column_beside_it() -> None:
    for functional, cosmetic, band, usability in itertools.product(FUNCTIONAL, ALL_COSMETIC, ALL_BANDS, USABILITY):
        columns = mappings(functional, cosmetic, band, SCHEME, usability=usability)
        ctia = re.fullmatch(r"([0-9]) & ([A-E])", columns["ctia"])
        r2 = re.fullmatch(r"F([0-9]) / C([0-9])", columns["r2v3"])
        if r2 is None:
            assert columns["r2v3"].startswith("no F class")
            continue
        assert band != "not_measured"
        assert ctia is not None
        letters, best_f, best_c = SERI[ctia[1]]
        assert ctia[2] in letters
        assert int(r2[1]) <= best_f
        assert int(r2[2]) <= best_c


@given(
    st.lists(
        st.dictionaries(
            st.sampled_from(
                [check.value for check in SCHEME.checks]
                + [question.value_name for question in QUESTIONS]
                + ["battery.health_percent", "battery.part_status"]
            ),
            st.sampled_from(
                [
                    "no",
                    "yes",
                    "ok",
                    "defect",
                    "A",
                    "E",
                    "0",
                    "2",
                    "99999999999",
                    "",
                    "malformed",
                    "unknown",
                    "green",
                    "original",
                    "clear",
                    "valid",
                    "present",
                    "replaced",
                ]
            ),
        ),
        max_size=3,
    ),
    st.sampled_from(Platform),
    st.sampled_from(Verdict),
)
def test_any_evidence_has_a_grade_whose_reasons_have_sentences(
    tables: list[dict[str, str]], platform: Platform, verdict: Verdict
) -> None:
    pieces: list[Evidence] = [evidence_of(values, number=number) for number, values in enumerate(tables, start=1)]
    found = grade(pieces, platform=platform, verdict=verdict, scheme=SCHEME)
    assert found.usability in (*USABILITY, "U", "H", "")
    assert len(found.checks) == len(SCHEME.checks)
    assert found.usability in ("1", "2") or found.capped_by
    for code in found.capped_by:
        assert cap_sentence(code, "en") != cap_sentence(code, "zh")
    pieces.append(evidence_of({"statement.screen": "defect"}, number=9))
    more = grade(pieces, platform=platform, verdict=verdict, scheme=SCHEME)
    order = ["", "U", "H", *reversed(USABILITY)]  # a defect found later never helps
    if found.usability in USABILITY:
        assert order.index(more.usability) <= order.index(found.usability)


def test_parts_that_nobody_called_original_are_not_original() -> None:
    checks = [result("imei", "key", CheckOutcome.PASS)]
    assert functional_class(checks, parts_original=False, health=100) == ("F5", ("parts_not_known_original",))
    assert functional_class(checks, parts_original=True, health=89) == ("F5", ("battery_below_90",))
    assert functional_class(checks, parts_original=True, health=None) == ("F5", ("battery_below_90",))
    assert functional_class(checks, parts_original=True, health=90) == ("F6", ())


def test_a_safety_check_nobody_made_leaves_no_functional_class() -> None:
    checks = [replace(result("battery_swollen", "safety", CheckOutcome.NOT_TESTED))]
    assert functional_class(checks, parts_original=True, health=100)[0] == "none"


def test_the_scheme_reads_only_values_that_may_be_kept() -> None:
    for check in SCHEME.checks:
        assert allowed(check.value).meaning

    for question in QUESTIONS:
        for choice in question.choices:
            assert allowed(question.value_name).admit(choice) == choice


@pytest.mark.parametrize(
    ("others", "band"),
    [
        ({"not_measured.battery.health_percent": "sources_disagree"}, "not_measured"),
        ({"not_measured.battery.health_percent": "placeholder"}, "not_measured"),
        ({"battery.health_percent": "72"}, "service"),
    ],
)
def test_a_battery_that_was_once_not_measured_has_no_band_but_a_bad_one(others: dict[str, str], band: str) -> None:
    pieces = [evidence_of(good_values(Platform.ANDROID)), evidence_of(others, number=2)]
    found = grade(pieces, platform=Platform.ANDROID, verdict=Verdict.PASSED, scheme=SCHEME)
    assert found.battery_band == band
    worse = evidence_of({"battery.health_percent": "60"}, number=3)
    found = grade([*pieces, worse], platform=Platform.ANDROID, verdict=Verdict.PASSED, scheme=SCHEME)
    assert found.battery_band == "fail"
