# SPDX-License-Identifier: GPL-3.0-or-later
"""Readers of what Android's shell says of battery, storage, display, sensors, radios and tampering.

The same rules as in android_readers: what could not be read is left out. Field shapes are those of public
dumps (`unconfirmed`, research android.md §10), and the shell's own tools cut away what is not needed.
"""

import re
from collections.abc import Mapping

from phones.android.readers import Values

_HEALTH_PERCENT = re.compile(r"(?m)^[ \t]*mSavedBattery(Asoc|Bsoh): \[?(-?[0-9]{1,4})")
_BLOCKS = re.compile(r"[0-9]{1,13}")
_FEATURES = {
    "android.hardware.nfc": "radio.nfc",
    "android.hardware.wifi": "radio.wifi",
    "android.hardware.bluetooth": "radio.bluetooth",
}


def battery(text: str) -> Values:
    """`dumpsys battery`: health code, temperature, and Samsung's wear fields.

    `mSavedBatteryAsoc` is percent of design capacity, -1 = not available; `mSavedBatteryUsage` hundredths
    of a cycle [read: public dumps].
    """
    values: Values = {}
    if match := re.search(r"(?m)^[ \t]*health: ([0-9]{1,2})[ \t\r]*$", text):
        values["battery.health_code"] = match[1]
    if match := re.search(r"(?m)^[ \t]*temperature: (-?[0-9]{1,4})[ \t\r]*$", text):
        values["battery.temperature_dc"] = match[1]
    percents = {kind: int(number) for kind, number in _HEALTH_PERCENT.findall(text)}
    for kind in ("Asoc", "Bsoh"):
        if 0 < percents.get(kind, -1) <= 100:
            values["battery.health_percent"] = str(percents[kind])
            values["battery.source"] = "asoc"
            break
    if (match := re.search(r"(?m)^[ \t]*mSavedBatteryUsage: \[?([0-9]{1,8})", text)) and int(match[1]) > 0:
        values["battery.cycles"] = str(int(match[1]) // 100)
        values.setdefault("battery.source", "asoc")
    return values


def cycle_count(text: str) -> Values:
    """The cycle count of the last battery broadcast (Android 14 and later); 0 = not reported."""
    counts = {int(number) for number in re.findall(r"android\.os\.extra\.CYCLE_COUNT=([0-9]{1,6})\b", text)}
    if not counts or max(counts) == 0:
        return {}
    return {"battery.cycles": str(max(counts)), "battery.source": "broadcast"}


def battery_capacity(text: str) -> Values:
    """`dumpsys batterystats`: what it takes for the design capacity, and what it has learned."""
    values: Values = {}
    if match := re.search(r"(?m)^[ \t]*Estimated battery capacity: ([0-9]{1,6})(?:\.[0-9]+)? mAh", text):
        values["battery.design_mah"] = match[1]
    if (match := re.search(r"(?m)^[ \t]*Last learned battery capacity: ([0-9]{1,6})(?:\.[0-9]+)? mAh", text)) and int(
        match[1]
    ) > 0:
        values["battery.full_mah"] = match[1]
    return values


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
    """`dumpsys thermalservice`: the overall status, else the worst of its sensors."""
    overall = re.search(r"Thermal Status: ([0-6])\b", text)
    if overall:
        return {"thermal.status": overall[1]}
    found = re.findall(r"mStatus=([0-6])\b", text)
    return {"thermal.status": max(found)} if found else {}


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
