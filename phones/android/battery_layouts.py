# SPDX-License-Identifier: GPL-3.0-or-later
"""Where makers print what a battery has left: each layout a row, with the unit and the source of its meaning.

A figure whose unit nobody documents is not read; `NEVER_READ` says which of those are well known, and why.
Nothing here was tried on a phone: every row is read from public dumps or sources (`unconfirmed` on hardware).
"""

from enum import Enum

from phones.frozen import dataclass


class Unit(Enum):
    """What the number of a figure counts; what it becomes is in `phones.android.battery`."""

    PERCENT = "percent of design capacity"
    HUNDREDTHS_OF_A_CYCLE = "percent points discharged, 100 a cycle"
    CYCLES = "cycles"
    MICROAMPERE_HOURS = "µAh"
    MILLIAMPERE_HOURS = "mAh"
    DAY = "day, as year, month and day in eight digits"
    YES_NO = "true or false"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One figure. `part`: the question whose answer holds it; `key`: what stands before the colon or equals sign,
    letter for letter; `source`: the word kept as `battery.source`; `read`: where its meaning was read.
    """

    maker: str
    part: str
    key: str
    unit: Unit
    value: str
    source: str
    read: str


FIGURES: tuple[Figure, ...] = (
    Figure(
        maker="Samsung",
        part="battery",
        key="mSavedBatteryAsoc",
        unit=Unit.PERCENT,
        value="battery.health_percent",
        source="asoc",
        read="public dumps, Galaxy S7 to A35; with brackets since One UI 6",
    ),
    Figure(
        maker="Samsung",
        part="battery",
        key="[SS][BattInfo]AsocData efsValue",
        unit=Unit.PERCENT,
        value="battery.health_percent",
        source="battery_log",
        read="public dumps, One UI 6.1 and newer (log of BattInfo); the last line counts",
    ),
    Figure(
        maker="Samsung",
        part="battery",
        key="mSavedBatteryUsage",
        unit=Unit.HUNDREDTHS_OF_A_CYCLE,
        value="battery.cycles",
        source="asoc",
        read="public dumps, Galaxy S7 to A35",
    ),
    Figure(
        maker="Samsung",
        part="battery",
        key="[SS][BattInfo]DischargeLevelData efsValue",
        unit=Unit.HUNDREDTHS_OF_A_CYCLE,
        value="battery.cycles",
        source="battery_log",
        read="public dumps, One UI 6.1 and newer",
    ),
    Figure(
        maker="Samsung",
        part="battery",
        key="battery FirstUseDate",
        unit=Unit.DAY,
        value="battery.first_used_epoch",
        source="asoc",
        read="public dumps, Galaxy A35",
    ),
    Figure(
        maker="Samsung",
        part="battery",
        key="[SS][BattInfo]FirstUseDateData efsValue",
        unit=Unit.DAY,
        value="battery.first_used_epoch",
        source="battery_log",
        read="public dumps, Galaxy Tab S9",
    ),
    Figure(
        maker="Samsung",
        part="battery",
        key="battery IcAuthenticationResults",
        unit=Unit.YES_NO,
        value="battery.ic_authentication",
        source="asoc",
        read="public dumps; models without such a chip say false, so it is kept and never graded",
    ),
    Figure(
        maker="Samsung",
        part="battery",
        key="Final IcAuthenticationResults",
        unit=Unit.YES_NO,
        value="battery.ic_authentication",
        source="battery_log",
        read="public dumps, Galaxy A35",
    ),
    Figure(
        maker="any",
        part="cycles",
        key="android.os.extra.CYCLE_COUNT",
        unit=Unit.CYCLES,
        value="battery.cycles",
        source="broadcast",
        read="AOSP BatteryManager.EXTRA_CYCLE_COUNT (Android 14 and later)",
    ),
    Figure(
        maker="any",
        part="capacity",
        key="Estimated battery capacity",
        unit=Unit.MILLIAMPERE_HOURS,
        value="battery.design_mah",
        source="batterystats",
        read="AOSP BatteryStats.dumpLocked: the power profile's figure",
    ),
    Figure(
        maker="any",
        part="capacity",
        key="Last learned battery capacity",
        unit=Unit.MILLIAMPERE_HOURS,
        value="battery.full_mah",
        source="batterystats",
        read="AOSP BatteryStats.dumpLocked",
    ),
    Figure(
        maker="any, most of Xiaomi, OnePlus, OPPO, vivo, Motorola, MediaTek, Unisoc",
        part="power_supply",
        key="POWER_SUPPLY_CYCLE_COUNT",
        unit=Unit.CYCLES,
        value="battery.cycles",
        source="power_supply",
        read="Linux, Documentation/ABI/testing/sysfs-class-power; the shell may seldom read it",
    ),
    Figure(
        maker="any, as above; Huawei and Honor name the supply Battery",
        part="power_supply",
        key="POWER_SUPPLY_CHARGE_FULL",
        unit=Unit.MICROAMPERE_HOURS,
        value="battery.full_mah",
        source="power_supply",
        read="Linux, Documentation/power/power_supply_class.rst: charge is in µAh",
    ),
    Figure(
        maker="any, as above",
        part="power_supply",
        key="POWER_SUPPLY_CHARGE_FULL_DESIGN",
        unit=Unit.MICROAMPERE_HOURS,
        value="battery.design_mah",
        source="power_supply",
        read="Linux, Documentation/power/power_supply_class.rst",
    ),
    Figure(
        maker="OnePlus, OPPO, realme",
        part="power_supply",
        key="POWER_SUPPLY_BATT_FCC",
        unit=Unit.MILLIAMPERE_HOURS,
        value="battery.full_mah",
        source="maker_gauge",
        read="public dump, OnePlus 7 (2123 of a cell of 3600 mAh, beside CHARGE_FULL=3492000) [unconfirmed]",
    ),
)
"""All figures that are read."""

NEVER_READ: tuple[tuple[str, str, str], ...] = (
    ("Samsung", "mSavedBatteryBsoh", "another measure, by impedance; it reads near 100 on worn cells"),
    ("Samsung", "LLB CAL, LLB MAN, LLB CURRENT, LLB DIFF", "what the days stand for differs between models"),
    ("Samsung", "current now, charge counter", "units differ between models; the second one collides with AOSP's key"),
    ("Samsung", "[SS][BattInfo]QrData", "the cell's own serial number"),
    ("Samsung", "cycle_count of ACTION_BATTERY_CHANGED in the log", "left at 0 on every phone seen"),
    ("OnePlus, OPPO, realme", "POWER_SUPPLY_BATT_SOH", "823 was seen: no percentage, unit unknown"),
    ("OnePlus, OPPO, realme", "/sys/class/oplus_chg/battery/*", "root only"),
    ("Xiaomi", "/sys/class/qcom-battery/soh", "root only; unit not documented"),
    ("Huawei, Honor", "/sys/class/hw_power/*", "root only; unit not documented"),
    ("Motorola", "mod level, mod status", "the attached Moto Mod, not the phone"),
    ("MediaTek", "/proc/mtk_battery_cmd/*", "root only; unit not documented"),
    ("Unisoc", "/sys/class/power_supply/sc27xx-fgu/*", "root only; unit not documented"),
    ("any", "POWER_SUPPLY_ENERGY_FULL", "µWh: no capacity without the cell's voltage"),
)
"""Maker, key, why not."""


def figures_of(part: str) -> tuple[Figure, ...]:
    """The rows of one question's answer."""
    return tuple(figure for figure in FIGURES if figure.part == part)
