# SPDX-License-Identifier: GPL-3.0-or-later
"""The battery of a virtual Android: a source with an inner resistance, a port that may feed it, and a gauge that tells
what it was taught.

Its voltage falls at once by current times resistance and then creeps on a little, as real cells do; currents, curve and
the fields follow public kernels' documentation [Documentation/ABI/testing/sysfs-class-power], the size of
everything else is `unconfirmed`.
"""

import random
from collections.abc import Callable, Mapping

from virtual_phones.phone import section

CELL_VARIATIONS: dict[str, str] = {
    "power_supply_told": "the shell may read the battery's power supply",
    "unpowered_port": "the port carries data and no power: the battery discharges",
    "milliamperes": "the power supply tells its current in mA, where others tell microamperes",
    "current_counts_up": "a current out of the battery is told as a positive number",
    "current_not_told": "the power supply tells no current",
    "battery_numbered": "the power supply tells the battery's serial number",
}
"""Honest ones."""

CELL_FAULTS: dict[str, str] = {
    "cell_worn": "the cell is worn out: its voltage falls far under load, whatever the gauge says",
    "gauge_taught": "the gauge was taught a new battery's health and kept its count of cycles",
    "counter_reset": "the count of cycles began anew on a worn battery",
    "battery_swapped_in_wipe": "while it is being erased somebody changes the battery",
    "battery_numbered_once": "the battery tells its serial number before the erase and not after it",
    "battery_number_blank": "the battery tells zeros for a serial number",
    "load_refused": "the shell has no `timeout`, so that no load can be made",
    "load_idle": "the cores are held at so low a clock that a load draws nothing",
    "supply_frozen": "the power supply repeats what it told first",
}
"""What is worn, changed or cannot be measured: it can be erased and certified like any other, and is graded worse, or
not better than it can be measured."""

IDLE_MA, CORE_MA, STORAGE_MA = 280, 230, 90
SOUND_MOHM, WORN_MOHM = 110, 620
CREEP_MOHM_S = 1.5
NOISE_MV = 4
CORES = 8


class Cell:
    """`now_s`: the phone's time; `resets`: how often it was erased since the story began."""

    def __init__(
        self,
        model: Mapping[str, object],
        variation: frozenset[str],
        *,
        serial: str,
        now_s: Callable[[], float],
        resets: Callable[[], int],
    ) -> None:
        self._battery = section(model, "battery")
        self._variation = variation
        self._serial = serial
        self._now_s = now_s
        self._resets = resets
        self._noise = random.Random(f"{serial}/cell")
        self._busy: list[tuple[float, float, int]] = []
        self._frozen: bytes = b""

    def load(self, seconds: float, milliamperes: int) -> None:
        """A program keeps something busy from now on, and ends by itself."""
        if "load_idle" not in self._variation:
            self._busy = [each for each in self._busy if each[1] > self._now_s()][-32:]
            self._busy.append((self._now_s(), self._now_s() + seconds, milliamperes))

    @property
    def is_powered(self) -> bool:
        """Does the port feed it?"""
        return "unpowered_port" not in self._variation

    def drawn_ma(self) -> int:
        """What the phone takes now, from wherever."""
        now = self._now_s()
        return IDLE_MA + sum(each for begin, end, each in self._busy if begin <= now < end)

    def voltage_mv(self) -> int:
        """At its terminals, with a gauge's noise."""
        at_rest = int(str(self._battery.get("voltage_mv", 3900)))
        if self.is_powered:
            return at_rest
        now = self._now_s()
        under = [begin for begin, end, _ in self._busy if begin <= now < end]
        resistance = WORN_MOHM if "cell_worn" in self._variation else SOUND_MOHM
        creep = CREEP_MOHM_S * (now - min(under)) if under else 0.0
        fall = (self.drawn_ma() - IDLE_MA) * (resistance + creep) / 1000
        return int(at_rest - fall + self._noise.uniform(-NOISE_MV, NOISE_MV))

    def serial(self) -> str:
        """What the battery calls itself, "" for nothing."""
        erased = self._resets() > 0
        if "battery_number_blank" in self._variation:
            return "0" * 14
        if "battery_numbered_once" in self._variation and erased:
            return ""
        return f"{'OTHER' if 'battery_swapped_in_wipe' in self._variation and erased else 'BAT'}{self._serial[-6:]}"

    def health_percent(self) -> object:
        """As the gauge tells it."""
        if "gauge_taught" in self._variation:
            return 100
        return 71 if "counter_reset" in self._variation else self._battery.get("health_percent")

    def cycles(self) -> object:
        """As the gauge tells it."""
        if "gauge_taught" in self._variation:
            return 1431
        return 3 if "counter_reset" in self._variation else self._battery.get("cycles")

    def status(self) -> str:
        """The kernel's word."""
        return "Charging" if self.is_powered else "Discharging"

    def uevent(self) -> bytes:
        """`/sys/class/power_supply/battery/uevent`."""
        if "supply_frozen" in self._variation and self._frozen:
            return self._frozen
        current = (400 if self.is_powered else -self.drawn_ma()) * (1 if "milliamperes" in self._variation else 1000)
        if "current_counts_up" in self._variation:
            current = -current
        told = {
            "NAME": "battery",
            "TYPE": "Battery",
            "STATUS": self.status(),
            "PRESENT": "1",
            "TECHNOLOGY": "Li-ion",
            "VOLTAGE_NOW": str(self.voltage_mv() * 1000),
        }
        if "current_not_told" not in self._variation:
            told["CURRENT_NOW"] = str(current)
        if "battery_numbered" in self._variation and self.serial():
            told["SERIAL_NUMBER"] = self.serial()
        self._frozen = "".join(f"POWER_SUPPLY_{key}={text}\n" for key, text in told.items()).encode()
        return self._frozen
