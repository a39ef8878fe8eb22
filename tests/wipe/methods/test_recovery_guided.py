# SPDX-License-Identifier: GPL-3.0-or-later
"""A locked phone that nobody can ask, wiped in its recovery menu by hand: a report that says what was seen."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phones.android.recovery_keys import TABLE, UNKNOWN, WAYS, way_into_recovery
from phones.port import Presence, Sighting
from phones.problem import ProblemCode
from phones.verdict import Verdict
from phones.words import say
from tests.support import lives
from tests.wipe.drive import PHONES, PIXEL_13, Bench, finished
from virtual_phones.android.behaviour import LIMITS, MISBEHAVIOURS, MISBEHAVIOURS_IN_RECOVERY, VARIATIONS
from virtual_phones.faults import FaultKind
from wipe.method import Limits
from wipe.methods.choice import choose
from wipe.plan import plan
from wipe.report import EvidenceLevel

METHOD = "android_recovery_guided"
LOCKED = dict(PHONES[METHOD])
LIES = sorted({*MISBEHAVIOURS, *MISBEHAVIOURS_IN_RECOVERY})


def _phone(*misbehaviour: str, variation: tuple[str, ...] = ()) -> dict[str, object]:
    return {**LOCKED, "misbehaviour": list(misbehaviour), "variation": list(variation)}


def test_a_locked_phone_is_wiped_by_hand_and_gets_a_factory_state_and_no_more() -> None:
    bench = finished(METHOD)
    report = bench.report()
    assert bench.failure == ""
    assert (bench.truth()["erased"], bench.truth()["resets"]) == (True, 1)
    assert (report.verdict, report.level) == (Verdict.INDETERMINATE, EvidenceLevel.E1)
    assert (report.claims.nist_method, report.claims.gb_status, report.claims.r2_status) == ("none", "none", "fail")
    assert (report.residues["frp"], report.residues["sd"]) == ("present", "not_covered")
    said = {name: text for piece in bench.evidence for name, text in piece.values.items() if "statement" in name}
    assert said["statement.recovery_wipe"] == "wiped"
    assert said["statement.owner_account"] == "asked"


def test_without_the_wish_a_locked_phone_is_asked_for_its_debugging_and_nothing_else_is_said() -> None:
    life = lives.live(LOCKED)
    assert (life.job.method, life.job.problems) == ("", ("no_debugging",))
    assert not life.truth["erased"]


@pytest.mark.parametrize("condition", ["used", "debugging", "signed_in"])
def test_a_job_begins_with_a_phone_that_nobody_can_ask(condition: str) -> None:
    """Debugging off, or on with a dialog that nobody can tap."""
    deaf = {**lives.PIXEL_13, "condition": condition}
    script = replace(lives.SCRIPT, on_problem={})
    life = lives.live(deaf, method=METHOD, script=script)
    assert (life.job.method, life.certified, life.truly_erased) == (METHOD, False, True)
    assert life.job.identity is not None
    assert life.job.identity.serial == lives.PIXEL_13["serial"]
    assert life.progress.index("report_only") < life.progress.index("erasing")
    assert life.job.report is not None


def test_the_plan_says_what_stands_in_the_way_and_that_it_ends_in_a_report() -> None:
    bench = Bench(METHOD)
    planned = plan(bench.inspect(), bench.slot_sighting(), Limits(), wanted=METHOD)
    assert planned.can_begin
    assert planned.choice.is_report_only
    nameless = plan({}, bench.slot_sighting(), Limits(), wanted=METHOD)
    assert [each.problem.code for each in nameless.conditions if each.problem] == [ProblemCode.IDENTITY_TOO_THIN]


def test_an_iphone_or_an_empty_port_has_no_recovery_menu_of_an_android() -> None:
    for presence, vendor in ((Presence.USB_ONLY, 0x05AC), (Presence.ABSENT, 0), (Presence.ADB_DEVICE, 0x18D1)):
        seen = Sighting(port="1-1", presence=presence, vendor_id=vendor)
        assert choose({}, seen, METHOD).method is None


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
    assert report.reasons


@pytest.mark.parametrize(
    ("lie", "failure"),
    [
        ("never_returns", "never_returned"),
        ("says_done_stays", "recovery_not_entered"),
        ("returns_into_recovery", "recovery_refused"),
        ("recovery_asks_for_password", "recovery_refused"),
        ("battery_low", "recovery_refused"),
        ("returns_with_other_serial", "another_phone"),
    ],
)
def test_what_goes_wrong_has_a_name(lie: str, failure: str) -> None:
    bench = finished(METHOD, _phone(lie))
    assert bench.failure == failure
    assert bench.report().level in (EvidenceLevel.E0, EvidenceLevel.NONE)


def test_a_person_who_does_nothing_erases_nothing() -> None:
    bench = finished(METHOD, obeys=False)
    assert (bench.failure, bench.truth()["erased"]) == ("recovery_not_entered", False)


def test_a_person_who_says_nothing_leaves_no_factory_state() -> None:
    report = finished(METHOD, answer=None).report()
    assert report.level is EvidenceLevel.E0
    assert {"recovery_wipe_not_seen", "set_up_screen_not_seen"} <= set(report.reasons)


def test_a_phone_that_says_wiped_and_comes_back_as_it_was_is_told_by_its_debugging() -> None:
    """Set up, with debugging on and no key of ours: a reset phone shows no such thing."""
    bench = finished(METHOD, {**PIXEL_13, "misbehaviour": ["reboots_without_wipe"]})
    assert bench.truth()["erased"] is False
    assert "debugging_left_on" in bench.report().reasons
    assert bench.report().level is EvidenceLevel.E0


def test_a_number_that_many_phones_share_names_no_phone() -> None:
    life = lives.live({**LOCKED, "serial": "0123456789ABCDEF"}, method=METHOD)
    assert (life.job.method, life.truly_erased) == ("", False)


def test_after_a_crash_anywhere_nobody_is_told_twice_to_wipe_it() -> None:
    pieces = len(finished(METHOD).evidence)
    for dies_after in range(2, pieces + 1):
        bench = Bench(METHOD)
        bench.inspect()
        if dies_after <= len(bench.evidence):
            continue
        bench.run(dies_after=dies_after)
        if bench.dies_in:
            bench.resume()
        assert bench.begun.count("instruct_recovery") == 1
        assert bench.report().verdict is not Verdict.PASSED
        assert bench.truth()["resets"] <= 1


def test_every_makers_way_has_its_sentence_and_a_maker_goes_before_a_vendor_id() -> None:
    for way in WAYS:
        assert say(f"instruct.recovery_{way}", "en") != say(f"instruct.recovery_{way}", "zh")
    assert way_into_recovery("Xiaomi", 0x18D1) == "xiaomi"
    assert way_into_recovery("", 0x04E8) == "samsung"
    assert way_into_recovery("Unheard Of", 0x1234) == UNKNOWN
    makers = [maker for row in TABLE for maker in row.makers]
    assert len(makers) == len(set(makers))


@given(st.text(max_size=40), st.integers(0, 0xFFFF))
def test_whatever_a_phone_calls_its_maker_there_is_a_way(maker: str, vendor: int) -> None:
    assert way_into_recovery(maker, vendor) in WAYS


FAULTS = st.lists(
    st.fixed_dictionaries({"at": st.integers(1, 20), "kind": st.sampled_from([kind.value for kind in FaultKind])}),
    max_size=2,
    unique_by=lambda fault: fault["at"],
)


@settings(max_examples=40, deadline=None)
@given(st.sets(st.sampled_from(LIES), max_size=2), FAULTS, st.sampled_from(["used", "debugging"]))
def test_no_life_through_a_recovery_menu_is_ever_certified(
    lies: set[str], faults: list[dict[str, object]], condition: str
) -> None:
    phone = {**lives.PIXEL_13, "condition": condition, "misbehaviour": sorted(lies), "fault": faults}
    life = lives.live(phone, method=METHOD)
    assert not life.certified
    assert life.job.summary.work_is_over
