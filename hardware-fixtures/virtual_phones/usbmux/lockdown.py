# SPDX-License-Identifier: GPL-3.0-or-later
"""lockdownd, sans-IO: one connection on port 62078, request by request (research/ios.md 10.2)."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from virtual_phones.iphone.phone import IPhone
from virtual_phones.iphone.services.service import decode, fields, frame, take_plist
from virtual_phones.iphone.trust import LockdownRefusal
from virtual_phones.usbmux.lockdown_tls import CERTIFICATES, certifies

LOCKDOWN_PORT = 62078
FIRST_SERVICE_PORT = 49152


class TlsChange(StrEnum):
    """What becomes of the stream after an answer has been sent in the old state."""

    NONE = "none"
    START = "start"
    STOP = "stop"


@dataclass(frozen=True, slots=True, kw_only=True)
class LockdownAnswer:
    """Bytes to send, then the change."""

    reply: bytes
    tls: TlsChange = TlsChange.NONE


class ServicePorts:
    """Which service waits behind which port of the phone, and for which host."""

    def __init__(self) -> None:
        self._waiting: dict[int, tuple[str, str]] = {}
        self._next = FIRST_SERVICE_PORT

    def open(self, service: str, host_id: str) -> int:
        """A port for one connection."""
        port = self._next
        self._next = FIRST_SERVICE_PORT + (port + 1 - FIRST_SERVICE_PORT) % 16000
        self._waiting[port] = (service, host_id)
        return port

    def take(self, port: int) -> tuple[str, str] | None:
        """Service name and host id behind a port, once; None when nothing waits there."""
        return self._waiting.pop(port, None)


class LockdownConversation:
    """One connection to lockdownd. `host_id` is the host of the running session, or None."""

    def __init__(self, phone: IPhone, ports: ServicePorts) -> None:
        self._phone = phone
        self._ports = ports
        self.host_id: str | None = None

    def take(self, buffer: bytearray) -> bytes | None:
        """Cut one whole request off the stream. Raises: ValueError."""
        return take_plist(buffer)

    def answer(self, request: bytes) -> LockdownAnswer:
        """Carry out one request.

        Raises: ValueError for what is no request, SilentPhone, AbsentPhone.
        """
        message = fields(decode(request))
        name = message.get("Request")
        self._phone.must_answer()
        try:
            values, tls = self._carry_out(name, message)
        except LockdownRefusal as refusal:
            values, tls = {"Error": refusal.code}, TlsChange.NONE
        return LockdownAnswer(reply=frame({"Request": str(name), **values}), tls=tls)

    def _carry_out(self, name: object, message: Mapping[str, object]) -> tuple[dict[str, object], TlsChange]:
        stay = TlsChange.NONE
        match name:
            case "QueryType":
                return {"Type": "com.apple.mobile.lockdown"}, stay
            case "GetValue":
                return self._get_value(message), stay
            case "SetValue":
                return self._set_value(message), stay
            case "RemoveValue":
                raise LockdownRefusal("RemoveProhibited")
            case "Pair":
                return self._pair(message), stay
            case "ValidatePair":
                self._phone.trusted_host(_host_id(message))
                return {}, stay
            case "Unpair":
                self._phone.unpair(_host_id(message))
                return {}, stay
            case "StartSession":
                return self._start_session(message)
            case "StopSession":
                return self._stop_session()
            case "StartService":
                return self._start_service(message), stay
        raise LockdownRefusal("InvalidRequest")

    def _get_value(self, message: Mapping[str, object]) -> dict[str, object]:
        domain, key = _text(message, "Domain"), _text(message, "Key")
        value = self._phone.get_value(self.host_id, domain, key)
        named = {name: text for name, text in (("Domain", domain), ("Key", key)) if text}
        return {**named, "Value": value}

    def _set_value(self, message: Mapping[str, object]) -> dict[str, object]:
        domain, key, value = _text(message, "Domain"), _text(message, "Key"), message.get("Value")
        if self.host_id is None or domain or key != "DeviceName" or not isinstance(value, str):
            raise LockdownRefusal("SetProhibited")
        self._phone.set_device_name(self.host_id, value)
        return {"Key": key, "Value": value}

    def _pair(self, message: Mapping[str, object]) -> dict[str, object]:
        record = message.get("PairRecord")
        if not isinstance(record, Mapping):
            raise LockdownRefusal("InvalidPairRecord")
        certificates = [record.get(name) for name in CERTIFICATES]
        device = certificates[0]
        if not all(isinstance(found, bytes) for found in certificates) or not isinstance(device, bytes):
            raise LockdownRefusal("InvalidPairRecord")
        if not certifies(device, self._phone.key):
            raise LockdownRefusal("InvalidPairRecord")
        return {"EscrowBag": self._phone.pair(record)}

    def _start_session(self, message: Mapping[str, object]) -> tuple[dict[str, object], TlsChange]:
        if self.host_id is not None:
            raise LockdownRefusal("SessionActive")
        host_id = _text(message, "HostID") or ""
        session = self._phone.start_session(host_id)
        self.host_id = host_id
        return {"SessionID": session, "EnableSessionSSL": True}, TlsChange.START

    def _stop_session(self) -> tuple[dict[str, object], TlsChange]:
        if self.host_id is None:
            raise LockdownRefusal("SessionInactive")
        self.host_id = None
        return {"Result": "Success"}, TlsChange.STOP

    def _start_service(self, message: Mapping[str, object]) -> dict[str, object]:
        if self.host_id is None:
            raise LockdownRefusal("SessionInactive")
        service = _text(message, "Service") or ""
        self._phone.start_service(self.host_id, service)
        port = self._ports.open(service, self.host_id)
        return {"Service": service, "Port": port, "EnableServiceSSL": True}


def _text(message: Mapping[str, object], name: str) -> str | None:
    value = message.get(name)
    return value if isinstance(value, str) and value else None


def _host_id(message: Mapping[str, object]) -> str:
    record = message.get("PairRecord")
    found = record.get("HostID") if isinstance(record, Mapping) else message.get("HostID")
    if not isinstance(found, str):
        raise LockdownRefusal("InvalidHostID")
    return found
