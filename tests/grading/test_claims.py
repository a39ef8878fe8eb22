# SPDX-License-Identifier: GPL-3.0-or-later
"""What a page in the phone's own browser claims, and what a person says, lifts nothing that was measured."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from certs.editions.e2027_01.grading import grade as released_grade
from certs.editions.e2027_01.grading import schemes as released_schemes
from certs.editions.e2027_01.phones import evidence as released_evidence
from certs.editions.e2027_01.phones.port import Platform as ReleasedPlatform
from certs.editions.e2027_01.phones.verdict import Verdict as ReleasedVerdict
from certs.record.recompute import plain
from grading.checks import NEVER_STATED, run_check
from grading.derived import DERIVED
from grading.grade import grade, mappings
from grading.questions import QUESTIONS
from grading.report import CheckOutcome, Grade
from grading.schemes import BROWSER, USABILITY, Check, load
from phones.evidence import Evidence, Moment
from phones.identifiers import PARTS
from phones.port import Platform
from phones.verdict import Verdict
from tests.grading.samples import evidence_of
from tools.make_grades import good_text


def derived(check: Check) -> bool:
    """Computed from all of the evidence: no piece has it."""
    return check.value in DERIVED


SCHEME = load("basic-2")
OLD = load("basic")
CLAIMED = [check for check in SCHEME.checks if check.value.startswith(BROWSER)]
READ = [check for check in SCHEME.checks if not check.value.startswith((BROWSER, "statement.")) and not derived(check)]
WORDS = ("no", "yes", "ok", "defect", "A", "E", "0", "2", "1000", "9999999", "", "malformed", "unknown", "clear")
SIGNED = ("set_by_hand", "too_little", "sources_disagree")
BEST_FIRST = (*USABILITY, "H", "U", "")
WORST_FIRST = (CheckOutcome.FAIL, CheckOutcome.INDETERMINATE, CheckOutcome.PASS)


def bad_text(check: Check) -> str:
    """A text that fails the check."""
    match check.operator:
        case "at_least":
            return str(int(check.limit[0]) - 1)
        case "at_most":
            return str(int(check.limit[0]) + 1)
        case "is_empty":
            return "something"
        case "contains_all" | "present":
            return ""
    return "another"


def graded(*pieces: Evidence, platform: Platform = Platform.ANDROID) -> Grade:
    return grade(pieces, platform=platform, verdict=Verdict.PASSED, scheme=SCHEME)


def best(platform: Platform, *, claims: bool = True) -> list[Evidence]:
    """A phone of which everything is as good as it can be, each value from where it comes."""
    mine = [check for check in SCHEME.checks if platform.value in check.platforms]
    read = {check.value: good_text(check) for check in mine if not check.value.startswith((BROWSER, "statement."))}
    said = {question.value_name: question.choices[0] for question in QUESTIONS}
    said |= {check.value: good_text(check) for check in mine if check.value.startswith("statement.")}
    claimed = {check.value: good_text(check) for check in mine if check.value.startswith(BROWSER)}
    parts = {each.value: f"#{'0' * 32}" for each in PARTS}
    pieces = [
        evidence_of(read | parts | {"battery.health_percent": "96"}),
        evidence_of(said, number=2, link="operator"),
        evidence_of(parts, number=5, moment=Moment.AFTER),
    ]
    return [*pieces, evidence_of(claimed, number=3, link="browser")] if claims else pieces


values = st.dictionaries(
    st.sampled_from([name for check in (*READ, *CLAIMED) for name in (check.value, f"not_measured.{check.value}")]),
    st.sampled_from((*WORDS, *SIGNED)),
    max_size=12,
)
answers = st.dictionaries(
    st.sampled_from([question.value_name for question in QUESTIONS]), st.sampled_from(WORDS), max_size=6
)


@pytest.mark.parametrize("platform", list(Platform))
def test_a_phone_that_passes_everything_has_the_best_grade(platform: Platform) -> None:
    found = graded(*best(platform), platform=platform)
    assert (found.usability, [check.name for check in found.checks if check.outcome is CheckOutcome.FAIL]) == ("1", [])


def test_what_a_page_claims_counts_from_the_page_alone_and_a_page_claims_nothing_else() -> None:
    for check in (*READ, *CLAIMED):
        claimed = check.value.startswith(BROWSER)
        for link in ("browser", "adb", "usbmux", "operator", "host"):
            found = run_check(
                check, [evidence_of({check.value: good_text(check)}, link=link)], Platform(check.platforms[0])
            )
            counts = (link == "browser") == claimed
            assert found.outcome is (CheckOutcome.PASS if counts else CheckOutcome.NOT_TESTED), (check.name, link)


@given(read=values, said=answers, claimed=values, platform=st.sampled_from(Platform))
@settings(max_examples=200, deadline=None)
def test_no_claim_lifts_a_grade_above_what_all_else_allows(
    read: dict[str, str], said: dict[str, str], claimed: dict[str, str], platform: Platform
) -> None:
    """Whatever a lying page says: every check that it does not make stands as it stood, and so do battery, wear, locks
    and safety; and no lie is worth more than the page of a phone without a fault.
    """
    honest = [evidence_of(read), evidence_of(said, number=2, link="operator")]
    perfect = {check.value: good_text(check) for check in CLAIMED}
    lie = evidence_of(claimed | {"battery.health_percent": "100", "statement.cosmetic_front": "A"}, link="browser")
    without, lied = graded(*honest, platform=platform), graded(*honest, replace(lie, number=3), platform=platform)
    bound = graded(*honest, evidence_of(perfect, number=3, link="browser"), platform=platform)
    for before, after, check in zip(without.checks, lied.checks, SCHEME.checks, strict=True):
        if check not in CLAIMED:
            assert before == after
    assert (lied.battery_band, lied.cosmetic) == (without.battery_band, without.cosmetic)
    assert BEST_FIRST.index(lied.usability) >= BEST_FIRST.index(bound.usability)
    if without.usability in ("U", "H", ""):
        assert lied.usability == without.usability


@given(
    platform=st.sampled_from(Platform),
    states=st.lists(st.tuples(st.sampled_from(SCHEME.checks), st.sampled_from(WORST_FIRST)), max_size=6),
    worse=st.sampled_from(SCHEME.checks),
    said=answers,
)
@settings(max_examples=200, deadline=None)
def test_a_worse_reading_never_makes_a_better_grade(
    platform: Platform, states: list[tuple[Check, CheckOutcome]], worse: Check, said: dict[str, str]
) -> None:
    pieces = [*best(platform), evidence_of(said, number=4, link="operator")]
    for check, outcome in states:
        pieces = turned(pieces, check, outcome)
    found = [graded(*turned(pieces, worse, outcome), platform=platform).usability for outcome in WORST_FIRST]
    places = [BEST_FIRST.index(usability) for usability in found]
    if worse.weight in ("gate", "lock"):  # shut is "U", and so is unknown
        assert places[2] <= places[0]
    else:
        assert [*places] == sorted(places, reverse=True) or "U" in found or "H" in found


def turned(pieces: list[Evidence], check: Check, outcome: CheckOutcome) -> list[Evidence]:
    """The same phone, of which this check reads so."""
    text = {CheckOutcome.PASS: good_text(check), CheckOutcome.FAIL: bad_text(check)}.get(outcome, "malformed")
    return [
        replace(piece, values=dict(piece.values) | {check.value: text}) if check.value in piece.values else piece
        for piece in pieces
    ]


@given(tables=st.lists(values | answers, max_size=4), links=st.lists(st.sampled_from(("adb", "browser", "operator"))))
@settings(max_examples=150, deadline=None)
def test_any_evidence_from_anywhere_has_a_grade(tables: list[dict[str, str]], links: list[str]) -> None:
    pieces = [
        evidence_of(each, number=number, link=links[number - 1] if number <= len(links) else "adb")
        for number, each in enumerate(tables, start=1)
    ]
    for platform in Platform:
        found = graded(*pieces, platform=platform)
        assert found.usability in BEST_FIRST
        assert len(found.checks) == len(SCHEME.checks)


def test_a_persons_word_stands_in_only_where_the_scheme_says_so_and_never_for_a_failure_or_a_planted_value() -> None:
    for check in (*READ, *CLAIMED):
        platform = Platform(check.platforms[0])
        link = "browser" if check.value.startswith(BROWSER) else "adb"
        for name in {question.value_name for question in QUESTIONS} - {check.value}:
            said = evidence_of({name: (check.stated_limit or ("ok",))[0]}, number=2, link="operator")
            failed = evidence_of({check.value: bad_text(check)}, link=link)
            assert run_check(check, [failed, said], platform).outcome is CheckOutcome.FAIL
            for sign in (*NEVER_STATED, "too_little"):
                unmeasured = evidence_of({f"not_measured.{check.value}": sign}, link=link)
                found = run_check(check, [unmeasured, said], platform)
                lifted = name == check.stated and sign not in NEVER_STATED
                assert found.outcome is (CheckOutcome.PASS if lifted else CheckOutcome.INDETERMINATE)
                assert found.source == ("stated" if lifted else "observed")


STUCK = ("frozen", "one_state", "overridden", "placeholder", "replayed", "set_by_hand", "simulated", "sources_disagree")


@pytest.mark.parametrize("sign", STUCK)
def test_nobodys_word_repairs_a_part_that_was_seen_to_be_stuck(sign: str) -> None:
    (check,) = (each for each in SCHEME.checks if each.value == "watched.buttons" and each.stated)
    seen = evidence_of({f"not_measured.{check.value}": sign})
    said = evidence_of({check.stated: check.stated_limit[0]}, number=2, link="operator")
    assert run_check(check, [seen, said], Platform.ANDROID).outcome is CheckOutcome.INDETERMINATE
    assert run_check(check, [said], Platform.ANDROID).outcome is CheckOutcome.PASS


@given(
    tables=st.lists(
        st.dictionaries(
            st.sampled_from(
                [name for check in OLD.checks for name in (check.value, f"not_measured.{check.value}")]
                + [question.value_name for question in QUESTIONS]
                + ["battery.health_percent", "battery.part_status", "display.part_status", "statement.owner_account"]
            ),
            st.sampled_from((*WORDS, "original", "replaced", "green", "valid", "present", "not_asked", "set_by_hand")),
            max_size=20,
        ),
        max_size=3,
    ),
    platform=st.sampled_from(Platform),
    verdict=st.sampled_from(Verdict),
)
@settings(max_examples=200, deadline=None)
def test_the_scheme_of_before_grades_as_the_edition_that_was_released_with_it(
    tables: list[dict[str, str]], platform: Platform, verdict: Verdict
) -> None:
    pieces = [evidence_of(each, number=number) for number, each in enumerate(tables, start=1)]
    now = grade(pieces, platform=platform, verdict=verdict, scheme=OLD)
    before: Any = released_grade.grade(
        [released_evidence.Evidence.from_json(piece.to_json()) for piece in pieces],
        platform=ReleasedPlatform(platform.value),
        verdict=ReleasedVerdict(verdict.value),
        scheme=released_schemes.load("basic"),
    )
    assert plain(now) == plain(before)


def test_every_check_of_the_second_scheme_says_who_measures_it_where_its_limit_comes_from_and_of_which_systems() -> (
    None
):
    for check in SCHEME.checks:
        assert "" not in (check.measurer, check.source, check.versions), check.name
    assert not any(check.measurer or check.source or check.versions for check in OLD.checks)


def test_other_scales_are_data_with_a_source_and_never_better_than_what_is_known_of_the_phone() -> None:
    for name, table in SCHEME.mappings.items():
        assert table["label"], name
        assert table["source"], name
    assert SCHEME.mappings["gbt45656"]["text"] == "text not available"
    for band, there in (("good", "Good"), ("service", "no grade there"), ("not_measured", "no grade there")):
        assert mappings("F6", "A", band, SCHEME, usability="3")["backmarket"] == there
    assert mappings("F3", "A", "excellent", SCHEME, usability="3")["backmarket"] == "no grade there"
    assert mappings("F6", "A", "excellent", SCHEME, usability="U")["backmarket"] == "no class without a grade"


SELDOM = [check for check in SCHEME.checks if check.weight == "seldom" and check.value not in DERIVED]
"""But what is computed of others (tests/grading/test_derived.py)."""


def without(pieces: list[Evidence], check: Check, sign: str) -> list[Evidence]:
    """The same phone, of which this value was not measured: with a sign, or not at all."""
    return [
        replace(
            piece,
            values={name: text for name, text in piece.values.items() if name != check.value}
            | ({f"not_measured.{check.value}": sign} if sign else {}),
        )
        if check.value in piece.values
        else piece
        for piece in pieces
    ]


@pytest.mark.parametrize("platform", list(Platform))
@pytest.mark.parametrize("sign", ["", "not_seen"])
def test_what_hardly_any_phone_lets_be_measured_is_told_as_unknown_and_costs_no_class(
    platform: Platform, sign: str
) -> None:
    pieces = best(platform)
    for check in SELDOM:
        pieces = without(pieces, check, sign)
    found = graded(*pieces, platform=platform)
    assert (found.usability, found.functional, found.capped_by) == ("1", "F6", ())
    told = {check.name: check.outcome for check in found.checks}
    unknown = CheckOutcome.INDETERMINATE if sign else CheckOutcome.NOT_TESTED
    for check in SELDOM:
        assert told[check.name] is (unknown if platform.value in check.platforms else CheckOutcome.NOT_APPLICABLE)


@pytest.mark.parametrize("platform", list(Platform))
def test_what_hardly_any_phone_lets_be_measured_costs_as_much_as_any_other_when_it_fails(platform: Platform) -> None:
    mine = [check for check in SELDOM if platform.value in check.platforms]
    pieces = best(platform)
    for number, check in enumerate(mine, start=1):
        pieces = turned(pieces, check, CheckOutcome.FAIL)
        found = graded(*pieces, platform=platform)
        assert found.usability == ("3" if number < SCHEME.several_secondary else "4")
        assert f"secondary.{check.name}.fail" in found.capped_by


@pytest.mark.parametrize("platform", list(Platform))
def test_any_other_check_that_nobody_made_keeps_a_phone_from_the_best_class(platform: Platform) -> None:
    pieces = best(platform)
    others = [
        check
        for check in READ
        if platform.value in check.platforms and check.weight in ("key", "secondary") and not check.stated
    ]
    assert len(others) > 40
    for check in others:
        assert graded(*without(pieces, check, "not_seen"), platform=platform).usability != "1", check.name
