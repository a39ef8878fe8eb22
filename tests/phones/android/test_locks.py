# SPDX-License-Identifier: GPL-3.0-or-later
"""Locks of lenders, carriers, makers and Google: cleared, locked, or not asked; not asked never reads as cleared."""

import secrets
from collections.abc import Mapping
from pathlib import Path

import pytest

from grading.grade import grade
from grading.report import CheckOutcome
from grading.schemes import load
from phones.allowed import ALLOWED
from phones.android import locks
from phones.android.inspection import state_question
from phones.android.readers import accounts
from phones.android.trade_in import read_status
from phones.modes import BY_PRESENCE
from phones.port import Platform, Presence, Sighting
from phones.problem import ProblemCode
from phones.verdict import Verdict
from tests.grading.samples import evidence_of
from tests.phones.toolbox import ask, install
from wipe.method import Limits
from wipe.methods.table import METHODS
from wipe.steps import preconditions

LOCKS = [name for name, value in ALLOWED.items() if value.pattern.startswith("cleared|locked")]
CHECKS = {check.value: check.name for check in load("basic").checks if check.weight == "lock"}
SAMSUNG = {"ro.product.manufacturer": "samsung", "ro.product.brand": "samsung", "ro.product.model": "SM-A356B"}


def told(tmp_path: Path, properties: Mapping[str, str]) -> dict[str, str]:
    tools = install(tmp_path / "bin", properties=properties)
    return ask(state_question(secrets.token_hex(16), timeout_s=10), tools)[1]


def outcome(values: Mapping[str, str], name: str, platform: Platform = Platform.ANDROID) -> tuple[str, str]:
    """Of the check, and the usability class."""
    found = grade([evidence_of(values)], platform=platform, verdict=Verdict.PASSED, scheme=load("basic"))
    return next(check.outcome for check in found.checks if check.name == CHECKS[name]), found.usability


def test_every_lock_has_a_check_and_one_that_was_not_asked_is_not_tested() -> None:
    assert set(CHECKS) == set(LOCKS)
    for name in LOCKS:
        assert outcome({}, name)[0] is CheckOutcome.NOT_TESTED
        assert outcome({name: "unknown"}, name)[0] is CheckOutcome.INDETERMINATE
        assert outcome({name: "cleared"}, name)[0] is CheckOutcome.PASS
        assert outcome({name: "locked"}, name)[0] is CheckOutcome.FAIL


OPEN = {
    "locks.frp": "clear",
    "locks.device_owner": "no",
    "locks.accounts": "0",
    "statement.battery_swollen": "no",
}


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_that_is_shut_keeps_a_phone_from_sale_and_one_that_nobody_could_ask_does_not(name: str) -> None:
    assert outcome({**OPEN, name: "locked"}, name)[1] == "U"
    assert outcome(OPEN, name)[1] != "U"


# Samsung, from the constants of its own service and public getprop dumps ([knox.kg.state]: [Checking], SM-S911B)
@pytest.mark.parametrize(
    ("properties", "state"),
    [
        ({"knox.kg.state": "Active", "ro.boot.kg": "0x1", "ro.boot.kg.bit": "01"}, "locked"),
        ({"knox.kg.state": "Active", "ro.boot.kg": "0x2"}, "locked"),
        ({"knox.kg.state": "Locked"}, "locked"),
        ({"knox.kg.state": "LOCKED"}, "locked"),
        ({"ro.boot.kg": "0x3"}, "locked"),
        ({"ro.boot.kg": "2"}, "locked"),
        ({"knox.kg.state": "Completed", "ro.boot.kg": "0x3"}, "locked"),
        ({"knox.kg.state": "Prenormal", "ro.boot.kg": "0x0"}, "cleared"),
        ({"knox.kg.state": "Completed", "ro.boot.kg": "0x4"}, "cleared"),
        ({"knox.kg.state": "Checking", "ro.boot.kg": "0x1"}, "unknown"),
        ({"knox.kg.state": "Error"}, "unknown"),
        ({"knox.kg.state": "Blink"}, "unknown"),
        ({"ro.boot.kg": "0x9"}, None),
        ({}, None),
    ],
)
def test_knox_guard_is_told_of(tmp_path: Path, properties: Mapping[str, str], state: str | None) -> None:
    assert told(tmp_path, {**SAMSUNG, **properties}).get("locks.knox_guard") == state


def test_a_phone_of_another_maker_has_no_knox_guard(tmp_path: Path) -> None:
    values = told(tmp_path, {})
    assert values["locks.knox_guard"] == "not_applicable"
    assert outcome(values, "locks.knox_guard")[0] is CheckOutcome.NOT_APPLICABLE


@pytest.mark.parametrize("name", ["locks.knox_guard", "locks.device_lock", "locks.finance_app"])
@pytest.mark.parametrize("method", ["android_harness", "android_guided"])
def test_a_phone_that_a_lender_can_lock_is_not_erased_before_somebody_knows(name: str, method: str) -> None:
    sighting = Sighting(port="1-1", presence=Presence.ADB_DEVICE)
    for state, expected in (("locked", True), ("cleared", False), ("unknown", False)):
        found = METHODS[method].problems({name: state}, sighting, Limits())
        assert (ProblemCode.FINANCED in {problem.code for problem in found}) is expected
    assert preconditions.NOT_FINANCED in preconditions.TRADE_IN_INSIDE


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("holders:", {"locks.device_lock": "cleared"}),
        ("holders:com.lender.kiosk", {"locks.device_lock": "locked"}),
        ("", {}),
        ("Error: unknown command", {}),
        ("com.lender.kiosk", {}),
    ],
)
def test_nobody_in_the_lenders_role_is_an_answer_only_where_the_role_exists(text: str, state: dict[str, str]) -> None:
    assert locks.kiosk(text) == state


def test_before_android_14_the_role_is_not_asked_for_and_after_it_is(tmp_path: Path) -> None:
    assert "locks.device_lock" not in told(tmp_path / "13", {"ro.build.version.sdk": "33"})
    assert told(tmp_path / "14", {"ro.build.version.sdk": "34"})["locks.device_lock"] == "cleared"


@pytest.mark.parametrize(
    ("names", "state"),
    [
        ("", None),
        ("package:com.payjoy.access", None),  # a list without the framework was not read
        ("package:android", "cleared"),
        (
            "package:android\npackage:com.google.android.devicelockcontroller\npackage:com.samsung.android.kgclient",
            "cleared",
        ),
        ("package:android\npackage:com.payjoy.access", "unknown"),
        ("package:com.trustonic.telecoms.standard.dpc\npackage:android", "unknown"),
        ("package:android\npackage:com.payjoy.accessory", "cleared"),
    ],
)
def test_an_app_of_a_lender_that_is_merely_installed_accuses_nobody(names: str, state: str | None) -> None:
    assert locks.lenders_installed(names).get("locks.finance_app") == state


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("1 owner:\nUser  0: admin=com.payjoy.access/.Admin,DeviceOwner", "locked"),
        ("1 owner:\nUser  0: admin=com.samsung.android.kgclient/.A,DeviceOwner,Affiliated", "locked"),
        ("1 owner:\nUser  0: admin=com.example.mdm/.Admin,DeviceOwner", None),
        ("1 owner:\nUser 10: admin=com.payjoy.access/.Admin,ManagedProfileOwner(User 10)", None),
        ("no owners", None),
    ],
)
def test_a_lender_that_owns_the_phone_has_locked_it(text: str, state: str | None) -> None:
    assert locks.owning_lender(text).get("locks.finance_app") == state


def test_a_device_owner_of_the_financed_type_is_a_lender() -> None:
    assert locks.owner_type("  Device Owner Type: 1") == {"locks.device_lock": "locked"}
    assert locks.owner_type("  Device Owner Type: -1") == {}
    assert locks.owner_type("  Device Owner Type: 10") == {}


SET_UP = {
    "system.sdk": "35",
    "setup.complete": "1",
    "setup.trade_in": "0",
    "setup.test_harness": "0",
    "locks.accounts": "1",
}


@pytest.mark.parametrize(
    ("maker", "types", "lock"),
    [
        ("Xiaomi", "com.xiaomi", "locked"),
        ("Xiaomi", "com.google", "cleared"),
        ("samsung", "com.osp.app.signin", "locked"),
        ("HUAWEI", "com.huawei.hwid", "locked"),
        ("HONOR", "com.hihonor.id", "locked"),
        ("vivo", "com.bbk.account", "locked"),
        ("OPPO", "com.heytap.usercenter,com.google", "locked"),
        ("Google", "com.google", "not_applicable"),
    ],
)
def test_an_account_of_the_maker_locks_the_phone(maker: str, types: str, lock: str) -> None:
    values = {**SET_UP, "product.maker": maker, "locks.account_types": types}
    assert locks.of_accounts(values)["locks.maker_account"] == lock


@pytest.mark.parametrize(
    ("dump", "maker_account", "find_hub"),
    [
        ("  Accounts: 0", "cleared", "cleared"),
        ("  Accounts: 1\n, type=com.android.localphone}", "cleared", "cleared"),
        ("  Accounts: 1\n, type=org.example}", "cleared", "cleared"),
        ("  Accounts: 1", "unknown", "unknown"),
        ("  Accounts: 3\n, type=org.example}", "unknown", "unknown"),
        ("  Accounts: 2\n, type=com.android.localphone}", "unknown", "unknown"),
        ("  Accounts: 1\n  Accounts: 1\n, type=com.google}", "unknown", "unknown"),
        ("  Accounts: 2\n, type=com.xiaomi}", "locked", "unknown"),
    ],
)
def test_an_account_that_was_counted_and_not_listed_may_be_anybodys(
    dump: str, maker_account: str, find_hub: str
) -> None:
    found = locks.of_accounts({**SET_UP, "product.maker": "Xiaomi", **accounts(dump)})
    assert (found["locks.maker_account"], found["locks.find_hub"]) == (maker_account, find_hub)


def test_find_hub_is_off_where_nobody_is_signed_in_to_google_and_not_clear_where_somebody_is() -> None:
    assert (
        locks.of_accounts({**SET_UP, "locks.accounts": "0", "locks.account_types": ""})["locks.find_hub"] == "cleared"
    )
    assert locks.of_accounts({**SET_UP, "locks.account_types": "com.google"})["locks.find_hub"] == "unknown"


@pytest.mark.parametrize(
    "fresh", [{"setup.complete": "0"}, {"setup.trade_in": "2"}, {"setup.test_harness": "1"}, {"setup.complete": ""}]
)
def test_an_empty_list_of_accounts_on_a_phone_that_nobody_has_set_up_says_nothing(fresh: Mapping[str, str]) -> None:
    found = locks.of_accounts({**SET_UP, **fresh, "product.maker": "Xiaomi", "locks.account_types": ""})
    assert found == {"locks.knox_guard": "not_applicable"}


@pytest.mark.parametrize(("sdk", "said"), [("35", True), ("36", False), ("37", False), ("", False)])
def test_an_empty_list_says_nothing_where_evaluation_looks_like_a_phone_that_is_set_up(sdk: str, said: bool) -> None:
    nobody = {**SET_UP, "system.sdk": sdk, "locks.accounts": "0", "locks.account_types": ""}
    assert (locks.of_accounts(nobody).get("locks.find_hub") == "cleared") is said
    somebody = {**nobody, "locks.accounts": "1", "locks.account_types": "com.google"}
    assert locks.of_accounts(somebody)["locks.find_hub"] == "unknown"


def test_the_foyer_tells_of_a_lock_of_which_we_know_no_name() -> None:
    assert read_status({"locks": {"factory_reset_protection": False, "carrier": True}})["locks.other"] == "locked"
    assert "locks.other" not in read_status({"locks": {"factory_reset_protection": True, "carrier": False}})
    assert "locks.other" not in read_status({"locks": {"factory_reset_protection": "yes"}})
    assert BY_PRESENCE[Presence.ADB_FOYER].link == "trade_in"


@pytest.mark.parametrize("said", ["on", "off", 1, 0, None, [], {"enabled": True}, {"enabled": False}])
def test_a_lock_of_the_foyer_that_says_neither_on_nor_off_is_unknown(said: object) -> None:
    assert read_status({"locks": {"factory_reset_protection": False, "carrier": said}})["locks.other"] == "unknown"
    assert read_status({"locks": {"carrier": said, "lender": True}})["locks.other"] == "locked"
    assert read_status({"locks": {"carrier": said, "lender": False}})["locks.other"] == "unknown"


def test_the_card_of_another_carrier_tells_of_a_sim_lock(tmp_path: Path) -> None:
    assert told(tmp_path / "a", {"gsm.sim.state": "NETWORK_LOCKED,ABSENT"})["locks.sim_lock"] == "locked"
    for number, state in enumerate(("LOADED,ABSENT", "ABSENT,ABSENT", "PIN_REQUIRED")):
        assert "locks.sim_lock" not in told(tmp_path / str(number), {"gsm.sim.state": state})


def test_only_names_of_lenders_cross_the_cable(tmp_path: Path) -> None:
    tools = install(tmp_path / "bin")
    reply, _ = ask(state_question(secrets.token_hex(16), timeout_s=10), tools)
    assert b"package:android\n" in reply.body
    assert b"com.example" not in reply.body
