# SPDX-License-Identifier: GPL-3.0-or-later
"""Every answer that changed between two iOS, held against the form its version is known to have; as for Android."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from tests.virtual_phones.iphone.apple_bench import HOST, MODELS, paired
from virtual_phones.iphone.phone import IPhone
from virtual_phones.iphone.versions import FORMS, form_of
from virtual_phones.phone import load_model

VERSIONS = (
    "8.4.1",
    "9.0.2",
    "10.3.3",
    "12.1",
    "12.4.8",
    "13.3.1",
    "15.6.1",
    "16.7",
    "17.3",
    "17.4",
    "18.7.1",
    "26.1",
    "27.0",
)
AFTER_S = 610.0


def phone_of(name: str, version: str) -> IPhone:
    """The model with another iOS on it, paired."""
    model = load_model(name)
    identity: Any = model["identity"]
    return paired(IPhone({**model, "identity": {**identity, "version": version}}, seed=1))


def erased(phone: IPhone) -> IPhone:
    """Erased in its own settings, which every iOS can."""
    phone.press("erase_in_settings", 10.0)
    phone.tick(AFTER_S)
    return phone


def answered(phone: IPhone, service: str, request: Mapping[str, object]) -> Any:
    connection: Any = phone.service(HOST, service, now_s=5.0)
    return connection.handle(dict(request)).messages[0]


def stamp(phone: IPhone) -> str:
    text = erased(phone).nvram["obliteration"].decode()
    return (
        "done_at" if text.startswith("EACS Done @1") else "complete" if text.endswith("Obliteration Complete") else text
    )


def begins(phone: IPhone) -> str:
    return "stays" if "oblit-begins" in erased(phone).nvram else "deleted"


def lock_type(phone: IPhone) -> str:
    return "present" if "fm-locktype" in phone.nvram else "absent"


def erase_by_backup(phone: IPhone) -> str:
    service: Any = phone.service(HOST, "com.apple.mobilebackup2", now_s=5.0)
    service.handle(["DLMessageVersionExchange", "DLVersionsOk", 400])
    service.handle(["DLMessageProcessMessage", {"MessageName": "Hello", "SupportedProtocolVersions": [2.0, 2.1]}])
    service.handle(["DLMessageProcessMessage", {"MessageName": "EraseDevice", "TargetIdentifier": phone.udid}])
    return "erases" if phone.erases_asked else "unknown"


def erase_by_profile(phone: IPhone) -> str:
    service: Any = phone.service(HOST, "com.apple.mobile.MCInstall", now_s=5.0)
    turn = service.handle({"RequestType": "EraseDevice", "PreserveDataPlan": False})
    if phone.erases_asked:
        return "erases"
    return "unknown" if turn.messages == ({"Status": "CommandFormatError"},) else str(turn.messages)


def gestalt(phone: IPhone) -> str:
    answer = answered(phone, "com.apple.mobile.diagnostics_relay", {"Request": "MobileGestalt"})
    status = answer["Diagnostics"]["MobileGestalt"]["Status"]
    return {"MobileGestaltDeprecated": "deprecated", "Success": "answers"}[status]


def developer_mode(phone: IPhone) -> str:
    values = phone.get_value(HOST, "com.apple.security.mac.amfi")
    return "present" if isinstance(values, dict) and "DeveloperModeStatus" in values else "absent"


def full_charge(phone: IPhone) -> str:
    answer = answered(phone, "com.apple.mobile.diagnostics_relay", {"Request": "GasGauge"})
    return "always_100" if answer["Diagnostics"]["GasGauge"]["FullChargeCapacity"] == 100 else "measured"


def registry(phone: IPhone) -> str:
    request = {"Request": "IORegistry", "EntryClass": "IOPMPowerSource"}
    found = answered(phone, "com.apple.mobile.diagnostics_relay", request)["Diagnostics"]["IORegistry"]
    return "below_battery_data" if "NominalChargeCapacity" not in found else "flat"


def wifi_registry(phone: IPhone) -> str:
    request = {"Request": "IORegistry", "EntryName": "AppleBCMWLANSkywalkInterface"}
    found = answered(phone, "com.apple.mobile.diagnostics_relay", request)
    return "by_name" if found.get("Diagnostics") else "by_class"


def unknown_entry(phone: IPhone) -> str:
    request = {"Request": "IORegistry", "EntryName": "no-such-entry"}
    answer = answered(phone, "com.apple.mobile.diagnostics_relay", request)
    return "empty" if answer == {"Status": "Success", "Diagnostics": {}} else "refused"


KNOWN: tuple[tuple[str, Callable[[IPhone], str], str, str, str], ...] = (
    # row of FORMS, how it is looked at, last version of the old form, first version of the new one, forms old/new
    ("obliteration", stamp, "13.3.1", "15.6.1", "complete/done_at"),
    ("oblit-begins", begins, "13.3.1", "15.6.1", "stays/deleted"),
    ("fm-locktype", lock_type, "26.1", "27.0", "absent/present"),
    ("mobilebackup2 EraseDevice", erase_by_backup, "8.4.1", "9.0.2", "unknown/erases"),
    ("MCInstall EraseDevice", erase_by_profile, "10.3.3", "12.1", "unknown/erases"),
    ("MobileGestalt", gestalt, "17.3", "17.4", "answers/deprecated"),
    ("DeveloperModeStatus", developer_mode, "15.6.1", "16.7", "absent/present"),
    ("FullChargeCapacity", full_charge, "12.1", "12.4.8", "measured/always_100"),
    ("wifi registry", wifi_registry, "12.4.8", "13.3.1", "by_class/by_name"),
    ("unknown entry", unknown_entry, "26.1", "27.0", "empty/refused"),
    ("battery registry", registry, "26.1", "27.0", "flat/below_battery_data"),
)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", MODELS)
def test_each_answer_has_the_form_of_its_version(name: str, version: str) -> None:
    for answer, look, last, first, forms in KNOWN:
        assert VERSIONS.index(first) == VERSIONS.index(last) + 1
        old, new = forms.split("/")
        expected = old if VERSIONS.index(version) <= VERSIONS.index(last) else new
        assert look(phone_of(name, version)) == expected, f"{answer} on iOS {version}"


def test_every_row_has_a_source_and_every_answer_is_tried() -> None:
    assert all(row.source and row.form for row in FORMS)
    assert {answer for answer, *_ in KNOWN} == {row.answer for row in FORMS}
    with pytest.raises(KeyError):
        form_of(load_model(MODELS[0]), "no such answer")


@pytest.mark.parametrize("name", MODELS)
def test_an_older_system_erases_and_leaves_a_stamp_without_a_time(name: str) -> None:
    phone = phone_of(name, "13.3.1")
    before = dict(phone.nvram)
    assert erased(phone).nvram["obliteration"] == before["obliteration"]
    assert phone.truth()["erased"] is True
