# SPDX-License-Identifier: GPL-3.0-or-later
"""The judge as a whole: total, monotone, never fooled by one writer, one identifier or another phone."""

import random
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phones.allowed import ALLOWED, MALFORMED
from phones.commitment import commit
from phones.evidence import Evidence, Moment, Outcome, digest_of
from phones.verdict import Verdict
from phones.words import say
from tests.wipe.honest import (
    HONEST,
    OLD_ID,
    OTHER_SERIAL,
    changed,
    guided,
    harness,
    iphone,
    reopened,
    stated,
    trade_in,
    without,
)
from wipe.judge import judge
from wipe.report import EraseReport, EvidenceLevel
from wipe.rules import load

RULES = load("2027.02")
METHODS = [*sorted(RULES.methods), "no_such_method", ""]
_RANK = {Verdict.FAILED: 0, Verdict.INDETERMINATE: 1, Verdict.PASSED: 2}

_TEXT = st.one_of(
    st.text(max_size=12),
    st.sampled_from(["yes", "no", "0", "1", "malformed", "", "-1", "unlocked", "9" * 19, "٣"]),
    st.sampled_from(["sdcard,settings,tmp", "media", "eacs_done", "adb_foyer", "1795000000", "iPhone14,5", "none"]),
)
_NAMES = st.sampled_from([*sorted(ALLOWED), "statement.setup_screen", "part.x"])
_PIECES = st.builds(
    Evidence,
    number=st.integers(-5, 30),
    at=st.just(datetime(2026, 11, 21, tzinfo=UTC)),
    moment=st.sampled_from(Moment),
    port=st.just("1-1"),
    link=st.sampled_from(["adb", "trade_in", "usbmux", "usb", "operator", "host", "x"]),
    asked=st.sampled_from(
        ["trade_in.getstatus", "android.state", "canary.look", "port.final", "trade_in.evaluate", "x"]
    ),
    outcome=st.sampled_from(Outcome),
    values=st.dictionaries(_NAMES, _TEXT, max_size=8),
    digest=st.just(""),
)


def _judge(evidence: tuple[Evidence, ...], method: str) -> EraseReport:
    return judge(evidence, method=method, rules=RULES)


@given(st.lists(_PIECES, max_size=12), st.sampled_from(METHODS))
def test_any_evidence_gets_an_answer_and_an_unverified_one_claims_nothing(pieces: list[Evidence], method: str) -> None:
    report = _judge(tuple(pieces), method)
    assert (report.verdict is Verdict.PASSED) == (report.reasons == ())
    if report.verdict is not Verdict.PASSED:
        assert (report.claims.nist_method, report.claims.gb_status, report.claims.r2_status) == ("none", "none", "fail")


@given(st.sampled_from(sorted(HONEST)), st.data())
def test_taking_evidence_away_never_improves_a_verdict(method: str, data: st.DataObject) -> None:
    whole = HONEST[method]()
    part = tuple(data.draw(st.lists(st.sampled_from(whole), unique_by=lambda piece: piece.number)))
    smaller = tuple(piece for piece in part if data.draw(st.booleans()))
    report, less = _judge(part, method), _judge(smaller, method)
    assert _RANK[less.verdict] <= _RANK[report.verdict]
    assert report.level.reaches(less.level)


@given(st.sampled_from(sorted(HONEST)), st.randoms(use_true_random=False))
def test_the_order_in_which_evidence_is_handed_over_does_not_matter(method: str, dice: random.Random) -> None:
    shuffled = list(HONEST[method]())
    dice.shuffle(shuffled)
    assert _judge(tuple(shuffled), method) == _judge(HONEST[method](), method)


_NEEDED_ANYWHERE = {
    (moment, row.test.value, method)
    for row in RULES.rows
    if row.kind != "signal" and row.test.value and not row.group and row.unless is None and not row.test.any_time
    for method in row.methods
    for moment in row.test.moments[:1]
}


@pytest.mark.parametrize(
    ("moment", "value", "method"), sorted(entry for entry in _NEEDED_ANYWHERE if entry[2] in HONEST)
)
@pytest.mark.parametrize("text", [None, "malformed"])
def test_what_could_not_be_read_is_never_fine(moment: Moment, value: str, method: str, text: str | None) -> None:
    assert _judge(changed(HONEST[method](), moment, value, text), method).verdict is not Verdict.PASSED


@pytest.mark.parametrize("method", HONEST)
@pytest.mark.parametrize("outcome", [Outcome.REFUSED, Outcome.SILENT, Outcome.LOST, Outcome.MALFORMED])
def test_only_answered_exchanges_carry_a_verdict(method: str, outcome: Outcome) -> None:
    unanswered = tuple(replace(piece, outcome=outcome) for piece in HONEST[method]())
    report = _judge(unanswered, method)
    assert (report.verdict, report.level) == (Verdict.INDETERMINATE, EvidenceLevel.NONE)


@given(st.sampled_from(sorted(HONEST)), st.data(), _TEXT)
@settings(max_examples=200)
def test_a_value_changed_anywhere_never_hides_a_missing_proof(method: str, data: st.DataObject, text: str) -> None:
    evidence = list(HONEST[method]())
    place = data.draw(st.integers(0, len(evidence) - 1))
    name = data.draw(st.sampled_from(sorted(evidence[place].values) or ["x"]))
    evidence[place] = replace(evidence[place], values={**evidence[place].values, name: text})
    report = _judge(tuple(evidence), method)
    if report.verdict is Verdict.PASSED:
        assert _oracle(evidence, method)


def _oracle(evidence: list[Evidence], method: str) -> bool:
    """What no verified job may lack, written down a second time."""

    def value_of(moment: Moment, name: str) -> str:
        texts = [piece.values[name] for piece in evidence if piece.moment is moment and name in piece.values]
        return texts[-1] if texts else ""

    after = Moment.AFTER
    if method.startswith("apple"):
        return (
            value_of(after, "apple.trust").startswith("refused_")
            and value_of(after, "canary.gone") == "media"
            and value_of(after, "canary.still_there") == ""
            and value_of(after, "canary.marker_works") == "media"
            and value_of(after, "apple.obliteration_kind") in ("eacs_done", "safe_oblit_done")
            and int(value_of(after, "apple.obliteration_epoch")) > 1794999990
            and value_of(after, "apple.activation_state") == "Unactivated"
            and value_of(after, "apple.apps") == "0"
        )
    whole = {"sdcard", "settings", "tmp"}
    seen = (
        whole <= set(value_of(after, "canary.gone").split(","))
        and value_of(after, "canary.still_there") == ""
        and whole <= set(value_of(after, "canary.marker_works").split(","))
        and value_of(after, "data.user0") == "unlocked"
        and value_of(after, "boot.system_image_running") == "no"
        and value_of(after, "locks.accounts") == "0"
        and value_of(after, "data.android_id") != value_of(Moment.BEFORE, "data.android_id")
    )
    if method == "android_trade_in":
        return seen
    return (
        seen
        and value_of(after, "setup.test_harness") == "1"
        and value_of(Moment.FINAL, "statement.setup_screen") == "yes"
    )


# identity -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("moment", [Moment.AFTER, Moment.FINAL])
@pytest.mark.parametrize("method", ["android_trade_in"])
def test_another_serial_at_any_moment_has_failed(method: str, moment: Moment) -> None:
    report = _judge(changed(HONEST[method](), moment, "identity.serial", OTHER_SERIAL), method)
    assert (report.verdict, report.reasons[0]) == (Verdict.FAILED, "another_phone")
    assert report.level is EvidenceLevel.E0


def test_another_serial_on_usb_after_the_return_has_failed() -> None:
    report = _judge(changed(harness(), Moment.RETURN, "port.usb_serial", OTHER_SERIAL), "android_harness")
    assert report.verdict is Verdict.FAILED


@pytest.mark.parametrize("make", [harness, trade_in])
def test_one_identifier_is_not_enough(make: Callable[[], tuple[Evidence, ...]]) -> None:
    evidence = changed(make(), Moment.AFTER, "identity.imei1", None)
    report = _judge(evidence, "android_harness" if make is harness else "android_trade_in")
    assert report.verdict is Verdict.INDETERMINATE
    assert "identity_too_thin" in report.reasons
    assert report.level is EvidenceLevel.E1


def test_the_phone_in_the_last_foyer_must_be_recognised_too() -> None:
    report = _judge(changed(trade_in(), Moment.FINAL, "identity.imei1", None), "android_trade_in")
    assert report.verdict is Verdict.INDETERMINATE


# writers ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("entries", ["none", "1795000100", None])
@pytest.mark.parametrize("harness_property", ["0", None])
def test_what_the_shell_can_write_never_proves_a_reset(entries: str | None, harness_property: str | None) -> None:
    """Nor does the boot history's entry, which a restart by that name leaves as well."""
    forged = changed(harness(), Moment.AFTER, "setup.test_harness", harness_property)
    forged = changed(forged, Moment.AFTER, "boot.reset_entries", entries)
    report = _judge(forged, "android_harness")
    assert (report.verdict, report.level) == (Verdict.INDETERMINATE, EvidenceLevel.E1)
    assert report.reasons == ("harness_not_shown", "factory_state_only", "one_writer_only")
    for language in ("en", "zh"):
        assert say("reason.harness_not_shown", language) != say("next.harness_not_shown", language)


def test_a_reopened_phone_is_a_report_however_well_it_looks() -> None:
    report = _judge(reopened(), "android_reopen")
    assert (report.verdict, report.level) == (Verdict.INDETERMINATE, EvidenceLevel.E1)
    assert report.reasons == ("factory_state_only", "one_writer_only")
    assert (report.claims.nist_method, report.claims.technique) == ("none", "none")


@pytest.mark.parametrize(
    ("value", "text", "reason"),
    [
        ("canary.still_there", "settings", "canary_still_there"),
        ("locks.accounts", "1", "accounts_left"),
        ("data.android_id", OLD_ID, "android_id_unchanged"),
    ],
)
def test_a_reopened_phone_that_kept_its_data_has_failed(value: str, text: str, reason: str) -> None:
    report = _judge(changed(reopened(), Moment.AFTER, value, text), "android_reopen")
    assert report.verdict is Verdict.FAILED
    assert reason in report.reasons


def test_one_writer_alone_is_not_enough() -> None:
    only_system = tuple(row for row in RULES.rows if row.writer in ("system", "host", "operator"))
    evidence = stated(harness(), Moment.FINAL, "owner_account", "not_asked")
    report = judge(evidence, method="android_harness", rules=replace(RULES, rows=only_system))
    assert report.verdict is Verdict.INDETERMINATE
    assert report.level.reaches(EvidenceLevel.E2)
    assert report.reasons == ("one_writer_only",)


def test_a_weak_writer_is_held_at_e1_whatever_a_rule_says() -> None:
    rows = tuple(
        replace(row, level=EvidenceLevel.E2)
        if row.writer in ("shell", "operator", "host")
        else replace(row, level=EvidenceLevel.NONE)
        for row in RULES.rows
    )
    assert judge(harness(), method="android_harness", rules=replace(RULES, rows=rows)).level is EvidenceLevel.E1


# claims -------------------------------------------------------------------------------------------


def _claims(evidence: tuple[Evidence, ...], method: str) -> tuple[str, str, EvidenceLevel]:
    report = _judge(evidence, method)
    assert report.verdict is Verdict.PASSED
    return report.claims.nist_method, report.claims.technique, report.level


def test_a_reset_by_a_patched_android_is_a_purge() -> None:
    assert _claims(harness(), "android_harness") == ("purge", "cryptographic_erase_framework", EvidenceLevel.E3)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("system.security_patch", "2024-08-05"),
        ("system.security_patch", None),
        ("system.first_api_level", "29"),
        ("crypto.type", "block"),
        ("boot.flash_locked", "0"),
        ("system.build_tags", "test-keys"),
    ],
)
def test_a_purge_needs_every_condition(value: str, text: str | None) -> None:
    spoiled = changed(harness(), Moment.BEFORE, value, text)
    assert _claims(spoiled, "android_harness")[::2] == ("clear", EvidenceLevel.E2)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("boot.verified_state", "orange"),
        ("boot.verified_state", None),
        ("crypto.state", "unencrypted"),
        ("crypto.state", None),
        ("system.first_api_level", "22"),
    ],
)
def test_an_open_or_unencrypted_android_gets_no_nist_word(value: str, text: str | None) -> None:
    report = _judge(changed(harness(), Moment.BEFORE, value, text), "android_harness")
    assert (report.verdict, report.claims.nist_method, report.claims.gb_status) == (Verdict.PASSED, "none", "none")


def test_a_forced_recovery_wipe_is_clear_with_its_technique_named() -> None:
    assert _claims(trade_in(), "android_trade_in") == ("clear", "forced_recovery_wipe", EvidenceLevel.E2)


@pytest.mark.parametrize(("model", "level"), [("iPhone8,1", EvidenceLevel.E3), ("iPhone7,2", EvidenceLevel.E2)])
def test_an_iphone_is_purged_and_a9_carries_e3(model: str, level: EvidenceLevel) -> None:
    assert _claims(iphone(model=model), "apple_mcinstall") == ("purge", "cryptographic_erase_apple", level)


def test_an_unknown_apple_model_is_clear() -> None:
    assert _claims(iphone(model="Watch6,1"), "apple_mcinstall")[0] == "clear"


def test_locks_left_on_the_phone_make_the_r2_claim_fail() -> None:
    assert _judge(harness(), "android_harness").claims.r2_status == "guided"
    report = _judge(changed(harness(), Moment.BEFORE, "locks.device_owner", "yes"), "android_harness")
    assert (report.verdict, report.claims.r2_status) == (Verdict.PASSED, "fail")


@pytest.mark.parametrize("read", ["unknown", "clear"])
@pytest.mark.parametrize("said", ["not_asked", "asked", "not_looked", ""])
def test_a_phone_whose_protection_nobody_saw_off_gets_no_certificate(read: str, said: str) -> None:
    evidence = changed(harness(), Moment.BEFORE, "locks.frp", read)
    evidence = stated(evidence, Moment.FINAL, "owner_account", said) if said else evidence
    report = _judge(evidence, "android_harness")
    shown = said == "not_asked" or (read == "clear" and said != "asked")
    assert report.verdict is (Verdict.PASSED if shown else Verdict.INDETERMINATE)
    assert report.final_reset == "stated"
    if not shown:
        assert report.reasons == ("frp_not_shown_clear",)
    residue = {"asked": "present", "not_asked": "absent" if read == "clear" else "stated_absent"}
    assert report.residues["frp"] == residue.get(said, "absent" if read == "clear" else "unknown")
    assert report.claims.r2_status == ("guided" if shown else "fail")


@pytest.mark.parametrize(("read", "said"), [("armed", "not_asked"), (None, "not_asked"), ("malformed", "not_asked")])
def test_a_protection_read_as_armed_or_not_looked_for_is_not_talked_away(read: str | None, said: str) -> None:
    evidence = changed(harness(), Moment.BEFORE, "locks.frp", read)
    report = _judge(stated(evidence, Moment.FINAL, "owner_account", said), "android_harness")
    assert report.verdict is Verdict.INDETERMINATE
    assert "frp_not_shown_clear" in report.reasons


_MOMENTS = (Moment.BEFORE, Moment.AFTER, Moment.FINAL)
_LOOKS_AT_PROTECTION = st.tuples(
    st.sampled_from(_MOMENTS),
    st.one_of(
        st.tuples(st.just("locks.frp"), st.sampled_from(["armed", "clear", "unknown", MALFORMED])),
        st.tuples(st.just("statement.owner_account"), st.sampled_from(["asked", "not_asked", "not_looked"])),
    ),
)
_LOOKS_AT_ACTIVATION = st.tuples(
    st.sampled_from(_MOMENTS),
    st.one_of(
        st.tuples(st.just("locks.activation_lock"), st.sampled_from(["yes", "no", "unknown", MALFORMED])),
        st.tuples(st.just("statement.activation_owner"), st.sampled_from(["asked", "not_asked", "not_looked"])),
    ),
)
_Look = tuple[Moment, tuple[str, str]]


def _looked(evidence: tuple[Evidence, ...], looks: list[_Look]) -> tuple[Evidence, ...]:
    """The same job with these looks besides its own; those before the erase stand before its command."""
    first = next(piece.number for piece in evidence if piece.moment is not Moment.BEFORE)
    last = max(piece.number for piece in evidence)
    spread = [replace(piece, number=piece.number + 10 * (piece.number >= first)) for piece in evidence]
    for place, (moment, (name, text)) in enumerate(looks):
        number = first + place if moment is Moment.BEFORE else last + 11 + place
        values = {name: text}
        link = "operator" if name.startswith("statement.") else "adb"
        spread.append(
            replace(
                evidence[0],
                number=number,
                moment=moment,
                asked="look",
                link=link,
                values=values,
                digest=digest_of(values),
            )
        )
    return tuple(spread)


def _is_locked(looks: list[_Look]) -> bool:
    """Written down a second time: any word for a lock decides, but one taken back before the erase."""
    before = [text for moment, (name, text) in looks if moment is Moment.BEFORE and name.startswith("locks.")]
    told = [text for text in before if text not in ("unknown", MALFORMED)]
    later = [text for moment, (_, text) in looks if moment is not Moment.BEFORE]
    return bool({"armed", "yes", "asked"} & {*told[-1:], *later})


def _can_be(method: str, look: _Look) -> bool:
    """Nobody looks at a set-up screen before the erase, and trade-in asks nobody at all."""
    moment, (name, _) = look
    return name.startswith("locks.") or (moment is not Moment.BEFORE and method != "android_trade_in")


@given(st.sampled_from(["android_harness", "android_trade_in"]), st.lists(_LOOKS_AT_PROTECTION, max_size=3))
@settings(max_examples=200)
def test_a_protection_that_showed_itself_at_any_moment_gets_no_certificate(method: str, looks: list[_Look]) -> None:
    looks = [look for look in looks if _can_be(method, look)]
    _check_locked(_judge(_looked(HONEST[method](), looks), method), "frp", looks)


@given(st.sampled_from(sorted(m for m in HONEST if m.startswith("apple"))), st.lists(_LOOKS_AT_ACTIVATION, max_size=3))
@settings(max_examples=200)
def test_an_activation_lock_that_showed_itself_at_any_moment_gets_no_certificate(
    method: str, looks: list[_Look]
) -> None:
    looks = [look for look in looks if _can_be(method, look)]
    _check_locked(_judge(_looked(HONEST[method](), looks), method), "activation_lock", looks)


def _check_locked(report: EraseReport, residue: str, looks: list[_Look]) -> None:
    if _is_locked(looks):
        assert (report.verdict, report.residues[residue]) == (Verdict.INDETERMINATE, "present")
        assert report.claims.r2_status == "fail"
    else:
        assert report.residues[residue] != "present"
    if all(text in ("clear", "no", "not_asked") for _, (_, text) in looks):
        assert (report.verdict, report.residues[residue]) == (Verdict.PASSED, "absent")


def test_an_iphone_whose_owner_signed_out_before_the_erase_is_certified() -> None:
    looks = [(Moment.BEFORE, ("locks.activation_lock", text)) for text in ("yes", "no")]
    report = _judge(_looked(iphone(), looks), "apple_mcinstall")
    assert (report.verdict, report.residues["activation_lock"]) == (Verdict.PASSED, "absent")
    not_taken_back = [looks[0], (Moment.BEFORE, ("locks.activation_lock", "unknown"))]
    assert _judge(_looked(iphone(), not_taken_back), "apple_mcinstall").verdict is Verdict.INDETERMINATE


@pytest.mark.parametrize("moment", [Moment.BEFORE, Moment.AFTER])
def test_a_protection_found_inside_the_evaluation_is_not_read_away_by_a_second_look(moment: Moment) -> None:
    """Inside the evaluation the wipe is already scheduled, though what is read there is of the moment before."""
    last = trade_in()[-1]
    inside = [
        replace(last, number=number, moment=moment, link="adb", asked="android.state", values={"locks.frp": text})
        for number, text in ((101, "armed"), (102, "clear"))
    ]
    report = _judge((*trade_in(), *inside), "android_trade_in")
    assert (report.verdict, report.residues["frp"]) == (Verdict.INDETERMINATE, "present")


def test_a_protection_of_a_guided_reset_is_named_whatever_else_was_read() -> None:
    for text, other in (("armed", "clear"), ("clear", "armed")):
        looks = [(Moment.AFTER, ("locks.frp", text)), (Moment.AFTER, ("locks.frp", other))]
        assert _judge(_looked(guided(), looks), "android_guided").residues["frp"] == "present"


@pytest.mark.parametrize("read", ["unknown", "no", "yes"])
@pytest.mark.parametrize("said", ["not_asked", "asked", "not_looked", ""])
def test_an_iphone_that_nobody_saw_unlocked_gets_no_certificate(read: str, said: str) -> None:
    evidence = changed(iphone(), Moment.AFTER, "locks.activation_lock", read)
    evidence = stated(evidence, Moment.AFTER, "activation_owner", said) if said else evidence
    report = _judge(evidence, "apple_mcinstall")
    shown = read != "yes" and (said == "not_asked" or (read == "no" and said != "asked"))
    assert report.verdict is (Verdict.PASSED if shown else Verdict.INDETERMINATE)
    if not shown:
        assert report.reasons == ("activation_lock_on",)
        assert report.claims.r2_status == "fail"


def test_gb_46864_gets_supporting_evidence_only() -> None:
    assert {_judge(make(), method).claims.gb_status for method, make in HONEST.items()} == {"supporting_only"}


def test_residues_say_what_is_still_in_the_phone() -> None:
    residues = _judge(changed(harness(), Moment.BEFORE, "media.sd", "present"), "android_harness").residues
    assert (residues["sd"], residues["sim"], residues["esim"], residues["cloud"]) == (
        "present",
        "absent",
        "not_covered",
        "not_covered",
    )


# the last reset -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "final"), [("android_harness", "stated"), ("android_trade_in", "same"), ("apple_guided", "same")]
)
def test_the_last_reset_is_named(method: str, final: str) -> None:
    assert _judge(HONEST[method](), method).final_reset == final


@pytest.mark.parametrize("asked", ["port.final", "operator.setup_screen"])
def test_without_seeing_or_stating_the_last_reset_it_is_missing(asked: str) -> None:
    report = _judge(without(harness(), Moment.FINAL, asked), "android_harness")
    assert (report.verdict, report.final_reset) == (Verdict.INDETERMINATE, "missing")


@pytest.mark.parametrize("agree", [False, True], ids=["each of another phone", "each telling another part"])
def test_however_many_readings_a_record_holds_they_are_compared_in_no_time(agree: bool) -> None:
    names = ("identity.serial", "identity.imei1", "identity.imei2", "identity.ecid", "identity.udid")
    pieces = []
    for number in range(1, 1001):
        told = names if not agree else [name for bit, name in enumerate(names) if number >> bit & 1]
        values = {name: commit(name, name if agree else str(number), bytes(16)) for name in told}
        moment = (Moment.BEFORE, Moment.BETWEEN, Moment.AFTER, Moment.FINAL)[number // 32 % 4]
        pieces.append(replace(iphone()[0], number=number, moment=moment, values=values, digest=digest_of(values)))
    begun = time.process_time()
    same = _judge(tuple(pieces), "apple_guided").same_phone
    assert same is (Verdict.PASSED if agree else Verdict.FAILED)
    assert time.process_time() - begun < 2  # each with each takes forty seconds
