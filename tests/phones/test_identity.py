# SPDX-License-Identifier: GPL-3.0-or-later
"""The same phone is proven by two identifiers, and never assumed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phones.commitment import commit
from phones.identifiers import IDENTIFIERS, normalise
from phones.identity import PhoneIdentity, compare, compare_all, contradict, is_identified, is_same_phone
from phones.verdict import Verdict, worst

SERIAL, IMEI = "R58N12", "353918057901122"


@pytest.mark.parametrize(
    ("before", "after", "verdict"),
    [
        (
            {"identity.serial": SERIAL, "identity.imei1": IMEI},
            {"identity.serial": SERIAL, "identity.imei1": IMEI},
            Verdict.PASSED,
        ),
        (
            {"identity.serial": SERIAL, "identity.imei1": IMEI},
            {"identity.serial": SERIAL, "identity.imei1": "353918057901130"},
            Verdict.FAILED,
        ),
        (
            {"identity.serial": SERIAL, "identity.imei1": IMEI},
            {"identity.serial": "OTHER", "identity.imei1": IMEI},
            Verdict.FAILED,
        ),
        ({"identity.serial": SERIAL, "identity.imei1": IMEI}, {"identity.serial": SERIAL}, Verdict.INDETERMINATE),
        ({"identity.serial": SERIAL}, {"identity.serial": SERIAL}, Verdict.INDETERMINATE),
        ({}, {}, Verdict.INDETERMINATE),
        (
            {"identity.serial": SERIAL, "port.usb_serial": SERIAL},
            {"identity.serial": SERIAL, "port.usb_serial": SERIAL},
            Verdict.INDETERMINATE,
        ),
        (
            {"identity.ecid": "1", "identity.udid": "a"},
            {"identity.ecid": "1", "identity.udid": "a"},
            Verdict.INDETERMINATE,
        ),
        (
            {"identity.serial": SERIAL, "identity.ecid": "1"},
            {"identity.serial": SERIAL, "identity.ecid": "1"},
            Verdict.PASSED,
        ),
        (
            {"identity.serial": "malformed", "identity.imei1": IMEI},
            {"identity.serial": "malformed", "identity.imei1": IMEI},
            Verdict.INDETERMINATE,
        ),
        (
            {"identity.serial": SERIAL, "identity.imei1": IMEI},
            {"identity.serial": "malformed", "identity.imei1": IMEI},
            Verdict.INDETERMINATE,
        ),
        (
            {"identity.serial": "", "identity.imei1": ""},
            {"identity.serial": "", "identity.imei1": ""},
            Verdict.INDETERMINATE,
        ),
    ],
)
def test_sameness_needs_two_equal_identifiers_and_no_other(
    before: dict[str, str], after: dict[str, str], verdict: Verdict
) -> None:
    assert is_same_phone(before, after) is verdict
    assert is_same_phone(after, before) is verdict


READINGS = st.dictionaries(
    st.sampled_from(
        [
            "identity.serial",
            "port.usb_serial",
            "identity.imei1",
            "identity.imei2",
            "identity.ecid",
            "identity.udid",
            "identity.wifi_mac",
        ]
    ),
    st.sampled_from(["", "a", "b", "malformed"]),
)


NUMBERS_OF_ONE_PLACE = {"identity.serial", "port.usb_serial", "identity.ecid", "identity.udid", "identity.wifi_mac"}
IMEIS = ("identity.imei1", "identity.imei2")


def differ(before: dict[str, str], after: dict[str, str], names: dict[str, str]) -> bool:
    """Does a number differ that both know, `names` saying where the second reading has it?"""
    pairs = [(before.get(one, ""), after.get(other, "")) for one, other in names.items()]
    return any({old, new} & {"", "malformed"} == set() and old != new for old, new in pairs)


def agree(before: dict[str, str], after: dict[str, str], names: dict[str, str]) -> bool:
    return any(before.get(one, "") == after.get(other, "") not in ("", "malformed") for one, other in names.items())


@given(READINGS, READINGS)
def test_one_number_that_differs_is_enough_to_fail_and_imeis_fit_in_either_order(
    before: dict[str, str], after: dict[str, str]
) -> None:
    straight, crossed = dict(zip(IMEIS, IMEIS, strict=True)), dict(zip(IMEIS, IMEIS[::-1], strict=True))
    imeis_fit = not differ(before, after, straight) or (
        agree(before, after, crossed) and not differ(before, after, crossed)
    )
    differs = differ(before, after, {name: name for name in NUMBERS_OF_ONE_PLACE}) or not imeis_fit
    assert (is_same_phone(before, after) is Verdict.FAILED) == differs


@given(READINGS, READINGS)
def test_the_answer_is_the_same_from_either_side_and_in_either_order_of_the_imeis(
    before: dict[str, str], after: dict[str, str]
) -> None:
    swapped = {dict(zip(IMEIS, IMEIS[::-1], strict=True)).get(name, name): text for name, text in after.items()}
    assert is_same_phone(before, after) is is_same_phone(after, before)
    if all(after.get(name, "") not in ("", "malformed") for name in IMEIS):
        assert is_same_phone(before, swapped) is is_same_phone(before, after)


@given(READINGS)
def test_a_reading_never_contradicts_itself_and_names_its_phone_by_two_numbers(reading: dict[str, str]) -> None:
    found = compare(reading, reading)
    assert not found.differing
    assert set(found.agreeing) == {
        each.name for each in IDENTIFIERS if any(reading.get(name, "") not in ("", "malformed") for name in each.values)
    }
    assert is_identified(reading) == (found.verdict is Verdict.PASSED)


@given(READINGS, READINGS, READINGS)
def test_more_readings_never_hide_one_that_differs(
    one: dict[str, str], other: dict[str, str], third: dict[str, str]
) -> None:
    assert compare_all([one, third], [other]).differing >= compare(one, other).differing


def test_two_imeis_read_one_at_a_time_say_nothing_of_each_other() -> None:
    serial = {"identity.serial": SERIAL}
    found = compare({**serial, "identity.imei1": IMEI}, {**serial, "identity.imei2": "353918057901130"})
    assert (found.verdict, found.nothing_differs) == (Verdict.INDETERMINATE, True)


@given(READINGS, READINGS)
def test_reading_less_never_turns_a_doubt_into_a_pass(before: dict[str, str], after: dict[str, str]) -> None:
    whole = is_same_phone(before, after)
    for name in after:
        less = {other: text for other, text in after.items() if other != name}
        if whole is Verdict.INDETERMINATE:
            assert is_same_phone(before, less) is not Verdict.PASSED


@given(READINGS, READINGS, st.binary(min_size=16, max_size=16))
def test_commitments_compare_like_the_texts_they_stand_for(
    before: dict[str, str], after: dict[str, str], salt: bytes
) -> None:
    def committed(reading: dict[str, str]) -> dict[str, str]:
        return {
            name: commit("test", text, salt) if text and text != "malformed" else text for name, text in reading.items()
        }

    assert is_same_phone(committed(before), committed(after)) is is_same_phone(before, after)


def test_a_malformed_value_never_becomes_part_of_an_identity() -> None:
    identity = PhoneIdentity.from_values(
        {"identity.serial": "malformed", "product.maker": "Google", "product.model": "Pixel 6"}
    )
    assert identity.serial == ""
    assert identity.display_name == "Google Pixel 6"


@pytest.mark.parametrize(
    ("label", "one", "other"),
    [
        ("imei", "35-391805-790112-2", "353918057901122"),
        ("udid", "00008101-000A1B2C", "00008101000a1b2c"),
        ("wifi_mac", "AA:BB:CC", "aabbcc"),
    ],
)
def test_spellings_of_one_identifier_commit_alike(label: str, one: str, other: str) -> None:
    assert commit(label, one, b"s" * 16) == commit(label, other, b"s" * 16)


def test_a_serial_keeps_its_case_because_makers_use_it() -> None:
    assert normalise("serial", "AbC-1") == "AbC-1"


@given(st.text(max_size=20), st.text(max_size=20))
def test_commitments_differ_with_label_and_salt(label: str, value: str) -> None:
    assert commit("serial", value, b"1" * 16) != commit("serial", value, b"2" * 16)
    assert commit("serial", value, b"1" * 16) != commit("android_id", value, b"1" * 16)


def test_the_worst_of_none_is_that_nobody_looked() -> None:
    assert worst([]) is Verdict.INDETERMINATE
    assert worst([Verdict.PASSED, Verdict.INDETERMINATE]) is Verdict.INDETERMINATE
    assert worst([Verdict.INDETERMINATE, Verdict.FAILED, Verdict.PASSED]) is Verdict.FAILED
    assert worst([Verdict.PASSED, Verdict.PASSED]) is Verdict.PASSED


def test_one_number_said_in_two_places_is_one_identifier() -> None:
    once = {"identity.imei1": "490154203237518", "identity.imei2": "490154203237518"}
    assert is_same_phone(once, once) is Verdict.INDETERMINATE
    assert is_same_phone({**once, "identity.serial": "S1"}, {**once, "identity.serial": "S1"}) is Verdict.PASSED


_READINGS = st.lists(
    st.dictionaries(
        st.sampled_from([name for each in IDENTIFIERS for name in each.values]),
        st.sampled_from(["a", "b", "", "malformed"]),
        max_size=5,
    ),
    max_size=4,
)


@given(_READINGS, _READINGS)
def test_sets_of_readings_are_compared_as_each_with_each(
    before: list[dict[str, str]], after: list[dict[str, str]]
) -> None:
    pairs = [compare(one, other) for one in before for other in after]
    found = compare_all(before, after)
    assert found.differing == frozenset().union(*(pair.differing for pair in pairs))
    assert found.agreeing == {
        name: frozenset().union(*(pair.agreeing.get(name, frozenset()) for pair in pairs))
        for name in {name for pair in pairs for name in pair.agreeing}
    }
    assert contradict(before) is any(compare(one, other).differing != frozenset() for one in before for other in before)
