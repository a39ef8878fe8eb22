# SPDX-License-Identifier: GPL-3.0-or-later
"""A phone that is plugged in while it stands in rescue or sideload: a job begins there, and ends in a report."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phones.evidence import Moment
from phones.problem import ProblemCode
from phones.verdict import Verdict
from tests.support import lives
from tests.wipe.drive import PHONES, Bench, finished
from virtual_phones.android.behaviour import LIMITS, MISBEHAVIOURS, MISBEHAVIOURS_IN_RESCUE, VARIATIONS
from virtual_phones.faults import FaultKind
from wipe.method import Limits
from wipe.plan import plan
from wipe.report import EvidenceLevel

METHOD = "android_in_rescue"
IN_RESCUE = dict(PHONES[METHOD])
LIES = sorted({*MISBEHAVIOURS, *MISBEHAVIOURS_IN_RESCUE})


def _phone(*misbehaviour: str, **more: object) -> dict[str, object]:
    return {**IN_RESCUE, "misbehaviour": list(misbehaviour), **more}


@pytest.mark.parametrize("condition", ["rescue", "sideload"])
def test_a_job_that_begins_there_wipes_the_phone_and_ends_in_a_factory_state(condition: str) -> None:
    life = lives.live({**lives.PIXEL_13, "condition": condition})
    assert (life.job.method, life.certified, life.truly_erased) == (METHOD, False, True)
    assert life.job.identity is not None
    assert life.job.identity.serial == lives.PIXEL_13["serial"]
    assert life.job.verdict is not None
    assert EvidenceLevel(life.job.verdict.level) is EvidenceLevel.E1
    assert life.progress.index("report_only") < life.progress.index("erasing")


def test_the_build_is_asked_before_and_again_before_the_wipe() -> None:
    bench = finished(METHOD, _phone(condition="sideload"))
    told = [piece.moment for piece in bench.evidence if "system.fingerprint" in piece.values]
    assert bench.failure == ""
    assert told.index(Moment.BEFORE) < told.index(Moment.BETWEEN)
    assert bench.report().residues["frp"] == "present"


def test_the_plan_names_the_way_and_a_charge_that_rescue_tells_is_too_low() -> None:
    bench = Bench(METHOD)
    planned = plan(bench.inspect(), bench.slot_sighting(), Limits())
    assert (planned.method, planned.can_begin) == (METHOD, True)
    tired = Bench(METHOD, _phone("battery_low"))
    found = tired.method.problems(tired.inspect(), tired.slot_sighting(), Limits())
    assert [problem.code for problem in found] == [ProblemCode.BATTERY_LOW]


@pytest.mark.parametrize("variation", sorted({*VARIATIONS, *LIMITS}))
def test_a_harmless_difference_changes_nothing(variation: str) -> None:
    bench = finished(METHOD, _phone(variation=[variation]))
    assert (bench.failure, bench.truth()["erased"]) == ("", True)


@pytest.mark.parametrize("lie", LIES)
def test_a_misbehaving_phone_is_never_verified(lie: str) -> None:
    report = finished(METHOD, _phone(lie)).report()
    assert report.verdict is not Verdict.PASSED
    assert not report.level.reaches(EvidenceLevel.E2)


@pytest.mark.parametrize(
    ("lie", "failure"),
    [
        ("rescue_says_failed", "rescue_wipe_failed"),
        ("never_returns", "never_returned"),
        ("returns_with_other_serial", "another_phone"),
    ],
)
def test_what_goes_wrong_has_a_name(lie: str, failure: str) -> None:
    assert finished(METHOD, _phone(lie)).failure == failure


def test_sideload_without_a_rescue_mode_erases_nothing() -> None:
    bench = finished(METHOD, _phone("rescue_unknown", condition="sideload"))
    assert (bench.failure, bench.truth()["erased"]) == ("no_rescue", False)


def test_another_number_in_rescue_is_not_wiped() -> None:
    bench = Bench(METHOD)
    bench.inspect()
    bench.slot.phone.lives.hardware.serial = "OTHER00013A"  # type: ignore[attr-defined]  # an Android
    bench.run()
    assert (bench.failure, bench.truth()["erased"]) == ("another_phone", False)


def test_a_number_that_many_phones_share_begins_no_job() -> None:
    life = lives.live({**lives.PIXEL_13, "condition": "rescue", "serial": "0123456789ABCDEF"})
    assert (life.job.method, life.truly_erased) == ("", False)


def test_after_a_crash_anywhere_it_is_wiped_at_most_once() -> None:
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
    st.fixed_dictionaries({"at": st.integers(1, 12), "kind": st.sampled_from([kind.value for kind in FaultKind])}),
    max_size=2,
    unique_by=lambda fault: fault["at"],
)


@settings(max_examples=30, deadline=None)
@given(st.sets(st.sampled_from(LIES), max_size=2), FAULTS, st.sampled_from(["rescue", "sideload"]))
def test_no_life_that_begins_in_recovery_is_ever_certified(
    lies: set[str], faults: list[dict[str, object]], condition: str
) -> None:
    phone = {**lives.PIXEL_13, "condition": condition, "misbehaviour": sorted(lies), "fault": faults}
    life = lives.live(phone)
    assert not life.certified
    assert life.job.summary.work_is_over
