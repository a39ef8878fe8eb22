# SPDX-License-Identifier: GPL-3.0-or-later
"""Readers of parts that work while they are asked: a sensor that moves, storage that is written to, current that comes.

Shapes are AOSP's; what was seen on no phone is `unconfirmed` (docs/checks.md).
"""

import re
from collections.abc import Set

from phones.android.readers import Values
from phones.signs import not_measured

GRAVITY = 9.80665
"""m/s², standard gravity."""
LEAST_EVENTS = 3
"""Two alike may be chance at the two decimals that are printed; three alike on three axes are no measurement."""
_HEAD = re.compile(r"(?i)^([^|:\n]{0,80}accelerometer[^|:\n]{0,60}): last [0-9]{1,3} events")
_EVENT = re.compile(
    r"^[ \t]{1,4}[0-9]{1,3} \(ts=([0-9]{1,12}\.[0-9]{1,9}), wall=[0-9:.]{8,16}\)"
    r" (-?[0-9]{1,5}\.[0-9]{1,6}), (-?[0-9]{1,5}\.[0-9]{1,6}), (-?[0-9]{1,5}\.[0-9]{1,6}),?"
)
_ACCELEROMETER = ("sensors.accelerometer", "sensors.gravity_off_permille")
_LIFE = ("storage.life_percent", "storage.end_of_life")
_MOST_LIFE = 11
"""0x01 to 0x0A: so many tenths of the life are used at most; 0x0B: more than was estimated [JESD84-B51, JESD220]."""
_MODE = re.compile(r"width=([0-9]{2,5}), height=([0-9]{2,5})\b")
_RATE = re.compile(r"(?:efreshRate|vsyncRate|fps)=([0-9]{1,3})(?:\.([0-9]{1,9}))?\b")
_STATUS = {"2": "charging", "3": "discharging", "4": "not_charging", "5": "full"}
_CHARGING = ("charging.plugged", "charging.status", "charging.offered_ma", "charging.current_ma", "charging.full_ma")
HELD_BACK_FROM_PERCENT = 75
"""From about there on a phone may hold its charge back to spare the battery (a limit at 80 or 85 %, a slow night)."""
_LEAST_FULL_MILLIAMPERES = 300
"""Below it a figure is so small in either unit."""
_MICROAMPERES_FROM = 20_000
"""No phone takes 20 A: a larger figure is in microamperes. A smaller one may be in either unit."""
_SECONDS = re.compile(r"\b([0-9]{1,9}) bytes .{0,40}?\b([0-9]{1,4}(?:\.[0-9]{1,9})?) s(?:ec(?:ond)?s?)?\b")


def accelerometer(first: str, second: str) -> Values:
    """The recent events of `dumpsys sensorservice`, asked twice some seconds apart: did new ones come, do they differ,
    and is what a phone that lies still feels gravity?
    """
    before, after = _events(first), _events(second)
    if not after:
        return {}
    if not before or max(after) <= max(before):
        return not_measured("asleep", *_ACCELEROMETER)
    if len(after) < LEAST_EVENTS:
        return not_measured("too_little", *_ACCELEROMETER)
    if len(set(after.values())) == 1:
        return not_measured("frozen", *_ACCELEROMETER)
    felt = sum(axis * axis for axis in after[max(after)]) ** 0.5
    off = round(abs(felt - GRAVITY) / GRAVITY * 1000)
    return {_ACCELEROMETER[0]: "moving", _ACCELEROMETER[1]: str(min(off, 99_999))}


def _events(text: str) -> dict[float, tuple[float, float, float]]:
    """Seconds since the start → m/s² of the phone's own, calibrated accelerometer: the first that is listed."""
    found: dict[float, tuple[float, float, float]] = {}
    inside = False
    for line in text.split("\n"):
        if head := _HEAD.match(line):
            if found:
                break
            inside = "uncalib" not in head[1].lower() and "linear" not in head[1].lower()
        elif event := _EVENT.match(line):
            if inside:
                found[float(event[1])] = (float(event[2]), float(event[3]), float(event[4]))
        else:
            inside = False
    return found


def storage_life(text: str) -> Values:
    """Files of the storage's health descriptor, `path:0x01`: eMMC's of two kinds of memory in one line. The worse one
    counts, and of it what is surely left.
    """
    lives, ends = list[int](), set[int]()
    for path, said in re.findall(r"(?m)^(/sys/[^:\n]{1,200}):((?:0x[0-9A-Fa-f]{1,2}[ \t\r]?){1,2})$", text):
        numbers = [int(word, 16) for word in said.split()]
        if "eol_info" in path:
            ends.update(numbers)
        else:
            lives += numbers
    values: Values = {}
    if lives:
        if max(lives) > _MOST_LIFE:
            values |= not_measured("out_of_range", _LIFE[0])
        elif max(lives) == 0:
            values |= not_measured("not_available", _LIFE[0])
        else:
            values[_LIFE[0]] = str(max(0, 100 - 10 * max(lives)))
    if ends:
        word = {0: "", 1: "normal", 2: "warning", 3: "urgent"}.get(max(ends))
        if word:
            values[_LIFE[1]] = word
        else:
            values |= not_measured("out_of_range" if word is None else "not_available", _LIFE[1])
    return values


def speed(text: str, name: str, least_bytes: int) -> Values:
    """What dd says that it took, in thousands of bytes a second. `least_bytes`: a shorter run was not the whole."""
    found = set(_SECONDS.findall(text[:2048]))
    if len(found) > 1:
        return not_measured("said_twice", name)
    if not found:
        return {}
    count, seconds = found.pop()
    if int(count) < least_bytes:
        return not_measured("too_little", name)
    if float(seconds) <= 0:
        return not_measured("left_at_zero", name)
    return {name: str(min(int(int(count) / 1000 / float(seconds)), 99_999_999))}


def claimed_memory(text: str) -> Values:
    """`ro.boot.hardware.ddr`, gigabytes of 1,024 megabytes."""
    found = re.match(r"(?i)([0-9]{1,3}) ?GB?\b", text[:64])
    return {"memory.built_gb": str(int(found[1]))} if found else {}


def machine(kernel: str, programs: str) -> Values:
    """`uname -m`, and `ro.product.cpu.abilist`: for which machines it takes programs."""
    values: Values = {}
    if re.fullmatch(r"[a-z0-9_]{1,16}\s?", kernel):
        values["kernel.machine"] = kernel.strip()
    if re.fullmatch(r"[a-z0-9_\-]{1,32}(,[a-z0-9_\-]{1,32}){0,7}", programs):
        values["system.abis"] = programs
    return values


def memory_claim(meminfo: str, claim: str) -> Values:
    """What the kernel has of what the boot loader says was built in (`8GB,Samsung,LPDDR5`), in thousandths."""
    name = "memory.of_claim_permille"
    built = claimed_memory(claim)
    totals = set(re.findall(r"(?m)^MemTotal:[ \t]+([0-9]{1,12}) kB[ \t\r]*$", meminfo))
    if not built or not totals:
        return {}
    if len(totals) > 1:
        return not_measured("said_twice", name)
    claimed = int(built["memory.built_gb"]) * 1024 * 1024
    if claimed == 0:
        return not_measured("left_at_zero", name)
    return {name: str(min(int(totals.pop()) * 1000 // claimed, 99_999))}


def display_modes(text: str, size: str) -> Values:
    """`dumpsys display`: the fastest mode, and whether the mode in use has the panel's own size (`wm size`)."""
    rates = [int(whole) + int((part or "0")[0] >= "5") for whole, part in _RATE.findall(text)]
    fastest = max(rates, default=0)
    values: Values = {"display.fastest_hz": str(fastest)} if fastest else {}
    modes = {frozenset(map(int, mode)) for mode in _MODE.findall(text)}
    panels = {frozenset(map(int, pair)) for pair in re.findall(r"Physical size: ([0-9]{2,5})x([0-9]{2,5})\b", size)}
    if len(panels) > 1 or len(modes) > 1:
        return values | not_measured("said_twice", "display.mode")
    return values | ({"display.mode": "panel" if modes == panels else "other"} if modes and panels else {})


def charging(text: str, current: str) -> Values:
    """`dumpsys battery` and the gauge's `current_now`: what comes in through our cable, and what is done with it."""
    if re.search(r"(?i)updates stopped", text):
        return not_measured("set_by_hand", *_CHARGING)
    values: Values = {}
    powered = re.findall(r"(?m)^[ \t]*(AC|USB|Wireless) powered: (true|false)[ \t\r]*$", text)
    sources = sorted({source.lower() for source, word in powered if word == "true"})
    if len(sources) > 1:
        values |= not_measured("said_twice", _CHARGING[0])
    elif powered:
        values[_CHARGING[0]] = sources[0] if sources else "none"
    states = set(re.findall(r"(?m)^[ \t]*status: ([0-9])[ \t\r]*$", text))
    if len(states) > 1:
        values |= not_measured("said_twice", _CHARGING[1])
    elif states:
        values |= _status(_STATUS.get(states.pop(), ""), text)
    offers = set(re.findall(r"(?m)^[ \t]*Max charging current: ([0-9]{1,8})[ \t\r]*$", text))
    if len(offers) == 1:
        offered = int(offers.pop()) // 1000
        values |= {_CHARGING[2]: str(offered)} if offered else not_measured("left_at_zero", _CHARGING[2])
    return values | _current(current, values.get(_CHARGING[1], ""))


def _status(word: str, text: str) -> Values:
    levels = [int(level) for level in re.findall(r"(?m)^[ \t]*level: ([0-9]{1,3})[ \t\r]*$", text)]
    if word == "not_charging" and (not levels or max(levels) >= HELD_BACK_FROM_PERCENT):
        return not_measured("held_back", _CHARGING[1])
    return {_CHARGING[1]: word} if word else not_measured("unknown_word", _CHARGING[1])


def _current(text: str, status: str) -> Values:
    """Makers disagree about its sign; in which direction it flows, the status says."""
    name, full = _CHARGING[3:]
    found = re.fullmatch(r"[ \t]*-?([0-9]{1,9})[ \t\r\n]*", text)
    if status == "full":
        return {name: "full"} | (_when_full(int(found[1])) if found else {})
    rest = not_measured("not_full", full) if status else {}
    return rest | (_while_charging(int(found[1])) if found and status == "charging" else {})


def _when_full(amount: int) -> Values:
    """What still flows; a figure too small for either unit to matter is kept as the larger of the two."""
    name = _CHARGING[4]
    if amount <= _LEAST_FULL_MILLIAMPERES:
        return {name: str(amount)}
    if amount < _MICROAMPERES_FROM:
        return not_measured("unit_unknown", name)
    return {name: str(amount // 1000)} if amount < _MICROAMPERES_FROM * 1000 else not_measured("out_of_range", name)


def _while_charging(amount: int) -> Values:
    name = _CHARGING[3]
    if amount == 0:
        return {name: "0"}
    if amount < _MICROAMPERES_FROM:
        return not_measured("unit_unknown", name)
    return {name: str(amount // 1000)} if amount < _MICROAMPERES_FROM * 1000 else not_measured("out_of_range", name)


def audio_devices(text: str) -> Values:
    """`dumpsys media.audio_policy`: which built-in devices the sound system has found."""
    words = {"OUT_SPEAKER": "speaker", "OUT_EARPIECE": "earpiece", "IN_BUILTIN_MIC": "microphone"}
    found = {words[word] for word in re.findall(r"AUDIO_DEVICE_(OUT_SPEAKER|OUT_EARPIECE|IN_BUILTIN_MIC)\b", text)}
    return {"audio.devices": ",".join(sorted(found))} if found else {}


def inputs(text: str) -> Values:
    """`getevent -pl`: fingers that the digitiser tells apart, and keys that the kernel knows."""
    values: Values = {}
    slots = [int(most) for most in re.findall(r"ABS_MT_SLOT\b[^\n]{0,60}\bmax ([0-9]{1,2})\b", text)]
    if slots:
        values["input.fingers"] = str(max(slots) + 1)
    keys = {word.lower() for word in re.findall(r"\bKEY_(POWER|VOLUMEUP|VOLUMEDOWN)\b", text)}
    return values | ({"input.keys": ",".join(sorted(keys))} if keys else {})


def flash(text: str, features: Set[str]) -> Values:
    """`dumpsys media.camera` and the list of features."""
    name = "cameras.flash"
    said = set(re.findall(r"\[(TRUE|FALSE)", text))
    if not said or not features:
        return {}
    if "TRUE" in said:
        return {name: "yes"}
    return {name: "no" if "camera.flash" in features else "absent"}


def vibrators(text: str) -> Values:
    """`cmd vibrator_manager list`: a number a line, and a sentence where there is none."""
    if "No vibrator found" in text:
        return {"vibrator.count": "0"}
    found = set(re.findall(r"(?m)^[ \t]*([0-9]{1,10})[ \t\r]*$", text))
    return {"vibrator.count": str(min(len(found), 99))} if found else {}
