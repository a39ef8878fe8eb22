# SPDX-License-Identifier: GPL-3.0-or-later
"""dist/verify.html in Chromium: every golden paper, and what is none, has the answer of `proofwipe verify`.

What else the page does is in test_page.py; the two files go to two browsers at once.
"""

import json
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from certs.verify.plain_answer import plain_of
from certs.verify.trust import Trust
from certs.verify.verification import Verification
from certs.verify.verifier import verify_file
from tests.offline_page.driver import GOLDEN, ROOT, Browser
from tests.offline_page.test_page import CASES, EXPECTED, TRUST

pytestmark = pytest.mark.page


def at(case: dict[str, Any]) -> str:
    return str(case.get("at", EXPECTED["default_at"]))


def expected_answer(found: Verification) -> dict[str, Any]:
    """What the page must say when the verifier says this."""
    return {
        "answer": found.answer.value,
        "code": found.code,
        "warnings": list(found.warnings),
        "headline": plain_of(found).headline(),
        "checks": [[check.name, check.verdict.value, check.code] for check in found.checks],
    }


def page_answer(found: dict[str, Any]) -> dict[str, Any]:
    return {name: found[name] for name in ("answer", "code", "warnings", "headline", "checks")}


@pytest.fixture(scope="module", params=sorted({at(case) for case in CASES.values()}))
def dated(browser: Browser, request: pytest.FixtureRequest) -> tuple[Browser, str]:
    browser.open(at=request.param)
    return browser, request.param


def test_every_golden_case_gets_the_answer_of_the_command(dated: tuple[Browser, str]) -> None:
    browser, moment = dated
    wrong: dict[str, object] = {}
    slowest, times = 0, []
    for name, case in sorted(CASES.items()):
        if at(case) != moment:
            continue
        files = [GOLDEN / each for each in case.get("trust", EXPECTED["default_trust"])]
        trust = Trust.from_files(files)
        status = trust.status((GOLDEN / case["status"]).read_bytes()) if "status" in case else None
        wanted = verify_file(
            GOLDEN / case["file"], trust, at=datetime.fromisoformat(moment), imei=case.get("imei"), status=status
        )
        browser.again()
        browser.trust(*files, *([GOLDEN / case["status"]] if status else []))
        browser.phone(case.get("imei", ""))
        found = browser.give(GOLDEN / case["file"])
        times.append(found["ms"])
        slowest = max(slowest, found["ms"])
        if page_answer(found) != expected_answer(wanted):
            wrong[name] = (page_answer(found), expected_answer(wanted))
    assert not wrong
    assert times
    print(f"\n{moment}: {len(times)} cases, {sum(times) / len(times):.0f} ms each, slowest {slowest} ms")


def test_without_a_root_the_answers_are_those_of_the_command(browser: Browser) -> None:
    browser.open()
    for name in ("valid.pdf", "report.pdf", "specimen.pdf", "byte-flipped.pdf"):
        browser.again()
        browser.phone()
        assert page_answer(browser.give(GOLDEN / name)) == expected_answer(verify_file(GOLDEN / name, Trust())), name


def test_what_is_no_pdf_gets_the_answer_of_the_command(browser: Browser, tmp_path: Path) -> None:
    others = {
        "papers.zip": b"PK\x03\x04" + bytes(22) + b"\x09\x00\x00\x00paper.pdf" + bytes(40),
        "mail.eml": b"From: a@example.com\nTo: b@example.com\n\nhello\n",
        "page.pdf": b"<!DOCTYPE html><html></html>",
        "nothing.pdf": b"",
        "letter.pdf": b"Dear buyer",
    }
    browser.open()
    for name, data in others.items():
        (tmp_path / name).write_bytes(data)
        browser.again()
        browser.phone()
        found = page_answer(browser.give(tmp_path / name))
        assert found == expected_answer(verify_file(tmp_path / name, Trust())), name
        assert found["answer"] == "CANNOT TELL", name


@pytest.mark.parametrize("name", ["valid.pdf", "byte-flipped.pdf", "specimen.pdf", "unknown-rules.pdf"])
def test_the_command_itself_says_the_same_today(browser: Browser, name: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "station.cli.main", "verify", str(GOLDEN / name), "--trust", str(TRUST), "--json"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    wanted = json.loads(done.stdout)
    browser.open()
    browser.phone()
    browser.trust(TRUST)
    found = browser.give(GOLDEN / name)
    assert (found["answer"], found["code"] or None) == (wanted["answer"], wanted["code"])
    assert found["warnings"] == [each["code"] for each in wanted["warnings"]]
    assert found["checks"] == [[each["check"], each["verdict"], each["code"] or ""] for each in wanted["checks"]]
