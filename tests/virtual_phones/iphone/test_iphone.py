# SPDX-License-Identifier: GPL-3.0-or-later
"""The iPhone model in virtual time: what it says, whom it trusts, what an erase leaves.

Assumptions no real phone has confirmed: the values without a session on iOS 18 and 26, codes 208 and 211
at an erase, the missing dialog at the set-up screen, the stamp's caller and reason.
"""

import contextlib
import itertools
import plistlib
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.virtual_phones.iphone.apple_bench import HOST, MODELS, make_iphone, paired
from virtual_phones.iphone.behaviour import ERASE_REFUSALS, HOSTILE_TEXT
from virtual_phones.iphone.phone import MISBEHAVIOURS, VARIATIONS, AbsentPhone, IPhone, LockdownRefusal, SilentPhone
from virtual_phones.phone import load_model

STRATA = ["apps", "crash_reports", "esim", "hosts", "keys", "media", "settings"]
PERSONAL = ("DeviceName", "PhoneNumber", "ICCID", "IMSI")


def erased(phone: IPhone, route: str = "mcinstall") -> IPhone:
    """Paired, told to erase itself, and given ten minutes."""
    paired(phone)
    phone.erase(route, now_s=10.0)
    phone.tick(610.0)
    return phone


def refusal(phone: IPhone, host: str | None, domain: str | None = None, key: str | None = None) -> str:
    with pytest.raises(LockdownRefusal) as caught:
        phone.get_value(host, domain, key)
    return caught.value.code


@pytest.mark.parametrize("name", MODELS)
def test_a_model_says_that_it_was_written_and_from_what(name: str) -> None:
    model = load_model(name)
    assert model["provenance"] == "written"
    assert model["sources"]


@pytest.mark.parametrize("name", MODELS)
def test_a_stranger_is_told_what_the_phone_is_and_not_who(name: str) -> None:
    phone = make_iphone(model=name)
    values = phone.get_value(None)
    assert isinstance(values, dict)
    assert values["UniqueDeviceID"] == phone.udid
    assert values["ProductType"] in ("iPhone14,5", "iPhone14,6")
    assert not values.keys() & {"SerialNumber", "InternationalMobileEquipmentIdentity", "PhoneNumber"}
    assert refusal(phone, None, None, "SerialNumber") == "GetProhibited"
    assert refusal(phone, None, None, "NonVolatileRAM") == "GetProhibited"
    assert refusal(phone, None, "com.apple.disk_usage") == "GetProhibited"
    assert refusal(phone, None, None, "NoSuchKey") == "MissingValue"


def test_a_session_sees_everything_including_what_nobody_may_keep() -> None:
    phone = paired(make_iphone())
    values = phone.get_value(HOST)
    assert isinstance(values, dict)
    assert values["SerialNumber"] == phone.serial
    assert [len(values[f"InternationalMobileEquipmentIdentity{n}"]) for n in ("", "2")] == [15, 15]
    secrets = phone.secrets()
    assert values["DeviceName"] == secrets["device_name"]
    assert values["PhoneNumber"] == secrets["phone_number"]
    assert {values["ICCID"], values["IMSI"]} == {secrets["iccid"], secrets["imsi"]}
    nvram = phone.get_value(HOST, None, "NonVolatileRAM")
    assert isinstance(nvram, dict)
    assert nvram["fm-account-masked"].decode() == secrets["masked_account"]
    assert all(isinstance(value, bytes) for value in nvram.values())


def test_fmip_answers_by_key_only() -> None:
    phone = paired(make_iphone(misbehaviour=["activation_locked"]))
    assert phone.get_value(HOST, "com.apple.fmip") == {}
    assert phone.get_value(HOST, "com.apple.fmip", "IsAssociated") is True


def test_find_my_is_never_seen_at_the_set_up_screen_although_the_lock_stays() -> None:
    phone = erased(make_iphone(misbehaviour=["activation_locked"]))
    phone.pair({"HostID": HOST})
    assert phone.get_value(HOST, "com.apple.fmip", "IsAssociated") is False
    assert phone.nvram["fm-activation-locked"] == b"YES"


def test_a_dialog_stands_between_a_stranger_and_the_phone() -> None:
    phone = make_iphone()
    phone.press("trust", 0.5)  # nothing to tap yet
    for _ in range(3):
        with pytest.raises(LockdownRefusal, match="PairingDialogResponsePending"):
            phone.pair({"HostID": HOST})
    phone.press("trust", 1.0)
    assert phone.pair({"HostID": HOST})
    assert phone.start_session(HOST)


def test_one_tap_trusts_one_host() -> None:
    phone = paired(make_iphone())
    with pytest.raises(LockdownRefusal, match="PairingDialogResponsePending"):
        phone.pair({"HostID": "another"})


def test_a_refused_dialog_comes_back_only_after_a_replug() -> None:
    phone = make_iphone()
    with pytest.raises(LockdownRefusal, match="Pending"):
        phone.pair({"HostID": HOST})
    phone.press("dont_trust", 1.0)
    phone.press("trust", 2.0)
    with pytest.raises(LockdownRefusal, match="UserDeniedPairing"):
        phone.pair({"HostID": HOST})
    phone.replugged()
    paired(phone)
    assert phone.start_session(HOST)


def test_a_slow_dialog_is_accepted_in_the_end() -> None:
    phone = make_iphone(variation=["trust_slow"])
    codes = []
    for moment in range(6):
        try:
            phone.pair({"HostID": HOST}, now_s=float(moment))
            codes.append("paired")
        except LockdownRefusal as refused:
            codes.append(refused.code)
        phone.press("trust", float(moment))
    assert codes[:4] == ["PairingDialogResponsePending"] * 4
    assert codes[4] == "paired"


@pytest.mark.parametrize(
    ("flag", "code"),
    [
        ("trust_denied", "UserDeniedPairing"),
        ("trust_pending", "PairingDialogResponsePending"),
        ("passcode_locked", "PasswordProtected"),
    ],
)
def test_an_untrusting_phone_never_pairs_whatever_is_pressed(flag: str, code: str) -> None:
    phone = make_iphone(misbehaviour=[flag])
    for action in ("trust", "enter_passcode", "trust"):
        phone.press(action, 1.0)
        with pytest.raises(LockdownRefusal, match=code):
            phone.pair({"HostID": HOST})


def test_a_locked_phone_pairs_after_its_passcode_was_entered() -> None:
    phone = make_iphone()
    phone.press("set_passcode", 1.0)
    phone.press("lock", 2.0)
    with pytest.raises(LockdownRefusal, match="PasswordProtected"):
        phone.pair({"HostID": HOST})
    phone.press("enter_passcode", 3.0)
    paired(phone)
    assert phone.get_value(HOST, None, "PasswordProtected") is True
    phone.press("lock", 4.0)
    with pytest.raises(LockdownRefusal, match="PasswordProtected"):
        phone.start_service(HOST, "com.apple.afc")
    phone.start_service(HOST, "com.apple.mobile.diagnostics_relay")


def test_an_unpaired_host_opens_nothing() -> None:
    phone = paired(make_iphone())
    phone.unpair(HOST)
    for call in (lambda: phone.start_session(HOST), lambda: phone.start_service(HOST, "com.apple.afc")):
        with pytest.raises(LockdownRefusal, match="InvalidHostID"):
            call()


@pytest.mark.parametrize("route", ["mcinstall", "mobilebackup2", "settings"])
def test_an_erase_replaces_the_data_set_and_stamps_it(route: str) -> None:
    phone = paired(make_iphone())
    stamp, key = phone.nvram["obliteration"], phone.key
    phone.erase(route, now_s=10.0)
    assert phone.usb() is None
    phone.tick(84.9)
    assert phone.usb() is None
    phone.tick(85.1)
    assert phone.usb() is not None
    truth = phone.truth()
    assert (truth["erased"], truth["left"], truth["resets"]) == (True, [], 1)
    assert phone.nvram["obliteration"] != stamp
    assert phone.nvram["obliteration"].startswith(f"EACS Done @{int(phone.clock_epoch() - 0.1)}, Caller: ".encode())
    assert "oblit-begins" not in phone.nvram
    assert phone.key is not key
    with pytest.raises(LockdownRefusal, match="InvalidHostID"):
        phone.start_session(HOST)
    phone.pair({"HostID": HOST})  # no dialog at the set-up screen
    after = phone.get_value(HOST)
    assert isinstance(after, dict)
    assert (after["ActivationState"], after["BrickState"], after["PasswordProtected"]) == ("Unactivated", True, False)
    assert after["DeviceName"] == "iPhone"
    assert not after.keys() & {"PhoneNumber", "ICCID", "IMSI"}
    assert phone.get_value(HOST, "com.apple.purplebuddy", "SetupDone") is False


def test_an_erase_keeps_who_the_phone_is_and_what_find_my_knows() -> None:
    before = paired(make_iphone(seed=3))
    names = ("SerialNumber", "UniqueDeviceID", "UniqueChipID", "ProductType", "InternationalMobileEquipmentIdentity")
    identity = [before.get_value(HOST, None, name) for name in names]
    account = before.nvram["fm-account-masked"]
    after = erased(before)
    after.pair({"HostID": HOST})
    assert [after.get_value(HOST, None, name) for name in names] == identity
    assert after.nvram["fm-account-masked"] == account


def test_an_erase_that_preserves_the_data_plan_leaves_the_esim() -> None:
    phone = paired(make_iphone())
    phone.erase("mcinstall", preserve_data_plan=True, now_s=10.0)
    phone.tick(600.0)
    assert phone.truth()["left"] == ["esim"]
    phone.pair({"HostID": HOST})
    assert phone.get_value(HOST, None, "PhoneNumber") == phone.secrets()["phone_number"]


def test_data_written_after_an_erase_is_not_the_first_owners() -> None:
    phone = erased(make_iphone())
    phone.strata.media.create("/DCIM/new.txt", 0.0, b"new")
    phone.pair({"HostID": HOST})
    assert phone.truth()["left"] == []


def test_nothing_answers_while_the_phone_is_away() -> None:
    phone = paired(make_iphone())
    media = phone.service(HOST, "com.apple.mobile.installation_proxy")
    phone.erase("mcinstall", now_s=10.0)
    calls: tuple[Callable[[], object], ...] = (
        lambda: phone.get_value(None),
        lambda: phone.pair({}),
        lambda: phone.start_session(HOST),
    )
    for call in calls:
        with pytest.raises(AbsentPhone):
            call()
    phone.tick(600.0)
    with pytest.raises(AbsentPhone):
        media.must_be_open()  # the connection belonged to the time before


LEFT_BEHIND = {
    "erase_drops_link": STRATA,
    "erase_lies": STRATA,
    "returns_as_another": STRATA,
    "stamp_brick_only": STRATA,
    "never_returns": STRATA,
    "hosts_kept": ["hosts"],
    "media_kept": ["media"],
    "apps_kept": ["apps"],
    "stamp_rrts": ["keys"],
    "oblit_failure": ["keys"],
}


@pytest.mark.parametrize(
    "flag",
    sorted(
        MISBEHAVIOURS.keys()
        - ERASE_REFUSALS
        - {
            "trust_denied",
            "trust_pending",
            "passcode_locked",
            "lockdownd_silent",
        }
    ),
)
def test_the_truth_is_read_from_what_is_left(flag: str) -> None:
    truth = erased(make_iphone(misbehaviour=[flag])).truth()
    left = LEFT_BEHIND.get(flag, [])
    assert truth["left"] == left
    assert truth["erased"] is (left == [])


@pytest.mark.parametrize("flag", sorted(ERASE_REFUSALS - {"services_missing"}))
def test_a_refusing_phone_is_erased_by_no_route(flag: str) -> None:
    phone = paired(make_iphone(misbehaviour=[flag]))
    for route in ("mcinstall", "mobilebackup2", "settings"):
        with pytest.raises(LockdownRefusal, match=flag):
            phone.erase(route, now_s=2.0)
    phone.press("erase_in_settings", 3.0)
    phone.tick(600.0)
    assert phone.truth()["left"] == STRATA
    assert phone.usb() is not None


def test_a_phone_without_services_starts_none() -> None:
    phone = paired(make_iphone(misbehaviour=["services_missing"]))
    with pytest.raises(LockdownRefusal, match="InvalidService"):
        phone.start_service(HOST, "com.apple.afc")


def test_a_silent_phone_is_silent_to_all() -> None:
    phone = make_iphone(misbehaviour=["lockdownd_silent"])
    calls: tuple[Callable[[], object], ...] = (lambda: phone.get_value(None), lambda: phone.pair({"HostID": HOST}))
    for call in calls:
        with pytest.raises(SilentPhone):
            call()


def test_a_phone_that_never_returns_stays_away_for_good() -> None:
    phone = erased(make_iphone(misbehaviour=["never_returns"]))
    phone.tick(10**7)
    assert phone.usb() is None
    assert phone.next_event_s() is None


def test_another_phone_comes_back_in_perfect_order() -> None:
    phone = erased(make_iphone(misbehaviour=["returns_as_another"]))
    assert phone.truth()["returned_as"] != phone.truth()["udid"]
    shown = phone.usb()
    assert shown is not None
    assert shown.iserial == phone.udid.replace("-", "")
    phone.pair({"HostID": HOST})
    assert phone.get_value(HOST, None, "UniqueChipID") != phone.identity.ecid
    assert phone.nvram["obliteration"].startswith(b"EACS Done @")


def test_a_neighbours_serial_comes_with_ones_own_udid() -> None:
    phone = make_iphone(misbehaviour=["neighbours_serial"])
    udid, serial = phone.udid, phone.serial
    erased(phone).pair({"HostID": HOST})
    assert phone.udid == udid
    assert phone.get_value(HOST, None, "SerialNumber") != serial
    assert phone.serial == serial  # ground truth stays


@pytest.mark.parametrize(
    ("flags", "start"),
    [
        (["stamp_unchanged"], b"EACS Done @1755000000"),
        (["stamp_rrts"], b"RRTS Done @1795"),
        (["stamp_brick_only"], b"BrickOnly Done @1795"),
        (["stamp_garbage"], b"\x00\xff"),
        (["stamp_too_old"], b"EACS Done @17949"),
    ],
)
def test_a_bad_stamp_is_bad_in_its_own_way(flags: list[str], start: bytes) -> None:
    assert erased(make_iphone(misbehaviour=flags)).nvram["obliteration"].startswith(start)


def test_a_failed_wipe_contradicts_its_stamp() -> None:
    nvram = erased(make_iphone(misbehaviour=["oblit_failure"])).nvram
    assert nvram["oblit-failure"].startswith(b"EACS failed")
    assert nvram["obliteration"].startswith(b"EACS Done @")


@pytest.mark.parametrize("name", sorted(VARIATIONS))
def test_a_variation_changes_how_the_phone_speaks_and_never_what_it_erases(name: str) -> None:
    phone = erased(make_iphone(variation=[name]))
    assert phone.truth()["left"] == []
    assert b"one @17" in phone.nvram["obliteration"]
    assert phone.usb() is not None


def test_two_reboots_end_on_the_bus() -> None:
    phone = paired(make_iphone(variation=["two_reboots"]))
    phone.erase("mcinstall", now_s=0.0)
    there = []
    for moment in range(1, 200):
        phone.tick(float(moment))
        there.append(phone.usb() is not None)
    changes = [now for before, now in itertools.pairwise(there) if before != now]
    assert changes == [True, False, True]


def test_the_clock_may_be_wrong_but_it_is_one_clock() -> None:
    phone = paired(make_iphone(variation=["clock_off"]))
    before = phone.get_value(HOST, None, "TimeIntervalSince1970", now_s=20.0)
    erased(phone)
    stamp = int(phone.nvram["obliteration"].split(b"@")[1].split(b",")[0])
    assert isinstance(before, float)
    assert before < stamp < before + 600
    assert before < make_iphone().clock_epoch() - 2 * 86_400


def test_fingers_on_the_glass() -> None:
    phone = paired(make_iphone())
    with pytest.raises(ValueError, match="sneeze"):
        phone.press("sneeze", 1.0)
    phone.press("insert_sim", 2.0)
    assert phone.get_value(HOST, None, "SIMStatus") == "kCTSIMSupportSIMStatusReady"
    phone.press("remove_sim", 3.0)
    assert phone.get_value(HOST, None, "SIMStatus") == "kCTSIMSupportSIMStatusNotInserted"
    phone.press("erase_in_settings", 4.0)
    assert phone.usb() is None
    phone.tick(600.0)
    phone.press("finish_setup", 601.0)
    phone.press("restart", 602.0)
    phone.tick(700.0)
    assert phone.strata.activation_state == "Activated"
    assert phone.truth()["erased"] is True


def test_activation_lock_stops_the_set_up() -> None:
    phone = erased(make_iphone(misbehaviour=["activation_locked"]))
    phone.press("finish_setup", 700.0)
    assert phone.strata.set_up is False


def test_hostile_values_travel_in_a_property_list() -> None:
    phone = paired(make_iphone(misbehaviour=["hostile_strings"], variation=["hostile_name"]))
    values = phone.get_value(HOST)
    assert isinstance(values, dict)
    assert values["SerialNumber"].endswith(HOSTILE_TEXT)
    assert plistlib.loads(plistlib.dumps(values)) == values


def test_equal_seeds_give_equal_phones_and_others_differ() -> None:
    one, same, other = (make_iphone(seed=seed) for seed in (5, 5, 6))
    assert one.identity == same.identity
    assert one.secrets() == same.secrets()
    for name in ("serial", "ecid", "imeis", "wifi_address"):
        assert getattr(one.identity, name) != getattr(other.identity, name)


def test_identity_can_be_given() -> None:
    phone = IPhone(load_model(MODELS[0]), serial="F2LXYZ", imeis=["353012345678901"], ecid=0x1234)
    assert phone.udid == "00008110-0000000000001234"
    paired(phone)
    assert phone.get_value(HOST, None, "InternationalMobileEquipmentIdentity") == "353012345678901"


@pytest.mark.parametrize(
    ("misbehaviour", "variation"), [(["kind"], []), ([], ["nvram_only_in_options", "nvram_only_in_lockdown"])]
)
def test_unknown_behaviour_is_no_behaviour(misbehaviour: list[str], variation: list[str]) -> None:
    with pytest.raises(ValueError, match=r"unknown|readable"):
        make_iphone(misbehaviour=misbehaviour, variation=variation)


@given(st.sets(st.sampled_from(sorted(MISBEHAVIOURS))), st.sampled_from(["mcinstall", "mobilebackup2", "settings"]))
def test_a_phone_is_called_erased_only_with_new_keys_and_nothing_left(flags: set[str], route: str) -> None:
    phone = make_iphone(misbehaviour=flags)
    with contextlib.suppress(LockdownRefusal):
        phone.erase(route, now_s=1.0)
    phone.tick(10**6)
    truth = phone.truth()
    if truth["erased"]:
        assert phone.strata.number > 0
        assert not {host for host in phone.strata.hosts.values() if host.data_set == 0}
    assert truth["erased"] is (truth["left"] == [])
