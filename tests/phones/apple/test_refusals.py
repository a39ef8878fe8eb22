# SPDX-License-Identifier: GPL-3.0-or-later
"""Every refusal known to pymobiledevice3 becomes one of ours in its own words; a new one fails here, by its name."""

import ast
import asyncio
import inspect
import logging
import textwrap
from collections.abc import Mapping
from typing import Any

import pytest
from pymobiledevice3 import exceptions, lockdown
from pymobiledevice3.services.afc import AfcError
from pymobiledevice3.services.mobile_config import MobileConfigService
from pymobiledevice3.usbmux import UsbmuxdResult

from phones import refusals
from phones.apple.erase import erase_by_mcinstall
from phones.apple.library import Client
from phones.apple.lockdown_session import LibraryLockdownSession
from phones.apple.refusals import translated
from phones.errors import (
    PhoneError,
    PhoneLostError,
    PhoneRefusedError,
    ProofwipeError,
    ReplyMalformedError,
    UsbmuxError,
)
from phones.words import say

# Classes that no code of ours can meet: developer tools, tunnels, restores, images, this computer's own mistakes.
NOT_OURS = {
    "AccessDeniedError",
    "AlreadyMountedError",
    "AmfiError",
    "AppNotInstalledError",
    "ArbitrationError",
    "ArgumentError",
    "BackupFilterPasswordRequiredError",
    "ChannelClosedError",
    "ConnectionFailedError",
    "CoreDeviceError",
    "CryptexdError",
    "DeveloperDiskImageNotFoundError",
    "DeveloperModeError",
    "DeveloperModeIsNotEnabledError",
    "DeviceAlreadyInUseError",
    "DeviceHasPasscodeSetError",
    "DevicePathError",
    "DisableMemoryLimitError",
    "DvtDirListError",
    "DvtException",
    "ExtractingStackshotError",
    "FeatureNotSupportedError",
    "IRecvError",
    "IRecvNoDeviceConnectedError",
    "InspectorEvaluateError",
    "InstallCoordinationError",
    "InterfaceIndexNotFoundError",
    "InternalError",
    "LaunchingApplicationError",
    "MessageNotSupportedError",
    "MissingManifestError",
    "NoSuchBuildIdentityError",
    "NotConnectedError",
    "NotEnoughDiskSpaceError",
    "NotMountedError",
    "NotificationTimeoutError",
    "OSNotSupportedError",
    "ProcessInspectionError",
    "ProtocolError",
    "PskCipherNotSupportedError",
    "PyMobileDevice3Exception",
    "QuicProtocolNotSupportedError",
    "RemoteAutomationNotEnabledError",
    "RemotePairingCompletedError",
    "RemoteXPCHandshakeTimeoutError",
    "RoutableTunnelRequiredError",
    "ScreencastUnavailableError",
    "StreamClosedError",
    "SupportError",
    "SysdiagnoseTimeoutError",
    "TSSError",
    "TraceLagError",
    "TunneldConnectionError",
    "UnrecognizedSelectorError",
    "UserspaceTunnelUnavailableError",
    "WdaError",
    "WebInspectorNotEnabledError",
    "WirError",
}
# What the phone's leaving and the daemon's trouble raise: told apart by class, not in the table.
CONNECTION = {
    "BadCommandError",
    "BadDevError",
    "ConnectionFailedToUsbmuxdError",
    "ConnectionTerminatedError",
    "DeviceNotFoundError",
    "MuxException",
    "MuxVersionError",
    "NoDeviceConnectedError",
}


def words_of_lockdown() -> set[str]:
    """The keys of the table in the library's own function, read from its source."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(lockdown.LockdownClient._verify_request_response)))
    tables = [node for node in ast.walk(tree) if isinstance(node, ast.Dict)]
    return {str(key.value) for table in tables for key in table.keys if isinstance(key, ast.Constant)}


def words_compared_in_lockdown() -> set[str]:
    """Error words that its source compares with."""
    found = set()
    for node in ast.walk(ast.parse(inspect.getsource(lockdown))):
        if isinstance(node, ast.Compare) and "rror" in ast.dump(node.left):
            found |= {str(other.value) for other in node.comparators if isinstance(other, ast.Constant) and other.value}
    return found


def test_every_word_of_lockdownd_that_the_library_knows_is_in_the_table() -> None:
    assert len(words_of_lockdown()) >= 12
    assert (words_of_lockdown() | words_compared_in_lockdown()) - set(refusals.table()["lockdown"]) == set()


def test_every_error_class_of_the_library_is_in_the_table_or_known_to_be_none_of_ours() -> None:
    classes = {
        name
        for name, kind in vars(exceptions).items()
        if inspect.isclass(kind) and issubclass(kind, exceptions.PyMobileDevice3Exception)
    }
    assert classes - set(refusals.table()["library"]) - NOT_OURS - CONNECTION == set()
    assert set(refusals.table()["library"]) - classes == set()


def test_every_status_of_file_transfer_and_of_the_daemon_is_in_the_table() -> None:
    assert {status.name for status in AfcError} - {"SUCCESS"} == set(refusals.table()["afc"])
    assert {result.name for result in UsbmuxdResult} - {"OK"} == set(refusals.table()["usbmux"])


def raised(word: str, request: str = "Pair") -> BaseException:
    """What the library raises for a reply of lockdownd."""
    abstract = {"product_version": "17.0", "create_service_connection": None}
    client: Any = object.__new__(type("AnyClient", (lockdown.LockdownClient,), abstract))
    client.identifier, client.logger = "x", logging.getLogger("x")
    try:
        client._verify_request_response(request, {"Request": request, "Error": word})
    except Exception as error:  # noqa: BLE001 - whatever it raises is the matter
        return error
    raise AssertionError("nothing was raised")


# lockdownd's words for a refusal, from public reports and from libimobiledevice's list of codes.
KINDS = {
    "PasswordProtected": "locked",
    "PasscodeRequired": "locked",
    "EscrowLocked": "locked",
    "InvalidHostID": "not_paired",
    "InvalidPairRecord": "not_paired",
    "MissingHostID": "not_paired",
    "UserDeniedPairing": "trust_denied",
    "PairingDialogResponsePending": "trust_pending",
    "SetProhibited": "prohibited",
    "GetProhibited": "prohibited",
    "MCProtected": "prohibited",
    "PairingProhibitedOverThisConnection": "pairing_failed",
    "SessionActive": "session_busy",
}


@pytest.mark.parametrize("word", [word for word in refusals.table()["lockdown"] if word != "MCChallengeRequired"])
def test_each_word_of_lockdownd_becomes_a_refusal_with_its_own_sentence(word: str) -> None:
    error = translated(raised(word), "1-1", "pairing")
    row = refusals.table()["lockdown"][word]
    assert isinstance(error, PhoneRefusedError)
    assert error.reason_code == KINDS.get(word, row.code) == row.code
    for language in ("en", "zh"):
        assert error.reason(language) == refusals.reason(row.kept, row.code, language)
        assert error.hint(language) == refusals.next_step(row.kept, row.code, language)


def test_a_word_of_lockdownd_that_nobody_knows_is_printed() -> None:
    error = translated(raised("SomethingNew"), "1-1", "session")
    assert isinstance(error, PhoneRefusedError)
    assert error.reason_code == "lockdown_error"
    assert "SomethingNew" in error.reason()


@pytest.mark.parametrize("word", ["InvalidConnection", "SessionInactive", "MCChallengeRequired"])
def test_what_the_library_would_ask_again_or_let_through_is_a_refusal(word: str) -> None:
    """With its own client these ended as a broken connection, or as success."""

    class Stream:
        async def send_recv_plist(self, message: Mapping[str, Any]) -> dict[str, Any]:
            return {"Request": message["Request"], "Error": word}

    client: Any = object.__new__(type("OurClient", (Client,), {"product_version": "17.0"}))
    client.identifier, client.logger, client.label = "x", logging.getLogger("x"), "y"
    client.service, client._reestablishing_connection = Stream(), False
    with pytest.raises(exceptions.PyMobileDevice3Exception) as caught:
        asyncio.run(client._request("StartSession"))
    error = translated(caught.value, "1-1", "session")
    assert isinstance(error, PhoneRefusedError)
    assert error.word == f"lockdown:{word}"


def test_a_break_is_still_a_break() -> None:
    class Stream:
        async def send_recv_plist(self, message: Mapping[str, Any]) -> dict[str, Any]:
            raise exceptions.ConnectionTerminatedError(message["Request"])

    client: Any = object.__new__(type("OurClient", (Client,), {"product_version": "17.0"}))
    client.identifier, client.logger, client.label = "x", logging.getLogger("x"), "y"
    client.service, client._reestablishing_connection = Stream(), False
    with pytest.raises(exceptions.ConnectionTerminatedError) as caught:
        asyncio.run(client._request("GetValue"))
    error = translated(caught.value, "1-1", "session")
    assert isinstance(error, PhoneLostError)
    assert error.word == ""


@pytest.mark.parametrize("status", [status for status in AfcError if status.name != "SUCCESS"])
def test_each_status_of_file_transfer_is_a_refusal(status: AfcError) -> None:
    kind = exceptions.AfcFileNotFoundError if status.name == "OBJECT_NOT_FOUND" else exceptions.AfcException
    error = translated(kind("x", status), "1-1", "files")
    row = refusals.table()["afc"][status.name]
    assert isinstance(error, PhoneRefusedError)
    assert (error.reason_code, error.word) == (row.code, row.kept)


@pytest.mark.parametrize(
    ("error", "kind", "word"),
    [
        (exceptions.BadDevError("x"), PhoneLostError, "usbmux:BADDEV"),
        (exceptions.ConnectionFailedError("x"), PhoneLostError, "usbmux:CONNREFUSED"),
        (exceptions.BadCommandError("x"), UsbmuxError, "usbmux:BADCOMMAND"),
        (exceptions.MuxVersionError("x"), UsbmuxError, "usbmux:BADVERSION"),
        (exceptions.ConnectionFailedToUsbmuxdError("x"), UsbmuxError, ""),
        (exceptions.MuxException("x"), PhoneLostError, ""),
        (exceptions.NotPairedError(), PhoneRefusedError, "library:NotPairedError"),
        (exceptions.IncorrectModeError("x"), PhoneRefusedError, "library:IncorrectModeError"),
        (exceptions.StartServiceError("s", "ServiceLimit"), PhoneRefusedError, "lockdown:ServiceLimit"),
        (exceptions.StartServiceError("s", "Brandnew"), PhoneRefusedError, "lockdown:Brandnew"),
        (exceptions.LockdownError("x", "y", "17"), ReplyMalformedError, ""),
        (exceptions.ProtocolError("x"), ReplyMalformedError, ""),
        (
            exceptions.PyMobileDevice3Exception("The device failed the All diagnostics request: {'Status': 'Failure'}"),
            PhoneRefusedError,
            "diagnostics:Failure",
        ),
        (exceptions.PyMobileDevice3Exception("something else"), ReplyMalformedError, ""),
    ],
)
def test_daemon_services_and_the_librarys_own_no_are_told_apart(
    error: Exception, kind: type[ProofwipeError], word: str
) -> None:
    found = translated(error, "1-1", "step")
    assert isinstance(found, kind)
    assert getattr(found, "word", "") == word


# Answers of MCInstall that are no acknowledgement, from public reports (go-ios 489, pymobiledevice3 1805).
MC_REPLIES: list[tuple[dict[str, Any], str, str]] = [
    ({"Status": "CommandFormatError"}, "mcinstall:CommandFormatError", "mc_command_unknown"),
    (
        {"Status": "Error", "ErrorChain": [{"ErrorCode": 4001, "ErrorDomain": "MCInstallationErrorDomain"}]},
        "mcinstall:MCInstallationErrorDomain/4001",
        "mc_refused",
    ),
    ({"Status": "Error", "ErrorChain": [{"ErrorCode": 14002}]}, "mcinstall:14002", "mc_enrolled"),
    ({"Status": "SignedRequestRejected"}, "mcinstall:SignedRequestRejected", "mc_signature_wanted"),
    ({"Error": "DeviceLocked"}, "mcinstall:DeviceLocked", "mc_locked"),
    ({"Status": "NotNow"}, "mcinstall:NotNow", "mc_not_now"),
    ({"Status": "Error"}, "mcinstall:Error", "mc_refused"),
    ({"Status": "Error", "ErrorChain": [{"ErrorCode": 99, "ErrorDomain": "XDomain"}]}, "mcinstall:XDomain/99", ""),
    ({"Status": "Brandnew"}, "mcinstall:Brandnew", ""),
    ({}, "", "mc_error"),
    ({"Status": ["Acknowledged"], "ErrorChain": "x"}, "", "mc_error"),
]


@pytest.mark.parametrize(("reply", "word", "says"), MC_REPLIES)
def test_an_answer_of_mcinstall_that_is_no_acknowledgement_is_a_refusal_in_its_words(
    reply: dict[str, Any], word: str, says: str
) -> None:
    class Talk:
        async def send(self, message: object) -> None:
            assert message

        async def receive(self) -> object:
            return reply

    with pytest.raises(PhoneError) as caught:
        asyncio.run(erase_by_mcinstall(Talk()))
    error = caught.value
    assert isinstance(error, PhoneRefusedError)
    assert (error.reason_code, error.word) == ("mc_error", word)
    if says:
        assert error.reason() == say(f"phone_says.{says}.reason")
    else:
        assert word.partition(":")[2] in error.reason()


@pytest.mark.parametrize(("reply", "word", "says"), [case for case in MC_REPLIES if case[1] and "Status" in case[0]])
def test_the_librarys_own_error_for_such_an_answer_says_the_same(reply: dict[str, Any], word: str, says: str) -> None:
    class Service:
        async def send_recv_plist(self, message: object) -> dict[str, Any]:
            assert message
            return reply

    service: Any = object.__new__(type("AnyService", (MobileConfigService,), {"service": Service()}))
    with pytest.raises(exceptions.ProfileError) as caught:
        asyncio.run(service._send_recv({"RequestType": "GetCloudConfiguration"}))
    error = translated(caught.value, "1-1", "cloud configuration")
    assert isinstance(error, PhoneRefusedError)
    assert (error.reason_code, error.word) == ("mc_error", word)
    assert not says or error.reason() == say(f"phone_says.{says}.reason")


class ServiceClient:
    """A lockdown client of the library at the moment a service is asked for."""

    pair_record: Mapping[str, Any] = {}

    def __init__(self, word: str) -> None:
        self.word = word

    async def start_lockdown_service(self, name: str, *, include_escrow_bag: bool) -> object:
        assert not include_escrow_bag
        raise exceptions.StartServiceError(name, self.word)


def test_a_service_that_is_only_not_started_now_was_not_looked_for() -> None:
    """A jailbreak's service that is prohibited for the moment may be there."""
    assert not asyncio.run(LibraryLockdownSession(ServiceClient("InvalidService"), "x", {}).has_service("afc2"))
    with pytest.raises(PhoneRefusedError) as caught:
        asyncio.run(LibraryLockdownSession(ServiceClient("ServiceProhibited"), "x", {}).has_service("afc2"))
    assert (caught.value.reason_code, caught.value.word) == ("prohibited", "lockdown:ServiceProhibited")


@pytest.mark.parametrize(
    ("reply", "word"),
    [
        ({"Error": "APIInternalError", "ErrorDescription": "x"}, "apps:APIInternalError"),
        ({"Error": ""}, "library:AppInstallError"),
    ],
)
def test_an_error_of_the_list_of_apps_is_no_empty_list(reply: dict[str, Any], word: str) -> None:
    session = LibraryLockdownSession(ServiceClient(""), "x", {})
    with pytest.raises(PhoneRefusedError) as caught:
        session._refuse_error(reply, "apps")
    assert (caught.value.reason_code, caught.value.word) == ("service_refused", word)
    session._refuse_error({"Status": "Complete", "LookupResult": {}}, "apps")
