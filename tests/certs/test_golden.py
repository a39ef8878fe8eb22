# SPDX-License-Identifier: GPL-3.0-or-later
"""The golden files get the answers that expected.json names. They were issued once, by keys nobody has any more.

If rules, scheme or drawing changed on purpose, `python tools/make_golden.py` issues them again.
"""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from certs.trust import Trust
from certs.verify import CHECKS, verify_file

GOLDEN = Path(__file__).parents[1] / "golden"
EXPECTED: dict[str, dict[str, str]] = json.loads((GOLDEN / "expected.json").read_text("utf-8"))
AT = datetime(2028, 6, 1, tzinfo=UTC)


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_a_golden_file_gets_the_answer_it_must(name: str) -> None:
    trust = Trust.from_files([GOLDEN / "root.pem"])
    found = verify_file(GOLDEN / name, trust, at=AT)
    assert (found.answer.value, found.code) == (EXPECTED[name]["answer"], EXPECTED[name]["code"]), found.checks[-1]
    assert verify_file(GOLDEN / name, Trust(), at=AT).answer.value == EXPECTED[name]["answer_without_root"]


def test_every_golden_file_is_expected_and_every_expected_file_is_there() -> None:
    assert {path.name for path in GOLDEN.glob("*.pdf")} == set(EXPECTED)


def test_the_golden_files_meet_most_checks() -> None:
    codes = {entry["code"] for entry in EXPECTED.values()}
    assert len(codes) >= 12
    assert len(CHECKS) == 15


def test_the_valid_file_is_valid_today_too() -> None:
    trust = Trust.from_files([GOLDEN / "root.pem"])
    assert verify_file(GOLDEN / "valid.pdf", trust).exit_code == 0
