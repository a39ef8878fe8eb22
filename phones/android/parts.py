# SPDX-License-Identifier: GPL-3.0-or-later
"""What an Android phone names of its parts over the cable: one round trip, mostly makers and little else.

Serial numbers of parts are rare here: a battery's stands in its power supply, where the shell may look at all. Lines
are cut on the phone to what is read. Everything is `unconfirmed` on a real phone.
"""

import re
from collections.abc import Callable, Mapping

from phones.android.battery import supplies
from phones.android.script import Part, script, split
from phones.android.trade_in import part_status
from phones.link import Effect, Question, Reply, ShellLine
from phones.part_serials import part_values

Values = dict[str, str]

_MOST_LISTED = 24
SENSOR_MAKERS: Mapping[str, str] = {
    "akm": "akm",
    "asahi": "akm",
    "alps": "alps",
    "ams": "ams",
    "bosch": "bosch",
    "capella": "capella",
    "elliptic": "elliptic",
    "google": "google",
    "goodix": "goodix",
    "invensense": "tdk",
    "kionix": "kionix",
    "liteon": "liteon",
    "maxim": "maxim",
    "mcube": "mcube",
    "memsic": "memsic",
    "mediatek": "mediatek",
    "mtk": "mediatek",
    "qualcomm": "qualcomm",
    "qti": "qualcomm",
    "rohm": "rohm",
    "samsung": "samsung",
    "sensortek": "sensortek",
    "stm": "stm",
    "tdk": "tdk",
    "yamaha": "yamaha",
}
"""How a vendor's text begins, small letters and digits only → the word that is kept. The text itself is not: it is
whatever the maker of the phone wrote, and one that is not here is `other`."""
PANEL_MAKERS: Mapping[str, str] = {
    "boe": "boe",
    "csot": "csot",
    "samsung": "samsung",
    "sdc": "samsung",
    "lgd": "lg",
    "tianma": "tianma",
    "visionox": "visionox",
    "auo": "auo",
    "jdi": "jdi",
    "sharp": "sharp",
    "innolux": "innolux",
}
"""Words in a panel's name → its maker. None of them says that a panel is the one it was built with."""

_PARTS: tuple[Part, ...] = (
    Part(
        name="power_supply",
        command="grep -sHE '^POWER_SUPPLY_(TYPE|SCOPE|PRESENT|SERIAL_NUMBER)=' /sys/class/power_supply/*/uevent",
    ),
    Part(name="sensors", command=r"dumpsys sensorservice | grep -oE '\|[^|]{1,64}\| ver: [0-9]+'"),
    Part(
        name="cameras",
        command="dumpsys media.camera"
        r" | grep -oE '^ *Device [0-9]+ maps to|device@[0-9.]+/[a-z_]+/[0-9]+'",
    ),
    # Since Android 10; Android 16 adds what the maker's own panel chip answers [read: AOSP SurfaceFlinger].
    Part(name="panel", command="dumpsys SurfaceFlinger --display-id | grep -E '^Display [0-9]+ .HWC display '"),
)


def parts_question(marker: str, *, name: str = "check.parts", timeout_s: float) -> Question:
    """All of it. `marker`: fresh random hex digits; `name`: what the evidence is asked for as."""

    def read(reply: Reply) -> Values:
        results = split(reply, _PARTS, marker)
        values: Values = {"parts.read": "yes"}
        for part, read_part in _READERS.items():
            values |= read_part(results[part].text)
        return values

    return Question(
        name=name, effect=Effect.READS, request=ShellLine(line=script(_PARTS, marker)), read=read, timeout_s=timeout_s
    )


def battery_serial(text: str) -> Values:
    """`parts.battery` of the phone's own battery. Two batteries that tell two numbers tell none."""
    numbers = {said["POWER_SUPPLY_SERIAL_NUMBER"][0] for said in supplies(text) if "POWER_SUPPLY_SERIAL_NUMBER" in said}
    return part_values({"battery": next(iter(numbers))}) if len(numbers) == 1 else {}


def sensor_makers(text: str) -> Values:
    """`parts.sensor_makers`, from lines `| vendor | ver: 1`."""
    vendors = re.findall(r"\|([^|\n]{1,64})\| ver: [0-9]", text)
    makers = {_maker(vendor) for vendor in vendors}
    return {"parts.sensor_makers": ",".join(sorted(makers)[:_MOST_LISTED])} if makers else {}


def _maker(vendor: str) -> str:
    letters = "".join(letter for letter in vendor.lower() if letter.isascii() and letter.isalnum())
    found = [word for begins, word in SENSOR_MAKERS.items() if letters.startswith(begins) or letters.endswith(begins)]
    return found[0] if found else "other"


def camera_ids(text: str) -> Values:
    """`parts.camera_ids`: of the camera service's own table, or of the hardware layer's devices."""
    ids = re.findall(r"(?m)^ *Device ([0-9]{1,4}) maps to", text) or re.findall(
        r"device@[0-9.]{1,8}/[a-z_]{1,24}/([0-9]{1,4})(?![0-9])", text
    )
    whole = sorted({int(each) for each in ids})[:_MOST_LISTED]
    return {"parts.camera_ids": ",".join(map(str, whole))} if whole else {}


def panel(text: str) -> Values:
    """`parts.panel_name` and `parts.panel_maker` of the first built-in display, and `display.part_status`, the word of
    the panel's own chip: the worst of all displays.
    """
    values: Values = {}
    lines = [line for line in text.split("\n")[:8] if line.startswith("Display ")]
    for line in sorted(lines, key=lambda line: "(HWC display 0)" not in line):
        name = re.search(r'displayName="([^"]{0,64})"', line)
        if name and name[1].strip():
            word = "_".join(name[1].split())
            values["parts.panel_name"] = word
            words = re.split(r"[^a-z0-9]+", word.lower())
            maker = next((maker for begins, maker in PANEL_MAKERS.items() if begins in words), "")
            values |= {"parts.panel_maker": maker} if maker else {}
            break
    statuses = {
        part_status(found[1]) for line in lines if (found := re.search(r"screenPartStatus=([A-Z_]{1,24})", line))
    }
    worst = next((each for each in ("replaced", "unknown", "unsupported", "original") if each in statuses), "")
    return values | ({"display.part_status": worst} if worst else {})


_READERS: Mapping[str, Callable[[str], Values]] = {
    "power_supply": battery_serial,
    "sensors": sensor_makers,
    "cameras": camera_ids,
    "panel": panel,
}
