# SPDX-License-Identifier: GPL-3.0-or-later
"""Readers of what Android's shell says of battery, storage, display, sensors, radios and tampering.

The same rules as in android_readers: what could not be read is left out. Field shapes are those of public
dumps (`unconfirmed`, research android.md §10), and the shell's own tools cut away what is not needed.
"""

import re
from collections.abc import Mapping

from phones.android.readers import Values
from phones.signs import not_measured

_BLOCKS = re.compile(r"[0-9]{1,13}")
_THERMAL = {
    "override": r"IsStatusOverride: ([a-z]+)",
    "status": r"Thermal Status: ([0-6])\b",
    "ready": r"HAL Ready: ([a-z]+)",
    "degrees": r"mValue=([^,\s]{1,24})",
}
_FEATURES = {
    "android.hardware.nfc": "radio.nfc",
    "android.hardware.wifi": "radio.wifi",
    "android.hardware.bluetooth": "radio.bluetooth",
}


def data_partition(text: str) -> Values:
    """`df -k /data`: 1K-blocks and available, from the last line that ends in the mount point."""
    for line in reversed(text.split("\n")):
        fields = line.rsplit(None, 5)
        if len(fields) >= 5 and fields[-1].startswith("/") and all(map(_BLOCKS.fullmatch, fields[-5:-2])):
            total, free = int(fields[-5]), int(fields[-3])
            if 0 < total < 2**40 and free <= total:
                return {"storage.total_bytes": str(total * 1024), "storage.free_bytes": str(free * 1024)}
    return {}


def memory(text: str) -> Values:
    """`/proc/meminfo`."""
    match = re.search(r"(?m)^MemTotal:[ \t]+([0-9]{1,12}) kB[ \t\r]*$", text)
    return {"memory.total_kib": match[1]} if match else {}


def display_size(text: str) -> Values:
    """`wm size`: the panel, and whether somebody overrides it."""
    match = re.search(r"(?m)^[ \t]*Physical size: ([0-9]{2,5})x([0-9]{2,5})[ \t\r]*$", text)
    if match is None:
        return {}
    return {
        "display.width_px": match[1],
        "display.height_px": match[2],
        "display.override": "yes" if "Override size:" in text else "no",
    }


def sensors(text: str) -> Values:
    """`dumpsys sensorservice`: the standard types present."""
    found = sorted(set(re.findall(r"type: android\.sensor\.([a-z0-9_]{1,40})\b", text)))
    return (
        {"sensors.types": ",".join(found)[:512].rpartition(",")[0] if len(",".join(found)) > 512 else ",".join(found)}
        if found
        else {}
    )


def cameras(text: str) -> Values:
    """`dumpsys media.camera`."""
    match = re.search(r"Number of camera devices: ([0-9]{1,2})\b", text)
    if match is None:
        return {}
    facings = sorted({word.lower() for word in re.findall(r"Facing: (BACK|FRONT|EXTERNAL)\b", text, re.IGNORECASE)})
    return {"cameras.count": match[1], "cameras.facing": ",".join(facings)}


def wifi(text: str) -> Values:
    """`cmd wifi status`, of which only the first words were let through: the rest names the network."""
    match = re.search(r"(?m)^Wifi is (enabled|disabled)\b", text)
    return {"radio.wifi": "on" if match[1] == "enabled" else "off"} if match else {}


def bluetooth(text: str) -> Values:
    """`dumpsys bluetooth_manager`."""
    match = re.search(r"(?m)^[ \t]*enabled: (true|false)[ \t\r]*$", text)
    return {"radio.bluetooth": "on" if match[1] == "true" else "off"} if match else {}


def nfc(text: str) -> Values:
    """`dumpsys nfc`."""
    match = re.search(r"(?m)^[ \t]*mState=(on|off)\b", text)
    return {"radio.nfc": match[1]} if match else {}


def features(text: str) -> Values:
    """`pm list features`: a radio that is not listed is absent, if the list was read at all."""
    listed = set(re.findall(r"(?m)^feature:(android\.hardware\.[a-z]+)[ \t\r]*$", text))
    if "android.hardware.touchscreen" not in listed:
        return {}
    return {value: "absent" for feature, value in _FEATURES.items() if feature not in listed}


def baseband(text: str) -> Values:
    """`gsm.version.baseband`: empty on a phone with a modem means the modem did not start."""
    return {"radio.baseband": "present" if text.strip(", ") else "absent"}


def thermal(text: str) -> Values:
    """`dumpsys thermalservice`, of which only the words of `_THERMAL` were let through. Its status is 0 from the start,
    and stays so while nothing tells it a temperature [read: ThermalManagerService.java].
    """
    found = {key: set(re.findall(pattern, text)) for key, pattern in _THERMAL.items()}
    if not found["status"]:
        return {}
    sign = ""
    if found["override"] != {"false"}:
        sign = "overridden" if found["override"] else "cut"
    elif found["ready"] != {"true"}:
        sign = "hal_not_ready" if found["ready"] else "cut"
    elif len(found["status"]) > 1:
        sign = "said_twice"
    elif not any(_is_a_temperature(degrees) for degrees in found["degrees"]):
        sign = "hal_not_ready"
    return not_measured(sign, "thermal.status") if sign else {"thermal.status": found["status"].pop()}


def _is_a_temperature(degrees: str) -> bool:
    """Neither NaN nor the 0.0 of a sensor that is named and not there."""
    return re.fullmatch(r"-?[0-9]{1,4}(?:\.[0-9]{1,16})?", degrees) is not None and float(degrees) != 0


def tamper(values: Mapping[str, str], root_text: str | None) -> Values:
    """Signs of root in properties and files. `root_text`: what the search for root tools printed, None when
    it could not be run: then nothing is said.
    """
    if root_text is None or "system.build_tags" not in values:
        return {}
    signs: set[str] = set()
    if values.get("boot.verified_state") in ("yellow", "orange", "red"):
        signs.add("not_green")
    if values.get("boot.flash_locked") == "0" or values.get("boot.device_state") == "unlocked":
        signs.add("unlocked")
    if values["system.build_tags"] != "release-keys":
        signs.add("test_keys")
    if values.get("system.debuggable") == "1":
        signs.add("debuggable")
    if values.get("boot.system_image_running") == "yes":
        signs.add("system_image")
    if values.get("boot.warranty_bit") == "1":
        signs.add("warranty_bit")
    for word, sign in (("magisk", "magisk"), ("kernelsu", "kernelsu"), ("/ksu", "kernelsu"), ("/su", "su")):
        if word in root_text.lower():
            signs.add(sign)
    return {"tamper.signs": ",".join(sorted(signs))}
