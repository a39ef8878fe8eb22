# SPDX-License-Identifier: GPL-3.0-or-later
"""The manual pages are made from the commands: none is missing, and every word is on the page as it is in the help."""

import re
from pathlib import Path

import click
import pytest

from station.cli.main import COMMANDS, build
from tools import make_man

MACROS = {".TH", ".SH", ".TP", ".B", ".BR"}


def read(line: str) -> str:
    """What roff prints of a line of text. An escape that is none of ours is an error."""
    rest = re.sub(r"\\(?:&|-|e|\(dq)", lambda found: {"&": "", "-": "-", "e": "\\", "(": '"'}[found[0][1]], line)
    assert rest.count("\\") == line.count(r"\e")
    return rest


def commands(group: click.Group, name: str = "proofwipe") -> dict[str, click.Command]:
    context = click.Context(group, info_name=name)
    found: dict[str, click.Command] = {name: group}
    for inner in group.list_commands(context):
        command = group.get_command(context, inner)
        assert command is not None
        found |= commands(command, f"{name}-{inner}") if isinstance(command, click.Group) else {}
        found[f"{name}-{inner}"] = command
    return found


def test_every_command_has_its_page_with_every_option_and_its_whole_sentence() -> None:
    pages, known = make_man.pages(), commands(build())
    assert set(pages) == {f"{name}.1" for name in known}
    assert len(known) > len(COMMANDS)
    for name, command in known.items():
        words = [read(line) for line in pages[f"{name}.1"].splitlines()[1:]]
        assert command.help in words
        context = click.Context(command, info_name=name, **command.context_settings)
        for parameter in command.get_params(context):
            record = parameter.get_help_record(context)
            if record is not None:
                assert f".B {record[0]}" in words, name
                assert " ".join(record[1].split()) in words, name


def test_nothing_in_a_sentence_can_be_a_command_of_roff() -> None:
    for content in make_man.pages().values():
        for line in content.splitlines()[1:]:
            assert line.split(" ")[0] in MACROS or not line.startswith((".", "'")), line


@pytest.mark.parametrize("words", [".SH NAME", "'\\n", 'a \\fB"b"', "--out DIR\n\nmore", "-", ""])
def test_any_sentence_is_printed_as_it_is(words: str) -> None:
    line = make_man._text(words)
    assert not line.startswith((".", "'"))
    assert read(line) == " ".join(words.split())


def test_a_page_of_a_command_that_is_gone_is_taken_away_and_nothing_else(tmp_path: Path) -> None:
    for name in ("proofwipe-gone.1", "other.1", "proofwipe.txt"):
        (tmp_path / name).write_text("old")
    assert make_man.main(["--out", str(tmp_path)]) == 0
    assert {"other.1", "proofwipe.txt", "proofwipe.1", "proofwipe-keys-renew.1"} <= {
        one.name for one in tmp_path.iterdir()
    }
    assert not (tmp_path / "proofwipe-gone.1").exists()
