# SPDX-License-Identifier: GPL-3.0-or-later
"""The golden cases get the answers that expected.json names. They were issued once, by keys nobody has any more.

If rules, scheme or drawing changed on purpose, `python tools/make_golden.py` issues them again.
"""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from certs.verify.trust import Trust
from certs.verify.verification import Verification
from certs.verify.verifier import CHECKS, seal, verify, verify_file
from phones.verdict import Verdict

GOLDEN = Path(__file__).parents[2] / "golden"
EXPECTED: dict[str, Any] = json.loads((GOLDEN / "expected.json").read_text("utf-8"))
CASES: dict[str, dict[str, Any]] = EXPECTED["cases"]
SEAL = ("structure", "coverage", "container", "integrity", "chain", "trust")


def _at(case: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(case.get("at", EXPECTED["default_at"]))


def _judged(case: dict[str, Any]) -> Verification:
    trust = Trust.from_files(GOLDEN / name for name in case.get("trust", EXPECTED["default_trust"]))
    status = trust.status((GOLDEN / case["status"]).read_bytes()) if "status" in case else None
    return verify_file(GOLDEN / case["file"], trust, at=_at(case), imei=case.get("imei"), status=status)


@pytest.mark.parametrize("name", sorted(CASES))
def test_a_golden_case_gets_the_answer_it_must(name: str) -> None:
    case = CASES[name]
    found = _judged(case)
    assert (found.answer.value, found.code) == (case["answer"], case["code"]), found.checks[-1]
    assert set(case.get("warnings", ())) <= set(found.warnings)
    alone = verify_file(GOLDEN / case["file"], Trust(), at=_at(case), imei=case.get("imei"))
    assert alone.answer.value == case["answer_without_root"], alone.checks[-1]


def test_every_golden_file_is_expected_and_every_expected_file_is_there() -> None:
    named = {case["file"] for case in CASES.values()} | {"expected.json", "root.pem"}
    for case in CASES.values():
        named |= {*case.get("trust", ()), *([case["status"]] if "status" in case else [])}
    assert {path.name for path in GOLDEN.iterdir()} == named


def test_every_check_that_can_fail_has_a_golden_case() -> None:
    failed = {_judged(case).checks[-1].name for case in CASES.values() if case["answer"] == "NOT VALID"}
    doubted = {
        check.name
        for case in CASES.values()
        if case["answer"] == "CANNOT TELL"
        for check in _judged(case).checks
        if check.code
    }
    assert failed | doubted == {name for name, _ in CHECKS}


def test_a_good_case_has_no_warning_it_does_not_name() -> None:
    """Of the papers that bring everything a reader can ask for, nothing is left to say."""
    found = _judged({**CASES["valid-standing"]})
    assert set(found.warnings) == {"W_VALIDATION_UNSIGNED"}


@pytest.mark.parametrize("name", sorted(CASES))
def test_the_seal_alone_agrees_with_the_whole_and_never_says_more(name: str) -> None:
    case = CASES[name]
    trust = Trust.from_files([GOLDEN / "root.pem"])
    data = (GOLDEN / case["file"]).read_bytes()
    found, whole = seal(data, trust), verify(data, trust, at=_at(case))
    assert found.checks == whole.checks[: len(found.checks)]
    if whole.checks[-1].verdict is Verdict.FAILED and whole.checks[-1].name in SEAL:
        assert (found.verdict, found.code) == (Verdict.FAILED, whole.code)
    else:
        assert found.verdict is not Verdict.FAILED


def test_the_valid_file_is_valid_today_too() -> None:
    trust = Trust.from_files([GOLDEN / "root.pem"])
    assert verify_file(GOLDEN / "valid.pdf", trust).exit_code == 0
