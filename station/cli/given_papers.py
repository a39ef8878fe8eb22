# SPDX-License-Identifier: GPL-3.0-or-later
"""The files somebody names to `verify`: one by one, by patterns that no shell filled in, in folders, or `-`.

Whatever cannot be looked at is an entry with its reason, so that one bad name never hides the answers to the others.
"""

import glob
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from phones.cleaning import clean
from station.text.language import os_reason, text

STANDARD_INPUT = "-"
LONGEST_SHOWN = 512
"""Characters of a name."""
_SIGNS = "*?["


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenPaper:
    """One name. `path`: None for standard input, or when there is a `fault`: why it cannot be looked at.

    `place`: the same under every name of one file. `found`: it was found in a folder, where files that are no papers
    lie too. `unless`: the fault is one only if none of these places was answered.
    """

    name: str
    path: Path | None = None
    place: str = ""
    fault: str = ""
    found: bool = False
    unless: frozenset[str] = frozenset()


def given_papers(names: Sequence[str], *, recursive: bool) -> Iterator[GivenPaper]:
    """Each file once, under the first of its names, in their order; those of a folder sorted, and behind them the
    folder itself, for which they answer. Never raises.
    """
    known: set[str] = set()
    for name in names:
        for paper in _named(name, recursive=recursive):
            if paper.place not in known:
                known.add(paper.place)
                yield paper


def _named(name: str, *, recursive: bool) -> Iterator[GivenPaper]:
    if name == STANDARD_INPUT:
        yield GivenPaper(name=name, place=name)
    elif any(sign in name for sign in _SIGNS) and not os.path.lexists(name):
        # Without its `**`, which follows links to folders round and round.
        matching = sorted(glob.glob(name))  # noqa: PTH207 - refuses no pattern, as Path does
        if not matching:
            yield _unread(name, text("word.no_paper", got=clean(name, most=LONGEST_SHOWN)))
        for each in matching:
            yield from _one(each, recursive=recursive)
    else:
        yield from _one(name, recursive=recursive)


def _one(name: str, *, recursive: bool) -> Iterator[GivenPaper]:
    if not os.path.isdir(name):  # noqa: PTH112 - says no to any name, where Path raises for one that is too long
        yield GivenPaper(name=name, path=Path(name), place=_place(name))
    elif recursive:
        places: set[str] = set()
        for paper in _in_folder(name):
            places.add(paper.place)
            yield paper
        fault = text("word.folder_without_paper")
        yield GivenPaper(name=name, place=_place(name), fault=fault, unless=frozenset(places))
    else:
        yield _unread(name, text("word.folder_not_paper", got=clean(name, most=LONGEST_SHOWN)))


def _place(name: str) -> str:
    """Where links lead; the name itself where nothing is. Hard links stay two: not every file system numbers files."""
    try:
        return os.path.realpath(name, strict=True)
    except (OSError, ValueError):
        return name


def _unread(name: str, fault: str) -> GivenPaper:
    return GivenPaper(name=name, place=_place(name), fault=fault)


def _in_folder(folder: str) -> Iterator[GivenPaper]:
    """Ordinary files below it, sorted; no link to a folder is followed, so that every walk ends."""
    unread: list[OSError] = []
    for place, below, files in os.walk(folder, onerror=unread.append):
        below.sort()
        for link in below:
            if os.path.islink(os.path.join(place, link)):  # noqa: PTH114, PTH118 - as above
                name = str(Path(place, link))
                yield GivenPaper(name=name, place=name, fault=text("word.link_not_followed"))
        while unread:
            error = unread.pop()
            yield _unread(str(error.filename), os_reason(error))
        for file in sorted(files):
            path = Path(place, file)
            yield GivenPaper(name=str(path), path=path, place=_place(str(path)), found=True)
    for error in unread:
        yield _unread(str(error.filename), os_reason(error))
