# SPDX-License-Identifier: GPL-3.0-or-later
"""What every tool needs: its options, its input files, lines, and POSIX regular expressions."""

import re
from functools import lru_cache

from virtual_phones.shell.streams import Call, decode


def options(words: list[str], with_value: str = "") -> tuple[dict[str, list[str]], list[str]]:
    """Short options (value letters in `with_value`) and the other words. `-5` becomes option `n` = 5."""
    found: dict[str, list[str]] = {}
    rest: list[str] = []
    todo = list(words)
    while todo:
        word = todo.pop(0)
        if word == "--":
            rest += todo
            break
        if word.startswith("--"):
            name, _, value = word[2:].partition("=")
            found.setdefault(name, []).append(value)
            continue
        if not word.startswith("-") or word == "-":
            rest.append(word)
            continue
        if word[1:].isdigit() and "n" in with_value:
            found.setdefault("n", []).append(word[1:])
            continue
        letters = word[1:]
        while letters:
            letter, letters = letters[0], letters[1:]
            if letter in with_value:
                found.setdefault(letter, []).append(letters or (todo.pop(0) if todo else ""))
                break
            found.setdefault(letter, []).append("")
    return found, rest


def inputs(call: Call, names: list[str]) -> tuple[list[tuple[str, str]], int]:
    """(name, text) of each file named, or of standard input; the code is 1 when one could not be read."""
    code = 0
    found: list[tuple[str, str]] = []
    for name in names or ["-"]:
        if name == "-":
            found.append(("-", call.source.rest()))
            continue
        try:
            data = call.shell.machine.files.read(call.path(name), call.shell.uid)
            found.append((name, decode(data)))
        except OSError as error:
            code = call.complain(f"{name}: {error.strerror}")
    return found, code


def lines_of(text: str) -> list[str]:
    """Lines without their newlines; only a newline ends a line."""
    lines = text.split("\n")
    return lines[:-1] if lines[-1] == "" else lines


@lru_cache(maxsize=512)
def expression(text: str, *, extended: bool, fixed: bool = False, fold: bool = False) -> "re.Pattern[str]":
    """A POSIX regular expression as Python's. Raises: ValueError for one that is none."""
    flags = re.IGNORECASE if fold else 0
    if fixed:
        return re.compile(re.escape(text), flags)
    text = re.sub(r"\[\[:(\w+):\](.*?)\]", _character_class, text)
    if not extended:
        text = re.sub(
            r"\\?[(){}|+?]", lambda found: found.group()[1:] if len(found.group()) == 2 else "\\" + found.group(), text
        )
    try:
        return re.compile(text, flags)
    except (re.error, OverflowError, RecursionError) as error:
        raise ValueError(f"bad regex '{text[:80]}'") from error


def _character_class(found: "re.Match[str]") -> str:
    inside = {
        "digit": "0-9",
        "alpha": "A-Za-z",
        "alnum": "A-Za-z0-9",
        "space": r"\s",
        "upper": "A-Z",
        "lower": "a-z",
        "xdigit": "0-9A-Fa-f",
        "blank": " \\t",
        "punct": r"!-/:-@\[-`{-~",
        "print": " -~",
    }.get(found.group(1), "")
    return f"[{inside}{found.group(2)}]"
