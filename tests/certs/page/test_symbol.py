# SPDX-License-Identifier: GPL-3.0-or-later
"""The QR symbol is the one every other program draws and reads, in every version a paper may need."""

import pytest
import segno
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st

from certs.page import qr
from certs.page.errors import PageError, PaperTooLongError

LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
LARGEST = [20, 38, 61, 90, 122, 154, 178, 221, 262, 311, 366, 419, 483, 528, 600]
"""Characters a version holds at level M (ISO/IEC 18004, table 7)."""


def text_of(length: int) -> str:
    return "".join(LETTERS[(7 * at + at // 45) % 45] for at in range(length))


def ends_on_a_byte(text: str) -> bool:
    """There segno adds a byte of zeros that the standard does not ask for: another symbol with the same text."""
    count_bits = 9 if len(text) <= LARGEST[8] else 11
    return (4 + count_bits + 11 * (len(text) // 2) + 6 * (len(text) % 2) + 4) % 8 == 0


def theirs(text: str) -> tuple[bytes, ...]:
    code = segno.make_qr(text, error="m", mask=2, boost_error=False)
    assert code.mode == "alphanumeric"
    return tuple(bytes(row) for row in code.matrix)


def read_back(rows: tuple[bytes, ...]) -> list[str]:
    """What a decoder reads from the symbol, drawn with four dots a module and its quiet zone."""
    side = 4 * (len(rows) + 8)
    light = b"\xff" * (16 * side)
    dots = b"".join(
        4 * (b"\xff" * 16 + b"".join(4 * (b"\0" if dark else b"\xff") for dark in row) + b"\xff" * 16) for row in rows
    )
    picture = memoryview(light + dots + light).cast("B", (side, side))
    return [code.text for code in zxingcpp.read_barcodes(picture)]


@pytest.mark.parametrize("version", range(1, 16))
@pytest.mark.parametrize("spare", [0, 1, 2])
def test_every_version_is_drawn_as_another_encoder_draws_it(version: int, spare: int) -> None:
    text = text_of(LARGEST[version - 1] - spare)
    rows = qr.modules(text)
    assert len(rows) == 17 + 4 * version
    assert ends_on_a_byte(text) or rows == theirs(text)
    assert read_back(rows) == [text]


@given(st.text(LETTERS, min_size=1, max_size=420).filter(lambda text: not text.isdigit()))
def test_any_text_is_drawn_as_another_encoder_draws_it_and_read_back(text: str) -> None:
    rows = qr.modules(text)
    assert ends_on_a_byte(text) or rows == theirs(text)
    assert read_back(rows) == [text]


@pytest.mark.parametrize(("count", "version"), [(262, 9), (263, 10), (311, 10), (312, 11), (366, 11), (367, 12)])
def test_a_statement_of_ours_needs_version_ten_to_twelve(count: int, version: int) -> None:
    assert len(qr.modules(text_of(count))) == 17 + 4 * version


def test_modules_are_never_finer_than_printers_manage() -> None:
    assert qr.module_size(qr.modules(text_of(311))) == qr.WANTED_MODULE
    assert qr.module_size(qr.modules(text_of(600))) >= qr.MINIMUM_MODULE
    for count in (200, 366, 600):
        rows = qr.modules(text_of(count))
        assert qr.module_size(rows) * (len(rows) + 8) <= qr.MAXIMUM_SIDE + 1e-9


def test_a_text_too_long_or_of_other_characters_is_refused() -> None:
    with pytest.raises(PaperTooLongError):
        qr.modules(text_of(601))
    with pytest.raises(PageError):
        qr.modules("PW1:lower")
