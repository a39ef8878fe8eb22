# SPDX-License-Identifier: GPL-3.0-or-later
"""What the parts of a virtual Android do by themselves, while nobody touches it, as its services tell of it.

A model's `[alive]` table, or a scenario's `set`, says what is broken; without one everything works:

    accelerometer = "moving"    # "frozen": the same figures with new times, "asleep": nobody listens to it
    gravity = 9.81              # what it feels on its side, m/s²
    access_points = 3           # that the Wi-Fi chip hears; 0: its antenna is dead
    bluetooth_crashes = 0       bluetooth_address = "XX:XX:XX:XX:47:11"
    gnss = "GNSS receiver"      # "null": no driver answers      gnss_reports = 214
    network = "emergency"       # without a card: "none" hears no cell
    life = "0x01"               end_of_life = "0x01"             # of the storage chip
    readable = []               # "health", "current": what the maker's policy lets the shell read
    write_mb_s = 180            read_mb_s = 410
    power = true                current_ua = 450000              # what comes through the cable
    full = false                                                 # the battery, whatever its level would be
    vibrators = 1               flash = true
    sound = ["OUT_SPEAKER", "OUT_EARPIECE", "IN_BUILTIN_MIC"]
    modalities = [2]            # biometric sensors that answer
    features = []               # beyond `tools.FEATURES`
    uwb = true                  crashes = []                     # tags of the drop box
    selinux = "Enforcing"       usb = "CONFIGURED"

Shapes are AOSP's, no phone's (`unconfirmed`).
"""

import re
from collections.abc import Mapping
from functools import partial

from virtual_phones.phone import section
from virtual_phones.shell.filetree import FileTree
from virtual_phones.shell.streams import Call, Sink, Tool

BEFORE_START_S = 3600.0
"""A phone has run that long when its story begins: its own times are later."""
EVENTS_S = 0.2
"""A screen that turns with the phone asks five times a second."""
SHOWN = 50
HEALTH = "/sys/devices/platform/soc/1d84000.ufshc/health_descriptor"
_NOISE = (0.01, -0.02, 0.03, 0.0, -0.01, 0.02)
_SOUND = ("OUT_SPEAKER", "OUT_EARPIECE", "IN_BUILTIN_MIC")


def alive(model: Mapping[str, object]) -> Mapping[str, object]:
    """The model's table."""
    return section(model, "alive")


def number(model: Mapping[str, object], name: str, otherwise: float) -> float:
    """A figure of the table."""
    return float(str(alive(model).get(name, otherwise)))


def words(model: Mapping[str, object], name: str, otherwise: tuple[str, ...] = ()) -> tuple[str, ...]:
    """A list of the table."""
    found = alive(model).get(name)
    return tuple(map(str, found)) if isinstance(found, list | tuple) else otherwise


def accelerations(model: Mapping[str, object], now_s: float) -> str:
    """The last events of the accelerometer, as RecentEventLogger prints them."""
    how = str(alive(model).get("accelerometer", "moving"))
    gravity = number(model, "gravity", 9.81)
    last = int((BEFORE_START_S + (0.0 if how == "asleep" else now_s)) / EVENTS_S)
    lines = [f"last {SHOWN} events\n"]
    for place in range(SHOWN):
        event = last - SHOWN + place
        noise = [0.0] * 3 if how == "frozen" else [_NOISE[(event + axis) % len(_NOISE)] for axis in range(3)]
        seconds = event * EVENTS_S
        wall = f"{int(seconds) // 3600 % 24:02d}:{int(seconds) // 60 % 60:02d}:{int(seconds) % 60:02d}.000"
        felt = f"{0.12 + noise[0]:.2f}, {-0.31 + noise[1]:.2f}, {gravity + noise[2]:.2f}, "
        lines.append(f"\t{place + 1:2d} (ts={seconds:.9f}, wall={wall}) {felt}\n")
    return "".join(lines)


def receiver(model: Mapping[str, object]) -> str:
    """Of `dumpsys location`: the receiver, and what its statistics count."""
    name, reports = alive(model).get("gnss", "GNSS receiver"), int(number(model, "gnss_reports", 214))
    return (
        f"GNSS Manager:\n  Capabilities: [SCHEDULING MSB MSA]\n  GNSS Hardware Model Name: {name}\nGNSS_KPI_START\n"
        f"  Number of location reports: 12\n  Number of CN0 reports: {reports}\nGNSS_KPI_END\n"
    )


def sound(model: Mapping[str, object]) -> str:
    """`dumpsys media.audio_policy`, a part."""
    rows = "".join(
        f"  {place}. Port ID: {place}; {{AUDIO_DEVICE_{name}, @:}}\n"
        for place, name in enumerate(words(model, "sound", _SOUND), 1)
    )
    return f"AudioPolicyManager Dump: 0x7b\n Force use for communications 0\n- Available devices:\n{rows}"


def dropped(model: Mapping[str, object]) -> list[str]:
    """Headings of the drop box."""
    tags = words(model, "crashes")
    return [f"2025-12-06 11:{place // 60 % 60:02d}:{place % 60:02d} {tag} (compressed text, 2911 bytes)\n"
            for place, tag in enumerate(tags)]  # fmt: skip


def biometric(model: Mapping[str, object]) -> str:
    """`dumpsys biometric`."""
    listed = "".join(
        f" ID({place}), oemStrength: 15, updatedStrength: 15, modality {bits}, state: 0, cookie: 0\n"
        for place, bits in enumerate(words(model, "modalities", ("2",)))
    )
    return f"Legacy Settings: false\nSensors:\n{listed}CurrentSession: null\n"


def usb(model: Mapping[str, object]) -> str:
    """`dumpsys usb`, a part."""
    return (
        "USB MANAGER STATE (dumpsys usb):\n{\n  device_manager={\n    handler={\n      connected=true\n"
        f"    }}\n    kernel_state={alive(model).get('usb', 'CONFIGURED')}\n  }}\n}}\n"
    )


def files(tree: FileTree, model: Mapping[str, object]) -> None:
    """What a kernel tells in /sys of storage and gauge, to whom the maker's policy lets read it."""
    readable = words(model, "readable")
    table = alive(model)
    tree.make_folders(HEALTH)
    life, end = str(table.get("life", "0x01")), str(table.get("end_of_life", "0x01"))
    for name, text in (("life_time_estimation_a", life), ("life_time_estimation_b", "0x01"), ("eol_info", end)):
        mode = 0o444 if "health" in readable else 0o400
        tree.put(f"{HEALTH}/{name}", partial(str.encode, f"{text}\n"), mode=mode)
    current = int(number(model, "current_ua", 450_000))
    mode = 0o444 if "current" in readable else 0o400
    tree.put("/sys/class/power_supply/battery/current_now", partial(str.encode, f"{current}\n"), mode=mode)


def timed(tool: Tool, model: Mapping[str, object]) -> Tool:
    """`dd` that goes past the cache, or waits until all is written: it tells seconds, as toybox's does."""

    def dd(call: Call) -> int:
        way = {"conv=fsync": ("write_mb_s", 180.0), "iflag=direct": ("read_mb_s", 410.0)}
        speed = next((number(model, *way[word]) for word in call.words if word in way), 0.0)
        if not speed:
            return tool(call)
        said = Sink(call.shell)
        code = tool(Call(call.shell, call.name, call.words, call.source, call.out, said))
        text = said.text()
        if found := re.search(r"(\d+) bytes copied", text):
            seconds = int(found[1]) / (speed * 1_000_000)
            call.shell.delay_s += seconds
            size = f"{int(found[1]) // 1048576} M"
            text = text.replace(found[0], f"{found[1]} bytes ({size}) copied, {seconds:.3f} s, {speed:.0f} M/s")
        call.err.write(text)
        return code

    return dd
