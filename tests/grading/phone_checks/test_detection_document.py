# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/detection.md is what its tool writes, a half and a check at a time, and shows no claimed fault that passed."""

from dataclasses import replace

import pytest

from tools.make_detection import TARGET, Row, anew, browser_half, halves, rows_of, rules_half

DOCUMENT = TARGET.read_text("utf-8")
RULES, BROWSER = halves(DOCUMENT)


def test_the_document_is_what_its_tool_writes_of_its_rows() -> None:
    browser = f"\n{browser_half(*rows_of(BROWSER))}" if BROWSER else ""
    written = f"{rules_half(*rows_of(RULES)).rstrip()}\n{browser}".rstrip() + "\n"
    assert written == DOCUMENT


@pytest.mark.parametrize("half", [each for each in (RULES, BROWSER) if each])
def test_no_claimed_fault_passed_and_no_healthy_phone_failed(half: str) -> None:
    faults, healthy = rows_of(half)
    assert [row for row in faults if row.claimed and row.passed] == []
    assert [row for row in healthy if row.failed] == []
    assert all(row.runs >= 20 for row in (*faults, *healthy))


def test_rows_of_one_check_are_made_anew_and_the_others_stay() -> None:
    row = Row(check="motion, turn", what="a", claimed=True, runs=1, passed=0, failed=1, inconclusive=0)
    compass = replace(row, check="compass", what="b")
    touch = replace(row, check="touch", what="c")
    again = replace(row, what="d")
    assert anew([compass, row], [touch, again], "motion") == [touch, again, compass]
    assert anew([compass, row], [touch], "") == [touch]


def test_what_was_not_run_in_the_browser_is_named_until_it_was() -> None:
    row = Row(check="camera, card", what="a", claimed=True, runs=1, passed=0, failed=1, inconclusive=0)
    touch = replace(row, check="touch")
    assert "; and, not run yet: sound, the torch, motion, the compass, the motor." in browser_half([touch, row], [])
    every = [replace(row, check=each) for each in ("sound", "torch", "motion, turn", "compass", "vibration")]
    assert "not run yet" not in browser_half([touch, row, *every], [])
