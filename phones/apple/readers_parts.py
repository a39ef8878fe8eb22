# SPDX-License-Identifier: GPL-3.0-or-later
"""The serial numbers that an iPhone tells of its parts, and whether a part tells one at all.

A number of zeros or slashes is what is left of a part that was changed without being programmed; a part of which the
phone says nothing is unknown. None of it says that a part is original: what the maker built in stands in no place that
a cable reaches. Only the answers of the authentication chips are the maker's own word (`parts.*_auth`).
"""

from collections.abc import Iterable, Mapping
from typing import Any

from phones.apple.built import (
    BATTERY_AUTH,
    COMPASS_NUMBER,
    FACE_ID,
    FLASH_NUMBER,
    PANEL_AUTH,
    is_built_without,
    is_not_known_to_tell,
)
from phones.part_serials import part_values
from phones.same_parts import BLANK
from phones.signs import SOURCES, not_measured

NOT_BUILT, NOT_TOLD = "not_built", "not_told"
"""No iPhone of the model has it; no iPhone of the model was ever seen to tell it."""
_JOINT = "+"
_BLANKS = frozenset("0/")
_PANEL_MAKERS = {"G9N": "samsung", "G9P": "samsung", "G9Q": "samsung", "GVC": "lg", "GH3": "lg", "F5V": "boe"}
"""First letters of a panel's number [community tables; unconfirmed]: information, never a judgement."""
_BACK_CAMERAS = (
    "BackCameraModuleSerialNumString",
    "BackSuperWideCameraModuleSerialNumString",
    "BackTeleCameraModuleSerialNumString",
)
_FRONT_CAMERA, _INFRARED = "FrontCameraModuleSerialNumString", "FrontIRCameraModuleSerialNumString"
_PRODUCT_KEYS = {
    "cover_glass": "coverglass-serial-number",
    "ambient_light": "ambient-light-sensor-serial-num",
    "flash": "nova-serial-num",
    "compass": "backglass-compass-serial-number",
}


def parts(good: Mapping[str, Any], product_type: str) -> dict[str, str]:
    """`parts.<name>` and `parts.<name>_state` of each part that the entries tell of; `good`: entry → its keys."""
    product, camera = _entry(good, "product"), _entry(good, "camera")
    told = {name: text for name, key in _PRODUCT_KEYS.items() if (text := number_of(product.get(key)))}
    told |= _joined("camera_back", (camera.get(key) for key in _BACK_CAMERAS))
    told |= _joined("camera_front", (camera.get(_FRONT_CAMERA),))
    told |= _joined("face_id", (camera.get(_INFRARED) or _entry(good, "pearl").get(_INFRARED),))
    told |= _joined("storage", (_entry(good, "nvme").get("Serial Number"),))
    battery = _entry(good, "battery_node")
    told |= _joined("battery", (battery.get("Serial") or battery.get("BatteryData.Serial"),))
    panels = [text for text in (_panel(good, "product"), _panel(good, "display")) if text]
    if len(set(panels)) < 2:
        told |= {"panel": panels[0]} if panels else {}
    values = part_values(told)
    blank = values.get(BLANK, "").split(",")
    states = {f"parts.{name}_state": "ok" for name in told if f"parts.{name}" in values}
    states |= {f"parts.{name}_state": "blank" for name in blank if name}
    if is_built_without(product_type, FACE_ID) and "face_id" not in told:
        states["parts.face_id_state"] = NOT_BUILT
    for name, what in (("flash", FLASH_NUMBER), ("compass", COMPASS_NUMBER)):
        if product and name not in told and is_not_known_to_tell(product_type, what):
            states[f"parts.{name}_state"] = NOT_TOLD
    if len(set(panels)) > 1:
        name = "parts.panel_state"
        states |= not_measured("sources_disagree", name) | {SOURCES + name: "product:told,display:told"}
    maker = _PANEL_MAKERS.get(values.get("parts.panel", "")[:3])
    return values | states | ({"parts.panel_maker": maker} if maker else {})


def number_of(found: Any) -> str:
    """A serial number as an entry holds it, up to its first `+`: behind that stand the numbers of what the part was
    made from. Entries of the device tree hold bytes that end in zeros; bytes of nothing but zeros are a number of
    zeros. "" for whatever is no text.
    """
    if isinstance(found, bytes):
        if found and not found.strip(b"\x00"):
            return "0"
        text = found.split(b"\x00", 1)[0]
        found = text.decode("ascii") if all(0x20 <= letter < 0x7F for letter in text) else ""
    return found.split(_JOINT, 1)[0].strip() if isinstance(found, str) else ""


def _panel(good: Mapping[str, Any], entry: str) -> str:
    return number_of(_entry(good, entry).get("raw-panel-serial-number" if entry == "product" else "Panel_ID"))


def _joined(name: str, modules: Iterable[Any]) -> dict[str, str]:
    """Several modules of one part as one text; one that tells nothing but zeros makes the whole part blank."""
    texts = [text for text in map(number_of, modules) if text]
    if any(set(text) <= _BLANKS for text in texts):
        return {name: "0"}
    return {name: _JOINT.join(texts)} if texts else {}


def authentication(good: Mapping[str, Any], product_type: str) -> dict[str, str]:
    """What the chips say that let the phone prove its screen and battery; silence says nothing.

    Entries: seen on an iPhone 11, 12 mini and 17 Pro Max [public scans, read; unconfirmed].
    """
    values = {}
    for name, entry, key, what in (
        ("parts.panel_auth", "panel_auth", "auth-passed", PANEL_AUTH),
        ("parts.battery_auth", "battery_auth", "BatteryAuthPassed", BATTERY_AUTH),
    ):
        answer = flag_of(_entry(good, entry).get(key))
        if answer is not None:
            values[name] = "passed" if answer else "failed"
        elif _entry(good, "product") and is_not_known_to_tell(product_type, what):
            values[name] = NOT_TOLD
    return values


def flag_of(found: Any) -> bool | None:
    """Yes or no as entries hold them: a truth value, 0 or 1, or a byte of it. None for everything else."""
    if isinstance(found, bytes):
        found = int.from_bytes(found, "little") if 0 < len(found) <= 8 else None
    return bool(found) if isinstance(found, int) and found in (0, 1) else None


def _entry(good: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = good.get(name)
    return found if isinstance(found, dict) else {}
