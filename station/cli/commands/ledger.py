# SPDX-License-Identifier: GPL-3.0-or-later
"""`proofwipe ledger verify|rebuild|export|backup`."""

import json
import os
import sys
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import click

from station.cli import cli_text, output
from station.cli.commands.options import json_option, reading_home_of
from station.errors import LedgerListsError
from station.text.language import text

if TYPE_CHECKING:
    from station.ledger.entry import StoredEntry


@cli_text.group("ledger")
def command() -> None:
    """The record of everything the bench did."""


@command.command("verify", help=text("help.ledger_verify"))
@json_option()
@click.pass_context
def verify(context: click.Context, as_json: bool) -> int:
    """Walk the chain, hold it against every checkpoint, and the lists against it. Exit 0 when all is whole, else 1."""
    from station.ledger.checkpoints import check_all
    from station.session.jobs import open_ledger, station_of

    home = reading_home_of(context)
    with closing(open_ledger(home)) as ledger:
        number, head = ledger.verify()
        unchecked = check_all(ledger, lambda key: station_of(home, key))
        differs = next(ledger.view.differences(), "")
    if differs:
        raise LedgerListsError(subject=str(home.ledger), got=differs)
    if as_json:
        from station.documents.setup import LedgerVerified

        output.tell(LedgerVerified(size=number, head=head, unchecked_checkpoints=unchecked))
        return 0
    if not number:
        output.message(text("word.ledger_empty"))
        return 0
    output.message(text("word.ledger_whole", number=number, head=head))
    if unchecked:
        output.message(text("word.ledger_unchecked", number=unchecked))
    return 0


@command.command("rebuild", help=text("help.ledger_rebuild"))
@click.pass_context
def rebuild(context: click.Context) -> int:
    """What lists and searches read, made anew from the entries. Exit 0."""
    from station.session.jobs import open_ledger

    with closing(open_ledger(reading_home_of(context))) as ledger:
        ledger.verify()
        output.message(text("word.ledger_rebuilt", number=ledger.view.rebuild()))
    return 0


@command.command("export", help=text("help.ledger_export"))
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, allow_dash=True), default="-")
@click.pass_context
def export(context: click.Context, file: Path) -> int:
    """All entries as JSON lines, with their hashes. Exit 0."""
    from station.session.jobs import open_ledger
    from station.setup.home import write_whole

    with closing(open_ledger(reading_home_of(context))) as ledger:
        number, head = ledger.verify()
        lines = (_line(entry) for entry in islice(ledger.stored(), number))
        if str(file) == "-":
            try:
                for line in lines:
                    click.echo(line)
                sys.stdout.flush()
            except BrokenPipeError:  # `| head` has read what it wanted
                os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
                return 0
        else:
            write_whole(file.absolute(), (f"{line}\n".encode() for line in lines))
    output.message(text("word.ledger_whole", number=number, head=head))
    return 0


def _line(entry: "StoredEntry") -> str:
    content = {**entry._asdict(), "payload": json.loads(entry.payload)}
    return json.dumps(content, ensure_ascii=False, sort_keys=True)


@command.command("backup", help=text("help.ledger_backup"))
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.pass_context
def backup(context: click.Context, file: Path) -> int:
    """A consistent copy, checked after it was made. Exit 0."""
    from phones.clock import SystemClock
    from station.ledger.ledger import Ledger
    from station.session.jobs import open_ledger

    if file.exists():  # an older copy is what shows that a newer ledger lost its tail
        raise click.UsageError(text("word.backup_exists", file=file))
    with closing(open_ledger(reading_home_of(context))) as ledger:
        ledger.backup(file)
    with closing(Ledger(file, clock=SystemClock())) as copy:
        number, head = copy.verify()
    output.message(text("word.ledger_copied", file=file, number=number, head=head))
    return 0
