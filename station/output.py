# SPDX-License-Identifier: GPL-3.0-or-later
"""Data goes to stdout, words go to stderr.

`--json` prints one document, `--jsonl` one event a line; each has `schema: "proofwipe/<name>/1"`.
Text from phones is cleaned before it reaches a terminal (phones.cleaning).
"""

import json
import sys
from collections.abc import Mapping, Sequence

import click

from phones.errors import ProofwipeError
from station.language import current, text

NEVER_FOLDED = 22
"""Columns: a serial, a stage, a paper's id stay in one piece."""


def words(message: str, *, bold: bool = False) -> None:
    """Say something to the person, on stderr."""
    click.secho(message, err=True, bold=bold)


def document(name: str, content: Mapping[str, object]) -> None:
    """One JSON document on stdout."""
    click.echo(json.dumps({"schema": f"proofwipe/{name}/1", **content}, ensure_ascii=False, indent=2))


def event(name: str, content: Mapping[str, object]) -> None:
    """One JSON event on stdout, flushed, so that a reader sees it at once."""
    click.echo(json.dumps({"schema": f"proofwipe/{name}/1", **content}, ensure_ascii=False))
    sys.stdout.flush()


def table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table on stdout for people; columns line up for Chinese too.

    On a terminal it is folded to its width, short columns never; elsewhere each row is one whole line.
    """
    if not sys.stdout.isatty():
        _plain_table(headings, rows)
        return
    from rich import box
    from rich.cells import cell_len
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    shown = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold")
    for number, heading in enumerate(headings):
        lines = [line for row in rows for line in row[number].splitlines()]
        widest = max((cell_len(line) for line in [heading, *lines]), default=0)
        shown.add_column(heading, overflow="fold", no_wrap=widest <= NEVER_FOLDED)
    for row in rows:
        shown.add_row(*(Text(cell) for cell in row))
    Console(highlight=False, soft_wrap=False).print(shown)


def _plain_table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    from rich.cells import cell_len

    lines = [[cell.replace("\n", " / ") for cell in row] for row in (headings, *rows)]
    widths = [max(cell_len(line[number]) for line in lines) for number in range(len(headings))]
    for line in lines:
        padded = (cell + " " * (width - cell_len(cell)) for cell, width in zip(line, widths, strict=True))
        click.echo("  ".join(padded).rstrip())


def failure(error: ProofwipeError, *, as_json: bool = False) -> None:
    """One line for the reason, one for the next step; the same as data when data was asked for."""
    language = current()
    if as_json:
        document(
            "error",
            {
                "code": error.code, "reason": error.reason(language), "hint": error.hint(language),
                "exit_code": error.exit_code,
            },
        )
    words(f"{text('word.error')}: {_one_line(error.reason(language))}")
    words(f"  → {_one_line(error.hint(language))}")


def _one_line(sentence: str) -> str:
    return " ".join(sentence.split())
