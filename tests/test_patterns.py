# SPDX-License-Identifier: GPL-3.0-or-later
"""No pattern of the product takes longer than its text is long: what phones and papers say is tried by them."""

import ast
import contextlib
import functools
import gc
import importlib
import inspect
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from certs.record import fields, schema
from phones.allowed import ALLOWED
from phones.android import inspection, readers_checks
from tests.support.patterns import is_slow

ROOT = Path(__file__).parent.parent
ROOMS = ("phones", "wipe", "grading", "certs", "station", "transparency")
WHOLE = ("match", "fullmatch")
ANYWHERE = ("search", "findall", "finditer", "sub", "subn", "split")


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """One pattern as one place uses it."""

    place: str
    pattern: "re.Pattern[Any]"
    searched: bool
    name: str = ""


AT_RUN_TIME: dict[str, str] = {
    "certs/record/fields.py: pattern": "`_of_fields`",
    "certs/record/fields.py: self.pattern": "`_of_fields`",
    "certs/record/fields.py: f'([0-9a-f][0-9a-f]){{0,{most}}}'": "`_of_fields`",
    "phones/allowed.py: pattern": "the allow-list",
    "phones/attestation/evidence.py: re.escape(family) + '[0-9]{2}'": "a name of ours and two digits",
    "phones/android/readers.py: pattern": "`_of_settings`",
    "phones/android/readers_checks.py: pattern": "its tables of patterns",
    "phones/recordings/redact.py: pattern": "an escaped number",
    "phones/recordings/redact.py: b'(?<![A-Za-z0-9])' + pattern + b'(?![A-Za-z0-9])'": "an escaped number",
    "phones/refusals.py: '.{1,256}?'.join(map(re.escape, _PLACE.split(row)))": "of a text of at most 200 characters",
}
"""Patterns that are made or read when the program runs → where they are looked at here, or why they need not be."""
BOUNDED: dict[str, str] = {
    "_NAMES_SOMETHING": "of a text of at most 200 characters",
    "_BASE64": "fails after 23 letters at most, and goes over the blanks between two letters no more than that often",
}
"""Name of a pattern → why it is no danger although it may go over its text more than once."""


def modules() -> Iterator[tuple[str, ast.Module, dict[str, Any]]]:
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            name = str(path.relative_to(ROOT))
            text = path.read_text(encoding="utf-8")
            if "re." in text and not name.startswith("certs/editions/e2"):
                module = importlib.import_module(name.removesuffix(".py").removesuffix("/__init__").replace("/", "."))
                yield name, ast.parse(text), vars(module)


def uses() -> Iterator[Use | str]:
    """Every pattern with the way it is used; or the source of one that cannot be told."""
    for name, tree, known in modules():
        if known.get("re") is not re:
            continue
        compiled = {
            target.id
            for node in ast.walk(tree)
            if isinstance(node, ast.Assign) and _is_call(node.value, "compile")
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        methods = _methods_of(tree)
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            if not (isinstance(node.func.value, ast.Name) and node.func.value.id == "re"):
                continue
            if node.func.attr not in ("compile", *WHOLE, *ANYWHERE):
                continue
            pattern = _value(node, known)
            if pattern is None:
                unknown = f"{name}: {ast.unparse(node.args[0])}"
                yield unknown
                if unknown not in AT_RUN_TIME:
                    yield from _constants(name, tree, searched=node.func.attr not in WHOLE)
                continue
            searched, named = node.func.attr in ANYWHERE, ""
            if node.func.attr == "compile":
                named = next((each for each in compiled if known.get(each) == pattern), "")
                searched = not named or any(method not in WHOLE for method in methods.get(named, ("search",)))
            yield Use(place=f"{name}: {pattern.pattern!r}", pattern=pattern, searched=searched, name=named)


def _constants(name: str, tree: ast.Module, *, searched: bool) -> Iterator[Use]:
    """Of a module that takes patterns out of its own tables: every text in it that repeats something."""
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and re.search(r"[\])][*+]|[*+][)$?]", node.value)
        ):
            with contextlib.suppress(re.error):
                yield Use(place=f"{name}: {node.value!r}", pattern=re.compile(node.value), searched=searched)


def _is_call(node: ast.AST, name: str) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == name
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "re"
    )


def _methods_of(tree: ast.Module) -> dict[str, set[str]]:
    """For each name, what is called of it."""
    found: dict[str, set[str]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.attr != "pattern":
            found.setdefault(node.value.id, set()).add(node.attr)
    return found


def _are_flags(node: ast.expr) -> bool:
    text = ast.unparse(node)
    return text.startswith("re.") and "(" not in text


def _value(call: ast.Call, known: dict[str, Any]) -> "re.Pattern[Any] | None":
    """The pattern of this call, made again from its own words and the names of its module."""
    words = [*call.args[:1], *[each for each in call.args[1:] if _are_flags(each)]]
    words += [each.value for each in call.keywords if each.arg == "flags"]
    try:
        pattern, *flags = [eval(ast.unparse(word), dict(known)) for word in words]
        return re.compile(pattern, *flags)
    except (NameError, AttributeError, TypeError):
        return None


@functools.cache
def found() -> tuple[Use | str, ...]:
    """When a test asks, not when tests are collected, which each process does: it parses the whole product."""
    return tuple(uses())


def _of_fields() -> Iterator[tuple[str, str]]:
    """Of every kind of field a record may have."""
    yield "times", fields.Time.pattern
    yield "fine times", fields.FineTime.pattern
    yield "hexadecimal", "([0-9a-f][0-9a-f]){0,64}"
    yield from (("field", each.pattern) for each in gc.get_objects() if isinstance(each, fields.Text))


def _of_settings() -> Iterator[tuple[str, str]]:
    tree = ast.parse(inspect.getsource(inspection))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("setting"):
            yield "setting", ast.literal_eval(node.args[1])


def _of_thermal() -> Iterator[tuple[str, str]]:
    for name, table in vars(readers_checks).items():
        if isinstance(table, dict):
            yield from ((f"{name} {key}", text) for key, text in table.items() if isinstance(text, str) and "(" in text)


assert schema.__name__  # its fields are alive for `_of_fields`
TABLES = (
    *(
        Use(place=f"{name}: {pattern!r}", pattern=re.compile(pattern), searched=False)
        for name, pattern in (
            *((value.name, value.pattern) for value in ALLOWED.values()),
            *sorted(set(_of_fields())),
            *sorted(set(_of_settings())),
        )
    ),
    *(Use(place=f"{name}: {text!r}", pattern=re.compile(text), searched=True) for name, text in _of_thermal()),
)


def test_no_pattern_can_go_over_its_text_again_and_again() -> None:
    in_sources = [each for each in found() if isinstance(each, Use)]
    assert [
        use for use in (*in_sources, *TABLES) if use.name not in BOUNDED and is_slow(use.pattern, searched=use.searched)
    ] == []


def test_what_is_said_to_be_bounded_would_be_slow_otherwise() -> None:
    """Else it would not stand there."""
    slow = {use.name for use in found() if isinstance(use, Use) and is_slow(use.pattern, searched=use.searched)}
    assert slow == set(BOUNDED)


def test_every_pattern_is_looked_at() -> None:
    """Those that are told only at run time by name, or, in a module with tables of patterns, every text in it."""
    tables = {each.place.partition(":")[0] for each in found() if isinstance(each, Use)}
    assert {each for each in found() if isinstance(each, str) and each.partition(":")[0] not in tables} <= set(
        AT_RUN_TIME
    )
    assert len(found()) > 100


@pytest.mark.parametrize(
    ("pattern", "searched"),
    [
        (r"(?m)^\s*health: ", True),
        (r"(a+)+b", False),
        (r"(?:a{0,9})*b", False),
        (r"(?:[ \n]|%[^\n]*)*x", False),
        (r"a*a*b", False),
        (r"\s+$", True),
        (r"\r+\n", True),
        (r".*foo", True),
        (r"foo[a-z]+bar", True),
        (r"<[^>]*>", True),
        (r"(ab|a)(b|c)*c*d", False),
        (r"(\w+\s?)*!", False),
    ],
)
def test_the_kinds_that_take_long_are_known(pattern: str, searched: bool) -> None:
    assert is_slow(re.compile(pattern), searched=searched)


@pytest.mark.parametrize(
    ("pattern", "searched"),
    [
        (r"(?m)^[ \t]*health: ([0-9]{1,2})[ \t\r]*$", True),
        (r"a*b", False),
        (r"[a-z]+", True),
        (r"(?<!\r)\r+\n", True),
        (r"x{1,5}y", True),
        (r"(?:ab)+c", False),
        (r"PW(-[0-9]{4}){4}", False),
        (r"\s*([a-z]{2,32})\s+done", False),
    ],
)
def test_the_kinds_that_do_not_are_told_apart(pattern: str, searched: bool) -> None:
    assert not is_slow(re.compile(pattern), searched=searched)
