# SPDX-License-Identifier: GPL-3.0-or-later
"""dist/verify.html, opened from its file in Chromium, answers as `proofwipe verify` does, and asks nobody."""

import base64
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tools.synthetic_jobs import IMEI, SECOND_IMEI

from tests.offline_page.driver import GOLDEN, PAGE, ROOT, Browser

pytestmark = pytest.mark.page
PAPERS = sorted(path.name for path in GOLDEN.glob("*.pdf"))
OTHER_IMEI = "352099001761481"
TRUST = GOLDEN / "root.pem"


def command(paper: Path, *options: str) -> dict[str, Any]:
    """What the command says of a paper."""
    done = subprocess.run(
        [sys.executable, "-m", "station.main", "verify", str(paper), "--json", *options],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=120,
    )
    found = json.loads(done.stdout)
    assert done.returncode == found["exit_code"]
    return dict(found)


def same(found: dict[str, Any], wanted: dict[str, Any]) -> bool:
    """Word, code, warnings and every check with its state."""
    return (
        (found["answer"], found["code"]) == (wanted["answer"], wanted["code"])
        and found["warnings"] == wanted["warnings"]
        and found["checks"] == [[check["name"], check["verdict"]] for check in wanted["checks"]]
    )


@pytest.fixture(scope="module")
def trusting(browser: Browser) -> Browser:
    browser.open()
    browser.phone()
    browser.trust(TRUST)
    return browser


@pytest.mark.parametrize("name", PAPERS)
def test_every_golden_paper_gets_the_answer_of_the_command(trusting: Browser, name: str) -> None:
    found = trusting.give(GOLDEN / name)
    assert same(found, command(GOLDEN / name, "--trust", str(TRUST))), found


@pytest.mark.parametrize("name", ["valid.pdf", "report.pdf", "specimen.pdf", "byte-flipped.pdf"])
def test_without_a_root_the_answers_are_those_of_the_command_too(browser: Browser, name: str) -> None:
    browser.open()
    browser.phone()
    assert same(browser.give(GOLDEN / name), command(GOLDEN / name))
