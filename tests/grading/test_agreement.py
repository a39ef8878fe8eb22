# SPDX-License-Identifier: GPL-3.0-or-later
"""Two people's answers on one phone are held together question by question."""

from hypothesis import given
from hypothesis import strategies as st

from grading.agreement import LEAST_ANSWERED, answers_of, compared, kappa_permille
from tests.grading.samples import evidence_of

answers = st.dictionaries(st.sampled_from([f"q{at}" for at in range(20)]), st.sampled_from(["ok", "defect", "A"]))


def test_the_newest_answer_counts_and_no_look_is_no_answer() -> None:
    evidence = [
        evidence_of({"statement.screen": "ok", "statement.sound": "not_looked"}, link="operator"),
        evidence_of({"statement.screen": "defect"}, number=2, link="operator"),
        evidence_of({"statement.touch": "ok"}, number=3, link="browser"),
    ]
    assert answers_of(evidence) == {"screen": "defect"}


@given(answers, answers)
def test_only_what_both_answered_agrees_or_not(one: dict[str, str], other: dict[str, str]) -> None:
    rows = compared(one, other)
    assert {row.question for row in rows} == one.keys() | other.keys()
    for row in rows:
        both = row.question in one and row.question in other
        assert row.agree is ((one[row.question] == other[row.question]) if both else None)
    kappa, swapped = kappa_permille(rows), kappa_permille(compared(other, one))
    assert kappa == swapped
    assert kappa is None or -1000 <= kappa <= 1000


def test_kappa_is_that_of_the_textbook_and_is_kept_back_where_it_means_nothing() -> None:
    one = {f"q{at:02}": "ok" if at < 25 else "no" for at in range(50)}  # 20 both yes, 15 both no, 10 and 5 split
    other = {f"q{at:02}": "ok" if at < 20 or 25 <= at < 35 else "no" for at in range(50)}
    assert kappa_permille(compared(one, other)) == 400
    same = {f"q{at}": "ok" for at in range(LEAST_ANSWERED)}
    assert kappa_permille(compared(same, same)) is None
    few = {f"q{at}": "ok" if at else "no" for at in range(LEAST_ANSWERED - 1)}
    assert kappa_permille(compared(few, few)) is None
