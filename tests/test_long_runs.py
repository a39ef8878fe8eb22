# SPDX-License-Identifier: GPL-3.0-or-later
"""What `make test` and `make slow` try of a long run: all of it between them, and of all a part where so wished."""

from typing import Any

import pytest

from tests.support.sampling import every, fewer, parts


def split(params: list[Any]) -> tuple[set[int], set[int]]:
    """The parts in `make test`, and those in `make slow`."""
    quick = {each.values[0] for each in params if not each.marks}
    slow = {each.values[0] for each in params if [mark.name for mark in each.marks] == ["slow"]}
    assert len(quick) + len(slow) == len(params), "each part once, and marked as one or the other"
    return quick, slow


@pytest.mark.parametrize("first", [0, 3, 19, 10**47])
@pytest.mark.parametrize(("total", "tried"), [(5, 1), (20, 6), (6, 2), (31, 1), (1, 1)])
def test_both_together_try_every_part_once(total: int, tried: int, first: int) -> None:
    quick, slow = split(parts(total, tried=tried, first=first, one_in=1))
    assert len(quick) == tried
    assert quick | slow == set(range(total))


@pytest.mark.parametrize("first", [0, 3, 19, 10**47])
@pytest.mark.parametrize(("total", "tried", "others"), [(5, 1, 1), (20, 6, 2), (31, 1, 3), (1, 1, 0)])
def test_one_in_ten_of_the_other_parts_is_one_at_least_and_none_of_those_tried_already(
    total: int, tried: int, others: int, first: int
) -> None:
    whole, _ = split(parts(total, tried=tried, first=first, one_in=1))
    quick, slow = split(parts(total, tried=tried, first=first, one_in=10))
    assert (quick, len(slow)) == (whole, others)


def test_every_part_has_its_turn_as_commits_go_by() -> None:
    turns = [split(parts(20, tried=1, first=first, one_in=10))[1] for first in range(20)]
    assert set[int]().union(*turns) == set(range(20))


def test_each_tenth_place_has_its_turn_as_commits_go_by_and_all_are_tried_at_once_where_nothing_is_wished() -> None:
    assert sorted(at for first in range(10) for at in every(95, first=first, one_in=10)) == list(range(95))
    assert every(95, first=7, one_in=1) == range(95)
    assert (fewer(40, one_in=10), fewer(41, one_in=10), fewer(1, one_in=10), fewer(40, one_in=1)) == (4, 5, 1, 40)
