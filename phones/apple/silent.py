# SPDX-License-Identifier: GPL-3.0-or-later
"""What the silent checks ask an iPhone: all entries, values and the scratch file in one batch, or its parts alone."""

from phones.apple import parts as apple_parts
from phones.apple.parts import entry_part, mark_path, value_part
from phones.apple.readers_silent import read_parts, read_silent
from phones.apple.registry import ENTRIES
from phones.link import AppleBatch, ApplePart, Effect, Question

_VALUES = (
    "UniqueDeviceID",
    "UniqueChipID",
    "ProductType",
    "ProductVersion",
    "BuildVersion",
    "ModelNumber",
    "FusingStatus",
    "ProductionSOC",
    "BluetoothAddress",
    "SIMStatus",
    "SIMTrayStatus",
    "TimeIntervalSince1970",
)
_BATTERY = ("BatteryCurrentCapacity", "BatteryIsCharging", "ExternalConnected", "FullyCharged", "GasGaugeCapability")

_OF_PARTS = ("product", "camera", "pearl", "nvme", "battery_node", "battery_auth", "panel_auth", "display")
"""Entries that name parts."""

SILENT = "check.silent_apple"


def silent_question(scratch: str, *, timeout_s: float) -> Question:
    """Everything that the silent checks ask ("check.silent_apple"). `scratch`: 8 to 64 fresh hex digits, which name the
    file that is written, read back and removed. Never pairs: the inspection has.
    """
    speed = ApplePart(name="files_speed", kind=apple_parts.APPLE_FILES_SPEED, arguments={"path": mark_path(scratch)})
    return Question(
        name=SILENT,
        effect=Effect.WRITES,
        request=AppleBatch(
            parts=(
                *(value_part(key) for key in _VALUES),
                *(value_part(key, "com.apple.mobile.battery") for key in (*_BATTERY, "HasBattery")),
                value_part("TotalDiskCapacity", "com.apple.disk_usage"),
                *(entry_part(entry.name) for entry in ENTRIES),
                ApplePart(name="panic_families", kind=apple_parts.APPLE_PANIC_FAMILIES),
                speed,
            )
        ),
        read=read_silent,
        timeout_s=timeout_s,
    )


def parts_question(*, name: str, timeout_s: float) -> Question:
    """Only what it names of its parts, as at the set-up screen after the erase; whether the registry answers there is
    unconfirmed, and what does not answer is unknown. Reads only, and never pairs. `name`: what the evidence is asked
    for as.
    """
    return Question(
        name=name,
        effect=Effect.READS,
        request=AppleBatch(parts=(value_part("ProductType"), *(entry_part(each) for each in _OF_PARTS))),
        read=read_parts,
        timeout_s=timeout_s,
    )
