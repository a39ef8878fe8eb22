# SPDX-License-Identifier: GPL-3.0-or-later
"""Every row of the rule file is needed: without it a bad job would pass, or an honest one would not."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from phones.evidence import Evidence, Moment
from phones.verdict import Verdict
from tests.wipe.honest import (
    HONEST,
    OLD_ID,
    added,
    changed,
    fastboot,
    guided,
    iphone,
    recovery,
    reopened,
    rescue,
    stated,
    without,
)
from wipe.judge import judge
from wipe.report import EvidenceLevel
from wipe.rules import Rules, load

RULES = load("2027.02")
Change = Callable[[tuple[Evidence, ...]], tuple[Evidence, ...]]


def _set(moment: Moment, value: str, text: str | None, asked: str = "") -> Change:
    return lambda evidence: changed(evidence, moment, value, text, asked=asked)


def _first_look_finds_the_mark(evidence: tuple[Evidence, ...]) -> tuple[Evidence, ...]:
    found = {"canary.gone": "", "canary.still_there": "tmp", "canary.marker_works": ""}
    return added(evidence, 0, Moment.AFTER, "canary.look", found)


def _foyer_over_adb(evidence: tuple[Evidence, ...]) -> tuple[Evidence, ...]:
    return tuple(
        replace(piece, link="adb") if piece.moment is Moment.FINAL and piece.asked == "trade_in.getstatus" else piece
        for piece in evidence
    )


def _stamp(kind: str, error: str) -> Change:
    def change(evidence: tuple[Evidence, ...]) -> tuple[Evidence, ...]:
        other = changed(evidence, Moment.AFTER, "apple.obliteration_kind", kind)
        return tuple(
            replace(piece, values={**piece.values, "apple.obliteration_error": error})
            if piece.moment is Moment.AFTER and piece.asked == "apple.after"
            else piece
            for piece in other
        )

    return change


def _erased_just_before(evidence: tuple[Evidence, ...]) -> tuple[Evidence, ...]:
    """The stamp of an erase two seconds before the command: inside the clock's slack, but not ours."""
    for moment in (Moment.BEFORE, Moment.AFTER):
        evidence = changed(evidence, moment, "apple.obliteration_epoch", "1794999998")
        evidence = changed(evidence, moment, "apple.obliteration_digest", "a" * 64)
    return evidence


def _protection_not_looked_for(evidence: tuple[Evidence, ...]) -> tuple[Evidence, ...]:
    return stated(changed(evidence, Moment.BEFORE, "locks.frp", None), Moment.FINAL, "owner_account", "not_asked")


def _activation_lock_not_looked_for(evidence: tuple[Evidence, ...]) -> tuple[Evidence, ...]:
    unread = changed(evidence, Moment.AFTER, "locks.activation_lock", None)
    return stated(unread, Moment.AFTER, "activation_owner", "not_asked")


def _read_twice(value: str, first: str, then: str) -> Change:
    def change(evidence: tuple[Evidence, ...]) -> tuple[Evidence, ...]:
        last = evidence[-1].number
        for number, text in ((last + 1, first), (last + 2, then)):
            evidence = added(evidence, number, Moment.AFTER, "android.state", {value: text})
        return evidence

    return change


def _said_twice(moment: Moment, what: str) -> Change:
    def change(evidence: tuple[Evidence, ...]) -> tuple[Evidence, ...]:
        return stated(stated(evidence, moment, what, "asked"), moment, what, "not_asked")

    return change


def _lock_unread_and_stated(evidence: tuple[Evidence, ...]) -> tuple[Evidence, ...]:
    unread = changed(evidence, Moment.AFTER, "locks.activation_lock", "unknown")
    return stated(unread, Moment.AFTER, "activation_owner", "not_asked")


def _read_back_otherwise(evidence: tuple[Evidence, ...]) -> tuple[Evidence, ...]:
    """Once, although a later look found nothing."""
    last = evidence[-1].number
    for number, text in ((last + 1, "1"), (last + 2, "0")):
        evidence = added(evidence, number, Moment.AFTER, "overwrite.read_back", {"overwrite.chunks_differing": text})
    return evidence


def _frp_unread_and_stated(evidence: tuple[Evidence, ...]) -> tuple[Evidence, ...]:
    unread = changed(evidence, Moment.BEFORE, "locks.frp", "unknown")
    return stated(unread, Moment.FINAL, "owner_account", "not_asked")


# What exactly one requirement or contradiction catches.
BAD: dict[str, Change] = {
    "canary_still_there": _first_look_finds_the_mark,
    "accounts_gone": _set(Moment.AFTER, "locks.accounts", "1"),
    "android_id_new": _set(Moment.AFTER, "data.android_id", OLD_ID),
    "overwrite_differs": _read_back_otherwise,
    "canary_planted": _set(Moment.BEFORE, "canary.planted", "settings,tmp"),
    "canary_gone": _set(Moment.AFTER, "canary.gone", "settings,tmp"),
    "marker_works": _set(Moment.AFTER, "canary.marker_works", "settings,tmp"),
    "user0_unlocked": _set(Moment.AFTER, "data.user0", "locked"),
    "own_system_before": _set(Moment.BEFORE, "boot.system_image_running", "yes"),
    "own_system_after": _set(Moment.AFTER, "boot.system_image_running", "yes"),
    "fingerprint_same": _set(Moment.AFTER, "system.fingerprint", "other/x/x:13/T1/2:user/release-keys"),
    "android_not_rooted": _set(Moment.BEFORE, "tamper.signs", "not_green,su"),
    "packages_gone": _set(Moment.AFTER, "data.packages", "24"),
    "foyer_final": _foyer_over_adb,
    "final_absent": _set(Moment.FINAL, "port.came_back", "no"),
    "final_without_adb": _set(Moment.FINAL, "port.presence", "adb_device"),
    "final_same_serial": _set(Moment.FINAL, "port.usb_serial", None),
    "final_stated": _set(Moment.FINAL, "statement.setup_screen", "no"),
    "old_trust_refused": _set(Moment.AFTER, "apple.trust", "accepted"),
    "iphone_not_jailbroken": _set(Moment.BEFORE, "tamper.signs", "afc2"),
    "oblit_failure": _set(Moment.AFTER, "apple.oblit_failure_mark", "c" * 64),
    "oblit_begins": _set(Moment.AFTER, "apple.oblit_begins_mark", "c" * 64),
    "apps_gone": _set(Moment.AFTER, "apple.apps", "3"),
    "stamp_kind": _stamp("rrts", "0"),  # "SafeRRTS done @..., Err:0": reverted to a snapshot
    "stamp_without_error": _stamp("safe_oblit_done", "5"),
    "stamp_changed": _erased_just_before,
    "apple_canary_planted": _set(Moment.BEFORE, "canary.planted", ""),
    "apple_canary_gone": _set(Moment.AFTER, "canary.gone", ""),
    "apple_marker_works": _set(Moment.AFTER, "canary.marker_works", ""),
    "unactivated": _set(Moment.AFTER, "apple.activation_state", "Activated"),
    "setup_not_done": _set(Moment.AFTER, "apple.setup_done", "yes"),
    "activation_lock_not_on": _activation_lock_not_looked_for,
    "activation_lock_never_on": _read_twice("locks.activation_lock", "yes", "no"),
    "activation_owner_never_asked": _said_twice(Moment.AFTER, "activation_owner"),
    "frp_not_armed": _protection_not_looked_for,
    "frp_never_armed": _read_twice("locks.frp", "armed", "clear"),
    "frp_never_asked": _said_twice(Moment.FINAL, "owner_account"),
    "not_supervised": _set(Moment.BEFORE, "locks.supervised", "yes"),
}
# An honest job that rests on exactly this row: what else could carry it was not readable on that phone.
NEEDED: dict[str, Change] = {
    "evaluation_accepted": _set(Moment.BEFORE, "setup.trade_in", None),
    "evaluation_property": lambda evidence: without(evidence, Moment.COMMAND, "trade_in.evaluate"),
    "foyer_returned": lambda evidence: evidence,
    "harness_property": _set(Moment.AFTER, "boot.reset_entries", None),
    "stamp_newer": lambda evidence: evidence,
    "frp_read_clear": lambda evidence: evidence,
    "frp_stated_clear": _frp_unread_and_stated,
    "activation_lock_off": lambda evidence: evidence,
    "activation_lock_stated_off": _lock_unread_and_stated,
}
PAIRS = [(row.name, method) for row in RULES.rows for method in sorted(row.methods) if method in HONEST]


def _remove(name: str) -> Rules:
    return replace(RULES, rows=tuple(row for row in RULES.rows if row.name != name))


@pytest.mark.parametrize("method", HONEST)
def test_an_honest_job_is_verified_with_no_reason_left(method: str) -> None:
    report = judge(HONEST[method](), method=method, rules=RULES)
    assert (report.verdict, report.reasons) == (Verdict.PASSED, ())
    assert report.level.reaches(EvidenceLevel.E2)


@pytest.mark.parametrize(("name", "method"), [pair for pair in PAIRS if pair[0] in BAD])
def test_exactly_this_row_stands_between_a_bad_job_and_verified(name: str, method: str) -> None:
    bad = BAD[name](HONEST[method]())
    assert judge(bad, method=method, rules=RULES).verdict is not Verdict.PASSED
    assert judge(bad, method=method, rules=_remove(name)).verdict is Verdict.PASSED


@pytest.mark.parametrize(("name", "method"), [pair for pair in PAIRS if pair[0] in NEEDED])
def test_an_honest_job_rests_on_this_row(name: str, method: str) -> None:
    honest = NEEDED[name](HONEST[method]())
    assert judge(honest, method=method, rules=RULES).verdict is Verdict.PASSED
    assert judge(honest, method=method, rules=_remove(name)).verdict is not Verdict.PASSED


@pytest.mark.parametrize(
    ("name", "gone"), [("guided_foyer", "operator.setup_screen"), ("guided_stated", "trade_in.getstatus")]
)
def test_a_factory_state_rests_on_this_row(name: str, gone: str) -> None:
    seen = without(guided(), Moment.AFTER, gone)
    assert judge(seen, method="android_guided", rules=RULES).level is EvidenceLevel.E1
    assert judge(seen, method="android_guided", rules=_remove(name)).level is EvidenceLevel.E0


def test_a_guided_phone_that_keeps_our_mark_has_failed() -> None:
    kept = _first_look_finds_the_mark(guided())
    assert judge(kept, method="android_guided", rules=RULES).verdict is Verdict.FAILED
    assert judge(kept, method="android_guided", rules=_remove("canary_still_there")).verdict is Verdict.INDETERMINATE


FASTBOOT: dict[str, Change] = {
    "fastboot_okay": lambda evidence: without(evidence, Moment.COMMAND, "fastboot.erase.userdata"),
    "fastboot_stated": _set(Moment.AFTER, "statement.setup_screen", "no"),
    "fastboot_foyer": lambda evidence: without(evidence, Moment.AFTER, "operator.setup_screen"),
    "fastboot_accounts_left": lambda evidence: added(
        evidence, evidence[-1].number + 1, Moment.AFTER, "android.state", {"locks.accounts": "1"}
    ),
}


@pytest.mark.parametrize("name", FASTBOOT)
def test_what_a_boot_loaders_erase_may_say_rests_on_this_row(name: str) -> None:
    seen = FASTBOOT[name](fastboot())
    assert judge(fastboot(), method="android_fastboot", rules=RULES).level is EvidenceLevel.E1
    with_row, without_row = (judge(seen, method="android_fastboot", rules=rules) for rules in (RULES, _remove(name)))
    assert (with_row.level, with_row.verdict, with_row.reasons) != (
        without_row.level,
        without_row.verdict,
        without_row.reasons,
    )
    assert {with_row.verdict, without_row.verdict} <= {Verdict.INDETERMINATE, Verdict.FAILED}


def test_accounts_after_a_boot_loaders_erase_speak_against_it() -> None:
    seen = FASTBOOT["fastboot_accounts_left"](fastboot())
    assert judge(seen, method="android_fastboot", rules=RULES).verdict is Verdict.FAILED


RESCUE: dict[str, Change] = {
    "rescue_done": _set(Moment.COMMAND, "command.returned", "failed"),
    "rescue_same_build": _set(Moment.BETWEEN, "system.fingerprint", "other/x/x:13/T1/2:user/release-keys"),
    "rescue_stated": _set(Moment.AFTER, "statement.setup_screen", "no"),
    "rescue_foyer": lambda evidence: without(evidence, Moment.AFTER, "operator.setup_screen"),
}


@pytest.mark.parametrize("name", RESCUE)
def test_what_a_wipe_in_rescue_may_say_rests_on_this_row(name: str) -> None:
    seen = RESCUE[name](rescue())
    assert judge(rescue(), method="android_rescue", rules=RULES).level is EvidenceLevel.E1
    with_row, without_row = (judge(seen, method="android_rescue", rules=rules) for rules in (RULES, _remove(name)))
    assert (with_row.level, with_row.reasons) != (without_row.level, without_row.reasons)
    assert {with_row.verdict, without_row.verdict} == {Verdict.INDETERMINATE}


RECOVERY: dict[str, Change] = {
    "recovery_left": _set(Moment.BETWEEN, "port.came_back", "no"),
    "recovery_wiped": lambda evidence: without(evidence, Moment.BETWEEN, "operator.recovery_wipe"),
    "recovery_closed": _set(Moment.AFTER, "port.presence", "adb_unauthorized"),
    "recovery_same_number": lambda evidence: without(
        _set(Moment.AFTER, "port.usb_serial", None)(evidence), Moment.AFTER, "trade_in.getstatus"
    ),
    "recovery_stated": _set(Moment.AFTER, "statement.setup_screen", "no"),
    "recovery_foyer": lambda evidence: without(evidence, Moment.AFTER, "operator.setup_screen"),
    "recovery_accounts_left": lambda evidence: added(
        evidence, evidence[-1].number + 1, Moment.AFTER, "android.state", {"locks.accounts": "1"}
    ),
}


@pytest.mark.parametrize("name", RECOVERY)
def test_what_a_wipe_in_the_recovery_menu_may_say_rests_on_this_row(name: str) -> None:
    method = "android_recovery_guided"
    seen = RECOVERY[name](recovery())
    assert judge(recovery(), method=method, rules=RULES).level is EvidenceLevel.E1
    with_row, without_row = (judge(seen, method=method, rules=rules) for rules in (RULES, _remove(name)))
    assert (with_row.level, with_row.verdict, with_row.reasons) != (
        without_row.level,
        without_row.verdict,
        without_row.reasons,
    )
    assert {with_row.verdict, without_row.verdict} <= {Verdict.INDETERMINATE, Verdict.FAILED}


def test_a_phone_that_was_never_seen_leaving_for_its_recovery_has_no_factory_state() -> None:
    seen = without(RECOVERY["recovery_left"](recovery()), Moment.AFTER, "trade_in.getstatus")
    assert judge(seen, method="android_recovery_guided", rules=RULES).level is EvidenceLevel.E0


def test_a_phone_that_came_back_open_is_told_so_by_this_row() -> None:
    opened = _set(Moment.RETURN, "port.presence", "adb_device")(reopened())
    assert "returned_open" in judge(opened, method="android_reopen", rules=RULES).reasons
    assert "returned_open" not in judge(opened, method="android_reopen", rules=_remove("returned_closed")).reasons


def test_a_new_entry_of_the_boot_history_is_a_factory_state_and_rests_on_this_row() -> None:
    """Where nothing else was answered after the return."""
    bare = without(without(reopened(), Moment.AFTER, "canary.look"), Moment.AFTER, "android.state")
    last = bare[-1].number
    bare = added(bare, last, Moment.AFTER, "android.state", {"boot.reset_entries": "1795000100"})
    assert judge(bare, method="android_reopen", rules=RULES).level is EvidenceLevel.E1
    assert judge(bare, method="android_reopen", rules=_remove("bootstat_reset")).level is EvidenceLevel.E0


def test_every_row_has_its_test() -> None:
    tested = set(BAD) | set(NEEDED) | set(FASTBOOT) | set(RESCUE) | set(RECOVERY) | {"guided_foyer", "guided_stated"}
    tested |= {"returned_closed", "bootstat_reset"}
    assert {row.name for row in RULES.rows} == tested


@pytest.mark.parametrize("name", ["stamp_newer"])
def test_a_stamp_from_before_the_command_carries_nothing(name: str) -> None:
    old = changed(iphone(), Moment.AFTER, "apple.obliteration_epoch", "1794990000")
    report = judge(old, method="apple_mcinstall", rules=RULES)
    assert report.verdict is Verdict.INDETERMINATE
    assert report.level is EvidenceLevel.E1
    assert "stamp_too_old" in report.reasons


def test_neither_way_of_seeing_the_evaluation_is_no_evaluation() -> None:
    blind = without(NEEDED["evaluation_accepted"](HONEST["android_trade_in"]()), Moment.COMMAND, "trade_in.evaluate")
    report = judge(blind, method="android_trade_in", rules=RULES)
    assert report.verdict is Verdict.INDETERMINATE
    assert report.level is EvidenceLevel.E1
    assert "evaluation_not_entered" in report.reasons
