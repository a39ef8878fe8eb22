# SPDX-License-Identifier: GPL-3.0-or-later
"""iPhones over usbmuxd, through pymobiledevice3; `phones.apple.library` has its classes as we use them.

An island: one thread with one event loop (`phones.apple.loop`); every other thread waits for it with a deadline. The
library is imported when the first phone is looked for (0.4 s). Whatever it raises over a hostile phone is translated.
"""

import contextlib
import logging
import uuid
from collections.abc import AsyncIterator, Mapping, Sequence
from concurrent.futures import Future
from concurrent.futures import wait as wait_for
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from phones.apple import erase as apple_erase
from phones.apple import exchanges as apple_exchanges
from phones.apple.crash_names import FOLDERS_WITH_REPORTS
from phones.apple.loop import LoopThread
from phones.apple.records import PairRecords
from phones.apple.refusals import let_go, library_errors_translated
from phones.cleaning import clean
from phones.errors import (
    PhoneError,
    PhoneLostError,
    PhoneRefusedError,
    PhoneSilentError,
    ReplyMalformedError,
    UsbmuxError,
)
from phones.link import (
    AppleBatch,
    AppleErase,
    AppleEraseRoute,
    ApplePair,
    AppleTrustTest,
    Reply,
    Request,
)
from phones.long_act import ActEnd, ActOutcome, Meter
from phones.refusals import kept

DEFAULT_ADDRESS = "/var/run/usbmuxd"
"""Named outright: with no address the library would follow USBMUXD_SOCKET_ADDRESS to phones that are not
on this bench, and the station would take them for real ones."""

_LOCKDOWN_PORT = 62078
_USB = "USB"
_LOOK_S = 5.0
_MOST_LISTED = 128
_MOVED = b"ping\x00"
_REFUSING = {"activation": "MobileActivationException", "apps": "AppInstallError"}
_ESCROW_SERVICES = frozenset({"com.apple.mobilebackup2"})


@dataclass(slots=True)
class _Attempt:
    """A pairing under way. It outlives the exchange: the owner may tap Trust between two of them, and the
    phone must then be asked again by the host it showed in its dialog (that it looks at the HostID is
    `unconfirmed`).
    """

    # The library derives the HostID from this name. A fresh one for each pairing means that a phone paired
    # anew does not know the old HostID.
    host_name: str
    waited: bool = False


class AppleLibraryDriver:
    """All iPhones of one usbmuxd. Its methods may be called from any thread but the island's own."""

    def __init__(self, usbmux_address: str | None, records: Path) -> None:
        """`usbmux_address`: `host:port` or a socket path (`UNIX:/path` too); None = the system's usbmuxd.
        `records`: folder for pair records, made 0700. Raises: PairRecordStoreError.
        """
        self._address = (usbmux_address or DEFAULT_ADDRESS).removeprefix("UNIX:")
        self.records = PairRecords(records)
        # The library logs requests and replies of phones: identifiers must not reach anyone's log.
        library_log = logging.getLogger("pymobiledevice3")
        library_log.addHandler(logging.NullHandler())
        library_log.propagate = False
        # Every cut cable would be a warning on the technician's screen; lost exceptions are still shown.
        logging.getLogger("asyncio").setLevel(logging.ERROR)
        self._attempts: dict[str, _Attempt] = {}
        self._loop = LoopThread("iphones")

    def attached(self) -> tuple[str, ...]:
        """UDIDs of the iPhones on USB, as usbmuxd spells them. Raises: UsbmuxError."""
        try:
            return self._loop.run(self._list(), timeout_s=_LOOK_S)
        except (PhoneLostError, PhoneSilentError, ReplyMalformedError) as error:
            raise UsbmuxError(step="list", expected="a list of phones", got=type(error).__name__) from error

    def open(self, udid: str) -> "AppleLink":
        """A link to this iPhone. Raises: PhoneLostError when it is not attached; UsbmuxError."""
        wanted = _bare(udid)
        for listed in self.attached():
            if _bare(listed) == wanted:
                return AppleLink(self, listed)
        raise PhoneLostError(subject=clean(udid), step="open", expected="an attached iPhone", got="none")

    def forget(self, udid: str) -> None:
        """Delete every pair record of this phone: ours, and usbmuxd's copy if its daemon has one.

        Raises: PairRecordStoreError, UsbmuxError (ours are gone by then).
        """
        self.records.forget(udid)
        self._attempts.pop(_bare(udid), None)
        try:
            self._loop.run(self._delete_daemons_copy(udid), timeout_s=_LOOK_S)
        except (PhoneLostError, PhoneSilentError, ReplyMalformedError) as error:
            raise UsbmuxError(step="forget", expected="the record deleted", got=type(error).__name__) from error

    def unfinished(self) -> int:
        """Tasks left on the loop; 0 when every exchange has cleaned up behind itself."""
        return self._loop.unfinished()

    def close(self) -> None:
        """End the island: what still runs is cancelled. A second call does nothing."""
        self._loop.close()

    def exchange(self, udid: str, request: Request, *, timeout_s: float) -> Reply:
        """One request to one phone, within `timeout_s`. Raises: as `phones.link.Link.exchange`; TypeError for the one
        request that is an act, which `begin` takes.
        """
        if isinstance(request, AppleErase) and request.route is AppleEraseRoute.MOBILEBACKUP2:
            raise TypeError("an erase over mobilebackup2 is begun as an act, not exchanged")
        try:
            return Reply(body=self._loop.run(self._answer(udid, request, timeout_s), timeout_s=timeout_s))
        except PhoneLostError:
            self.attached()  # a dead usbmuxd looks like a lost phone; this raises UsbmuxError then
            raise

    def begin(self, udid: str, request: Request, *, timeout_s: float) -> "AppleAct":
        """Begin an act on one phone. Raises: BenchError when the driver is closed."""
        meter = Meter()
        future = self._loop.start(self._answer(udid, request, timeout_s, meter), timeout_s=timeout_s)
        return AppleAct(self, future, meter)

    async def _answer(self, udid: str, request: Request, timeout_s: float, meter: Meter | None = None) -> bytes:
        with library_errors_translated(udid, "session"):
            if isinstance(request, AppleBatch):
                return await apple_exchanges.answer_batch(self, udid, request, timeout_s=timeout_s)
            if isinstance(request, AppleTrustTest):
                return await apple_exchanges.answer_trust_test(self, udid)
            if isinstance(request, ApplePair):
                return await apple_exchanges.answer_pair(self, udid, timeout_s=timeout_s)
            if isinstance(request, AppleErase):
                return await self._erase(udid, request.route, meter or Meter())
        raise PhoneRefusedError(reason_code="wrong_platform", subject=clean(udid), step=type(request).__name__)

    async def _erase(self, udid: str, route: AppleEraseRoute, meter: Meter) -> bytes:
        record = self.records.current(udid)
        conversation = await self.connect(udid, record) if record else None
        if conversation is None or not conversation.paired:
            if conversation is not None:
                await conversation.close()
            raise PhoneRefusedError(reason_code="not_paired", subject=clean(udid), step="erase")
        async with contextlib.aclosing(conversation):
            target = await conversation.value("", "UniqueDeviceID")
            if not isinstance(target, str) or _bare(target) != _bare(udid):
                raise ReplyMalformedError(subject=clean(udid), step="erase", expected="this phone", got="another UDID")
            if route is AppleEraseRoute.MCINSTALL:
                async with contextlib.aclosing(await conversation.open_service("com.apple.mobile.MCInstall")) as talk:
                    return await apple_erase.erase_by_mcinstall(talk)
            async with contextlib.aclosing(await conversation.open_service("com.apple.mobilebackup2")) as talk:
                return await apple_erase.erase_by_backup(apple_erase.Metered(talk, meter), target)

    async def connect(self, udid: str, record: dict[str, Any] | None) -> "LibraryLockdownSession":
        """Talk to lockdownd, with a session if `record` opens one. Never pairs.

        Raises: PhoneRefusedError (`refused_tls`, `locked`, `in_restore_mode`), PhoneLostError, UsbmuxError.
        """
        with library_errors_translated(udid, "connect"):
            from phones.apple import library

            attempt = self._attempts.setdefault(_bare(udid), _Attempt(uuid.uuid4().hex))
            service = await library.BoundedConnection.create_using_usbmux(
                udid, _LOCKDOWN_PORT, _USB, usbmux_address=self._address
            )
            try:
                client = await library.Client.create(
                    service,
                    identifier=udid,
                    system_buid=await self._buid(),
                    autopair=False,
                    pair_record=record,
                    pairing_records_cache_folder=self.records.folder,
                    usbmux_address=self._address,
                    local_hostname=attempt.host_name,
                )
            except BaseException:
                await let_go(service)
                raise
            return LibraryLockdownSession(client, udid, self._attempts)

    async def _buid(self) -> str:
        async with _mux(self._address) as mux:
            return str(await mux.get_buid())[:64]

    async def _list(self) -> tuple[str, ...]:
        with library_errors_translated("", "list"):
            async with _mux(self._address) as mux:
                await mux.get_device_list()
                listed = [device.serial for device in mux.devices if device.connection_type == _USB]
            if len(listed) > _MOST_LISTED or not all(isinstance(serial, str) for serial in listed):
                raise ReplyMalformedError(step="list", expected="serial numbers", got=str(len(listed)))
            return tuple(clean(serial) for serial in listed)

    async def _delete_daemons_copy(self, udid: str) -> None:
        with library_errors_translated(udid, "forget"):
            async with _mux(self._address) as mux:
                # The library can read and save records, not delete them; "no such record" is as good.
                from pymobiledevice3.exceptions import BadDevError

                for name in _spellings(udid):
                    with contextlib.suppress(BadDevError):
                        await mux._send_receive({"MessageType": "DeletePairRecord", "PairRecordID": name})


class AppleLink:
    """One iPhone. Every exchange is a connection of its own, so nothing is left open between them."""

    name = "usbmux"

    def __init__(self, island: AppleLibraryDriver, udid: str) -> None:
        self._island = island
        self._udid = udid

    def exchange(self, request: Request, *, timeout_s: float) -> Reply:
        """See `phones.link.Link.exchange`."""
        return self._island.exchange(self._udid, request, timeout_s=timeout_s)

    def begin(self, request: Request, *, timeout_s: float) -> "AppleAct":
        """See `phones.long_act.ActingLink.begin`."""
        return self._island.begin(self._udid, request, timeout_s=timeout_s)

    def close(self) -> None:
        """Nothing is open between exchanges."""


class AppleAct:
    """An act that runs in the driver's loop (`phones.long_act.RunningAct`)."""

    def __init__(self, driver: AppleLibraryDriver, future: "Future[bytes]", meter: Meter) -> None:
        self.meter = meter
        self._driver = driver
        self._future = future

    def wait(self, timeout_s: float) -> ActOutcome | None:
        """See RunningAct.wait."""
        if not wait_for([self._future], timeout=timeout_s).done:
            return None
        if self._future.cancelled():
            return ActOutcome(end=ActEnd.CANCELLED)
        try:
            return ActOutcome(end=ActEnd.DONE, reply=Reply(body=self._future.result()))
        except TimeoutError:
            return ActOutcome(end=ActEnd.TIMED_OUT)
        except PhoneLostError as error:
            self._driver.attached()  # a dead usbmuxd looks like a lost phone; this raises UsbmuxError then
            return ActOutcome.of_error(error)
        except PhoneError as error:
            return ActOutcome.of_error(error)

    def cancel(self) -> None:
        """See RunningAct.cancel."""
        self._future.cancel()


class LibraryLockdownSession:
    """One lockdown connection, and the services started through it."""

    def __init__(self, client: Any, udid: str, attempts: dict[str, _Attempt]) -> None:
        self._client = client
        self._udid = udid
        self._attempts = attempts

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
                attempt = self._attempts[_bare(self._udid)]
                attempt.waited = attempt.waited or bool(self._client.waited_for_dialog)
            if not await self._client.validate_pairing():
                raise PhoneRefusedError(reason_code="not_paired", subject=clean(self._udid), step="pairing")
            del self._attempts[_bare(self._udid)]
            return attempt.waited

    async def value(self, domain: str, key: str) -> Any:
        """One lockdown value; None when there is none."""
        with library_errors_translated(self._udid, key):
            return await self._client.get_value(domain or None, key)

    async def registry(self, name: str) -> Any:
        """One IORegistry node; None when there is none."""
        from pymobiledevice3.services.diagnostics import DiagnosticsService

        with library_errors_translated(self._udid, name):
            async with DiagnosticsService(self._client) as service:
                return await service.ioregistry(name=name)

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
            handle = await afc.fopen(path, "r")
            try:
                data = await afc.fread(handle, most)
            finally:
                await afc.fclose(handle)
        return bytes(data[:most])

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
            names = [str(name) for name in await afc.listdir("/")]
            for folder in FOLDERS_WITH_REPORTS:
                if folder in names:
                    names += [f"{folder}/{name}" for name in await afc.listdir(f"/{folder}")]
                    names.remove(folder)
        return names

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
                yield afc

    async def close(self) -> None:
        """Close the connection; never raises."""
        await let_go(self._client)

    aclose = close


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


def _spellings(udid: str) -> tuple[str, ...]:
    """As given, and as usbmuxd names the records of an A12 or later: ChipID-ECID, capital letters."""
    bare = _bare(udid)
    if len(bare) != 24:
        return (udid,)
    return tuple({udid: None, f"{bare[:8]}-{bare[8:]}".upper(): None})


def _bare(udid: str) -> str:
    return udid.replace("-", "").lower()


@contextlib.asynccontextmanager
async def _mux(address: str) -> AsyncIterator[Any]:
    """A fresh connection to the daemon itself. Raises: UsbmuxError for one that speaks no property lists."""
    from pymobiledevice3 import usbmux

    mux = await usbmux.create_mux(usbmux_address=address)
    try:
        if not isinstance(mux, usbmux.PlistMuxConnection):
            raise UsbmuxError(step="usbmuxd", expected="the property list protocol", got="an old daemon")
        yield mux
    finally:
        await mux.close()  # type: ignore[no-untyped-call]  # the library left its type out
