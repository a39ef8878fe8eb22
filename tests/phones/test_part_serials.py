# SPDX-License-Identifier: GPL-3.0-or-later
"""Serial numbers of parts: what is told, what two readings say, and that unknown is never the same."""

from hypothesis import given
from hypothesis import strategies as st

from phones.allowed import MALFORMED, allowed
from phones.commitment import is_commitment
from phones.identifiers import PART_MEANINGS, PARTS
from phones.part_serials import part_values
from phones.same_parts import BLANK, SamePart, committed_parts, compare_parts

PANEL, OTHER = "FAKEPANEL1+SERIAL", "OTHERPANEL2+SERIAL"
NAMES = [each.value for each in PARTS]
TEXTS = st.sampled_from(["#" + "a" * 32, "#" + "b" * 32, MALFORMED, ""])
READING = st.dictionaries(st.sampled_from(NAMES), TEXTS, max_size=4)
READINGS = st.lists(READING, max_size=3)


def test_what_is_told_becomes_the_parts_values_and_what_is_not_told_is_absent() -> None:
    assert part_values({"panel": PANEL, "battery": ""}) == {"parts.panel": PANEL, BLANK: ""}
    assert part_values({}) == {}


def test_zeros_and_slashes_are_a_part_without_a_number_and_placeholders_tell_nothing() -> None:
    found = part_values({"panel": "0000000000", "battery": "//////", "storage": "unknown", "flash": PANEL})
    assert found == {"parts.flash": PANEL, BLANK: "panel,battery"}
    assert part_values({"storage": "unknown"}) == {}


@given(st.dictionaries(st.sampled_from([*PART_MEANINGS, "heart"]), st.text(max_size=300)))
def test_whatever_a_phone_tells_is_admitted_or_malformed_and_never_raises(told: dict[str, str]) -> None:
    for name, text in part_values(told).items():
        assert allowed(name).admit(text) in (text, MALFORMED)


def test_one_part_that_differs_is_another_and_the_rest_stays_the_same() -> None:
    found = compare_parts(
        [{"parts.panel": PANEL, "parts.battery": "FAKEB1"}], [{"parts.panel": OTHER, "parts.battery": "FAKEB1"}]
    )
    assert found.named(SamePart.OTHER) == ("panel",)
    assert found.named(SamePart.SAME) == ("battery",)


def test_a_part_that_is_told_on_one_side_only_is_unknown() -> None:
    found = compare_parts([{"parts.panel": PANEL}], [{"parts.battery": "FAKEB1"}, {"parts.panel": MALFORMED}])
    assert found.parts == {"panel": SamePart.UNKNOWN, "battery": SamePart.UNKNOWN}


def test_a_number_that_became_zeros_is_another_part_and_zeros_twice_are_unknown() -> None:
    assert compare_parts([{"parts.panel": PANEL}], [{BLANK: "panel"}]).parts == {"panel": SamePart.OTHER}
    assert compare_parts([{BLANK: "panel"}], [{BLANK: "panel"}]).parts == {"panel": SamePart.UNKNOWN}


@given(READINGS, READINGS)
def test_comparing_takes_no_side(before: list[dict[str, str]], after: list[dict[str, str]]) -> None:
    assert compare_parts(before, after).parts == compare_parts(after, before).parts


@given(READINGS, READINGS, READING)
def test_more_readings_never_make_another_part_the_same(
    before: list[dict[str, str]], after: list[dict[str, str]], more: dict[str, str]
) -> None:
    others = compare_parts(before, after).named(SamePart.OTHER)
    assert set(others) <= set(compare_parts(before, [*after, more]).named(SamePart.OTHER))


@given(READINGS, READINGS)
def test_the_same_is_said_only_of_what_both_sides_told_in_one_text(
    before: list[dict[str, str]], after: list[dict[str, str]]
) -> None:
    for name in compare_parts(before, after).named(SamePart.SAME):
        told = {reading.get(f"parts.{name}", "") for reading in (*before, *after)} - {""}
        assert len(told) == 1
        assert told != {MALFORMED}
        assert all(any(reading.get(f"parts.{name}") for reading in side) for side in (before, after))


@given(
    st.dictionaries(st.sampled_from(NAMES), st.text(alphabet="AB12+", min_size=1, max_size=12)),
    st.binary(min_size=16, max_size=16),
)
def test_commitments_hide_the_number_and_compare_like_it(reading: dict[str, str], salt: bytes) -> None:
    kept = committed_parts(reading, salt)
    assert kept.keys() == reading.keys()
    assert all(is_commitment(text) for text in kept.values())
    assert compare_parts([kept], [committed_parts(reading, salt)]).named(SamePart.SAME) == compare_parts(
        [reading], [reading]
    ).named(SamePart.SAME)
    assert not compare_parts([kept], [committed_parts(reading, salt[::-1] + b"x")]).named(SamePart.SAME)
