# SPDX-License-Identifier: GPL-3.0-or-later
"""An IMEI is checked, and a SIM card's number never passes for one."""

import pytest

from phones.imei import luhn_holds, luhn_of, read_imei


@pytest.mark.parametrize(
    ("digits", "holds"), [("490154203237518", True), ("490154203237519", False), ("353918057901122", True)]
)
def test_the_last_digit_checks_the_others(digits: str, holds: bool) -> None:
    assert luhn_holds(digits) is holds


@pytest.mark.parametrize(
    "text",
    [
        "310260123456789",
        "460001234567890",
        "454000123456789",
        "35391805790112",
        "3539180579011255",
        "35391805790112x",
        "",
        "000000000000000",
        "٣٥٣٩١٨٠٥٧٩٠١١٢٥",
    ],
)
def test_what_is_no_imei_is_not_taken(text: str) -> None:
    assert read_imei(text) == ""


def test_one_bad_check_digit_makes_the_reading_invalid() -> None:
    assert luhn_of(("353918057901122", "353918057901121")) == "invalid"
    assert luhn_of(("353918057901122",)) == "valid"
    assert luhn_of(()) == "absent"
