# SPDX-License-Identifier: GPL-3.0-or-later
"""The services of a virtual iPhone by direct call: property lists in and out, AFC packet by packet."""

import plistlib
import struct
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.virtual_phones.iphone.apple_bench import HOST, make_iphone, paired
from virtual_phones.iphone.files import normalise
from virtual_phones.iphone.phone import AbsentPhone, IPhone
from virtual_phones.iphone.services import SERVICES
from virtual_phones.iphone.services.afc import HEADER, MAGIC, AfcService
from virtual_phones.iphone.services.service import PlistService, Service, frame
from virtual_phones.usbmux.lockdown import LockdownConversation, ServicePorts, TlsChange

MCINSTALL, BACKUP = "com.apple.mobile.MCInstall", "com.apple.mobilebackup2"
DIAGNOSTICS, APPS = "com.apple.mobile.diagnostics_relay", "com.apple.mobile.installation_proxy"


def ask(phone: IPhone, name: str, *messages: object) -> list[Any]:
    """All answers to the messages on one connection: property lists."""
    service = phone.service(HOST, name)
    assert isinstance(service, PlistService)
    return [answer for message in messages for answer in service.handle(message).messages]


def registry(phone: IPhone, **entry: str) -> dict[str, Any]:
    (answer,) = ask(phone, DIAGNOSTICS, {"Request": "IORegistry", **entry})
    found: dict[str, Any] = answer["Diagnostics"].get("IORegistry", {})
    return found


def afc(service: Service, operation: int, body: bytes = b"", number: int = 7) -> tuple[int, bytes]:
    """Operation and body of the answer to one packet."""
    length = HEADER.size + len(body)
    buffer = bytearray(HEADER.pack(MAGIC, length, length, number, operation) + body)
    request = service.take(buffer)
    assert request is not None
    assert not buffer
    answer = service.answer(request).reply
    magic, entire, arguments, echoed, kind = HEADER.unpack_from(answer)
    assert (magic, entire, echoed) == (MAGIC, len(answer), number)
    assert HEADER.size <= arguments <= entire
    return kind, answer[HEADER.size :]


def status(service: Service, operation: int, body: bytes = b"") -> int:
    kind, answer = afc(service, operation, body)
    assert kind == 1
    (number,) = struct.unpack("<Q", answer)
    return int(number)


def opened(service: Service, path: str, mode: int) -> int:
    kind, answer = afc(service, 13, struct.pack("<Q", mode) + path.encode() + b"\x00")
    assert kind == 14
    (handle,) = struct.unpack("<Q", answer)
    return int(handle)


def handle(number: int, *more: int) -> bytes:
    return struct.pack(f"<{1 + len(more)}Q", number, *more)


def test_the_battery_answers_by_name_and_by_class() -> None:
    phone = paired(make_iphone())
    by_name, by_class = registry(phone, EntryName="AppleSmartBattery"), registry(phone, EntryClass="IOPMPowerSource")
    assert by_name == by_class
    assert (by_name["DesignCapacity"], by_name["CycleCount"]) == (3240, 312)
    assert registry(phone, EntryName="AppleARMPMUCharger") == {}


def test_battery_values_may_lie_deeper() -> None:
    battery = registry(paired(make_iphone(variation=["battery_data"])), EntryName="AppleSmartBattery")
    assert battery["MaxCapacity"] == 100
    assert "DesignCapacity" not in battery
    assert isinstance(battery["BatteryData"], dict)
    assert battery["BatteryData"]["DesignCapacity"] == 3240


@pytest.mark.parametrize(
    ("variation", "node", "lockdown"),
    [([], True, True), (["nvram_only_in_options"], True, False), (["nvram_only_in_lockdown"], False, True)],
)
def test_nvram_is_readable_somewhere(variation: list[str], node: bool, lockdown: bool) -> None:
    phone = paired(make_iphone(variation=variation))
    assert ("obliteration" in registry(phone, EntryName="options")) is node
    values = phone.get_value(HOST, None, "NonVolatileRAM") if lockdown else {}
    assert isinstance(values, dict)
    assert ("obliteration" in values) is lockdown


def test_the_wifi_node_names_the_owners_network() -> None:
    phone = paired(make_iphone())
    assert registry(phone, EntryClass="IO80211Interface")["IO80211SSID"] == phone.secrets()["wifi_name"]


def test_mobilegestalt_is_deprecated_and_unknown_requests_are_unknown() -> None:
    phone = paired(make_iphone())
    gestalt, unknown, bye = ask(
        phone, DIAGNOSTICS, {"Request": "MobileGestalt"}, {"Request": "Obliterator"}, {"Request": "Goodbye"}
    )
    assert gestalt["Diagnostics"]["MobileGestalt"]["Status"] == "MobileGestaltDeprecated"
    assert unknown == {"Status": "UnknownRequest"}
    assert bye == {"Status": "Success"}


def test_a_restart_waits_for_the_end_of_its_connection() -> None:
    phone = paired(make_iphone())
    service = phone.service(HOST, DIAGNOSTICS)
    assert isinstance(service, PlistService)
    service.handle({"Request": "Restart"})
    assert phone.usb() is not None
    service.closed()
    assert phone.usb() is None
    phone.tick(60.0)
    assert phone.usb() is not None
    assert phone.truth()["resets"] == 0


def test_supervision_is_in_the_cloud_configuration_before_and_after() -> None:
    for flags, supervised in (([], False), (["supervised"], True)):
        phone = paired(make_iphone(misbehaviour=flags))
        for moment in (1.0, 900.0):
            (answer,) = ask(paired(phone, now_s=moment), MCINSTALL, {"RequestType": "GetCloudConfiguration"})
            assert answer["Status"] == "Acknowledged"
            assert answer["CloudConfiguration"]["IsSupervised"] is supervised
            phone.erase("settings")
            phone.tick(moment + 600)


def test_mcinstall_erases_without_a_word() -> None:
    phone = paired(make_iphone())
    service = phone.service(HOST, MCINSTALL)
    assert isinstance(service, PlistService)
    assert service.handle({"RequestType": "Flush"}).messages == ({"Status": "Acknowledged"},)
    turn = service.handle({"RequestType": "EraseDevice", "PreserveDataPlan": False})
    assert (turn.messages, turn.ends) == ((), True)
    assert phone.usb() is None


@pytest.mark.parametrize("flag", ["refuses_208", "refuses_211", "refuses_by_profile", "refuses_hello"])
def test_mcinstall_refuses_with_a_chain(flag: str) -> None:
    phone = paired(make_iphone(misbehaviour=[flag]))
    (answer,) = ask(phone, MCINSTALL, {"RequestType": "EraseDevice"})
    assert answer["Status"] == "Error"
    assert answer["ErrorChain"][0].keys() == {"ErrorCode", "ErrorDomain", "LocalizedDescription"}
    assert phone.usb() is not None


def backup(phone: IPhone, *requests: dict[str, object]) -> list[Any]:
    """The answers after the version exchange; Hello is sent first."""
    hello = {"MessageName": "Hello", "SupportedProtocolVersions": [2.0, 2.1]}
    return ask(
        phone,
        BACKUP,
        ["DLMessageVersionExchange", "DLVersionsOk", 400],
        *(["DLMessageProcessMessage", request] for request in (hello, *requests)),
    )


def test_the_backup_service_speaks_first_and_erases_after_hello() -> None:
    phone = paired(make_iphone(variation=["erase_acknowledged"]))
    assert plistlib.loads(phone.service(HOST, BACKUP).begin()[4:]) == ["DLMessageVersionExchange", 400, 0]
    ready, hello, erased = backup(phone, {"MessageName": "EraseDevice"})
    assert ready == ["DLMessageDeviceReady"]
    assert hello[1]["ProtocolVersion"] == 2.1
    assert erased[1]["ErrorCode"] == 0
    assert phone.usb() is None


@pytest.mark.parametrize(("flag", "code"), [("refuses_208", 208), ("refuses_211", 211), ("refuses_by_profile", 1)])
def test_the_backup_service_refuses_by_number(flag: str, code: int) -> None:
    phone = paired(make_iphone(misbehaviour=[flag]))
    assert backup(phone, {"MessageName": "EraseDevice"})[-1][1]["ErrorCode"] == code
    assert phone.usb() is not None


def test_a_refused_hello_opens_nothing() -> None:
    phone = paired(make_iphone(misbehaviour=["refuses_hello"]))
    answers = backup(phone, {"MessageName": "EraseDevice"})
    assert [answer[1]["ErrorCode"] for answer in answers[1:]] == [1, 1]
    assert phone.usb() is not None


def test_a_backup_is_refused_until_setup_is_finished() -> None:
    phone = paired(make_iphone())
    assert backup(phone, {"MessageName": "Backup"})[-1][1]["ErrorCode"] == 1
    phone.erase("settings")
    phone.tick(600.0)
    assert backup(paired(phone), {"MessageName": "Backup"})[-1][1]["ErrorCode"] == 212


@pytest.mark.parametrize("kind", ["User", "System", "Any"])
def test_apps_are_looked_up_and_browsed_alike(kind: str) -> None:
    phone = paired(make_iphone())
    options = {"ApplicationType": kind, "ReturnAttributes": ["CFBundleIdentifier", "ApplicationType"]}
    (looked_up,) = ask(phone, APPS, {"Command": "Lookup", "ClientOptions": options})
    *pieces, end = ask(phone, APPS, {"Command": "Browse", "ClientOptions": options})
    browsed = [entry["CFBundleIdentifier"] for piece in pieces for entry in piece["CurrentList"]]
    assert end == {"Status": "Complete"}
    assert sorted(browsed) == sorted(looked_up["LookupResult"])
    assert len(browsed) == {"User": 3, "System": 3, "Any": 6}[kind]


def test_activation_has_one_question() -> None:
    phone = paired(make_iphone())
    question = {"Command": "GetActivationStateRequest"}
    assert ask(phone, "com.apple.mobileactivationd", question) == [{"Value": "Activated"}]
    (no,) = ask(phone, "com.apple.mobileactivationd", {"Command": "Deactivate"})
    assert "Error" in no


# -- AFC --------------------------------------------------------------------------------------------------


def test_a_file_is_written_read_moved_and_removed() -> None:
    service = paired(make_iphone()).service(HOST, "com.apple.afc")
    assert status(service, 9, b"/Downloads/a/b\x00") == 0
    out = opened(service, "/Downloads/a/b/mark.txt", 3)
    assert status(service, 16, handle(out) + b"hello ") == 0
    assert status(service, 16, handle(out) + b"world") == 0
    assert status(service, 20, handle(out)) == 0
    assert status(service, 24, b"/Downloads/a/b/mark.txt\x00/Downloads/mark.txt\x00") == 0
    back = opened(service, "/Downloads/mark.txt", 1)
    assert afc(service, 15, handle(back, 5)) == (2, b"hello")
    assert status(service, 17, handle(back, 2) + struct.pack("<q", -5)) == 0
    assert afc(service, 18, handle(back)) == (19, struct.pack("<Q", 6))
    assert afc(service, 15, handle(back, 4096)) == (2, b"world")
    assert status(service, 27, handle(back, 6)) == 0
    assert status(service, 16, handle(back) + b"x") == 10  # opened for reading
    assert status(service, 8, b"/Downloads/mark.txt\x00") == 0
    assert status(service, 8, b"/Downloads/mark.txt\x00") == 8
    assert status(service, 34, b"/Downloads/a\x00") == 0
    assert b"letter.txt" in afc(service, 3, b"/Downloads\x00")[1]


def test_appending_and_resizing() -> None:
    service = paired(make_iphone()).service(HOST, "com.apple.afc")
    for _ in range(2):
        out = opened(service, "/log", 5)
        assert status(service, 16, handle(out) + b"ab") == 0
    both = opened(service, "/log", 2)
    assert status(service, 21, handle(both, 3)) == 0
    assert afc(service, 15, handle(both, 99)) == (2, b"aba")


@pytest.mark.parametrize("root", [b"/\x00", b".\x00", b"\x00", b"/DCIM/..\x00", b"../../..\x00"])
def test_the_root_has_many_names_and_nothing_above(root: bytes) -> None:
    service = paired(make_iphone()).service(HOST, "com.apple.afc")
    names = afc(service, 3, root)[1].split(b"\x00")
    assert names[:2] == [b".", b".."]
    assert b"DCIM" in names


def test_information_is_text() -> None:
    phone = paired(make_iphone())
    service = phone.service(HOST, "com.apple.afc")
    texts = afc(service, 11)[1].decode().split("\x00")
    facts = dict(zip(texts[::2], texts[1::2], strict=False))
    assert facts["Model"] == "iPhone14,5"
    assert int(facts["FSFreeBytes"]) < int(facts["FSTotalBytes"])
    info = afc(service, 10, b"/Downloads/letter.txt\x00")[1].split(b"\x00")
    assert info[info.index(b"st_ifmt") + 1] == b"S_IFREG"
    assert status(service, 10, b"/nowhere\x00") == 8


@pytest.mark.parametrize(
    ("operation", "body", "number"),
    [
        (999, b"", 15),
        (3, b"/Downloads/letter.txt\x00", 7),
        (13, b"\x01", 7),
        (13, handle(9) + b"/x\x00", 7),
        (13, handle(3) + b"/DCIM\x00", 9),
        (13, handle(3) + b"/no/folder\x00", 8),
        (8, b"/DCIM\x00", 33),
        (8, b"/\x00", 10),
        (15, handle(4, 1), 7),
        (9, b"/Downloads/letter.txt/x\x00", 16),
        (10, b"\xff\x00", 7),
    ],
)
def test_impossible_operations_are_refused_by_number(operation: int, body: bytes, number: int) -> None:
    assert status(paired(make_iphone()).service(HOST, "com.apple.afc"), operation, body) == number


def test_crash_reports_are_their_own_tree() -> None:
    service = paired(make_iphone()).service(HOST, "com.apple.crashreportcopymobile")
    assert b"panic-full-2026-08-02-101112.000.ips" in afc(service, 3, b".\x00")[1]
    assert paired(make_iphone()).service(HOST, "com.apple.crashreportmover").begin() == b"ping\x00"


@given(st.binary(max_size=120))
def test_garbage_is_refused_or_waited_for_never_more(garbage: bytes) -> None:
    phone = paired(make_iphone())
    conversation = LockdownConversation(phone, ServicePorts())
    talkers = [SERVICES[name](phone) for name in sorted(SERVICES)] + [conversation]
    for talker in talkers:
        for data in (garbage, struct.pack(">I", len(garbage)) + garbage, frame([garbage]), frame({"Request": garbage})):
            try:
                request = talker.take(bytearray(data))
                answer = talker.answer(request) if request is not None else None
            except ValueError:
                continue
            assert answer is None or isinstance(answer.reply, bytes)


@given(st.integers(0, 40), st.binary(max_size=60))
def test_every_afc_packet_gets_one_answer(operation: int, body: bytes) -> None:
    service = paired(make_iphone()).service(HOST, "com.apple.afc")
    assert isinstance(service, AfcService)
    kind, _ = afc(service, operation, body)
    assert kind in (1, 2, 14, 19)


@given(st.text(alphabet="./ab", max_size=20))
def test_a_path_has_one_form(path: str) -> None:
    once = normalise(path)
    assert normalise(once) == once
    assert once.startswith("/")
    assert "//" not in once
    assert not {".", "..", ""} & set(once[1:].split("/")) - {""}


# -- lockdownd --------------------------------------------------------------------------------------------


def say(conversation: LockdownConversation, **request: object) -> tuple[dict[str, Any], TlsChange]:
    buffer = bytearray(frame({"Label": "test", **request}))
    whole = conversation.take(buffer)
    assert whole is not None
    answer = conversation.answer(whole)
    return plistlib.loads(answer.reply[4:]), answer.tls


def test_every_answer_repeats_its_request() -> None:
    conversation = LockdownConversation(make_iphone(), ServicePorts())
    for name in ("QueryType", "GetValue", "StartService", "StopSession", "Dance", "RemoveValue", "Unpair"):
        assert say(conversation, Request=name)[0]["Request"] == name


def test_tls_begins_and_ends_with_the_session() -> None:
    conversation = LockdownConversation(paired(make_iphone()), ServicePorts())
    assert say(conversation, Request="StartService", Service="com.apple.afc")[0]["Error"] == "SessionInactive"
    assert say(conversation, Request="StartSession", HostID="stranger") == (
        {"Request": "StartSession", "Error": "InvalidHostID"},
        TlsChange.NONE,
    )
    started, change = say(conversation, Request="StartSession", HostID=HOST)
    assert (started["EnableSessionSSL"], change) == (True, TlsChange.START)
    service, _ = say(conversation, Request="StartService", Service="com.apple.afc")
    assert (service["EnableServiceSSL"], service["Port"]) == (True, 49152)
    assert say(conversation, Request="StartService", Service="com.apple.obliterator")[0]["Error"] == "InvalidService"
    assert say(conversation, Request="StopSession") == (
        {"Request": "StopSession", "Result": "Success"},
        TlsChange.STOP,
    )
    assert say(conversation, Request="GetValue", Key="SerialNumber")[0]["Error"] == "GetProhibited"


def test_a_pair_record_must_certify_the_phones_own_key() -> None:
    conversation = LockdownConversation(make_iphone(), ServicePorts())
    foreign = b"-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n"
    names = ("DeviceCertificate", "HostCertificate", "RootCertificate")
    for record in (None, {}, {"HostID": HOST}, {"HostID": HOST, **dict.fromkeys(names, foreign)}):
        request = {"Request": "Pair"} | ({} if record is None else {"PairRecord": record})
        assert say(conversation, **request)[0]["Error"] == "InvalidPairRecord"


def test_a_service_port_serves_one_connection() -> None:
    ports = ServicePorts()
    port = ports.open("com.apple.afc", HOST)
    assert ports.take(port) == ("com.apple.afc", HOST)
    assert ports.take(port) is None


def test_the_device_key_is_pkcs1() -> None:
    answer, _ = say(LockdownConversation(make_iphone(), ServicePorts()), Request="GetValue", Key="DevicePublicKey")
    assert bytes(answer["Value"]).startswith(b"-----BEGIN RSA PUBLIC KEY-----")


def test_a_connection_dies_with_the_link() -> None:
    phone = paired(make_iphone())
    service = phone.service(HOST, "com.apple.afc")
    phone.restart(now_s=2.0)
    phone.tick(60.0)
    with pytest.raises(AbsentPhone):
        afc(service, 11)
