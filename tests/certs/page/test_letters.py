# SPDX-License-Identifier: GPL-3.0-or-later
"""The letters in a paper are the letters of its text: each looks like itself, and copies as itself."""

import hashlib
import io
import re

import pytest
from fontTools.pens.areaPen import AreaPen
from fontTools.ttLib import TTFont
from hypothesis import given
from hypothesis import strategies as st

from certs import shared
from certs.page import fonts, glyphs, letters
from certs.page.pdf_syntax import Stream
from tools import make_fonts

TABLE = glyphs.table()
DRAWABLE = [chr(code) for code in TABLE.codes if code]


def test_the_shipped_table_is_the_one_its_maker_makes() -> None:
    data = shared.content(glyphs.LETTERS)
    assert hashlib.sha256(data).hexdigest() == make_fonts.TABLE_SHA256
    assert set(TABLE.codes) - {0} <= set(make_fonts.characters())
    assert len(TABLE.codes) > 7600


@given(st.lists(st.sampled_from(DRAWABLE), min_size=1, max_size=60, unique=True))
def test_a_cut_font_is_a_sound_font_with_the_outlines_of_the_table(characters: list[str]) -> None:
    numbered = letters.numbered(characters)
    assert sorted(numbered) == sorted(map(ord, characters))
    program, to_unicode, present = (item for item in letters.font(numbered, 10) if isinstance(item, Stream))
    font = TTFont(io.BytesIO(program.raw), checkChecksums=2)
    order = font.getGlyphOrder()
    assert len(order) == max(numbered.values()) + 1
    assert present.raw == (((1 << len(order)) - 1) << (-len(order) % 8)).to_bytes((len(order) + 7) // 8, "big")
    for code, number in numbered.items():
        glyph = font["glyf"][order[number]]
        assert font["hmtx"][order[number]][0] == TABLE.advances[TABLE.place(code)]
        assert (glyph.numberOfContours > 0) == bool(TABLE.outline(TABLE.place(code)))
    back = {}
    for first, listed in re.findall(rb"<(\w{4})><\w{4}>\[((?:<\w{4}>)+)\]", to_unicode.raw):
        for step, code in enumerate(re.findall(rb"<(\w{4})>", listed)):
            back[int(first, 16) + step] = int(code, 16)
    assert back == {number: code for code, number in numbered.items()}


def test_every_letter_that_is_no_space_has_ink_within_its_box() -> None:
    places = [TABLE.place(ord(character)) for character in DRAWABLE[:3000]]
    font = TTFont(io.BytesIO(glyphs.program([0, *places])), checkChecksums=2)
    shapes, order = font.getGlyphSet(), font.getGlyphOrder()
    left, bottom, right, top = TABLE.box
    for number, character in enumerate(DRAWABLE[:3000], start=1):
        pen = AreaPen(shapes)
        shapes[order[number]].draw(pen)
        assert character.isspace() or abs(pen.value) > 4, character
        points = font["glyf"][order[number]].getCoordinates(font["glyf"])[0]
        assert all(left <= x <= right and bottom <= y <= top for x, y in points), character


def test_no_letter_number_must_be_escaped_in_a_text() -> None:
    for number in letters.numbered(DRAWABLE).values():
        assert not set(number.to_bytes(2, "big")) & set(b"\r()\\")


def test_texts_are_shown_by_their_numbers() -> None:
    numbered = letters.numbered(["手机 A"])
    shown = letters.shown([b"BT\n", "机A", b"ET\n"], numbered)
    assert shown == b"BT\n(" + b"".join(numbered[ord(c)].to_bytes(2, "big") for c in "机A") + b")Tj\nET\n"


@pytest.mark.parametrize(("text", "lost"), [("王䶮 😀 ok", "䶮😀"), ("a\u00a0b", "\u00a0"), ("\0", "\0"), ("手机", "")])
def test_what_has_no_letter_is_named(text: str, lost: str) -> None:
    assert fonts.missing(text) == lost
