# SPDX-License-Identifier: GPL-3.0-or-later
"""Choosing a method, what stands in its way, and a plan that writes nothing to the phone."""

from collections.abc import Mapping
from typing import Any

import pytest

from phones.bench.inspection import inspect
from phones.evidence import Moment
from phones.link import AppleBatch, Link, Reply, Request, ShellLine, TradeInLine
from phones.port import Port, Presence, Sighting
from phones.problem import ProblemCode
from phones.shared_numbers import NOTE
from phones.witness import Witness, WitnessedPort
from phones.words import catalogue, say
from tests.wipe.drive import PHONES, Bench
from wipe.method import Limits
from wipe.methods.choice import choose, predict, strength
from wipe.methods.table import METHODS
from wipe.methods.weighing import NEEDS
from wipe.plan import plan
from wipe.report import EvidenceLevel
from wipe.rules import load

ADB = Sighting(port="1-1", presence=Presence.ADB_DEVICE)
FOYER = Sighting(port="1-1", presence=Presence.ADB_FOYER)
APPLE = Sighting(port="1-1", presence=Presence.APPLE)

PIXEL = {
    "identity.serial": "HT1",
    "identity.imei1": "356938035643809",
    "system.sdk": "33",
    "setup.test_harness": "0",
    "boot.system_image_running": "no",
    "locks.device_owner": "no",
    "locks.profile_owner": "no",
    "locks.reset_forbidden": "no",
    "locks.accounts": "0",
    "locks.frp": "clear",
    "locks.lock_screen": "no",
    "media.sim": "absent",
    "media.sd": "absent",
    "battery.level": "80",
    "boot.reset_entries": "1600000000",
}
IPHONE = {
    "identity.serial": "F1",
    "identity.ecid": "12",
    "system.version": "18.6",
    "locks.activation_lock": "no",
    "locks.supervised": "no",
    "media.sim": "absent",
    "battery.level": "80",
}


@pytest.mark.parametrize(
    ("values", "sighting", "name"),
    [
        ({}, FOYER, "android_trade_in"),
        (PIXEL, ADB, "android_harness"),
        ({**PIXEL, "system.sdk": "36"}, ADB, "android_guided"),
        ({**PIXEL, "system.sdk": "28"}, ADB, "android_guided"),
        ({}, ADB, "android_guided"),
        (IPHONE, APPLE, "apple_mcinstall"),
        ({**IPHONE, "system.version": "10.3.3"}, APPLE, "apple_mobilebackup2"),
        ({}, APPLE, "apple_guided"),
    ],
)
def test_the_strongest_method_that_fits_is_chosen(values: Mapping[str, str], sighting: Sighting, name: str) -> None:
    method = choose(values, sighting).method
    assert method is not None
    assert method.name == name


@pytest.mark.parametrize(
    "presence",
    [
        Presence.ABSENT,
        Presence.USB_ONLY,
        Presence.ADB_UNAUTHORIZED,
        Presence.ADB_RECOVERY,
        Presence.APPLE_RECOVERY,
    ],
)
def test_a_phone_that_does_not_talk_gets_no_method(presence: Presence) -> None:
    choice = choose(PIXEL, Sighting(port="1-1", presence=presence))
    assert choice.method is None
    assert choice.problem is not None
    assert choice.lines() == ()


def test_a_wish_that_does_not_fit_is_never_replaced() -> None:
    for wish in ("apple_mcinstall", "no_such_method"):
        choice = choose(PIXEL, ADB, wish)
        assert choice.method is None
        assert choice.problem is not None
        assert choice.problem.code is ProblemCode.METHOD_NOT_AVAILABLE
    assert choose(IPHONE, APPLE, "apple_guided").method is METHODS["apple_guided"]


PATCHED = {
    **PIXEL,
    "system.first_api_level": "31",
    "crypto.state": "encrypted",
    "crypto.type": "file",
    "system.security_patch": "2025-01-01",
    "boot.verified_state": "green",
    "boot.flash_locked": "1",
    "system.build_tags": "release-keys",
}
"""Its test harness would be a purge."""


@pytest.mark.parametrize(
    ("values", "wish", "best"),
    [
        (PIXEL, "android_guided", "android_harness"),
        (PATCHED, "android_guided", "android_harness"),
    ],
)
def test_a_wish_that_would_prove_less_is_refused_and_says_what_proves_more(
    values: Mapping[str, str], wish: str, best: str
) -> None:
    choice = choose(values, ADB, wish)
    assert choice.method is None
    assert choice.problem is not None
    assert choice.problem.code is ProblemCode.METHOD_WEAKER
    for language in ("en", "zh"):
        assert wish in choice.problem.reason(language)
        assert best in choice.problem.next_step(language)
    planned = plan(values, ADB, Limits(), wanted=wish)
    assert (planned.method, planned.can_begin) == ("", False)


def test_a_phone_whose_number_many_share_may_be_wished_a_report() -> None:
    shared = {**PIXEL, NOTE: "serial"}
    choice = choose(shared, ADB)
    assert choice.method is METHODS["android_harness"]
    assert ProblemCode.NUMBERS_SHARED in {each.code for each in choice.method.problems(shared, ADB, Limits())}
    wished = choose(shared, ADB, "android_guided")
    assert wished.method is METHODS["android_guided"]
    assert wished.is_report_only


def test_a_method_that_is_there_for_wishes_is_never_chosen_by_itself() -> None:
    pixel = {**PIXEL, "product.maker": "Google"}
    wished = choose(pixel, ADB, "android_rescue")
    assert (wished.method, wished.why, wished.is_report_only) == (METHODS["android_rescue"], "wished_for_less", True)
    assert choose(pixel, ADB, failed={"android_harness", "android_guided"}).method is None
    for values in (PIXEL, PATCHED):
        reopened = choose(values, ADB, "android_reopen")
        assert (reopened.method, reopened.why) == (METHODS["android_reopen"], "wished_for_less")


def test_a_wish_as_strong_as_the_best_is_taken() -> None:
    assert choose({**PIXEL, "system.sdk": "36"}, ADB, "android_reopen").why == "wished"


def test_a_method_that_this_phone_has_refused_before_is_not_offered_again_but_may_be_wished_for() -> None:
    choice = choose(PATCHED, ADB, failed={"android_harness"})
    assert (choice.method, choice.why) == (METHODS["android_guided"], "others_failed")
    assert choose(PATCHED, ADB, "android_harness", failed={"android_harness"}).method is METHODS["android_harness"]


@pytest.mark.parametrize(
    ("values", "sighting", "why"),
    [
        ({}, FOYER, "only"),
        (PATCHED, ADB, "strongest"),
        ({**PIXEL, "system.sdk": "36"}, ADB, "only"),
        (PIXEL, ADB, "strongest"),
        (IPHONE, APPLE, "first_of_equals"),
    ],
)
def test_it_is_said_why_a_method_was_chosen(values: Mapping[str, str], sighting: Sighting, why: str) -> None:
    choice = choose(values, sighting)
    assert choice.why == why
    assert choice.lines("en")[0] != choice.lines("zh")[0]


def test_a_way_that_can_only_end_in_a_report_says_so_before_anything_is_done() -> None:
    """Whatever the phone shows of its boot history."""
    for values in (PIXEL, {name: text for name, text in PIXEL.items() if name != "boot.reset_entries"}):
        newest = {**values, "system.sdk": "36"}
        for wish in (None, "android_reopen"):
            choice = choose(newest, ADB, wish)
            assert choice.is_report_only
            assert any("only end in a report" in line for line in plan(newest, ADB, Limits(), wanted=wish).lines("en"))
            assert any("只能得到报告" in line for line in choice.lines("zh"))
        wished = plan(values, ADB, Limits(), wanted="android_reopen")
        assert wished.predicted == {"level": "E1", "nist": "none", "gb": "none", "r2": "fail"}
    assert not choose(PIXEL, ADB).is_report_only


def test_what_is_predicted_as_a_report_has_no_row_that_could_prove_more() -> None:
    reports = {name for name, method in METHODS.items() if method.predicted["level"] == "E1"}
    assert "android_reopen" in reports
    assert not [row.name for row in load().rows if reports & set(row.methods) and row.level.reaches(EvidenceLevel.E2)]


def test_a_reopened_phone_is_overwritten_on_wish_and_nothing_is_promised_for_it() -> None:
    choice = choose(PIXEL, ADB, "android_reopen", passes=1)
    assert choice.method is METHODS["android_reopen_overwrite"]
    assert (choice.predicted["level"], choice.predicted["nist"], choice.predicted["gb"]) == ("E1", "none", "none")
    sized = {**PIXEL, "storage.total_bytes": str(118 * 10**9)}
    told = plan(sized, ADB, Limits(), wanted="android_reopen", passes=2)
    assert told.forecast is not None
    assert (told.forecast.passes, told.forecast.written_bytes) == (2, 236 * 10**9)


def test_overwriting_is_never_had_by_way_of_a_weaker_method_that_nobody_asked_for() -> None:
    """The foyer cannot be overwritten, and is not reset by hand instead."""
    for name in ("android_harness_overwrite", "android_reopen_overwrite"):
        assert METHODS[name].overwrites
    choice = choose({**PIXEL, "system.sdk": "36"}, ADB, passes=1)
    assert choice.problem is not None
    assert choice.problem.code is ProblemCode.OVERWRITE_NOT_POSSIBLE


def test_strength_is_what_may_be_claimed_not_who_does_the_work() -> None:
    by_hand, by_wire = METHODS["apple_guided"], METHODS["apple_mcinstall"]
    assert strength(predict(by_hand, IPHONE)) == strength(predict(by_wire, IPHONE))


@pytest.mark.parametrize(
    ("method", "name", "text", "code"),
    [
        ("android_harness", "locks.accounts", "2", ProblemCode.ACCOUNT_PRESENT),
        ("android_harness", "locks.accounts", None, ProblemCode.NOT_CHECKED),
        ("android_harness", "locks.frp", "armed", ProblemCode.FACTORY_RESET_PROTECTION),
        ("android_harness", "locks.frp", "unknown", ProblemCode.NOT_CHECKED),
        ("android_harness", "locks.lock_screen", "yes", ProblemCode.LOCK_SCREEN_SET),
        ("android_harness", "setup.test_harness", "1", ProblemCode.HARNESS_ALREADY_ON),
        ("android_harness", "boot.system_image_running", "yes", ProblemCode.SYSTEM_IMAGE_RUNNING),
        ("android_harness", "boot.system_image_running", "malformed", ProblemCode.NOT_CHECKED),
        ("android_harness", "identity.imei1", None, ProblemCode.IDENTITY_TOO_THIN),
        ("android_reopen", "locks.accounts", "2", ProblemCode.ACCOUNT_PRESENT),
        ("android_reopen", "locks.frp", "armed", ProblemCode.FACTORY_RESET_PROTECTION),
        ("android_reopen", "media.sim", "present", ProblemCode.SIM_PRESENT),
        ("android_guided", "locks.device_owner", "yes", ProblemCode.MANAGED),
        ("android_guided", "locks.profile_owner", "yes", ProblemCode.MANAGED),
        ("android_guided", "locks.reset_forbidden", "yes", ProblemCode.RESET_FORBIDDEN),
        ("android_guided", "media.sim", "present", ProblemCode.SIM_PRESENT),
        ("android_guided", "media.sim", "unknown", ProblemCode.NOT_CHECKED),
        ("android_guided", "media.sd", "adopted", ProblemCode.SD_CARD_PRESENT),
        ("android_guided", "media.sd", None, ProblemCode.NOT_CHECKED),
        ("android_guided", "battery.level", "29", ProblemCode.BATTERY_LOW),
        ("android_guided", "battery.level", None, ProblemCode.BATTERY_UNKNOWN),
        ("android_trade_in", "locks.frp", "armed", ProblemCode.FACTORY_RESET_PROTECTION),
        ("android_trade_in", "locks.frp", None, ProblemCode.NOT_CHECKED),
        ("apple_mcinstall", "locks.activation_lock", "yes", ProblemCode.ACTIVATION_LOCK),
        ("apple_mcinstall", "locks.activation_lock", None, ProblemCode.NOT_CHECKED),
        ("apple_guided", "locks.supervised", "yes", ProblemCode.MANAGED),
        ("apple_mobilebackup2", "identity.ecid", None, ProblemCode.IDENTITY_TOO_THIN),
    ],
)
def test_what_stands_in_the_way_is_a_problem(method: str, name: str, text: str | None, code: ProblemCode) -> None:
    good = IPHONE if method.startswith("apple") else PIXEL
    sighting = {"apple": APPLE, "android": ADB}[method.split("_", maxsplit=1)[0]]
    assert METHODS[method].problems(good, sighting, Limits()) == ()
    values = {**good, name: text} if text is not None else {key: value for key, value in good.items() if key != name}
    problems = METHODS[method].problems(values, sighting, Limits())
    assert [problem.code for problem in problems] == [code]
    assert problems[0].reason("zh")
    assert problems[0].next_step("zh")


def test_a_limit_may_allow_cards() -> None:
    values = {**PIXEL, "media.sim": "present", "media.sd": "present"}
    assert METHODS["android_guided"].problems(values, ADB, Limits(allow_sim=True, allow_sd=True)) == ()


def test_a_tray_that_was_not_told_of_is_looked_into() -> None:
    values = {key: text for key, text in IPHONE.items() if key != "media.sim"}
    (problem,) = METHODS["apple_mcinstall"].problems({**values, "part.SIMStatus": "absent"}, APPLE, Limits())
    assert problem.code is ProblemCode.NOT_CHECKED


FIELD_DUMP = {"locks.frp": "unknown", "part.frp": "failed", "setup.provisioned": "1", "setup.complete": "1"}
"""What three public forms of the dump, of Android 10 to 15, leave to know."""


def test_a_phone_that_does_not_tell_of_its_protection_may_be_erased() -> None:
    assert METHODS["android_harness"].problems({**PIXEL, **FIELD_DUMP}, ADB, Limits()) == ()


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("setup.complete", "0", ProblemCode.FACTORY_RESET_PROTECTION),
        ("setup.provisioned", "0", ProblemCode.FACTORY_RESET_PROTECTION),
        ("setup.complete", "", ProblemCode.NOT_CHECKED),
        ("part.frp", "missing", ProblemCode.NOT_CHECKED),
        ("locks.lock_screen", "", ProblemCode.NOT_CHECKED),
        ("locks.lock_screen", "malformed", ProblemCode.NOT_CHECKED),
        ("locks.lock_screen", "yes", ProblemCode.LOCK_SCREEN_SET),
        ("locks.accounts", "1", ProblemCode.ACCOUNT_PRESENT),
        ("locks.frp", "armed", ProblemCode.FACTORY_RESET_PROTECTION),
    ],
)
def test_what_stands_in_for_the_protection_is_never_assumed(name: str, text: str, code: ProblemCode) -> None:
    (problem,) = METHODS["android_harness"].problems({**PIXEL, **FIELD_DUMP, name: text}, ADB, Limits())
    assert problem.code is code


def test_an_iphone_that_does_not_name_its_lock_is_asked_for_by_the_method() -> None:
    assert METHODS["apple_mcinstall"].problems({**IPHONE, "locks.activation_lock": "unknown"}, APPLE, Limits()) == ()


def test_a_plan_says_method_steps_conditions_and_claim_in_both_languages() -> None:
    planned = plan({**PIXEL, "locks.accounts": "1", "locks.account_types": "com.google"}, ADB, Limits())
    assert (planned.method, planned.can_begin) == ("android_harness", False)
    assert [step.name for step in planned.steps if step.acts] == ["enable_harness"]
    assert planned.predicted["level"] == "E2"
    text = "\n".join(planned.lines("en"))
    assert "com.google" in text
    assert "supporting evidence only" in text
    assert any("密码擦除" in line or "未满足" in line for line in planned.lines("zh"))
    assert planned.to_json()["can_begin"] is False


def test_a_plan_predicts_a_purge_only_where_the_phone_allows_it() -> None:
    assert plan(PATCHED, ADB, Limits()).predicted == {
        "level": "E3",
        "nist": "purge",
        "gb": "supporting_only",
        "r2": "guided",
    }
    assert plan(PIXEL, ADB, Limits()).predicted["nist"] == "clear"
    assert plan({**PATCHED, "system.sdk": "36"}, ADB, Limits()).predicted["nist"] == "none"  # by android_guided


def test_no_method_is_a_plan_that_cannot_begin() -> None:
    planned = plan(PIXEL, ADB, Limits(), wanted="apple_mcinstall")
    assert (planned.method, planned.can_begin) == ("", False)
    assert planned.conditions[0].problem is not None
    assert planned.lines("zh")


class RecordingPort:
    """Passes everything on, and keeps what was sent."""

    def __init__(self, port: Port) -> None:
        self._port = port
        self.path, self.emulated = port.path, port.emulated
        self.sent: list[Request] = []

    def look(self) -> Sighting:
        return self._port.look()

    def open(self) -> Link:
        link, sent = self._port.open(), self.sent

        class Recording:
            name = link.name

            def exchange(self, request: Request, *, timeout_s: float) -> Reply:
                sent.append(request)
                return link.exchange(request, timeout_s=timeout_s)

            def close(self) -> None:
                link.close()

        return Recording()

    def forget(self, udid: str) -> None:
        self._port.forget(udid)


@pytest.mark.parametrize("method", ["android_trade_in", "android_harness", "apple_mcinstall"])
def test_a_plan_writes_nothing_to_the_phone(method: str) -> None:
    bench = Bench(method, PHONES[method])
    bench.inspect()  # pairing and adb dialogs are behind us
    before = bench.truth()
    port = RecordingPort(bench.port)
    phone = WitnessedPort(port, Witness(clock=bench.clock, journal=lambda _piece: None, salt=bytes(16)))
    sighting = phone.peek()
    values = inspect(phone, sighting, moment=Moment.BEFORE, draw=bench.draw)
    planned = plan(values, sighting, Limits())
    assert (planned.method, planned.can_begin) == (method, True)
    assert port.sent
    assert all(_reads_only(request) for request in port.sent)
    assert bench.truth() == before


def _reads_only(request: Request) -> bool:
    if isinstance(request, AppleBatch):
        return not any(part.kind in ("afc_write", "afc_remove") for part in request.parts)
    if isinstance(request, TradeInLine):
        return "getstatus" in request.command
    return isinstance(request, ShellLine) and not any(
        word in request.line for word in ("settings put", "testharness", "reboot", " > /", "rm ", "am broadcast")
    )


# overwriting --------------------------------------------------------------------------------------


@pytest.mark.parametrize("passes", [1, 2])
def test_a_plan_with_overwriting_says_bytes_time_and_wear_beforehand(passes: int) -> None:
    total = 115_000_000_000
    found = plan({**PIXEL, "storage.total_bytes": str(total)}, ADB, Limits(), passes=passes)
    assert found.method == "android_harness_overwrite"
    assert found.forecast is not None
    assert found.forecast.written_bytes == passes * total
    assert found.predicted["gb"] == "method_overwrite"
    said = {language: "\n".join(found.lines(language)) for language in ("en", "zh")}
    for text in said.values():
        assert f"{passes * 115} GB" in text
        assert "10" in text
        assert "40 MB/s" in text
    assert "assumed" in said["en"]
    assert "假定" in said["zh"]


def test_a_plan_without_overwriting_says_nothing_of_it() -> None:
    found = plan({**PIXEL, "storage.total_bytes": "115000000000"}, ADB, Limits())
    assert (found.method, found.forecast) == ("android_harness", None)


def test_a_plan_says_that_an_iphone_cannot_be_overwritten_and_what_to_do() -> None:
    found = plan(IPHONE, APPLE, Limits(), passes=1)
    assert not found.can_begin
    (condition,) = found.conditions
    assert condition.problem is not None
    assert condition.problem.code is ProblemCode.OVERWRITE_NOT_POSSIBLE
    assert "--overwrite 0" in condition.problem.next_step("en")


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(
    ("sdk", "wish", "code"),
    [
        ("36", {"passes": 1}, ProblemCode.OVERWRITE_NOT_POSSIBLE),
        ("33", {"wanted": "android_guided"}, ProblemCode.METHOD_WEAKER),
        ("33", {"wanted": "apple_mcinstall"}, ProblemCode.METHOD_NOT_AVAILABLE),
    ],
)
def test_a_plan_that_refuses_a_wish_can_be_read_in_both_languages(
    sdk: str, wish: Mapping[str, Any], code: ProblemCode, language: str
) -> None:
    found = plan({**PIXEL, "system.sdk": sdk}, ADB, Limits(), **wish)
    assert [condition.code for condition in found.conditions] == [code.value]
    name = say(f"condition_name.{code.value}", language)
    assert any(name in line for line in found.lines(language))


WITH_CARD = {**PIXEL, "media.sd": "present"}


def test_a_plan_with_a_card_names_its_steps_first_marks_what_deletes_and_says_so_in_both_languages() -> None:
    found = plan(WITH_CARD, ADB, Limits(), card=True)
    assert found.can_begin, "the card that is to be overwritten no longer stands in the way"
    assert (found.method, found.choice.card) == ("android_harness", "overwrite")
    assert [step.name for step in found.steps if step.acts] == ["card_clear", "card_fill", "enable_harness"]
    assert found.to_json()["card"] == "overwrite"
    for language, words in (("en", "every file on it is deleted"), ("zh", "先删除卡上全部文件")):
        assert words in "\n".join(found.lines(language))


def test_without_the_wish_a_card_stands_in_the_way() -> None:
    found = plan(WITH_CARD, ADB, Limits())
    assert (found.can_begin, found.choice.card) == (False, "")
    assert not any(step.name.startswith("card_") for step in found.steps)


def test_a_wish_never_lifts_an_adopted_card_nor_anything_else() -> None:
    adopted = plan({**PIXEL, "media.sd": "adopted"}, ADB, Limits(), card=True)
    assert (adopted.can_begin, adopted.choice.card) == (False, "adopted")
    managed = plan({**WITH_CARD, "locks.device_owner": "yes"}, ADB, Limits(), card=True)
    assert [each.problem.code for each in managed.conditions if each.problem is not None] == [ProblemCode.MANAGED]
    unread = {name: text for name, text in PIXEL.items() if name != "media.sd"}
    assert not plan(unread, ADB, Limits(), card=True).can_begin


def test_a_wish_without_a_card_in_the_phone_changes_nothing() -> None:
    with_wish, without = plan(PIXEL, ADB, Limits(), card=True), plan(PIXEL, ADB, Limits())
    assert (with_wish.steps, with_wish.choice.card) == (without.steps, "absent")
    assert plan(IPHONE, APPLE, Limits(), card=True) == plan(IPHONE, APPLE, Limits())


@pytest.mark.parametrize(
    ("values", "sighting", "options", "codes"),
    [
        (PIXEL, ADB, {}, {"android_harness": "strongest", "android_guided": "proves_less"}),
        (PIXEL, ADB, {}, {"android_reopen": "on_wish_only", "android_harness_overwrite": "overwriting_not_asked"}),
        (PIXEL, ADB, {}, {"android_trade_in": "needs_foyer", "android_fastboot": "needs_fastboot"}),
        (PIXEL, ADB, {"failed": ("android_harness",)}, {"android_harness": "refused_before"}),
        (PIXEL, ADB, {"failed": ("android_harness",)}, {"android_guided": "others_failed"}),
        (PIXEL, ADB, {"passes": 1}, {"android_harness": "overwriting_asked", "android_harness_overwrite": "strongest"}),
        (PIXEL, ADB, {"wanted": "android_guided"}, {"android_guided": "wish_is_weaker"}),
        (PIXEL, ADB, {"wanted": "android_guided"}, {"android_harness": "another_wished"}),
        (PIXEL, ADB, {"wanted": "android_reopen"}, {"android_reopen": "wished_for_less"}),
        ({**PIXEL, "system.sdk": "36"}, ADB, {"passes": 1}, {"android_guided": "cannot_overwrite"}),
        ({**PIXEL, "system.sdk": "28"}, ADB, {}, {"android_harness": "needs_harness", "android_guided": "only"}),
        (IPHONE, APPLE, {}, {"apple_mcinstall": "first_of_equals", "apple_guided": "stands_later"}),
        ({**IPHONE, "system.version": "10.3.3"}, APPLE, {}, {"apple_mcinstall": "needs_ios_11"}),
    ],
)
def test_every_method_for_such_a_phone_has_the_code_why_it_was_taken_or_not(
    values: Mapping[str, str], sighting: Sighting, options: dict[str, Any], codes: Mapping[str, str]
) -> None:
    found = plan(values, sighting, Limits(), **options)
    told = {each.method: each.code for each in found.weighed}
    assert {name: told[name] for name in codes} == codes
    assert [each.method for each in found.weighed if each.is_taken] == ([found.method] if found.method else [])
    assert set(told) == {name for name, method in METHODS.items() if method.platform is sighting.platform}
    for each in found.weighed:
        assert len({say(f"choice.{each.code}", language) for language in ("en", "zh")}) == 2


def test_every_method_says_what_it_needs() -> None:
    assert set(NEEDS) == {name for name, method in METHODS.items() if not method.overwrites}


def test_no_code_of_a_choice_is_a_code_of_anything_else() -> None:
    mine = {key.removeprefix("choice.") for key in catalogue() if key.startswith("choice.")}
    others = {key.split(".")[1] for key in catalogue() if key.split(".")[0] in ("reason", "problem", "error", "cap")}
    assert not mine & others


@pytest.mark.parametrize(("values", "sighting", "waits"), [(PIXEL, ADB, True), (IPHONE, APPLE, False)])
def test_a_plan_with_a_challenge_says_that_an_android_is_waited_for_after_its_erase(
    values: Mapping[str, str], sighting: Sighting, waits: bool
) -> None:
    found, without = plan(values, sighting, Limits(), challenge=True), plan(values, sighting, Limits())
    assert (found.awaits_attestation, without.awaits_attestation) == (waits, False)
    for language, words in (("en", "hardware attestation"), ("zh", "硬件认证")):
        assert (words in "\n".join(found.lines(language))) is waits
        assert words not in "\n".join(without.lines(language))
