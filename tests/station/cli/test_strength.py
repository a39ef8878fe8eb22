# SPDX-License-Identifier: GPL-3.0-or-later
"""What is tried first by whoever steals a key file is refused; whatever else a person chooses is taken."""

import string

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from station.cli.strength import LEAST, weakness


@pytest.mark.parametrize(
    ("passphrase", "why"),
    [
        ("", "short"),
        ("a", "short"),
        ("correct hor", "short"),
        ("五个汉字呢", "short"),
        ("aaaaaaaaaaaaaaaa", "few"),
        ("abababababababab", "few"),
        ("abcdefghijklmnop", "row"),
        ("98765432109876543210", "row"),
        ("horse!horse!horse!", "row"),
        ("PasswordPassword1", "known"),
        ("proofwipe proofwipe 1", "known"),
        ("Example GmbH bench-1", "known"),
    ],
)
def test_what_is_tried_first_is_refused_with_its_reason(passphrase: str, why: str) -> None:
    assert weakness(passphrase, ["Example GmbH", "bench-1"]) == why


@pytest.mark.parametrize("passphrase", ["correct horse", "four words with no link", "雨后竹林听琴", "x9$Lq!7vTz2#"])
def test_what_nobody_else_would_choose_is_taken(passphrase: str) -> None:
    assert weakness(passphrase, ["Example GmbH", "bench-1", ""]) is None


@given(st.text(max_size=LEAST - 1).filter(lambda text: text.isascii()))
def test_nothing_shorter_is_ever_taken(passphrase: str) -> None:
    assert weakness(passphrase) is not None


@given(st.text(max_size=400))
def test_any_text_has_an_answer(passphrase: str) -> None:
    assert weakness(passphrase, [passphrase[:5]]) in {None, "short", "few", "row", "known"}


@given(st.text(string.ascii_lowercase + string.digits, min_size=20, max_size=40))
def test_a_random_one_is_taken(passphrase: str) -> None:
    assume(len(set(passphrase)) > 10)
    assume(not any(passphrase[:size] * 20 in passphrase * 20 for size in range(1, 7)))
    assert weakness(passphrase) in {None, "known"}
