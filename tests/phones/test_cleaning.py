# SPDX-License-Identifier: GPL-3.0-or-later
"""Nothing a phone says can repaint a terminal or look like two entries."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phones.cleaning import clean, clean_bytes, clean_serial, is_plain_serial


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ("EVIL\tdevice\nFAKE", r"EVIL\u0009device\u000aFAKE"),
        ("\x1b[31mred", r"\u001b[31mred"),
        ("abc\u202egpj", r"abc\u202egpj"),
        ("zero\u200bwidth", r"zero\u200bwidth"),
        ("小米 14", "小米 14"),
        ("", ""),
    ],
)
def test_unprintable_characters_are_written_as_escapes(hostile: str, shown: str) -> None:
    assert clean(hostile) == shown


@given(st.text(max_size=400), st.integers(min_value=1, max_value=120))
def test_cleaned_text_is_one_bounded_printable_line(text: str, most: int) -> None:
    shown = clean(text, most=most)
    assert len(shown) <= most
    assert all(character.isprintable() for character in shown)
    assert not any(unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp") for character in shown)


@given(st.binary(max_size=400))
def test_any_bytes_can_be_shown(data: bytes) -> None:
    assert clean_bytes(data).isprintable()


def test_a_serial_with_a_line_break_is_not_a_plain_serial() -> None:
    assert is_plain_serial("R58N12ABCDE")
    assert is_plain_serial("127.0.0.1:4101")
    assert not is_plain_serial(clean_serial("A\nB"))
    assert not is_plain_serial("")
    assert not is_plain_serial("x" * 65)
