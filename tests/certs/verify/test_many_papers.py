# SPDX-License-Identifier: GPL-3.0-or-later
"""Papers of many kinds, made by the front door, are answered as they must be: no false reject."""

import os

import pytest

from tests.support.papers.many_papers import many

PAPERS = int(os.environ.get("PROOFWIPE_PAPERS", "10000"))


def test_a_few_papers_of_many_kinds_are_answered_as_they_must_be() -> None:
    kinds, wrong = many(seed=7, count=25)
    assert wrong == []
    assert min(kinds["VALID"], kinds["REPORT"]) >= 3


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_ten_thousand_papers_are_answered_as_they_must_be() -> None:
    kinds, wrong = many(seed=11, count=PAPERS)
    assert wrong == []
    assert kinds.total() == PAPERS
