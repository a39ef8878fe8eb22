# SPDX-License-Identifier: GPL-3.0-or-later
"""How a visit ended, in the words that the law in force knows."""

import pytest

from certs.editions.e2027_02.grading.checks import NEVER_STATED
from station.checking.browser.ends import NOBODYS, SIGNS, PageEnd


@pytest.mark.parametrize("end", NOBODYS)
def test_of_what_nobody_measured_no_persons_word_stands_in_by_the_law_in_force(end: PageEnd) -> None:
    assert SIGNS[end] in NEVER_STATED
