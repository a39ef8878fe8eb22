# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wrong in a file that a person wrote for a station: all of it at once, each with its line."""

import difflib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from phones.cleaning import clean
from station.errors import GivenFileError
from station.setup.toml_lines import Path, line_of
from station.text.language import text

LONGEST_SHOWN = 60
MOST_FAULTS = 100
"""Kept of one file: a file of another kind has a fault in every line."""


@dataclass(slots=True)
class Faults:
    """Collects the faults of one file. `where`: its name; `lines`: where its keys stand, if that is known."""

    where: str
    lines: Mapping[Path, int] = field(default_factory=dict)
    found: list[tuple[int, str]] = field(default_factory=list)
    _left_out: int = 0

    def unknown_table(self, path: Path, allowed: str, known: Collection[str] = ()) -> None:
        """A table of a name that means nothing. `allowed`: in words; `known`: names to find the nearest in."""
        self._add(path, text("fault.table", name=_bracketed(path), allowed=allowed), nearest(path[-1], known))

    def unknown_key(self, path: Path, known: Collection[str]) -> None:
        """A key that is none of `known`."""
        said = text("fault.key", name=_named(path), allowed=", ".join(known))
        self._add(path, said, nearest(path[-1], known))

    def wrong_value(self, path: Path, value: object, allowed: str, known: Collection[str] = ()) -> None:
        """A value that is not allowed. `allowed`: in words; `known`: the words themselves, if it is one of a list."""
        said = text("fault.value", name=_named(path), got=written(value), allowed=allowed)
        self._add(path, said, nearest(value, known) if isinstance(value, str) else None)

    def other(self, path: Path, sentence: str) -> None:
        """Something else that is wrong at a place."""
        self._add(path, f"{_named(path)}: {sentence}", None)

    def unreadable(self, line: int, reason: str) -> None:
        """The file is no TOML from that line on; 0 where no line is known."""
        self.found.append((line, text("fault.unreadable", reason=reason)))

    def raise_if_any(self) -> None:
        """Raises: GivenFileError with all that was found, in the order of the file."""
        if self.found:
            raise GivenFileError(subject=self.where, faults=tuple(sorted(self.found)), left_out=self._left_out)

    def _add(self, path: Path, sentence: str, near: str | None) -> None:
        if len(self.found) == MOST_FAULTS:
            self._left_out += 1
            return
        told = text("fault.nearest", sentence=sentence, near=near) if near is not None else sentence
        self.found.append((line_of(self.lines, path), told))


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known word that was meant, if one is close: but for capitals, or a slip of the keys."""
    by_folded = {each.casefold(): each for each in known}
    close = difflib.get_close_matches(name[:LONGEST_SHOWN].strip().casefold(), by_folded, n=1)
    return by_folded[close[0]] if close else None


def written(value: Any) -> str:
    """A value about as it stands in the file, cleaned and cut."""
    match value:
        case bool():
            return str(value).lower()
        case str():
            return f'"{clean(value, most=LONGEST_SHOWN)}"'
        case Mapping():
            return text("expected.table")
        case list():
            return text("fault.list")
        case _:
            return clean(str(value), most=LONGEST_SHOWN)


def _named(path: Path) -> str:
    """`[A3] screen`, or `screen` at the top of a file."""
    return f"{_bracketed(path[:-1])} {_cut(path[-1])}" if len(path) > 1 else _cut(path[-1])


def _bracketed(path: Path) -> str:
    return f"[{'.'.join(map(_cut, path))}]"


def _cut(name: str) -> str:
    return clean(name, most=LONGEST_SHOWN)
