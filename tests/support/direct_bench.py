# SPDX-License-Identifier: GPL-3.0-or-later
"""Virtual phones under the real station in virtual time: the fakes stand at link, port and clock only.

Android: one exchange is one adb service, run directly on the model. iPhone: the real Apple exchanges of the
product (`phones.apple.exchanges`) talk to a conversation with the model instead of pymobiledevice3's.
Faults strike exchange k of the port, as on the wire.
"""

import asyncio
import contextlib
import selectors
from collections.abc import Callable, Coroutine, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from phones.apple import erase as apple_erase
from phones.apple import exchanges as apple_exchanges
from phones.apple.crash_names import FOLDERS_WITH_REPORTS
from phones.apple.log_lines import LogLines
from phones.apple.log_watch import lines_of
from phones.apple.records import PairRecords
from phones.cleaning import clean
from phones.errors import PhoneError, PhoneLostError, PhoneRefusedError, PhoneSilentError, ReplyMalformedError
from phones.fastboot.link import FastbootLink
from phones.link import (
    MAXIMUM_REPLY_BYTES,
    AppleBatch,
    AppleErase,
    AppleEraseRoute,
    AppleLog,
    ApplePair,
    AppleTrustTest,
    Reboot,
    Reply,
    Request,
    RescueProperty,
    RescueWipe,
    ReversePort,
    ShellLine,
    ShellStream,
    TradeInLine,
)
from phones.long_act import ActEnd, ActOutcome, Meter, RunningAct, begin_exchange
from phones.port import Port, Presence, Sighting
from virtual_phones.android.phone import AndroidPhone
from virtual_phones.faults import Exchange, FaultKind, distorted
from virtual_phones.iphone.phone import SMALL_FILE, IPhone
from virtual_phones.iphone.services.syslog_relay import SyslogRelayService
from virtual_phones.iphone.trust import AbsentPhone, LockdownRefusal, SilentPhone
from virtual_phones.phone import Live, ServiceReply, UsbView
from virtual_phones.port import VirtualPort
from virtual_phones.storage.stored import Part as StoredPart
from virtual_phones.storage.stored import cut_to, in_turn, length_of, whole
from virtual_phones.usb.function import Stall
from virtual_phones.usb.pipes import Gone, Pipes

START = datetime(2026, 11, 1, 8, 0, 0, tzinfo=UTC)
HOST_KEY = "direct-host"

_ADB_PRESENCE = {
    "device": Presence.ADB_DEVICE,
    "unauthorized": Presence.ADB_UNAUTHORIZED,
    "foyer": Presence.ADB_FOYER,
    "recovery": Presence.ADB_RECOVERY,
    "sideload": Presence.ADB_SIDELOAD,
    "rescue": Presence.ADB_RESCUE,
    "none": Presence.USB_ONLY,
}
_REFUSALS = {
    "PasswordProtected": "locked",
    "PairingDialogResponsePending": "trust_pending",
    "UserDeniedPairing": "trust_denied",
    "InvalidHostID": "not_paired",
    "GetProhibited": "prohibited",
    "InvalidService": "invalid_service",
    "MissingValue": "missing_value",
}


class VirtualClock:
    """Time that passes when somebody sleeps; the phones on the bench live through it."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._ports: list[VirtualPort] = []

    def attach(self, port: VirtualPort) -> None:
        self._ports.append(port)

    def now(self) -> datetime:
        return START + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds
        for port in self._ports:
            port.tick(self.seconds)


class DirectPort:
    """phones.port.Port over a VirtualPort."""

    def __init__(self, port: VirtualPort, clock: VirtualClock, records: Path) -> None:
        self.path = port.path
        self.emulated = True
        self._port = port
        self._clock = clock
        self._records = PairRecords(records)
        clock.attach(port)
        port.tick(clock.seconds)

    def look(self) -> Sighting:
        self._port.tick(self._clock.seconds)
        view = self._port.usb()
        if view is None:
            return _nothing_seen(self.path)
        return _seen(self.path, self._presence(), view)

    def _presence(self) -> Presence:
        phone = self._port.phone
        if not isinstance(phone, AndroidPhone):
            return Presence.APPLE
        if phone.mode == "fastboot":
            return Presence.FASTBOOT
        mode = phone.adb_mode()
        if mode == "device" and phone.needs_key() and not phone.knows_key(HOST_KEY):
            mode = "unauthorized"
        if mode == "unauthorized":
            phone.offer_key(HOST_KEY, self._clock.seconds)
        return _ADB_PRESENCE[mode]

    def open(self) -> "DirectAdbLink | DirectAppleLink | FastbootLink":
        presence = self.look().presence
        if presence is Presence.FASTBOOT:
            return FastbootLink(DirectTransport(self._port, self._clock), clock=self._clock)
        if presence is Presence.APPLE:
            return DirectAppleLink(self._port, self._clock, self._records)
        if presence in (Presence.ADB_SIDELOAD, Presence.ADB_RESCUE):
            return DirectAdbLink(self._port, self._clock, name="recovery")
        if presence in (Presence.ADB_DEVICE, Presence.ADB_FOYER):
            return DirectAdbLink(self._port, self._clock, name="trade_in" if presence is Presence.ADB_FOYER else "adb")
        if presence is Presence.ADB_UNAUTHORIZED:
            raise PhoneRefusedError(reason_code="unauthorized", subject=self.path, step="open")
        raise PhoneLostError(subject=self.path, step="open", expected="a phone", got=presence.value)

    def forget(self, udid: str) -> None:
        here = self._port.phone
        for name in {udid, here.udid if isinstance(here, IPhone) else ""} - {""}:
            self._records.forget(name)


@lru_cache(maxsize=1024)
def _nothing_seen(path: str) -> Sighting:
    return Sighting(port=path, presence=Presence.ABSENT)


@lru_cache(maxsize=1024)
def _seen(path: str, presence: Presence, view: UsbView) -> Sighting:
    """A port is looked at each second of virtual time, and mostly the same hangs there."""
    return Sighting(
        port=path,
        presence=presence,
        usb_serial=clean(view.iserial),
        vendor_id=view.vendor_id,
        product_id=view.product_id,
        transport=clean(view.iserial),
        interfaces=tuple(f"{a:02x}/{b:02x}/{c:02x}" for a, b, c in view.interfaces),
    )


class DirectBench:
    """A bench of such ports (`station.session.bench.PhoneBench`), or of one port of another kind."""

    def __init__(self, *ports: Port) -> None:
        self._ports = {port.path: port for port in ports}

    def sightings(self) -> tuple[Sighting, ...]:
        seen = (port.look() for port in self._ports.values())
        return tuple(sighting for sighting in seen if sighting.presence is not Presence.ABSENT)

    def port(self, path: str) -> Port:
        return self._ports[path]

    def duplicated_serials(self) -> tuple[str, ...]:
        return ()

    def is_emulated(self, path: str) -> bool:
        return self._ports[path].emulated

    def notes(self) -> Mapping[str, str]:
        return {}


class DirectAdbLink:
    """One adb transport: dead as soon as another phone, or the same one again, hangs on the port."""

    def __init__(self, port: VirtualPort, clock: VirtualClock, *, name: str) -> None:
        self.name = name
        self.port = port
        self.clock = clock
        self._occupant = self._life()

    def is_alive(self) -> bool:
        self.port.tick(self.clock.seconds)
        return self.port.usb() is not None and self._life() == self._occupant

    def _life(self) -> tuple[object, ...]:
        phone = self.port.phone
        generation = phone.generation if isinstance(phone, AndroidPhone) else 0
        return (*self.port.occupant(), generation)

    def exchange(self, request: Request, *, timeout_s: float) -> Reply:
        if isinstance(request, ShellLine | ShellStream):
            service = f"shell,v2,raw:{request.line}"
        elif isinstance(request, TradeInLine):
            service = f"shell,v2,raw:tradeinmode {request.command}"
        elif isinstance(request, Reboot):
            service = f"reboot:{request.target}"
        elif isinstance(request, ReversePort):
            place = f"tcp:{request.port}"
            service = f"reverse:forward:{place};{place}" if request.is_open else f"reverse:killforward:{place}"
        elif isinstance(request, RescueProperty):
            service = f"rescue-getprop:{request.name}"
        elif isinstance(request, RescueWipe):
            service = "rescue-wipe:userdata:8"
        else:
            raise PhoneRefusedError(reason_code="unsupported", step="send")
        self.port.tick(self.clock.seconds)
        if self.port.usb() is None or self._life() != self._occupant:
            raise PhoneLostError(subject=self.port.path, step="send")
        exchange = self.port.exchanges.begin()
        if isinstance(request, ShellStream):
            return self._stream(service, request, exchange, timeout_s)
        return with_fault(exchange, self.port, self.clock, timeout_s, lambda: self._run(service, timeout_s))

    def begin(self, request: Request, *, timeout_s: float) -> RunningAct:
        """A line that tells of what happens is listened to in virtual time; any other act is one exchange."""
        phone = self.port.phone
        if isinstance(request, ShellStream) and isinstance(phone, AndroidPhone) and self.port.usb() is not None:
            live = phone.follow(f"shell,v2,raw:{request.line}", now_s=self.clock.seconds)
            if live is not None and self._life() == self._occupant:
                return DirectListening(self, request, live)
        return begin_exchange(self, request, timeout_s=timeout_s)

    def _stream(self, service: str, request: ShellStream, exchange: Exchange, timeout_s: float) -> Reply:
        """Input piece by piece, output piece by piece. A cut after some bytes strikes in the middle of either; every
        other fault strikes the end.
        """
        phone, fault = self.port.phone, exchange.fault
        assert isinstance(phone, AndroidPhone)
        left = fault.after_bytes if fault is not None and fault.kind is FaultKind.TRUNCATE else None

        def carried(data: bytes) -> bytes:
            nonlocal left
            if left is None:
                return data
            data, left = data[:left], left - len(data[:left])
            return data

        def run() -> Reply:
            fed = phone.feed(service, now_s=self.clock.seconds)
            if fed is not None:
                for piece in request.source():
                    if fed.ended or left == 0:
                        break
                    fed.feed(carried(piece))
                answer: ServiceReply | None = fed.finish()
            else:
                answer = phone.run(service, now_s=self.clock.seconds, in_pieces=True)
            if answer is None:
                raise PhoneRefusedError(reason_code="closed", subject=self.port.path, step="open")
            self.clock.sleep(min(answer.delay_s, timeout_s))
            if answer.delay_s > timeout_s:
                raise PhoneSilentError(subject=self.port.path, step="read")
            if self._life() != self._occupant:
                raise PhoneLostError(subject=self.port.path, step="read")
            pieces: Sequence[bytes | StoredPart] = answer.pieces or (answer.stdout,)
            if fault is not None and fault.kind is FaultKind.TRUNCATE and fault.after_bytes is None:
                pieces = cut_to(pieces, length_of(pieces) // 2)
            elif fault is not None and fault.answers:
                pieces = (distorted(fault, whole(pieces), exchange.previous),)
            if fault is None or fault.answers:
                for each in pieces:
                    for data in in_turn(each):
                        request.sink(carried(data))
            return Reply(status=answer.exit_code, error=answer.stderr)

        return with_fault(exchange, self.port, self.clock, timeout_s, run)

    def _run(self, service: str, timeout_s: float) -> Reply:
        phone = self.port.phone
        assert isinstance(phone, AndroidPhone)
        answer = phone.run(service, now_s=self.clock.seconds)
        if answer is None:
            raise PhoneRefusedError(reason_code="closed", subject=self.port.path, step="open")
        if service.startswith("reboot:"):
            return Reply()
        self.clock.sleep(min(answer.delay_s, timeout_s))
        if answer.delay_s > timeout_s:
            raise PhoneSilentError(subject=self.port.path, step="read")
        if self._life() != self._occupant:
            raise PhoneLostError(subject=self.port.path, step="read")
        return Reply(status=answer.exit_code, body=answer.stdout, error=answer.stderr)

    def close(self) -> None:
        return


class DirectListening:
    """A line that is listened to (`phones.long_act.RunningAct`): while somebody waits for its end, time passes."""

    def __init__(self, link: DirectAdbLink, request: ShellStream, live: Live) -> None:
        self.meter = Meter()
        self._link = link
        self._request = request
        self._live = live
        self._exchange = link.port.exchanges.begin()
        self._outcome: ActOutcome | None = None

    def wait(self, timeout_s: float) -> ActOutcome | None:
        if self._outcome is not None:
            return self._outcome
        port, clock, fault = self._link.port, self._link.clock, self._exchange.fault
        clock.sleep(timeout_s)
        try:
            if fault is not None and fault.kills_link:
                port.link_died(fault, clock.seconds)
            if not self._link.is_alive() or (fault is not None and fault.kills_link):
                raise PhoneLostError(subject=port.path, step="watch")
            data = self._live.take(clock.seconds)
            if fault is not None:
                data = distorted(fault, data, self._exchange.previous) if fault.answers else b""
            self.meter.carry(len(data))
            for at in range(0, len(data), 4096):
                self._request.sink(data[at : at + 4096])
        except PhoneError as error:
            self._outcome = ActOutcome.of_error(error)
        return self._outcome

    def cancel(self) -> None:
        if self._outcome is None:
            self._outcome = ActOutcome(end=ActEnd.TIMED_OUT)


class DirectTransport:
    """phones.fastboot.link.Transport into the boot loader itself; what does not come is waited for in virtual time."""

    def __init__(self, port: VirtualPort, clock: VirtualClock) -> None:
        self._port = port
        self._clock = clock
        self._pipes = Pipes(lambda: clock.seconds)
        self._address = port.address

    def write(self, data: bytes, *, timeout_s: float) -> None:
        try:
            self._pipes.write(self._port, self._address, 0, data)
        except (Gone, Stall) as error:
            raise PhoneLostError(subject=self._port.path, step="send") from error

    def read(self, *, timeout_s: float) -> bytes:
        try:
            answer = self._pipes.read(self._port, self._address, 0)
        except (Gone, Stall) as error:
            raise PhoneLostError(subject=self._port.path, step="read") from error
        if answer is None:
            self._clock.sleep(timeout_s)
            raise PhoneSilentError(subject=self._port.path, step="read")
        return answer

    def close(self) -> None:
        return


def with_fault(
    exchange: Exchange, port: VirtualPort, clock: VirtualClock, timeout_s: float, run: Callable[[], Reply]
) -> Reply:
    """One exchange through the fault that strikes it, if any."""
    fault = exchange.fault
    if fault is None:
        reply = run()
        port.exchanges.answered(reply.body)
        return reply
    reply = Reply()
    if fault.reaches_phone:
        with contextlib.suppress(PhoneError) if not fault.answers else contextlib.nullcontext():
            reply = run()
    port.exchanges.answered(reply.body)
    if fault.kind is FaultKind.SILENCE or (fault.kind is FaultKind.DELAY and fault.seconds > timeout_s):
        clock.sleep(timeout_s)
        raise PhoneSilentError(subject=port.path, step="read")
    if fault.kills_link:
        port.link_died(fault, clock.seconds)
        raise PhoneLostError(subject=port.path, step="read")
    if fault.kind is FaultKind.DELAY:
        clock.sleep(fault.seconds)
    if fault.kind is FaultKind.FLOOD:
        raise ReplyMalformedError(subject=port.path, step="read", expected=f"<= {MAXIMUM_REPLY_BYTES}", got="more")
    status = reply.status
    if fault.kind is FaultKind.WRONG_EXIT:
        status = 0 if status else 1
    return Reply(status=status, body=distorted(fault, reply.body, exchange.previous), error=reply.error)


# -- iPhone --------------------------------------------------------------------------------------------


class _JumpingSelector(selectors.SelectSelector):
    """Instead of waiting, virtual time passes; no file is ever looked at."""

    clock: VirtualClock | None = None

    def select(self, timeout: float | None = None) -> list[Any]:
        if timeout and timeout > 0 and self.clock is not None:
            self.clock.sleep(timeout)
        return []


class _VirtualLoop(asyncio.SelectorEventLoop):
    def __init__(self, clock: VirtualClock) -> None:
        selector = _JumpingSelector()
        super().__init__(selector)
        selector.clock = clock
        self._virtual = clock

    def _make_self_pipe(self) -> None:
        """No other thread ever wakes it."""

    def _close_self_pipe(self) -> None:
        """As above."""

    def time(self) -> float:
        return self._virtual.seconds if hasattr(self, "_virtual") else 0.0


def run_virtually(clock: VirtualClock, work: Coroutine[Any, Any, bytes], timeout_s: float) -> bytes:
    async def bounded() -> bytes:
        async with asyncio.timeout(timeout_s):
            return await work

    loop = _VirtualLoop(clock)
    try:
        return loop.run_until_complete(bounded())
    except TimeoutError as error:
        raise PhoneSilentError(step="apple") from error
    finally:
        loop.close()


class DirectAppleLink:
    """One iPhone; every exchange opens its own conversation."""

    name = "usbmux"

    def __init__(self, port: VirtualPort, clock: VirtualClock, records: PairRecords) -> None:
        self._port = port
        self._clock = clock
        self._phone = port.phone
        self.records = records
        self._hosts = 0

    def exchange(self, request: Request, *, timeout_s: float) -> Reply:
        self._port.tick(self._clock.seconds)
        if self._port.usb() is None or self._port.phone is not self._phone:
            raise PhoneLostError(subject=self._port.path, step="send")
        exchange = self._port.exchanges.begin()
        return with_fault(exchange, self._port, self._clock, timeout_s, lambda: self._run(request, timeout_s))

    def begin(self, request: Request, *, timeout_s: float) -> RunningAct:
        """The log is listened to in virtual time; any other act is one exchange."""
        if not isinstance(request, AppleLog):
            return begin_exchange(self, request, timeout_s=timeout_s)
        phone = self._phone
        assert isinstance(phone, IPhone)
        lines = lines_of(request, request.hear)
        found: list[DirectLockdownSession] = []
        record = self.records.current(phone.udid)

        async def connect() -> bytes:
            found.append(await self.connect(phone.udid, record))
            return b""

        run_virtually(self._clock, connect(), timeout_s)
        exchange = self._port.exchanges.begin()
        request.opened()
        return DirectLogListening(found[0].relay(), lines, self._port, self._clock, exchange)

    def _run(self, request: Request, timeout_s: float) -> Reply:
        phone = self._phone
        assert isinstance(phone, IPhone)
        udid = phone.udid
        if isinstance(request, AppleBatch):
            work = apple_exchanges.answer_batch(self, udid, request, timeout_s=timeout_s)
        elif isinstance(request, AppleTrustTest):
            work = apple_exchanges.answer_trust_test(self, udid)
        elif isinstance(request, ApplePair):
            work = apple_exchanges.answer_pair(self, udid, timeout_s=timeout_s)
        elif isinstance(request, AppleErase):
            work = self._erase(udid, request)
        else:
            raise PhoneRefusedError(reason_code="wrong_platform", step="send")
        return Reply(body=run_virtually(self._clock, work, timeout_s))

    async def _erase(self, udid: str, request: AppleErase) -> bytes:
        record = self.records.current(udid)
        if record is None:
            raise PhoneRefusedError(reason_code="not_paired", step="erase")
        conversation = await self.connect(udid, record)
        if not conversation.paired:
            raise PhoneRefusedError(reason_code="not_paired", step="erase")
        if request.route is AppleEraseRoute.MCINSTALL:
            return await apple_erase.erase_by_mcinstall(conversation.open_service("com.apple.mobile.MCInstall"))
        return await apple_erase.erase_by_backup(conversation.open_service("com.apple.mobilebackup2"), udid)

    async def connect(self, udid: str, record: dict[str, Any] | None) -> "DirectLockdownSession":
        phone = self._phone
        assert isinstance(phone, IPhone)
        conversation = DirectLockdownSession(phone, self._clock, f"host-{udid[-4:]}-{int(self._clock.seconds * 1000)}")
        with _translated():
            phone.must_answer()
            if record is not None:
                conversation.try_record(record)
        return conversation

    def close(self) -> None:
        return


@contextlib.contextmanager
def _translated() -> Any:
    try:
        yield
    except LockdownRefusal as refusal:
        raise PhoneRefusedError(reason_code=_REFUSALS.get(refusal.code, "mc_error"), step="lockdown") from refusal
    except SilentPhone as silent:
        raise PhoneSilentError(step="lockdown") from silent
    except AbsentPhone as absent:
        raise PhoneLostError(step="lockdown") from absent


class DirectLockdownSession:
    """phones.apple.exchanges.LockdownSession over the model."""

    def __init__(self, phone: IPhone, clock: VirtualClock, new_host: str) -> None:
        self._phone = phone
        self._clock = clock
        self._new_host = new_host
        self._host: str | None = None
        self._enumeration = phone.enumeration
        self.host_refused = False
        self.record: dict[str, Any] | None = None

    @property
    def paired(self) -> bool:
        return self._host is not None

    def try_record(self, record: dict[str, Any]) -> None:
        try:
            self._phone.start_session(str(record.get("HostID")), now_s=self._clock.seconds)
        except LockdownRefusal as refusal:
            if refusal.code != "InvalidHostID":
                raise
            self.host_refused = True
            return
        self._host, self.record = str(record["HostID"]), record

    def _alive(self) -> IPhone:
        self._phone.tick(self._clock.seconds)
        self._phone.must_answer()
        if self._phone.enumeration != self._enumeration:
            raise AbsentPhone
        return self._phone

    async def pair(self, *, timeout_s: float) -> bool:
        give_up = self._clock.seconds + timeout_s
        waited = False
        record = {"HostID": self._new_host, "HostCertificate": b"host", "RootCertificate": b"root"}
        while True:
            with _translated():
                try:
                    self._alive().pair(record, now_s=self._clock.seconds)
                    self._phone.start_session(self._new_host)
                    break
                except LockdownRefusal as refusal:
                    if refusal.code != "PairingDialogResponsePending" or self._clock.seconds >= give_up:
                        raise
            waited = True
            await asyncio.sleep(1.0)
        self._host, self.record = self._new_host, record
        return waited

    async def value(self, domain: str, key: str) -> Any:
        with _translated():
            return self._alive().get_value(self._host, domain or None, key)

    async def registry(self, name: str, *, entry_class: str = "") -> Any:
        asked = {"EntryName": name} if name else {"EntryClass": entry_class}
        reply = self._plist("com.apple.mobile.diagnostics_relay", {"Request": "IORegistry", **asked})
        if reply.get("Status") != "Success":
            raise PhoneRefusedError(reason_code="service_refused", step="registry")
        return reply.get("Diagnostics", {}).get("IORegistry")

    async def activation_state(self) -> Any:
        return self._plist("com.apple.mobileactivationd", {"Command": "GetActivationStateRequest"}).get("Value")

    async def cloud_configuration(self) -> Any:
        reply = self._plist("com.apple.mobile.MCInstall", {"RequestType": "GetCloudConfiguration"})
        return reply.get("CloudConfiguration")

    async def apps(self, options: Mapping[str, Any]) -> Any:
        request = {"Command": "Lookup", "ClientOptions": dict(options)}
        return self._plist("com.apple.mobile.installation_proxy", request).get("LookupResult")

    async def device_info(self) -> Any:
        total = self._service("com.apple.afc").phone.get_value(self._host, "com.apple.disk_usage", "TotalDataCapacity")
        return {"FSTotalBytes": str(total), "FSFreeBytes": "0"}

    async def read_file(self, path: str, most: int) -> bytes:
        with _no_such_file():
            content = bytes(self._tree().find(path).content or b"")
        await self._carried(len(content[:most]))
        return self._phone.given_back(content[:most], whole=len(content), place=0)

    async def write_file(self, path: str, data: bytes) -> None:
        with _no_such_file():
            self._tree().create(path, self._clock.seconds, data)
        await self._carried(len(data))

    async def _carried(self, size: int) -> None:
        """What is large takes its time; marks and reports cost none."""
        if size > SMALL_FILE:
            await asyncio.sleep(size / self._phone.files_per_s)

    async def remove_file(self, path: str) -> None:
        with _no_such_file():
            self._tree().remove(path)

    def _tree(self) -> Any:
        return self._service("com.apple.afc").tree()

    async def crash_report_names(self) -> Sequence[str]:
        tree = self._service("com.apple.crashreportcopymobile").tree()
        names = list(tree.names("/"))
        for folder in FOLDERS_WITH_REPORTS:
            if folder in names:
                names.remove(folder)
                names += [f"{folder}/{name}" for name in tree.names(f"/{folder}")]
        return names

    async def crash_report(self, path: str, most: int) -> bytes:
        with _no_such_file():
            return bytes(self._service("com.apple.crashreportcopymobile").tree().find(f"/{path}").content[:most])

    async def has_service(self, name: str) -> bool:
        try:
            self._service(name)
        except PhoneRefusedError as refusal:
            if refusal.reason_code != "invalid_service":
                raise
            return False
        return True

    async def close(self) -> None:
        return

    def relay(self) -> SyslogRelayService:
        """The log, open."""
        service = self._service("com.apple.syslog_relay")
        assert isinstance(service, SyslogRelayService)
        return service

    def _service(self, name: str) -> Any:
        with _translated():
            if self._host is None:
                raise PhoneRefusedError(reason_code="not_paired", step=name)
            return self._alive().service(self._host, name, now_s=self._clock.seconds)

    def _plist(self, name: str, request: Mapping[str, object]) -> Any:
        service = self._service(name)
        with _translated():
            turn = service.handle(dict(request))
        return turn.messages[0] if turn.messages else {}

    def open_service(self, name: str) -> "DirectServiceConnection":
        return DirectServiceConnection(self._service(name))


class DirectServiceConnection:
    """phones.apple.erase.ServiceConnection over a service of the model."""

    def __init__(self, service: Any) -> None:
        self._service = service
        self._waiting: list[Any] = list(service.opening())
        self._ended = False

    async def send(self, message: Any) -> None:
        with _translated():
            turn = self._service.handle(message)
        self._waiting.extend(turn.messages)
        self._ended = turn.ends

    async def receive(self) -> Any:
        if self._waiting:
            return self._waiting.pop(0)
        if self._ended:
            raise PhoneLostError(step="receive")
        raise PhoneSilentError(step="receive")


class DirectLogListening:
    """A log that is listened to (`phones.long_act.RunningAct`): while somebody waits for its end, time passes."""

    def __init__(
        self, service: SyslogRelayService, lines: LogLines, port: VirtualPort, clock: VirtualClock, exchange: Exchange
    ) -> None:
        self.meter = Meter()
        self._service = service
        self._lines = lines
        self._port = port
        self._clock = clock
        self._exchange = exchange
        self._outcome: ActOutcome | None = None

    def wait(self, timeout_s: float) -> ActOutcome | None:
        if self._outcome is not None:
            return self._outcome
        fault = self._exchange.fault
        self._clock.sleep(timeout_s)
        try:
            if fault is not None and fault.kills_link:
                self._port.link_died(fault, self._clock.seconds)
                raise PhoneLostError(subject=self._port.path, step="log")
            with _translated():
                said = self._service.tell(self._clock.seconds)
            if said is None:
                raise PhoneLostError(subject=self._port.path, step="log")
            if fault is not None:
                said = distorted(fault, said, self._exchange.previous) if fault.answers else b""
            self.meter.carry(len(said))
            for at in range(0, len(said), 4096):
                self._lines.take(said[at : at + 4096])
        except PhoneError as error:
            self._outcome = ActOutcome.of_error(error)
        return self._outcome

    def cancel(self) -> None:
        if self._outcome is None:
            self._outcome = ActOutcome(end=ActEnd.TIMED_OUT)


@contextlib.contextmanager
def _no_such_file() -> Any:
    try:
        yield
    except FileNotFoundError as error:
        raise PhoneRefusedError(reason_code="not_found", step="afc") from error
