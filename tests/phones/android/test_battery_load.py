# SPDX-License-Identifier: GPL-3.0-or-later
"""Samples of a battery under load, from whatever a phone prints, and what follows from them."""

from hypothesis import given
from hypothesis import strategies as st

from phones.allowed import allowed
from phones.android.battery_load import MOST_SAMPLES, Sample, load_values, sample_of
from phones.signs import NOT_MEASURED

PATH = "/sys/class/power_supply/battery/uevent:POWER_SUPPLY_"


def supply(**fields: str) -> str:
    return "".join(f"{PATH}{key}={text}\n" for key, text in fields.items())


def test_the_power_supply_is_believed_before_the_service_which_repeats_old_answers() -> None:
    told = supply(TYPE="Battery", STATUS="Discharging", VOLTAGE_NOW="3894120", CURRENT_NOW="-1202147")
    assert sample_of(told, "status: 2\nvoltage: 4110") == Sample(millivolts=3894, current=-1202147, charging=False)
    assert sample_of("", "  status: 2\n  present: true\n  voltage: 4110\n  current now: -347") == Sample(
        millivolts=4110, current=-347, charging=True
    )
    assert sample_of(supply(TYPE="USB", VOLTAGE_NOW="5000000"), "") is None
    assert sample_of("", "present: false\nvoltage: 4110") is None


def flat(millivolts: int, current: int | None, count: int, *, charging: bool = False) -> list[Sample]:
    return [Sample(millivolts=millivolts, current=current, charging=charging)] * count


def test_sag_and_resistance_follow_from_the_rise_of_the_current() -> None:
    values = load_values(flat(4100, -300_000, 3), flat(3900, -2_300_000, 10))
    assert (values["battery.sag_mv"], values["battery.resistance_mohm"]) == ("200", "100")
    assert values["battery.load_current_ma"] == "2300"
    assert values["battery.load_curve"] == ",".join(["3900"] * 10)


def test_one_sample_while_charging_spoils_the_conclusion_and_keeps_the_curve() -> None:
    loaded = [*flat(3900, -2_300_000, 9), *flat(3900, -2_300_000, 1, charging=True)]
    values = load_values(flat(4100, -300_000, 3), loaded)
    assert values[NOT_MEASURED + "battery.sag_mv"] == "charging"
    assert "battery.load_curve" in values


SAMPLE = st.builds(
    Sample,
    millivolts=st.integers(2500, 13_000),
    current=st.none() | st.integers(-(10**9), 10**9),
    charging=st.booleans(),
)


@given(st.lists(SAMPLE, max_size=6), st.lists(SAMPLE, max_size=100))
def test_whatever_was_seen_each_value_is_admitted_and_a_conclusion_has_no_sign(
    rest: list[Sample], loaded: list[Sample]
) -> None:
    values = load_values(rest, loaded)
    for name, text in values.items():
        assert allowed(name).admit(text) == text, (name, text)
    for name in ("battery.sag_mv", "battery.resistance_mohm"):
        assert (name in values) != (NOT_MEASURED + name in values)
    assert len(values.get("battery.load_curve", "").split(",")) <= MOST_SAMPLES


@given(st.text(max_size=300), st.text(max_size=300))
def test_no_text_makes_the_reader_raise(supply_text: str, service: str) -> None:
    sample_of(supply_text, service)
    sample_of(supply(VOLTAGE_NOW=supply_text, CURRENT_NOW=service), f"voltage: {supply_text}\ncurrent now: {service}")
