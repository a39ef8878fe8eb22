# SPDX-License-Identifier: GPL-3.0-or-later
"""The entries of an iPhone's IORegistry that the silent checks look at, and the very keys that leave the driver.

An entry holds whatever its driver keeps there, so it is never taken whole: what is not on the row is dropped, and a
value that is neither short text, short bytes, a number nor yes or no is dropped too. An entry is asked for by its name
or by its class; which of them a phone has depends on its model and its iOS, so each row names all it is tried under,
and the first that answers is it. That an entry answers at all is told as `ANSWERS`.

Sources: market.md §0.1 (a real iPhone 17 Pro Max), scans of an iPhone 14 Pro Max and an iPhone 15 on iOS 27, which
answered over USB without developer mode [all: public repositories, read]; nothing was tried on a phone of ours.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from phones.errors import PhoneRefusedError, ReplyMalformedError

ANSWERS = "answers"
"""Told of every entry that is there, whichever of its keys it has."""
_MOST_TEXT = 512
_LARGEST_NUMBER = 2**63


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One row. `names` and `classes`: what it is asked for by, in this order. `keys`: all that is taken out of it.
    `below`: the same of a table inside it, told with that table's name and a point before the key.
    """

    name: str
    names: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    below: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))


_BATTERY = ("Serial", "Voltage", "InstantAmperage", "Amperage", "IsCharging", "FullyCharged", "ExternalConnected")

ENTRIES: tuple[Entry, ...] = (
    Entry(
        name="product",
        names=("product",),
        keys=(
            "raw-panel-serial-number",
            "coverglass-serial-number",
            "ambient-light-sensor-serial-num",
            "nova-serial-num",
            "backglass-compass-serial-number",
            "builtin-mics",
            "gps-capable",
            "nfc-express",
        ),
    ),
    Entry(
        # The number in the class follows no chip: an iPhone 14 Pro Max (A16) says AppleH13CamIn.
        name="camera",
        classes=tuple(f"AppleH{number}CamIn" for number in (16, 15, 14, 13, 12, 11, 10, 9)),
        keys=(
            "BackCameraModuleSerialNumString",
            "BackSuperWideCameraModuleSerialNumString",
            "BackTeleCameraModuleSerialNumString",
            "FrontCameraModuleSerialNumString",
            "FrontIRCameraModuleSerialNumString",
            "FrontIRStructuredLightProjectorSerialNumString",
            "CmClValidationStatus",
            "FCClValidationStatus",
            "PearlSelfTestResult",
        ),
    ),
    Entry(name="pearl", names=("Pearl",), keys=("PearlSelfTestResult", "FrontIRCameraModuleSerialNumString")),
    Entry(
        name="nvme",
        classes=("IONVMeController", "AppleEmbeddedNVMeController"),
        keys=("Serial Number", "Model Number", "AppleNANDStatus"),
    ),
    Entry(
        name="battery_node",
        names=("AppleSmartBattery", "AppleARMPMUCharger"),  # iPhone 8 and later; up to iPhone 7
        keys=_BATTERY,
        below=MappingProxyType({"BatteryData": ("Serial", "Voltage")}),
    ),
    Entry(name="battery_auth", classes=("AppleBatteryAuth",), keys=("BatteryAuthPassed", "CommunicationError")),
    Entry(name="panel_auth", names=("mogul-display", "babbage", "roswell"), keys=("auth-passed",)),
    Entry(
        name="display",
        classes=("IOMobileFramebuffer",),
        keys=("Panel_ID", "IOMFBTemperatureCompensationEnable"),
    ),
    Entry(name="backlight", names=("backlight",), keys=("truetone-strength",)),
    Entry(
        name="touch",
        classes=("AppleMultitouchDevice",),
        keys=("Sensor Rows", "Sensor Columns", "ScanRate"),
    ),
    Entry(name="radio_chip", names=("centauri",), keys=("WiFiHardwareHealthy", "BTHardwareHealthy")),
    Entry(
        name="wifi_node",
        names=("AppleBCMWLANSkywalkInterface",),
        classes=("IO80211Interface",),  # iOS 12: pmd3#1284
        keys=("IOMACAddress",),
    ),
    Entry(name="als", names=("als",), keys=("ce-model",)),
    Entry(name="uwb", names=("uwb",)),
    Entry(name="sep", names=("sep",), keys=("sepfw-loaded",)),
)
BY_NAME: Mapping[str, Entry] = MappingProxyType({entry.name: entry for entry in ENTRIES})

Ask = Callable[[str, str], Awaitable[Any]]
"""Asks for an entry by name and class, one of them empty; None when there is none."""


async def read_entry(entry: Entry, ask: Ask) -> dict[str, Any] | None:
    """What the row allows of the first entry that answers; None when none of them is there. A phone refuses what it
    does not have (iOS 27) or answers with nothing (before): both is tried on.

    Raises: PhoneRefusedError when every one was refused; what `ask` raises otherwise; ReplyMalformedError.
    """
    refused: PhoneRefusedError | None = None
    for name, entry_class in (*((name, "") for name in entry.names), *(("", each) for each in entry.classes)):
        try:
            found = await ask(name, entry_class)
        except PhoneRefusedError as error:
            if error.reason_code not in ("service_refused", "missing_value"):
                raise
            refused = error
            continue
        if found:
            return reduced(entry, found)
        refused = None
    if refused is not None:
        raise refused
    return None


def reduced(entry: Entry, found: Any) -> dict[str, Any]:
    """What the row allows of an entry, flat. Raises: ReplyMalformedError for what is no entry."""
    if not isinstance(found, Mapping):
        raise ReplyMalformedError(step=entry.name, expected="a table", got=type(found).__name__)
    kept: dict[str, Any] = {ANSWERS: True}
    for key in entry.keys:
        if key in found and _is_short(found[key]):
            kept[key] = found[key]
    for table, keys in entry.below.items():
        inside = found.get(table)
        if isinstance(inside, Mapping):
            kept |= {f"{table}.{key}": inside[key] for key in keys if key in inside and _is_short(inside[key])}
    return kept


def _is_short(found: Any) -> bool:
    if isinstance(found, bool):
        return True
    if isinstance(found, int):
        return -_LARGEST_NUMBER <= found < 2 * _LARGEST_NUMBER
    if isinstance(found, str):
        return len(found) <= _MOST_TEXT and found.isprintable()
    return isinstance(found, bytes) and len(found) <= _MOST_TEXT
