# SPDX-License-Identifier: GPL-3.0-or-later
"""The steps of every method on virtual phones: honest ones are verified, misbehaving ones never."""

import pytest

from phones.evidence import Moment
from phones.problem import ProblemCode
from phones.verdict import Verdict
from tests.wipe.drive import DEADLINES, PHONES, PIXEL_16, PROVING, Bench, finished
from virtual_phones.android import behaviour as android_behaviour
from virtual_phones.iphone import behaviour as iphone_behaviour
from wipe.report import EvidenceLevel

VARIATIONS = {
    "android_trade_in": android_behaviour.VARIATIONS,
    "android_harness": android_behaviour.VARIATIONS,
    "apple_mcinstall": iphone_behaviour.VARIATIONS,
    "apple_mobilebackup2": iphone_behaviour.VARIATIONS,
    "apple_guided": iphone_behaviour.VARIATIONS,
}
MISBEHAVIOURS = {
    "android_trade_in": android_behaviour.MISBEHAVIOURS_IN_FOYER,
    "android_harness": android_behaviour.MISBEHAVIOURS_IN_HARNESS,
    "android_reopen": android_behaviour.MISBEHAVIOURS_IN_REOPEN,
    "apple_mcinstall": iphone_behaviour.MISBEHAVIOURS,
    "apple_mobilebackup2": iphone_behaviour.MISBEHAVIOURS,
    "apple_guided": iphone_behaviour.MISBEHAVIOURS,
}
# What stands in the way before anything is erased, so that the steps themselves never run.
BLOCKED = {"frp_armed", "sim_inserted", "sd_inserted", "device_owner", "reset_forbidden", "supervised"}
NOT_TOLD = {("android_harness", "frp_armed"), ("android_reopen", "frp_armed")}
"""What this method's phone does not tell before: an Android 13 says nothing of its factory reset protection."""


def _varied(method: str, **more: object) -> dict[str, object]:
    return {**PHONES[method], **more}


@pytest.mark.parametrize("method", PROVING)
def test_an_honest_phone_is_verified(method: str) -> None:
    bench = finished(method)
    assert (bench.failure, bench.report().reasons) == ("", ())
    assert bench.report().verdict is Verdict.PASSED
    assert bench.truth()["erased"] is True


@pytest.mark.parametrize(("method", "variation"), [(method, name) for method in PROVING for name in VARIATIONS[method]])
def test_a_harmless_difference_changes_nothing(method: str, variation: str) -> None:
    bench = finished(method, _varied(method, variation=[variation]))
    assert (bench.failure, bench.report().reasons) == ("", ())


@pytest.mark.parametrize(
    ("method", "name"),
    [
        (method, name)
        for method in MISBEHAVIOURS
        for name in MISBEHAVIOURS[method]
        if name not in BLOCKED or (method, name) in NOT_TOLD
    ],
)
def test_a_misbehaving_phone_is_never_verified(method: str, name: str) -> None:
    bench = finished(method, _varied(method, misbehaviour=[name]))
    report = bench.report()
    assert report.verdict is not Verdict.PASSED
    assert report.reasons
    assert report.claims.nist_method == "none"
    assert report.claims.r2_status == "fail"


@pytest.mark.parametrize(
    ("method", "name"),
    [
        (method, name)
        for method in MISBEHAVIOURS
        for name in sorted(BLOCKED & set(MISBEHAVIOURS[method]))
        if (method, name) not in NOT_TOLD
    ],
)
def test_a_phone_a_human_can_put_right_is_blocked_first(method: str, name: str) -> None:
    bench = Bench(method, _varied(method, misbehaviour=[name]))
    values = bench.inspect()
    assert bench.method.problems(values, bench.slot_sighting(), bench.limits)


def test_protection_that_the_shell_is_told_of_stands_in_the_way_before_an_erase() -> None:
    bench = Bench("android_harness", {**PIXEL_16, "condition": "debugging", "misbehaviour": ["frp_armed"]})
    found = bench.method.problems(bench.inspect(), bench.slot_sighting(), bench.limits)
    assert ProblemCode.FACTORY_RESET_PROTECTION in {problem.code for problem in found}


def test_protection_that_the_shell_is_not_told_of_is_found_at_the_set_up_screen() -> None:
    bench = finished("android_harness", _varied("android_harness", misbehaviour=["frp_armed"]))
    assert bench.truth()["erased"]
    assert {piece.values.get("locks.frp") for piece in bench.evidence} == {None, "unknown"}
    assert "asked" in {piece.values.get("statement.owner_account") for piece in bench.evidence}
    report = bench.report()
    assert (report.verdict, report.reasons) == (Verdict.INDETERMINATE, ("frp_not_shown_clear",))
    assert report.residues["frp"] == "present"
    assert report.claims.r2_status == "fail"


@pytest.mark.parametrize(
    ("method", "level", "nist", "final"),
    [
        ("android_trade_in", EvidenceLevel.E2, "clear", "same"),
        ("android_harness", EvidenceLevel.E2, "clear", "stated"),
        ("apple_mcinstall", EvidenceLevel.E3, "purge", "same"),
    ],
)
def test_claims_say_what_was_shown(method: str, level: EvidenceLevel, nist: str, final: str) -> None:
    report = finished(method).report()
    assert (report.level, report.claims.nist_method, report.final_reset) == (level, nist, final)
    assert report.claims.gb_status == "supporting_only"
    assert report.residues["userdata"] == "cleared"


def test_an_unlocked_phone_is_verified_without_a_nist_claim() -> None:
    report = finished("android_harness", _varied("android_harness", variation=["unlocked_bootloader"])).report()
    assert (report.verdict, report.level, report.claims.nist_method) == (Verdict.PASSED, EvidenceLevel.E2, "none")


def test_a_guided_reset_is_a_factory_state_and_no_more() -> None:
    report = finished("android_guided").report()
    assert (report.verdict, report.level) == (Verdict.INDETERMINATE, EvidenceLevel.E1)
    assert report.claims.nist_method == "none"


def test_a_guided_reset_that_never_happened_proves_nothing() -> None:
    report = finished("android_guided", obeys=False, answer="yes").report()
    assert report.verdict is Verdict.FAILED
    assert "canary_still_there" in report.reasons


def test_a_harness_phone_that_is_not_reset_again_is_not_verified() -> None:
    report = finished("android_harness", obeys=False).report()
    assert report.verdict is Verdict.INDETERMINATE
    assert report.final_reset == "missing"
    assert report.level is EvidenceLevel.E2


@pytest.mark.parametrize("answer", ["no", None])
def test_a_last_reset_that_nobody_states_is_not_verified(answer: str | None) -> None:
    report = finished("android_harness", answer=answer).report()
    assert report.verdict is Verdict.INDETERMINATE
    assert "final_reset_not_stated" in report.reasons


def test_a_pulled_cable_is_never_an_erase() -> None:
    bench = Bench("apple_mcinstall", _varied("apple_mcinstall", misbehaviour=["erase_drops_link"]))
    bench.inspect()
    bench.run()
    bench.slot.unplug(bench.clock.seconds, seconds=60.0)
    assert bench.report().verdict is Verdict.FAILED
    assert bench.truth()["erased"] is False


@pytest.mark.parametrize("method", ["android_trade_in", "android_harness"])
def test_the_port_keeps_what_was_seen_of_leaving_and_return(method: str) -> None:
    pieces = [piece for piece in finished(method).evidence if piece.moment is Moment.RETURN]
    assert pieces[-1].values["port.left"] == "yes"
    assert pieces[-1].values["port.came_back"] == "yes"
    assert int(pieces[-1].values["port.absent_s"]) >= int(pieces[-1].values["port.absent_needed_s"])


@pytest.mark.parametrize("method", PROVING)
def test_every_piece_of_an_honest_job_is_answered_where_it_must_be(method: str) -> None:
    names = {piece.asked for piece in finished(method).evidence if piece.moment is Moment.COMMAND}
    assert names


# opened again ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("variation", ["", "no_boot_history", *android_behaviour.VARIATIONS])
def test_an_honest_phone_that_is_opened_again_is_erased_and_ends_as_a_report(variation: str) -> None:
    bench = finished("android_reopen", _varied("android_reopen", variation=[variation] if variation else []))
    report = bench.report()
    assert bench.truth()["erased"]
    assert (bench.failure, report.verdict, report.level) == ("", Verdict.INDETERMINATE, EvidenceLevel.E1)
    assert report.reasons == ("factory_state_only", "one_writer_only")


def test_a_phone_that_nobody_opens_again_ends_as_a_factory_state_with_its_reason() -> None:
    bench = finished("android_reopen", _varied("android_reopen", misbehaviour=["debugging_never_on"]))
    assert bench.failure == "debugging_never_on"
    assert bench.clock.seconds >= DEADLINES.person_s
    report = bench.report()
    assert (report.verdict, report.level) == (Verdict.INDETERMINATE, EvidenceLevel.E1)
    assert {piece.values.get("statement.owner_account") for piece in bench.evidence} == {None, "not_asked"}


def test_an_android_16_that_nobody_opens_again_is_met_in_its_foyer() -> None:
    phone = {**PIXEL_16, "condition": "debugging", "misbehaviour": ["debugging_never_on"]}
    bench = finished("android_reopen", phone)
    assert bench.report().level is EvidenceLevel.E1
    assert any(piece.asked == "port.opened" for piece in bench.evidence)


def test_a_computer_that_nobody_allows_is_another_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    bench = Bench("android_reopen", _varied("android_reopen", misbehaviour=["keeps_settings"]))
    bench.inspect()
    press = bench.slot.press
    monkeypatch.setattr(bench.slot, "press", lambda action, now_s: action == "open_again" or press(action, now_s))
    assert bench.run().failure == "key_never_accepted"


def test_protection_that_keeps_the_technician_out_of_the_set_up_is_told() -> None:
    bench = finished("android_reopen", _varied("android_reopen", misbehaviour=["frp_armed"]))
    report = bench.report()
    assert (bench.failure, report.residues["frp"]) == ("debugging_never_on", "present")


def test_a_phone_that_comes_back_open_is_walked_by_nobody() -> None:
    bench = finished("android_reopen", _varied("android_reopen", misbehaviour=["user_forged"]))
    report = bench.report()
    assert "returned_open" in report.reasons
    assert report.level is EvidenceLevel.E1


@pytest.mark.parametrize("lie", ["user_forged_closed", "restart_called_factory_reset"])
def test_the_strongest_forgery_of_a_user_is_no_proof(lie: str) -> None:
    bench = finished("android_reopen", _varied("android_reopen", misbehaviour=[lie]))
    report = bench.report()
    assert not bench.truth()["erased"]
    assert (report.verdict, report.level) == (Verdict.INDETERMINATE, EvidenceLevel.E1)
    assert report.reasons == ("factory_state_only", "one_writer_only")
    passed = {finding.rule for finding in report.findings if finding.verdict is Verdict.PASSED}
    assert ("bootstat_reset" in passed) == (lie == "restart_called_factory_reset")


def test_a_restart_by_the_name_of_a_reset_is_no_proof_for_the_test_harness_either() -> None:
    lie = ["restart_called_factory_reset"]
    bench = finished("android_harness", _varied("android_harness", misbehaviour=lie))
    report = bench.report()
    assert not bench.truth()["erased"]
    assert (report.verdict, report.level) == (Verdict.INDETERMINATE, EvidenceLevel.E1)
    assert report.reasons == ("harness_not_shown", "factory_state_only", "one_writer_only")


def test_a_phone_that_does_not_show_its_harness_mark_is_erased_without_a_certificate() -> None:
    bench = finished("android_harness", _varied("android_harness", variation=["no_harness_property"]))
    report = bench.report()
    assert bench.truth()["erased"]
    assert (report.verdict, report.level) == (Verdict.INDETERMINATE, EvidenceLevel.E1)
    assert report.reasons[0] == "harness_not_shown"


@pytest.mark.parametrize("lie", ["says_done_keeps_data", "keeps_sdcard", "keeps_accounts", "keeps_android_id"])
def test_a_phone_that_kept_its_data_is_found_out_when_it_is_opened_again(lie: str) -> None:
    assert finished("android_reopen", _varied("android_reopen", misbehaviour=[lie])).report().verdict is Verdict.FAILED


@pytest.mark.parametrize("absence", [1, 2])
def test_another_phone_that_is_opened_instead_is_found_out(absence: int) -> None:
    other = {"serial": "SWAPPED00001", "imeis": ["353918110000984"], "condition": "debugging", "absence": absence}
    bench = finished("android_reopen", _varied("android_reopen", swap=other))
    assert bench.report().verdict is not Verdict.PASSED
