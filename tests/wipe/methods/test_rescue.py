# SPDX-License-Identifier: GPL-3.0-or-later
"""A wipe in recovery's rescue mode: the same phone or none, a report whatever it says, and nothing done on a no."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phones.problem import ProblemCode
from phones.verdict import Verdict
from tests.support import lives
from tests.wipe.drive import PIXEL_13, Bench, finished
from virtual_phones.android.behaviour import LIMITS, MISBEHAVIOURS_IN_HARNESS, MISBEHAVIOURS_IN_RESCUE, VARIATIONS
from virtual_phones.faults import FaultKind
from wipe.method import Limits
from wipe.methods.table import METHODS
from wipe.report import EvidenceLevel

METHOD = "android_rescue"
LIES = sorted({*MISBEHAVIOURS_IN_HARNESS, *MISBEHAVIOURS_IN_RESCUE})


def _phone(*misbehaviour: str, variation: tuple[str, ...] = ()) -> dict[str, object]:
    return {**PIXEL_13, "misbehaviour": list(misbehaviour), "variation": list(variation)}


def test_an_honest_phone_is_wiped_and_gets_a_factory_state_and_no_more() -> None:
    bench = finished(METHOD)
    report = bench.report()
    assert bench.failure == ""
    assert (bench.truth()["erased"], bench.truth()["resets"]) == (True, 1)
    assert (report.verdict, report.level) == (Verdict.INDETERMINATE, EvidenceLevel.E1)
    assert (report.claims.nist_method, report.claims.r2_status) == ("none", "fail")


def test_it_is_taken_on_wish_only_and_says_beforehand_that_it_ends_in_a_report() -> None:
    life = lives.live(PIXEL_13)
    assert life.job.method != METHOD
    wished = lives.live(PIXEL_13, method=METHOD)
    assert (wished.job.method, wished.certified, wished.truly_erased) == (METHOD, False, True)
    assert METHODS[METHOD].predicted["level"] == "E1"


@pytest.mark.parametrize("variation", sorted({*VARIATIONS, *LIMITS}))
def test_a_harmless_difference_changes_nothing(variation: str) -> None:
    bench = finished(METHOD, _phone(variation=(variation,)))
    assert bench.failure == ""
    assert bench.truth()["erased"] is True


@pytest.mark.parametrize("lie", LIES)
def test_a_misbehaving_phone_is_never_verified(lie: str) -> None:
    report = finished(METHOD, _phone(lie)).report()
    assert report.verdict is not Verdict.PASSED
    assert not report.level.reaches(EvidenceLevel.E2)


@pytest.mark.parametrize(
    ("lie", "failure"),
    [
        ("rescue_unknown", "no_rescue"),
        ("rescue_says_failed", "rescue_wipe_failed"),
        ("rescue_of_another_build", "fingerprint_changed"),
        ("never_returns", "never_returned"),
    ],
)
def test_what_goes_wrong_has_a_name(lie: str, failure: str) -> None:
    bench = finished(METHOD, _phone(lie))
    assert bench.failure == failure
    if lie.startswith("rescue"):
        assert bench.truth()["erased"] is False


def test_a_phone_that_says_done_and_keeps_its_data_is_found_by_its_mark() -> None:
    report = finished(METHOD, _phone("says_done_keeps_data")).report()
    assert report.verdict is Verdict.FAILED
    assert "canary_still_there" in report.reasons


def test_another_phone_in_rescue_is_not_wiped() -> None:
    swap = {"model": "pixel-6-android-13", "serial": "OTHER00013A", "absence": 2}
    bench = Bench(METHOD, {**PIXEL_13, "swap": swap})
    bench.inspect()
    bench.run()
    assert bench.failure in ("another_phone", "no_rescue")
    assert bench.slot.phone.truth()["erased"] is False
    assert not any(piece.asked == "rescue.wipe" for piece in bench.evidence)


def test_a_phone_that_shows_another_number_in_rescue_is_not_wiped() -> None:
    bench = Bench(METHOD)
    bench.inspect()
    scene = bench.scene()
    for step in bench.method.steps[:2]:
        step.run(scene)
    bench.slot.phone.lives.hardware.serial = "OTHER00013A"  # type: ignore[attr-defined]  # an Android
    bench.run(first=2)
    assert bench.failure == "another_phone"
    assert bench.truth()["erased"] is False


def test_recovery_that_waits_in_vain_gives_up_after_five_minutes_and_nothing_is_wiped() -> None:
    bench = Bench(METHOD)
    bench.inspect()
    scene = bench.scene()
    for step in bench.method.steps[:2]:
        step.run(scene)
    bench.clock.sleep(301)
    bench.run(first=2)
    assert bench.failure == "no_rescue"
    assert bench.truth()["erased"] is False


def test_an_account_stands_in_the_way_because_protection_would_stay() -> None:
    bench = Bench(METHOD, {**PIXEL_13, "condition": "signed_in"})
    found = bench.method.problems(bench.inspect(), bench.slot_sighting(), Limits())
    assert ProblemCode.ACCOUNT_PRESENT in {problem.code for problem in found}


def test_after_a_crash_anywhere_it_is_wiped_at_most_once_and_never_verified() -> None:
    pieces = len(finished(METHOD).evidence)
    for dies_after in range(1, pieces + 1):
        bench = Bench(METHOD)
        bench.inspect()
        if dies_after <= len(bench.evidence):
            continue
        bench.run(dies_after=dies_after)
        if bench.dies_in:
            bench.resume()
        assert bench.report().verdict is not Verdict.PASSED
        assert bench.truth()["resets"] <= 1
        assert bench.begun.count("wipe_in_rescue") == 1


FAULTS = st.lists(
    st.fixed_dictionaries({"at": st.integers(1, 20), "kind": st.sampled_from([kind.value for kind in FaultKind])}),
    max_size=2,
    unique_by=lambda fault: fault["at"],
)


@settings(max_examples=40, deadline=None)
@given(st.sets(st.sampled_from(LIES), max_size=2), FAULTS)
def test_no_life_through_rescue_is_ever_certified(lies: set[str], faults: list[dict[str, object]]) -> None:
    life = lives.live({**PIXEL_13, "misbehaviour": sorted(lies), "fault": faults}, method=METHOD)
    assert not life.certified
    assert life.job.summary.work_is_over
