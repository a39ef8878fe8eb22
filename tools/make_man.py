# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the manual pages, one a command, from the commands themselves; a package installs them.

python -m tools.make_man --out packaging/man
python -m tools.make_man --lang zh --out packaging/man/zh_CN
"""

import argparse
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import click

from station.text import language
from station.text.language import text

SECTION = "1"
_RUN_BY = "proofwipe"


def pages() -> dict[str, str]:
    """File name and content of every page, in the language in use.

    The language has to be chosen before any command is imported: help texts are made then.
    """
    from station.cli.main import build

    return {f"{name.replace(' ', '-')}.{SECTION}": _page(name, context) for name, context in _commands(build())}


def _commands(program: click.Group) -> Iterator[tuple[str, click.Context]]:
    """Each command with its whole name, groups before what is in them."""
    waiting = [click.Context(program, info_name=_RUN_BY, **program.context_settings)]
    while waiting:
        context = waiting.pop(0)
        yield context.command_path, context
        waiting += [inner for _, inner in _inside(context)]


def _inside(context: click.Context) -> list[tuple[str, click.Context]]:
    group = context.command
    if not isinstance(group, click.Group):
        return []
    found = [(name, group.get_command(context, name)) for name in group.list_commands(context)]
    return [(name, click.Context(each, info_name=name, parent=context)) for name, each in found if each is not None]


def _page(name: str, context: click.Context) -> str:
    title, command = name.replace(" ", "-"), context.command
    what = (command.help or "").rstrip(".。")
    lines = [
        '.\\" Made by tools/make_man.py from the command itself.',
        f'.TH {title.upper()} {SECTION} "" "proofwipe {metadata.version("proofwipe")}" proofwipe',
        f".SH {text('man.name')}",
        rf"{_text(title)} \- {_text(what)}",
        f".SH {text('man.synopsis')}",
        f".B {_text(name)}",
        _text(" ".join(command.collect_usage_pieces(context))),
        f".SH {text('man.description')}",
        _text(command.help or ""),
        *_options(context),
        *_subcommands(context),
    ]
    if context.parent is None:
        lines += _files()
    return "\n".join([*lines, *_see_also(context)]) + "\n"


def _options(context: click.Context) -> Iterator[str]:
    records = [each for one in context.command.get_params(context) if (each := one.get_help_record(context))]
    if records:
        yield f".SH {text('man.options')}"
    for names, sentence in records:
        yield from (".TP", f".B {_text(names)}", _text(sentence))


def _subcommands(context: click.Context) -> Iterator[str]:
    inside = _inside(context)
    if inside:
        yield f".SH {text('man.commands')}"
    for name, inner in inside:
        page = inner.command_path.replace(" ", "-")
        yield from (".TP", f".BR {_text(page)} ({SECTION})", _text(inner.command.help or name))


def _files() -> Iterator[str]:
    yield f".SH {text('man.environment')}"
    for variable in ("PROOFWIPE_HOME", "PROOFWIPE_PASSPHRASE", "PROOFWIPE_PIN", "NO_COLOR"):
        yield from (".TP", f".B {variable}", _text(text(f"man.{variable}")))
    yield f".SH {text('man.exit')}"
    for code in ("0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "130"):
        yield from (".TP", f".B {code}", _text(text(f"man.exit_{code}")))


def _see_also(context: click.Context) -> Iterator[str]:
    if context.parent is not None:
        yield f".SH {text('man.see_also')}"
        yield f".BR {_text(context.parent.command_path.replace(' ', '-'))} ({SECTION})"


def _text(words: str) -> str:
    """A line of roff that prints exactly these words: nothing in it is a command."""
    plain = " ".join(words.split()).replace("\\", r"\e").replace("-", r"\-").replace('"', r"\(dq")
    return rf"\&{plain}" if plain.startswith((".", "'")) else plain


def main(arguments: list[str] | None = None) -> int:
    """Writes the pages into a folder, and takes old ones out of it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, metavar="DIR")
    parser.add_argument("--lang", choices=("en", "zh"), default="en")
    given = parser.parse_args(arguments)
    language.use(given.lang)
    given.out.mkdir(parents=True, exist_ok=True)
    made = pages()
    for old in given.out.glob(f"{_RUN_BY}*.{SECTION}"):
        if old.name not in made:
            old.unlink()
    for name, content in made.items():
        (given.out / name).write_text(content, "utf-8")
    print(f"made {len(made)} pages in {given.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
