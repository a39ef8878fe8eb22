# SPDX-License-Identifier: GPL-3.0-or-later
"""On which line a key of a TOML file stands, which Python's own reader does not tell.

Only for files that reader has taken: what is scanned here is whole TOML, so that one pass over it is enough.
"""

import re
import tomllib
from collections.abc import Mapping

Path = tuple[str, ...]
"""Names of tables and the key, from outside in."""

_PART = re.compile(r"""[A-Za-z0-9_-]+|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'""")
_SPACE = re.compile(r"[ \t]*")
_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_TEXT = re.compile(
    r'"""(?:[^\\"]|\\[\s\S]|"(?!""))*"{3,5}'
    r"|'''(?:[^']|'(?!''))*'{3,5}"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'[^'\n]*'"
    r"|#[^\n]*"
)
_PLAIN = re.compile(r"""[^"'#\[\]{}\n]+""")


def lines_of_keys(source: str) -> Mapping[Path, int]:
    """The first line of every table and key, counted from 1. Keys of an inline table are not in it: ask for the
    nearest name outside (`line_of`). The tables of a `[[list]]` are called "1", "2" … in it. What the scan does not
    understand ends it, and what follows has no line.
    """
    found: dict[Path, int] = {}
    counted_tables: dict[Path, int] = {}
    table: Path = ()
    place = counted = 0
    line = 1
    while (place := _after(_BLANK, source, place)) < len(source):
        line, counted = line + source.count("\n", counted, place), place
        brackets = 2 if source.startswith("[[", place) else 1 if source[place] == "[" else 0
        place = _after(_BLANK, source, place + brackets) if brackets else place
        names, end = _names(source, place)
        if not names:
            return found
        if brackets:
            names = _in_their_lists(names[:-1], counted_tables) + names[-1:]
            if brackets == 2:
                counted_tables[names] = counted_tables.get(names, 0) + 1
                names = (*names, str(counted_tables[names]))
        table, path = (names, names) if brackets else (table, table + names)
        found.setdefault(path, line)
        place = _end_of_statement(source, end)
    return found


def line_of(lines: Mapping[Path, int], path: Path) -> int:
    """The line of a key, else of the first key in it, else of the nearest table around it; 0 when none is known."""
    inside = (line for found, line in lines.items() if found[: len(path)] == path)
    around = (lines[path[:end]] for end in range(len(path) - 1, 0, -1) if path[:end] in lines)
    return next(inside, 0) or next(around, 0)


def _in_their_lists(names: Path, counted: Mapping[Path, int]) -> Path:
    """The names with the number of the last table behind each that is a list's."""
    path: Path = ()
    for name in names:
        path = (*path, name)
        if path in counted:
            path = (*path, str(counted[path]))
    return path


def _names(source: str, place: int) -> tuple[Path, int]:
    """The names of a dotted key and where it ends; no names where none stands."""
    names: list[str] = []
    while (part := _PART.match(source, place)) is not None:
        names.append(_plain_name(part[0]))
        dot = _after(_SPACE, source, part.end())
        if not source.startswith(".", dot):
            return tuple(names), part.end()
        place = _after(_SPACE, source, dot + 1)
    return (), place


def _end_of_statement(source: str, place: int) -> int:
    """Just before the line's end that ends a table's head or a value, over as many lines as the value has."""
    depth = 0
    while place < len(source):
        letter = source[place]
        if letter == "\n" and depth <= 0:
            break
        piece = _TEXT.match(source, place) or _PLAIN.match(source, place)
        if piece is None:
            depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(letter, 0)
        place = piece.end() if piece is not None else place + 1
    return place


def _after(pattern: re.Pattern[str], source: str, place: int) -> int:
    match = pattern.match(source, place)
    return place if match is None else match.end()


def _plain_name(part: str) -> str:
    if part[0] not in "\"'":
        return part
    try:
        return next(iter(tomllib.loads(f"{part} = 0")))
    except tomllib.TOMLDecodeError:  # an escape that does not exist: the name as it is written
        return part
