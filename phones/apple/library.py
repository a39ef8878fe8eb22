# SPDX-License-Identifier: GPL-3.0-or-later
"""The two classes of pymobiledevice3 that the driver uses, without the habits that could harm a job.

The library looks for pair records in three places, writes them for all to read, asks for all values, repeats a
request over a new connection without a word, and takes any answer for the one it waits for. Imported when the first
phone is opened: the library takes 0.4 s to load. A test holds that each overridden name still exists upstream.
"""

import contextlib
import re
import ssl
import tempfile
from collections.abc import Iterator
from typing import Any

from pymobiledevice3.exceptions import (
    ConnectionTerminatedError,
    InvalidHostIDError,
    LockdownError,
    MissingValueError,
    PairingDialogResponsePendingError,
    ProtocolError,
)
from pymobiledevice3.lockdown import PlistUsbmuxLockdownClient
from pymobiledevice3.service_connection import ServiceConnection

from phones.apple import binary_list
from phones.apple.records import TLS_SUFFIX
from phones.apple.refusals import let_go
from phones.link import MAXIMUM_REPLY_BYTES

MAXIMUM_MESSAGE_BYTES = MAXIMUM_REPLY_BYTES // 2
"""All phones share one event loop, and half a second is what a message of this size can cost it (measured)."""
# What an XML list of an iPhone begins with, and every other tag in it: none has attributes, and nothing is declared.
_XML_BEGINS = re.compile(
    rb"(?:<\?xml[^<>]{0,100}\?>\s{0,9})?"
    rb'(?:<!DOCTYPE plist(?: PUBLIC "[^"<>]{0,100}" "[^"<>]{0,100}"| SYSTEM "[^"<>]{0,100}")?>\s{0,9})?'
    rb'(?:<!--[^<>]{0,1000}-->\s{0,9})?<plist(?: version="[0-9.]{1,9}")?\s{0,9}>'
)
_OTHER_TAG = re.compile(rb"<(?!/?[A-Za-z]{1,16}\s{0,9}/?>|!--)")
_LEFT_OUT = bytes(code for code in range(0x20) if code not in b"\t\n\r")
_USB = "USB"
# Readable without pairing; asked one by one instead of "all values", which hold the owner's name.
_ALWAYS = ("ProductVersion", "ProductType", "UniqueDeviceID", "WiFiAddress")
_OLDEST = "7.0"
_MODERN = re.compile(r"(7|8|9|[1-9][0-9])(\.[0-9]{1,3}){0,3}")
_WIFI = re.compile(r"[0-9A-Fa-f:]{17}")


class NothingRepeatedError(ConnectionTerminatedError):
    """Where the library would ask again over a new connection. Its context is why: a break, or lockdownd's refusal."""


def is_readable(message: bytes) -> bool:
    """May it be given to a reader of property lists? Only what an iPhone writes: the XML reader looks through all
    attributes of a tag in one go, with the interpreter's lock held, and gives each tag those a list declares for it
    (5 s for one tag of 4 MB, minutes for declared ones).

    Control characters are passed over: the library tries again without them.
    """
    if message.startswith(binary_list.BEGINS):
        return binary_list.is_plain(message)
    shown = message.translate(None, _LEFT_OUT)
    begins = _XML_BEGINS.match(shown)
    return begins is not None and _OTHER_TAG.search(shown, begins.end()) is None


class BoundedConnection(ServiceConnection):
    """Refuses messages larger than any may be, before reading them."""

    max_frame_size = MAXIMUM_MESSAGE_BYTES

    async def recvall(self, size: int) -> bytes:
        """The library's own, within the bound."""
        if size > self.max_frame_size:
            raise ProtocolError(f"a message of {size} bytes")
        return await super().recvall(size)

    async def recv_prefixed(self, endianity: str = ">") -> bytes:
        """The library's own, for property lists that are cheap to read."""
        message = await super().recv_prefixed(endianity)
        if not is_readable(message):
            raise ProtocolError("no property list as iPhones write them")
        return message


class Client(PlistUsbmuxLockdownClient):
    """Uses the record it is given or none, and repeats nothing."""

    waited_for_dialog = False
    host_refused = False

    async def _request(
        self,
        request: str,
        options: dict[str, Any] | None = None,
        verify_request: bool = True,  # noqa: FBT001, FBT002 - the library's shape
    ) -> dict[str, Any]:
        # The library turns this refusal, and others that mean less, into a mere "not paired".
        try:
            reply = await super()._request(request, options, verify_request)
        except InvalidHostIDError:
            self.host_refused = True
            raise
        if reply.get("Error") is not None:
            # One refusal it lets through for those who can answer it: MCChallengeRequired, of a supervised phone.
            raise LockdownError("refused", self.identifier, self.product_version, error=str(reply["Error"]))
        return reply

    @contextlib.contextmanager
    def ssl_file(self) -> Iterator[str]:
        """In the folder of pair records: the library's own leaves the key in the temporary folder after a crash."""
        # The library's own leaves the private key in the system's temporary folder after a crash.
        record = self.pair_record
        if record is None:
            raise ConnectionTerminatedError("no pair record to prove who we are")
        with tempfile.NamedTemporaryFile(dir=self.pairing_records_cache_folder, suffix=TLS_SUFFIX) as file:
            file.write(record["HostCertificate"] + b"\n" + record["HostPrivateKey"])
            file.flush()
            yield file.name

    async def get_value(self, domain: str | None = None, key: str | None = None) -> Any:
        """One value, or the few that are read before pairing: never 'all values', which hold the owner's name."""
        if key:
            return await self._one_value(domain or "", key)
        values = {}
        for name in _ALWAYS:
            with contextlib.suppress(MissingValueError):
                values[name] = await self._one_value("", name)
        return {name: value for name, value in values.items() if isinstance(value, str)}

    async def _one_value(self, domain: str, key: str) -> Any:
        """One value, and certainly that one: the library would take the answer to another question."""
        asked = {"Key": key, **({"Domain": domain} if domain else {})}
        reply = await self._request("GetValue", asked)
        await self._in_step(reply, asked)
        return reply.get("Value")

    async def _in_step(self, reply: dict[str, Any], asked: dict[str, str]) -> None:
        """Lockdownd repeats what it was asked; an answer that names something else is an old one,
        and every later answer on this connection would be one off.
        """
        if any(reply.get(name, wanted) != wanted for name, wanted in asked.items()):
            await let_go(self)
            raise ProtocolError("an answer to another question")

    async def get_service_connection_attributes(
        self,
        name: str,
        include_escrow_bag: bool = False,  # noqa: FBT001, FBT002 - the library's shape
    ) -> dict[str, Any]:
        """The library's own, and certainly for this service."""
        reply = await super().get_service_connection_attributes(name, include_escrow_bag)
        await self._in_step(reply, {"Service": name})
        return reply

    async def fetch_pair_record(self) -> None:
        """No record is looked for anywhere."""

    async def save_pair_record(self) -> None:
        """`phones.apple.records` writes it, once a session stands."""

    async def areestablish_connection(self) -> None:
        """Nothing is repeated. Raises: NothingRepeatedError."""
        raise NothingRepeatedError("the connection broke; nothing is repeated")

    async def create_service_connection(
        self,
        port: int,
        ssl_context: ssl.SSLContext | None = None,
        strip_ssl: bool = False,  # noqa: FBT001, FBT002 - the library's shape
    ) -> ServiceConnection:
        """A connection that refuses too large messages."""
        return await BoundedConnection.create_using_usbmux(
            self.identifier,
            port,
            _USB,
            usbmux_address=self.usbmux_address,
            ssl_context=ssl_context,
            strip_ssl=strip_ssl,
        )

    async def _request_pair(self, pair_options: dict[str, Any], timeout: float | None = None) -> dict[str, Any]:
        try:
            return await self._request("Pair", pair_options)
        except PairingDialogResponsePendingError:
            self.waited_for_dialog = True
        return await super()._request_pair(pair_options, timeout=timeout)

    @property
    def product_version(self) -> str:
        """The version the phone names, where it is one of the modern protocol."""
        # Below 7.0 the library speaks older and weaker protocols; a phone could ask for them by
        # naming such a version.
        version = str(self.all_values.get("ProductVersion", ""))
        return version if _MODERN.fullmatch(version) else _OLDEST

    @property
    def wifi_mac_address(self) -> str:
        """The address, or nothing that is none."""
        # It goes into the pair record, where None cannot be written and nothing else belongs.
        address = str(self.all_values.get("WiFiAddress", ""))
        return address if _WIFI.fullmatch(address) else ""
