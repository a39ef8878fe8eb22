# SPDX-License-Identifier: GPL-3.0-or-later
"""Every error and every problem has its sentence and its next step, in English and in Chinese."""

import ast
import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

from phones.errors import PhoneRefusedError, ProofwipeError
from phones.problem import Problem, ProblemCode
from phones.words import LANGUAGES, ROOMS, catalogue, keys, say

ROOT = Path(__file__).parents[2]
_AN_ERROR = re.compile(r"\bclass \w+Error\b")  # most files have none and need not be parsed


def error_codes() -> Iterator[tuple[str, str]]:
    """Class name and code of every error class of every room, read from the source: nothing is imported."""
    for room in ROOMS:
        for file in sorted((ROOT / room).rglob("*.py")):
            text = file.read_text(encoding="utf-8")
            for node in ast.walk(ast.parse(text)) if _AN_ERROR.search(text) else ():
                if isinstance(node, ast.ClassDef) and node.name.endswith("Error"):
                    for code in _codes(node):
                        yield node.name, code


def _codes(node: ast.ClassDef) -> Iterator[str]:
    for statement in node.body:
        target = statement.targets[0] if isinstance(statement, ast.Assign) else getattr(statement, "target", None)
        value = getattr(statement, "value", None)
        if isinstance(target, ast.Name) and target.id == "code" and isinstance(value, ast.Constant):
            yield str(value.value)


CODES = sorted(set(error_codes()))


def test_the_errors_of_the_house_are_found() -> None:
    names = {name for name, _ in CODES}
    assert {"ProofwipeError", "PhoneLostError", "UsbmuxError"} <= names


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("name", "code"), CODES)
def test_every_error_has_a_reason_and_a_hint(name: str, code: str, language: str) -> None:
    for kind in ("reason", "hint"):
        assert len(say(f"error.{code}.{kind}", language)) > 3, name


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", list(ProblemCode))
def test_every_problem_has_a_reason_and_a_next_step(code: ProblemCode, language: str) -> None:
    problem = Problem(code=code)
    assert len(problem.reason(language)) > 3
    assert len(problem.next_step(language)) > 3


def entries() -> Iterator[tuple[str, str, str]]:
    for key in keys():
        yield key, say_raw(key, "en"), say_raw(key, "zh")


def say_raw(key: str, language: str) -> str:
    """The sentence with its placeholders."""
    return catalogue()[key].get(language, "")


def test_every_sentence_stands_in_both_languages() -> None:
    assert [key for key, english, chinese in entries() if not english or not chinese] == []


def test_both_languages_use_the_same_facts() -> None:
    def fields(text: str) -> set[str]:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}

    assert [key for key, english, chinese in entries() if fields(english) != fields(chinese)] == []


def test_chinese_sentences_of_this_room_are_chinese_and_english_ones_are_not() -> None:
    for key, english, chinese in entries():
        if key.startswith(("error.", "problem.")):
            assert re.search(r"[\u4e00-\u9fff]", chinese), key
            assert not re.search(r"[\u4e00-\u9fff]", english), key


def test_a_sentence_is_said_even_when_a_fact_is_missing() -> None:
    assert say("problem.battery_low.reason", "en")
    assert "closed" in PhoneRefusedError(reason_code="closed").details()


def test_a_fact_with_braces_cannot_break_a_sentence() -> None:
    assert "{evil}" in say("error.recording_format.reason", "en", subject="{evil}")
    assert "{evil}" in ProofwipeError(got="{evil}").details()


def test_no_sentence_of_an_error_shows_what_only_whoever_mends_it_can_read() -> None:
    """The step, what was expected and what came go to the log and are shown with `--verbose`."""
    inner = re.compile(r"\{(?:step|expected|got|reason_code)\}")
    shown = [key for key, english, chinese in entries() if key.startswith("error.") and inner.search(english + chinese)]
    assert shown == []


def test_an_error_is_logged_with_all_that_is_known() -> None:
    error = PhoneRefusedError(reason_code="closed", step="open", expected="an open service", got="closed")
    assert str(error).startswith("The phone closed this service. [phone_refused: step=open, ")
    assert error.reason() in str(error)
    assert error.details() in str(error)


def test_an_unknown_key_is_a_mistake_of_ours() -> None:
    with pytest.raises(KeyError):
        say("error.no_such_code.reason")
