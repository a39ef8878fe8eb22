# SPDX-License-Identifier: GPL-3.0-or-later
"""From whom the root came decides what it is worth; without a browser."""

import importlib.util
import json
import re
from pathlib import Path
from typing import Any

import pytest

from certs.verify.root_words import root_words
from certs.verify.trust import Trust
from tests.support.papers.synthetic_jobs import IMEI

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "tests" / "golden"
PAGE = ROOT / "offline_page" / "python" / "proofwipe_page.py"
STEPS = (ROOT / "offline_page" / "src" / "steps.js").read_text("utf-8")


@pytest.fixture(scope="module")
def page() -> Any:
    found = importlib.util.spec_from_file_location("proofwipe_page", PAGE)
    assert found is not None
    assert found.loader is not None
    module: Any = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


def judged(page: Any, file: str, source: str, *names: str) -> dict[str, Any]:
    question = json.dumps({"imei": IMEI, "names": names, "source": source})
    found: dict[str, Any] = json.loads(
        page.judge_paper(question, [(GOLDEN / each).read_bytes() for each in (file, *names)])
    )
    return found


@pytest.mark.parametrize("source", ["site", "issuer"])
def test_a_root_of_the_issuer_counts(page: Any, source: str) -> None:
    found = judged(page, "valid.pdf", source, "root.pem")
    assert (found["answer"], found["source"]) == ("VALID", "trusted")
    assert found["plain"]["answer"] == "genuine_this_phone"


@pytest.mark.parametrize(("source", "said"), [("", "unasked"), ("seller", "seller"), ("unknown", "unknown")])
def test_any_other_root_makes_nothing_better_than_cannot_tell(page: Any, source: str, said: str) -> None:
    for file in ("valid.pdf", "valid-logged.pdf", "report.pdf"):
        found = judged(page, file, source, "root.pem")
        assert (found["answer"], found["code"], found["source"]) == ("CANNOT TELL", "E_UNTRUSTED", said), file
        assert found["plain"]["answer"] == "do_not_rely"


def test_a_bad_paper_stays_bad_whoever_gave_the_root(page: Any) -> None:
    for source in ("", "seller", "site"):
        assert judged(page, "byte-flipped.pdf", source, "root.pem")["answer"] == "NOT VALID"


def test_nobody_is_asked_of_whom_files_without_a_root_came(page: Any) -> None:
    assert judged(page, "valid.pdf", "", "log.policy")["source"] == ""
    assert judged(page, "specimen.pdf", "seller")["answer"] == "SPECIMEN"


def test_a_root_has_the_words_of_the_command_in_both_languages(page: Any) -> None:
    (file,) = json.loads(page.look_at_trust(json.dumps({"names": ["root.pem"]}), [(GOLDEN / "root.pem").read_bytes()]))
    fingerprint = Trust.from_files([GOLDEN / "root.pem"]).roots[0].fingerprint
    (root,) = file["holds"]
    assert root["words"] == {language: list(root_words(fingerprint, language)) for language in ("en", "zh")}


def test_the_page_asks_of_whom_in_the_words_that_its_python_knows(page: Any) -> None:
    found = re.search(r"export const SOURCES = \[(.+)\];", STEPS)
    assert found
    offered = set(re.findall(r'"(\w+)"', found[1]))
    assert page.TRUSTED_SOURCES | {"seller", "unknown"} == offered
