# SPDX-License-Identifier: GPL-3.0-or-later
"""The single questions of an Apple batch, and the shape of its answer.

An iPhone answers far more than anyone may keep: asked for "all values" it sends its owner's name and
phone number along. So every question names the very keys it wants, the keys are on the list below, and
the link sends no others; what an answer holds beyond them is dropped before it leaves the Apple driver.
Sources of the keys: research ios.md §5 (public dumps, iOS 12 to 15; later versions unconfirmed).
"""

import plistlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from xml.parsers.expat import ExpatError

from phones.apple.registry import BY_NAME as ENTRIES_BY_NAME
from phones.errors import ReplyMalformedError
from phones.link import MAXIMUM_REPLY_BYTES, ApplePart

APPLE_PAIR = "pair"
"""Pair if no session opens with the record we hold. Only for the first batch of a job: it drops every
record kept for the trust test, so that a stale one can never be "refused"."""
APPLE_VALUE = "lockdown_value"
"""One lockdown value: arguments `key`, and `domain` unless it is the unnamed one."""
APPLE_NVRAM = "nvram"
"""The erase stamps and the Activation Lock flag; no other NVRAM variable leaves the driver."""
APPLE_BATTERY = "ioregistry_battery"
"""Numbers of the battery's IORegistry node, old and new layout."""
APPLE_ACTIVATION = "activation"
"""mobileactivationd's word: Unactivated, Activated ..."""
APPLE_CLOUD_CONFIGURATION = "cloud_configuration"
"""Supervision and enrolment flags; names of organisations stay in the driver."""
APPLE_STORAGE = "afc_device_info"
"""Size and free space of the media partition."""
APPLE_FILE_READ = "afc_read"
"""Our own mark in the media folder: argument `path`. Absent when there is no such file."""
APPLE_FILE_WRITE = "afc_write"
"""Write our mark: arguments `path`, `data`."""
APPLE_FILE_REMOVE = "afc_remove"
"""Remove our mark: argument `path`."""
APPLE_PANIC_COUNT = "panic_count"
"""How many reports of panics, resets and of unknown kinds the phone keeps; their names stay in the driver."""
APPLE_APP_COUNT = "app_count"
"""How many apps the user installed; their names stay in the driver."""
APPLE_TAMPER = "tamper"
"""Signs of a jailbreak that a cable can see: the afc2 service, well-known jailbreak apps."""
APPLE_REGISTRY = "ioregistry"
"""The allowed keys of one IORegistry entry: argument `entry`, a name of `phones.apple.registry`."""
APPLE_FILES_SPEED = "afc_speed"
"""A scratch file of ours written, read back and removed: argument `path`. How fast, whether the same bytes came back,
and whether it is gone again."""
APPLE_PANIC_FAMILIES = "panic_families"
"""How many panic reports there are of each family (`phones.apple.panic_families`); their text stays in the driver."""

KINDS = (
    APPLE_PAIR,
    APPLE_VALUE,
    APPLE_NVRAM,
    APPLE_BATTERY,
    APPLE_ACTIVATION,
    APPLE_CLOUD_CONFIGURATION,
    APPLE_STORAGE,
    APPLE_FILE_READ,
    APPLE_FILE_WRITE,
    APPLE_FILE_REMOVE,
    APPLE_PANIC_COUNT,
    APPLE_APP_COUNT,
    APPLE_TAMPER,
    APPLE_REGISTRY,
    APPLE_FILES_SPEED,
    APPLE_PANIC_FAMILIES,
)

ASKABLE: Mapping[str, frozenset[str]] = {
    "": frozenset(
        {
            "ActivationState",
            "BasebandStatus",
            "BasebandVersion",
            "BluetoothAddress",
            "BuildVersion",
            "ChipID",
            "FusingStatus",
            "HardwareModel",
            "InternationalMobileEquipmentIdentity",
            "InternationalMobileEquipmentIdentity2",
            "MobileEquipmentIdentifier",
            "ModelNumber",
            "PasswordProtected",
            "ProductType",
            "ProductVersion",
            "ProductionSOC",
            "RegionInfo",
            "SIMStatus",
            "SIMTrayStatus",
            "SerialNumber",
            "TimeIntervalSince1970",
            "UniqueChipID",
            "UniqueDeviceID",
            "WiFiAddress",
        }
    ),
    "com.apple.disk_usage": frozenset({"TotalDataAvailable", "TotalDataCapacity", "TotalDiskCapacity"}),
    "com.apple.mobile.battery": frozenset(
        {
            "BatteryCurrentCapacity",
            "BatteryIsCharging",
            "ExternalConnected",
            "FullyCharged",
            "GasGaugeCapability",
            "HasBattery",
        }
    ),
    "com.apple.purplebuddy": frozenset({"SetupDone"}),
}
"""Lockdown domain -> keys that may be asked."""

NVRAM_OBLITERATION = "obliteration"
NVRAM_OBLIT_BEGINS = "oblit-begins"
NVRAM_OBLIT_IN_PROGRESS = "oblit-inprogress"
NVRAM_OBLIT_FAILURE = "oblit-failure"
NVRAM_ACTIVATION_LOCKED = "fm-activation-locked"
NVRAM_VARIABLES = (
    NVRAM_OBLITERATION,
    NVRAM_OBLIT_BEGINS,
    NVRAM_OBLIT_IN_PROGRESS,
    NVRAM_OBLIT_FAILURE,
    NVRAM_ACTIVATION_LOCKED,
)
"""All that is taken out of NVRAM. The eraser's own [read: xnu iokit/Kernel/IONVRAM.cpp, which lists what Mobile
Obliteration clears after it ran]; of these `orig-oblit`, a copy of the request, says nothing of how it ended.
"""

_OUR_FOLDER = "/proofwipe-"
_PATH_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-.")
# What plistlib raises over hostile bytes, found by fuzzing: it indexes, converts and matches unchecked.
_PLIST_ERRORS = (ExpatError, ValueError, TypeError, LookupError, AttributeError, OverflowError, EOFError)
_STATUSES = ("ok", "refused", "absent", "failed")


@dataclass(frozen=True, slots=True, kw_only=True)
class PartAnswer:
    """How one question of a batch ended. `status`: ok, refused (the phone said no: `code`), absent (it
    answered that there is no such value), failed (silent, broken or malformed: `code`).
    """

    status: str
    code: str = ""
    value: Any = None

    @property
    def ok(self) -> bool:
        """True only if the phone answered in the documented shape."""
        return self.status == "ok"


def value_part(key: str, domain: str = "", *, name: str = "") -> ApplePart:
    """One lockdown value, named like its key unless `name` is given."""
    return ApplePart(name=name or key, kind=APPLE_VALUE, arguments={"domain": domain, "key": key})


def entry_part(entry: str) -> ApplePart:
    """The allowed keys of one IORegistry entry, under the entry's own name."""
    return ApplePart(name=entry, kind=APPLE_REGISTRY, arguments={"entry": entry})


def mark_path(mark: str) -> str:
    """Where our mark of 8 to 64 hex digits is written in the media folder; a name nobody else uses."""
    return f"{_OUR_FOLDER}{mark}.txt"


def may_be_asked(part: ApplePart) -> bool:
    """Is this question on the list? The link refuses to send any other."""
    if part.kind not in KINDS:
        return False
    if part.kind == APPLE_VALUE:
        return part.arguments.get("key") in ASKABLE.get(str(part.arguments.get("domain", "")), frozenset())
    if part.kind == APPLE_REGISTRY:
        return part.arguments.get("entry") in ENTRIES_BY_NAME
    if part.kind in (APPLE_FILE_READ, APPLE_FILE_WRITE, APPLE_FILE_REMOVE, APPLE_FILES_SPEED):
        return _is_ours(part.arguments.get("path"))
    return True


def _is_ours(path: str | bytes | None) -> bool:
    """Only our own marks are ever read, written or removed: no content of the owner's."""
    return isinstance(path, str) and path.startswith(_OUR_FOLDER) and set(path[1:]) <= _PATH_LETTERS


def encode(answers: Mapping[str, PartAnswer]) -> bytes:
    """The reply body of a batch. Values are text, numbers, yes/no, bytes, or flat tables of these.

    Raises: ReplyMalformedError when it would be larger than any reply may be.
    """
    table: dict[str, dict[str, Any]] = {}
    for name, answer in answers.items():
        row: dict[str, Any] = {"status": answer.status, "code": answer.code}
        if answer.value is not None:
            row["value"] = answer.value
        table[name] = row
    return encode_table(table)


def encode_table(table: Mapping[str, Any]) -> bytes:
    """An XML property list of plain values. Raises: ReplyMalformedError."""
    try:
        body = plistlib.dumps(dict(table))
    except (TypeError, ValueError, OverflowError) as error:
        raise ReplyMalformedError(step="apple reply", expected="plain values", got=type(error).__name__) from error
    if len(body) > MAXIMUM_REPLY_BYTES:
        raise ReplyMalformedError(step="apple reply", expected=f"<= {MAXIMUM_REPLY_BYTES} bytes", got=str(len(body)))
    return body


def decode(body: bytes) -> dict[str, PartAnswer]:
    """The parts of a batch's reply body. Raises: ReplyMalformedError on any other shape."""
    answers = {}
    for name, row in decode_table(body).items():
        if not isinstance(row, dict) or row.get("status") not in _STATUSES:
            raise ReplyMalformedError(step="apple reply", expected="status of each part", got=type(row).__name__)
        answers[name] = PartAnswer(status=row["status"], code=str(row.get("code", "")), value=row.get("value"))
    return answers


def decode_table(body: bytes) -> dict[str, Any]:
    """An XML property list whose root is a dictionary with text keys. Raises: ReplyMalformedError."""
    if len(body) > MAXIMUM_REPLY_BYTES:
        raise ReplyMalformedError(step="apple reply", expected=f"<= {MAXIMUM_REPLY_BYTES} bytes", got=str(len(body)))
    try:
        table = plistlib.loads(body, fmt=plistlib.FMT_XML)
    except _PLIST_ERRORS as error:
        raise ReplyMalformedError(step="apple reply", expected="property list", got=type(error).__name__) from error
    if not isinstance(table, dict) or not all(isinstance(name, str) for name in table):
        raise ReplyMalformedError(step="apple reply", expected="dictionary", got=type(table).__name__)
    return table
