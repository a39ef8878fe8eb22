# SPDX-License-Identifier: GPL-3.0-or-later
"""What a battery's figures say of each other: swollen ones are named, honest ones never."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phones.allowed import allowed
from phones.battery_truth import CONTRADICTIONS, LOOKED_AT, RULES, contradictions

NOW = 1_790_000_000
DAY = 86_400
HONEST = {
    "battery.cycles": "420",
    "battery.health_percent": "88",
    "battery.design_mah": "4700",
    "battery.full_mah": "4136",
    "battery.manufactured_epoch": str(NOW - 900 * DAY),
    "battery.first_used_epoch": str(NOW - 850 * DAY),
    "battery.level": "84",
    "battery.rest_mv": "4050",
    "battery.resistance_mohm": "130",
    "battery.temperature_dc": "291",
    "system.first_api_level": "34",
}


def broken(**changes: str) -> str:
    values = HONEST | {name.replace("__", "."): text for name, text in changes.items()}
    return contradictions(values, now_epoch=NOW)[CONTRADICTIONS]


def test_figures_that_hang_together_contradict_nothing_and_every_rule_was_looked_at() -> None:
    found = contradictions(HONEST, now_epoch=NOW)
    assert found == {CONTRADICTIONS: "", LOOKED_AT: ",".join(rule.name for rule in RULES)}


@pytest.mark.parametrize(
    ("changes", "rules"),
    [
        ({"battery__cycles": "1431", "battery__health_percent": "100"}, "cycles_as_new,health_capacity"[:13]),
        ({"battery__cycles": "3", "battery__health_percent": "71", "battery__full_mah": "3337"}, "worn_without_cycles"),
        ({"battery__manufactured_epoch": str(NOW - 40 * DAY), "battery__first_used_epoch": str(NOW - 40 * DAY)},
         "cycles_since_made,cycles_since_used"),
        ({"battery__first_used_epoch": str(NOW - 990 * DAY)}, "used_before_made"),
        ({"battery__manufactured_epoch": str(NOW + 90 * DAY), "battery__first_used_epoch": str(NOW + 90 * DAY)},
         "cycles_since_made,cycles_since_used,made_in_future"),
        ({"battery__manufactured_epoch": "1420070400"}, "made_before_model"),
        ({"battery__full_mah": "6000", "battery__health_percent": "100"}, "more_than_design"),
        ({"battery__full_mah": "2600"}, "health_capacity"),
        ({"battery__resistance_mohm": "640", "battery__health_percent": "97", "battery__full_mah": "4560"},
         "sags_as_sound"),
        ({"battery__rest_mv": "3420"}, "voltage_level"),
        ({"battery__level": "2"}, ""),
        ({"battery__level": "2", "battery__rest_mv": "4180"}, "voltage_level"),
        ({"battery__rest_mv": "7900"}, ""),  # two cells in a row
        ({"battery__resistance_mohm": "640", "battery__health_percent": "97", "battery__full_mah": "4560",
          "battery__temperature_dc": "40"}, ""),  # cold
    ],
)  # fmt: skip
def test_figures_that_exclude_each_other_are_named_by_rule(changes: dict[str, str], rules: str) -> None:
    if "battery__cycles" in changes and changes["battery__cycles"] == "1431":
        changes = {**changes, "battery__full_mah": "4700"}
    assert broken(**changes) == rules


def test_a_figure_that_was_not_measured_is_not_looked_at() -> None:
    values = {"battery.cycles": "1431", "battery.health_percent": "100", "not_measured.battery.cycles": "simulated"}
    assert contradictions(values, now_epoch=NOW) == {CONTRADICTIONS: "unknown", LOOKED_AT: ""}


@given(
    st.integers(0, 1200),
    st.integers(80, 100),
    st.integers(1, 2500),
    st.integers(40, 300),
    st.integers(10, 100),
)
def test_no_honest_battery_is_accused(cycles: int, health: int, age_days: int, mohm: int, level: int) -> None:
    """Honest: no more than two cycles a day, and what thousands of cycles take from a cell."""
    cycles = min(cycles, 2 * age_days)
    health = min(health, 98) if cycles >= 1000 else health
    made = NOW - age_days * DAY
    values = {
        "battery.cycles": str(cycles),
        "battery.health_percent": str(health),
        "battery.design_mah": "5000",
        "battery.full_mah": str(50 * health),
        "battery.manufactured_epoch": str(made),
        "battery.first_used_epoch": str(made + 20 * DAY if age_days > 20 else made),
        "battery.level": str(level),
        "battery.rest_mv": str(3500 + 8 * level),
        "battery.resistance_mohm": str(mohm),
        "battery.temperature_dc": "240",
    }
    cycles_in_use = 6 * max(1, age_days - 20)
    if cycles <= cycles_in_use:
        assert contradictions(values, now_epoch=NOW)[CONTRADICTIONS] == ""


NAMES = sorted({name for rule in RULES for name in rule.needs} - {"now"})


@given(st.dictionaries(st.sampled_from(NAMES), st.text(max_size=14)), st.integers(0, 2**33))
def test_whatever_a_phone_says_of_its_battery_the_answer_is_admitted(values: dict[str, str], now: int) -> None:
    for name, text in contradictions(values, now_epoch=now).items():
        assert allowed(name).admit(text) == text


@given(st.dictionaries(st.sampled_from(NAMES), st.integers(-(10**11), 10**11).map(str)), st.integers(0, 2**33))
def test_whatever_numbers_it_says_nothing_breaks(values: dict[str, str], now: int) -> None:
    found = contradictions(values, now_epoch=now)
    assert set(filter(None, found[CONTRADICTIONS].split(","))) - {"unknown"} <= set(found[LOOKED_AT].split(","))
