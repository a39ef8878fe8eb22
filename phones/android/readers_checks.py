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
_STORAGE = ("storage.total_bytes", "storage.free_bytes")
_IN_MEMORY = frozenset({"tmpfs", "overlay", "rootfs", "none", "ramfs"})
_DISPLAY = ("display.width_px", "display.height_px")
_NO_VERSION = frozenset({"unknown", "null", "none", "n/a", "na", "not available", "default"})
_SENSOR_HANDLE = re.compile(r"[ \t]{0,8}0x[0-9a-fA-F]{1,8}\) ")
_SENSOR_TYPE = re.compile(r"[a-z0-9_]{1,40}\b")
_GRADED_SENSORS = frozenset({"accelerometer", "gyroscope", "light", "proximity"})
# Words of sensors without a chip, in name or vendor [read: public lists of sensors]: Elliptic Labs measures nearness by
# ultrasound and Samsung's ProToS by the touch panel; "goldfish" and "ranchu" are the emulator's.
_NO_CHIP = frozenset(
    {
        "computed",
        "corrected",
        "dummy",
        "elliptic",
        "emulated",
        "fake",
        "fused",
        "fusion",
        "goldfish",
        "mock",
        "null",
        "placeholder",
        "protos",
        "pseudo",
        "ranchu",
        "simulated",
        "software",
        "stub",
        "ultrasound",
        "virtual",
    }
)
_NO_CHIP_IN_CHINESE = ("虚拟", "模拟", "仿真")
_NO_CHIP_VENDORS = (("aosp",), ("android", "open", "source", "project"))
"""Whose sensors of SensorFusion and of the emulator are."""
_FEATURES = {
    "android.hardware.nfc": "radio.nfc",
    "android.hardware.wifi": "radio.wifi",
    "android.hardware.bluetooth": "radio.bluetooth",
}


def data_partition(text: str) -> Values:
    """`df -k /data`: 1K-blocks and available, from the lines that end in a place below /data. Before a phone has
    decrypted its storage a small file system in memory stands there.
    """
    sizes: dict[str, str] = {}
    _, found, below = text.partition("Filesystem")  # a list that has lost its head may have lost half a line too
    for line in below.split("\n") if found else ():
        fields = line.rsplit(None, 5)
        if len(fields) < 5 or not fields[-1].startswith("/") or not all(map(_BLOCKS.fullmatch, fields[-5:-2])):
            continue
        device, place = fields[0] if len(fields) == 6 else "", fields[-1].strip()
        if device in _IN_MEMORY or not f"{place}/".startswith("/data/"):
            return not_measured("not_the_partition", *_STORAGE)
        sizes[fields[-5]] = fields[-3]
    if len(sizes) > 1:
        return not_measured("said_twice", *_STORAGE)
    for blocks, available in sizes.items():
        total, free = int(blocks), int(available)
        if 0 < total < 2**40 and free <= total:
            return {"storage.total_bytes": str(total * 1024), "storage.free_bytes": str(free * 1024)}
        return not_measured("out_of_range", *_STORAGE)
    return {}


def memory(text: str) -> Values:
    """`/proc/meminfo`."""
    found = set(re.findall(r"(?m)^MemTotal:[ \t]+([0-9]{1,12}) kB[ \t\r]*$", text))
    if found in ({"0"}, set()) or len(found) > 1:
        return not_measured("said_twice" if len(found) > 1 else "left_at_zero", "memory.total_kib") if found else {}
    return {"memory.total_kib": found.pop()}


def display_size(text: str) -> Values:
    """`wm size`: the panel. With an override what is drawn is another size, and the panel was not looked at."""
    found = set(re.findall(r"(?m)^[ \t]*Physical size: ([0-9]{2,5})x([0-9]{2,5})[ \t\r]*$", text))
    if len(found) != 1:
        return not_measured("said_twice", *_DISPLAY) if found else {}
    width, height = found.pop()
    values = {"display.width_px": width, "display.height_px": height}
    # Whatever the second size is called, in whatever language: it is not the panel's.
    others = [line for line in text.split("\n") if "Physical size: " not in line]
    if any("size" in line.lower() or re.search(r"[0-9]{2,5}[xX×][0-9]{2,5}", line) for line in others):
        return values | {"display.override": "yes"} | not_measured("overridden", *_DISPLAY)
    return values | {"display.override": "no"}


def sensors(text: str) -> Values:
    """`dumpsys sensorservice`: the standard types present, of a chip and not only computed from others."""
    name = "sensors.types"
    if re.search(r"No Sensors on the device", text, re.IGNORECASE):
        return not_measured("hal_not_ready", name)
    chips: set[str] = set()
    computed: set[str] = set()
    for line in text.split("\n"):
        before, found, rest = line.partition("type: android.sensor.")
        if found and _SENSOR_HANDLE.match(before) and (match := _SENSOR_TYPE.match(rest)):
            (computed if _is_computed(before) else chips).add(match[0])
    types = sorted(chips | (computed - _GRADED_SENSORS))
    while len(",".join(types)) > 512:
        types.pop()
    values = {name: ",".join(types)} if types else {}
    if re.search(r"Mode : [A-Z_]*(?:INJECTION|BYPASS)", text, re.IGNORECASE):
        return values | not_measured("simulated", name)
    if (computed - chips) & _GRADED_SENSORS:
        return values | not_measured("virtual", name)
    return values


def _is_computed(before: str) -> bool:
    """Does name or vendor, `0x1) name | vendor | ver: 1 | `, say that there is no chip of this type?"""
    words = set(re.findall(r"[a-z]+", before.lower()))
    if any(word in before for word in _NO_CHIP_IN_CHINESE):
        return True
    return bool(words & _NO_CHIP) or any(words >= set(vendor) for vendor in _NO_CHIP_VENDORS)


def cameras(text: str) -> Values:
    """`dumpsys media.camera`. None at all is what a service says whose hardware layer has not come up."""
    name = "cameras.count"
    counts = set(re.findall(r"Number of camera devices: ([0-9]{1,2})\b", text))
    if len(counts) != 1:
        return not_measured("said_twice", name) if counts else {}
    facings = [word.lower() for word in re.findall(r"Facing: (BACK|FRONT|EXTERNAL)\b", text, re.IGNORECASE)]
    own = int(counts.pop()) - facings.count("external")
    if own <= 0:
        return not_measured("hal_not_ready", name)
    return {name: str(own), "cameras.facing": ",".join(sorted(set(facings)))}


def wifi(text: str) -> Values:
    """`cmd wifi status` or `dumpsys wifi`, of which only the first words were let through: the rest names the
    network. What is on its way between the two is not told.
    """
    found = set(re.findall(r"(?m)^Wi-?[Ff]i is (enabled|disabled)[ \t\r]*$", text))
    return _switch("radio.wifi", {{"enabled": "on", "disabled": "off"}[word] for word in found})


def bluetooth(text: str) -> Values:
    """`dumpsys bluetooth_manager`. Switched off after a crash says nothing of the radio."""
    name = "radio.bluetooth"
    lower = text.lower()
    found = set(re.findall(r"(?m)^[ \t]*enabled: (true|false)[ \t\r]*$", lower))
    states = set(re.findall(r"(?m)^[ \t]*state: ([a-z_]{1,32})[ \t\r]*$", lower))
    if any("turning" in state for state in states):
        return not_measured("changing", name)
    if found == {"false"} and re.search(r"bluetooth crashed [1-9]", lower):
        return not_measured("crashed", name)
    if found == {"true"} and states == {"off"}:
        return not_measured("said_twice", name)
    return _switch(name, {{"true": "on", "false": "off"}[word] for word in found})


def nfc(text: str) -> Values:
    """`dumpsys nfc`."""
    found = set(re.findall(r"(?m)^[ \t]*mState=([a-z]{1,16})\b", text))
    if found - {"on", "off"}:
        return not_measured("changing" if "turning" in found else "unknown_word", "radio.nfc")
    return _switch("radio.nfc", found)


def _switch(name: str, found: set[str]) -> Values:
    if len(found) > 1:
        return not_measured("said_twice", name)
    return {name: found.pop()} if found else {}


def features(text: str) -> Values:
    """`pm list features`: a radio that is not listed is absent, if the list was read at all."""
    listed = set(re.findall(r"(?m)^feature:(android\.hardware\.[a-z]+)[ \t\r]*$", text))
    if "android.hardware.touchscreen" not in listed:
        return {}
    return {value: "absent" for feature, value in _FEATURES.items() if feature not in listed}


def baseband(text: str) -> Values:
    """`gsm.version.baseband`: empty on a phone with a modem means the modem did not start."""
    words = {word.strip().lower() for word in text.split(",")} - {""}
    if words and words <= _NO_VERSION:
        return not_measured("unknown_word", "radio.baseband")
    return {"radio.baseband": "present" if words else "absent"}


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
