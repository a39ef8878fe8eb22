# SPDX-License-Identifier: GPL-3.0-or-later
"""Long lines at a terminal: folded between words, in columns, and what is copied stays whole."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from station.cli.folding import folded

PATH = "/srv/station/papers/2026-11-29/2026-11-29_Google-Pixel-6_0001_PW-226X-5T82-7HWC-73ST-report.pdf"


def test_no_word_is_cut_and_what_goes_on_stands_under_its_mark() -> None:
    said = folded("    → Treat the phone as not erased; the other reasons say what is missing.", 40)
    assert said.splitlines() == [
        "    → Treat the phone as not erased; the",
        "      other reasons say what is missing.",
    ]


def test_a_command_to_copy_is_never_folded() -> None:
    command = "`proofwipe validate ANYJOB01 --accept`"
    assert command in folded(f"Next: a person accepts or rejects it: {command} or `--reject`.", 60)


def test_a_path_longer_than_a_line_stays_one_word() -> None:
    assert PATH in folded(f"Paper: PW-226X-5T82-7HWC-73ST, {PATH}", 80).splitlines()


def test_chinese_is_folded_by_columns_and_no_line_begins_with_what_ends_a_sentence() -> None:
    said = folded("清除前我们写入的测试文件仍然存在：数据没有被清除。请单独存放，另开任务重新清除。" * 3, 40)
    lines = said.splitlines()
    assert all(30 < cell_len(line) <= 40 for line in lines[:-1])
    assert not any(line[0] in "，。：；" for line in lines)
    assert "".join(lines) == "清除前我们写入的测试文件仍然存在：数据没有被清除。请单独存放，另开任务重新清除。" * 3


@pytest.mark.parametrize("text", ["", "short", "  indented", "two\nlines", "- "])
def test_what_fits_is_left_alone(text: str) -> None:
    assert folded(text, 80) == text


@given(st.text(alphabet="ab` 中，。“”（-→\n", max_size=200), st.integers(1, 60))
def test_nothing_is_lost_and_nothing_added_but_space(text: str, width: int) -> None:
    assert "".join(folded(text, width).split()) == "".join(text.split())
