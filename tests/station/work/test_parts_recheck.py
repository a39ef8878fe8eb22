# SPDX-License-Identifier: GPL-3.0-or-later
"""Are the parts those of the paper: the same, another or unknown, from the record's evidence and one reading."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phones.commitment import commit
from phones.identifiers import PARTS
from phones.same_parts import SamePart
from phones.verdict import Verdict
from station.cli.commands.recheck import exit_code
from station.work.parts_recheck import recheck_parts
from station.work.recheck import Recheck

SALT = b"s" * 16
PANEL, OTHER, CELL = "FAKEPANEL1", "OTHERPANEL2", "FAKECELL0042"
SAME_PHONE = Recheck(same=Verdict.PASSED, as_left=Verdict.FAILED)


def piece(values: Mapping[str, str], *, link: str = "adb", outcome: str = "answered") -> dict[str, object]:
    kept = {
        name: text if name == "parts.blank" else commit(f"part_{name[6:]}", text, SALT) for name, text in values.items()
    }
    return {"link": link, "outcome": outcome, "values": kept}


def record(*pieces: dict[str, object]) -> dict[str, object]:
    return {"evidence": list(pieces)}


def test_parts_of_the_paper_are_the_same_and_one_that_was_swapped_is_another() -> None:
    paper = record(piece({"parts.panel": PANEL, "parts.battery": CELL}))
    same = recheck_parts(paper, SALT.hex(), {"parts.panel": PANEL, "parts.battery": CELL, "identity.serial": "X"})
    assert (same.verdict, exit_code(SAME_PHONE, same)) == (Verdict.PASSED, 0)
    swapped = recheck_parts(paper, SALT.hex(), {"parts.panel": OTHER, "parts.battery": CELL})
    assert swapped.found.parts == {"panel": SamePart.OTHER, "battery": SamePart.SAME}
    assert (swapped.verdict, exit_code(SAME_PHONE, swapped)) == (Verdict.FAILED, 7)


def test_a_part_that_only_one_of_them_names_is_unknown_and_so_is_the_whole() -> None:
    paper = record(piece({"parts.panel": PANEL}))
    found = recheck_parts(paper, SALT.hex(), {"parts.panel": PANEL, "parts.battery": CELL})
    assert found.found.parts == {"panel": SamePart.SAME, "battery": SamePart.UNKNOWN}
    assert (found.verdict, exit_code(SAME_PHONE, found)) == (Verdict.INDETERMINATE, 6)


def test_a_paper_without_parts_says_nothing_of_them() -> None:
    for paper in (record(), {}, {"evidence": "x"}, record({"values": 1})):
        found = recheck_parts(paper, SALT.hex(), {})
        assert (found.verdict, dict(found.found.parts)) == (Verdict.INDETERMINATE, {})


def test_the_newest_reading_of_a_part_on_the_paper_counts_and_no_person_writes_one() -> None:
    paper = record(
        piece({"parts.panel": PANEL}),
        piece({"parts.panel": OTHER}),
        piece({"parts.panel": PANEL}, link="operator"),
        piece({"parts.panel": PANEL}, outcome="silent"),
    )
    assert recheck_parts(paper, SALT.hex(), {"parts.panel": OTHER}).verdict is Verdict.PASSED


def test_zeros_where_the_paper_has_a_number_are_another_part() -> None:
    paper = record(piece({"parts.panel": PANEL}))
    assert recheck_parts(paper, SALT.hex(), {"parts.blank": "panel"}).verdict is Verdict.FAILED


@pytest.mark.parametrize(
    ("word", "told"), [("original", {"battery": "original"}), ("unknown", {}), ("unsupported", {})]
)
def test_the_word_original_is_only_ever_the_phones_own(word: str, told: dict[str, str]) -> None:
    assert recheck_parts(record(), SALT.hex(), {"battery.part_status": word}).makers_word == told


READING = st.dictionaries(st.sampled_from([each.value for each in PARTS]), st.sampled_from([PANEL, OTHER]), max_size=4)


@given(READING, READING)
def test_all_the_same_means_that_both_named_the_same_parts_with_the_same_numbers(
    then: dict[str, str], now: dict[str, str]
) -> None:
    found = recheck_parts(record(piece(then)), SALT.hex(), now)
    assert (found.verdict is Verdict.PASSED) == (then == now and bool(then))
