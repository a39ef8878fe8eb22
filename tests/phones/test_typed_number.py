# SPDX-License-Identifier: GPL-3.0-or-later
"""What a person types is the number of a phone as a whole, or it is refused: no digits are picked out of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phones.cleaning import spelled_serial
from phones.identifiers import BY_NAME
from phones.typed_number import folded, is_a_number_of_a_phone, spellings

IMEI, OTHER = "353918057901122", "353918057901130"
GROUPS = (IMEI[:2], IMEI[2:8], IMEI[8:14], IMEI[14:])
WIDE = {ord("0") + digit: ord("０") + digit for digit in range(10)}


@pytest.mark.parametrize(
    "typed",
    [
        IMEI,
        f"  {IMEI}\n",
        "-".join(GROUPS),
        " ".join(GROUPS),
        "\u2011".join(GROUPS),
        "\u2013\u00a0".join(GROUPS),
        IMEI.translate(WIDE),
        "－".join(GROUPS).translate(WIDE),
        "\u3000".join(("", *GROUPS)),
    ],
)
def test_an_imei_in_any_usual_writing_is_the_same(typed: str) -> None:
    assert is_a_number_of_a_phone(typed)
    assert spellings("imei", typed) == (IMEI,)


@pytest.mark.parametrize(
    "typed",
    [
        f"IMEI {IMEI}",
        f"IMEI{IMEI}",
        f"IMEI: {IMEI}",
        f"{IMEI}/01",
        f"{IMEI}, {OTHER}",
        f"{IMEI} {OTHER}",
        f"{IMEI}01",
        f"my phone is {IMEI}",
        f"{IMEI}x",
        f"x{OTHER}{IMEI}",
        f"HUA{IMEI}",
        f"x{IMEI}01",
        f"IMEI {IMEI[:-1]}",
        "SN 12345678901234",
        "手机12345678901234",
        "HUA12345678901234B2",
        IMEI[:-1] + "3",
        IMEI[:-1],
        f"\u202e{IMEI}",
        f"{IMEI}\x1b[0m",
        "35/391805/790112/2",
        "35.391805.790112.2",
        "353918/0579011",
        f"(IMEI) {IMEI}",
        "S/N R58N12ABCDE",
        "SN: R58N12ABCDE",
        "Serial no.: R58N12ABCDE",
        "certificate.pdf",
        "R58N12ABCDE, R58N12ABCDF",
        IMEI.translate({ord("0") + digit: ord("٠") + digit for digit in range(10)}),
        "",
        "1234567",
        "A" * 65,
    ],
)
def test_whatever_else_is_refused(typed: str) -> None:
    assert not is_a_number_of_a_phone(typed)


@pytest.mark.parametrize("typed", [f"IMEI {IMEI}", f"{IMEI}/01", f"x{IMEI}", f"{IMEI}\u0660"])
def test_an_imei_inside_another_text_is_no_spelling_of_it(typed: str) -> None:
    assert IMEI not in spellings("imei", typed)
    assert not is_a_number_of_a_phone(typed)


@pytest.mark.parametrize("typed", ["R58N12ABCDE", "4A231FDAQ0001", "ＲＤ５８ＡＢＣＤ"])
def test_a_serial_number_is_one(typed: str) -> None:
    assert is_a_number_of_a_phone(typed)
    assert folded(typed) in spellings("serial", typed)


PUNCTUATED = ["AB/12345678", "ABC_12345", "A.B.C.12345", "R58#1234567", "(21)R58N12", "R58+N12:ABC", "AB\\12345"]


@pytest.mark.parametrize("serial", [*PUNCTUATED, "序列12345678", "Ж5812345678", "序1234567890123", "AB-12 345678"])
def test_a_serial_number_is_one_as_the_phone_shows_it_and_as_a_paper_keeps_it(serial: str) -> None:
    kept = spelled_serial(serial)
    for typed in (serial, f" {serial}\n", kept):
        assert is_a_number_of_a_phone(typed)
        assert kept in spellings("serial", typed)


@pytest.mark.parametrize(
    ("serial", "typed"),
    [
        ("F2LDEMO0Q1MN", "f2ldemo0q1mn"),
        ("F2LDEMO0Q1MN", "F2LD EMO0 Q1MN"),
        ("F2LDEMO0Q1MN", "F2LDEMO0-Q1MN"),
        ("F2LDEMO0Q1MN", "f2ld\u00a0emo0\u2011q1mn"),
        ("HUA12345678901234", "HUA12345678901234"),
        ("12345678901234X", "12345678901234x"),
        ("28492/F1VN02345", "28492/F1VN02345"),
        ("28492/F1VN02345", "28492/f1vn 02345"),
        ("0a388e93aabb", "0A388E93AABB"),
        ("AB-12 345678", "ab\u201112\u3000345678"),
        ("AB/12345678", "ＡＢ／12345678"),
        ("序列Ab345678", "序列Ab34 5678"),
    ],
)
def test_the_phones_own_serial_number_is_known_however_it_is_typed(serial: str, typed: str) -> None:
    assert is_a_number_of_a_phone(typed)
    assert spelled_serial(serial) in spellings("serial", typed)


@given(serial=st.from_regex(BY_NAME["serial"].pattern, fullmatch=True))
def test_every_serial_number_that_is_kept_opens_by_its_own_text(serial: str) -> None:
    assert serial in spellings("serial", serial)


@given(st.text(max_size=80))
def test_no_text_raises_and_every_imei_spelling_is_digits(typed: str) -> None:
    is_a_number_of_a_phone(typed)
    for number in spellings("imei", typed):
        assert number.isascii()
        assert number.isdecimal()
