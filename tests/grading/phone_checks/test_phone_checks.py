# SPDX-License-Identifier: GPL-3.0-or-later
"""The page for a phone's own browser: what it is made of, what it may say, and that it says it in two languages."""

import json
import re
from pathlib import Path

import pytest

from grading.schemes import load
from phones.allowed import ALLOWED
from phones.signs import SIGNS
from tests.test_terms import _said_otherwise

PAGE = Path(__file__).parents[3] / "grading" / "phone_checks"
VALUES: dict[str, dict[str, list[str]]] = json.loads((PAGE / "values.json").read_bytes())
WORDS: dict[str, dict[str, str]] = json.loads((PAGE / "words.json").read_bytes())
SCRIPTS = {file.name: file.read_text("utf-8") for file in sorted(PAGE.glob("*.js"))}


def test_the_page_is_light_and_of_kinds_that_the_bench_gives_out() -> None:
    files = [file for file in PAGE.rglob("*") if file.is_file()]
    assert sum(file.stat().st_size for file in files) < 200_000
    assert {file.suffix for file in files} == {".html", ".css", ".js", ".json", ".svg"}


def test_its_values_are_exactly_those_that_are_allowed() -> None:
    named = {f"browser.{name}" for values in VALUES.values() for name in values}
    assert named == {name for name in ALLOWED if name.startswith("browser.")}
    assert {sign for values in VALUES.values() for signs in values.values() for sign in signs} <= set(SIGNS)


def test_each_check_of_the_page_is_graded_by_the_scheme() -> None:
    graded = {check.value.removeprefix("browser.") for check in load("basic-2").checks}
    assert [check for check, values in VALUES.items() if not graded & set(values)] == []


def test_it_speaks_two_languages_and_says_nothing_that_it_has_no_words_for() -> None:
    english, chinese = WORDS["en"], WORDS["zh"]
    assert english.keys() == chinese.keys()
    holes = {key: re.findall(r"\{\w+\}", text) for key, text in english.items()}
    assert {key: re.findall(r"\{\w+\}", text) for key, text in chinese.items()} == holes
    script = "\n".join(SCRIPTS.values())
    composed = {f"check.{check}" for check in VALUES} | {key for key in english if key.startswith("sign.")}
    assert composed <= english.keys()
    assert [key for key in english.keys() - composed if f'"{key}"' not in script] == []
    rooms = "|".join({check.split("_")[0] for check in VALUES})
    assert set(re.findall(rf'"((?:{rooms})\.\w+)"', script)) <= english.keys()
    signs = {sign for values in VALUES.values() for each in values.values() for sign in each}
    assert {f"sign.{sign}" for sign in signs} == {key for key in english if key.startswith("sign.")}


def test_its_chinese_words_are_those_of_the_table_of_terms() -> None:
    assert {key: found for key, text in WORDS["zh"].items() if (found := _said_otherwise(text))} == {}


def test_each_check_and_each_step_has_a_picture() -> None:
    there = {file.stem for file in (PAGE / "pictures").glob("*.svg")}
    shown = set(re.findall(r'(?:show|attempts)\((?:stage, lens\.video, )?"(\w+)"', "\n".join(SCRIPTS.values())))
    assert set(VALUES) | shown <= there


def test_nothing_is_inline_or_from_elsewhere() -> None:
    page = (PAGE / "index.html").read_text("utf-8")
    assert not re.search(r"<style|\son\w+=|\sstyle=|<script(?![^>]*\ssrc=)", page)
    for name, text in {**SCRIPTS, "index.html": page, "style.css": (PAGE / "style.css").read_text("utf-8")}.items():
        assert not re.search(r"https?:|innerHTML|eval\(|localStorage|document\.cookie", text), name


@pytest.mark.parametrize("name", sorted(SCRIPTS))
def test_rules_know_no_document(name: str) -> None:
    if name.endswith("_rules.js"):
        assert not re.search(r"\b(?:document|navigator|performance|globalThis)\b", SCRIPTS[name])
