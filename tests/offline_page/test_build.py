# SPDX-License-Identifier: GPL-3.0-or-later
"""The page is built from pinned parts, twice to the same bytes, and names no place to fetch anything from."""

import hashlib
import json
import re
import subprocess
from pathlib import Path

import pytest

from certs.verify.verifier import CHECKS
from tests.offline_page.driver import PAGE, ROOT

SOURCES = ROOT / "offline_page"
WHEELS = ROOT / "out" / "offline_page" / "wheels"
TEXTS = (SOURCES / "src" / "texts.js").read_text("utf-8")


@pytest.mark.page
def test_two_builds_are_byte_identical_and_the_built_page_is_of_this_tree(tmp_path: Path) -> None:
    digests = {hashlib.sha256(PAGE.read_bytes()).hexdigest()}
    for name in ("one.html", "two.html"):
        out = tmp_path / name / "verify.html"
        subprocess.run(["node", "build.mjs", str(WHEELS), str(out)], cwd=SOURCES, check=True, timeout=120)
        digests.add(hashlib.sha256(out.read_bytes()).hexdigest())
    assert len(digests) == 1


@pytest.mark.page
def test_the_page_lets_nothing_in_and_nothing_out() -> None:
    page = PAGE.read_text("utf-8")
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', page)
    assert policy
    rules = dict(rule.split(" ", 1) for rule in policy[1].split("; "))
    assert rules["default-src"] == "'none'"
    assert "connect-src" not in rules
    assert "unsafe" not in policy[1].replace("'wasm-unsafe-eval'", "")
    assert not re.search(r"(src|href)=", page.split("<body>")[0])


def test_the_lock_file_names_packages_by_hash_and_no_registry() -> None:
    lock = json.loads((SOURCES / "package-lock.json").read_text("utf-8"))
    for name, package in lock["packages"].items():
        assert "resolved" not in package
        assert not name or package["integrity"].startswith("sha512-")
    wanted = json.loads((SOURCES / "package.json").read_text("utf-8"))["devDependencies"]
    assert all(re.fullmatch(r"[0-9.]+", version) for version in wanted.values())


def test_the_browser_runs_the_versions_that_are_tested_here() -> None:
    pinned = dict(
        line.lower().replace("_", "-").split("==") for line in (ROOT / "constraints.txt").read_text().splitlines()
    )
    for line in (SOURCES / "wheels.txt").read_text("utf-8").splitlines():
        if not line.startswith("#"):
            name, version = line.split(" ")[0].split("==")
            assert pinned[name] == version, name
            assert "--hash=sha256:" in line


def test_every_check_of_the_verifier_has_words_on_the_page() -> None:
    missing = [name for name, _ in CHECKS if f'"check.{name}"' not in TEXTS]
    assert not missing


def test_every_text_is_there_in_both_languages() -> None:
    entries = re.findall(r'^  "?([\w. -]+?)"?: \[(.*?)\],?$', TEXTS, re.MULTILINE | re.DOTALL)
    assert len(entries) > 100
    for name, body in entries:
        texts = json.loads("[" + re.sub(r",\s*$", "", body.strip()) + "]")
        assert len(texts) == 2, name
        assert re.search(r"[\u4e00-\u9fff]", texts[1]) or name in ("other_language", "paper.pdf"), name
        assert set(re.findall(r"\{\w+\}", texts[0])) == set(re.findall(r"\{\w+\}", texts[1])), name


def test_no_text_is_asked_for_that_is_not_there() -> None:
    used = set()
    for path in (SOURCES / "src").glob("*.js"):
        used |= set(re.findall(r'say\("([\w. -]+)"', path.read_text("utf-8")))
    missing = {key for key in used if not re.search(rf'^  "?{re.escape(key)}"?: \[', TEXTS, re.MULTILINE)}
    assert not missing
