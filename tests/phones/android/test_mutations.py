# SPDX-License-Identifier: GPL-3.0-or-later
"""Texts of real phones, cut, repeated, put in another order, case or language, and mixed with others.

No such change makes a pass of a failure or of a value that was not measured, unless what told it is gone from the text.
"""

import random
import re
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grading.checks import run_check
from grading.report import CheckOutcome
from grading.schemes import load
from phones.android import battery, inspection
from phones.port import Platform
from tests.grading.samples import evidence_of
from tests.phones.toolbox import BATTERY, THERMAL
from tests.support.sampling import fewer

TEXTS = Path(__file__).parent / "field_texts"
CHECKS = {check.name: check for check in load("basic").checks}
ASKED = {entry.part.name: entry for entry in inspection._CHECKS}
_GREP = re.compile(r"\| grep -(o?)(i?)E '([^']*)'$")
DF = "Filesystem     1K-blocks    Used Available Use% Mounted on\n"


def field(name: str) -> str:
    return (TEXTS / f"{name}.txt").read_text()


def sensor_list(*sensors: tuple[str, str, str]) -> str:
    return "Sensor Device:\nTotal 4 h/w sensors, 4 running\nSensor List:\n" + "".join(
        f"0x0000000{number}) {name:<32} | {vendor:<15} | ver: 1 | type: android.sensor.{kind}({number}) | perm: n/a\n"
        for number, (name, vendor, kind) in enumerate(sensors, 1)
    )


VIRTUAL_GYRO = sensor_list(
    ("Virtual Gyroscope", "MTK", "gyroscope"),
    ("BMA4xy Accelerometer", "Bosch", "accelerometer"),
    ("STK3x1x Light", "SensorTek", "light"),
    ("STK3x1x Proximity", "SensorTek", "proximity"),
)


class Case(NamedTuple):
    """A text that does not pass. `tells`: what in it says so; "" where no cut may make it pass either."""

    part: str
    text: str
    check: str
    tells: str = ""


STOPPED = field("battery-set-by-hand")
SAMSUNG = field("battery-samsung-s7")
CASES = [
    Case("battery", STOPPED, "battery_state"),
    Case("battery", STOPPED, "battery_temperature"),
    Case("battery", field("battery-genymotion"), "battery_state"),
    Case("battery", field("battery-television-box"), "battery_temperature"),
    Case("battery", field("battery-overheated"), "battery_state"),
    Case("battery", BATTERY.replace("present: true", "present: false"), "battery_state"),
    Case("battery", BATTERY.replace("health: 2", "health: 1"), "battery_state"),
    Case("battery", BATTERY.replace("temperature: 301", "temperature: 0"), "battery_temperature"),
    Case("battery", BATTERY.replace("temperature: 301", "temperature: 523"), "battery_temperature", "temperature: 523"),
    Case("battery", SAMSUNG, "battery_cycles", "mSavedBatteryUsage: 176488"),
    Case(
        "battery",
        SAMSUNG.replace("USE_FAKE_BATTERY: false", "USE_FAKE_BATTERY: true"),
        "battery_state",
        "use_fake_battery: true",
    ),
    Case("cycles", "  Bundle[{android.os.extra.CYCLE_COUNT=0, level=84}]\n", "battery_cycles"),
    Case("cycles", "  Bundle[{android.os.extra.CYCLE_COUNT=912, level=84}]\n", "battery_cycles", "CYCLE_COUNT=912"),
    Case("thermal", field("thermal-without-hal"), "thermal"),
    Case("thermal", field("thermal-xiaomi-13t").replace("Override: false", "Override: true"), "thermal"),
    Case("thermal", field("thermal-xiaomi-13t").replace("Status: 0\n", "Status: 3\n"), "thermal"),
    Case("sensors", VIRTUAL_GYRO, "sensors"),
    Case("sensors", sensor_list(("BMA4xy Accelerometer", "Bosch", "accelerometer")), "sensors"),
    Case("sensors", "No Sensors on the device\ndevInitCheck : -19\n", "sensors"),
    Case("cameras", "== Service global info: ==\n\nNumber of camera devices: 0\n", "cameras_present"),
    Case("cameras", "Number of camera devices: 1\n  Facing: BACK\n", "cameras_present"),
    Case("storage", DF + "tmpfs             3910000       0   3910000   0% /data\n", "storage"),
    Case("storage", DF + "/dev/root         4120000 4000000    120000  98% /\n", "storage"),
    Case("display", "Physical size: 1080x2400\nOverride size: 720x1600\n", "display_mode", "override size"),
    Case("memory", "MemTotal:         912345 kB\nMemFree:          312044 kB\n", "memory"),
    Case("bluetooth", "Bluetooth Status\n  enabled: false\n  state: BLE_TURNING_ON\n", "bluetooth", "BLE_TURNING_ON"),
    Case("nfc", "mState=turning on\nmScreenState=ON_UNLOCKED\n", "nfc"),
    Case("nfc", "mState=unknown\n", "nfc"),
]
HONEST = {"battery": BATTERY, "thermal": THERMAL, "display": "Physical size: 1080x2400\n"}
"""Mixed in where the service says each thing once, so that a second answer shows."""
NOISE = "\n".join((field("battery-samsung-a35").partition("[EventLogBuffer]")[2], "mWakefulness=Awake", "(null)", ""))


def outcome(case: Case, text: str) -> CheckOutcome:
    """What the check says of it, as if the phone had printed only this."""
    entry = ASKED[case.part]
    crossed = text
    if found := _GREP.search(entry.part.command):
        lines = [list(re.finditer(found[3], line, re.IGNORECASE if found[2] else 0)) for line in text.split("\n")]
        kept = [
            match[0] if found[1] else match.string
            for matches in lines
            for match in (matches if found[1] else matches[:1])
        ]
        crossed = "\n".join(kept)
    values = battery.battery({case.part: crossed}) if case.part in ("battery", "cycles") else entry.read(crossed)
    return run_check(CHECKS[case.check], [evidence_of(values)], Platform.ANDROID).outcome


_TRANSLATED = {
    "updates stopped": "更新已停止",
    "virtual": "虚拟",
    "override": "覆盖",
    "false": "否",
    "present": "存在",
    "health": "健康",
    "temperature": "温度",
    "status": "状态",
    "ready": "就绪",
    "no sensors on the device": "设备上没有传感器",
}


def translated(text: str) -> str:
    for word, other in _TRANSLATED.items():
        text = re.sub(word, other, text, flags=re.IGNORECASE)
    return text


Mutation = Callable[[str, random.Random], str]


def cut_front(text: str, dice: random.Random) -> str:
    return text[dice.randrange(len(text) + 1) :]


def cut_back(text: str, dice: random.Random) -> str:
    return text[: dice.randrange(len(text) + 1)]


def repeat(text: str, dice: random.Random) -> str:
    lines = text.split("\n")
    return "\n".join(line for line in lines for _ in range(dice.choice((1, 1, 2))))


def twice(text: str, dice: random.Random) -> str:
    return text + "\n" + text


def reorder(text: str, dice: random.Random) -> str:
    lines = text.split("\n")
    dice.shuffle(lines)
    return "\n".join(lines)


def recase(text: str, dice: random.Random) -> str:
    return "\n".join(dice.choice((str, str.upper, str.lower, str.title))(line) for line in text.split("\n"))


def translate(text: str, dice: random.Random) -> str:
    return "\n".join(dice.choice((str, translated))(line) for line in text.split("\n"))


def interleave(text: str, dice: random.Random, other: str = NOISE) -> str:
    mine, theirs, mixed = text.split("\n"), other.split("\n"), list[str]()
    while mine or theirs:
        mixed.append((mine if mine and (not theirs or dice.random() < 0.5) else theirs).pop(0))
    return "\n".join(mixed)


def line_ends(text: str, dice: random.Random) -> str:
    return text.replace("\n", dice.choice(("\r\n", "  \n", "\n\n")))


MUTATIONS: tuple[Mutation, ...] = (
    cut_front, cut_back, repeat, twice, reorder, recase, translate, interleave, line_ends,
)  # fmt: skip


def mutate(text: str, mutations: list[Mutation], dice: random.Random, honest: str) -> str:
    """Cuts come first: after the lines have changed places a cut could take just the line that tells. Of a text that is
    mixed with an honest one nothing is cut or put in other words, for the same reason.
    """
    cuts = [each for each in mutations if each in (cut_front, cut_back)]
    others = [each for each in mutations if each not in cuts]
    if honest:
        text = interleave(text, dice, honest)
        cuts, others = [], [each for each in others if each not in (recase, translate)]
    for mutation in (*cuts, *others):
        text = mutation(text, dice)
    return text


def look(case: Case, how: settings) -> None:
    """Raises: AssertionError when a shape of the text passes."""
    assert outcome(case, case.text) is not CheckOutcome.PASS
    tells = {case.tells.lower(), translated(case.tells).lower()}

    @how
    @given(st.lists(st.sampled_from(MUTATIONS), min_size=1, max_size=3), st.integers(0, 2**32), st.booleans())
    def mutated(mutations: list[Mutation], seed: int, mixed: bool) -> None:
        text = mutate(case.text, mutations, random.Random(seed), HONEST.get(case.part, "") if mixed else "")
        if any(tell in text.lower() for tell in tells):
            assert outcome(case, text) is not CheckOutcome.PASS, text

    mutated()


def named(case: Case) -> str:
    return f"{case.check}-{case.tells or case.text[:24]}"


@pytest.mark.parametrize("case", CASES, ids=named)
def test_a_text_that_does_not_pass_does_not_pass_in_another_shape(case: Case) -> None:
    look(case, settings(max_examples=40, derandomize=True))


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES, ids=named)
def test_a_text_that_does_not_pass_does_not_pass_in_any_of_many_shapes(case: Case) -> None:
    look(case, settings(max_examples=fewer(2000)))


@pytest.mark.parametrize("part", ["battery", "thermal", "display"])
def test_the_honest_text_itself_passes(part: str) -> None:
    case = next(case for case in CASES if case.part == part)
    assert outcome(case, HONEST[part]) is CheckOutcome.PASS


@settings(max_examples=60, derandomize=True)
@given(st.lists(st.sampled_from(MUTATIONS), max_size=3), st.integers(0, 2**32))
def test_a_level_set_by_hand_begins_no_erase_in_any_shape(mutations: list[Mutation], seed: int) -> None:
    text = mutate(STOPPED, mutations, random.Random(seed), "")
    assert "battery.level" not in battery.battery_level(text), text
