# SPDX-License-Identifier: GPL-3.0-or-later
"""One lockdown connection of an iPhone, and the services started through it, as the library speaks to them.

Runs in the driver's loop (`phones.apple.driver`). Whatever the library raises over a hostile phone is translated.
"""

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from phones.apple.crash_names import FOLDERS_WITH_REPORTS
from phones.apple.refusals import let_go, library_errors_translated
from phones.cleaning import clean
from phones.errors import PhoneRefusedError, ReplyMalformedError
from phones.refusals import kept

_REFUSING = {"activation": "MobileActivationException", "apps": "AppInstallError"}
_LOG_PIECE = 4096
_MOVED = b"ping\x00"
MOST_REPORTS = 10_000
"""Names in one folder: each is looked at while all phones wait. A phone keeps some hundred reports [unconfirmed]."""
MAXIMUM_FILES_MESSAGE_BYTES = 512 * 1024
"""Of the file service, of which only names and small files are wanted: the library takes a listing apart in one go."""
PIECE_BYTES = 256 * 1024
"""Files are read in pieces of this size."""
_ESCROW_SERVICES = frozenset({"com.apple.mobilebackup2"})


@dataclass(slots=True)
class Attempt:
    """A pairing under way. It outlives the exchange: the owner may tap Trust between two of them, and the
    phone must then be asked again by the host it showed in its dialog (that it looks at the HostID is
    `unconfirmed`).
    """

    # The library derives the HostID from this name. A fresh one for each pairing means that a phone paired
    # anew does not know the old HostID.
    host_name: str
    waited: bool = False


class LibraryLockdownSession:
    """One lockdown connection, and the services started through it."""

    def __init__(self, client: Any, udid: str, attempts: dict[str, Attempt]) -> None:
        self._client = client
        self._udid = udid
        self._attempts = attempts
        self._relay: Any = None  # the open connection to diagnostics_relay, while it is in step

    @property
    def paired(self) -> bool:
        """True when a session stands."""
        return bool(self._client.paired)

    @property
    def host_refused(self) -> bool:
        """True when the phone said, in so many words, that it does not know the record's HostID."""
        return bool(self._client.host_refused)

    @property
    def record(self) -> dict[str, Any] | None:
        """The pair record the session was opened with."""
        found = self._client.pair_record
        return found if isinstance(found, dict) else None

    async def pair(self, *, timeout_s: float) -> bool:
        """Pair and open a session; True when the Trust dialog had to be waited for.

        Raises: PhoneRefusedError `trust_pending`, `trust_denied`, `locked`, `not_paired`.
        """
        with library_errors_translated(self._udid, "pairing"):
            try:
                await self._client.pair(timeout=timeout_s)
            finally:
                attempt = self._attempts[bare(self._udid)]
                attempt.waited = attempt.waited or bool(self._client.waited_for_dialog)
            if not await self._client.validate_pairing():
                raise PhoneRefusedError(reason_code="not_paired", subject=clean(self._udid), step="pairing")
            del self._attempts[bare(self._udid)]
            return attempt.waited

    async def value(self, domain: str, key: str) -> Any:
        """One lockdown value; None when there is none."""
        with library_errors_translated(self._udid, key):
            return await self._client.get_value(domain or None, key)

    async def registry(self, name: str, *, entry_class: str = "") -> Any:
        """One IORegistry entry, by its name or, with an empty name, by its class; None when there is none.

        All are asked over one connection to the service, which costs a TLS handshake. One that was interrupted is
        given up: what it still sends would be the answer to another question.
        """
        from pymobiledevice3.services.diagnostics import DiagnosticsService

        with library_errors_translated(self._udid, name or entry_class):
            relay, self._relay = self._relay, None
            if relay is None:
                relay = DiagnosticsService(self._client)
            try:
                await relay.connect()
                found = await relay.ioregistry(name=name or None, ioclass=entry_class or None)
            except BaseException:
                await let_go(relay)
                raise
            self._relay = relay
            return found

    async def activation_state(self) -> Any:
        """Mobileactivationd's word."""
        from pymobiledevice3.services.mobile_activation import MobileActivationService

        with library_errors_translated(self._udid, "activation"):
            reply = await MobileActivationService(self._client).send_command("GetActivationStateRequest")
            self._refuse_error(reply, "activation")
            return reply.get("Value")

    async def cloud_configuration(self) -> Any:
        """Supervision and enrolment, as MCInstall tells it."""
        from pymobiledevice3.services.mobile_config import MobileConfigService

        with library_errors_translated(self._udid, "cloud configuration"):
            async with MobileConfigService(self._client) as service:
                return await service.get_cloud_configuration()

    async def device_info(self) -> Any:
        """Size and free space of the media partition, as text."""
        async with self._afc() as afc:
            return await afc.get_device_info()

    async def read_file(self, path: str, most: int) -> bytes:
        """At most `most` bytes of a file. Raises: PhoneRefusedError `not_found`."""
        async with self._afc() as afc:
            return await _read(afc, path, most)

    async def write_file(self, path: str, data: bytes) -> None:
        """Write a small file."""
        async with self._afc() as afc:
            await afc.set_file_contents(path, data)

    async def remove_file(self, path: str) -> None:
        """Remove a file. Raises: PhoneRefusedError `not_found`."""
        async with self._afc() as afc:
            await afc.rm_single(path)

    async def crash_report_names(self) -> Sequence[str]:
        """Paths of the crash reports, after the mover has brought the newest."""
        with library_errors_translated(self._udid, "crash reports"):
            mover = await self._client.start_lockdown_service("com.apple.crashreportmover")
            async with contextlib.aclosing(mover):
                if await mover.recvall(len(_MOVED)) != _MOVED:
                    raise ReplyMalformedError(step="crash reports", expected="word that they were moved", got="another")
        async with self._afc("com.apple.crashreportcopymobile") as afc:
            names = await _listed(afc, "/")
            for folder in FOLDERS_WITH_REPORTS:
                if folder in names:
                    names += [f"{folder}/{name}" for name in await _listed(afc, f"/{folder}")]
                    names.remove(folder)
        return names

    async def crash_report(self, path: str, most: int) -> bytes:
        """The beginning of one of them, at most `most` bytes. Raises: PhoneRefusedError `not_found`."""
        async with self._afc("com.apple.crashreportcopymobile") as afc:
            return await _read(afc, f"/{path}", most)

    async def apps(self, options: Mapping[str, Any]) -> Any:
        """Installed apps that match, by bundle identifier."""
        from pymobiledevice3.services.installation_proxy import InstallationProxyService

        with library_errors_translated(self._udid, "apps"):
            async with InstallationProxyService(self._client) as service:
                # The library's own call drops why there is no list.
                await service.service.send_plist({"Command": "Lookup", "ClientOptions": dict(options)})
                reply = await service.service.recv_plist()
                self._refuse_error(reply, "apps")
                return reply.get("LookupResult")

    def _refuse_error(self, reply: Any, who: str) -> None:
        """Raises: PhoneRefusedError `service_refused` for a reply that is an error and no answer."""
        if isinstance(reply, dict) and reply.get("Error") is not None:
            word = kept(who, reply["Error"]) or f"library:{_REFUSING[who]}"
            raise PhoneRefusedError(reason_code="service_refused", subject=clean(self._udid), step=who, word=word)

    @contextlib.asynccontextmanager
    async def log(self) -> AsyncIterator[Callable[[], Awaitable[bytes]]]:
        """The system's log, open, to be read piece by piece. Raises: PhoneRefusedError `invalid_service` ..."""
        with library_errors_translated(self._udid, "log"):
            service = await self._client.start_lockdown_service("com.apple.syslog_relay")
            async with contextlib.aclosing(service):
                yield lambda: service.recv_any(_LOG_PIECE)

    async def has_service(self, name: str) -> bool:
        """Does lockdownd start a service of this name? One that it only does not start now is not looked for.

        Raises: PhoneRefusedError `prohibited`, `locked` ...
        """
        try:
            talk = await self.open_service(name)
        except PhoneRefusedError as error:
            if error.reason_code == "invalid_service":
                return False
            raise
        await talk.aclose()
        return True

    async def open_service(self, name: str) -> "PlistServiceConnection":
        """A service that speaks property lists. Raises: PhoneRefusedError `invalid_service`, `locked` ..."""
        with library_errors_translated(self._udid, name):
            escrow = name in _ESCROW_SERVICES and "EscrowBag" in (self.record or {})
            return PlistServiceConnection(
                await self._client.start_lockdown_service(name, include_escrow_bag=escrow), self._udid
            )

    @contextlib.asynccontextmanager
    async def _afc(self, service: str = "com.apple.afc") -> AsyncIterator[Any]:
        from pymobiledevice3.services.afc import AfcService

        with library_errors_translated(self._udid, "files"):
            async with AfcService(self._client, service_name=service) as afc:
                afc.service.max_frame_size = MAXIMUM_FILES_MESSAGE_BYTES
                yield afc

    async def close(self) -> None:
        """Close the connection; never raises."""
        if self._relay is not None:
            await let_go(self._relay)
            self._relay = None
        await let_go(self._client)

    aclose = close


async def _read(afc: Any, path: str, most: int) -> bytes:
    """The beginning of a file, in pieces that are within the bound of a message."""
    handle = await afc.fopen(path, "r")
    data = bytearray()
    try:
        while len(data) < most:
            wanted = min(PIECE_BYTES, most - len(data))
            piece = await afc.fread(handle, wanted)
            data += piece
            if len(piece) < wanted:
                break
    finally:
        await afc.fclose(handle)
    return bytes(data[:most])


async def _listed(afc: Any, folder: str) -> list[str]:
    """Names in a folder. Raises: ReplyMalformedError for more than any phone keeps."""
    names = await afc.listdir(folder)
    if len(names) > MOST_REPORTS:
        raise ReplyMalformedError(step="crash reports", expected=f"<= {MOST_REPORTS} names", got=str(len(names)))
    return [str(name) for name in names]


class PlistServiceConnection:
    """A service connection that carries property lists one way and the other."""

    def __init__(self, service: Any, udid: str) -> None:
        self._service = service
        self._udid = udid

    async def send(self, message: Any) -> None:
        """Send one. Raises: PhoneLostError."""
        with library_errors_translated(self._udid, "send"):
            await self._service.send_plist(message)

    async def receive(self) -> Any:
        """Receive one. Raises: PhoneLostError, ReplyMalformedError."""
        with library_errors_translated(self._udid, "receive"):
            return await self._service.recv_plist()

    async def close(self) -> None:
        """Close the connection; never raises."""
        await let_go(self._service)

    aclose = close


def bare(udid: str) -> str:
    """A UDID as it is compared: without the dash, in small letters."""
    return udid.replace("-", "").lower()
