# SPDX-License-Identifier: GPL-3.0-or-later
"""One Chinese word for one thing: docs/terms.md is the table, and no room says it otherwise."""

import re
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[1]
SPOKEN = (
    "certs/page/labels.toml",
    "certs/words.toml",
    "grading/words.toml",
    "phones/words.toml",
    "station/words.toml",
    "wipe/words.toml",
    "offline_page/src/texts.js",
)


class Term(NamedTuple):
    """A row of the table."""

    english: str
    chinese: tuple[str, ...]
    never: tuple[str, ...]
    but: tuple[str, ...]


def _listed(cell: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in cell.split("、") if word.strip())


def _terms() -> list[Term]:
    lines = (ROOT / "docs" / "terms.md").read_text(encoding="utf-8").splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("| ")]
    return [Term(row[0], *(_listed(cell) for cell in row[1:])) for row in rows[1:]]


def _said_otherwise(text: str) -> list[str]:
    found = []
    for term in _terms():
        left = text
        for kept in term.but:
            left = left.replace(kept, "")
        found += [f"{word}: say {'、'.join(term.chinese)}" for word in term.never if word in left]
    return found


@pytest.mark.parametrize("file", SPOKEN)
def test_a_room_has_one_chinese_word_for_a_thing(file: str) -> None:
    lines = (ROOT / file).read_text(encoding="utf-8").splitlines()
    found = {f"{file}:{at}": _said_otherwise(line) for at, line in enumerate(lines, 1) if not line.startswith("#")}
    assert {place: words for place, words in found.items() if words} == {}


def test_every_file_of_words_is_looked_at() -> None:
    there = {
        path.relative_to(ROOT).as_posix()
        for path in ROOT.glob("*/**/*.toml")
        if path.name in {"words.toml", "labels.toml"} and "editions" not in path.parts and ".venv" not in path.parts
    }
    there |= {path.relative_to(ROOT).as_posix() for path in ROOT.glob("*/words.toml")}
    assert there <= set(SPOKEN)


def test_a_variant_is_found_and_a_fixed_name_is_not_taken_for_one() -> None:
    assert _said_otherwise("请查验证书") == ["查验: say 核验"]
    assert _said_otherwise("块擦除，或“抹掉所有内容和设置”") == []
    assert len(_terms()) >= 15
    assert all(re.search("[\u4e00-\u9fff]", word) for term in _terms() for word in term.chinese)
