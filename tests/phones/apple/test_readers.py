# SPDX-License-Identifier: GPL-3.0-or-later
"""From parts to values: only listed names leave, a missing answer is missing, hostile ones are contained."""

import plistlib
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phones.allowed import MALFORMED, allowed
from phones.apple import readers as apple_readers
from phones.apple.inspection import inspection_question
from phones.apple.models import model_of
from phones.apple.parts import PartAnswer, encode, encode_table
from phones.apple.readers import read_batch, read_canary, read_planted
from phones.errors import ReplyMalformedError
from phones.imei import luhn_holds
from phones.link import AppleBatch, Reply

HEALTHY: dict[str, Any] = {
    "UniqueDeviceID": "00008110-0005CEBFF9F1777C",
    "UniqueChipID": 1634698810980220,
    "SerialNumber": "JQ32WN7QM0",
    "WiFiAddress": "A8:7A:CF:C3:BD:CE",
    "InternationalMobileEquipmentIdentity": "004999009746834",
    "ProductType": "iPhone14,5",
    "ModelNumber": "MLPF3",
    "RegionInfo": "CH/A",
    "ProductVersion": "18.7.1",
    "TimeIntervalSince1970": 1795297722.6,
    "PasswordProtected": False,
    "SetupDone": False,
    "activation": "Unactivated",
    "cloud_configuration": {"supervised": False},
    "nvram": {"obliteration": b"EACS Done @1795297000, Caller: x", "fm-activation-locked": b"NO"},
    "battery": {"DesignCapacity": 3240, "NominalChargeCapacity": 2851, "CycleCount": 312, "Temperature": 2890},
    "apps": 0,
    "panics": {"panics": 2, "forced_resets": 1, "resets": 3, "unknown": 0},
    "tamper": {"signs": ""},
    "storage": {"FSTotalBytes": "63978242048", "FSFreeBytes": "50000000000"},
}


def reply(**values: Any) -> Reply:
    return Reply(body=encode({name: PartAnswer(status="ok", value=value) for name, value in values.items()}))


def refused(*names: str) -> Reply:
    return Reply(body=encode({name: PartAnswer(status="refused", code="prohibited") for name in names}))


def test_a_healthy_phone_is_read_whole() -> None:
    values = read_batch(reply(**HEALTHY))
    assert values["identity.udid"] == "000081100005cebff9f1777c"
    assert values["identity.ecid"] == "1634698810980220"
    assert values["identity.wifi_mac"] == "a8:7a:cf:c3:bd:ce"
    assert values["imei.luhn"] == "valid"
    assert (values["product.marketing_name"], values["apple.chip"]) == ("iPhone 13", "A15")
    assert (values["product.number"], values["product.refurbishment_letter"]) == ("MLPF3CH/A", "M")
    assert values["system.clock_epoch"] == "1795297722"
    assert (values["apple.activation_state"], values["apple.setup_done"]) == ("Unactivated", "no")
    assert (values["apple.obliteration_kind"], values["apple.obliteration_epoch"]) == ("eacs_done", "1795297000")
    assert (values["apple.oblit_begins"], values["apple.oblit_failure"]) == ("no", "no")
    assert (values["locks.activation_lock"], values["locks.supervised"]) == ("no", "no")
    assert (values["battery.health_percent"], values["battery.cycles"]) == ("87", "312")
    assert values["battery.temperature_dc"] == "289"
    assert (values["panics.count"], values["apple.apps"], values["tamper.signs"]) == ("2", "0", "")
    assert values["storage.total_bytes"] == "63978242048"
    assert not [name for name in values if name.startswith("part.")]
    assert MALFORMED not in {allowed(name).admit(text) for name, text in values.items()}


def test_a_part_that_was_refused_leaves_its_status_and_no_value() -> None:
    request = inspection_question(timeout_s=1).request
    assert isinstance(request, AppleBatch)
    values = read_batch(refused(*(part.name for part in request.parts)))
    assert {name for name in values if not name.startswith("part.")} == {"apple.paired"}
    assert set(values.values()) == {"yes", "refused"}


@pytest.mark.parametrize("missing", sorted(HEALTHY))
def test_what_was_not_answered_is_never_called_fine(missing: str) -> None:
    whole = read_batch(reply(**HEALTHY))
    rest = read_batch(reply(**{name: value for name, value in HEALTHY.items() if name != missing}))
    assert set(rest) < set(whole) or missing == "RegionInfo"
    of_many = ("product.number", "consistency.looked_at")
    assert all(whole[name] == text for name, text in rest.items() if name not in of_many)


def test_nvram_without_a_stamp_says_none_and_unread_nvram_says_nothing() -> None:
    assert read_batch(reply(nvram={}))["apple.obliteration_kind"] == "none"
    assert "apple.obliteration_kind" not in read_batch(reply(apps=1))
    assert "apple.oblit_failure" not in read_batch(refused("nvram"))


def test_a_failed_or_unfinished_erase_is_seen() -> None:
    values = read_batch(reply(nvram={"oblit-begins": b"OblitType: x", "oblit-failure": b"EACS failed with [gF: 0x1]"}))
    assert (values["apple.oblit_begins"], values["apple.oblit_failure"]) == ("yes", "yes")
    assert len({values["apple.oblit_begins_mark"], values["apple.oblit_failure_mark"], "none"}) == 3


@pytest.mark.parametrize(("raw", "word"), [(b"YES", "yes"), (b"NO\x00", "no"), (b"maybe", "unknown"), (b"", "unknown")])
def test_the_activation_lock_flag_is_yes_no_or_unknown(raw: bytes, word: str | None) -> None:
    assert read_batch(reply(nvram={"fm-activation-locked": raw})).get("locks.activation_lock") == word


BATTERIES = [
    ({"DesignCapacity": 2000, "NominalChargeCapacity": 1500, "CycleCount": 9}, "2000", "1500", "75"),
    ({"DesignCapacity": 2000, "AppleRawMaxCapacity": 2100}, "2000", "2100", "100"),
    (
        {"BatteryData.DesignCapacity": 3240, "BatteryData.FullChargeCapacity": 2851, "FullChargeCapacity": 100},
        "3240",
        "2851",
        "87",
    ),
    ({"DesignCapacity": 2000, "FullChargeCapacity": 100}, "2000", None, None),
    ({"DesignCapacity": 0, "NominalChargeCapacity": 1500}, None, "1500", None),
    ({}, None, None, None),
]


@pytest.mark.parametrize(("node", "design", "full", "health"), BATTERIES)
def test_both_battery_layouts_are_read_and_a_percentage_is_no_capacity(
    node: dict[str, int], design: str | None, full: str | None, health: str | None
) -> None:
    values = read_batch(reply(battery=node))
    found = [values.get(name) for name in ("battery.design_mah", "battery.full_mah", "battery.health_percent")]
    assert found == [design, full, health]


@pytest.mark.parametrize(
    ("imeis", "word"),
    [
        (["004999009746834"], "valid"),
        (["004999009746835"], "invalid"),
        (["004999009746834", "1"], "invalid"),
        ([""], None),
    ],
)
def test_every_imei_must_pass_its_check_digit(imeis: list[str], word: str | None) -> None:
    names = ["InternationalMobileEquipmentIdentity", "InternationalMobileEquipmentIdentity2"]
    assert read_batch(reply(**dict(zip(names, imeis, strict=False)))).get("imei.luhn") == word


@pytest.mark.parametrize("model", ["iPad7,11", "iPad13,18", "iPod9,1"])
def test_an_ipad_or_ipod_without_a_modem_is_not_faulted_for_it(model: str) -> None:
    values = read_batch(reply(ProductType=model, BasebandStatus="NoTelephonyCapabilty"))
    assert (values["apple.baseband"], values["media.sim"], values["imei.luhn"]) == ("no_modem", "absent", "absent")


MODEM_KEYS = ("BasebandStatus", "BasebandVersion", "SIMStatus", "InternationalMobileEquipmentIdentity")


def device(model: str, *absent: str, **more: str) -> dict[str, str]:
    """What is read of a model that has no such keys as `absent`."""
    parts = {name: PartAnswer(status="ok", value=value) for name, value in {"ProductType": model, **more}.items()}
    body = encode(parts | {name: PartAnswer(status="absent", code="missing_value") for name in absent})
    return dict(read_batch(Reply(body=body)))


@pytest.mark.parametrize(
    "values",
    [
        device("iPod5,1", *MODEM_KEYS),
        device("iPod7,1", "BasebandStatus"),
        device("iPad2,1", *MODEM_KEYS),
        device("iPad7,11", BasebandStatus="NoTelephonyCapabilty", SIMStatus="kCTSIMSupportSIMStatusNotInserted"),
        device("iPad7,11", "SIMStatus", BasebandStatus="NoTelephonyCapabilty"),
    ],
)
def test_a_device_without_a_modem_needs_no_look_into_a_tray(values: dict[str, str]) -> None:
    assert (values["apple.baseband"], values["media.sim"], values["imei.luhn"]) == ("no_modem", "absent", "absent")
    assert "not_measured.apple.baseband" not in values


@pytest.mark.parametrize(
    "values",
    [
        device("iPhone13,2", *MODEM_KEYS),
        *(device("iPad2,1", *(key for key in MODEM_KEYS if key != asked)) for asked in MODEM_KEYS),
        device("iPad2,2", *MODEM_KEYS[:3], InternationalMobileEquipmentIdentity="004999009746834"),
    ],
)
def test_keys_that_were_not_all_asked_or_belong_to_a_phone_are_no_missing_modem(values: dict[str, str]) -> None:
    assert "apple.baseband" not in values
    assert "media.sim" not in values


@pytest.mark.parametrize(
    ("model", "more"),
    [
        ("iPhone13,2", {"BasebandStatus": "NoTelephonyCapabilty"}),
        ("iPad7,12", {"BasebandStatus": "BBInfoAvailable"}),
        ("iPad7,11", {}),
        ("iPad7,11", {"BasebandStatus": "NoTelephonyCapabilty", "SIMStatus": "kCTSIMSupportSIMStatusReady"}),
    ],
)
def test_a_modem_that_should_be_there_is_never_explained_away(model: str, more: dict[str, str]) -> None:
    values = read_batch(reply(ProductType=model, **more))
    assert values.get("apple.baseband") == more.get("BasebandStatus")
    assert values.get("media.sim") in (None, "present")


@given(st.text(alphabet="0123456789", min_size=14, max_size=14))
def test_exactly_one_check_digit_completes_an_imei(body: str) -> None:
    assert sum(luhn_holds(f"{body}{digit}") for digit in range(10)) == 1


def test_a_model_nobody_listed_has_no_name_and_no_chip() -> None:
    values = read_batch(reply(ProductType="iPhone99,11"))
    assert "product.marketing_name" not in values
    assert "apple.chip" not in values


def test_the_table_knows_the_chips_at_the_border_of_the_claim() -> None:
    assert [getattr(model_of(name), "chip", None) for name in ("iPhone7,2", "iPhone8,1", "iPhone13,2")] == [
        "A8",
        "A9",
        "A14",
    ]


SECRETS = ["Anna's iPhone", "+49 151 0000000", "8949012345678901234", "a••••@example.com", "FRITZ!Box Schmidt"]


@given(
    names=st.lists(st.sampled_from(["DeviceName", "PhoneNumber", "ICCID", "fm-account-masked", "SSID"]), unique=True),
    secret=st.sampled_from(SECRETS),
)
def test_a_secret_in_a_reply_never_becomes_a_value(names: list[str], secret: str) -> None:
    nvram = {**HEALTHY["nvram"], "fm-account-masked": secret.encode()}
    values = read_batch(reply(**{**HEALTHY, **dict.fromkeys(names, secret), "nvram": nvram}))
    assert secret not in "\n".join((*values, *values.values()))


PLAIN = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats()
    | st.text(max_size=20)
    | st.binary(max_size=20)
)
NESTED = st.recursive(
    PLAIN,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from([*sorted(HEALTHY), "pair", "other"]), NESTED))
def test_whatever_a_phone_answers_only_malformed_leaves_the_reader(values: dict[str, Any]) -> None:
    try:
        read = read_batch(reply(**values))
    except ReplyMalformedError:
        return
    for name, text in read.items():
        allowed(name).admit(text)


@given(st.binary(max_size=200))
def test_a_reply_that_is_no_property_list_is_malformed(body: bytes) -> None:
    for read in (read_batch, apple_readers.read_trust, apple_readers.read_pair, apple_readers.read_erase, read_canary):
        with pytest.raises(ReplyMalformedError):
            read(Reply(body=body))


@pytest.mark.parametrize("read", [apple_readers.read_trust, apple_readers.read_pair, apple_readers.read_erase])
def test_a_word_that_is_not_documented_is_malformed(read: Callable[[Any], object]) -> None:
    table = {"trust": "yes", "paired": "no", "dialog": "no", "returned": "ok"}
    with pytest.raises(ReplyMalformedError):
        read(Reply(body=encode_table(table)))


def test_a_mark_counts_as_planted_only_when_the_same_bytes_were_read_back() -> None:
    assert read_planted(reply(planted_write=b"abc", planted_read=b"abc")) == {"canary.planted": "media"}
    assert read_planted(reply(planted_write=b"abc", planted_read=b"abd")) == {"canary.planted": ""}
    assert read_planted(reply(planted_write=b"abc")) == {"canary.planted": ""}
    assert read_planted(reply(planted_write=b"", planted_read=b"")) == {"canary.planted": ""}


def test_not_being_able_to_look_is_neither_gone_nor_still_there() -> None:
    def look(old: PartAnswer) -> tuple[str, str]:
        values = read_canary(Reply(body=encode({"old_mark": old})))
        return values["canary.still_there"], values["canary.gone"]

    assert look(PartAnswer(status="ok", value=b"abc")) == ("media", "")
    assert look(PartAnswer(status="absent")) == ("", "media")
    assert look(PartAnswer(status="refused", code="locked")) == ("", "")
    assert look(PartAnswer(status="failed", code="silent")) == ("", "")


def test_a_new_mark_works_only_when_it_was_also_taken_away_again() -> None:
    def works(**removed: PartAnswer) -> str:
        mark, old = PartAnswer(status="ok", value=b"new"), PartAnswer(status="absent")
        answers = {"old_mark": old, "new_mark_write": mark, "new_mark_read": mark, **removed}
        return read_canary(Reply(body=encode(answers)))["canary.marker_works"]

    assert works(new_mark_remove=PartAnswer(status="ok", value="removed")) == "media"
    assert works(new_mark_remove=PartAnswer(status="failed", code="lost")) == ""
    assert works(new_mark_remove=PartAnswer(status="refused", code="locked")) == ""
    assert works() == ""


def test_the_batch_reader_reads_what_the_encoder_writes() -> None:
    body = plistlib.dumps({"ProductType": {"status": "ok", "code": "", "value": "iPhone8,1"}})
    assert read_batch(Reply(body=body))["apple.chip"] == "A9"


@pytest.mark.parametrize(
    ("node", "values"),
    [
        (
            {"CycleCount": 0, "DesignCapacity": 3227, "NominalChargeCapacity": 3227},
            {"not_measured.battery.cycles": "left_at_zero"},
        ),
        (
            {"CycleCount": 0, "DesignCapacity": 3227, "NominalChargeCapacity": 3302},
            {"battery.cycles": "0", "battery.health_percent": "100"},
        ),
        ({"CycleCount": 65535}, {"not_measured.battery.cycles": "out_of_range"}),
        ({"Temperature": 0}, {"not_measured.battery.temperature_dc": "left_at_zero"}),
        ({"Temperature": -27315}, {"not_measured.battery.temperature_dc": "out_of_range"}),
        ({"Temperature": 2949}, {"battery.temperature_dc": "295"}),
        (
            {"DesignCapacity": 3227, "NominalChargeCapacity": 6454},
            {"not_measured.battery.health_percent": "out_of_range"},
        ),
        (
            {"DesignCapacity": 3227, "NominalChargeCapacity": 3200, "AppleRawMaxCapacity": 2100},
            {
                "not_measured.battery.health_percent": "sources_disagree",
                "sources.battery.health_percent": "nominal:3200,raw_max:2100",
            },
        ),
        (
            {"DesignCapacity": 3227, "NominalChargeCapacity": 2904, "AppleRawMaxCapacity": 2790},
            {"battery.health_percent": "89"},
        ),
    ],
)
def test_a_gauge_that_measured_nothing_gives_no_measurement(node: dict[str, int], values: dict[str, str]) -> None:
    found = read_batch(Reply(body=encode({"battery": PartAnswer(status="ok", value=node)})))
    assert values.items() <= found.items()
    for name in values:
        assert name.removeprefix("not_measured.") not in found or not name.startswith("not_measured.")


def test_only_a_modem_that_answers_is_known_to_answer() -> None:
    for status, sign in (
        ("BBInfoAvailable", None),
        ("BBNotReady", "code_not_known"),
        ("bbinfoavailable", "code_not_known"),
    ):
        found = read_batch(Reply(body=encode({"BasebandStatus": PartAnswer(status="ok", value=status)})))
        assert found["apple.baseband"] == status
        assert found.get("not_measured.apple.baseband") == sign
