# SPDX-License-Identifier: GPL-3.0-or-later
"""What a person types, a scanner sends or a shop system states is one bounded, visible line, or it is refused."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from phones.cleaning import clean
from station.errors import FieldRefusedError
from station.setup.trade_fields import LONGEST, TRADE_FIELDS, is_trade_value, read_trade_value, read_trade_values

ANYTHING = st.text() | st.text(alphabet="A1 -=+@\t\r\n\x00\x1b\u202e\u200b\ud800é\u0301", max_size=80)


@given(st.sampled_from(TRADE_FIELDS), ANYTHING)
@example("asset_tag", "A\u202e1")
@example("asset_tag", "A-1\r\n")
@example("note", "é" * 300)
def test_what_is_kept_is_one_visible_bounded_line_and_stays_as_it_is(name: str, typed: str) -> None:
    kept = unicodedata.normalize("NFC", typed).strip(" \t\r\n")
    if not is_trade_value(name, kept):
        with pytest.raises(FieldRefusedError) as refused:
            read_trade_value(name, typed)
        assert (refused.value.reason("en") + refused.value.hint("zh")).isprintable()
        return
    assert read_trade_value(name, typed) == kept, "as it was stated"
    assert len(kept) <= LONGEST[name]
    assert clean(kept, most=len(kept)) == kept == kept.strip()
    assert read_trade_value(name, kept) == kept


@pytest.mark.parametrize(
    "typed", ["A\nB", "A\tB", "A\x00", "A\x1b[2J", "A\u202eB", "A\u200bB", "\ud800", "x" * 65, "\u2028"]
)
def test_what_hides_or_is_too_long_is_refused(typed: str) -> None:
    with pytest.raises(FieldRefusedError):
        read_trade_value("asset_tag", typed)


def test_the_same_letters_in_another_composition_are_the_same_tag() -> None:
    assert read_trade_value("lot", "Lot e\u0301") == read_trade_value("lot", "Lot \u00e9 ")


def test_a_name_that_is_no_field_is_refused_and_fields_come_in_their_order() -> None:
    with pytest.raises(FieldRefusedError):
        read_trade_values({"color": "red"})
    assert list(read_trade_values({"note": "n", "asset_tag": "1"})) == ["asset_tag", "note"]
