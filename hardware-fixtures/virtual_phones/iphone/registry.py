# SPDX-License-Identifier: GPL-3.0-or-later
"""The entries of a virtual iPhone's IORegistry: what its model has, with this phone's own numbers in them.

The model's table `[registry]` says which entries there are, by the name or the class under which they answer, and what
stands in them; `serial:` before a text stands for a number of this phone's own of that length, drawn anew for each
phone, `tree:` for bytes that end in a zero, as the device tree holds its texts, and a list for other bytes. Entries:
public scans and guides
(iPhone 14 Pro Max, 15 and 17 Pro Max, iOS 26 and 27); of older models nobody has written them down [unconfirmed].

What somebody has done to its parts stands in a table `[parts]` of the model or a scenario's `set`, a word for each:

    panel = "another"        # a part of another phone: its number is another one
    battery = "blank"        # zeros where the number stood: changed and not programmed
    camera_back = "silent"   # it tells nothing: the key is not there
"""

import random
from collections.abc import Mapping
from typing import TYPE_CHECKING

from virtual_phones.phone import section

if TYPE_CHECKING:
    from virtual_phones.iphone.phone import IPhone

_LETTERS = "CDFGHJKLMNPQRTVWXY0123456789"
_SLASHES = b"/" * 17 + b"+" + b"/" * 20 + b"\x00"
_ZEROS = "0" * 17
PART_KEYS: Mapping[str, tuple[str, ...]] = {
    "panel": ("raw-panel-serial-number", "Panel_ID"),
    "cover_glass": ("coverglass-serial-number",),
    "camera_back": (
        "BackCameraModuleSerialNumString",
        "BackTeleCameraModuleSerialNumString",
        "BackSuperWideCameraModuleSerialNumString",
    ),
    "camera_front": ("FrontCameraModuleSerialNumString",),
    "face_id": ("FrontIRCameraModuleSerialNumString", "FrontIRStructuredLightProjectorSerialNumString"),
    "ambient_light": ("ambient-light-sensor-serial-num",),
    "flash": ("nova-serial-num",),
    "compass": ("backglass-compass-serial-number",),
    "storage": ("Serial Number",),
    "battery": ("battery",),
}
"""Part → keys that tell its number; the battery's stands in an entry of its own."""
_DONE = frozenset({"another", "blank", "silent"})
_BACK_CAMERA, _INFRARED = "CmClValidationStatus", "FrontIRCameraModuleSerialNumString"


def entry_of(phone: "IPhone", name: str, entry_class: str) -> dict[str, object]:
    """One entry by name or class; empty for what this phone has not."""
    by_name = name == "AppleBCMWLANSkywalkInterface" and phone.form("wifi registry") == "by_name"
    if by_name or entry_class == "IO80211Interface":
        return _wifi(phone)
    model = phone.model.get("registry", {})
    found = section(model, name or entry_class) if isinstance(model, Mapping) and (name or entry_class) in model else {}
    entry = {key: _value(phone, key, value) for key, value in found.items() if _done(phone, key) != "silent"}
    return _with_faults(phone, entry) if entry else {}


def battery_of(phone: "IPhone") -> dict[str, object]:
    """The battery's entry, before this iOS lays it out."""
    battery: dict[str, object] = dict(section(phone.model, "battery"))
    number = str(battery.pop("Serial", ""))
    done = _done(phone, "battery")
    if number and done != "silent":
        shape = "?" * len(number) if done and not number.startswith("serial:") else number.removeprefix("serial:")
        battery["Serial"] = _serial(phone, "battery", shape)
    battery.setdefault("InstantAmperage", 0 if battery.get("FullyCharged") else 412)
    if phone.variation & {"no_charge", "no_power"}:
        battery |= {"IsCharging": False, "FullyCharged": False, "InstantAmperage": 2**64 - 187, "CurrentCapacity": 41}
    if "no_power" in phone.variation:
        battery["ExternalConnected"] = False
    if "battery_sagging" in phone.variation:
        battery["Voltage"] = 3104
    return battery


def shown_power(phone: "IPhone", values: Mapping[str, object]) -> dict[str, object]:
    """Lockdown's battery values, with the same faults."""
    shown = dict(values)
    if phone.variation & {"no_charge", "no_power"}:
        shown |= {"BatteryIsCharging": False, "FullyCharged": False, "BatteryCurrentCapacity": 41}
    if "no_power" in phone.variation:
        shown["ExternalConnected"] = False
    return shown


def _wifi(phone: "IPhone") -> dict[str, object]:
    octets = bytes.fromhex(phone.shown_identity.wifi_address.replace(":", ""))
    network = phone.strata.owner.wifi_name if phone.strata.owner else ""
    dead = "wifi_dead" in phone.variation
    return {"IOMACAddress": bytes(6) if dead else octets, "IO80211SSID": network, "IOInterfaceName": "en0"}


def _value(phone: "IPhone", key: str, value: object) -> object:
    if isinstance(value, list):
        return bytes(value)
    if not isinstance(value, str):
        return value
    tree = value.startswith("tree:")
    text = value.removeprefix("tree:")
    if text.startswith("serial:"):
        text = _serial(phone, key, text.removeprefix("serial:"))
    return text.encode() + b"\x00" if tree else text


def _serial(phone: "IPhone", key: str, shape: str) -> str:
    """`shape`: every `?` becomes a letter of this phone's own; the rest stays."""
    panel = key in PART_KEYS["panel"]
    done = _done(phone, key)
    if done == "blank":
        return "0" * len(shape)
    swapped = done == "another" or (panel and "swapped_panel" in phone.variation)
    owner = "another" if swapped else phone.identity.udid
    dice = random.Random(f"part/{'panel' if panel else key}/{owner}")
    return "".join(dice.choice(_LETTERS) if letter == "?" else letter for letter in shape)


def _done(phone: "IPhone", key: str) -> str:
    """What was done to the part whose number stands under that key; "" for nothing. Raises: ValueError for a part or a
    word that is not told of above.
    """
    table = section(phone.model, "parts")
    if not table.keys() <= PART_KEYS.keys() or not set(map(str, table.values())) <= _DONE:
        raise ValueError(f"parts: {dict(table)}")
    return next((str(word) for part, word in table.items() if key in PART_KEYS[part]), "")


def _with_faults(phone: "IPhone", entry: dict[str, object]) -> dict[str, object]:
    changes: dict[str, dict[str, object]] = {
        "blank_panel_serial": {"raw-panel-serial-number": _SLASHES, "Panel_ID": "/" * 17},
        "swapped_panel": {"auth-passed": b"\x00\x00\x00\x00"},
        "blank_face_id_serial": {_INFRARED: _ZEROS},
        "nand_not_ready": {"AppleNANDStatus": "Not Ready"},
        "face_id_fails": {"PearlSelfTestResult": 4},
        "wifi_dead": {"WiFiHardwareHealthy": False},
        "bluetooth_dead": {"BTHardwareHealthy": False},
        "touch_controller_dead": {"Sensor Rows": 0, "Sensor Columns": 0, "ScanRate": 0},
        "true_tone_lost": {"truetone-strength": bytes(12)},
        "camera_uncalibrated": {_BACK_CAMERA: "Fail"},
        "battery_not_proven": {"BatteryAuthPassed": False},
        "smaller_storage": {"Model Number": "APPLE SSD AP0016M"},
    }
    for fault in sorted(phone.variation & changes.keys()):
        entry |= {key: value for key, value in changes[fault].items() if key in entry}
    return entry
