# SPDX-License-Identifier: GPL-3.0-or-later
"""What a phone says of its battery, held against itself: cycles, capacity, dates, voltage, and how it bore a load.

A gauge is reset, a battery comes from another phone, a chip is taught the numbers of a new one: each number alone looks
good then, and together they exclude each other. A rule here names only what no honest battery shows; its limits are our
own and generous, because a false alarm costs an honest seller money [limits: own judgement; unconfirmed]. A rule whose
numbers the phone did not give, or whose number was not measured, was not looked at.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from phones.android.consistency import RELEASES
from phones.signs import NOT_MEASURED

Values = dict[str, str]
Numbers = Mapping[str, int]

CONTRADICTIONS = "battery.contradictions"
LOOKED_AT = "battery.contradictions_looked_at"

_DAY_S = 86_400
MANY_CYCLES, AS_NEW_PERCENT = 1_000, 99
"""No cell keeps all its capacity over a thousand full cycles; the EU asks for 80 % after 800."""
FEW_CYCLES, WORN_PERCENT = 10, 80
"""No cell loses a fifth in ten cycles, unless the counter began anew."""
MOST_CYCLES_A_DAY = 6
"""Full charges and discharges; a phone that is never let go of makes two."""
CLOCK_SLACK_S = 3 * _DAY_S
USED_BEFORE_MADE_S = 31 * _DAY_S
"""Makers date a batch by its month."""
MADE_BEFORE_LAUNCH_S = 3 * 365 * _DAY_S
"""Cells are made months before the phone is sold, never three years."""
MOST_PERCENT_OF_DESIGN = 125
HEALTH_APART_PERCENT = 15
SOUND_PERCENT, SAGGING_MOHM = 90, 500
"""A sound cell of a phone has 50 to 150 milliohm with its wires, a worn one some 300."""
COLD_DC = 150
"""Below 15 °C any cell sags."""
FULL_LEVEL, LOW_MV = 80, 3_600
EMPTY_LEVEL, HIGH_MV = 5, 4_100
_ONE_CELL_MV = (2_500, 4_700)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """`contradicts`: do the numbers, which are all there, exclude each other?"""

    name: str
    needs: tuple[str, ...]
    contradicts: Callable[[Numbers], bool]


_HEALTH, _CYCLES = "battery.health_percent", "battery.cycles"
_MADE, _FIRST_USED, _NOW = "battery.manufactured_epoch", "battery.first_used_epoch", "now"
_DESIGN, _FULL = "battery.design_mah", "battery.full_mah"
_RESISTANCE, _TEMPERATURE = "battery.resistance_mohm", "battery.temperature_dc"
_LEVEL, _REST = "battery.level", "battery.rest_mv"
_LAUNCH = "system.first_api_level"


def _since(numbers: Numbers, name: str) -> bool:
    days = max(1, (numbers[_NOW] - numbers[name]) // _DAY_S + 1)
    return numbers[_CYCLES] > days * MOST_CYCLES_A_DAY


def _health_capacity(numbers: Numbers) -> bool:
    percent = min(100, 100 * numbers[_FULL] // max(1, numbers[_DESIGN]))
    return abs(percent - numbers[_HEALTH]) > HEALTH_APART_PERCENT


def _made_launch(numbers: Numbers) -> bool:
    release = RELEASES.get(numbers[_LAUNCH])
    if release is None:
        return False
    launched_s = (release.published - type(release.published)(1970, 1, 1)).days * _DAY_S
    return numbers[_MADE] < launched_s - MADE_BEFORE_LAUNCH_S


def _sag_health(numbers: Numbers) -> bool:
    warm = numbers[_TEMPERATURE] >= COLD_DC
    return warm and numbers[_HEALTH] >= SOUND_PERCENT and numbers[_RESISTANCE] >= SAGGING_MOHM


def _voltage_level(numbers: Numbers) -> bool:
    rest, level = numbers[_REST], numbers[_LEVEL]
    if not _ONE_CELL_MV[0] <= rest <= _ONE_CELL_MV[1]:
        return False
    return (level >= FULL_LEVEL and rest < LOW_MV) or (level <= EMPTY_LEVEL and rest > HIGH_MV)


RULES: tuple[Rule, ...] = (
    Rule(
        name="cycles_as_new",
        needs=(_CYCLES, _HEALTH),
        contradicts=lambda each: each[_CYCLES] >= MANY_CYCLES and each[_HEALTH] >= AS_NEW_PERCENT,
    ),
    Rule(
        name="worn_without_cycles",
        needs=(_CYCLES, _HEALTH),
        contradicts=lambda each: each[_CYCLES] <= FEW_CYCLES and each[_HEALTH] < WORN_PERCENT,
    ),
    Rule(name="cycles_since_made", needs=(_CYCLES, _MADE, _NOW), contradicts=lambda each: _since(each, _MADE)),
    Rule(
        name="cycles_since_used", needs=(_CYCLES, _FIRST_USED, _NOW), contradicts=lambda each: _since(each, _FIRST_USED)
    ),
    Rule(
        name="used_before_made",
        needs=(_FIRST_USED, _MADE),
        contradicts=lambda each: each[_FIRST_USED] < each[_MADE] - USED_BEFORE_MADE_S,
    ),
    Rule(
        name="made_in_future",
        needs=(_MADE, _NOW),
        contradicts=lambda each: each[_MADE] > each[_NOW] + CLOCK_SLACK_S,
    ),
    Rule(name="made_before_model", needs=(_MADE, _LAUNCH), contradicts=_made_launch),
    Rule(
        name="more_than_design",
        needs=(_FULL, _DESIGN),
        contradicts=lambda each: 100 * each[_FULL] > MOST_PERCENT_OF_DESIGN * each[_DESIGN],
    ),
    Rule(name="health_capacity", needs=(_HEALTH, _FULL, _DESIGN), contradicts=_health_capacity),
    Rule(name="sags_as_sound", needs=(_RESISTANCE, _HEALTH, _TEMPERATURE), contradicts=_sag_health),
    Rule(name="voltage_level", needs=(_REST, _LEVEL), contradicts=_voltage_level),
)


def contradictions(values: Mapping[str, str], *, now_epoch: int) -> Values:
    """`battery.contradictions`: names of the rules that are broken, "" for none, `unknown` where not one could be
    looked at; and which were. `now_epoch`: the bench's own clock, Unix seconds, for the phone's may be set at will.
    """
    numbers = _numbers(values) | {_NOW: now_epoch}
    looked = [rule for rule in RULES if all(name in numbers for name in rule.needs)]
    broken = [rule.name for rule in looked if rule.contradicts(numbers)]
    return {
        CONTRADICTIONS: ",".join(broken) if looked else "unknown",
        LOOKED_AT: ",".join(rule.name for rule in looked),
    }


def _numbers(values: Mapping[str, str]) -> dict[str, int]:
    """Those of the values that were measured and are whole numbers."""
    names = {name for rule in RULES for name in rule.needs}
    return {
        name: int(text)
        for name in names & values.keys()
        if NOT_MEASURED + name not in values and re.fullmatch(r"-?[0-9]{1,12}", text := values[name])
    }
