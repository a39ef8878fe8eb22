# SPDX-License-Identifier: GPL-3.0-or-later
"""An erase by an unlocked boot loader: a report, whatever the phone does; of an honest one, a factory state."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phones.problem import ProblemCode
from phones.verdict import Verdict
from tests.support import lives
from tests.wipe.drive import PIXEL_13, Bench, finished
from virtual_phones.android.behaviour import (
    FASTBOOT_VARIATIONS,
    LIMITS,
    MISBEHAVIOURS,
    MISBEHAVIOURS_IN_FASTBOOT,
    VARIATIONS,
)
from virtual_phones.faults import FaultKind
from wipe.method import Limits
from wipe.methods.table import METHODS
from wipe.plan import plan
from wipe.report import EvidenceLevel

FAST = {**PIXEL_13, "serial": "FASTOPEN1", "condition": "fastboot"}
OPEN = ["unlocked_bootloader"]
METHOD = "android_fastboot"
LIES = sorted({*MISBEHAVIOURS, *MISBEHAVIOURS_IN_FASTBOOT})
HARMLESS = sorted({*VARIATIONS, *LIMITS, *FASTBOOT_VARIATIONS} - {"unlocked_bootloader", "motorola_variables"})
"""Motorola's tells that this owner's protection is on, which stands in the way."""


def _phone(*variation: str, misbehaviour: tuple[str, ...] = ()) -> dict[str, object]:
    return {**FAST, "variation": [*OPEN, *variation], "misbehaviour": list(misbehaviour)}


def test_an_honest_phone_comes_back_erased_and_gets_a_factory_state_and_no_more() -> None:
    bench = finished(METHOD, _phone())
    report = bench.report()
    assert bench.failure == ""
    assert (bench.truth()["erased"], bench.truth()["resets"]) == (True, 1)
    assert (report.verdict, report.level) == (Verdict.INDETERMINATE, EvidenceLevel.E1)
    assert (report.claims.nist_method, report.claims.gb_status, report.claims.r2_status) == ("none", "none", "fail")
    assert "factory_state_only" in report.reasons
    assert report.residues["frp"] == "present"
    assert (report.residues["sd"], report.residues["esim"]) == ("not_covered", "not_covered")


def test_the_plan_says_beforehand_that_it_ends_in_a_report() -> None:
    assert METHODS[METHOD].predicted == {"level": "E1", "nist": "none", "gb": "none", "r2": "fail"}


@pytest.mark.parametrize("variation", HARMLESS)
def test_a_harmless_difference_changes_nothing(variation: str) -> None:
    bench = finished(METHOD, _phone(variation))
    assert bench.failure == ""
    assert bench.truth()["erased"] is True
    assert bench.report().level is EvidenceLevel.E1


@pytest.mark.parametrize("lie", LIES)
def test_a_misbehaving_phone_is_never_verified(lie: str) -> None:
    report = finished(METHOD, _phone(misbehaviour=(lie,))).report()
    assert report.verdict is not Verdict.PASSED
    assert not report.level.reaches(EvidenceLevel.E2)
    assert report.reasons


@pytest.mark.parametrize(
    ("lie", "failure"),
    [
        ("fastboot_floods", "boot_loader_silent"),
        ("fastboot_tells_no_serial", "boot_loader_silent"),
        ("fastboot_refuses_erase", "erase_refused"),
        ("never_returns", "never_returned"),
    ],
)
def test_what_goes_wrong_has_a_name(lie: str, failure: str) -> None:
    bench = finished(METHOD, _phone(misbehaviour=(lie,)))
    assert bench.failure == failure


def test_a_boot_loader_that_says_okay_and_erases_nothing_leaves_a_phone_without_set_up_screen() -> None:
    bench = finished(METHOD, _phone(misbehaviour=("says_done_keeps_data",)), answer="no")
    report = bench.report()
    assert bench.truth()["erased"] is False
    assert (report.verdict, report.level) == (Verdict.INDETERMINATE, EvidenceLevel.E0)
    assert "set_up_screen_not_seen" in report.reasons


def test_another_phone_that_returns_is_told() -> None:
    report = finished(METHOD, _phone(misbehaviour=("returns_with_other_serial",))).report()
    assert (report.verdict, report.reasons[0]) == (Verdict.FAILED, "another_phone")


def test_a_locked_boot_loader_is_a_problem_with_a_next_step_and_nothing_is_sent() -> None:
    bench = Bench(METHOD, FAST)
    found = bench.method.problems(bench.inspect(), bench.slot_sighting(), Limits())
    assert [problem.code for problem in found] == [ProblemCode.BOOT_LOADER_LOCKED]
    bench.run()
    assert bench.failure == "boot_loader_locked"
    assert not any(piece.asked.startswith("fastboot.erase") for piece in bench.evidence)
    assert bench.truth()["erased"] is False


@pytest.mark.parametrize(
    ("lie", "code"),
    [
        ("fastboot_tells_no_serial", ProblemCode.BOOT_LOADER_NAMELESS),
        ("battery_low", ProblemCode.BOOT_LOADER_BATTERY_LOW),
    ],
)
def test_what_stands_in_the_way_is_a_problem(lie: str, code: ProblemCode) -> None:
    bench = Bench(METHOD, _phone(misbehaviour=(lie,)))
    found = bench.method.problems(bench.inspect(), bench.slot_sighting(), Limits())
    assert code in {problem.code for problem in found}


def test_protection_that_a_boot_loader_tells_of_stands_in_the_way() -> None:
    bench = Bench(METHOD, _phone("motorola_variables"))
    found = bench.method.problems(bench.inspect(), bench.slot_sighting(), Limits())
    assert [problem.code for problem in found] == [ProblemCode.PROTECTION_TOLD]


def test_a_plan_never_calls_met_what_no_boot_loader_tells() -> None:
    bench = Bench(METHOD, _phone())
    planned = plan(bench.inspect(), bench.slot_sighting(), Limits())
    assert planned.method == METHOD
    codes = {condition.code for condition in planned.conditions}
    assert not codes & {"identity_too_thin", "factory_reset_protection", "sim_present", "sd_card_present", "managed"}


def test_a_partition_that_does_not_exist_is_skipped() -> None:
    bench = finished(METHOD, _phone("no_metadata_partition"))
    asked = [piece.asked for piece in bench.evidence if piece.asked.startswith("fastboot.erase")]
    assert asked == ["fastboot.erase.userdata", "fastboot.erase.cache"]


def test_a_default_serial_number_names_no_phone() -> None:
    life = lives.live({**_phone(), "serial": "0123456789ABCDEF"})
    assert not life.truly_erased
    assert life.exchanges > 0
    assert life.job.method == ""


def test_a_number_that_usb_does_not_show_names_no_phone() -> None:
    bench = Bench(METHOD, _phone())
    bench.inspect()
    bench.slot.phone.lives.hardware.serial = "FASTOTHER1"  # type: ignore[attr-defined]  # an Android
    bench.run()
    assert bench.failure == "another_phone"
    assert bench.truth()["erased"] is False


def test_after_a_crash_anywhere_the_partitions_are_erased_at_most_once_and_nothing_is_verified() -> None:
    looked = Bench(METHOD, _phone())
    looked.inspect()
    pieces = len(finished(METHOD, _phone()).evidence)
    for dies_after in range(len(looked.evidence) + 1, pieces + 1):
        bench = Bench(METHOD, _phone())
        bench.inspect()
        bench.run(dies_after=dies_after)
        assert bench.dies_in, dies_after
        bench.resume()
        assert bench.failure == "", dies_after
        assert bench.begun.count("erase_partitions") == 1
        assert bench.truth()["resets"] <= 1
        assert bench.report().verdict is not Verdict.PASSED


def test_another_phone_that_stands_there_after_a_crash_is_not_started() -> None:
    bench = Bench(METHOD, _phone())
    bench.inspect()
    bench.run(dies_after=len(bench.evidence) + 4)
    assert bench.dies_in == "erase_partitions"
    bench.slot.phone.lives.hardware.serial = "FASTOTHER1"  # type: ignore[attr-defined]  # an Android
    bench.resume()
    assert bench.failure == "another_phone"
    assert not any(piece.asked == "fastboot.reboot" for piece in bench.evidence)


FAULTS = st.lists(
    st.fixed_dictionaries({"at": st.integers(1, 40), "kind": st.sampled_from([kind.value for kind in FaultKind])}),
    max_size=2,
    unique_by=lambda fault: fault["at"],
)


@settings(max_examples=60, deadline=None)
@given(st.sets(st.sampled_from(LIES), max_size=2), st.sets(st.sampled_from([*HARMLESS, *OPEN]), max_size=3), FAULTS)
def test_no_life_through_a_boot_loader_is_ever_certified(
    lies: set[str], variation: set[str], faults: list[dict[str, object]]
) -> None:
    phone = {**FAST, "variation": sorted(variation), "misbehaviour": sorted(lies), "fault": faults}
    life = lives.live(phone)
    assert not life.certified
    assert life.job.summary.work_is_over
