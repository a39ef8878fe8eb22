# SPDX-License-Identifier: GPL-3.0-or-later
"""iPhones over usbmuxd, through pymobiledevice3; `phones.apple.library` has its classes as we use them.

An island: one thread with one event loop (`phones.apple.loop`); every other thread waits for it with a deadline. The
library is imported when the first phone is looked for (0.4 s). Whatever it raises over a hostile phone is translated.
"""

import contextlib
import logging
import uuid
from collections.abc import AsyncIterator
from concurrent.futures import Future
from concurrent.futures import wait as wait_for
from pathlib import Path
from typing import Any

from phones.apple import erase as apple_erase
from phones.apple import exchanges as apple_exchanges
from phones.apple import log_watch as apple_log
from phones.apple.lockdown_session import Attempt, LibraryLockdownSession, bare
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
    AppleLog,
    ApplePair,
    AppleTrustTest,
    Reply,
    Request,
)
from phones.long_act import ActEnd, ActOutcome, Meter

DEFAULT_ADDRESS = "/var/run/usbmuxd"
"""Named outright: with no address the library would follow USBMUXD_SOCKET_ADDRESS to phones that are not
on this bench, and the station would take them for real ones."""

_LOCKDOWN_PORT = 62078
_USB = "USB"
_LOOK_S = 5.0
_MOST_LISTED = 128


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
        self._attempts: dict[str, Attempt] = {}
        self._loop = LoopThread("iphones")

    def attached(self) -> tuple[str, ...]:
        """UDIDs of the iPhones on USB, as usbmuxd spells them. Raises: UsbmuxError."""
        try:
            return self._loop.run(self._list(), timeout_s=_LOOK_S)
        except (PhoneLostError, PhoneSilentError, ReplyMalformedError) as error:
            raise UsbmuxError(step="list", expected="a list of phones", got=type(error).__name__) from error

    def open(self, udid: str) -> "AppleLink":
        """A link to this iPhone. Raises: PhoneLostError when it is not attached; UsbmuxError."""
        wanted = bare(udid)
        for listed in self.attached():
            if bare(listed) == wanted:
                return AppleLink(self, listed)
        raise PhoneLostError(subject=clean(udid), step="open", expected="an attached iPhone", got="none")

    def forget(self, udid: str) -> None:
        """Delete every pair record of this phone: ours, and usbmuxd's copy if its daemon has one.

        Raises: PairRecordStoreError, UsbmuxError (ours are gone by then).
        """
        self.records.forget(udid)
        self._attempts.pop(bare(udid), None)
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
            if isinstance(request, AppleLog):
                return await apple_log.listen(self, udid, request)
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
            if not isinstance(target, str) or bare(target) != bare(udid):
                raise ReplyMalformedError(subject=clean(udid), step="erase", expected="this phone", got="another UDID")
            if route is AppleEraseRoute.MCINSTALL:
                async with contextlib.aclosing(await conversation.open_service("com.apple.mobile.MCInstall")) as talk:
                    return await apple_erase.erase_by_mcinstall(talk)
            async with contextlib.aclosing(await conversation.open_service("com.apple.mobilebackup2")) as talk:
                return await apple_erase.erase_by_backup(apple_erase.Metered(talk, meter), target)

    async def connect(self, udid: str, record: dict[str, Any] | None) -> LibraryLockdownSession:
        """Talk to lockdownd, with a session if `record` opens one. Never pairs.

        Raises: PhoneRefusedError (`refused_tls`, `locked`, `in_restore_mode`), PhoneLostError, UsbmuxError.
        """
        with library_errors_translated(udid, "connect"):
            from phones.apple import library

            attempt = self._attempts.setdefault(bare(udid), Attempt(uuid.uuid4().hex))
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


def _spellings(udid: str) -> tuple[str, ...]:
    """As given, and as usbmuxd names the records of an A12 or later: ChipID-ECID, capital letters."""
    plain = bare(udid)
    if len(plain) != 24:
        return (udid,)
    return tuple({udid: None, f"{plain[:8]}-{plain[8:]}".upper(): None})


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
