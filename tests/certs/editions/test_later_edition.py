# SPDX-License-Identifier: GPL-3.0-or-later
"""The law goes on and papers stay: rules, allow-list, fields, page and words change in a later edition, and papers of
both get their own answers from a program that has both.
"""

import json
from pathlib import Path

import pytest

from tools.edition_table import CHANGES, EARLIER, LATER, ROOT, Answer, answers, changed_program
from tools.editions.corpus import CORPUS

pytestmark = pytest.mark.xdist_group("later edition")


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("later")
    changed_program(folder)
    return folder


@pytest.fixture(scope="module")
def told(program: Path) -> list[Answer]:
    return answers(program)


def test_the_later_program_answers_to_papers_of_both_editions_as_each_ones_law_says(told: list[Answer]) -> None:
    rows = [row for row in told if row.by == "later"]
    assert {row.edition for row in rows} == {EARLIER, LATER}
    assert [(row.edition, row.kind, row.answer) for row in rows] == [
        (row.edition, row.kind, row.expected) for row in rows
    ]
    for edition in (EARLIER, LATER):
        said = {row.answer.partition(" E_")[0] for row in rows if row.edition == edition}
        assert said == {"VALID", "NOT VALID", "REPORT", "SPECIMEN"}


def test_a_program_without_the_later_edition_accuses_nobody(told: list[Answer]) -> None:
    rows = [row for row in told if row.by == "this"]
    assert len(rows) > 10
    assert {row.answer for row in rows} == {"CANNOT TELL E_EDITION_UNKNOWN"}


def test_the_later_law_differs_in_each_of_the_five_ways(program: Path) -> None:
    assert len({change.files for change in CHANGES}) >= 5
    for path in (
        "phones/allowed.py",
        "certs/record/schema.py",
        "certs/page/sheet.py",
        "certs/page/labels.toml",
    ):
        before, after = (
            program / "certs" / "editions" / f"e{name.replace('.', '_')}" / path for name in (EARLIER, LATER)
        )
        assert before.read_bytes() != after.read_bytes(), path
    assert (program / "certs/editions/e2099_01/wipe/rules/2099.01.toml").is_file()
    earlier, later = (
        json.loads((program / CORPUS / name / "expected.json").read_text("utf-8"))["cases"] for name in (EARLIER, LATER)
    )
    assert earlier == later


def test_nothing_was_released_in_the_program_itself() -> None:
    assert not (ROOT / "certs" / "editions" / "e2099_01").exists()
