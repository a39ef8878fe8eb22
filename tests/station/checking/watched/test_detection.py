# SPDX-License-Identifier: GPL-3.0-or-later
"""A sample of docs/detection-watched.md: no seeded fault passes the check that claims it, and no sound phone fails."""

import re

import pytest

from tools.make_detection_watched import TARGET
from tools.watched_faults.run import Phone
from tools.watched_faults.table import FAULTS, HEALTHY, Fault, Healthy, run_fault, run_healthy

RUNS = 3
SEED = 77_000


@pytest.fixture(scope="module")
def phone(tmp_path_factory: pytest.TempPathFactory) -> Phone:
    return Phone(tmp_path_factory.mktemp("phone"))


@pytest.mark.parametrize("fault", FAULTS, ids=lambda each: f"{each.check}: {each.what}")
def test_no_fault_ends_as_a_pass_of_the_check_that_claims_it(fault: Fault, phone: Phone) -> None:
    ended = run_fault(phone, fault, RUNS, SEED)
    assert ended.runs == RUNS
    assert not (fault.is_claimed and ended.passed)


@pytest.mark.parametrize("row", HEALTHY, ids=lambda each: f"{each.act}: {each.what}")
def test_no_sound_phone_fails(row: Healthy, phone: Phone) -> None:
    ended = run_healthy(phone, row, RUNS, SEED)
    assert (ended.runs, ended.failed) == (RUNS, 0)


@pytest.mark.parametrize("act", sorted({row.act for row in HEALTHY}))
def test_a_sound_phone_in_plain_hands_passes(act: str, phone: Phone) -> None:
    plain = next(row for row in HEALTHY if row.act == act)
    assert run_healthy(phone, plain, RUNS, SEED).passed == RUNS


def test_the_document_has_every_row_and_no_claimed_fault_missed() -> None:
    text = TARGET.read_text("utf-8")
    faults, sound = text.split("## Healthy phones")
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in faults.split("\n") if line.startswith("| `")]
    assert [row[:2] for row in rows] == [[f"`{each.check}`", each.what] for each in FAULTS]
    assert all(sum(map(int, row[3:])) >= 200 for row in rows)
    assert [row for row in rows if row[2] == "yes" and row[4] != "0"] == []
    hands = re.findall(r"^\| (\w+) \| ([^|]+) \| (\d+) \| (\d+) \| (\d+) \|$", sound, re.MULTILINE)
    assert [(act, what) for act, what, *_ in hands] == [(row.act, row.what) for row in HEALTHY]
    for act in {row.act for row in HEALTHY}:
        counts = [tuple(map(int, found)) for name, _, *found in hands if name == act]
        assert sum(map(sum, counts)) >= 2000
        assert sum(failed for _, failed, _ in counts) <= (2 if act == "digitiser" else 0)
