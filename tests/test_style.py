# SPDX-License-Identifier: GPL-3.0-or-later
"""What no linter asks: a rule that is switched off on a line says there which one, and why."""

import re
import tokenize
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FOLDERS = (
    *("phones", "wipe", "grading", "certs", "transparency", "station", "hardware-fixtures", "rig"),
    *("tests", "tools", "benchmarks", "offline_page/python"),
)
EXCEPTION = re.compile(r"# (?:type: ignore|noqa)\b.*")
EXPLAINED = re.compile(
    r"# type: ignore\[[a-z-]+(?:, ?[a-z-]+)*\]  # \S.*|# noqa: [A-Z]+[0-9]+(?:, ?[A-Z]+[0-9]+)* - \S.*"
)


def exceptions(file: Path) -> list[str]:
    """Every comment that switches a rule off."""
    with file.open("rb") as lines:
        comments = [token.string for token in tokenize.tokenize(lines.readline) if token.type == tokenize.COMMENT]
    return [found.group() for comment in comments if (found := EXCEPTION.search(comment))]


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_rule_that_is_switched_off_says_which_and_why(folder: str) -> None:
    files = [file for file in (ROOT / folder).rglob("*.py") if "node_modules" not in file.parts]
    assert files
    found = {f"{file.relative_to(ROOT)}: {text}" for file in files for text in exceptions(file)}
    assert {each for each in found if not EXPLAINED.search(each)} == set()


def test_an_exception_without_code_or_reason_is_seen() -> None:
    for text in ("# noqa", "# noqa: E501", "# type: ignore", "# type: ignore[misc]", "# type: ignore  # why"):
        assert EXCEPTION.search(text)
        assert not EXPLAINED.fullmatch(text)
    for text in ("# noqa: E501 - a table", "# type: ignore[misc]  # pyusb has no types"):
        assert EXPLAINED.fullmatch(text)
