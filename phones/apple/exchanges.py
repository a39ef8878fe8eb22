# SPDX-License-Identifier: GPL-3.0-or-later
"""What each Apple request means, step by step, over a conversation that `phones.apple.driver` opens.

Nothing here knows pymobiledevice3: a conversation raises only errors of ours. A part of a batch that is
refused, absent or broken is an answer of its own; only a phone that is gone or silent ends the batch.
"""

import asyncio
import math
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Protocol

from phones.apple import parts as apple_parts
from phones.apple.crash_names import ReportFamily, count_reports, family_of
from phones.apple.files_speed import measure
from phones.apple.panic_families import MOST_BYTES, MOST_READ, counted, family_of_report
from phones.apple.parts import PartAnswer, encode, encode_table, may_be_asked
from phones.apple.records import PairRecords
from phones.apple.registry import BY_NAME, read_entry
from phones.errors import PhoneLostError, PhoneRefusedError, PhoneSilentError, ReplyMalformedError
from phones.link import AppleBatch, ApplePart

SERVICE_PART_S = 15.0
"""The most one part may take: a service that hangs must not cost the whole batch its answers."""
PAIR_WAIT_S = 3.0
"""How long one inspection waits for the Trust dialog: then the technician is told to tap it, and the phone
is asked again."""
PAIR_MARGIN_S = 2.0
"""Left over when waiting for the Trust dialog, so that `trust_pending` is said before the deadline."""
TRUST_ATTEMPTS = 3
TRUST_PAUSE_S = 0.5

_MOST_TEXT = 512
_MOST_BYTES = 8192
_MARK_BYTES = 4096
_LARGEST_NUMBER = 2**63
_BATTERY_NODES = ("AppleSmartBattery", "AppleARMPMUCharger")  # iPhone 8 and later; up to iPhone 7
_BATTERY_KEYS = (
    "CycleCount",
    "DesignCapacity",
    "NominalChargeCapacity",
    "AppleRawMaxCapacity",
    "FullChargeCapacity",
)
_NVRAM_NODE = "options"
_JAILBREAK_SERVICE = "com.apple.afc2"
_JAILBREAK_APPS = {
    "com.saurik.Cydia": "cydia",
    "org.coolstar.SileoStore": "sileo",
    "xyz.willy.Zebra": "zebra",
    "science.xnu.undecimus": "unc0ver",
    "com.opa334.TrollStore": "trollstore",
}


class LockdownSession(Protocol):
    """One lockdown connection to one phone. Every method raises errors of ours only."""

    @property
    def paired(self) -> bool:
        """True when a session stands."""

    @property
    def host_refused(self) -> bool:
        """True when the phone said, in so many words, that it does not know the record's HostID."""

    @property
    def record(self) -> dict[str, Any] | None:
        """The pair record the session was opened with."""

    async def pair(self, *, timeout_s: float) -> bool:
        """Pair and open a session; True when the Trust dialog had to be waited for."""

    async def value(self, domain: str, key: str) -> Any:
        """One lockdown value; None when there is none."""

    async def registry(self, name: str, *, entry_class: str = "") -> Any:
        """One IORegistry entry, by its name or, with an empty name, by its class; None when there is none."""

    async def activation_state(self) -> Any:
        """Mobileactivationd's word."""

    async def cloud_configuration(self) -> Any:
        """Supervision and enrolment, as MCInstall tells it."""

    async def device_info(self) -> Any:
        """Size and free space of the media partition, as text."""

    async def read_file(self, path: str, most: int) -> bytes:
        """At most `most` bytes of a file."""

    async def write_file(self, path: str, data: bytes) -> None:
        """Write a small file."""

    async def remove_file(self, path: str) -> None:
        """Remove a file."""

    async def crash_report_names(self) -> Sequence[str]:
        """Paths of the crash reports, after the mover has brought the newest."""

    async def crash_report(self, path: str, most: int) -> bytes:
        """The beginning of one of them, at most `most` bytes."""

    async def apps(self, options: Mapping[str, Any]) -> Any:
        """Installed apps that match, by bundle identifier."""

    async def has_service(self, name: str) -> bool:
        """Does lockdownd start a service of this name?"""

    async def close(self) -> None:
        """Close the connection; never raises."""


class ConnectionOpener(Protocol):
    """Where conversations are opened."""

    @property
    def records(self) -> PairRecords:
        """Where pair records are kept."""

    async def connect(self, udid: str, record: dict[str, Any] | None) -> LockdownSession:
        """A conversation; `paired` says whether a session was opened with `record`.
        Raises: PhoneRefusedError `refused_tls` when the phone refused the record's certificate.
        """


async def answer_batch(opener: ConnectionOpener, udid: str, batch: AppleBatch, *, timeout_s: float) -> bytes:
    """Ask all parts over one paired connection; the reply body.

    Raises: PhoneRefusedError `not_paired`, `trust_pending`, `trust_denied`, `locked`; PhoneLostError,
    PhoneSilentError, ReplyMalformedError.
    """
    may_pair = any(part.kind == apple_parts.APPLE_PAIR for part in batch.parts)
    answers: dict[str, PartAnswer] = {}
    conversation, dialog = await _open(opener, udid, may_pair=may_pair, timeout_s=timeout_s)
    try:
        for part in batch.parts:
            if part.kind == apple_parts.APPLE_PAIR:
                answers[part.name] = PartAnswer(status="ok", value={"dialog": "yes" if dialog else "no"})
            else:
                answers[part.name] = await _answer_part(conversation, part)
    finally:
        await conversation.close()
    return encode(answers)


async def _open(
    opener: ConnectionOpener, udid: str, *, may_pair: bool, timeout_s: float
) -> tuple[LockdownSession, bool]:
    """A paired conversation. With `may_pair`, a job begins: what an earlier one kept is dropped."""
    if may_pair:
        opener.records.begin_job(udid)
    record = opener.records.current(udid)
    if record is not None:
        conversation = await _try_record(opener, udid, record)
        if conversation is not None:
            return conversation, False
    if not may_pair:
        raise PhoneRefusedError(reason_code="not_paired", subject=udid, step="session")
    return await _pair_anew(opener, udid, timeout_s=min(timeout_s, PAIR_WAIT_S + PAIR_MARGIN_S))


async def _try_record(opener: ConnectionOpener, udid: str, record: dict[str, Any]) -> LockdownSession | None:
    """A session with this record, or None when the phone does not know it any more."""
    try:
        conversation = await opener.connect(udid, record)
    except PhoneRefusedError as error:
        if error.reason_code not in ("refused_tls", "not_paired"):
            raise
        return None
    if conversation.paired:
        return conversation
    await conversation.close()
    if not conversation.host_refused:
        raise ReplyMalformedError(subject=udid, step="session", expected="a session or a refusal", got="neither")
    return None


async def _pair_anew(
    opener: ConnectionOpener, udid: str, *, timeout_s: float, keep_old: bool = False
) -> tuple[LockdownSession, bool]:
    conversation = await opener.connect(udid, None)
    try:
        dialog = await conversation.pair(timeout_s=max(0.0, timeout_s - PAIR_MARGIN_S))
        if conversation.record is None:
            raise ReplyMalformedError(subject=udid, step="pairing", expected="a pair record", got="none")
        if keep_old:
            opener.records.save_from_before_erase(udid)
        opener.records.write(udid, conversation.record)
    except BaseException:
        await conversation.close()
        raise
    return conversation, dialog


async def answer_trust_test(opener: ConnectionOpener, udid: str) -> bytes:
    """Show this job's record from before the erase; the reply body. Never pairs, never looks elsewhere.

    A connection that merely breaks says nothing about trust: it is tried again, and then it is lost.
    Raises: PairRecordMissingError, PhoneLostError, PhoneSilentError, PhoneRefusedError, ReplyMalformedError.
    """
    record = opener.records.from_before_erase(udid)
    for _ in range(TRUST_ATTEMPTS - 1):
        try:
            return await _show_record(opener, udid, record)
        except PhoneLostError:
            await asyncio.sleep(TRUST_PAUSE_S)
    return await _show_record(opener, udid, record)


async def _show_record(opener: ConnectionOpener, udid: str, record: dict[str, Any]) -> bytes:
    try:
        conversation = await opener.connect(udid, record)
    except PhoneRefusedError as error:
        if error.reason_code != "refused_tls":
            raise
        return encode_table({"trust": "refused_tls"})
    await conversation.close()
    if conversation.paired:
        return encode_table({"trust": "accepted"})
    if conversation.host_refused:
        return encode_table({"trust": "refused_host"})
    raise ReplyMalformedError(subject=udid, step="trust test", expected="accepted or refused", got="neither")


async def answer_pair(opener: ConnectionOpener, udid: str, *, timeout_s: float) -> bytes:
    """Pair anew and keep the record from before aside; the reply body. Raises: as `answer_batch`."""
    conversation, dialog = await _pair_anew(opener, udid, timeout_s=timeout_s, keep_old=True)
    await conversation.close()
    return encode_table({"paired": "yes", "dialog": "yes" if dialog else "no"})


async def _answer_part(conversation: LockdownSession, part: ApplePart) -> PartAnswer:
    if not may_be_asked(part):
        return PartAnswer(status="refused", code="not_listed")
    try:
        async with asyncio.timeout(SERVICE_PART_S):
            value = await _ask(conversation, part)
    except PhoneRefusedError as error:
        if error.reason_code in ("missing_value", "not_found"):
            return PartAnswer(status="absent")
        return PartAnswer(status="refused", code=error.reason_code)
    except (TimeoutError, PhoneSilentError) as error:
        if part.kind == apple_parts.APPLE_VALUE:  # lockdownd itself: nothing else will answer
            raise PhoneSilentError(step=part.name, expected="an answer", got="none") from error
        return PartAnswer(status="failed", code="silent")
    except PhoneLostError:
        if part.kind == apple_parts.APPLE_VALUE:
            raise
        return PartAnswer(status="failed", code="lost")
    except ReplyMalformedError:
        return PartAnswer(status="failed", code="malformed")
    return PartAnswer(status="absent") if value is None else PartAnswer(status="ok", value=value)


async def _ask(conversation: LockdownSession, part: ApplePart) -> Any:
    """The value of one part, reduced to what was asked; None when the phone has none."""
    path = str(part.arguments.get("path", ""))
    if part.kind == apple_parts.APPLE_VALUE:
        key = str(part.arguments["key"])
        return _plain(await conversation.value(str(part.arguments.get("domain", "")), key))
    if part.kind == apple_parts.APPLE_NVRAM:
        return await _nvram(conversation)
    if part.kind == apple_parts.APPLE_BATTERY:
        return await _battery(conversation)
    if part.kind == apple_parts.APPLE_ACTIVATION:
        return _plain(await conversation.activation_state())
    if part.kind == apple_parts.APPLE_CLOUD_CONFIGURATION:
        return enrolment(await conversation.cloud_configuration())
    if part.kind == apple_parts.APPLE_STORAGE:
        info = _table(await conversation.device_info())
        return {key: _plain(info[key]) for key in ("FSTotalBytes", "FSFreeBytes") if key in info}
    if part.kind == apple_parts.APPLE_FILE_READ:
        return await conversation.read_file(path, _MARK_BYTES)
    if part.kind == apple_parts.APPLE_FILE_WRITE:
        return await _write(conversation, path, part.arguments.get("data", b""))
    if part.kind == apple_parts.APPLE_FILE_REMOVE:
        await conversation.remove_file(path)
        return "removed"
    if part.kind == apple_parts.APPLE_PANIC_COUNT:
        return count_reports(await conversation.crash_report_names())
    if part.kind == apple_parts.APPLE_APP_COUNT:
        return len(_table(await conversation.apps(_only_names({"ApplicationType": "User"}))))
    if part.kind == apple_parts.APPLE_REGISTRY:
        return await read_entry(BY_NAME[str(part.arguments["entry"])], _by_name_or_class(conversation))
    if part.kind == apple_parts.APPLE_FILES_SPEED:
        return await measure(conversation, path)
    if part.kind == apple_parts.APPLE_PANIC_FAMILIES:
        return await _panic_families(conversation)
    return await _tamper(conversation)


def _by_name_or_class(conversation: LockdownSession) -> Callable[[str, str], Awaitable[Any]]:
    async def ask(name: str, entry_class: str) -> Any:
        return await conversation.registry(name, entry_class=entry_class)

    return ask


async def _panic_families(conversation: LockdownSession) -> dict[str, int]:
    """Of the newest reports by name; one that cannot be read now is of no known family."""
    names = await conversation.crash_report_names()
    panics = sorted((name for name in names if family_of(name) is ReportFamily.PANIC), key=_file_name, reverse=True)
    families = [family_of_report(await conversation.crash_report(name, MOST_BYTES)) for name in panics[:MOST_READ]]
    return counted(families, unread=max(0, len(panics) - MOST_READ))


def _file_name(path: str) -> str:
    return path.rpartition("/")[2]


def _plain(found: Any) -> Any:
    """One scalar, bounded, or None. Tables and lists are refused: they could hold anything."""
    if found is None or isinstance(found, bool):
        return found
    if isinstance(found, int) and -_LARGEST_NUMBER <= found < 2 * _LARGEST_NUMBER:
        return found
    if isinstance(found, float) and math.isfinite(found):
        return found
    if isinstance(found, str) and len(found) <= _MOST_TEXT and found.isprintable():
        return found
    if isinstance(found, bytes) and len(found) <= _MOST_BYTES:
        return found
    raise ReplyMalformedError(step="apple value", expected="one short value", got=type(found).__name__)


def _table(found: Any) -> Mapping[str, Any]:
    if not isinstance(found, dict):
        raise ReplyMalformedError(step="apple value", expected="a table", got=type(found).__name__)
    return found


async def _nvram(conversation: LockdownSession) -> Any:
    """Only the eraser's variables. lockdownd's copy first, then the `options` node (equal in simulation,
    unconfirmed on a phone).
    """
    try:
        found = await conversation.value("", "NonVolatileRAM")
    except PhoneRefusedError:
        found = None
    if not isinstance(found, dict) or not found:
        found = await conversation.registry(_NVRAM_NODE)
    if not found:
        return None  # there is no phone without variables: an empty table was not read
    variables = _table(found)
    kept: dict[str, bytes] = {}
    for name in apple_parts.NVRAM_VARIABLES:
        if name in variables:
            kept[name] = _as_bytes(variables[name])
    return kept


def _as_bytes(found: Any) -> bytes:
    value = _plain(found)
    return value.encode() if isinstance(value, str) else value if isinstance(value, bytes) else b"not bytes"


async def _battery(conversation: LockdownSession) -> Any:
    for node in _BATTERY_NODES:
        found = await conversation.registry(node)
        if found:
            return _numbers(_table(found))
    return None


def _numbers(node: Mapping[str, Any]) -> dict[str, int]:
    """Numbers by name, those below BatteryData with that prefix; serial numbers of cells are left out."""
    below = node.get("BatteryData")
    numbers = {}
    for prefix, table in (("", node), ("BatteryData.", below if isinstance(below, dict) else {})):
        for key in (*_BATTERY_KEYS, "Temperature"):
            number = table.get(key)
            if isinstance(number, int) and not isinstance(number, bool) and abs(number) < _LARGEST_NUMBER:
                numbers[prefix + key] = number
    return numbers


_MANAGED_FLAGS = ("IsSupervised", "IsMandatory", "IsMDMUnremovable", "IsMultiUser", "AwaitDeviceConfigured")
_MANAGED_ADDRESSES = ("ConfigurationURL", "ConfigurationWebURL")


def enrolment(found: Any) -> Any:
    """Whether the phone is managed: supervised, bound to enrol, enrolled for good, or told where to enrol. None unless
    it says so one way or the other; a flag that is neither on nor off leaves it open. Keys: [read: go-ios
    ios/mcinstall, pymobiledevice3 mobile_config, public logs].
    """
    if found is None:
        return None
    configuration = _table(found)
    managed = any(configuration.get(key) in (True, 1) for key in _MANAGED_FLAGS)
    if managed or any(configuration.get(key) for key in _MANAGED_ADDRESSES):
        return {"supervised": True}
    off = all(configuration.get(key, False) in (False, 0) for key in _MANAGED_FLAGS)
    return {"supervised": False} if off and "IsSupervised" in configuration else None


async def _write(conversation: LockdownSession, path: str, data: str | bytes) -> bytes:
    raw = data.encode() if isinstance(data, str) else data
    await conversation.write_file(path, raw[:_MARK_BYTES])
    return raw[:_MARK_BYTES]


def _only_names(options: Mapping[str, Any]) -> dict[str, Any]:
    return {**options, "ReturnAttributes": ["CFBundleIdentifier"]}


async def _tamper(conversation: LockdownSession) -> dict[str, str]:
    """Signs that need no developer mode; none found means these were looked for, not that none exist."""
    signs = {"afc2"} if await conversation.has_service(_JAILBREAK_SERVICE) else set()
    found = _table(await conversation.apps(_only_names({"BundleIDs": list(_JAILBREAK_APPS)})))
    signs |= {sign for name, sign in _JAILBREAK_APPS.items() if name in found}
    return {"signs": ",".join(sorted(signs))}
