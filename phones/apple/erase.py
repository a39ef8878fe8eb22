# SPDX-License-Identifier: GPL-3.0-or-later
"""The two ways to tell an iPhone over the cable to erase itself, and its ways of saying no.

pymobiledevice3's own calls return None for "acknowledged", for "the link dropped" and for a pulled cable
alike, and carry the phone's error code only in a sentence; so the messages are exchanged here, over the
service connection it opens. Shapes: research ios.md §6 and §10.4; refusals at erase are unconfirmed.
"""

import plistlib
import re
from collections.abc import Mapping
from typing import Any, Protocol

from phones.apple.parts import encode_table
from phones.apple.refusals import kept_of_chain
from phones.errors import PhoneLostError, PhoneRefusedError, ReplyMalformedError
from phones.long_act import Meter
from phones.refusals import kept

_MOST_MESSAGES = 32
_CODE = re.compile(r"[0-9]{1,6}")
_TELL_PERCENT = ("DLMessageDownloadFiles", "DLMessageUploadFiles", "DLMessageMoveItems", "DLMessageRemoveItems")
"""Requests of DeviceLink that end in how far the phone is (as pymobiledevice3 and libimobiledevice read them)."""
_NOTHING = "___EmptyParameterString___"


class ServiceConnection(Protocol):
    """An open service connection that carries property lists. Raises PhoneError kinds only."""

    async def send(self, message: Any) -> None:
        """Send one."""

    async def receive(self) -> Any:
        """Receive one."""


class Metered:
    """A connection whose messages are counted, by the size of their property lists."""

    def __init__(self, talk: ServiceConnection, meter: Meter) -> None:
        self._talk = talk
        self._meter = meter

    async def send(self, message: Any) -> None:
        """Send one."""
        await self._talk.send(message)
        self._meter.carry(_size(message))

    async def receive(self) -> Any:
        """Receive one. DeviceLink's file messages end in how far the phone is, in percent."""
        message = await self._talk.receive()
        self._meter.carry(_size(message))
        if isinstance(message, list) and message and message[0] in _TELL_PERCENT:
            self._meter.claim(message[-1])
        return message


def _size(message: Any) -> int:
    try:
        return len(plistlib.dumps(message))
    except (TypeError, ValueError, OverflowError, AttributeError, RecursionError):
        return 0


async def erase_by_mcinstall(talk: ServiceConnection) -> bytes:
    """EraseDevice over MCInstall, the cellular plan not preserved; the reply body.

    Raises: PhoneLostError when the link broke before the request was out; PhoneRefusedError `mc_error`.
    """
    await talk.send({"RequestType": "EraseDevice", "PreserveDataPlan": False, "DisallowProximitySetup": False})
    try:
        reply = await talk.receive()
    except PhoneLostError:
        return encode_table({"returned": "link_dropped"})
    if not isinstance(reply, dict):
        raise ReplyMalformedError(step="erase", expected="a status", got=type(reply).__name__)
    if reply.get("Status") != "Acknowledged":
        raise PhoneRefusedError(reason_code="mc_error", step="erase", got=_first_code(reply), word=_mc_word(reply))
    return encode_table({"returned": "acknowledged"})


def _mc_word(reply: Mapping[str, Any]) -> str:
    """Why, as far as the reply names it: the first error of its chain, its status, or a bare error word."""
    number, domain = _first_code(reply), _first_error(reply).get("ErrorDomain")
    if number != "no code":
        return kept_of_chain(domain if isinstance(domain, str) else "", number)
    status = reply.get("Status")
    return kept("mcinstall", reply.get("Error") if status in (None, "Error") else status) or kept("mcinstall", status)


def _first_error(reply: Mapping[str, Any]) -> Mapping[str, Any]:
    chain = reply.get("ErrorChain")
    first = chain[0] if isinstance(chain, list) and chain else None
    return first if isinstance(first, dict) else {}


def _first_code(reply: Mapping[str, Any]) -> str:
    """The number of the first error of the chain; its sentence is the phone's and is not repeated."""
    return _code_text(_first_error(reply).get("ErrorCode")) or "no code"


def _code_text(code: Any) -> str:
    text = str(code) if isinstance(code, int) and not isinstance(code, bool) else ""
    return text if _CODE.fullmatch(text) else ""


async def erase_by_backup(talk: ServiceConnection, target: str) -> bytes:
    """EraseDevice over mobilebackup2 for the phone `target` (its own UniqueDeviceID); the reply body.

    Raises: PhoneLostError when the link broke before the request was out; PhoneRefusedError
    `hello_refused` or `mb_<code>` (208 locked, 211 Find My on: known from backup and restore).
    """
    await _greet(talk)
    await talk.send(["DLMessageProcessMessage", {"MessageName": "EraseDevice", "TargetIdentifier": target}])
    for _ in range(_MOST_MESSAGES):
        try:
            message = await talk.receive()
        except PhoneLostError:
            return encode_table({"returned": "link_dropped"})
        name, body = _split(message)
        if name == "DLMessageDisconnect":
            return encode_table({"returned": "link_dropped"})
        if name == "DLMessageProcessMessage":
            _refuse_unless_zero(body, otherwise="mb_error")
            return encode_table({"returned": "acknowledged"})
        # An erase has no business with files of this computer: every such request is declined.
        try:
            await talk.send(["DLMessageStatusResponse", 2**64 - 1, _NOTHING, {}])
        except PhoneLostError:
            return encode_table({"returned": "link_dropped"})
    raise ReplyMalformedError(step="erase", expected="an end", got=f"{_MOST_MESSAGES} messages")


async def _greet(talk: ServiceConnection) -> None:
    """Version exchange and Hello of DeviceLink."""
    name, version = _split(await talk.receive())
    if name != "DLMessageVersionExchange" or not isinstance(version, int):
        raise ReplyMalformedError(step="erase", expected="DLMessageVersionExchange", got="another message")
    await talk.send(["DLMessageVersionExchange", "DLVersionsOk", version])
    name, _ = _split(await talk.receive())
    if name != "DLMessageDeviceReady":
        raise ReplyMalformedError(step="erase", expected="DLMessageDeviceReady", got="another message")
    await talk.send(["DLMessageProcessMessage", {"MessageName": "Hello", "SupportedProtocolVersions": [2.0, 2.1]}])
    name, body = _split(await talk.receive())
    if name != "DLMessageProcessMessage":
        raise ReplyMalformedError(step="erase", expected="the answer to Hello", got="another message")
    _refuse_unless_zero(body, otherwise="hello_refused", always=True)


def _split(message: Any) -> tuple[str, Any]:
    if not isinstance(message, list) or not message or not isinstance(message[0], str):
        raise ReplyMalformedError(step="erase", expected="a DeviceLink message", got=type(message).__name__)
    return message[0], message[1] if len(message) > 1 else None


def _refuse_unless_zero(body: Any, *, otherwise: str, always: bool = False) -> None:
    code = body.get("ErrorCode") if isinstance(body, dict) else None
    if code == 0 and not isinstance(code, bool):
        return
    text = _code_text(code)
    word = "" if always else kept("mobilebackup2", text)
    raise PhoneRefusedError(
        reason_code=otherwise if always or not text else f"mb_{text}", step="erase", got=text or "no code", word=word
    )
