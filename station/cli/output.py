# SPDX-License-Identifier: GPL-3.0-or-later
"""Data goes to stdout, words go to stderr.

`--json` prints one document, `--jsonl` one a line; each is a type of `station.documents`.
Whatever is printed is cleaned here, whoever it came from: a phone, a file, its name, an option, the configuration. What
a terminal would obey instead of showing stands there as an escape, in JSON as one that means the same character.
"""

import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

import click

from phones.cleaning import clean
from phones.errors import ProofwipeError
from station.errors import GivenFileError
from station.text.language import current, text

if TYPE_CHECKING:  # most runs tell people, and load no document
    from station.documents.document import Document

LONGEST_LINE = 4096
NEVER_FOLDED = 24
"""Columns: a serial, a stage, a paper's id, a UDID stay in one piece."""


_voice: list[Callable[[str, bool], None]] = []
"""Who speaks instead of stderr: the live table, which must not be written into."""


@contextmanager
def messages_through(voice: Callable[[str, bool], None]) -> Iterator[None]:
    """While this lasts, words go through `voice(message, bold)`."""
    _voice.append(voice)
    try:
        yield
    finally:
        _voice.remove(voice)


def visible(text_: str) -> str:
    """Text as it may reach a terminal: lines stay lines, whatever else cannot be seen becomes an escape."""
    return "\n".join(clean(line, most=LONGEST_LINE) for line in text_.split("\n"))


def say(line: str, *, bold: bool = False) -> None:
    """A line of data for people, on stdout."""
    click.secho(_fitted(visible(line), sys.stdout), bold=bold or None)


def message(message: str, *, bold: bool = False) -> None:
    """Say something to the person, on stderr."""
    if _voice:
        _voice[-1](visible(message), bold)
    else:
        plain_message(message, bold=bold)


def plain_message(message: str, *, bold: bool = False) -> None:
    """On stderr, whoever else may be speaking; NO_COLOR means no ornament at all."""
    shown = _fitted(visible(message), sys.stderr)
    click.secho(shown, err=True, bold=bold or None, color=False if "NO_COLOR" in os.environ else None)


def _fitted(shown: str, stream: TextIO) -> str:
    """For a person at a terminal no word is cut where the line is full; a file or a program gets whole lines."""
    if not stream.isatty():
        return shown
    from station.cli.folding import folded

    try:
        return folded(shown, os.get_terminal_size(stream.fileno()).columns)
    except OSError:  # a terminal that cannot say how wide it is
        return shown


def tell(told: "Document") -> None:
    """One JSON document on stdout, for programs and for people who look at it."""
    click.echo(document_text(told))


def document_text(told: "Document") -> str:
    """What `tell` prints."""
    return _json(told.to_json(), indent=2)


def tell_line(told: "Document | Mapping[str, object]") -> None:
    """One JSON document on one line of stdout, flushed, so that a reader sees it at once; also one that came so."""
    click.echo(_json(told if isinstance(told, Mapping) else told.to_json()))
    sys.stdout.flush()


def _json(content: Mapping[str, object], *, indent: int | None = None) -> str:
    """JSON in the letters of its languages; characters that nobody can see are written as JSON's escapes."""
    written = json.dumps(content, ensure_ascii=False, indent=indent)
    return "\n".join(
        line if line.isprintable() else "".join(each if each.isprintable() else json.dumps(each)[1:-1] for each in line)
        for line in written.split("\n")
    )


def flush() -> None:
    """Everything printed so far is written, or its OSError is raised."""
    sys.stdout.flush()


def table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table on stdout for people; columns line up for Chinese too.

    On a terminal it is folded to its width, between words only; elsewhere each row is one whole line.
    """
    if not sys.stdout.isatty():
        _plain_table(headings, rows)
        return
    from rich import box
    from rich.cells import cell_len
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    shown = Table(box=box.SIMPLE_HEAD, pad_edge=False, collapse_padding=True, header_style="bold")
    for number, heading in enumerate(headings):
        said = [word for row in rows for word in row[number].split()]
        widest = max((cell_len(word) for word in [*heading.split(), *said]), default=0)
        shown.add_column(heading, overflow="fold", min_width=min(widest, NEVER_FOLDED))
    for row in rows:
        shown.add_row(*(Text(visible(cell)) for cell in row))
    Console(highlight=False, soft_wrap=False).print(shown)


def _plain_table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    from rich.cells import cell_len

    lines = [[visible(cell).replace("\n", " / ") for cell in row] for row in (headings, *rows)]
    widths = [max(cell_len(line[number]) for line in lines) for number in range(len(headings))]
    for line in lines:
        padded = (cell + " " * (width - cell_len(cell)) for cell, width in zip(line, widths, strict=True))
        click.echo("  ".join(padded).rstrip())


def warn(error: ProofwipeError) -> None:
    """Something the work goes on without."""
    message(f"! {error.reason(current())} → {error.hint(current())}")


def show_error(error: ProofwipeError, *, as_json: bool = False, verbose: bool = False) -> None:
    """One line for the reason, one for the next step; the same as data when data was asked for. A file with several
    faults has a line for each.

    What was expected and what came is for whoever mends it: in the data, and with `verbose` on a third line.
    """
    language = current()
    if as_json:
        from station.documents.errors import Failure

        tell_line(
            Failure(
                code=error.code,
                sentence=_one_line(error.reason(language)),
                next_step=_one_line(error.hint(language)) or None,
                exit_code=error.exit_code,
                details=error.details() or None,
            )
        )
    if isinstance(error, GivenFileError) and len(error.faults) > 1:
        message(f"{text('word.error')}: {_one_line(error.headline(language))}")
        for line in error.lines(language):
            message(f"    {_one_line(line)}")
    else:
        message(f"{text('word.error')}: {_one_line(error.reason(language))}")
    message(f"  → {_one_line(error.hint(language))}")
    if verbose:
        message(f"  [{error.code}] {_one_line(error.details())}")


def _one_line(sentence: str) -> str:
    return " ".join(sentence.split())


def is_terminal() -> bool:
    """Is a person there to be asked?"""
    return sys.stdin.isatty() and sys.stderr.isatty()
